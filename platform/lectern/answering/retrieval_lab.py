"""The retrieval lab: what an answer would be made from, without making one."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from lectern.answering.ask import PASSAGES, RANKED, checked_question
from lectern.answering.evidence import Evidence, weigh
from lectern.backends.engines import question_embedder
from lectern.documents.clock import Clock
from lectern.documents.explaining import Explanation, explain
from lectern.documents.joining import joined
from lectern.documents.models import Collection, Document
from lectern.documents.scope import Filters, Scope, scope_of
from lectern.documents.tuning import tuning_of
from lectern.documents.understanding import Understanding, prefer
from lectern.errors import Invalid
from lectern.tenants.access import Permission, Principal, require

MOST_PASSAGES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was found for a question and why; ``timings`` are milliseconds by step."""

    question: str
    scope: Scope
    understanding: Understanding
    explanation: Explanation
    evidence: Evidence
    timings: Mapping[str, float]


def look(
    actor: Principal,
    collection: Collection,
    text: str,
    *,
    document: Document | None = None,
    filters: Filters | None = None,
    limit: int = 10,
) -> Look:
    """What ``actor`` would be answered ``text`` from, on the path of ``ask``. Inside the tenant."""
    require(actor, Permission.MANAGE_COLLECTIONS)
    if not 1 <= limit <= MOST_PASSAGES:
        raise Invalid(f"The lab shows 1 to {MOST_PASSAGES} passages, not {limit}.")
    question = checked_question(text)
    embedder = question_embedder(settings.STATE, collection.embedder)
    clock = Clock()
    scope = scope_of(actor, [collection], document, filters=filters)
    scope, understanding = prefer(scope, question)
    clock.note("understanding")
    explanation = explain(scope, understanding.expanded(question), embedder, limit=limit)
    found = explanation.retrieval
    first = joined(found.passages[:RANKED], limit=PASSAGES)
    threshold = tuning_of(collection).threshold
    evidence = weigh(question, first, found.rarities, threshold, understanding)
    return Look(
        question=question,
        scope=scope,
        explanation=explanation,
        understanding=understanding,
        evidence=evidence,
        timings=clock.steps | dict(found.timings),
    )
