"""Refuses a database connection for which row-level security would not hold."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

_QUESTION = """
SELECT r.rolsuper, r.rolbypassrls,
       EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relowner = r.oid)
FROM pg_roles r WHERE r.rolname = current_user
"""


@register(Tags.database)
def check_connection_role(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """The application must connect as neither superuser nor owner nor with BYPASSRLS."""
    if not databases or "default" not in databases:
        return []
    with connections["default"].cursor() as cursor:
        cursor.execute(_QUESTION)
        superuser, bypass, owner = cursor.fetchone()
    reasons = [
        reason
        for reason, holds in [
            ("is a superuser", superuser),
            ("bypasses row-level security", bypass),
            ("owns tables", owner),
        ]
        if holds
    ]
    return [
        Error(
            f"The database role of LECTERN_DATABASE_URL {reason}: tenants would not be fenced.",
            hint="Connect as lectern_app; LECTERN_DATABASE_OWNER_URL is for migrations only.",
            id="lectern.E001",
        )
        for reason in reasons
    ]
