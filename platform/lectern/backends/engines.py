"""Which engine embeds what on this machine; a process keeps the last few of them loaded."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from lectern.backends.installed import facts_of, folder_of
from lectern.backends.weights import EMBEDDER_NAME

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lectern.backends.embedder import Embedder

# Each takes 100 to 200 MB of memory, and about a second to load again.
MOST_LOADED = 3


class Shelf:
    """The embedders that were used last, at most ``most`` of them."""

    def __init__(self, load: Callable[[Path, str], Embedder], *, most: int = MOST_LOADED) -> None:
        self._load = load
        self._most = most
        self._loaded: OrderedDict[tuple[Path, str], Embedder] = OrderedDict()
        # Also keeps two threads from loading the same one at once.
        self._lock = threading.Lock()

    def take(self, state: Path, name: str) -> Embedder:
        """The embedder, loaded if it is not there; the one not used for longest goes."""
        with self._lock:
            key = (state, name)
            if key not in self._loaded:
                self._loaded[key] = self._load(state, name)
            self._loaded.move_to_end(key)
            while len(self._loaded) > self._most:
                self._loaded.popitem(last=False)
            return self._loaded[key]


def question_embedder(state: Path, name: str = EMBEDDER_NAME) -> Embedder:
    """The embedder for questions: quick to load. ``state`` is the state folder.

    Raises ``Unavailable`` if it is not installed, damaged or cannot be converted.
    """
    return _questions.take(state, name)


def ingestion_embedder(state: Path, name: str = EMBEDDER_NAME) -> Embedder:
    """The fastest embedder for documents: many texts at once, in bf16 where that is quick.

    Raises ``Unavailable`` like ``question_embedder``.
    """
    return _documents.take(state, name)


def _load_for_questions(state: Path, name: str) -> Embedder:
    # Each engine is loaded where it is used: it takes tens of megabytes, and most processes
    # need only one.
    from lectern.backends.onnx_embedder import OnnxEmbedder

    return OnnxEmbedder(folder_of(state, name), facts_of(state, name))


def _load_for_documents(state: Path, name: str) -> Embedder:
    from lectern.backends.openvino_embedder import OpenvinoEmbedder

    return OpenvinoEmbedder(folder_of(state, name), facts_of(state, name))


_questions = Shelf(_load_for_questions)
_documents = Shelf(_load_for_documents)
