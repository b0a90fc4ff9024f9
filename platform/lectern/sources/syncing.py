"""One sync: a collection is made to hold what its source holds.

Each item is one transaction, so that a killed sync keeps what it did, and doing it again
doubles nothing. What vanished from the source is removed at the end, and only when the
whole source could be listed.
"""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import BinaryIO, cast
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.db.models.functions import Now

from lectern.documents.access import inherit_access
from lectern.documents.models import Collection, Document
from lectern.documents.removal import remove_document
from lectern.documents.uploads import MEGABYTE, accept_upload
from lectern.errors import Invalid, LecternError, NotFound
from lectern.sdk.connectors import Connection, ConnectorError, Item
from lectern.sources.connectors import connection_to, explained
from lectern.sources.models import Source, SourceItem, SourceRun
from lectern.tenants.access import Principal, system_principal
from lectern.tenants.scoping import tenant_context

MOST_ITEMS = 100_000
KINDS = ("added", "changed", "unchanged", "removed", "problems")
CUT_OFF = "The worker that did this stopped without a word; the sync was started again."

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sync:
    """A sync in progress: of which source, for whom, and where it is written down."""

    source: Source
    actor: Principal
    run_id: UUID


def sync_source(
    tenant_id: UUID, source_id: UUID, job_id: UUID, progress: Progress
) -> dict[str, int]:
    """Bring the source's collection up to date; what was done, by kind.

    ``progress(stage, done, total)`` may raise to end it. Raises ``NotFound`` when the source
    was removed, ``Invalid`` when somebody must change something, ``Unavailable`` otherwise.
    """
    with _recorded(tenant_id, source_id, job_id) as sync:
        with tenant_context(tenant_id):
            connection = connection_to(sync.source)
        items = _listed(connection, progress)
        counts: Counter[str] = Counter()
        for number, item in enumerate(items.values()):
            progress("fetching documents", number, len(items))
            counts[_take(sync, connection, item)] += 1
        progress("removing what is gone", 0, 0)
        counts["removed"] = _remove_gone(sync, items, progress)
        told = {kind: counts[kind] for kind in KINDS}
        with tenant_context(tenant_id):
            SourceRun.objects.filter(pk=sync.run_id).update(counts=told, finished_at=Now())
    return told


@contextmanager
def _recorded(tenant_id: UUID, source_id: UUID, job_id: UUID) -> Iterator[Sync]:
    """A run of the source that ends with its reason if the sync fails."""
    sync = _begun(tenant_id, source_id, job_id)
    try:
        yield sync
    except (ConnectorError, LecternError) as error:
        with tenant_context(tenant_id):
            _end(sync.run_id, error.message)
        raise (explained(error) if isinstance(error, ConnectorError) else error) from error


def _begun(tenant_id: UUID, source_id: UUID, job_id: UUID) -> Sync:
    with tenant_context(tenant_id):
        source = Source.objects.filter(pk=source_id).first()
        if source is None:
            raise NotFound("The source was removed.", code="deleted")
        for left in source.runs.filter(finished_at__isnull=True):
            _end(left.pk, CUT_OFF)
        run = SourceRun.objects.create(tenant_id=tenant_id, source=source, job_id=job_id)
    actor = replace(system_principal(tenant_id), name=f"the source {source.name}")
    return Sync(source=source, actor=actor, run_id=run.pk)


def _end(run_id: UUID, error: str) -> None:
    SourceRun.objects.filter(pk=run_id).update(error=error, finished_at=Now())


def _listed(connection: Connection, progress: Progress) -> dict[str, Item]:
    items: dict[str, Item] = {}
    for listed in connection.items():
        item = replace(listed, key=_storable(listed.key))
        items[item.key] = item
        progress("listing", len(items), 0)
        if len(items) > MOST_ITEMS:
            raise Invalid(
                f"The source holds more than {MOST_ITEMS:,} documents. Point it at a part of them "
                "and add other sources for the rest."
            )
    return items


def _storable(key: str) -> str:
    # A file's name may be no Unicode. It is not found under the key, and listed as a problem.
    return key.encode(errors="backslashreplace").decode().replace("\0", "")


