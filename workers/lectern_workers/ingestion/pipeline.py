"""From an uploaded file to a version that can be read and searched."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.storage import storages

from lectern.documents.confinement import Limits
from lectern.documents.content import PageContent
from lectern.documents.index import EmbedderChanged, IndexedVersion, publish
from lectern.documents.metadata import store_found
from lectern.documents.metadata_values import FoundValue
from lectern.documents.models import Collection, DocumentVersion
from lectern.documents.text_recognition import HOW_TO_ADD, NOTHING_SEEN, recognition_program
from lectern.errors import Conflict
from lectern.jobs.models import JobEvent
from lectern.tenants.scoping import tenant_context
from lectern_workers.context import JobContext, PermanentError
from lectern_workers.ingestion.attachments import take_attachments, within_depth
from lectern_workers.ingestion.chunking import chunk
from lectern_workers.ingestion.cleaning import clean
from lectern_workers.ingestion.embedding import embed_chunks
from lectern_workers.ingestion.enrichment import read_by_plugin, read_metadata, subject_of
from lectern_workers.ingestion.picture_text import read_pictures
from lectern_workers.ingestion.recognising import recognise
from lectern_workers.ingestion.remarks import remarks
from lectern_workers.ingestion.sandbox import ParsingFailed, ReadDocument, read_document
from lectern_workers.ingestion.titles import title_of

# Somebody may switch the collection to another embedder while a document is embedded.
PUBLISHING_TRIES = 3


def ingest_document(context: JobContext) -> dict[str, Any]:
    """Read, clean, cut, embed and publish one version; readers see all of it or nothing."""
    version = _version(context)
    read = _read(context, version)
    context.progress("cleaning", 0, 0)
    pages = clean(read.facts, read.pages)
    found = read_metadata(read.facts, pages, version.file_name)
    subject = subject_of(found, title_of(read.facts, pages, version.file_name))
    chunks = chunk(read.facts, pages, title=version.file_name, subject=subject)
    if not chunks:
        raise _nothing_to_read(version, read, pages)
    content = IndexedVersion(
        facts=read.facts,
        pages=pages,
        chunks=chunks,
        vectors=embed_chunks(context, version.collection_id, chunks, {}),
        warnings=remarks(read.facts, pages),
        tables=recognise(pages),
    )
    found += _read_by_plugin(context, version, read, pages)
    _publish(context, version, content, found)
    taken = take_attachments(context, version, read.attachments)
    return {"pages": len(pages), "chunks": len(chunks), "attachments": taken}


def _publish(
    context: JobContext,
    version: DocumentVersion,
    content: IndexedVersion,
    found: Sequence[FoundValue],
) -> None:
    for tries_left in reversed(range(PUBLISHING_TRIES)):
        context.progress("storing", 0, 0)
        try:
            with context.fenced():
                publish(version, content)
                store_found(version, found)
                return
        except EmbedderChanged:
            if not tries_left:
                raise
            again = embed_chunks(context, version.collection_id, content.chunks, content.vectors)
            content = replace(content, vectors=again)
        except Conflict as conflict:
            # Deleted, or replaced by a newer version, while it was read: trying again is no use.
            raise PermanentError(conflict.code, conflict.message) from conflict


def _read_by_plugin(
    context: JobContext,
    version: DocumentVersion,
    read: ReadDocument,
    pages: Sequence[PageContent],
) -> list[FoundValue]:
    context.progress("enriching", 0, 0)
    with tenant_context(context.tenant_id):
        rows = Collection.objects.filter(pk=version.collection_id)
        plugin = rows.values_list("plugin", flat=True).first() or ""
    return read_by_plugin(plugin, version.file_name, read.facts, pages)


def _version(context: JobContext) -> DocumentVersion:
    with tenant_context(context.tenant_id):
        rows = DocumentVersion.objects.filter(pk=UUID(context.payload["version_id"]))
        # A former job of the version may have been retried: this one tells its state now.
        rows.update(job=context.job_id)
        version = rows.first()
    if version is None:
        raise PermanentError("deleted", "The document was deleted before it was read.")
    return version


def _read(context: JobContext, version: DocumentVersion) -> ReadDocument:
    def progress(done: int, total: int) -> None:
        context.progress("parsing page", done, total)

    path = Path(storages["documents"].path(version.file))
    if not path.is_file():
        raise PermanentError(
            "file_missing",
            f"The file of {version.file_name} is not stored any more. Upload it again.",
        )
    limits = Limits(pages=settings.MAX_PAGES)
    try:
        read = read_document(path, version.file_name, progress=progress, limits=limits)
    except ParsingFailed as failure:
        raise PermanentError(failure.code, failure.message) from failure
    for lost in read.failures:
        context.log(f"Page {lost.page} was left out: {lost.reason}.", JobEvent.Level.WARNING)
    _read_pictures(context, path, read)
    return within_depth(version, read)


def _read_pictures(context: JobContext, path: Path, read: ReadDocument) -> None:
    def progress(done: int, total: int) -> None:
        context.progress("recognising page", done, total)

    program = recognition_program()
    if program is not None:
        languages = settings.OCR_LANGUAGES
        read_pictures(path, read, program=program, languages=languages, progress=progress)


def _nothing_to_read(
    version: DocumentVersion, read: ReadDocument, pages: Iterable[PageContent]
) -> PermanentError:
    if read.failures:
        return PermanentError(read.failures[0].code, read.failures[0].message)
    if any(page.image_only for page in pages):
        return PermanentError(
            "image_only",
            f"{version.file_name} has pictures of pages but no text. "
            f"{NOTHING_SEEN if recognition_program() else HOW_TO_ADD}",
        )
    return PermanentError("no_text", f"{version.file_name} holds no text that could be read.")
