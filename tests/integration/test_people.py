"""Members, roles and keys."""

from datetime import timedelta

import pytest
from django.utils import timezone

from factories import make_member, make_tenant
from lectern.errors import Conflict, Invalid, NotAllowed, NotAuthenticated
from lectern.tenants.access import Permission, Principal, Role
from lectern.tenants.keys import issue_key, key_principal, revoke_key
from lectern.tenants.models import ApiKey, AuditEvent, Membership, User
from lectern.tenants.people import (
    active_membership,
    add_member,
    change_role,
    found_tenant,
    remove_member,
    tenants_of,
)
from lectern.tenants.scoping import tenant_context


def test_a_member_can_be_added_once(tenant: Principal):
    add_member(tenant, email="ada@example.com", role=Role.READER)

    with pytest.raises(Conflict, match="already a member"):
        add_member(tenant, email="ADA@example.com", role=Role.CURATOR)


def test_a_reader_cannot_add_members(tenant: Principal):
    reader = make_member(tenant)

    with pytest.raises(NotAllowed, match="members:write"):
        add_member(reader, email="ada@example.com", role=Role.READER)


def test_an_unknown_role_is_refused(tenant: Principal):
    with pytest.raises(Invalid, match="is no role"):
        add_member(tenant, email="ada@example.com", role="owner")


def test_adding_a_person_of_another_tenant_leaves_their_password(db):
    first, second = make_tenant(), make_tenant()
    with tenant_context(first.tenant_id):
        add_member(first, email="ada@example.com", role=Role.READER, password="first password 1")

    with tenant_context(second.tenant_id):
        add_member(second, email="ada@example.com", role=Role.READER, password="other password 2")

    assert User.objects.get(email="ada@example.com").check_password("first password 1")


def test_a_removed_member_has_no_place_any_more(tenant: Principal):
    member = make_member(tenant)

    remove_member(tenant, Membership.objects.get(user_id=member.user_id))

    assert active_membership(User.objects.get(pk=member.user_id), None) is None


def test_the_last_administrator_stays(tenant: Principal):
    own = Membership.objects.get(user_id=tenant.user_id)

    with pytest.raises(Conflict, match="only administrator"):
        remove_member(tenant, own)
    with pytest.raises(Conflict, match="only administrator"):
        change_role(tenant, own, Role.READER)


def test_a_person_works_in_the_tenant_they_chose(db):
    first, second = make_tenant("Alpha"), make_tenant("Beta")
    user = User.objects.get(pk=first.user_id)
    with tenant_context(second.tenant_id):
        add_member(second, email=user.email, role=Role.READER)

    principal = active_membership(user, second.tenant_id)

    assert [choice.role for choice in tenants_of(user)] == [Role.ADMINISTRATOR, Role.READER]
    assert principal is not None
    assert principal.tenant_id == second.tenant_id
    assert not principal.may(Permission.WRITE)


def test_a_tenants_short_name_is_used_once(db):
    found_tenant(name="Acme", slug="acme")

    with pytest.raises(Conflict, match="already a tenant"):
        found_tenant(name="Acme again", slug="acme")


def test_a_key_acts_with_its_scopes_only(tenant: Principal):
    issued = issue_key(tenant, name="reports", scopes=["ask"])

    principal = key_principal(issued.secret)

    assert principal.tenant_id == tenant.tenant_id
    assert principal.permissions == frozenset({Permission.ASK})


def test_only_a_digest_of_a_key_is_stored(tenant: Principal):
    issued = issue_key(tenant, name="reports", scopes=["ask"])

    row = ApiKey.objects.filter(pk=issued.row.pk).values().get()

    assert issued.secret.split("_", 2)[2] not in str(row)


@pytest.mark.parametrize("change", ["revoked", "expired", "altered", "of no key"])
def test_a_key_that_is_not_valid_is_refused_in_one_way(tenant: Principal, change: str):
    issued = issue_key(tenant, name="reports", scopes=["ask"])
    secret = issued.secret
    if change == "revoked":
        revoke_key(tenant, issued.row)
    elif change == "expired":
        before = timezone.now() - timedelta(seconds=1)
        ApiKey.objects.filter(pk=issued.row.pk).update(expires_at=before)
    else:
        secret = secret[:-1] + "~" if change == "altered" else "lec_nobody_nothing"

    with pytest.raises(NotAuthenticated, match="unknown, revoked or expired"):
        key_principal(secret)


def test_a_key_cannot_have_the_rights_of_people(tenant: Principal):
    with pytest.raises(Invalid, match="scopes"):
        issue_key(tenant, name="too much", scopes=["members:write"])


def test_every_change_of_people_and_keys_is_audited(tenant: Principal):
    member = make_member(tenant)
    row = Membership.objects.get(user_id=member.user_id)
    change_role(tenant, row, Role.CURATOR)
    remove_member(tenant, row)
    revoke_key(tenant, issue_key(tenant, name="reports", scopes=["ask"]).row)

    actions = list(AuditEvent.objects.order_by("at", "id").values_list("action", flat=True))

    assert actions[-5:] == [
        "member.added",
        "member.role_changed",
        "member.removed",
        "key.issued",
        "key.revoked",
    ]
