"""Telling those who measure an index that what it finds may have changed."""

from collections.abc import Callable

from lectern.documents.models import Collection

# Called inside the changing transaction. Higher layers register here at start, so that the
# index reaches up without knowing up.
Listener = Callable[[Collection, bool], None]
_listeners: list[Listener] = []


def on_index_change(listener: Listener) -> None:
    """Have ``listener`` told of each change: the collection, and whether it is ``complete``."""
    if listener not in _listeners:
        _listeners.append(listener)


def index_changed(collection: Collection, *, complete: bool) -> None:
    """Tell that the index of ``collection`` changed; called in the transaction that does it.

    ``complete`` changes come alone: another embedder, other weights. Of documents that are
    added or removed more may follow, so whoever listens had better wait until that is over.
    """
    for listener in _listeners:
        listener(collection, complete)
