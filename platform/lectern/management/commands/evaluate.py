"""``lectern evaluate``: golden questions over their documents, asked and measured."""

import json
import resource
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models.functions import Now

from lectern.answering.golden import Outcome, ask_golden
from lectern.answering.golden_files import golden_questions
from lectern.answering.measures import measures
from lectern.documents.collections import create_collection, remove_collection
from lectern.documents.models import Collection, Document
from lectern.errors import LecternError
from lectern.management.intake import FileReport, files_below, reports_until_read, take_in
from lectern.management.selection import EVALUATION
from lectern.tenants.access import Principal, system_principal
from lectern.tenants.models import new_id
from lectern.tenants.people import found_tenant, tenant_by_slug
from lectern.tenants.scoping import tenant_context

LONGEST_EVALUATION = timedelta(days=1)


class Command(BaseCommand):
    """Loads a set into a throw-away collection, asks every question, prints the figures."""

    help = (
        "Measures answers on DIR, which holds docs/ and questions.jsonl, in a throw-away "
        "collection. Lectern must be running: its workers read the documents."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument(
            "--output", type=Path, metavar="FILE", help="one JSON object a question"
        )
        parser.add_argument("--plugin", default="", help="the plugin that the collection uses")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        if not (folder / "docs").is_dir() or not (folder / "questions.jsonl").is_file():
            raise CommandError(f"{folder} must hold the folder docs and the file questions.jsonl")
        try:
            questions = golden_questions(folder / "questions.jsonl")
        except LecternError as error:
            raise CommandError(error.message) from error
        actor, collection = throw_away(options["plugin"])
        try:
            documents = self._load(actor, collection, folder)
            with tenant_context(actor.tenant_id):
                collection.refresh_from_db()
            outcomes = list(ask_golden(actor, collection, questions, documents))
            self._tell(outcomes)
            if options["output"]:
                _write(options["output"], outcomes)
        finally:
            with tenant_context(actor.tenant_id):
                remove_collection(actor, collection)

    def _load(self, actor: Principal, collection: Collection, folder: Path) -> dict[str, Document]:
        started = time.monotonic()
        taken = [take_in(actor, collection, path) for path in files_below([folder / "docs"])]
        reports = list(reports_until_read(actor, taken))
        seconds = time.monotonic() - started
        for report in reports:
            if not report.ready:
                self.stdout.write(f"{report.path.name}: {report.state}: {report.reason}")
        ready = [report for report in reports if report.ready]
        pages, chunks = (sum(getattr(r, what) for r in ready) for what in ("pages", "chunks"))
        self.stdout.write(
            f"ingestion: {len(ready)} of {len(reports)} documents, {pages} pages, {chunks} chunks "
            f"in {seconds:.1f} s ({pages / seconds:.1f} pages/s, {chunks / seconds:.1f} chunks/s)"
        )
        return _by_path(actor, ready, folder)

    def _tell(self, outcomes: Sequence[Outcome]) -> None:
        for measure in measures([outcome.case for outcome in outcomes]):
            value = "-" if measure.value is None else f"{measure.value:6.1%}"
            self.stdout.write(f"{measure.name:<20} {value:>7}  of {measure.of}")
        if len(outcomes) > 1:
            cuts = quantiles([outcome.milliseconds for outcome in outcomes], n=20)
            searched = quantiles([o.answer.timings["search"] for o in outcomes], n=20)
            self.stdout.write(
                f"answer time          p50 {cuts[9]:.0f} ms, p95 {cuts[18]:.0f} ms "
                f"(search p50 {searched[9]:.0f} ms, p95 {searched[18]:.0f} ms)"
            )
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        self.stdout.write(f"asking process       peak RSS {peak:.0f} MB")


def throw_away(plugin: str) -> tuple[Principal, Collection]:
    """A new collection in the tenant of evaluations; what killed ones left there is removed."""
    tenant_id = tenant_by_slug(EVALUATION)
    if tenant_id is None:
        tenant_id = found_tenant(name="Evaluation", slug=EVALUATION).pk
    actor = system_principal(tenant_id)
    with tenant_context(tenant_id):
        for left in Collection.objects.filter(created_at__lt=Now() - LONGEST_EVALUATION):
            remove_collection(actor, left)
        return actor, create_collection(actor, name=f"Evaluation {new_id().hex}", plugin=plugin)


def _by_path(actor: Principal, reports: Sequence[FileReport], folder: Path) -> dict[str, Document]:
    with tenant_context(actor.tenant_id):
        rows = Document.objects.select_related("current_version").in_bulk(
            [report.document_id for report in reports]
        )
    return {
        report.path.relative_to(folder).as_posix(): rows[report.document_id] for report in reports
    }


def _write(file: Path, outcomes: Sequence[Outcome]) -> None:
    lines = [json.dumps(outcome.record, ensure_ascii=False) + "\n" for outcome in outcomes]
    file.write_text("".join(lines), encoding="utf-8")
