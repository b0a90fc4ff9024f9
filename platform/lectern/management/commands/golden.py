"""``lectern golden``: a collection's golden questions asked now, and what changed."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lectern.answering.golden_reading import comparison_of
from lectern.answering.golden_runs import start_run
from lectern.answering.models import GoldenRun
from lectern.answering.standings import figures_of
from lectern.errors import LecternError
from lectern.jobs.models import Job
from lectern.management.selection import add_selection, collection_named, operator_in
from lectern.tenants.access import Principal
from lectern.tenants.scoping import tenant_context

LOOK_AGAIN_AFTER_S = 0.5


class Command(BaseCommand):
    """Begins a run, waits until a worker has done it, prints its figures."""

    help = (
        "Asks the golden questions of a collection and prints the figures, and which questions "
        "got worse or better than in the run before. Lectern must be running: a worker asks them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_selection(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        actor = operator_in(options["tenant"])
        try:
            with tenant_context(actor.tenant_id):
                run = start_run(actor, collection_named(options["collection"]))
        except LecternError as error:
            raise CommandError(error.message) from error
        while (finished := _finished(actor, run)) is None:
            time.sleep(LOOK_AGAIN_AFTER_S)
        self._tell(actor, finished)

    def _tell(self, actor: Principal, run: GoldenRun) -> None:
        with tenant_context(actor.tenant_id):
            comparison = comparison_of(actor, run)
        before = comparison.before.figures if comparison.before else {}
        # In this order: stored, the figures have another.
        for name in figures_of([]):
            if (value := run.figures[name]) is not None:
                was = f"  (before {before[name]:g})" if before.get(name) is not None else ""
                self.stdout.write(f"{name:<16} {value:g}{was}")
        for word, compared in (("worse", comparison.worse), ("better", comparison.better)):
            for each in compared:
                self.stdout.write(f"{word}: {each.golden.text}")


def _finished(actor: Principal, run: GoldenRun) -> GoldenRun | None:
    with tenant_context(actor.tenant_id):
        now = GoldenRun.objects.select_related("job", "collection").filter(pk=run.pk).first()
    if now is None:
        raise CommandError("The collection was deleted meanwhile.")
    if now.finished_at is not None:
        return now
    if now.job is None or now.job.status in {Job.Status.FAILED, Job.Status.CANCELLED}:
        reason = now.job.error or now.job.get_status_display() if now.job else "its job is gone"
        raise CommandError(f"The golden questions were not asked: {reason}")
    return None
