"""The golden questions of a collection: adding, changing and removing them, and their files."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from lectern.answering.golden import Golden
from lectern.answering.models import GoldenQuestion, GoldenResult
from lectern.documents.models import Collection, Document
from lectern.documents.readable import readable_documents
from lectern.errors import Conflict, Invalid, NotFound
from lectern.tenants import audit
from lectern.tenants.access import Permission, Principal, require

MOST = 2_000
LONGEST_TEXT = 20_000  # characters of an answer, and of evidence
MOST_PAGES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldenDraft:
    """What a person says of a golden question; ``pages`` are physical, from 1."""

    text: str
    answer: str = ""
    answerable: bool = True
    document: Document | None = None
    pages: tuple[int, ...] = ()
    evidence: str = ""
    within_document: bool = False


@dataclass(slots=True, kw_only=True)
class Imported:
    """What became of a file's questions; ``problems`` are sentences, one a question left out."""

    added: int = 0
    known: int = 0
    problems: list[str] = field(default_factory=list)


def golden_of(actor: Principal, collection: Collection) -> QuerySet[GoldenQuestion]:
    """The golden questions of ``collection`` whose documents ``actor`` may read, newest first."""
    questions: QuerySet[GoldenQuestion] = GoldenQuestion.objects.filter(collection=collection)
    return visible(actor, questions).select_related("document__current_version", "created_by")


def visible(actor: Principal, questions: QuerySet[GoldenQuestion]) -> QuerySet[GoldenQuestion]:
    """Those of ``questions`` that ``actor`` may see: of documents that they may read."""
    readable = readable_documents(actor)
    return questions.filter(Q(document=None) | Q(document__in=readable))


def add_golden(actor: Principal, collection: Collection, draft: GoldenDraft) -> GoldenQuestion:
    """Store a golden question. Of one document each wording is kept once (``Conflict``)."""
    require(actor, Permission.MANAGE_COLLECTIONS)
    values = _checked(actor, collection, draft)
    if GoldenQuestion.objects.filter(collection=collection).count() >= MOST:
        raise Invalid(f"A collection has at most {MOST:,} golden questions. Remove some first.")
    try:
        with transaction.atomic():
            golden: GoldenQuestion = GoldenQuestion.objects.create(
                tenant_id=actor.tenant_id,
                collection=collection,
                created_by_id=actor.user_id,
                **values,
            )
            audit.record(actor, "golden.added", golden)
    except IntegrityError as error:
        raise _known() from error
    golden.refresh_from_db()
    return golden


def change_golden(actor: Principal, golden: GoldenQuestion, draft: GoldenDraft) -> GoldenQuestion:
    """Replace what ``golden`` says. Its results so far go: they measured something else."""
    require(actor, Permission.MANAGE_COLLECTIONS)
    values = _checked(actor, golden.collection, draft)
    try:
        with transaction.atomic():
            if not GoldenQuestion.objects.filter(pk=golden.pk).update(**values):
                raise NotFound("This golden question was deleted.")
            GoldenResult.objects.filter(question_id=golden.pk).delete()
            audit.record(actor, "golden.changed", golden)
    except IntegrityError as error:
        raise _known() from error
    golden.refresh_from_db()
    return golden


@transaction.atomic
def remove_golden(actor: Principal, golden: GoldenQuestion) -> None:
    """Delete ``golden`` with its results; the figures of runs so far stay as they were."""
    require(actor, Permission.MANAGE_COLLECTIONS)
    audit.record(actor, "golden.removed", golden)
    GoldenQuestion.objects.filter(pk=golden.pk).delete()


@transaction.atomic
def import_golden(
    actor: Principal, collection: Collection, questions: Sequence[Golden]
) -> Imported:
    """Add ``questions``; those that are here already are counted, those that cannot be are told.

    A document is found by its file's name, else by its title.
    """
    require(actor, Permission.MANAGE_COLLECTIONS)
    documents = _by_name(actor, collection)
    imported = Imported()
    for number, each in enumerate(questions, start=1):
        try:
            add_golden(actor, collection, _draft_of(each, documents))
            imported.added += 1
        except Conflict:
            imported.known += 1
        except Invalid as problem:
            imported.problems.append(f"Question {number}: {problem.message}")
    return imported


