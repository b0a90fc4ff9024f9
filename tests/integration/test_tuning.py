"""Fitting a collection to its golden questions: queued, done by a job, used, forgotten."""

import pytest
from django.urls import reverse

from factories import make_document
from lectern.answering.models import GoldenQuestion
from lectern.answering.tuning import LEAST_QUESTIONS, asked, forget_tuning, start_tuning
from lectern.backends.engines import question_embedder
from lectern.documents.models import Collection, Document
from lectern.documents.scope import scope_of
from lectern.errors import Conflict
from lectern.jobs.models import Job
from lectern.tenants.access import Principal
from lectern.tenants.models import User


@pytest.fixture
def policy(tenant: Principal, collection: Collection, settings) -> Document:
    embedder = question_embedder(settings.STATE)
    return make_document(
        tenant,
        collection,
        "Claims are submitted within 30 days.\n\nFlights are in economy class.",
        embedder=embedder,
    )


def make_golden(document: Document, number: int) -> GoldenQuestion:
    golden: GoldenQuestion = GoldenQuestion.objects.create(
        tenant_id=document.tenant_id,
        collection=document.collection,
        document=document,
        text=f"Within how many days are claims {number} submitted?",
    )
    return golden


def test_too_few_golden_questions_are_refused_with_their_number(
    tenant: Principal, collection: Collection, policy: Document
):
    make_golden(policy, 1)

    with pytest.raises(Conflict, match="has 1 golden questions"):
        start_tuning(tenant, collection)


def test_enough_golden_questions_queue_a_job(
    tenant: Principal, collection: Collection, policy: Document
):
    for number in range(LEAST_QUESTIONS):
        make_golden(policy, number)

    job = start_tuning(tenant, collection)

    assert job.kind == Job.Kind.TUNE_COLLECTION


def test_a_golden_question_knows_its_right_passages(
    tenant: Principal, collection: Collection, policy: Document
):
    collection.refresh_from_db()

    found = asked(collection, make_golden(policy, 1))

    assert found.right == {candidate.chunk_id for candidate in found.candidates}


def test_a_collection_is_searched_by_the_weights_that_it_learnt(
    tenant: Principal, collection: Collection
):
    collection.tuning = {"weights": {"lexical": 0.7, "of a later Lectern": 3}}

    assert scope_of(tenant, [collection]).weights.lexical == 0.7


def test_what_was_learnt_can_be_forgotten(tenant: Principal, collection: Collection):
    collection.tuning = {"threshold": 0.5}
    collection.save(update_fields=["tuning"])

    forget_tuning(tenant, collection)

    collection.refresh_from_db()
    assert collection.tuning == {}


def test_the_page_tells_how_many_golden_questions_are_lacking(tenant, collection, client):
    client.force_login(User.objects.get(pk=tenant.user_id))

    page = client.post(reverse("tuning-start", args=[collection.pk]), follow=True)

    assert "takes at least 30" in page.content.decode()


def test_the_page_goes_back_to_the_built_in_values(tenant, collection, client):
    Collection.objects.update(tuning={"threshold": 0.5, "learnt": {"questions": 40}})
    client.force_login(User.objects.get(pk=tenant.user_id))

    page = client.post(reverse("tuning-forget", args=[collection.pk]), follow=True)

    assert "searched by the built-in values" in page.content.decode()
    collection.refresh_from_db()
    assert collection.tuning == {}
