"""A tenant with at least one of everything, each thing carrying a word that no other tenant has."""

import io
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import pypdfium2
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from factories import make_collection, make_tenant, publish_text
from lectern.answering.models import (
    Answer,
    Citation,
    Finding,
    GoldenQuestion,
    GoldenResult,
    GoldenRun,
    Question,
)
from lectern.documents.access import Access, change_access
from lectern.documents.models import (
    Collection,
    Document,
    DocumentMetadata,
    DocumentReader,
    DocumentTable,
    DocumentVersion,
    Retriever,
)
from lectern.documents.uploads import accept_upload
from lectern.jobs.models import Job, JobAttempt, JobEvent, JobStage
from lectern.plugins.models import PluginConfig
from lectern.sources.models import Source, SourceItem, SourceRun
from lectern.tenants.access import KEY_SCOPES, Permission, Principal, Role
from lectern.tenants.keys import issue_key
from lectern.tenants.models import ApiKey, Group, GroupMember, Membership
from lectern.tenants.people import add_member
from lectern.tenants.scoping import tenant_context

_numbers = count(1)

TENANT_TABLES = """
SELECT c.relname FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeededTenant:
    """One object of every kind. ``marker`` is in every text of them."""

    administrator: Principal
    marker: str
    collection: Collection
    document: Document
    version: DocumentVersion
    job: Job
    question: Question
    answer: Answer
    citation: Citation
    member: Membership
    key: ApiKey
    secret: str
    invitation: str
    group: Group
    golden: GoldenQuestion
    golden_run: GoldenRun
    source: Source


def make_seeded_tenant() -> SeededTenant:
    """A new tenant with its objects; its key has every scope."""
    marker = f"zebra{next(_numbers)}quagga"
    administrator = make_tenant(name=marker)
    with tenant_context(administrator.tenant_id):
        collection = make_collection(administrator, name=f"{marker} reports", description=marker)
        version = _read_pdf(administrator, collection, marker)
        job = version.job
        JobEvent.objects.create(
            tenant_id=administrator.tenant_id, job=job, attempt=0, message=f"Reading {marker}."
        )
        PluginConfig.objects.create(tenant_id=administrator.tenant_id, plugin=marker)
        Retriever.objects.create(
            tenant_id=administrator.tenant_id, collection=collection, name=marker, dimensions=64
        )
        answer = _answered(administrator, collection, version, marker)
        issued = issue_key(administrator, name=marker, scopes=KEY_SCOPES)
        golden, golden_run = _golden(administrator, version, marker)
        return SeededTenant(
            administrator=administrator,
            marker=marker,
            collection=collection,
            document=Document.objects.get(pk=version.document_id),
            version=version,
            job=job,
            question=answer.question,
            answer=answer,
            citation=answer.citations.get(),
            member=Membership.objects.get(user_id=administrator.user_id),
            key=issued.row,
            secret=issued.secret,
            invitation=_invitation(administrator, marker),
            group=_group(administrator, version, issued.row, marker),
            golden=golden,
            golden_run=golden_run,
            source=_source(administrator, version, marker),
        )


def make_restricted(tenant: SeededTenant) -> SeededTenant:
    """``tenant`` with a document that no group reads, and what was made of it, in place of its own.

    ``marker`` is in every text of these and in nothing else.
    """
    actor, marker = tenant.administrator, f"okapi{next(_numbers)}eland"
    with tenant_context(actor.tenant_id):
        version = _read_pdf(actor, tenant.collection, marker)
        document = Document.objects.get(pk=version.document_id)
        change_access(actor, [document], Access(restricted=True))
        JobEvent.objects.create(
            tenant_id=actor.tenant_id, job=version.job, attempt=1, message=f"Reading {marker}."
        )
        _known(version, marker)
        _item(tenant.source, version, marker)
        answer = _answered(actor, tenant.collection, version, marker)
        return replace(
            tenant,
            marker=marker,
            document=document,
            version=version,
            job=version.job,
            question=answer.question,
            answer=answer,
            citation=answer.citations.get(),
            golden=_golden_question(actor, version, marker),
        )


def make_key(administrator: Principal, *scopes: Permission) -> str:
    """The secret of a new key with ``scopes``, or with all that a key can have."""
    with tenant_context(administrator.tenant_id):
        return issue_key(administrator, name="test", scopes=scopes or KEY_SCOPES).secret


def api_client(secret: str) -> Client:
    """A client of the API with this key; errors of the server are responses to it."""
    headers = {"Authorization": f"Bearer {secret}"}
    return Client(headers=headers, raise_request_exception=False)


def rows_of(tenant: SeededTenant) -> dict[str, Any]:
    """A fingerprint of every row that the tenant has, by table."""
    fingerprints = {}
    with tenant_context(tenant.administrator.tenant_id), connection.cursor() as cursor:
        cursor.execute(TENANT_TABLES + " AND NOT c.relispartition ORDER BY 1")
        for (table,) in cursor.fetchall():
            cursor.execute(
                f"SELECT count(*), md5(coalesce(string_agg(t::text, '' ORDER BY t::text), ''))"
                f" FROM {table} t"
            )
            fingerprints[table] = cursor.fetchone()
    return fingerprints


def pdf_of_one_page() -> bytes:
    """A PDF with one empty page of A5."""
    document = pypdfium2.PdfDocument.new()
    document.new_page(420, 595)
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def _invitation(actor: Principal, marker: str) -> str:
    """The secret of a link that nobody has opened yet."""
    return add_member(actor, email=f"{marker}@example.com", role=Role.READER).secret


def _group(actor: Principal, version: DocumentVersion, key: ApiKey, marker: str) -> Group:
    """A group of one person and one key, and what is known of a document that it reads."""
    tenant = {"tenant_id": actor.tenant_id}
    group = Group.objects.create(**tenant, name=f"{marker} group")
    GroupMember.objects.create(**tenant, group=group, user_id=actor.user_id)
    GroupMember.objects.create(**tenant, group=group, key=key)
    DocumentReader.objects.create(**tenant, document_id=version.document_id, group=group)
    _known(version, marker)
    return group


def _known(version: DocumentVersion, marker: str) -> None:
    """What is known of a version's document, a table of it, and how it was read."""
    tenant = {"tenant_id": version.tenant_id}
    DocumentMetadata.objects.create(
        **tenant,
        document_id=version.document_id,
        name="company",
        value=marker,
        folded=marker,
        source="person",
    )
    DocumentTable.objects.create(
        **tenant,
        version=version,
        number=1,
        page=1,
        title=marker,
        columns=[{"path": ["Item"], "unit": "", "period": "", "kind": "text"}],
        segments=[[1, 0, 10]],
        row_count=1,
    )
    JobAttempt.objects.create(**tenant, job_id=version.job_id, number=1, error=marker)
    JobStage.objects.create(**tenant, job_id=version.job_id, attempt=1, name=marker)


