"""What Lectern's search costs beside the least that any search on the same data costs.

    ./lectern bench latency DIR

``DIR`` holds docs/ and questions.jsonl. Lectern must be running: its workers read the
documents into a throw-away tenant. Each question is then searched twice in turns, by
``retrieve()`` and by an ONNX embedding with one plain SQL query for the nearest vectors.
"""

import os
import sys
import time
from pathlib import Path
from statistics import quantiles

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lectern.settings")
django.setup()

from typing import TYPE_CHECKING

from django.conf import settings
from pgvector import HalfVector

from lectern.answering.golden_files import golden_questions
from lectern.backends.engines import question_embedder
from lectern.documents.collections import create_collection, remove_collection
from lectern.documents.search import retrieve, scope_of
from lectern.documents.vectors import vector_cursor
from lectern.management.intake import files_below, reports_until_read, take_in
from lectern.tenants.access import system_principal
from lectern.tenants.models import new_id
from lectern.tenants.people import found_tenant
from lectern.tenants.scoping import tenant_context

if TYPE_CHECKING:
    from collections.abc import Callable

RAW = """
SELECT c.id, c.text FROM documents_chunkembedding e
JOIN documents_chunk c ON c.tenant_id = e.tenant_id AND c.id = e.chunk_id
WHERE e.tenant_id = %s AND e.collection_id = %s ORDER BY e.embedding <#> %b LIMIT 10
"""


def main(folder: Path) -> None:
    slug = f"latency-{new_id().hex[-12:]}"
    actor = system_principal(found_tenant(name="Latency", slug=slug).pk)
    with tenant_context(actor.tenant_id):
        collection = create_collection(actor, name=slug)
    taken = [take_in(actor, collection, path) for path in files_below([folder / "docs"])]
    list(reports_until_read(actor, taken))
    embedder = question_embedder(settings.STATE)
    questions = [question.text for question in golden_questions(folder / "questions.jsonl")]

    def raw(text: str) -> None:
        vector = HalfVector(embedder.embed([text])[0])
        with vector_cursor() as cursor:
            cursor.execute(RAW, [actor.tenant_id, collection.pk, vector]).fetchall()

    def ours(text: str) -> None:
        retrieve(scope_of([collection]), text, embedder)

    with tenant_context(actor.tenant_id):
        collection.refresh_from_db()
        ways: dict[str, Callable[[str], None]] = {"raw": raw, "retrieve": ours}
        taken_ms: dict[str, list[float]] = {name: [] for name in ways}
        for text in (*questions[:5], *questions):
            for name, way in ways.items():
                started = time.perf_counter()
                way(text)
                taken_ms[name].append((time.perf_counter() - started) * 1000)
        remove_collection(actor, collection)
    # The first five only warm up.
    cuts = {name: quantiles(values[5:], n=20) for name, values in taken_ms.items()}
    for name, cut in cuts.items():
        print(f"{name:10s} p50 {cut[9]:6.1f} ms   p95 {cut[18]:6.1f} ms")
    print(f"ratio of p50 {cuts['retrieve'][9] / cuts['raw'][9]:.2f}")
    print(f"{len(questions)} questions, {collection.chunk_count} chunks")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