def _take(sync: Sync, connection: Connection, item: Item) -> str:
    """Make the collection hold ``item``; which kind of change that was."""
    with tenant_context(sync.source.tenant_id):
        known = sync.source.items.filter(key=item.key).first()
    # A document that somebody deleted here stays deleted until it changes out there.
    if known is not None and known.fingerprint == item.fingerprint:
        return "problems" if known.problem else "unchanged"
    try:
        with _fetched(connection, item) as file:
            return _store(sync, item, file)
    except (ConnectorError, LecternError) as error:
        if isinstance(error, NotFound):
            raise
        _note_problem(sync, item, error)
        return "problems"


@contextmanager
def _fetched(connection: Connection, item: Item) -> Iterator["UploadedFile[bytes]"]:
    with tempfile.NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as file:
        connection.fetch(item, cast("BinaryIO", file), most_bytes=settings.MAX_UPLOAD_MB * MEGABYTE)
        size = file.tell()
        file.seek(0)
        yield UploadedFile(File(file), item.name, size=size)


def _store(sync: Sync, item: Item, file: "UploadedFile[bytes]") -> str:
    with tenant_context(sync.source.tenant_id):
        collection = Collection.objects.filter(pk=sync.source.collection_id).first()
        if collection is None:
            raise NotFound("The collection was deleted.", code="deleted")
        known = sync.source.items.filter(key=item.key).first()
        document = known.document if known else None
        # What another item is as well stays as it is: only this one changed.
        own = document is not None and _items_of(document).count() == 1
        upload = accept_upload(sync.actor, collection, file, document=document if own else None)
        if document is not None and not (own or upload.linked):
            inherit_access(upload.document, document)
        brought = not upload.linked or _items_of(upload.document).filter(brought=True).exists()
        _remember(sync, item, document=upload.document, brought=brought)
        if document is not None and document != upload.document:
            # Its new content is a document that was here already.
            _remove_brought(sync, document, was_brought=known is not None and known.brought)
    return "changed" if document else "added"


def _note_problem(sync: Sync, item: Item, error: ConnectorError | LecternError) -> None:
    # What may be over by the next sync is fetched again then.
    lasting = isinstance(error, Invalid) or (isinstance(error, ConnectorError) and error.permanent)
    with tenant_context(sync.source.tenant_id):
        seen = item if lasting else replace(item, fingerprint="")
        _remember(sync, seen, problem=error.message)


def _remember(sync: Sync, item: Item, **found: object) -> None:
    values = {"fingerprint": item.fingerprint, "problem": "", "seen_at": Now(), **found}
    rows = sync.source.items.filter(key=item.key)
    if not rows.update(**values):
        SourceItem.objects.create(
            tenant_id=sync.source.tenant_id, source=sync.source, key=item.key, **values
        )


def _remove_gone(sync: Sync, items: dict[str, Item], progress: Progress) -> int:
    """Remove the documents of items that the source does not hold any more; how many items."""
    with tenant_context(sync.source.tenant_id):
        keys = dict(sync.source.items.values_list("key", "pk"))
    gone = [pk for key, pk in keys.items() if key not in items]
    if gone and not items:
        raise Invalid(
            f"The source is empty, though it held {len(gone):,} documents at the last sync. "
            "Nothing was removed, because a folder that is not mounted looks the same. If it is "
            "meant, remove the source together with its documents.",
            code="source_empty",
        )
    for number, pk in enumerate(gone):
        progress("removing what is gone", number, len(gone))
        _forget(sync, pk)
    return len(gone)


def _forget(sync: Sync, item_id: UUID) -> None:
    with tenant_context(sync.source.tenant_id):
        item = SourceItem.objects.select_related("document").filter(pk=item_id).first()
        if item is None:
            return
        item.delete()
        if item.document is not None:
            _remove_brought(sync, item.document, was_brought=item.brought)


def _remove_brought(sync: Sync, document: Document, *, was_brought: bool) -> None:
    """Remove ``document`` if a source brought it and no item of any source is it now."""
    if was_brought and not _items_of(document).exists():
        remove_document(sync.actor, document)


def _items_of(document: Document) -> QuerySet[SourceItem]:
    """The items of all sources that are this document here."""
    rows: QuerySet[SourceItem] = SourceItem.objects.filter(document=document)
    return rows
