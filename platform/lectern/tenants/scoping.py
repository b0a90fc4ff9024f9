"""The one way into a tenant: scope, transaction and row-level security opened together."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection, transaction
from django_scopes import scope

SETTING = "app.tenant_id"


@contextmanager
def tenant_context(tenant_id: UUID) -> Iterator[None]:
    """Work as ``tenant_id`` in one transaction; nothing of another tenant is visible.

    The setting is local to the transaction: set for a session it would leak to the next
    request on the same pooled connection. A nested context puts the outer tenant back.
    """
    with transaction.atomic(), scope(tenant=tenant_id):
        outer = _swap(str(tenant_id))
        yield
        _swap(outer)


def _swap(value: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH before AS MATERIALIZED (SELECT coalesce(current_setting(%s, true), '') AS was)"
            " SELECT was, set_config(%s, %s, true) FROM before",
            [SETTING, SETTING, value],
        )
        row: tuple[str, str] = cursor.fetchone()
    return row[0]
