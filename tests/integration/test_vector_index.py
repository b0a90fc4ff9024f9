"""Vector indexes: built when a tenant is large, mended, and used only when they are whole."""

import io

import psycopg
import pytest
from django.core.management import call_command
from django.db import Error, connection, connections

from factories import make_collection, make_document, make_tenant
from fakes import HashEmbedder
from lectern.documents import vector_index
from lectern.documents.models import Collection
from lectern.documents.search import retrieve, scope_of
from lectern.documents.vector_index import index_serves, partitions_in_use
from lectern.documents.vectors import vector_cursor
from lectern.tenants.access import Principal
from lectern.tenants.scoping import tenant_context

PAGE = "\n\n".join(f"Paragraph {number} is about item {number * 7}." for number in range(12))


@pytest.fixture
def large(committed, monkeypatch) -> tuple[Principal, Collection]:
    """A tenant that counts as large, without an index."""
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
        for partition in partitions_in_use():
            cursor.execute(f"DROP INDEX IF EXISTS {partition.name}_hnsw")


def build() -> str:
    told = io.StringIO()
    call_command("vector_index", stdout=told)
    return told.getvalue()


def is_served(actor: Principal) -> bool:
    with tenant_context(actor.tenant_id):
        return index_serves(actor.tenant_id, chunks=11)


def texts_found(actor: Principal, collection: Collection) -> list[str]:
    with tenant_context(actor.tenant_id):
        found = retrieve(scope_of([collection]), "item 49", HashEmbedder(), limit=3)
    return [passage.text for passage in found.passages]


def test_an_index_that_was_built_serves_large_tenants(large):
    actor, _ = large
    before = is_served(actor)

    build()

    assert (before, is_served(actor)) == (False, True)


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
        cursor.execute("SELECT tableoid::regclass::text FROM documents_chunkembedding LIMIT 1")
        index = f"{cursor.fetchone()[0]}_hnsw"
        # So few rows would be sorted otherwise.
        cursor.execute("SET LOCAL enable_sort = off")
        retrieve(scope_of([collection]), "item 49", HashEmbedder(), limit=3)
        cursor.execute("SELECT pg_stat_get_xact_numscans(%s::regclass)", [index])
        scans = cursor.fetchone()[0]

    assert scans == 1


def test_building_twice_builds_once(large):
    build()

    assert "No tenant of more than" in build()


def test_a_small_tenant_gets_no_index(large, monkeypatch):
    monkeypatch.setattr(vector_index, "EXACT_UP_TO", 10_000)

    assert "No tenant of more than" in build()


def test_an_index_whose_building_was_broken_off_is_not_used_and_is_built_anew(large, postgres):
    actor, _ = large
    build()
    broken = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass(%s)"
    with psycopg.connect(postgres.start().superuser_url, autocommit=True) as superuser:
        for partition in partitions_in_use():
            superuser.execute(broken, [f"{partition.name}_hnsw"])
    unused = is_served(actor)

    build()

    assert (unused, is_served(actor)) == (False, True)


def test_an_error_of_the_database_while_vectors_are_sent_is_one_of_djangos(committed):
    with pytest.raises(Error), vector_cursor() as cursor:
        cursor.execute("SELECT no_such_column")
