"""The fences between tenants in the database itself, read from its catalogue and tried."""

from contextlib import nullcontext
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.utils import DatabaseError, ProgrammingError
from django.http import HttpResponse

from fakes import HashEmbedder
from lectern.documents.models import Collection
from lectern.documents.scope import scope_of
from lectern.documents.search import retrieve
from lectern.settings import database
from lectern.tenants.checks import RoleGuard, UnfencedRole
from lectern.tenants.middleware import TenantMiddleware
from lectern.tenants.scoping import tenant_context
from tenant_seeds import TENANT_TABLES, SeededTenant, api_client, make_seeded_tenant

# Tables whose rows belong to no tenant: people, their sign-in, when the sweep ran, Django's.
SHARED = (
    "account_",
    "auth_",
    "django_",
    "jobs_sweep",
    "mfa_",
    "socialaccount_",
    "usersessions_",
    "tenants_user",
)
# The look-ups that must see more than one tenant, and what each is for.
ACROSS_TENANTS = {
    "lectern_tenant_id": "a tenant by its short name, for the operator",
    "lectern_tenants": "all tenants, for the operator's sweeps",
    "lectern_memberships": "where a person who signed in may work",
    "lectern_api_key": "whose key this is",
    "lectern_invitation": "what the link of an invitation is for",
    "lectern_job_tenant": "whose job a worker was called for",
    "lectern_waiting_jobs": "the jobs of all tenants, taken in turn",
    "lectern_abandoned_jobs": "the jobs of all tenants whose lease ran out",
    "lectern_due_sources": "the sources of all tenants that are to be synced",
    "lectern_lexical_search": "word search; it takes the tenant from the setting itself",
}
GLOBALLY_UNIQUE = {
    "tenants_apikey_prefix_key": "random, and looked up before the tenant is known",
    "tenants_membership_invitation_digest_key": "likewise",
}


@pytest.fixture
def seeded(db) -> SeededTenant:
    return make_seeded_tenant()


