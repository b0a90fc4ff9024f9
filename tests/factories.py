"""Rows for tests, made by the product's own operations, with defaults for everything."""

import io
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile

from fakes import HashEmbedder
from lectern.backends.embedder import Embedder
from lectern.documents.access import OPEN, Access
from lectern.documents.collections import create_collection
from lectern.documents.content import Block, ChunkDraft, DocumentFacts, PageContent
from lectern.documents.index import IndexedVersion, publish
from lectern.documents.models import Collection, Document, DocumentVersion
from lectern.documents.uploads import Upload, accept_upload
from lectern.tenants.access import Principal, Role, member_principal, system_principal
from lectern.tenants.people import enrol_member, found_tenant
from lectern.tenants.scoping import tenant_context
from lectern_workers.ingestion.chunking import chunk
from lectern_workers.ingestion.cleaning import clean
from lectern_workers.ingestion.recognising import recognise
from lectern_workers.ingestion.sandbox import read_document

_numbers = count(1)
HASHING = HashEmbedder()
PASSWORD = "correct horse battery staple"


def make_tenant(name: str = "Acme", role: str = Role.ADMINISTRATOR) -> Principal:
    """A new tenant; returns a member of it with ``role``."""
    number = next(_numbers)
    tenant = found_tenant(name=f"{name} {number}", slug=f"{name.lower()}-{number}")
    return make_member(system_principal(tenant.pk), role=role)


def make_member(actor: Principal, role: str = Role.READER, email: str = "") -> Principal:
    """A new person in the actor's tenant, with the password ``PASSWORD``."""
    email = email or f"person{next(_numbers)}@example.com"
    with tenant_context(actor.tenant_id):
        administrator = system_principal(actor.tenant_id)
        member = enrol_member(administrator, email=email, role=role, password=PASSWORD)
        return member_principal(member, name=email)


def make_collection(actor: Principal, name: str = "", **fields: Any) -> Collection:
    return create_collection(actor, name=name or f"Collection {next(_numbers)}", **fields)


def make_upload(
    actor: Principal,
    collection: Collection,
    text: str = "",
    name: str = "note.txt",
    access: Access = OPEN,
) -> Upload:
    """An uploaded text file that nobody has read yet."""
    content = (text or f"Note number {next(_numbers)}.").encode()
    return accept_upload(actor, collection, SimpleUploadedFile(name, content), access=access)


def make_document(
    actor: Principal,
    collection: Collection,
    *pages: str,
    title: str = "Handbook",
    embedder: Embedder = HASHING,
) -> Document:
    """A document that is ready: one chunk for each paragraph of each page."""
    upload = make_upload(actor, collection, text="\f".join(pages), name=f"{title}.txt")
    publish_text(upload.version, *pages, embedder=embedder)
    document = upload.document
    document.refresh_from_db()
    return document


def make_read_document(
    actor: Principal,
    collection: Collection,
    name: str,
    content: bytes,
    *,
    embedder: Embedder = HASHING,
) -> Document:
    """A document read from the bytes of its file as ingestion does it."""
    upload = accept_upload(actor, collection, SimpleUploadedFile(name, content))
    path = Path(storages["documents"].path(upload.version.file))
    read = read_document(path, name, progress=lambda _done, _total: None)
    pages = clean(read.facts, read.pages)
    chunks = chunk(read.facts, pages, title=name)
    vectors = embedder.embed([draft.searchable for draft in chunks])
    publish(
        upload.version,
        IndexedVersion(
            facts=read.facts,
            pages=pages,
            chunks=chunks,
            vectors={embedder.name: np.asarray(vectors, dtype=np.float32)},
            tables=recognise(pages),
        ),
    )
    document = upload.document
    document.refresh_from_db()
    return document


def publish_text(version: DocumentVersion, *pages: str, embedder: Embedder = HASHING) -> None:
    """Make ``version`` readable with these pages, embedded by the hashing fake if not said."""
    contents, chunks = [], []
    for number, text in enumerate(pages or ("An empty page.",), start=1):
        blocks = []
        for start, end in _paragraphs(text):
            blocks.append(Block(kind="paragraph", start=start, end=end))
            chunks.append(
                ChunkDraft(
                    position=len(chunks),
                    page=number,
                    start=start,
                    end=end,
                    text=text[start:end],
                    context="",
                    heading="",
                )
            )
        contents.append(
            PageContent(number=number, label=str(number), text=text, blocks=tuple(blocks))
        )
    facts = DocumentFacts(
        content_type="text/plain", title="", paged=False, page_count=len(contents)
    )
    vectors = embedder.embed([chunk.searchable for chunk in chunks])
    publish(
        version,
        IndexedVersion(
            facts=facts,
            pages=contents,
            chunks=chunks,
            vectors={embedder.name: np.asarray(vectors, dtype=np.float32)},
        ),
    )


def _paragraphs(text: str) -> list[tuple[int, int]]:
    found, at = [], 0
    for paragraph in io.StringIO(text).read().split("\n\n"):
        start = text.index(paragraph, at)
        at = start + len(paragraph)
        if paragraph.strip():
            found.append((start, at))
    return found
