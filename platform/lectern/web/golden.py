"""The golden questions of a collection: their page, changing them, and their files."""

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lectern.answering import golden_set
from lectern.answering.golden_files import as_csv, as_json_lines, read_questions
from lectern.answering.golden_reading import last_finished, last_results
from lectern.answering.golden_runs import runs_of, standing_of
from lectern.answering.models import GoldenQuestion, GoldenResult
from lectern.answering.standings import Standing
from lectern.documents.library import found
from lectern.documents.models import Collection
from lectern.errors import Conflict, LecternError
from lectern.tenants.access import Permission
from lectern.web.golden_forms import GoldenFileForm, GoldenForm
from lectern.web.pages import MemberRequest, page, rows_of_page

RUNS_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldenRow:
    """A golden question with its newest result, if it was asked yet."""

    golden: GoldenQuestion
    result: GoldenResult | None

    @property
    def standing(self) -> Standing | None:
        """How the newest result went."""
        return standing_of(self.result) if self.result else None


@page(Permission.MANAGE_COLLECTIONS)
def golden(request: MemberRequest, collection_id: UUID) -> HttpResponse:
    """The golden questions with their newest results, and the last runs."""
    collection = found(Collection.objects, "collection", pk=collection_id)
    rows = rows_of_page(request, golden_set.golden_of(request.principal, collection))
    results = last_results(rows)
    context = {
        "collection": collection,
        "rows": rows,
        "questions": [GoldenRow(golden=each, result=results.get(each.pk)) for each in rows],
        "last": last_finished(collection),
        "runs": runs_of(collection)[:RUNS_SHOWN],
        "form": GoldenFileForm(),
    }
    return render(request, "web/golden.html", context)


@page(Permission.MANAGE_COLLECTIONS, "GET", "POST")
def new(request: MemberRequest, collection_id: UUID) -> HttpResponse:
    """Save a golden question, from the lab or typed in."""
    collection = found(Collection.objects, "collection", pk=collection_id)
    form = GoldenForm(request.POST or None, actor=request.principal, collection=collection)
    if form.is_valid():
        try:
            golden_set.add_golden(request.principal, collection, form.draft())
        except Conflict as known:
            messages.info(request, known.message)
            return redirect(_back(request, collection))
        except LecternError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("The golden question was saved."))
            return redirect(_back(request, collection))
    context = {"form": form, "collection": collection}
    return render(request, "web/golden_form.html", context, status=422 if form.errors else 200)


@page(Permission.MANAGE_COLLECTIONS, "GET", "POST")
def edit(request: MemberRequest, golden_id: UUID) -> HttpResponse:
    """Change a golden question, whose results so far are deleted by that."""
    changed = _golden(request, golden_id)
    collection = changed.collection
    form = GoldenForm(
        request.POST or None, actor=request.principal, collection=collection, golden=changed
    )
    if form.is_valid():
        try:
            golden_set.change_golden(request.principal, changed, form.draft())
        except LecternError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("The golden question was changed."))
            return redirect("golden", collection.pk)
    context = {"form": form, "collection": collection, "golden": changed}
    return render(request, "web/golden_form.html", context, status=422 if form.errors else 200)


@page(Permission.MANAGE_COLLECTIONS, "POST")
def delete(request: MemberRequest, golden_id: UUID) -> HttpResponse:
    """Delete a golden question with its results."""
    doomed = _golden(request, golden_id)
    golden_set.remove_golden(request.principal, doomed)
    messages.success(request, _("The golden question was deleted."))
    return redirect("golden", doomed.collection_id)


@page(Permission.MANAGE_COLLECTIONS, "GET", "POST")
def file(request: MemberRequest, collection_id: UUID) -> HttpResponse:
    """The golden questions as a file, ``?format=csv`` or JSON lines; posted, one to add."""
    collection = found(Collection.objects, "collection", pk=collection_id)
    if request.method == "POST":
        _import(request, collection)
        return redirect("golden", collection.pk)
    questions = golden_set.exported_golden(request.principal, collection)
    ending = "csv" if request.GET.get("format") == "csv" else "jsonl"
    content = as_csv(questions) if ending == "csv" else as_json_lines(questions)
    response = HttpResponse(content, content_type="text/plain; charset=utf-8")
    name = f"{collection.name} golden questions.{ending}"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


def _import(request: MemberRequest, collection: Collection) -> None:
    form = GoldenFileForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("No file arrived. Choose one with golden questions."))
        return
    try:
        questions = read_questions(form.cleaned_data["file"])
        outcome = golden_set.import_golden(request.principal, collection, questions)
    except LecternError as error:
        messages.error(request, error.message)
        return
    text = ngettext(
        "%(added)d golden question was added; %(known)d were here already.",
        "%(added)d golden questions were added; %(known)d were here already.",
        outcome.added,
    )
    messages.success(request, text % {"added": outcome.added, "known": outcome.known})
    for problem in outcome.problems[:RUNS_SHOWN]:
        messages.error(request, problem)


def _golden(request: MemberRequest, golden_id: UUID) -> GoldenQuestion:
    questions = GoldenQuestion.objects.select_related("collection", "document")
    golden: GoldenQuestion = found(
        golden_set.visible(request.principal, questions), "golden question", pk=golden_id
    )
    return golden


def _back(request: MemberRequest, collection: Collection) -> str:
    """Where it was saved from: the lab with its question, or the page of all of them."""
    question = request.POST.get("tried", "")
    if not question:
        return reverse("golden", args=[collection.pk])
    return f"{reverse('lab', args=[collection.pk])}?{urlencode({'question': question})}"
