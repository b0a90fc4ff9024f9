"""Which tenant and collection a command works in."""

from uuid import UUID

from django.core.management.base import CommandError, CommandParser

from lectern.documents.collections import create_collection
from lectern.documents.models import Collection
from lectern.tenants.access import Principal, system_principal
from lectern.tenants.models import Tenant
from lectern.tenants.people import all_tenants, tenant_by_slug
from lectern.tenants.scoping import tenant_context

# The tenant in which golden questions are asked; no person belongs to it.
EVALUATION = "lectern-evaluation"


def add_selection(parser: CommandParser) -> None:
    """The options ``--tenant`` and ``--collection``."""
    parser.add_argument("--tenant", default="", help="the tenant's short name; needed if several")
    parser.add_argument("--collection", default="", help="the collection's name")


def operator_in(slug: str) -> Principal:
    """The operator acting in the tenant ``slug``, or in the only one there is."""
    if slug:
        tenant_id = tenant_by_slug(slug)
        if tenant_id is None:
            raise CommandError(f"There is no tenant {slug!r}. There are: {_slugs()}.")
        return system_principal(tenant_id)
    tenants = _tenants()
    if len(tenants) != 1:
        raise CommandError(f"Name one with --tenant. There are: {_slugs() or 'none yet'}.")
    return system_principal(tenants[0])


def _tenants() -> list[UUID]:
    evaluation = tenant_by_slug(EVALUATION)
    return [tenant_id for tenant_id in all_tenants() if tenant_id != evaluation]


def collection_named(name: str) -> Collection:
    """The collection ``name``, or the only one. Runs inside the tenant."""
    collections = {collection.name: collection for collection in Collection.objects.all()}
    if name and name in collections:
        return collections[name]
    if not name and len(collections) == 1:
        return next(iter(collections.values()))
    listed = ", ".join(repr(known) for known in collections) or "none yet"
    raise CommandError(f"Name one with --collection. There are: {listed}.")


def collection_for(actor: Principal, name: str) -> Collection:
    """The collection ``name``, made if it is new; the only one if no name is given."""
    if name and not Collection.objects.filter(name=name).exists():
        return create_collection(actor, name=name)
    if not name and not Collection.objects.exists():
        return create_collection(actor, name="Documents")
    return collection_named(name)


def _slugs() -> str:
    slugs = []
    for tenant_id in _tenants():
        with tenant_context(tenant_id):
            slugs.append(Tenant.objects.get().slug)
    return ", ".join(slugs)
