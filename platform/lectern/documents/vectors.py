"""A database cursor that sends vectors in binary."""

from typing import Any, cast

import psycopg
from django.db import connection
from pgvector.psycopg import register_vector


def vector_cursor() -> "psycopg.Cursor[Any]":
    """A cursor on Django's connection, in its transaction, that binds on the server.

    Django's own cursor writes parameters into the statement as text, which for a vector
    takes longer than searching with it.
    """
    connection.ensure_connection()
    raw = cast("psycopg.Connection[Any]", connection.connection)
    if raw.adapters.types.get("halfvec") is None:
        register_vector(raw)
    return psycopg.Cursor(raw)