def rows(statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


def tenant_tables():
    return sorted(name for (name,) in rows(TENANT_TABLES))


def current_tenant_as_stored():
    """The policy's expression as the catalogue spells it."""
    ((spelled,),) = rows(
        "SELECT pg_get_expr(polqual, polrelid) FROM pg_policy"
        " WHERE polrelid = 'documents_collection'::regclass"
    )
    return spelled


def test_every_table_with_a_tenant_is_known_and_there_are_many(db):
    assert len(tenant_tables()) > 40


def test_every_table_belongs_to_tenants_or_is_listed_as_shared(db):
    unlisted = rows(
        "SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r', 'p')"
        " AND c.relnamespace = 'public'::regnamespace AND NOT EXISTS (SELECT FROM pg_attribute a"
        " WHERE a.attrelid = c.oid AND a.attname = 'tenant_id')"
    )

    assert {name for (name,) in unlisted if not name.startswith(SHARED)} == {"tenants_tenant"}


def test_every_table_of_tenants_forces_its_fence(db):
    forced = rows(
        "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"
        " AND relnamespace = 'public'::regnamespace"
    )

    assert sorted(name for (name,) in forced) == sorted([*tenant_tables(), "tenants_tenant"])


def test_every_fence_is_one_policy_for_reading_and_writing(db):
    policies = rows(
        "SELECT polrelid::regclass::text, polcmd, polpermissive,"
        " pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid) FROM pg_policy"
    )
    expression = current_tenant_as_stored()

    assert expression.startswith("(tenant_id = (NULLIF(current_setting('app.tenant_id'")
    assert sorted(policies) == sorted(
        (
            table,
            "*",
            True,
            *[
                expression.replace("tenant_id =", "id =")
                if table == "tenants_tenant"
                else expression
            ]
            * 2,
        )
        for table in [*tenant_tables(), "tenants_tenant"]
    )


def test_only_the_listed_functions_look_across_tenants(db):
    found = rows(
        "SELECT proname, proconfig, pg_get_userbyid(proowner) FROM pg_proc"
        " WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    )

    assert {name for name, _, _ in found} == set(ACROSS_TENANTS)
    assert {(tuple(config), owner) for _, config, owner in found} == {
        (("search_path=public, pg_temp",), "lectern_search")
    }


def test_functions_that_look_across_tenants_are_for_the_application_alone(db):
    by_anybody = rows(
        "SELECT proname FROM pg_proc WHERE prosecdef AND has_function_privilege('public', oid,"
        " 'EXECUTE') AND pronamespace = 'public'::regnamespace"
    )
    by_us = rows(
        "SELECT proname FROM pg_proc WHERE prosecdef AND has_function_privilege(oid, 'EXECUTE')"
        " AND pronamespace = 'public'::regnamespace"
    )

    assert by_anybody == []
    assert {name for (name,) in by_us} == set(ACROSS_TENANTS)


def found_for(scope, inside):
    """How many passages a search for a word of every seed finds, inside a tenant or in none."""
    with tenant_context(inside) if inside else nullcontext():
        return len(retrieve(scope, "Which profit rose?", HashEmbedder()).passages)


def test_a_search_for_another_tenant_finds_nothing_by_meaning_or_by_words(seeded):
    other = make_seeded_tenant()
    theirs, ours = seeded.administrator.tenant_id, other.administrator.tenant_id
    with tenant_context(theirs):
        collection = Collection.objects.get(pk=seeded.collection.pk)
        scope = scope_of(seeded.administrator, [collection])

    assert found_for(scope, inside=theirs) > 0
    assert found_for(scope, inside=ours) == 0
    assert found_for(scope, inside=None) == 0


@pytest.mark.parametrize("document", ["any", "theirs"])
def test_word_search_alone_takes_the_tenant_from_the_setting_and_from_nowhere_else(
    seeded, document
):
    other = make_seeded_tenant()
    statement = (
        "SELECT chunk_id FROM lectern_lexical_search(%s, %s, NULL, 'profit | rose'::tsquery,"
        " '{1:1}/1000000000'::sparsevec, 10)"
    )
    wanted = [seeded.document.pk] if document == "theirs" else None
    found = []
    for inside in (seeded, other):
        with tenant_context(inside.administrator.tenant_id):
            found.append(len(rows(statement, [seeded.collection.pk], wanted)))
    found.append(len(rows(statement, [seeded.collection.pk], wanted)))

    assert found[0] > 0
    assert found[1:] == [0, 0]


def test_there_is_no_view_that_could_read_past_the_fence(db):
    assert (
        rows(
            "SELECT relname FROM pg_class WHERE relkind IN ('v', 'm')"
            " AND relnamespace = 'public'::regnamespace"
        )
        == []
    )


def test_the_application_connects_as_a_role_that_every_fence_binds(db):
    ((name, superuser, bypasses, owns, becomes),) = rows(
        "SELECT rolname, rolsuper, rolbypassrls,"
        " EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid),"
        " EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid)"
        " FROM pg_roles r WHERE rolname = current_user"
    )

    assert (name, superuser, bypasses, owns, becomes) == ("lectern_app", False, False, False, False)


def connection_as(url):
    """The application's connection, had LECTERN_DATABASE_URL been ``url``."""
    changed = {k: v for k, v in database(url).items() if k not in {"ENGINE", "OPTIONS"}}
    return DatabaseWrapper(connections["owner"].settings_dict | changed, alias="default")


@pytest.mark.parametrize(
    ("role", "reason"), [("superuser", "is a superuser"), ("owner", "bypasses .* owns tables")]
)
def test_a_role_that_could_pass_the_fences_is_not_connected_with(db, postgres, role, reason):
    unsafe = connection_as(getattr(postgres.start(), f"{role}_url"))

    with pytest.raises(UnfencedRole, match=reason):
        RoleGuard()(connection=unsafe)

    assert unsafe.connection is None


def test_the_role_that_is_fenced_is_looked_at_once(db, postgres, django_assert_num_queries):
    guard = RoleGuard()
    guard(connection=connection)

    with django_assert_num_queries(0):
        guard(connection=connection)


def test_every_reference_between_tenants_rows_carries_the_tenant(db):
    loose = rows(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint k WHERE contype = 'f'"
        " AND conparentid = 0 AND EXISTS (SELECT FROM pg_attribute a WHERE a.attname = 'tenant_id'"
        " AND a.attrelid = k.confrelid) AND NOT EXISTS (SELECT FROM pg_attribute a"
        " WHERE a.attname = 'tenant_id' AND a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey))"
    )

    assert loose == []


def test_no_unique_value_of_one_tenant_can_be_felt_by_another(db):
    unique = rows(
        "SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
        " WHERE i.indisunique AND c.relname = ANY (%s) AND NOT EXISTS (SELECT FROM pg_attribute a"
        " WHERE a.attrelid = i.indrelid AND a.attname = 'tenant_id' AND a.attnum = ANY (i.indkey))"
        " AND NOT (i.indisprimary AND i.indnatts = 1)",
        tenant_tables(),
    )

    assert {name for (name,) in unique} == set(GLOBALLY_UNIQUE)


def test_without_a_tenant_every_table_is_empty(seeded):
    filled = [
        table
        for table in [*tenant_tables(), "tenants_tenant"]
        if rows(f"SELECT count(*) FROM {table}") != [(0,)]
    ]

    assert filled == []


def test_inside_the_tenant_the_seeds_are_there(seeded):
    with tenant_context(seeded.administrator.tenant_id):
        empty = {
            table for table in tenant_tables() if rows(f"SELECT count(*) FROM {table}") == [(0,)]
        }

    # Of the partitions only those that this tenant's rows fall into are filled.
    assert {table for table in empty if not table[-2:].isdecimal()} == set()


@pytest.mark.parametrize("inside", ["no tenant", "another tenant"])
def test_nothing_can_be_added_for_a_tenant_from_outside_it(seeded, inside):
    refused = {}
    tables = tenant_tables()
    other = make_seeded_tenant().administrator.tenant_id
    for table in tables:
        statement = f"INSERT INTO {table} (tenant_id) VALUES (%s)"
        try:
            if inside == "no tenant":
                with transaction.atomic():
                    rows(statement, seeded.administrator.tenant_id)
            else:
                with tenant_context(other):
                    rows(statement, seeded.administrator.tenant_id)
        except DatabaseError as error:
            refused[table] = str(error)

    assert set(refused) == set(tables)
    assert {text.partition(" for table")[0] for text in refused.values()} == {
        "new row violates row-level security policy"
    }


def test_a_tenant_cannot_be_emptied_by_truncating(seeded):
    for table in tenant_tables():
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            rows(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize(
    "statement",
    ["UPDATE tenants_auditevent SET action = 'x'", "DELETE FROM tenants_auditevent"],
)
def test_what_was_written_down_cannot_be_changed(seeded, statement):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        tenant_context(seeded.administrator.tenant_id),
    ):
        rows(statement)


def test_a_row_cannot_point_into_another_tenant(seeded):
    other = make_seeded_tenant()
    with (
        pytest.raises(DatabaseError, match="documents_document_collection_id_tenant"),
        tenant_context(other.administrator.tenant_id),
    ):
        rows(
            "INSERT INTO documents_document (id, tenant_id, collection_id, title)"
            " VALUES (%s, %s, %s, 'x')",
            uuid4(),
            other.administrator.tenant_id,
            seeded.collection.pk,
        )
        rows("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.fixture
def one_connection(committed):
    """A pool of exactly one connection, so that the next request gets the last one's."""
    connection.close()
    connection.close_pool()
    pool = connection.settings_dict["OPTIONS"]["pool"]
    former = dict(pool)
    pool.update(min_size=1, max_size=1)
    yield
    connection.close()
    connection.close_pool()
    pool.update(former)


def server_process():
    return rows("SELECT pg_backend_pid()")


def test_a_connection_that_served_a_tenant_shows_nothing_to_the_next(one_connection):
    seeded = make_seeded_tenant()
    before = server_process()
    connection.close()

    served = api_client(seeded.secret).get("/api/v1/collections")
    connection.close()

    assert seeded.marker in served.content.decode()
    assert server_process() == before
    assert rows("SELECT count(*) FROM documents_collection") == [(0,)]
    assert rows("SELECT coalesce(current_setting('app.tenant_id', true), '')") == [("",)]


@pytest.mark.parametrize(("status", "kept"), [(204, 1), (404, 1), (500, 0), (503, 0)])
def test_a_request_that_ends_in_an_error_of_the_server_leaves_nothing_half_written(
    seeded, rf, status, kept
):
    tenant_id = seeded.administrator.tenant_id

    def half_done(request):
        Collection.objects.create(tenant_id=tenant_id, name="Half written")
        return HttpResponse(status=status)

    asked = rf.get("/api/v1/x", headers={"Authorization": f"Bearer {seeded.secret}"})
    response = TenantMiddleware(half_done)(asked)

    assert response.status_code == status
    with tenant_context(tenant_id):
        assert Collection.objects.filter(name="Half written").count() == kept
