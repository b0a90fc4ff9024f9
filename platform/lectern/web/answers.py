"""An answer's own page, and the questions that a member has asked."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from lectern.answering.models import Answer
from lectern.answering.readable import read_answer, readable_questions
from lectern.tenants.access import Permission
from lectern.web.ask import ask_context
from lectern.web.pages import MemberRequest, page, rows_of_page
from lectern.web.reading import reading_of


@page(Permission.READ)
def answer(request: MemberRequest, answer_id: UUID) -> HttpResponse:
    """The answer with its sources; ``?citation=`` opens one of them beside it."""
    row = read_answer(request.principal, answer_id)
    reading = reading_of(row, request.GET.get("citation", ""))
    given = {"collection": str(row.question.collection_id), "previous": str(row.question_id)}
    context = ask_context(request, given) | {"reading": reading, "findings": row.findings.all()}
    return render(request, "web/answer.html", context)


@page(Permission.READ)
def history(request: MemberRequest) -> HttpResponse:
    """What this member asked, newest first; ``?q=`` looks for words, ``?outcome=`` filters."""
    questions = readable_questions(request.principal).filter(asked_by=request.principal.user_id)
    if search := request.GET.get("q", "").strip():
        questions = questions.filter(text__icontains=search)
    outcome = request.GET.get("outcome", "")
    if outcome in Answer.Outcome.values:
        questions = questions.filter(answers__outcome=outcome).distinct()
    rows = questions.select_related("collection").prefetch_related("answers")
    context = {
        "rows": rows_of_page(request, rows),
        "search": search,
        "outcome": outcome,
        "outcomes": Answer.Outcome.choices,
    }
    return render(request, "web/history.html", context)
