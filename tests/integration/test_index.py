"""The index: publishing versions, finding passages, forgetting documents."""

import pytest
from django.db import connection

from factories import make_collection, make_document, make_tenant, make_upload, publish_text
from fakes import HashEmbedder
from lectern.documents.fusion import Candidate, fused
from lectern.documents.joining import joined
from lectern.documents.models import Chunk, Collection, Document
from lectern.documents.passages import Passage
from lectern.documents.removal import remove_document
from lectern.documents.scope import scope_of
from lectern.documents.search import retrieve
from lectern.errors import Conflict
from lectern.tenants.access import Principal
from lectern.tenants.scoping import tenant_context


def passages(
    actor: Principal, collection: Collection, question: str, document: Document | None = None
) -> tuple[Passage, ...]:
    collection.refresh_from_db()
    scope = scope_of(actor, [collection], document)
    return retrieve(scope, question, HashEmbedder()).passages


def count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


def test_the_passage_that_holds_the_words_comes_first(tenant: Principal, collection: Collection):
    make_document(tenant, collection, "Revenue rose to 5,368 million.\n\nThe weather was fine.")
    make_document(tenant, collection, "Bananas are yellow.\n\nApples are red.")

    found = passages(tenant, collection, "How much was revenue?")

    assert found[0].text == "Revenue rose to 5,368 million."
    assert found[0].dense is not None
    assert found[0].lexical > 0


def test_the_statement_fuses_as_the_formula_says(tenant: Principal, collection: Collection):
    make_document(tenant, collection, "Revenue rose in 2024.\n\nCosts fell.\n\nRevenue fell.")
    make_document(tenant, collection, "Revenue of the fruit trade.\n\nApples are red.")
    collection.refresh_from_db()

    found = retrieve(
        scope_of(tenant, [collection]), "How much was revenue in 2024?", HashEmbedder()
    )

    candidates = [
        Candidate(
            chunk_id=passage.chunk_id,
            document_id=passage.document_id,
            position=passage.position,
            dense=passage.dense,
            lexical=passage.lexical,
        )
        for passage in found.passages
    ]
    expected = fused(candidates, rarity=sum(found.rarities.values()))
    assert len(expected) == 5
    assert [passage.chunk_id for passage in found.passages] == [c.chunk_id for c, _ in expected]
    assert [passage.score for passage in found.passages] == pytest.approx(
        [score for _, score in expected], abs=1e-4
    )


def test_passages_beside_each_other_are_joined_as_they_stand_on_their_page(
    tenant: Principal, collection: Collection
):
    page = "Revenue rose in \u00c5rhus.\n\nBy 4 %: \U0001f680.\n\nCosts fell.\n\nNobody left."
    document = make_document(tenant, collection, page)

    [passage] = joined(passages(tenant, collection, "How did revenue and costs go?"), limit=10)

    assert passage.text == page[passage.start : passage.end] == page
    assert passage.document_id == document.pk


def test_a_question_within_a_document_finds_nothing_of_another(
    tenant: Principal, collection: Collection
):
    one = make_document(tenant, collection, "Revenue rose.")
    make_document(tenant, collection, "Revenue fell.")

    assert {p.document_id for p in passages(tenant, collection, "revenue", one)} == {one.pk}


def test_a_question_without_any_known_word_still_finds_by_meaning(
    tenant: Principal, collection: Collection
):
    make_document(tenant, collection, "Revenue rose.")

    assert len(passages(tenant, collection, "' | & ! : \\ zzz")) == 1


def test_a_collection_without_documents_gives_no_passages(
    tenant: Principal, collection: Collection
):
    assert passages(tenant, collection, "anything") == ()


def test_the_same_words_of_another_tenant_are_not_found(db):
    ours, theirs = make_tenant(), make_tenant()
    with tenant_context(theirs.tenant_id):
        make_document(theirs, make_collection(theirs), "Revenue rose to 5,368 million.")

    with tenant_context(ours.tenant_id):
        collection = make_collection(ours)
        own = make_document(ours, collection, "Revenue rose to 5,368 million.")
        found = passages(ours, collection, "revenue 5,368 million")

    assert {p.document_id for p in found} == {own.pk}


def test_publishing_twice_stores_once(tenant: Principal, collection: Collection):
    document = make_document(tenant, collection, "Revenue rose.\n\nCosts fell.")

    publish_text(document.current_version, "Revenue rose.\n\nCosts fell.")

    collection.refresh_from_db()
    assert Chunk.objects.filter(document_id=document.pk).count() == 2
    assert collection.chunk_count == 2
    assert len(passages(tenant, collection, "revenue")) == 2


def test_a_new_version_takes_the_place_of_the_old(tenant: Principal, collection: Collection):
    document = make_document(tenant, collection, "The limit is 10.")
    newer = make_upload(tenant, collection, "The limit is 20.")
    newer.version.document_id = document.pk
    newer.version.number = 2
    newer.version.save()

    publish_text(newer.version, "The limit is 20.")

    assert [p.text for p in passages(tenant, collection, "limit")] == ["The limit is 20."]


def test_an_older_version_that_is_finished_late_does_not_replace_a_newer(
    tenant: Principal, collection: Collection
):
    document = make_document(tenant, collection, "The limit is 20.")
    type(document.current_version).objects.filter(pk=document.current_version.pk).update(number=2)
    late = make_upload(tenant, collection, "The limit is 10.")
    late.version.document_id = document.pk
    late.version.save()

    with pytest.raises(Conflict, match="already in use"):
        publish_text(late.version, "The limit is 10.")


def test_a_removed_document_leaves_nothing_to_find(tenant: Principal, collection: Collection):
    kept = make_document(tenant, collection, "Revenue rose.")
    removed = make_document(tenant, collection, "Revenue fell in Aarhus.")

    remove_document(tenant, removed)

    collection.refresh_from_db()
    assert {p.document_id for p in passages(tenant, collection, "revenue Aarhus")} == {kept.pk}
    assert collection.chunk_count == 1
    for table in ("documents_chunk", "documents_chunkembedding"):
        assert count(f"{table} WHERE document_id = '{removed.pk}'") == 0
    assert count("documents_termfrequency WHERE term = 'aarhus'") == 0
    assert count("documents_page") == 1


def test_a_document_deleted_while_it_was_read_is_not_published(
    tenant: Principal, collection: Collection
):
    upload = make_upload(tenant, collection)
    remove_document(tenant, upload.document)

    with pytest.raises(Conflict, match="deleted"):
        publish_text(upload.version, "Too late.")

    assert Chunk.objects.count() == 0
