"""Asking: cited answers, refusals, and what is kept of both."""

import pytest
from django.conf import settings

from factories import make_collection, make_document, make_member
from lectern.answering.ask import Done, Sentence, Sources, answer_of, answer_question
from lectern.answering.models import Answer, Citation, Finding, Question
from lectern.backends.engines import question_embedder
from lectern.documents.models import Collection, Document, Page
from lectern.documents.removal import remove_document
from lectern.errors import Conflict, Invalid, NotAllowed
from lectern.tenants.access import Principal, Role

POLICY = (
    "Claims are submitted within 30 days of the journey, with receipts for every item above "
    "15 euros.\n\nEmployees travel in economy class on all flights.",
    "Parking at the site in Aarhus is free for the first hour.",
)


@pytest.fixture
def policy(tenant: Principal, collection: Collection) -> Document:
    embedder = question_embedder(settings.STATE)
    return make_document(tenant, collection, *POLICY, title="Travel policy", embedder=embedder)


def ask(actor: Principal, collection: Collection, text: str, **options) -> Answer:
    collection.refresh_from_db()
    return answer_of(answer_question(actor, collection, text, **options))


def test_every_sentence_of_an_answer_has_a_citation_on_its_page(
    tenant: Principal, collection: Collection, policy: Document
):
    answer = ask(tenant, collection, "Within how many days must claims be submitted?")

    citations = list(answer.citations.all())
    assert answer.outcome == Answer.Outcome.ANSWERED
    assert "within 30 days" in answer.text
    cited = [answer.text[c.sentence_start : c.sentence_end] for c in citations]
    assert " ".join(cited) == answer.text
    for citation in citations:
        page = Page.objects.get(version=citation.version, number=citation.page)
        assert page.text[citation.start : citation.end] == citation.quote


def test_an_answer_keeps_what_it_was_made_from(
    tenant: Principal, collection: Collection, policy: Document
):
    answer = ask(tenant, collection, "Within how many days must claims be submitted?")

    assert answer.engine == "quotation"
    assert answer.passages[0]["document_id"] == str(policy.pk)
    assert set(answer.timings) == {"understanding", "search", "compute", "quote", "check"}
    assert 0 < answer.confidence <= 1
    assert answer.question.asked_by_id == tenant.user_id


def test_what_no_document_answers_is_refused_with_the_closest_passages(
    tenant: Principal, collection: Collection, policy: Document
):
    answer = ask(tenant, collection, "Who won the chess world championship in 1972?")

    assert answer.outcome == Answer.Outcome.REFUSED
    assert answer.text == "Nothing in these documents answers that."
    assert answer.passages
    assert not answer.citations.exists()


def test_a_collection_without_documents_says_so(tenant: Principal, collection: Collection):
    answer = ask(tenant, collection, "What is the limit?")

    assert answer.outcome == Answer.Outcome.REFUSED
    assert "Add documents first" in answer.text


def test_events_come_in_order(tenant: Principal, collection: Collection, policy: Document):
    collection.refresh_from_db()

    events = list(answer_question(tenant, collection, "When must claims be submitted?"))

    assert isinstance(events[0], Sources)
    assert isinstance(events[-1], Done)
    assert all(isinstance(event, Sentence) for event in events[1:-1])
    assert len(events) > 2


def test_a_check_of_the_plugin_is_kept_with_the_answer(tenant: Principal):
    collection = make_collection(tenant, plugin="finance")
    embedder = question_embedder(settings.STATE)
    make_document(tenant, collection, *POLICY, embedder=embedder)

    answer = ask(tenant, collection, "Within how many days must claims be submitted?")

    assert answer.outcome == Answer.Outcome.ANSWERED
    assert list(answer.findings.values_list("message", flat=True)) == []


@pytest.mark.parametrize("question", ["", "  \n", "\0\0"])
def test_an_empty_question_is_refused(tenant: Principal, collection: Collection, question: str):
    with pytest.raises(Invalid, match="empty"):
        answer_question(tenant, collection, question)


def test_a_question_of_100_kilobytes_is_refused_with_the_limit(
    tenant: Principal, collection: Collection
):
    with pytest.raises(Invalid, match="limit is 4,000"):
        answer_question(tenant, collection, "x" * 100_000)

    assert not Question.objects.exists()


def test_an_auditor_may_not_ask(tenant: Principal, collection: Collection):
    auditor = make_member(tenant, role=Role.AUDITOR)

    with pytest.raises(NotAllowed):
        answer_question(auditor, collection, "What is the limit?")


def test_deleting_a_document_blanks_what_answers_said_of_it(
    tenant: Principal, collection: Collection, policy: Document
):
    answer = ask(tenant, collection, "Within how many days must claims be submitted?")

    remove_document(tenant, policy)

    answer.refresh_from_db()
    citation = Citation.objects.filter(answer=answer).first()
    assert "30 days" not in answer.text
    assert "30 days" not in str(answer.passages)
    assert (citation.quote, citation.document_id, citation.version_id) == ("", None, None)
    assert citation.removed_at is not None
    assert citation.document_title == "Travel policy.txt"


