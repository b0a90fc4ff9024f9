"""The installation that this process belongs to, as its settings describe it."""

import os

from django.conf import settings
from django.core.management.base import CommandError

from lectern.embedded.installation import Installation
from lectern.embedded.servers import ExternalUrls


def this_installation() -> Installation:
    """The installation of the state folder and the URLs that are set."""
    database = os.environ.get("LECTERN_DATABASE_URL", "").strip()
    if database and not settings.DATABASE_OWNER_URL:
        raise CommandError(
            "LECTERN_DATABASE_URL is set and LECTERN_DATABASE_OWNER_URL is not. Migrations need "
            "the URL of the role lectern_owner; `python -m lectern.embedded.postgres roles` "
            "prints the SQL that makes the roles."
        )
    return Installation(
        root=settings.ROOT,
        state=settings.STATE,
        external=ExternalUrls(
            database=database, broker=os.environ.get("LECTERN_BROKER_URL", "").strip()
        ),
        host=os.environ.get("LECTERN_HOST", "").strip() or "127.0.0.1",
        port=_port(os.environ.get("LECTERN_PORT", "").strip()),
    )


def _port(given: str) -> int | None:
    if not given:
        return None
    if not given.isdigit() or not 0 < int(given) < 65536:
        raise CommandError(f"LECTERN_PORT must be a port between 1 and 65535, not {given!r}")
    return int(given)
