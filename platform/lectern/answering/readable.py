"""Which answers a principal may read: those whose sources they may all read."""

from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from lectern.answering.models import Answer, Citation, Question
from lectern.documents.readable import hidden_documents
from lectern.errors import NotFound
from lectern.tenants.access import Permission, Principal

WITHHELD = "[not shown: it was made from a document that you may not read]"


def readable_answers(actor: Principal) -> QuerySet[Answer]:
    """The answers that cite, and were asked of, no document that is kept from ``actor``."""
    answers: QuerySet[Answer] = Answer.objects.all()
    if actor.may(Permission.WRITE):
        return answers
    citing = Citation.objects.filter(answer=OuterRef("pk"), document__in=hidden_documents(actor))
    return answers.exclude(Exists(citing)).exclude(question__document__in=hidden_documents(actor))


def readable_questions(actor: Principal) -> QuerySet[Question]:
    """The questions but for those whose answer, or whose one document, is kept from ``actor``."""
    questions: QuerySet[Question] = Question.objects.all()
    if actor.may(Permission.WRITE):
        return questions
    hidden = hidden_documents(actor)
    citing = Citation.objects.filter(answer__question=OuterRef("pk"), document__in=hidden)
    return questions.exclude(Exists(citing)).exclude(document__in=hidden)


def read_answer(actor: Principal, answer_id: UUID) -> Answer:
    """The answer with this id as ``actor`` may see it, with its question and all that it has."""
    related = ("question__collection", "question__document", "question__asked_by")
    answers = readable_answers(actor).select_related(*related)
    answer = answers.prefetch_related("citations", "findings").filter(pk=answer_id).first()
    if answer is None:
        raise NotFound("There is no such answer. It may have been deleted.")
    withhold(actor, answer)
    return answer


def withhold(actor: Principal, answer: Answer) -> None:
    """Take out of ``answer``, in memory, what it has of documents that are kept from ``actor``.

    Those are passages that were read and not cited. A check has seen them, so nothing that
    checks said is shown either. The findings must have been fetched with the answer.
    """
    ids = {passage["document_id"] for passage in answer.passages}
    kept = hidden_documents(actor).filter(pk__in=ids).values_list("pk", flat=True)
    hidden = {str(document_id) for document_id in kept}
    if not hidden:
        return
    answer.passages = [each for each in answer.passages if each["document_id"] not in hidden]
    findings = answer.findings.all()
    for finding in findings:
        finding.message = WITHHELD
    if findings and answer.outcome == Answer.Outcome.REFUSED:
        # The reason of such a refusal is what a check said.
        answer.text = WITHHELD
