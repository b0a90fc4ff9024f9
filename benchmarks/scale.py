"""How search behaves from a thousand to a million chunks, beside raw SQL and hnswlib.

    ./lectern bench scale STATE SET [--chunks 1000 20000 200000] [--plot docs/images/scale.svg]

``STATE`` is the state folder with the models, ``SET`` a folder with docs/ and questions.jsonl.
A throw-away Postgres is started and, for each size, a collection is stored there the way that
ingestion stores it. Measured are, for every filter, the ten nearest vectors as Lectern looks
for them, the same as a plain statement with the same index, hnswlib in an environment of its
own, and the whole of ``retrieve()``; recall is against comparing all vectors in float32.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
import venv
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

import django
import numpy as np

from lectern.embedded.postgres import EmbeddedPostgres

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from _scale_data import MadeCollection, Originals
    from numpy.typing import NDArray

    from lectern.backends.embedder import Embedder
    from lectern.documents.models import Collection

PEERS = ["hnswlib==0.8.0", "numpy==2.4.6", "matplotlib==3.10.8"]
HERE = Path(__file__).resolve().parent
NEAREST = 10
EACH_LEG = 100  # as lectern.documents.search has it
REPEATS = 3
MOST_QUESTIONS = 100
# What one would write by hand: the nearest through the same index, with as many lists read, or,
# with a filter, of all that pass it.
RAW = """
SELECT chunk_id FROM documents_chunkembedding
WHERE tenant_id = %(tenant)s AND collection_id = %(collection)s AND embedder = %(embedder)s
ORDER BY (embedding::halfvec({dimensions})) <#> %(vector)b::halfvec({dimensions}) LIMIT 10
"""
RAW_FILTERED = """
SELECT chunk_id FROM documents_chunkembedding
WHERE tenant_id = %(tenant)s AND collection_id = %(collection)s AND embedder = %(embedder)s
  AND document_id = ANY (%(documents)s)
ORDER BY embedding <#> %(vector)b::halfvec LIMIT 10
"""
OURS = """
SELECT chunk_id FROM documents_chunkembedding
WHERE tenant_id = %(tenant)s AND collection_id = ANY (%(collections)s) AND embedder = %(embedder)s
  AND (%(documents)s::uuid[] IS NULL OR document_id = ANY (%(documents)s))
ORDER BY {order} LIMIT %(each)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one way of searching did at one size with one filter; times in milliseconds."""

    chunks: int
    filter: str
    way: str
    recall: float | None
    p50: float
    p95: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A collection in the database: which chunk stands at which place, and in which document."""

    collection: Collection
    chunk_ids: NDArray[np.object_]
    document_of: NDArray[np.int64]
    document_ids: list[Any]
    vectors: NDArray[np.float32]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("state", type=Path)
    parser.add_argument("set", type=Path)
    parser.add_argument("--chunks", nargs="+", type=int, default=[1_000, 20_000, 200_000])
    parser.add_argument("--plot", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="scale-") as scratch:
        server = EmbeddedPostgres(Path(scratch) / "postgres")
        try:
            connect(server)
            rows = measured(given, Path(scratch))
        finally:
            server.remove()
        print(table(rows))
        if given.plot:
            figures = Path(scratch) / "figures.json"
            figures.write_text(json.dumps([asdict(row) for row in rows]))
            run_peer("_scale_plot.py", figures, given.plot, state=given.state)


def connect(server: EmbeddedPostgres) -> None:
    """Have Django work on the throw-away server, with all tables."""
    addresses = server.start()
    os.environ["LECTERN_DATABASE_URL"] = addresses.app_url
    os.environ["LECTERN_DATABASE_OWNER_URL"] = addresses.owner_url
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lectern.settings")
    os.environ["LECTERN_LOG_LEVEL"] = "WARNING"
    django.setup()
    from django.core.management import call_command

    call_command("migrate", database="owner", verbosity=0)


def measured(given: argparse.Namespace, scratch: Path) -> list[Row]:
    from _scale_data import MadeCollection, originals

    from lectern.backends.engines import ingestion_embedder, question_embedder

    real = originals(given.set, ingestion_embedder(given.state))
    embedder = question_embedder(given.state)
    rows: list[Row] = []
    for size in given.chunks:
        made = MadeCollection(real, size)
        stored = store(made, embedder.name)
        rows += searched(made, stored, real, embedder)
        rows += peer(made, stored, real, embedder, Path(scratch), given.state)
        print(table(rows[-16:]), flush=True)
    return rows