def _golden_question(actor: Principal, version: DocumentVersion, marker: str) -> GoldenQuestion:
    golden: GoldenQuestion = GoldenQuestion.objects.create(
        tenant_id=actor.tenant_id,
        collection_id=version.collection_id,
        text=f"How did {marker} do this year?",
        document_id=version.document_id,
        pages=[1],
        evidence=marker,
    )
    return golden


def _golden(
    actor: Principal, version: DocumentVersion, marker: str
) -> tuple[GoldenQuestion, GoldenRun]:
    tenant = {"tenant_id": actor.tenant_id}
    golden = _golden_question(actor, version, marker)
    run = GoldenRun.objects.create(
        **tenant,
        collection_id=version.collection_id,
        cause=GoldenRun.Cause.REQUEST,
        subject={"embedder": marker},
    )
    GoldenResult.objects.create(
        **tenant, run=run, question=golden, rank=1, refused=False, milliseconds=1.0
    )
    return golden, run


def _source(actor: Principal, version: DocumentVersion, marker: str) -> Source:
    tenant = {"tenant_id": actor.tenant_id}
    source = Source.objects.create(
        **tenant, collection_id=version.collection_id, name=f"{marker} folder", connector="folder"
    )
    _item(source, version, marker)
    SourceRun.objects.create(**tenant, source=source, error=marker)
    return source


def _item(source: Source, version: DocumentVersion, marker: str) -> None:
    SourceItem.objects.create(
        tenant_id=source.tenant_id,
        source=source,
        key=f"{marker}.pdf",
        fingerprint=marker,
        document_id=version.document_id,
        problem=f"{marker}.pdf cannot be opened.",
    )


def _read_pdf(actor: Principal, collection: Collection, marker: str) -> DocumentVersion:
    # The comment makes the bytes of each tenant differ; readers skip it.
    content = pdf_of_one_page() + f"\n%{marker}\n".encode()
    file = SimpleUploadedFile(f"{marker}.pdf", content)
    version = accept_upload(actor, collection, file).version
    publish_text(version, f"The profit of {marker} rose.\n\nThe {marker} was sold.")
    DocumentVersion.objects.filter(pk=version.pk).update(paged=True)
    return DocumentVersion.objects.select_related("job").get(pk=version.pk)


def _answered(
    actor: Principal, collection: Collection, version: DocumentVersion, marker: str
) -> Answer:
    tenant = {"tenant_id": actor.tenant_id}
    question = Question.objects.create(
        **tenant, collection=collection, text=f"How did {marker} do?", asked_by_id=actor.user_id
    )
    sentence = f"The profit of {marker} rose."
    answer = Answer.objects.create(
        **tenant,
        question=question,
        outcome=Answer.Outcome.ANSWERED,
        text=sentence,
        engine="quotation",
        confidence=0.9,
        passages=[
            {
                "document_id": str(version.document_id),
                "version_id": str(version.pk),
                "title": marker,
                "page": 1,
                "start": 0,
                "end": len(sentence),
                "text": sentence,
                "context": "",
                "score": 1.0,
                "dense": 0.5,
                "lexical": None,
            }
        ],
    )
    Citation.objects.create(
        **tenant,
        answer=answer,
        number=1,
        sentence_start=0,
        sentence_end=len(sentence),
        document_id=version.document_id,
        version=version,
        document_title=marker,
        page=1,
        start=0,
        end=len(sentence),
        boxes=[[72, 72, 300, 84]],
        quote=sentence,
    )
    Finding.objects.create(
        **tenant,
        answer=answer,
        plugin="finance",
        check_name="figures",
        severity="warning",
        message=f"{marker} has no figure.",
    )
    return answer
