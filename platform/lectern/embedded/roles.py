"""The database roles, as SQL: the one place for embedded and for managed Postgres.

Three roles, so that row-level security holds: ``lectern_owner`` owns the tables and
migrates them, ``lectern_app`` serves requests and is bound by every policy, and
``lectern_search`` (nobody logs in as it) owns the search functions, which choose the
tenant themselves because text search cannot use its index under row-level security.
"""

from collections.abc import Callable, Mapping

import psycopg
from psycopg import sql

OWNER = "lectern_owner"
APP = "lectern_app"
SEARCH = "lectern_search"
DATABASE = "lectern"

CLUSTER_SQL = """\
DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['lectern_owner', 'lectern_app', 'lectern_search'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I', name);
        END IF;
    END LOOP;
END $$;
ALTER ROLE lectern_owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
ALTER ROLE lectern_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
ALTER ROLE lectern_search NOLOGIN NOSUPERUSER BYPASSRLS NOCREATEDB NOCREATEROLE;
GRANT lectern_search TO lectern_owner WITH INHERIT FALSE, SET TRUE;
-- A plan cached for one tenant's size was up to 200 times slower for another, and lost a row.
ALTER ROLE lectern_app SET plan_cache_mode = force_custom_plan;
"""

DATABASE_SQL = """\
CREATE EXTENSION IF NOT EXISTS vector;
DO $$ BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO lectern_app', current_database());
END $$;
GRANT USAGE ON SCHEMA public TO lectern_app;
GRANT USAGE, CREATE ON SCHEMA public TO lectern_owner, lectern_search;
ALTER DEFAULT PRIVILEGES FOR ROLE lectern_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO lectern_app;
ALTER DEFAULT PRIVILEGES FOR ROLE lectern_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO lectern_app;
ALTER DEFAULT PRIVILEGES FOR ROLE lectern_owner IN SCHEMA public
    GRANT EXECUTE ON ROUTINES TO lectern_app;
ALTER DEFAULT PRIVILEGES FOR ROLE lectern_owner IN SCHEMA public
    GRANT SELECT ON TABLES TO lectern_search;
"""


def provide(
    superuser: Callable[[str], psycopg.Connection], database: str, passwords: Mapping[str, str]
) -> None:
    """Have the roles with their passwords, ``database``, and the privileges in it.

    ``superuser`` opens an autocommit connection to the database that it is given. Doing it
    again changes nothing but the passwords.
    """
    with superuser("postgres") as connection:
        connection.execute(CLUSTER_SQL.encode())
        for role in (OWNER, APP):
            connection.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                    sql.Identifier(role), sql.Literal(passwords[role])
                )
            )
        found = connection.execute("SELECT FROM pg_database WHERE datname = %s", [database])
        if found.rowcount == 0:
            made = sql.SQL("CREATE DATABASE {} OWNER {}")
            connection.execute(made.format(sql.Identifier(database), sql.Identifier(OWNER)))
    with superuser(database) as connection:
        connection.execute(DATABASE_SQL.encode())


def script_for_psql() -> str:
    """What a superuser runs in psql to prepare a Postgres of their own; asks for passwords."""
    return (
        f"{CLUSTER_SQL}"
        f"\\password {OWNER}\n"
        f"\\password {APP}\n"
        f"CREATE DATABASE {DATABASE} OWNER {OWNER} ENCODING 'UTF8' TEMPLATE template0;\n"
        f"\\connect {DATABASE}\n"
        f"{DATABASE_SQL}"
    )
