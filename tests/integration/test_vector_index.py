"""Vector indexes: built when a tenant is large, mended, and used only when they are whole."""

import io

import psycopg
import pytest
from django.core.management import call_command
from django.db import Error, connection, connections

from factories import make_collection, make_document, make_tenant
from fakes import HashEmbedder
from lectern.documents import vector_index
from lectern.documents.collections import remove_collection
from lectern.documents.models import Collection
from lectern.documents.scope import scope_of
from lectern.documents.search import retrieve
from lectern.documents.vector_index import comparison, index_name
from lectern.documents.vectors import vector_cursor
from lectern.tenants.access import Principal
from lectern.tenants.scoping import tenant_context

PAGE = "\n\n".join(f"Paragraph {number} is about item {number * 7}." for number in range(12))


@pytest.fixture
def large(committed, monkeypatch) -> tuple[Principal, Collection]:
    """A tenant with a collection that counts as large, without an index."""
    monkeypatch.setattr(vector_index, "EXACT_UP_TO", 10)
    actor = make_tenant()
    with tenant_context(actor.tenant_id):
        collection = make_collection(actor)
        make_document(actor, collection, PAGE)
        collection.refresh_from_db()
    return actor, collection


@pytest.fixture(autouse=True)
def without_indexes(committed):
    """Other tests' tenants share the partitions."""
    yield
    with connections["owner"].cursor() as cursor:
        for name in indexes():
            cursor.execute(f"DROP INDEX IF EXISTS {name}")


def indexes() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname LIKE 'near\\_%'")
        return {name for (name,) in cursor.fetchall()}


def build() -> str:
    told = io.StringIO()
    call_command("vector_index", stdout=told)
    return told.getvalue()


def is_served(actor: Principal, collection: Collection, *, wanted: int = 12) -> bool:
    with tenant_context(actor.tenant_id):
        return comparison([collection.pk], HashEmbedder(), wanted=wanted, of=12).indexed


def texts_found(actor: Principal, collection: Collection) -> list[str]:
    with tenant_context(actor.tenant_id):
        found = retrieve(scope_of(actor, [collection]), "item 49", HashEmbedder(), limit=3)
    return [passage.text for passage in found.passages]


def test_an_index_that_was_built_serves_large_collections(large):
    before = is_served(*large)

    build()

    assert (before, is_served(*large)) == (False, True)


def test_a_small_share_of_a_large_collection_is_compared_one_by_one(large):
    monkeyed = vector_index.LEAST_SHARE * 12
    build()

    assert not is_served(*large, wanted=int(monkeyed) - 1)


def test_each_large_collection_has_an_index_of_its_own(large):
    actor, collection = large
    with tenant_context(actor.tenant_id):
        other = make_collection(actor)
        make_document(actor, other, PAGE + " Elsewhere.")

    build()

    names = {index_name(each.pk, HashEmbedder.name) for each in (collection, other)}
    assert names <= indexes()


def test_a_search_finds_the_same_with_an_index_as_without(large):
    actor, collection = large
    without = texts_found(actor, collection)

    build()

    assert texts_found(actor, collection) == without
    assert "item 49" in without[0]


def test_a_search_through_the_index_reads_the_index(large):
    actor, collection = large
    build()

    with tenant_context(actor.tenant_id), connection.cursor() as cursor:
        index = index_name(collection.pk, HashEmbedder.name)
        # So few rows would be sorted otherwise.
        cursor.execute("SET LOCAL enable_sort = off")
        retrieve(scope_of(actor, [collection]), "item 49", HashEmbedder(), limit=3)
        cursor.execute("SELECT pg_stat_get_xact_numscans(%s::regclass)", [index])
        scans = cursor.fetchone()[0]

    assert scans == 1


def test_an_index_that_a_collection_has_outgrown_is_built_anew_and_serves_meanwhile(
    large, monkeypatch
):
    name = index_name(large[1].pk, HashEmbedder.name)
    build()
    monkeypatch.setattr(vector_index, "GROWTH", 0.5)

    told = build()

    assert "12 chunks" in told
    assert is_served(*large)
    assert {index for index in indexes() if index.startswith(name)} == {name}


def test_building_twice_builds_once(large):
    build()

    assert "No collection of more than" in build()


def test_a_small_collection_gets_no_index(large, monkeypatch):
    monkeypatch.setattr(vector_index, "EXACT_UP_TO", 10_000)

    assert "No collection of more than" in build()


def test_an_index_whose_building_was_broken_off_is_not_used_and_is_built_anew(large, postgres):
    build()
    broken = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass(%s)"
    with psycopg.connect(postgres.start().superuser_url, autocommit=True) as superuser:
        for name in indexes():
            superuser.execute(broken, [name])
    unused = is_served(*large)

    build()

    assert (unused, is_served(*large)) == (False, True)


def test_the_index_of_a_collection_that_is_gone_is_dropped(large):
    actor, collection = large
    build()
    with tenant_context(actor.tenant_id):
        remove_collection(actor, collection)

    build()

    assert index_name(collection.pk, HashEmbedder.name) not in indexes()


def test_two_processes_do_not_build_at_once(large, postgres):
    with psycopg.connect(postgres.start().owner_url) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [vector_index.BUILDER])
        build()

        assert not is_served(*large)


def test_an_error_of_the_database_while_vectors_are_sent_is_one_of_djangos(committed):
    with pytest.raises(Error), vector_cursor() as cursor:
        cursor.execute("SELECT no_such_column")
