"""Refuses a database connection for which row-level security would not hold."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

HINT = "Connect as lectern_app; LECTERN_DATABASE_OWNER_URL is for migrations only."
# Also what the role may become: SET ROLE needs no password.
_QUESTION = """
SELECT bool_or(rolsuper), bool_or(rolbypassrls),
       EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
               AND pg_has_role(c.relowner, 'MEMBER'))
FROM pg_roles WHERE pg_has_role(oid, 'MEMBER')
"""


class UnfencedRole(ImproperlyConfigured):
    """The application's database role could see the rows of every tenant."""


class RoleGuard:
    """Looks at the first connection that a process makes as the application."""

    def __init__(self) -> None:
        self._is_fenced = False

    def __call__(self, *, connection: BaseDatabaseWrapper, **signal: Any) -> None:
        """Raises UnfencedRole, and gives the connection up, if tenants would not be fenced."""
        if self._is_fenced or connection.alias != "default":
            return
        reasons = _reasons(connection)
        if reasons:
            connection.close()
            raise UnfencedRole(
                f"The database role of LECTERN_DATABASE_URL {' and '.join(reasons)}: tenants "
                f"would not be fenced. {HINT}"
            )
        self._is_fenced = True


@register(Tags.database)
def check_connection_role(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """The application must connect as neither superuser nor owner nor with BYPASSRLS."""
    if not databases or "default" not in databases:
        return []
    try:
        connections["default"].ensure_connection()
    except UnfencedRole as error:
        return [Error(str(error), id="lectern.E001")]
    return []


def _reasons(connection: BaseDatabaseWrapper) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_QUESTION)
        superuser, bypass, owner = cursor.fetchone()
    named = [
        ("is a superuser", superuser),
        ("bypasses row-level security", bypass),
        ("owns tables", owner),
    ]
    return [reason for reason, holds in named if holds]
