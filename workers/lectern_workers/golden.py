"""Asking the golden questions of a collection."""

from typing import Any
from uuid import UUID

from lectern.answering.golden import ask_golden
from lectern.answering.golden_runs import finish_run, remaining, store_result, subject_of
from lectern.answering.golden_set import as_asked
from lectern.answering.models import GoldenQuestion, GoldenRun
from lectern.tenants.access import system_principal
from lectern.tenants.scoping import tenant_context
from lectern_workers.context import JobContext, PermanentError


def run_golden(context: JobContext) -> dict[str, Any]:
    """Ask what this run has no result of yet, then work out its figures."""
    run = _run(context)
    with tenant_context(context.tenant_id):
        waiting = remaining(run)
    for done, golden in enumerate(waiting):
        context.progress("asking", done, len(waiting))
        _ask(context, run, golden)
    with context.fenced():
        figures = finish_run(run)
    return {"questions": figures["questions"], "found": figures["found"]}


def _run(context: JobContext) -> GoldenRun:
    with context.fenced():
        rows = GoldenRun.objects.select_related("collection")
        run = rows.filter(pk=UUID(context.payload["run_id"])).first()
        if run is not None and not run.subject:
            run.subject = subject_of(run.collection)
            run.save(update_fields=["subject"])
    if run is None:
        raise PermanentError(
            "deleted", "The collection was deleted before its golden questions were asked."
        )
    return run


def _ask(context: JobContext, run: GoldenRun, golden: GoldenQuestion) -> None:
    name = str(golden.document_id or "")
    documents = {name: golden.document} if golden.document else {}
    # As the system: the questions are about all documents, and who reads the results is
    # shown those of the documents that they may read.
    actor = system_principal(context.tenant_id)
    for outcome in ask_golden(actor, run.collection, [as_asked(golden, name)], documents):
        with context.fenced():
            store_result(run, golden, outcome)
