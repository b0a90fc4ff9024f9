"""What all tests share: a throw-away Postgres, and people to act as."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from factories import make_collection, make_tenant
from lectern.documents.models import Collection
from lectern.embedded.broker import EmbeddedValkey
from lectern.embedded.postgres import EmbeddedPostgres
from lectern.settings import database
from lectern.tenants.access import Principal
from lectern.tenants.scoping import tenant_context


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A real Postgres with the product's roles, removed after the run."""
    server = EmbeddedPostgres(Path(settings.STATE) / "postgres")
    server.start()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def django_db_setup(postgres: EmbeddedPostgres, django_db_blocker) -> Iterator[None]:
    """Migrate as the owner; the tests themselves connect as the application does."""
    addresses = postgres.start()
    for alias, url in [("default", addresses.app_url), ("owner", addresses.owner_url)]:
        connections[alias].settings_dict.update(
            {k: v for k, v in database(url).items() if k not in {"ENGINE", "OPTIONS"}}
        )
    with django_db_blocker.unblock():
        call_command("migrate", database="owner", verbosity=0)
        connections["owner"].close()
    yield
    for connection in connections.all():
        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()


@pytest.fixture(scope="session")
def broker_server() -> Iterator[EmbeddedValkey]:
    """A real broker, stopped after the run; a test that stops it starts it again."""
    server = EmbeddedValkey(Path(settings.STATE) / "broker")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def broker(broker_server: EmbeddedValkey, settings) -> redis.Redis:
    """A client of the broker, which holds nothing and is the one that jobs are announced to."""
    settings.BROKER_URL = broker_server.start()
    client = redis.Redis.from_url(settings.BROKER_URL)
    client.flushall()
    return client


@pytest.fixture
def committed(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Work without an enclosing transaction, as processes that share the database must.

    Nothing is cleaned up: each test founds tenants of its own, and nobody sees another's.
    """
    with django_db_blocker.unblock():
        yield
        connections["default"].close()


@pytest.fixture
def tenant(db) -> Iterator[Principal]:
    """An administrator of a new tenant; the test runs inside that tenant."""
    principal = make_tenant()
    with ExitStack() as stack:
        stack.enter_context(tenant_context(principal.tenant_id))
        yield principal


@pytest.fixture
def collection(tenant: Principal) -> Collection:
    return make_collection(tenant)
