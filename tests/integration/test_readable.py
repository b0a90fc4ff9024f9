"""Which documents a principal may read."""

from dataclasses import replace
from uuid import UUID

import pytest

from factories import make_collection, make_member, make_tenant, make_upload
from lectern.documents.models import Collection, Document, DocumentReader
from lectern.documents.readable import hidden_documents, readable_documents
from lectern.tenants.access import Permission, Principal, Role
from lectern.tenants.keys import issue_key, key_principal
from lectern.tenants.models import Group, GroupMember
from lectern.tenants.scoping import tenant_context


def make_restricted(actor: Principal, collection: Collection, *groups: Group) -> Document:
    document = make_upload(actor, collection).document
    Document.objects.filter(pk=document.pk).update(restricted=True)
    for group in groups:
        DocumentReader.objects.create(tenant_id=actor.tenant_id, document=document, group=group)
    return document


def make_group(actor: Principal, name: str = "Board", **member: UUID | None) -> Group:
    group = Group.objects.create(tenant_id=actor.tenant_id, name=name)
    if member:
        GroupMember.objects.create(tenant_id=actor.tenant_id, group=group, **member)
    return group


def reads(actor: Principal, document: Document) -> bool:
    readable = readable_documents(actor).filter(pk=document.pk).exists()
    hidden = hidden_documents(actor).filter(pk=document.pk).exists()
    assert readable is not hidden
    return readable


def test_everybody_reads_what_is_not_restricted(tenant: Principal, collection: Collection):
    document = make_upload(tenant, collection).document

    assert reads(make_member(tenant), document)


def test_a_restricted_document_is_hidden_from_a_reader_of_no_group(
    tenant: Principal, collection: Collection
):
    reader = make_member(tenant)
    document = make_restricted(tenant, collection, make_group(tenant))

    assert not reads(reader, document)


def test_a_restricted_document_without_groups_is_hidden_from_readers(
    tenant: Principal, collection: Collection
):
    reader = make_member(tenant)
    make_group(tenant, user_id=reader.user_id)

    assert not reads(reader, make_restricted(tenant, collection))


def test_members_of_one_of_its_groups_read_a_restricted_document(
    tenant: Principal, collection: Collection
):
    reader = make_member(tenant)
    groups = make_group(tenant, "Audit"), make_group(tenant, "Board", user_id=reader.user_id)

    assert reads(reader, make_restricted(tenant, collection, *groups))


def test_who_may_change_documents_reads_restricted_ones(tenant: Principal, collection: Collection):
    document = make_restricted(tenant, collection, make_group(tenant))

    assert reads(make_member(tenant, role=Role.CURATOR), document)


def test_a_key_reads_through_groups_of_its_own_and_not_its_makers(
    tenant: Principal, collection: Collection
):
    outside, inside = (_key(tenant, name) for name in ("outside", "inside"))
    group = make_group(tenant, user_id=tenant.user_id)
    GroupMember.objects.create(tenant_id=tenant.tenant_id, group=group, key_id=inside.key_id)

    document = make_restricted(tenant, collection, group)

    assert (reads(outside, document), reads(inside, document)) == (False, True)


def test_a_principal_that_is_no_person_and_no_key_is_in_no_group(
    tenant: Principal, collection: Collection
):
    key = _key(tenant, "inside")
    document = make_restricted(tenant, collection, make_group(tenant, key_id=key.key_id))

    assert not reads(replace(key, key_id=None), document)


@pytest.mark.parametrize("listed", [readable_documents, hidden_documents])
def test_another_tenants_documents_are_in_neither_list(listed, tenant: Principal, collection):
    with tenant_context((theirs := make_tenant()).tenant_id):
        other = make_collection(theirs)
        make_restricted(theirs, other)
        make_upload(theirs, other)

    assert not listed(make_member(tenant)).exists()


def _key(actor: Principal, name: str) -> Principal:
    issued = issue_key(actor, name=name, scopes=[Permission.ASK, Permission.READ])
    return key_principal(issued.secret)
