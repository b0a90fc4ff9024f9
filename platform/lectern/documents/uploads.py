"""Accepting files: checked, deduplicated, stored, and queued for reading."""

import errno
import hashlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import IntegrityError, transaction
from django.db.models import Max

from lectern.documents.access import OPEN, Access, set_access
from lectern.documents.library import latest_version
from lectern.documents.models import Collection, Document, DocumentVersion
from lectern.documents.reprocessing import make_current, read_again
from lectern.documents.sniffing import check_archive, sniff
from lectern.documents.states import state_of
from lectern.errors import Conflict, Invalid, LecternError, NotFound, TooLarge, Unavailable
from lectern.jobs.models import Job
from lectern.jobs.queue import enqueue
from lectern.tenants import audit
from lectern.tenants.access import Permission, Principal, require
from lectern.tenants.models import new_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.core.files.uploadedfile import UploadedFile

HEAD_BYTES = 64 * 1024
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What became of an uploaded file. ``linked`` tells that its bytes were here already."""

    document: Document
    version: DocumentVersion
    linked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _StoredFile:
    version_id: UUID
    path: str
    name: str
    content_type: str
    size: int
    sha256: str


def accept_upload(
    actor: Principal,
    collection: Collection,
    file: "UploadedFile[Any]",
    *,
    document: Document | None = None,
    access: Access = OPEN,
) -> Upload:
    """Take ``file`` into ``collection``, as a new document or a new version of ``document``.

    Once this returns, the file and its job are stored: neither a dead broker nor a killed
    worker loses it. Bytes that the collection already has are linked, not stored again; if
    reading them had failed, it is tried once more. The bytes of an older version of ``document``
    make that version answer again. ``access`` is who reads a new document.
    """
    require(actor, Permission.WRITE)
    return _accept(actor, collection, _store(actor.tenant_id, file), document, access)


def accept_uploads(
    actor: Principal,
    collection: Collection,
    files: "Sequence[UploadedFile[Any]]",
    *,
    access: Access = OPEN,
) -> list[Upload | LecternError]:
    """``accept_upload`` for many new documents: what became of each, in the order of ``files``."""
    require(actor, Permission.WRITE)
    outcomes: dict[int, Upload | LecternError] = {}
    stored: dict[int, _StoredFile] = {}
    for at, file in enumerate(files):
        try:
            stored[at] = _store(actor.tenant_id, file)
        except LecternError as error:
            outcomes[at] = error
    # Two requests that bring the same files would wait for each other, if not in one order.
    for at in sorted(stored, key=lambda each: stored[each].sha256):
        try:
            outcomes[at] = _accept(actor, collection, stored[at], None, access)
        except LecternError as error:
            outcomes[at] = error
    return [outcomes[at] for at in range(len(files))]


def _accept(
    actor: Principal,
    collection: Collection,
    stored: _StoredFile,
    document: Document | None,
    access: Access,
) -> Upload:
    if (known := _known(collection, stored.sha256)) is not None:
        _store_once(stored, known.version)
        return _known_again(actor, known, document)
    try:
        with transaction.atomic():
            return _record(actor, collection, stored, document, access)
    except IntegrityError:
        # The same bytes arrived twice at once; the other request was first.
        storages["documents"].delete(stored.path)
        if (known := _known(collection, stored.sha256)) is not None:
            return known
        raise
    except BaseException:
        storages["documents"].delete(stored.path)
        raise


def clean_name(name: str) -> str:
    """The file name for people: no path, no control characters, at most 255 characters."""
    base = PurePosixPath(name.replace("\\", "/")).name
    printable = "".join(char for char in base if char.isprintable()).strip()
    return (printable or "unnamed")[-255:]


def _store(tenant_id: UUID, file: "UploadedFile[Any]") -> _StoredFile:
    name = clean_name(file.name or "")
    limit = settings.MAX_UPLOAD_MB * MEGABYTE
    if file.size is None or file.size > limit:
        raise TooLarge(
            f"{name} is larger than {settings.MAX_UPLOAD_MB} MB, the limit of this site. "
            "Split it, or ask the operator to raise LECTERN_MAX_UPLOAD_MB."
        )
    if file.size == 0:
        raise Invalid(
            f"{name} is empty (0 bytes). Check the file and upload it again.", code="empty"
        )
    file.seek(0)
    content_type = sniff(file.read(HEAD_BYTES), name)
    file.seek(0)
    check_archive(file, name, content_type)
    version_id = new_id()
    path = f"{tenant_id}/{version_id}"
    file.seek(0)
    sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    _save(storages["documents"], path, file, name)
    return _StoredFile(
        version_id=version_id,
        path=path,
        name=name,
        content_type=content_type,
        size=file.size,
        sha256=sha256,
    )


def _save(storage: Storage, path: str, file: IO[bytes], name: str) -> None:
    try:
        storage.save(path, file)
    except OSError as error:
        storage.delete(path)
        if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise
        raise Unavailable(
            f"There is no room to store {name}: the disk is full. Nothing was kept of it. "
            "Ask the operator to free space, then upload it again.",
            code="disk_full",
        ) from error


def _known(collection: Collection, sha256: str) -> Upload | None:
    version = (
        DocumentVersion.objects.filter(collection=collection, sha256=sha256)
        .select_related("document", "job")
        .first()
    )
    if version is None:
        return None
    return Upload(document=version.document, version=version, linked=True)


def _store_once(stored: _StoredFile, version: DocumentVersion) -> None:
    """Keep the bytes that ``version`` has, or these if its own are lost."""
    storage = storages["documents"]
    if storage.exists(version.file):
        storage.delete(stored.path)
    else:
        version.file = stored.path
        version.save(update_fields=["file"])


def _known_again(actor: Principal, known: Upload, document: Document | None) -> Upload:
    if document is not None and document.pk == known.document.pk:
        newest = latest_version(known.document)
        if newest.pk != known.version.pk:
            version = make_current(actor, known.version)
            return Upload(document=known.document, version=version, linked=True)
    return _tried_again(actor, known) if state_of(known.version).can_retry else known


def _tried_again(actor: Principal, known: Upload) -> Upload:
    # Who uploads the same file at the same moment may have been first.
    with suppress(Conflict):
        read_again(actor, known.version)
    known.version.refresh_from_db()
    return known


def _record(
    actor: Principal,
    collection: Collection,
    stored: _StoredFile,
    document: Document | None,
    access: Access,
) -> Upload:
    if document is None:
        document = Document.objects.create(
            tenant_id=actor.tenant_id,
            collection=collection,
            title=stored.name,
            created_by_id=actor.user_id,
        )
        if access.restricted:
            set_access([document.pk], access)
            document.restricted = True
    else:
        document = Document.objects.select_for_update().filter(pk=document.pk).first()
        if document is None:
            raise NotFound(f"The document was deleted. Upload {stored.name} as a new one.")
    highest = document.versions.aggregate(highest=Max("number"))["highest"] or 0
    job = enqueue(actor.tenant_id, Job.Kind.INGEST_DOCUMENT, {"version_id": str(stored.version_id)})
    version = DocumentVersion.objects.create(
        id=stored.version_id,
        tenant_id=actor.tenant_id,
        collection=collection,
        document=document,
        number=highest + 1,
        file=stored.path,
        file_name=stored.name,
        content_type=stored.content_type,
        size=stored.size,
        sha256=stored.sha256,
        job=job,
        uploaded_by_id=actor.user_id,
    )
    audit.record(actor, "document.uploaded", document, file_name=stored.name, sha256=stored.sha256)
    return Upload(document=document, version=version, linked=False)
