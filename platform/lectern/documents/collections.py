"""Collections: making, changing and removing them."""

from django.db import IntegrityError, transaction

from lectern.documents.models import Collection, DocumentVersion
from lectern.documents.removal import erase_documents, hold_for_removal
from lectern.errors import Conflict, Invalid, NotFound
from lectern.jobs.models import Job
from lectern.jobs.queue import withdraw
from lectern.plugins.registry import usable_plugins
from lectern.tenants import audit
from lectern.tenants.access import Permission, Principal, require

# In characters: it is shown on every list of collections.
LONGEST_DESCRIPTION = 2_000


def create_collection(
    actor: Principal, *, name: str, description: str = "", plugin: str = ""
) -> Collection:
    """A new, empty collection. Its name must be new in the tenant."""
    require(actor, Permission.MANAGE_COLLECTIONS)
    name = _checked_name(name)
    _check_description(description)
    _check_plugin(plugin)
    try:
        with transaction.atomic():
            collection: Collection = Collection.objects.create(
                tenant_id=actor.tenant_id, name=name, description=description, plugin=plugin
            )
            audit.record(actor, "collection.created", collection, name=name)
    except IntegrityError as error:
        raise Conflict(f"There is already a collection {name!r}. Choose another name.") from error
    return collection


def change_collection(
    actor: Principal, collection: Collection, *, name: str, description: str, plugin: str
) -> Collection:
    """Rename, describe, or give another plugin to ``collection``."""
    require(actor, Permission.MANAGE_COLLECTIONS)
    _check_description(description)
    _check_plugin(plugin)
    collection.name, collection.description = _checked_name(name), description
    collection.plugin = plugin
    try:
        with transaction.atomic():
            collection.save(update_fields=["name", "description", "plugin"])
            audit.record(
                actor, "collection.changed", collection, name=collection.name, plugin=plugin
            )
    except IntegrityError as error:
        raise Conflict(
            f"There is already a collection {collection.name!r}. Choose another name."
        ) from error
    return collection


@transaction.atomic
def remove_collection(actor: Principal, collection: Collection) -> int:
    """Delete ``collection`` with all its documents and questions; how many documents it had."""
    require(actor, Permission.MANAGE_COLLECTIONS)
    versions = DocumentVersion.objects.filter(collection=collection)
    # Before the index is held, as whoever changes it locks its job first.
    work = Job.objects.filter(status__in=Job.ACTIVE, payload__collection_id=str(collection.pk))
    for job in work.order_by("pk"):
        withdraw(job)
    if hold_for_removal(versions, collection.pk) is None:
        raise NotFound("This collection was deleted already.")
    documents = list(collection.documents.values_list("pk", flat=True))
    removed = erase_documents(actor, collection.pk, documents)
    audit.record(actor, "collection.removed", collection, documents=removed.documents)
    Collection.objects.filter(pk=collection.pk).delete()
    return removed.documents


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= 200:
        raise Invalid("A collection needs a name of 1 to 200 characters")
    return name


def _check_description(description: str) -> None:
    if len(description) > LONGEST_DESCRIPTION:
        raise Invalid(
            f"The description has {len(description):,} characters; it may have "
            f"{LONGEST_DESCRIPTION:,}. Shorten it."
        )


def _check_plugin(plugin: str) -> None:
    if plugin and plugin not in {usable.name for usable in usable_plugins()}:
        raise Invalid(f"There is no usable plugin {plugin!r}. `lectern doctor` lists them.")
