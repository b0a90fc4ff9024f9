"""Changing many documents of a collection at once, and saying what became of each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from lectern.documents.access import OPEN, Access, change_access
from lectern.documents.library import Wanted, wanted_documents
from lectern.documents.metadata import change_metadata
from lectern.documents.metadata_values import refuse_many
from lectern.documents.models import Collection, Document
from lectern.documents.removal import remove_documents
from lectern.documents.reprocessing import reprocess_all
from lectern.errors import Invalid, NotFound
from lectern.tenants.access import Permission, Principal, require

# One transaction holds so many; the next call goes on behind them.
AT_ONCE = 1_000


class Action(StrEnum):
    """What can be done to many documents."""

    REPROCESS = "reprocess"
    REMOVE = "remove"
    ACCESS = "access"
    METADATA = "metadata"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to be done; ``access`` and ``metadata`` are for the actions of these names."""

    action: Action
    access: Access = OPEN
    metadata: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Documents to change, newest first. ``following`` names the last, if more match behind it."""

    documents: tuple[Document, ...]
    following: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one document; ``detail`` says why it was left as it is."""

    document: Document
    done: bool = True
    detail: str = ""


def documents_named(actor: Principal, collection: Collection, ids: Sequence[UUID]) -> Selection:
    """The documents with these ids; ``NotFound``, and nothing is changed, if one is not there."""
    wanted = set(ids)
    if len(wanted) > AT_ONCE:
        raise Invalid(f"{len(wanted):,} documents are named; one call changes {AT_ONCE:,} at most.")
    rows = wanted_documents(actor, collection, Wanted()).filter(pk__in=wanted).order_by("-id")
    found = tuple(rows)
    if len(found) != len(wanted):
        raise NotFound("There is no such document. It may have been deleted.")
    return Selection(documents=found)


def documents_matching(
    actor: Principal, collection: Collection, wanted: Wanted, *, after: UUID | None = None
) -> Selection:
    """The first ``AT_ONCE`` documents that ``wanted`` asks for, behind the one named ``after``."""
    rows = wanted_documents(actor, collection, wanted)
    if after is not None:
        rows = rows.filter(pk__lt=after)
    # Ids grow with time, so this is newest first, and what is added meanwhile shifts nothing.
    found = tuple(rows.order_by("-id")[: AT_ONCE + 1])
    taken = found[:AT_ONCE]
    return Selection(documents=taken, following=taken[-1].pk if len(found) > AT_ONCE else None)


@transaction.atomic
def change_documents(
    actor: Principal, collection: Collection, documents: Sequence[Document], change: Change
) -> list[Outcome]:
    """Do ``change`` to ``documents``, which are of ``collection``, in one transaction."""
    require(actor, Permission.WRITE)
    return _ACTIONS[change.action](actor, collection, documents, change)


def _reprocess(
    actor: Principal, collection: Collection, documents: Sequence[Document], change: Change
) -> list[Outcome]:
    queued = reprocess_all(actor, [document.pk for document in documents])
    return [
        _outcome(each, "" if each.pk in queued else "It is being read already.")
        for each in documents
    ]


def _remove(
    actor: Principal, collection: Collection, documents: Sequence[Document], change: Change
) -> list[Outcome]:
    remove_documents(actor, collection, [document.pk for document in documents])
    return [Outcome(document=document) for document in documents]


def _change_access(
    actor: Principal, collection: Collection, documents: Sequence[Document], change: Change
) -> list[Outcome]:
    change_access(actor, [each for each in documents if each.parent_id is None], change.access)
    attached = "It came with a mail and is read by who reads that."
    return [_outcome(each, "" if each.parent_id is None else attached) for each in documents]


def _change_metadata(
    actor: Principal, collection: Collection, documents: Sequence[Document], change: Change
) -> list[Outcome]:
    refuse_many(change.metadata)
    for document in documents:
        for name, values in change.metadata.items():
            change_metadata(actor, document, name, values)
    return [Outcome(document=document) for document in documents]


def _outcome(document: Document, problem: str) -> Outcome:
    return Outcome(document=document, done=not problem, detail=problem)


_Doing = Callable[[Principal, Collection, Sequence[Document], Change], list[Outcome]]
_ACTIONS: dict[Action, _Doing] = {
    Action.REPROCESS: _reprocess,
    Action.REMOVE: _remove,
    Action.ACCESS: _change_access,
    Action.METADATA: _change_metadata,
}
