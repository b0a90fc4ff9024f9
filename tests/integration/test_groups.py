"""Groups, and what happens to them when people, keys and groups go."""

import pytest

from factories import make_collection, make_document, make_member
from lectern.documents.access import Access, change_access, documents_read_only_by
from lectern.documents.readable import readable_documents
from lectern.errors import Conflict, Invalid, NotAllowed
from lectern.tenants.access import Permission, Principal, Role
from lectern.tenants.groups import (
    add_key,
    add_person,
    create_group,
    remove_group,
    rename_group,
    take_out_person,
)
from lectern.tenants.keys import issue_key, key_principal, revoke_key
from lectern.tenants.models import AuditEvent, Group, GroupMember, Membership
from lectern.tenants.people import remove_member


@pytest.fixture
def group(tenant: Principal) -> Group:
    return create_group(tenant, name="Finance")


def membership(person: Principal) -> Membership:
    return Membership.objects.get(user_id=person.user_id)


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("at").values_list("action", flat=True))


def test_a_groups_name_is_taken_once(tenant: Principal, group: Group):
    with pytest.raises(Conflict, match="already a group 'Finance'"):
        create_group(tenant, name=" Finance ")


@pytest.mark.parametrize("name", ["", "  ", "x" * 101])
def test_a_group_needs_a_name(tenant: Principal, name: str):
    with pytest.raises(Invalid, match="1 to 100 characters"):
        create_group(tenant, name=name)


def test_a_group_is_renamed(tenant: Principal, group: Group):
    rename_group(tenant, group, name="Treasury")

    assert Group.objects.get().name == "Treasury"
    assert "group.renamed" in actions()


def test_a_curator_makes_no_groups(tenant: Principal):
    curator = make_member(tenant, Role.CURATOR)

    with pytest.raises(NotAllowed, match="members:write"):
        create_group(curator, name="Finance")


def test_joining_twice_is_joining_once(tenant: Principal, group: Group):
    person = membership(make_member(tenant))

    add_person(tenant, group, person)
    add_person(tenant, group, person)

    assert group.members.count() == 1
    assert actions().count("group.joined") == 1


def test_who_is_taken_out_reads_no_more_through_the_group(tenant: Principal, group: Group):
    reader = make_member(tenant)
    document = make_document(tenant, make_collection(tenant), "A secret.")
    change_access(tenant, [document], Access(restricted=True, groups=(group,)))
    add_person(tenant, group, membership(reader))
    assert document in readable_documents(reader)

    take_out_person(tenant, group, membership(reader))

    assert document not in readable_documents(reader)


def test_a_removed_member_leaves_all_groups(tenant: Principal, group: Group):
    person = membership(make_member(tenant))
    add_person(tenant, group, person)

    remove_member(tenant, person)

    assert GroupMember.objects.count() == 0


def test_a_removed_member_cannot_be_put_into_a_group(tenant: Principal, group: Group):
    person = membership(make_member(tenant))
    remove_member(tenant, person)

    with pytest.raises(Conflict, match="Invite them again"):
        add_person(tenant, group, person)


def test_the_keys_of_a_removed_member_are_revoked(tenant: Principal):
    other = make_member(tenant, Role.ADMINISTRATOR)
    kept = issue_key(tenant, name="kept", scopes=[Permission.READ])
    lost = issue_key(other, name="lost", scopes=[Permission.READ])

    remove_member(tenant, membership(other))

    assert key_principal(kept.secret).key_id == kept.row.pk
    lost.row.refresh_from_db()
    assert lost.row.revoked_at is not None


def test_a_revoked_key_leaves_all_groups(tenant: Principal, group: Group):
    key = issue_key(tenant, name="program", scopes=[Permission.READ]).row
    add_key(tenant, group, key)

    revoke_key(tenant, key)

    assert GroupMember.objects.count() == 0
    with pytest.raises(Conflict, match="was revoked"):
        add_key(tenant, group, key)


def test_what_only_a_removed_group_read_stays_restricted(tenant: Principal, group: Group):
    reader, curator = make_member(tenant), make_member(tenant, Role.CURATOR)
    document = make_document(tenant, make_collection(tenant), "A secret.")
    change_access(tenant, [document], Access(restricted=True, groups=(group,)))
    add_person(tenant, group, membership(reader))
    assert list(documents_read_only_by(group)) == [document]

    remove_group(tenant, group)

    assert document not in readable_documents(reader)
    assert document in readable_documents(curator)
    assert GroupMember.objects.count() == 0
