"""Explanations: what is found for a question and why, without answering it."""

from ninja import Field, Router

from lectern.answering.retrieval_lab import MOST_PASSAGES, Look, look
from lectern.api.authentication import ApiRequest, BearerKey
from lectern.api.identifiers import CollectionId, DocumentId, VersionId
from lectern.api.shapes import Asked, Shown, Words
from lectern.documents.access import read_document
from lectern.documents.explaining import Explained
from lectern.documents.library import found
from lectern.documents.models import Collection
from lectern.errors import NotFound
from lectern.tenants.access import Permission

router = Router(tags=["Questions"])


class ExplanationIn(Asked):
    """A question to try, and what is searched of the collection."""

    text: Words = Field(examples=["What was the revenue in 2023?"])
    document_id: DocumentId | None = None
    metadata: dict[Words, list[Words]] = Field(
        {}, description="Of each name a document must have one of the values."
    )
    passages: int = Field(10, ge=1, le=MOST_PASSAGES, description="How many of each order.")


class TermOut(Shown):
    """A word of the question in a passage. What it adds to the BM25 score is their product."""

    term: str
    word: str
    rarity: float
    weight: float
    contribution: float


class ExplainedOut(Shown):
    """A passage, its places, and what its score is made of.

    ``score`` is the sum of ``meaning`` (the cosine), ``words``, ``neighbours`` (the passages beside
    it), ``document`` (the best of its document) and ``preference``. ``meaning_rank`` and
    ``words_rank`` are null where the passage is not among the first 100 of that search.
    """

    document_id: DocumentId
    version_id: VersionId
    title: str
    page: int
    start: int
    end: int
    text: str
    context: str
    rank: int
    meaning_rank: int | None
    words_rank: int | None
    score: float
    meaning: float
    words: float
    neighbours: float
    document: float
    preference: float
    cosine: float | None
    bm25: float | None
    coverage: float
    terms: list[TermOut]
    why: str


class EvidenceOut(Shown):
    """Whether the question would be answered: from ``threshold`` of ``probability`` on.

    ``nowhere`` are the names and numbers of the question of which no passage holds anything.
    """

    probability: float
    threshold: float
    cosine: float
    coverage: float
    nowhere: list[str]
    answered: bool


class ExplanationOut(Shown):
    """The best passages in three orders, and how long each step took, in milliseconds.

    ``named`` is what the question names of the documents' metadata: those are preferred.
    """

    fused: list[ExplainedOut]
    by_meaning: list[ExplainedOut]
    by_words: list[ExplainedOut]
    considered: int
    named: dict[str, list[str]]
    evidence: EvidenceOut
    timings: dict[str, float]


@router.post(
    "/collections/{collection_id}/explanations",
    response=ExplanationOut,
    auth=BearerKey(Permission.MANAGE_COLLECTIONS, Permission.READ),
)
def explain_question(
    request: ApiRequest, collection_id: CollectionId, body: ExplanationIn
) -> ExplanationOut:
    """Show what is found for a question and why it ranks there; nothing is answered or kept."""
    collection = found(Collection.objects, "collection", pk=collection_id)
    document = None
    if body.document_id is not None:
        document = read_document(request.auth, body.document_id)
        if document.collection_id != collection.pk:
            raise NotFound("There is no such document. It may have been deleted.")
    seen = look(
        request.auth,
        collection,
        body.text,
        document=document,
        filters=body.metadata,
        limit=body.passages,
    )
    return _shown(seen)


def _shown(seen: Look) -> ExplanationOut:
    evidence = EvidenceOut.of(
        seen.evidence, nowhere=list(seen.evidence.nowhere), answered=seen.evidence.suffices
    )
    explanation = seen.explanation
    return ExplanationOut(
        fused=[_explained(each) for each in explanation.fused],
        by_meaning=[_explained(each) for each in explanation.by_meaning],
        by_words=[_explained(each) for each in explanation.by_words],
        considered=explanation.considered,
        named={name: list(values) for name, values in seen.understanding.shown.items()},
        evidence=evidence,
        timings=dict(seen.timings),
    )


def _explained(each: Explained) -> ExplainedOut:
    passage = each.passage
    of_passage = {
        name: getattr(passage, name)
        for name in ("document_id", "version_id", "page", "start", "end", "text", "context")
    }
    return ExplainedOut.of(
        each,
        **of_passage,
        title=passage.document_title,
        score=passage.score,
        meaning_rank=passage.dense_rank,
        words_rank=passage.lexical_rank,
        cosine=passage.dense,
        bm25=passage.lexical,
        terms=[TermOut.of(term) for term in each.terms],
    )