def store(made: MadeCollection, embedder: str) -> Stored:
    """Publish the documents as ingestion does; then build the index as Lectern does."""
    from lectern.documents.collections import create_collection
    from lectern.documents.models import Chunk, Document
    from lectern.documents.vector_index import build_missing_indexes
    from lectern.tenants.access import system_principal
    from lectern.tenants.people import found_tenant
    from lectern.tenants.scoping import tenant_context

    actor = system_principal(found_tenant(name="Scale", slug=f"scale-{made.size}").pk)
    started = time.perf_counter()
    with tenant_context(actor.tenant_id):
        collection = create_collection(actor, name="Scale")
    vectors = []
    for document in made.documents():
        with tenant_context(actor.tenant_id):
            publish_document(collection, document, embedder)
        vectors.append(document.vectors)
    stored_s = time.perf_counter() - started
    analyse()
    started = time.perf_counter()
    list(build_missing_indexes())
    print(f"{made.size} chunks: stored in {stored_s:.0f} s, indexed in "
          f"{time.perf_counter() - started:.0f} s", flush=True)  # fmt: skip
    with tenant_context(actor.tenant_id):
        documents = list(Document.objects.order_by("title").values_list("pk", flat=True))
        number = {pk: index for index, pk in enumerate(documents)}
        chunks = list(Chunk.objects.values_list("id", "document_id", "position"))
        collection.refresh_from_db()
    places = sorted((number[document], position, pk) for pk, document, position in chunks)
    return Stored(
        collection=collection,
        chunk_ids=np.array([pk for _, _, pk in places], dtype=object),
        document_of=np.array([document for document, _, _ in places]),
        document_ids=documents,
        vectors=np.concatenate(vectors),
    )


def publish_document(collection: Collection, document: Any, embedder: str) -> None:
    from lectern.documents.content import DocumentFacts
    from lectern.documents.index import IndexedVersion, publish
    from lectern.documents.models import Document, DocumentVersion

    row = Document.objects.create(
        tenant_id=collection.tenant_id, collection=collection, title=f"{document.number:07d}"
    )
    version = DocumentVersion.objects.create(
        tenant_id=collection.tenant_id,
        collection=collection,
        document=row,
        number=1,
        size=0,
        sha256=f"{document.number:064d}",
    )
    facts = DocumentFacts(content_type="text/plain", title="", paged=False, page_count=0)
    vectors = {embedder: document.vectors}
    publish(version, IndexedVersion(facts=facts, pages=[], chunks=document.chunks, vectors=vectors))


