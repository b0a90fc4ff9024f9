"""Adding, changing and removing sources, and asking for a sync."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from lectern.documents.models import Collection, Document
from lectern.documents.removal import remove_document
from lectern.errors import Conflict, Invalid
from lectern.jobs.models import Job
from lectern.jobs.queue import enqueue, hurry, withdraw
from lectern.sdk.connectors import Connector
from lectern.sources.connectors import checked_settings, chosen_connector, connector_named
from lectern.sources.models import Source, SourceItem
from lectern.sources.secrets import opened, sealed
from lectern.tenants import audit
from lectern.tenants.access import Permission, Principal, require

# Minutes between syncs: a year at most.
LONGEST_PAUSE = 366 * 24 * 60


def add_source(
    actor: Principal,
    collection: Collection,
    *,
    name: str,
    connector: str,
    settings: Mapping[str, str],
    every_minutes: int | None,
) -> Source:
    """A new source of ``collection``; its first sync is queued at once.

    ``every_minutes`` None: it is synced on request only.
    """
    require(actor, Permission.MANAGE_SOURCES)
    kind = chosen_connector(connector)
    source = Source(tenant_id=actor.tenant_id, collection=collection, connector=connector)
    source.created_by_id = actor.user_id
    _fill(source, name, every_minutes)
    _set(source, kind, checked_settings(kind, settings))
    with _name_is_new(source), transaction.atomic():
        source.save(force_insert=True)
        audit.record(actor, "source.added", source, name=source.name, connector=connector)
        queue_sync(source)
    return source


def change_source(
    actor: Principal,
    source: Source,
    *,
    name: str,
    settings: Mapping[str, str],
    every_minutes: int | None,
) -> Source:
    """Change a source. A secret that is left out, or empty, stays as it was."""
    require(actor, Permission.MANAGE_SOURCES)
    kind = connector_named(source.connector)
    kept = opened(source.secrets) if _secrets_left_out(kind, settings) else {}
    given = {name: value for name, value in settings.items() if value or name not in kept}
    _fill(source, name, every_minutes)
    _set(source, kind, checked_settings(kind, {**kept, **given}))
    with _name_is_new(source), transaction.atomic():
        source.save()
        audit.record(actor, "source.changed", source, name=source.name)
        hurry(queue_sync(source))
    return source


@transaction.atomic
def remove_source(actor: Principal, source: Source, *, with_documents: bool) -> int:
    """Forget ``source``; how many documents went with it, of those that it had brought."""
    require(actor, Permission.MANAGE_SOURCES)
    if job := sync_in_progress(source):
        withdraw(job)
    removed = 0
    if with_documents:
        for document in _brought(source):
            remove_document(actor, document)
            removed += 1
    audit.record(actor, "source.removed", source, name=source.name, documents=removed)
    Source.objects.filter(pk=source.pk).delete()
    return removed


def request_sync(actor: Principal, source: Source) -> Job:
    """Queue a sync now; the one that is queued or running already if there is one.

    A sync that failed and would be tried again later is tried at once.
    """
    require(actor, Permission.MANAGE_SOURCES)
    with transaction.atomic():
        audit.record(actor, "source.sync_requested", source)
        job = queue_sync(source)
        hurry(job)
        return job


def sync_in_progress(source: Source) -> Job | None:
    """The sync of ``source`` that is queued or running."""
    jobs = Job.objects.filter(
        kind=Job.Kind.SYNC_SOURCE, payload=_payload(source), status__in=Job.ACTIVE
    )
    job: Job | None = jobs.first()
    return job


def queue_sync(source: Source) -> Job:
    """Queue a sync of ``source`` and set when the next is due. Runs inside the tenant."""
    job = enqueue(source.tenant_id, Job.Kind.SYNC_SOURCE, _payload(source))
    if source.every_minutes is not None:
        due = Now() + timedelta(minutes=source.every_minutes)
        Source.objects.filter(pk=source.pk).update(next_sync_at=due)
    return job


def _payload(source: Source) -> dict[str, str]:
    return {"source_id": str(source.pk)}


def _brought(source: Source) -> list[Document]:
    """The documents that came from ``source``, and from no other source as well."""
    elsewhere = SourceItem.objects.exclude(source=source).filter(document__isnull=False)
    here = source.items.filter(brought=True, document__isnull=False)
    return list(
        Document.objects.filter(pk__in=here.values("document"))
        .exclude(pk__in=elsewhere.values("document"))
        .order_by("pk")
    )


def _fill(source: Source, name: str, every_minutes: int | None) -> None:
    name = " ".join(name.split())
    if not 1 <= len(name) <= 200:
        raise Invalid("A source needs a name of 1 to 200 characters.")
    if every_minutes is not None and not 1 <= every_minutes <= LONGEST_PAUSE:
        raise Invalid(
            f"Minutes between syncs may be 1 to {LONGEST_PAUSE:,}; leave them out to sync on "
            "request only."
        )
    source.name, source.every_minutes = name, every_minutes
    if every_minutes is None:
        source.next_sync_at = None


def _set(source: Source, kind: Connector, values: Mapping[str, str]) -> None:
    hidden = {setting.name for setting in kind.settings if setting.secret}
    source.settings = {name: value for name, value in values.items() if name not in hidden}
    source.secrets = sealed({name: values[name] for name in sorted(hidden)}) if hidden else b""


def _secrets_left_out(kind: Connector, settings: Mapping[str, str]) -> bool:
    return any(setting.secret and not settings.get(setting.name) for setting in kind.settings)


@contextmanager
def _name_is_new(source: Source) -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        if "source_name_once" not in str(error):
            raise
        raise Conflict(
            f"This collection has a source {source.name!r} already. Choose another name."
        ) from error
