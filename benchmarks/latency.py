"""What Lectern's search costs beside the least that any search on the same data costs.

    ./lectern bench latency DIR

``DIR`` holds docs/ and questions.jsonl. Lectern must be running with its embedded database: its
workers read the documents into a throw-away tenant. The questions are then searched in three
ways, in turns: embedded and nothing more, with one plain SQL query for the nearest vectors, and
by Lectern. Time is CPU time, of this process and of its session in the database together: on
a busy machine the time on the clock says how busy it is.
"""

import os
import sys
import time
from pathlib import Path
from statistics import median, quantiles

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lectern.settings")
django.setup()

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from pgvector import HalfVector

from lectern.answering.ask import PASSAGES, RANKED
from lectern.answering.golden_files import golden_questions
from lectern.backends.engines import question_embedder
from lectern.documents.collections import create_collection, remove_collection
from lectern.documents.joining import joined
from lectern.documents.scope import scope_of
from lectern.documents.search import retrieve
from lectern.documents.vectors import vector_cursor
from lectern.management.intake import files_below, reports_until_read, take_in
from lectern.tenants.access import system_principal
from lectern.tenants.models import new_id
from lectern.tenants.people import found_tenant
from lectern.tenants.scoping import tenant_context

if TYPE_CHECKING:
    from collections.abc import Callable

    from lectern.documents.models import Collection
    from lectern.tenants.access import Principal

    Ways = dict[str, Callable[[str], object]]

ROUNDS = 5
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
    questions = [question.text for question in golden_questions(folder / "questions.jsonl")]
    with tenant_context(actor.tenant_id):
        collection.refresh_from_db()
        measured = costs(ways(actor, collection), questions)
        remove_collection(actor, collection)
    print(f"{len(questions)} questions, {collection.chunk_count} chunks; milliseconds of CPU")
    for name, (own, database) in measured.items():
        print(
            f"{name:24s} client p50 {median(own):5.1f} p95 {quantiles(own, n=20)[18]:5.1f}"
            f"   database mean {database:5.1f}   both {median(own) + database:5.1f}"
        )


def ways(actor: "Principal", collection: "Collection") -> "Ways":
    """The ways of searching, the simplest first."""
    embedder = question_embedder(settings.STATE)

    def raw(text: str) -> object:
        vector = HalfVector(embedder.embed([text])[0])
        with vector_cursor() as cursor:
            return cursor.execute(RAW, [actor.tenant_id, collection.pk, vector]).fetchall()

    def lectern(text: str) -> object:
        found = retrieve(scope_of(actor, [collection]), text, embedder, limit=RANKED)
        return joined(found.passages, limit=PASSAGES)

    return {
        "embedding alone": lambda text: embedder.embed([text]),
        "embedding and raw SQL": raw,
        "Lectern": lectern,
    }


def costs(ways: "Ways", questions: list[str]) -> dict[str, tuple[list[float], float]]:
    """Of each way: this process's milliseconds by question, and the database's mean for one."""
    own: dict[str, list[float]] = {name: [] for name in ways}
    database = dict.fromkeys(ways, 0.0)
    # The first round only warms up.
    for counts in (False, *[True] * ROUNDS):
        for name, way in ways.items():
            before = database_milliseconds()
            taken = [milliseconds(way, text) for text in questions]
            if counts:
                own[name] += taken
                database[name] += database_milliseconds() - before
    return {name: (own[name], database[name] / len(own[name])) for name in ways}


def milliseconds(way: "Callable[[str], object]", text: str) -> float:
    """The CPU time that this process takes for one question."""
    started = time.process_time()
    way(text)
    return (time.process_time() - started) * 1000


def database_milliseconds() -> float:
    """The CPU time so far of the process that serves our session, which runs on this machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (process,) = cursor.fetchone()
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
