"""Why passages ranked: what the lab tells is what the search did."""

from dataclasses import replace

import pytest
from django.conf import settings

from factories import make_collection, make_document, make_member
from lectern.answering.ask import PASSAGES, RANKED, answer_of, answer_question
from lectern.answering.evidence import THRESHOLD
from lectern.answering.retrieval_lab import look
from lectern.backends.engines import question_embedder
from lectern.documents.access import Access, change_access
from lectern.documents.explaining import explain
from lectern.documents.fusion import Candidate, fused
from lectern.documents.joining import joined
from lectern.documents.scope import scope_of
from lectern.documents.search import retrieve
from lectern.errors import Invalid, NotAllowed
from lectern.tenants.access import Permission, Role

QUESTION = "Within how many days must claims be submitted?"
PAGES = (
    "Claims are submitted within 30 days of the journey, with receipts.\n\n"
    "Employees travel in economy class on all flights.",
    "Parking at the site in Aarhus is free for the first hour of every day.",
)


@pytest.fixture
def embedder():
    return question_embedder(settings.STATE)


@pytest.fixture
def policy(tenant, collection, embedder):
    make_document(
        tenant, collection, "Claims for parking are paid.", title="Parking", embedder=embedder
    )
    policy = make_document(tenant, collection, *PAGES, title="Policy", embedder=embedder)
    collection.refresh_from_db()
    return policy


@pytest.fixture
def scope(tenant, collection, policy):
    return scope_of(tenant, [collection])


def ids(order):
    return [each.passage.chunk_id for each in order]


def test_the_fused_order_is_the_one_that_answers_go_by(scope, embedder):
    found = retrieve(scope, QUESTION, embedder, limit=3)

    explained = explain(scope, QUESTION, embedder, limit=3).fused

    assert [each.passage for each in explained] == list(found.passages)
    assert [each.rank for each in explained] == [1, 2, 3]


def test_the_parts_of_a_score_are_those_of_the_fusion(scope, embedder):
    explanation = explain(scope, QUESTION, embedder)
    found = explanation.retrieval
    candidates = [
        Candidate(
            chunk_id=p.chunk_id,
            document_id=p.document_id,
            position=p.position,
            dense=p.dense,
            lexical=p.lexical,
        )
        for p in found.passages
    ]

    scores = {
        candidate.chunk_id: score
        for candidate, score in fused(candidates, rarity=sum(found.rarities.values()))
    }

    for each in explanation.fused:
        parts = each.meaning + each.words + each.neighbours + each.document + each.preference
        assert parts == pytest.approx(scores[each.passage.chunk_id], abs=1e-5)


def test_what_the_terms_contribute_is_the_score_by_words(scope, embedder):
    best, *_ = explain(scope, QUESTION, embedder).by_words

    contributed = sum(term.contribution for term in best.terms)

    assert contributed == pytest.approx(best.passage.lexical, rel=1e-4)
    assert {"days", "claims", "submitted"} <= {term.word for term in best.terms if term.weight}


def test_each_search_has_an_order_of_its_own(scope, embedder):
    explanation = explain(scope, QUESTION, embedder)

    cosines = [each.passage.dense for each in explanation.by_meaning]
    words = [each.passage.lexical for each in explanation.by_words]
    assert cosines == sorted(cosines, reverse=True)
    assert words == sorted(words, reverse=True)
    assert len(cosines) == 4
    assert len(words) < 4


def test_a_preferred_document_says_so(scope, embedder, policy):
    preferring = replace(scope, preferred={policy.pk: 0.25})

    explained = explain(preferring, "Is parking paid?", embedder).fused
    of_policy = next(each for each in explained if each.passage.document_id == policy.pk)

    assert of_policy.preference == 0.25
    assert "preferred for this question (+0.25)" in of_policy.why


def test_a_passage_says_why_it_ranks(scope, embedder):
    best, *_ = explain(scope, QUESTION, embedder).fused

    assert best.why.startswith("Number 1 by meaning: the cosine is 0.")
    assert "Number 1 by words: it holds 60% of the question: submitted" in best.why


def test_a_document_that_is_kept_from_the_reader_is_in_no_order(tenant, collection, policy):
    change_access(tenant, [policy], Access(restricted=True))
    reader = replace(
        make_member(tenant, Role.READER), permissions=frozenset({Permission.MANAGE_COLLECTIONS})
    )

    explanation = look(reader, collection, QUESTION).explanation

    shown = (*explanation.fused, *explanation.by_meaning, *explanation.by_words)
    assert {each.passage.document_title for each in shown} == {"Parking.txt"}


# --- the lab beside an answer -----------------------------------------------------------


def test_an_answer_is_made_from_what_the_lab_shows(tenant, collection, policy):
    answer = answer_of(answer_question(tenant, collection, QUESTION))

    seen = look(tenant, collection, QUESTION, limit=PASSAGES)

    read = [passage["chunk_id"] for passage in answer.passages]
    parts = joined(seen.explanation.retrieval.passages[:RANKED], limit=PASSAGES)
    assert [str(passage.chunk_id) for passage in parts] == read
    assert seen.evidence.probability == pytest.approx(answer.confidence)


def test_the_lab_tells_that_a_question_would_be_refused(tenant, collection, policy):
    seen = look(tenant, collection, "Who won the chess world championship in 1972?")

    assert seen.evidence.probability < seen.evidence.threshold == THRESHOLD


def test_the_lab_tells_the_time_of_each_step(tenant, collection, policy):
    seen = look(tenant, collection, QUESTION)

    assert {"embedding", "searching"} <= set(seen.timings)


def test_a_collection_without_documents_shows_nothing(tenant):
    assert look(tenant, make_collection(tenant), QUESTION).explanation.fused == ()


def test_the_lab_is_for_those_who_manage_collections(tenant, collection):
    with pytest.raises(NotAllowed, match="collections:write"):
        look(make_member(tenant, Role.READER), collection, QUESTION)


def test_the_lab_refuses_more_passages_than_it_shows(tenant, collection):
    with pytest.raises(Invalid, match="1 to 50"):
        look(tenant, collection, QUESTION, limit=51)
