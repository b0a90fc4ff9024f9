"""``lectern prepare_database``: the roles and the database on a Postgres of your own."""

import os
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from lectern.embedded import roles

SUPERUSER_URL = "LECTERN_DATABASE_SUPERUSER_URL"


class Command(BaseCommand):
    """Needs a superuser once; Lectern itself never connects as one."""

    help = (
        "Makes the database and the roles that LECTERN_DATABASE_URL and "
        f"LECTERN_DATABASE_OWNER_URL name, signing in with {SUPERUSER_URL}. Safe to repeat."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        superuser = os.environ.get(SUPERUSER_URL, "").strip()
        if not superuser or not settings.DATABASE_URL or not settings.DATABASE_OWNER_URL:
            raise CommandError(
                f"Set {SUPERUSER_URL}, LECTERN_DATABASE_URL and LECTERN_DATABASE_OWNER_URL."
            )
        wanted = {roles.APP: settings.DATABASE_URL, roles.OWNER: settings.DATABASE_OWNER_URL}
        passwords = {role: _password(role, url) for role, url in wanted.items()}
        database = unquote(urlsplit(settings.DATABASE_URL).path.lstrip("/"))

        def connect(name: str) -> psycopg.Connection:
            return psycopg.connect(_to_database(superuser, name), autocommit=True)

        roles.provide(connect, database, passwords)
        self.stdout.write(f"Database {database} and its roles are ready.")


def _password(role: str, url: str) -> str:
    parts = urlsplit(url)
    if parts.username != role or not parts.password:
        raise CommandError(f"The URL for {role} must name that role and give a password.")
    return unquote(parts.password)


def _to_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
