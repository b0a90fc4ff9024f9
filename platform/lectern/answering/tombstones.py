"""What answers keep of a document that was deleted: that it was cited, and not what it said."""

from uuid import UUID

from django.db.models.functions import Now

from lectern.answering.models import Answer, Citation
from lectern.documents.removal import on_removal

GONE = "[removed with its document]"


def connect() -> None:
    """Have removed documents reach the answers that cite them."""
    on_removal(blank_citations)


def blank_citations(document_id: UUID) -> int:
    """Empty every quote taken from the document, in citations and in the answers' text.

    Returns how many answers were changed. Runs in the transaction that removes the document.
    """
    citing = Citation.objects.filter(document_id=document_id)
    answers = {
        answer.pk: answer
        for answer in Answer.objects.filter(
            pk__in=citing.values("answer_id"),
        )
    }
    for citation in citing.order_by("answer_id", "-sentence_start"):
        answer = answers[citation.answer_id]
        # The sentence keeps its length, so that the offsets of the others stay right.
        width = citation.sentence_end - citation.sentence_start
        answer.text = (
            answer.text[: citation.sentence_start]
            + GONE[:width].ljust(width)
            + answer.text[citation.sentence_end :]
        )
    for answer in Answer.objects.filter(passages__contains=[{"document_id": str(document_id)}]):
        changed = answers.setdefault(answer.pk, answer)
        changed.passages = [
            passage | {"text": "", "context": "", "removed": True}
            if passage["document_id"] == str(document_id)
            else passage
            for passage in answer.passages
        ]
    Answer.objects.bulk_update(answers.values(), ["text", "passages"], batch_size=200)
    citing.update(quote="", heading="", boxes=[], document=None, version=None, removed_at=Now())
    return len(answers)
