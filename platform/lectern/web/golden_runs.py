"""Golden runs: beginning one, and what changed since an earlier one."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lectern.answering import golden_runs
from lectern.answering.golden_reading import comparison_of
from lectern.answering.models import GoldenRun
from lectern.documents.library import found
from lectern.documents.models import Collection
from lectern.tenants.access import Permission
from lectern.web.pages import MemberRequest, id_of, page

RUNS_IN_MENU = 50
COUNTS = {
    "answerable": gettext_lazy("Questions that documents answer"),
    "found": gettext_lazy("Found among the passages"),
}
SHARES = {
    "hit_1": gettext_lazy("Found at the first place"),
    "hit_5": gettext_lazy("Found among the first five"),
    "answered_right": gettext_lazy("Answers that hold the golden one"),
    "refused_right": gettext_lazy("Refused, and rightly"),
    "refused_wrong": gettext_lazy("Refused, though a document answers"),
}
RANKS = {"mrr": gettext_lazy("Mean reciprocal rank")}
TIMES = {"p50_ms": gettext_lazy("Median time of an answer")}
LESS_IS_BETTER = {"refused_wrong"}
# How long it took says more about what else the machine did.
NEITHER = {"answerable", "p50_ms"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure of a run, and of the run before it; ``tone`` says whether the change is good."""

    label: Any
    after: str
    before: str
    delta: str
    tone: str


@page(Permission.MANAGE_COLLECTIONS, "POST")
def start(request: MemberRequest, collection_id: UUID) -> HttpResponse:
    """Ask all golden questions now."""
    collection = found(Collection.objects, "collection", pk=collection_id)
    run = golden_runs.start_run(request.principal, collection)
    messages.success(request, _("The golden questions are being asked."))
    return redirect("golden-run", run.pk)


@page(Permission.MANAGE_COLLECTIONS)
def golden_run(request: MemberRequest, run_id: UUID) -> HttpResponse:
    """One run beside an earlier one, ``?against=`` or the one before; what got worse is first."""
    rows = GoldenRun.objects.select_related("job", "collection", "requested_by")
    run = found(rows, "golden run", pk=run_id)
    comparison = comparison_of(request.principal, run, id_of(request.GET.get("against", "")))
    others = golden_runs.runs_of(run.collection).filter(finished_at__isnull=False)
    before = comparison.before.figures if comparison.before else {}
    context = {
        "run": run,
        "collection": run.collection,
        "comparison": comparison,
        "figures": figures_of(run.figures, before) if run.finished_at else [],
        "others": others.exclude(pk=run.pk)[:RUNS_IN_MENU],
    }
    return render(request, "web/golden_run.html", context)


def figures_of(after: dict[str, Any], before: dict[str, Any]) -> list[Figure]:
    """The figures that both runs may have, side by side."""
    kinds = (
        (COUNTS, "{:,.0f}", 1),
        (SHARES, "{:.1f} %", 100),
        (RANKS, "{:.3f}", 1),
        (TIMES, "{:,.0f} ms", 1),
    )
    return [
        _figure(name, label, (form, scale), after.get(name), before.get(name))
        for labels, form, scale in kinds
        for name, label in labels.items()
    ]


def _figure(
    name: str, label: Any, spelling: tuple[str, int], after: float | None, before: float | None
) -> Figure:
    form, scale = spelling
    known = after is not None and before is not None
    delta = (after or 0) - (before or 0) if known else 0
    better = delta < 0 if name in LESS_IS_BETTER else delta > 0
    changed = form.format(abs(delta) * scale) != form.format(0)
    return Figure(
        label=label,
        after="" if after is None else form.format(after * scale),
        before="" if before is None else form.format(before * scale),
        delta=("+" if delta > 0 else "-") + form.format(abs(delta) * scale) if changed else "",
        tone="" if not changed or name in NEITHER else "good" if better else "bad",
    )
