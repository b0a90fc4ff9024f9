"""Migration operations that fence a table by tenant in the database itself.

Row-level security is enabled and forced, so that not even the tables' owner sees a row
without ``app.tenant_id``; references between tables carry the tenant, so that no row can
point into another tenant.
"""

from collections.abc import Sequence
from typing import Any

from django.db.migrations import RunSQL

CURRENT_TENANT = "NULLIF(current_setting('app.tenant_id', true), '')::uuid"


def fence(table: str, *, column: str = "tenant_id", unique: bool = True) -> RunSQL:
    """Force row-level security on ``table``; make ``(tenant_id, id)`` a reference target."""
    statements: list[Any] = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY tenant_fence ON {table} "
        f"USING ({column} = {CURRENT_TENANT}) WITH CHECK ({column} = {CURRENT_TENANT})",
    ]
    if unique and column == "tenant_id":
        statements.append(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_tenant_id UNIQUE (tenant_id, id)"
        )
    return RunSQL(statements, migrations_reverse(table))


def migrations_reverse(table: str) -> list[Any]:
    """What undoes ``fence``."""
    return [
        f"DROP POLICY IF EXISTS tenant_fence ON {table}",
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    ]


def reference(table: str, column: str, target: str, *, on_delete: str = "CASCADE") -> RunSQL:
    """A foreign key ``(tenant_id, column)`` to ``target (tenant_id, id)``, checked at commit."""
    if on_delete == "SET NULL":
        on_delete = f"SET NULL ({column})"
    name = f"{table}_{column}_tenant"
    return RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (tenant_id, {column}) "
        f"REFERENCES {target} (tenant_id, id) ON DELETE {on_delete} "
        "DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


def across_tenants(signature: str, returns: str, body: str, *, language: str = "sql") -> RunSQL:
    """A SECURITY DEFINER function for the few look-ups made before a tenant is known.

    It is owned by ``lectern_search``, which cannot sign in and alone bypasses the fence;
    ``body`` is one SQL query, or a block of ``language``. ``signature`` is
    ``name(argument type, …)``.
    """
    return RunSQL(
        [
            f"CREATE FUNCTION {signature} RETURNS {returns} LANGUAGE {language} STABLE "
            f"SECURITY DEFINER SET search_path = public, pg_temp AS $body$ {body} $body$",
            # While it is still ours: revoking for another owner would do nothing, silently.
            f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC",
            f"GRANT EXECUTE ON FUNCTION {signature} TO lectern_app",
            f"ALTER FUNCTION {signature} OWNER TO lectern_search",
        ],
        f"DROP FUNCTION {signature}",
    )


def only_add(tables: Sequence[str]) -> list[RunSQL]:
    """Rows of ``tables`` may be added and read; changing or deleting them is refused."""
    return [
        RunSQL(
            [
                f"CREATE FUNCTION {table}_is_final() RETURNS trigger LANGUAGE plpgsql AS "
                f"$body$ BEGIN RAISE EXCEPTION '{table} rows are final'; END $body$",
                f"CREATE TRIGGER {table}_final BEFORE UPDATE OR DELETE ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {table}_is_final()",
                f"REVOKE UPDATE, DELETE ON {table} FROM lectern_app",
            ],
            [f"DROP TRIGGER {table}_final ON {table}", f"DROP FUNCTION {table}_is_final()"],
        )
        for table in tables
    ]