def analyse() -> None:
    """What autovacuum does a minute after a large upload."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE documents_chunk, documents_chunkembedding")


def searched(
    made: MadeCollection, stored: Stored, real: Originals, embedder: Embedder
) -> list[Row]:
    """Lectern and raw SQL in turns, question by question, and whole searches without a filter."""
    from lectern.tenants.scoping import tenant_context

    questions = real.questions[:MOST_QUESTIONS]
    vectors = embedder.embed(questions)
    rows = []
    for name, documents in made.filters().items():
        mask = allowed(stored, documents)
        truth = nearest(stored.vectors, vectors, mask)
        with tenant_context(stored.collection.tenant_id):
            given = [parameters(stored, embedder, vector, documents) for vector in vectors]
            ways = ways_of(stored.collection, embedder, given, int(mask.sum()))
            if documents is None:
                ways["Lectern, whole search"] = partial(
                    whole, stored.collection, questions, embedder
                )
            found, taken = timed(ways, len(questions))
        for way in ways:
            rows.append(
                Row(
                    chunks=made.size,
                    filter=name,
                    way=way,
                    recall=None if "whole" in way else recall(stored, found[way], truth),
                    **percentiles(taken[way]),
                )
            )
    return rows


def timed(
    ways: dict[str, Callable[[int], list[Any]]], count: int
) -> tuple[dict[str, list[list[Any]]], dict[str, list[float]]]:
    """The results of each way, and the median milliseconds of each question; ways take turns."""
    found: dict[str, list[list[Any]]] = {way: [[]] * count for way in ways}
    taken: dict[str, list[float]] = {way: [] for way in ways}
    for at in range(count):
        several: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(REPEATS):
            for way, search in ways.items():
                started = time.perf_counter()
                found[way][at] = search(at)
                several[way].append((time.perf_counter() - started) * 1000)
        for way in ways:
            taken[way].append(median(several[way]))
    return found, taken


def ways_of(
    collection: Collection, embedder: Embedder, given: list[dict[str, Any]], wanted: int
) -> dict[str, Callable[[int], list[Any]]]:
    """The dense leg of ``retrieve()``, and the statement one would write by hand."""
    from lectern.documents.vector_index import comparison
    from lectern.documents.vectors import vector_cursor

    filtered = wanted < collection.chunk_count
    by_hand = RAW_FILTERED if filtered else RAW.format(dimensions=embedder.dimensions)
    compared = comparison([collection.pk], embedder, wanted=wanted, of=collection.chunk_count)
    probes = str(max(1, compared.lists_read))

    def ours(at: int) -> list[Any]:
        compared = comparison([collection.pk], embedder, wanted=wanted, of=collection.chunk_count)
        compared.prepare()
        with vector_cursor() as cursor:
            found = cursor.execute(OURS.format(order=compared.order), given[at]).fetchall()
        return [chunk_id for (chunk_id,) in found][:NEAREST]

    def raw(at: int) -> list[Any]:
        with vector_cursor() as cursor:
            if not filtered:
                cursor.execute("SELECT set_config('ivfflat.probes', %s, true)", [probes])
            return [chunk_id for (chunk_id,) in cursor.execute(by_hand, given[at]).fetchall()]

    return {"Lectern": ours, "raw SQL": raw}


def whole(collection: Collection, questions: list[str], embedder: Embedder, at: int) -> list[Any]:
    from lectern.documents.scope import scope_of
    from lectern.documents.search import retrieve
    from lectern.tenants.access import system_principal

    scope = scope_of(system_principal(collection.tenant_id), [collection])
    found = retrieve(scope, questions[at], embedder)
    return [passage.chunk_id for passage in found.passages]


def parameters(
    stored: Stored, embedder: Embedder, vector: NDArray[np.float32], documents: list[int] | None
) -> dict[str, Any]:
    from pgvector import HalfVector

    return {
        "tenant": stored.collection.tenant_id,
        "collection": stored.collection.pk,
        "collections": [stored.collection.pk],
        "documents": None if documents is None else [stored.document_ids[d] for d in documents],
        "embedder": embedder.name,
        "vector": HalfVector(vector),
        "each": EACH_LEG,
    }


def allowed(stored: Stored, documents: list[int] | None) -> NDArray[np.bool_]:
    """Which chunks the filter lets through."""
    if documents is None:
        return np.ones(len(stored.chunk_ids), dtype=bool)
    return np.isin(stored.document_of, documents)


def nearest(
    vectors: NDArray[np.float32], questions: NDArray[np.float32], mask: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """The places of the ten nearest vectors that the filter lets through, per question."""
    places = np.flatnonzero(mask)
    scores = questions @ vectors[places].T
    best = np.argsort(-scores, axis=1, kind="stable")[:, :NEAREST]
    return places[best]


def recall(stored: Stored, found: list[list[Any]], truth: NDArray[np.int64]) -> float:
    shares = [
        len(set(ids) & set(stored.chunk_ids[places])) / len(places)
        for ids, places in zip(found, truth, strict=True)
    ]
    return float(np.mean(shares))


def peer(
    made: MadeCollection,
    stored: Stored,
    real: Originals,
    embedder: Embedder,
    folder: Path,
    state: Path,
) -> list[Row]:
    """hnswlib on the same vectors and questions."""
    questions = embedder.embed(real.questions[:MOST_QUESTIONS])
    masks = {name: allowed(stored, chosen) for name, chosen in made.filters().items()}
    np.save(folder / "vectors.npy", stored.vectors)
    np.save(folder / "questions.npy", questions)
    np.savez(folder / "allowed.npz", **masks)
    truth = {name: nearest(stored.vectors, questions, mask) for name, mask in masks.items()}
    np.savez(folder / "truth.npz", **truth)
    run_peer("_scale_hnswlib.py", folder, state=state)
    figures = json.loads((folder / "hnswlib.json").read_text())
    print(f"hnswlib built {made.size} in {figures['build_s']:.0f} CPU-s", flush=True)
    return [
        Row(
            chunks=made.size,
            filter=name,
            way="hnswlib",
            recall=figure["recall"],
            **percentiles(figure["ms"]),
        )
        for name, figure in figures["filters"].items()
    ]


def run_peer(script: str, *arguments: Path, state: Path) -> None:
    """Run a script of this folder in the peers' environment, which is made the first time."""
    environment = state / "bench" / "scale"
    python = environment / "bin" / "python"
    if not (environment / "complete").is_file():
        venv.create(environment, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PEERS], check=True)
        (environment / "complete").touch()
    subprocess.run([python, HERE / script, *arguments], check=True)


def percentiles(taken: Sequence[float]) -> dict[str, float]:
    cut = quantiles(taken, n=20)
    return {"p50": cut[9], "p95": cut[18]}


def table(rows: Sequence[Row]) -> str:
    lines = ["| chunks | filter | way | recall@10 | p50 ms | p95 ms |", "|---|---|---|---|---|---|"]
    for row in rows:
        hit = "" if row.recall is None else f"{row.recall:.3f}"
        lines.append(
            f"| {row.chunks:,} | {row.filter} | {row.way} | {hit} | {row.p50:.1f} | {row.p95:.1f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
