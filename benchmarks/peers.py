"""Taking files in and finding passages, beside haystack-ai and llama-index with the same model.

    ./lectern bench peers DIR... [--pages 500 --pdf PDF...]

Each ``DIR`` holds docs/ and questions.jsonl. Lectern must be running, with one worker child,
and goes the whole way: upload, confined readers, embedding, Postgres; its CPU seconds are those
of its worker, its Postgres and this process. The peers run in environments of their own, made
in the state folder when first needed, with the defaults of each of their parts and one thread.
With ``--pdf`` the memory of each while it takes in one long PDF is compared instead.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lectern.settings")
django.setup()

from typing import Any

import psutil
from _peer_environments import run_peer
from django.conf import settings
from memory import Peak, joined
from tokenizers import Tokenizer

from lectern.answering.golden import Golden, ask_golden
from lectern.answering.golden_files import golden_questions
from lectern.answering.measures import Case, Result, measures
from lectern.backends.weights import weights_folder
from lectern.documents.collections import create_collection, remove_collection
from lectern.documents.models import Chunk, Collection, Document
from lectern.embedded.health import health_of
from lectern.management.installation import this_installation
from lectern.management.intake import files_below, reports_until_read, take_in
from lectern.tenants.access import Principal, system_principal
from lectern.tenants.models import new_id
from lectern.tenants.people import found_tenant
from lectern.tenants.scoping import tenant_context

PEERS = {"haystack": "haystack-ai", "llama_index": "llama-index"}
# The built-in model reads no further.
MOST_PIECES = 256
FIGURES = ("hit@1", "hit@5", "text@5", "budget@4000")


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What taking a set in cost. ``tokens`` are those that the model read."""

    pages: int
    chunks: int
    tokens: int
    cpu_s: float
    peak_mb: float

    def row(self) -> str:
        rates = (self.pages, self.chunks, self.tokens)
        shown = "".join(f"{rate / self.cpu_s:12.1f}" for rate in rates)
        return f"{self.cpu_s:10.1f}{shown}{self.peak_mb:10.0f}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--pdf", nargs="+", type=Path, default=[])
    parser.add_argument("--pages", type=int, default=500)
    given = parser.parse_args()
    for folder in given.folders:
        compare(folder)
    if given.pdf:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "docs").mkdir()
            joined(given.pdf, given.pages, folder / "docs" / "long.pdf")
            (folder / "questions.jsonl").touch()
            compare(folder)


def compare(folder: Path) -> None:
    """Print what each costs and finds on the set ``folder``."""
    environments = settings.STATE / "peers"
    ingestion: dict[str, Costs] = {}
    found: dict[str, list[Case]] = {}
    ingestion["Lectern"], found["Lectern"] = ours(folder)
    for name, title in PEERS.items():
        report = run_peer(name, environments, str(folder))
        ingestion[title] = Costs(**report["ingestion"])
        for way, rankings in report["found"].items():
            found[f"{title}, {way}"] = cases_of(folder, rankings)
        spent = ", ".join(f"{way} {ms:.1f}" for way, ms in report["question_ms"].items())
        print(f"{title}: CPU ms a question, p50: {spent}")
    print(f"\n{folder.name}: taking in")
    print(
        f"{'':24s}{'CPU s':>10s}{'pages/s':>12s}{'chunks/s':>12s}{'tokens/s':>12s}{'peak MB':>10s}"
    )
    for name, costs in ingestion.items():
        print(f"{name:24s}{costs.row()}")
    if any(found.values()):
        print(f"\n{folder.name}: finding, percent")
        print(f"{'':24s}" + "".join(f"{name:>13s}" for name in FIGURES))
        for name, cases in found.items():
            values = {measure.name: measure.value or 0.0 for measure in measures(cases)}
            print(f"{name:24s}" + "".join(f"{values[each]:13.1%}" for each in FIGURES))


def ours(folder: Path) -> tuple[Costs, list[Case]]:
    """Lectern's costs and what it finds, on the path that people use."""
    actor = system_principal(found_tenant(name="Peers", slug=f"peers-{new_id().hex[-12:]}").pk)
    with tenant_context(actor.tenant_id):
        collection = create_collection(actor, name="Peers")
    parts = {part.name: part.pid for part in health_of(this_installation())}
    peak = Peak(parts["worker"])
    with spent_by(parts["worker"], parts["postgres"]) as spent:
        taken = [take_in(actor, collection, path) for path in files_below([folder / "docs"])]
        reports = list(reports_until_read(actor, taken))
        # Counters of a process are written with a delay.
        time.sleep(1)
    peak.stop()
    with tenant_context(actor.tenant_id):
        collection.refresh_from_db()
        documents = {
            report.path.relative_to(folder).as_posix(): Document.objects.get(pk=report.document_id)
            for report in reports
            if report.ready
        }
        texts = [
            f"{c.context}\n{c.text}" for c in Chunk.objects.filter(collection_id=collection.pk)
        ]
    costs = Costs(
        pages=sum(report.pages for report in reports),
        chunks=len(texts),
        tokens=tokens(texts),
        cpu_s=spent(),
        peak_mb=peak.most / 2**20,
    )
    cases = asked(actor, collection, golden_questions(folder / "questions.jsonl"), documents)
    with tenant_context(actor.tenant_id):
        remove_collection(actor, collection)
    return costs, cases


def asked(
    actor: Principal,
    collection: Collection,
    questions: list[Golden],
    documents: dict[str, Document],
) -> list[Case]:
    return [outcome.case for outcome in ask_golden(actor, collection, questions, documents)]


@contextmanager
def spent_by(*pids: int | None) -> Iterator[Callable[[], float]]:
    """The CPU seconds of these processes with all their descendants, and of this one."""
    before = _cpu_seconds(pids)
    after = before

    def spent() -> float:
        return after - before

    yield spent
    after = _cpu_seconds(pids)


def _cpu_seconds(pids: tuple[int | None, ...]) -> float:
    # Of this thread: another one watches the memory, which costs more than the uploads.
    total = time.thread_time()
    for pid in pids:
        process = psutil.Process(pid)
        for each in [process, *process.children(recursive=True)]:
            try:
                times = each.cpu_times()
            except psutil.NoSuchProcess:
                continue
            # The last two are those of children that ended and were waited for.
            total += times.user + times.system + times.children_user + times.children_system
    return total


def tokens(texts: list[str]) -> int:
    """How many word pieces of ``texts`` the model reads."""
    tokenizer = Tokenizer.from_file(str(weights_folder() / "tokenizer.json"))
    tokenizer.enable_truncation(MOST_PIECES)
    tokenizer.no_padding()
    return sum(len(tokenizer.encode(text).ids) for text in texts)


def cases_of(folder: Path, rankings: list[list[dict[str, Any]]]) -> list[Case]:
    """The cases of a peer's rankings, one for each question in its order."""
    return [
        Case(
            document=golden.document,
            pages=golden.pages,
            evidence=golden.evidence,
            answer=golden.answer,
            results=tuple(
                Result(document=each["doc"], pages=(each["page"],), text=each["text"])
                for each in ranking
            ),
            given="",
        )
        for golden, ranking in zip(
            golden_questions(folder / "questions.jsonl"), rankings, strict=True
        )
    ]


if __name__ == "__main__":
    main()