def test_a_document_deleted_while_it_is_being_answered_is_not_quoted(
    tenant: Principal, collection: Collection, policy: Document
):
    collection.refresh_from_db()
    events = answer_question(tenant, collection, "Within how many days must claims be submitted?")
    while not isinstance(next(events), Sentence):
        pass
    remove_document(tenant, policy)

    with pytest.raises(Conflict, match="was deleted"):
        list(events)

    assert "30 days" not in str(list(Answer.objects.values()))


QUESTION = "Within how many days must claims be submitted?"


def test_a_document_deleted_after_the_search_ends_the_answer_with_that_reason(
    tenant: Principal, collection: Collection, policy: Document
):
    collection.refresh_from_db()
    events = answer_question(tenant, collection, QUESTION)
    next(events)
    remove_document(tenant, policy)

    with pytest.raises(Conflict, match="was deleted"):
        list(events)


def test_an_answer_that_failed_is_kept_as_failed_and_quotes_nothing(
    tenant: Principal, collection: Collection, policy: Document
):
    collection.refresh_from_db()
    events = answer_question(tenant, collection, QUESTION)
    next(events)
    remove_document(tenant, policy)

    with pytest.raises(Conflict):
        list(events)

    answer = Answer.objects.get()
    assert answer.outcome == Answer.Outcome.FAILED
    assert "was deleted" in answer.text
    assert answer.passages == []


def test_a_reader_who_leaves_ends_the_answer_without_a_verdict(
    tenant: Principal, collection: Collection, policy: Document
):
    collection.refresh_from_db()
    events = answer_question(tenant, collection, QUESTION)
    next(events)

    events.close()

    assert Question.objects.count() == 1
    assert not Answer.objects.exists()


def test_an_answer_from_two_documents_loses_only_what_the_deleted_one_said(
    tenant: Principal, collection: Collection
):
    embedder = question_embedder(settings.STATE)
    texts = ["Travel claims are due within 30 days.", "Travel claims are due within 60 days."]
    first, second = (
        make_document(tenant, collection, text, title=f"Rule {number}", embedder=embedder)
        for number, text in enumerate(texts)
    )
    answer = ask(tenant, collection, "Within how many days are travel claims due?")
    assert set(answer.citations.values_list("document_id", flat=True)) == {first.pk, second.pk}

    remove_document(tenant, first)

    answer.refresh_from_db()
    kept = answer.citations.get(document=second)
    assert answer.text[kept.sentence_start : kept.sentence_end] == texts[1]
    assert "30 days" not in answer.text + str(answer.passages)


def test_what_a_check_said_of_a_deleted_document_is_gone(
    tenant: Principal, collection: Collection, policy: Document
):
    answer = ask(tenant, collection, QUESTION)
    Finding.objects.create(
        tenant_id=tenant.tenant_id,
        answer=answer,
        plugin="finance",
        check_name="figures",
        severity="warn",
        message="30 days is in no source",
    )

    remove_document(tenant, policy)

    assert "30 days" not in Finding.objects.get().message


def test_a_refusal_that_a_check_made_of_a_deleted_document_loses_its_reason(
    tenant: Principal, collection: Collection, policy: Document
):
    answer = ask(tenant, collection, "Who won the chess world championship in 1972?")
    Answer.objects.filter(pk=answer.pk).update(text="30 days is in no source")
    Finding.objects.create(
        tenant_id=tenant.tenant_id,
        answer=answer,
        plugin="finance",
        check_name="figures",
        severity="block",
        message="30 days is in no source",
    )

    remove_document(tenant, policy)

    answer.refresh_from_db()
    assert "30 days" not in answer.text


def test_a_question_from_a_terminal_that_is_no_unicode_is_asked_all_the_same(
    tenant: Principal, collection: Collection
):
    answer = ask(tenant, collection, "What is the limit\udcff?")

    assert answer.question.text == "What is the limit??"


def test_a_follow_up_is_searched_for_with_what_it_leaves_out(
    tenant: Principal, collection: Collection, policy: Document
):
    first = ask(tenant, collection, "Within how many days must claims be submitted?")

    answer = ask(tenant, collection, "What about receipts?", previous=first.question)

    assert answer.question.previous_id == first.question_id
    assert answer.question.standalone.startswith("receipts")


def test_a_follow_up_of_a_follow_up_goes_on_from_what_was_searched_for(
    tenant: Principal, collection: Collection, policy: Document
):
    first = ask(tenant, collection, "What was Acme's revenue in 2018?")
    second = ask(tenant, collection, "And in 2019?", previous=first.question)

    third = ask(tenant, collection, "And the margin?", previous=second.question)

    assert third.question.standalone == "What was Acme's margin in 2019?"


def test_a_question_that_stands_alone_is_searched_as_typed(
    tenant: Principal, collection: Collection, policy: Document
):
    first = ask(tenant, collection, "Within how many days must claims be submitted?")

    answer = ask(tenant, collection, "Where is parking free?", previous=first.question)

    assert answer.question.standalone == ""


def test_a_question_is_refused_below_the_threshold_that_its_collection_learnt(
    tenant: Principal, collection: Collection, policy: Document
):
    collection.tuning = {"threshold": 1.01}
    collection.save(update_fields=["tuning"])

    answer = ask(tenant, collection, "Within how many days must claims be submitted?")

    assert answer.outcome == Answer.Outcome.REFUSED
