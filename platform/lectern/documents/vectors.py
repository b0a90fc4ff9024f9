"""A database cursor that sends vectors in binary."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import psycopg
from django.db import connection
from pgvector.psycopg import register_vector


@contextmanager
def vector_cursor() -> Iterator["psycopg.Cursor[Any]"]:
    """A cursor on Django's connection, in its transaction, that binds on the server.

    Django's own cursor writes parameters into the statement as text, which for a vector
    takes longer than searching with it. Errors of the database are Django's all the same.
    """
    connection.ensure_connection()
    raw = cast("psycopg.Connection[Any]", connection.connection)
    with connection.wrap_database_errors:
        if raw.adapters.types.get("halfvec") is None:
            register_vector(raw)
        with psycopg.Cursor(raw) as cursor:
            yield cursor
