"""Writing down what was answered and why."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from lectern import sdk
from lectern.answering.citing import CitationDraft, source_removed
from lectern.answering.models import Answer, Citation, Finding
from lectern.documents.models import DocumentVersion
from lectern.documents.passages import Passage


def record_answer(
    answer: Answer,
    citations: Sequence[CitationDraft],
    findings: Sequence[sdk.Finding],
    passages: Sequence[Passage],
) -> Answer:
    """Store ``answer`` with what it rests on. Runs inside the tenant, in one transaction.

    Deletion wins over an answer in flight: raises ``Conflict`` if a cited document is gone,
    and keeps nothing of other passages that are.
    """
    alive = _alive(passages)
    if any(draft.passage.version_id not in alive for draft in citations):
        raise source_removed()
    kept = [passage for passage in passages if passage.version_id in alive]
    answer.passages = [_as_json(passage) for passage in kept]
    answer.save(force_insert=True)
    Citation.objects.bulk_create(_citation(answer, draft) for draft in citations)
    Finding.objects.bulk_create(_finding(answer, finding) for finding in findings)
    return answer


def _alive(passages: Sequence[Passage]) -> set[UUID]:
    # Locked until this is committed: a deletion then either came before or sees the answer.
    versions = DocumentVersion.objects.select_for_update(no_key=True).filter(
        pk__in={passage.version_id for passage in passages}
    )
    return set(versions.order_by("pk").values_list("pk", flat=True))


def _as_json(passage: Passage) -> dict[str, Any]:
    return {
        "chunk_id": str(passage.chunk_id),
        "document_id": str(passage.document_id),
        "version_id": str(passage.version_id),
        "title": passage.document_title,
        "page": passage.page,
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
        "context": passage.context,
        "score": passage.score,
        "dense": passage.dense,
        "lexical": passage.lexical,
    }


def _citation(answer: Answer, draft: CitationDraft) -> Citation:
    return Citation(
        tenant_id=answer.tenant_id,
        answer=answer,
        number=draft.number,
        sentence_start=draft.sentence[0],
        sentence_end=draft.sentence[1],
        document_id=draft.passage.document_id,
        version_id=draft.passage.version_id,
        document_title=draft.passage.document_title,
        page=draft.passage.page,
        page_label=draft.page_label,
        start=draft.start,
        end=draft.end,
        boxes=[list(box) for box in draft.boxes],
        quote=draft.quote,
        heading=draft.heading,
    )


def _finding(answer: Answer, finding: sdk.Finding) -> Finding:
    start, end = finding.span or (None, None)
    return Finding(
        tenant_id=answer.tenant_id,
        answer=answer,
        plugin=answer.question.collection.plugin,
        check_name=finding.check,
        severity=finding.severity,
        message=finding.message,
        start=start,
        end=end,
    )
