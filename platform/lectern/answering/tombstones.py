"""What answers keep of a document that was deleted: that it was cited, and not what it said."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import F, Func, JSONField, Prefetch, Value
from django.db.models.functions import Now

from lectern.answering.models import Answer, Citation, Finding
from lectern.documents.models import Document
from lectern.documents.removal import GONE, on_removal

AT_ONCE = 200


def connect() -> None:
    """Have removed documents reach the answers that cite them."""
    on_removal(blank_citations)


def blank_citations(document_ids: Sequence[UUID]) -> int:
    """Empty whatever was taken from the documents: quotes, passages, and what checks said of them.

    Returns how many answers were changed. Runs in the transaction that removes the documents.
    """
    gone = {str(document_id) for document_id in document_ids}
    citing = Citation.objects.filter(document__in=document_ids)
    # What an answer cites is among its passages. Only its own collection's answers are looked
    # through: no index serves such a condition under row-level security.
    collections = Document.objects.filter(pk__in=document_ids).values("collection")
    sources = Func(
        F("passages"),
        Value("$[*].document_id"),
        function="jsonb_path_query_array",
        output_field=JSONField(),
    )
    within = Answer.objects.filter(question__collection__in=collections).alias(sources=sources)
    reached = within.filter(sources__has_any_keys=list(gone))
    ids = list(reached.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        answers = Answer.objects.filter(pk__in=ids[start : start + AT_ONCE]).prefetch_related(
            Prefetch("citations", queryset=citing, to_attr="doomed"), "findings"
        )
        for answer in answers:
            _blank(answer, gone)
        Answer.objects.bulk_update(answers, ["text", "passages", "computation"])
    # A check's message may name what it found in the document.
    Finding.objects.filter(answer__in=ids).update(message=GONE)
    citing.update(quote="", heading="", boxes=[], document=None, version=None, removed_at=Now())
    return len(ids)


def _blank(answer: Any, gone: set[str]) -> None:
    """Empty the answer's text where it cites what is ``gone``, and the passages of that."""
    if answer.doomed:
        # What was computed was computed from one document's cells.
        answer.computation = {}
    for citation in answer.doomed:
        # The sentence keeps its length, so that the offsets of the others stay right.
        width = citation.sentence_end - citation.sentence_start
        before, after = answer.text[: citation.sentence_start], answer.text[citation.sentence_end :]
        answer.text = before + GONE[:width].ljust(width) + after
    if answer.outcome == Answer.Outcome.REFUSED and answer.findings.all():
        # The reason of such a refusal is what a check said.
        answer.text = GONE
    answer.passages = [
        passage | {"text": "", "context": "", "removed": True}
        if passage["document_id"] in gone
        else passage
        for passage in answer.passages
    ]
