"""What is known about documents: read from them when they are taken in, corrected by people.

What a person says of a name ("company") replaces what was read and stays when the document is
read again. "It has none" is said by a person's empty value, which is never shown.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.db import transaction

from lectern.documents.metadata_values import ALIAS, COMPANY, NOT_SHOWN, FoundValue
from lectern.documents.models import Document, DocumentMetadata, DocumentVersion
from lectern.documents.names_and_periods import folded, without_general_words, without_legal_form
from lectern.errors import Invalid
from lectern.tenants import audit
from lectern.tenants.access import Permission, Principal, require

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

LONGEST_NAME = 40
LONGEST_VALUE = 200
MOST_VALUES = 50


def store_found(version: DocumentVersion, found: Iterable[FoundValue]) -> None:
    """Put what enrichers read of ``version`` in place of what they read before.

    Names of which a person said something stay as they are. In the caller's transaction.
    """
    rows = DocumentMetadata.objects.filter(document_id=version.document_id)
    said = rows.filter(source=DocumentMetadata.PERSON)
    kept = set(said.values_list("name", flat=True))
    if COMPANY in kept:
        kept.add(ALIAS)
    rows.exclude(source=DocumentMetadata.PERSON).delete()
    new = (_row(version.tenant_id, version.document_id, one) for one in found)
    DocumentMetadata.objects.bulk_create(
        [row for row in new if row.folded and row.name not in kept], ignore_conflicts=True
    )


@transaction.atomic
def change_metadata(
    actor: Principal, document: Document, name: str, values: Sequence[str]
) -> list[DocumentMetadata]:
    """Say what ``document`` is known by: ``values`` replace all that it has of ``name``.

    No values: it has none. Of a company the short forms of its name follow.
    """
    require(actor, Permission.WRITE)
    name, values = _checked(name, values)
    rows = DocumentMetadata.objects.filter(document=document)
    before = sorted(rows.filter(name=name).exclude(value="").values_list("value", flat=True))
    said = [_said(name, value) for value in values] or [_said(name, "")]
    changed = [name]
    if name == COMPANY:
        changed.append(ALIAS)
        said += [_said(ALIAS, form) for value in values for form in short_forms(value)]
    rows.filter(name__in=changed).delete()
    new = [_row(actor.tenant_id, document.pk, one) for one in said]
    DocumentMetadata.objects.bulk_create(new, ignore_conflicts=True)
    audit.record(actor, "document.described", document, name=name, before=before, now=list(values))
    return [row for row in metadata_of([document.pk])[document.pk] if row.name == name]


def metadata_of(documents: Iterable[UUID]) -> dict[UUID, list[DocumentMetadata]]:
    """What people see of each of the documents, by name and value."""
    rows = DocumentMetadata.objects.filter(document__in=list(documents))
    found: dict[UUID, list[DocumentMetadata]] = defaultdict(list)
    for row in rows.exclude(name__in=NOT_SHOWN).exclude(value=""):
        found[row.document_id].append(row)
    return found


def short_forms(name: str) -> list[str]:
    """What people also call a company of this name."""
    short = without_legal_form(name)
    forms = {folded(form): form for form in (short, without_general_words(short))}
    forms.pop(folded(name), None)
    return list(forms.values())


def _checked(name: str, values: Sequence[str]) -> tuple[str, list[str]]:
    name = " ".join(name.lower().split())
    if not 1 <= len(name) <= LONGEST_NAME or name in NOT_SHOWN:
        raise Invalid(
            f"A name of metadata has 1 to {LONGEST_NAME} characters, such as company or period."
        )
    values = list(dict.fromkeys(" ".join(value.replace("\0", "").split()) for value in values))
    values = [value for value in values if value]
    if len(values) > MOST_VALUES or any(len(value) > LONGEST_VALUE for value in values):
        raise Invalid(
            f"A document takes at most {MOST_VALUES} values of {LONGEST_VALUE} characters for "
            f"{name!r}. Shorten them."
        )
    if empty := next((value for value in values if not folded(value)), ""):
        raise Invalid(f"{empty!r} has no letter and no digit. Give {name!r} another value.")
    return name, values


def _said(name: str, value: str) -> FoundValue:
    return FoundValue(name=name, value=value, source=DocumentMetadata.PERSON)


def _row(tenant_id: UUID, document_id: UUID, found: FoundValue) -> DocumentMetadata:
    return DocumentMetadata(
        tenant_id=tenant_id,
        document_id=document_id,
        name=found.name[:LONGEST_NAME],
        value=found.value[:LONGEST_VALUE],
        folded=folded(found.key or found.value)[:LONGEST_VALUE],
        source=found.source[:100],
        page=found.page,
    )
