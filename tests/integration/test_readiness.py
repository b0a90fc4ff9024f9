"""The readiness that anybody may ask for, as often as they like."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext


@pytest.fixture(autouse=True)
def nothing_kept():
    """Forget what was found out for other tests."""
    cache.clear()


def statements_about_migrations():
    with CaptureQueriesContext(
        connection,
    ) as captured:
        Client().get("/health/ready")
    return [each for each in captured.captured_queries if "django_migrations" in each["sql"]]


def test_asking_again_at_once_does_not_compare_the_migrations_again(db):
    first, second = statements_about_migrations(), statements_about_migrations()

    assert first
    assert second == []