def exported_golden(actor: Principal, collection: Collection) -> list[Golden]:
    """The golden questions that ``actor`` may see, oldest first, as files hold them."""
    return [
        as_asked(golden, _file_name(golden.document) if golden.document else "")
        for golden in golden_of(actor, collection).order_by("created_at", "id")
    ]


def as_asked(golden: GoldenQuestion, document: str) -> Golden:
    """``golden`` as it is asked, its document under the name ``document``."""
    return Golden(
        id=str(golden.pk),
        text=golden.text,
        answer=golden.answer if golden.answerable else None,
        document=document,
        pages=tuple(golden.pages),
        evidence=golden.evidence,
        within=golden.within_document,
    )


def _checked(actor: Principal, collection: Collection, draft: GoldenDraft) -> dict[str, Any]:
    """The columns of ``draft``; ``Invalid`` says what is wrong with it."""
    text = _storable(draft.text)
    if not 1 <= len(text) <= settings.MAX_QUESTION_CHARACTERS:
        raise Invalid(
            f"A golden question needs a text of 1 to {settings.MAX_QUESTION_CHARACTERS:,} "
            f"characters; this one has {len(text):,}."
        )
    answer, evidence = _storable(draft.answer), _storable(draft.evidence)
    if max(len(answer), len(evidence)) > LONGEST_TEXT:
        raise Invalid(f"Answer and evidence may have {LONGEST_TEXT:,} characters each.")
    document = _checked_document(actor, collection, draft)
    answerable = {"answer": answer, "pages": _checked_pages(draft, document), "evidence": evidence}
    return {
        "text": text,
        "answerable": draft.answerable,
        "document": document,
        "within_document": draft.within_document and document is not None,
        **(answerable if draft.answerable else {"answer": "", "pages": [], "evidence": ""}),
    }


def _checked_document(
    actor: Principal, collection: Collection, draft: GoldenDraft
) -> Document | None:
    if not draft.answerable and not draft.within_document:
        return None
    if draft.document is None:
        raise Invalid(
            "Say which document answers this golden question, or that no document does.",
            code="document_missing",
        )
    if not readable_documents(actor).filter(pk=draft.document.pk, collection=collection).exists():
        raise NotFound("There is no such document. It may have been deleted.")
    return draft.document


def _checked_pages(draft: GoldenDraft, document: Document | None) -> list[int]:
    pages = sorted(set(draft.pages))
    version = document.current_version if document else None
    last = version.page_count if version else None
    if len(pages) > MOST_PAGES:
        raise Invalid(f"A golden question names at most {MOST_PAGES} pages.")
    if pages and (pages[0] < 1 or (last is not None and pages[-1] > last)):
        raise Invalid(
            f"{document} has the pages 1 to {last or 'its last'}; "
            f"{pages[0] if pages[0] < 1 else pages[-1]} is not one of them."
        )
    return pages


def _draft_of(golden: Golden, documents: dict[str, Document | None]) -> GoldenDraft:
    wanted = PurePosixPath(golden.document.replace("\\", "/")).name
    document = documents.get(wanted)
    needed = golden.answer is not None or golden.within
    if document is None and needed:
        count = "Several documents here have" if wanted in documents else "No document here has"
        raise Invalid(f"{count} the name {wanted!r}. Add it, or name another.")
    return GoldenDraft(
        text=golden.text,
        answer=golden.answer or "",
        answerable=golden.answer is not None,
        document=document if needed else None,
        pages=golden.pages,
        evidence=golden.evidence,
        within_document=golden.within,
    )


def _by_name(actor: Principal, collection: Collection) -> dict[str, Document | None]:
    """The documents by the names of their files and by their titles; None for several."""
    readable = readable_documents(actor).filter(collection=collection)
    documents = list(readable.select_related("current_version"))
    titles = _once((document.title, document) for document in documents)
    return titles | _once((_file_name(document), document) for document in documents)


def _once(named: Iterable[tuple[str, Document]]) -> dict[str, Document | None]:
    found: dict[str, Document | None] = {}
    for name, document in named:
        found[name] = None if name in found else document
    return found


def _file_name(document: Document) -> str:
    version = document.current_version
    return version.file_name if version else document.title


def _storable(text: str) -> str:
    # Postgres stores neither NUL nor half of a surrogate pair.
    return text.replace("\0", "").encode(errors="replace").decode().strip()


def _known() -> Conflict:
    return Conflict("This golden question is here already.", code="golden_known")
