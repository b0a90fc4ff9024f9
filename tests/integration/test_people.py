"""Members, roles and keys."""

from datetime import timedelta

import pytest
from django.utils import timezone

from factories import PASSWORD, make_member, make_tenant
from lectern.errors import Conflict, Invalid, NotAllowed, NotAuthenticated, NotFound
from lectern.tenants.access import Permission, Principal, Role
from lectern.tenants.keys import issue_key, key_principal, revoke_key
from lectern.tenants.models import ApiKey, AuditEvent, Membership, User
from lectern.tenants.people import (
    accept_invitation,
    active_membership,
    add_member,
    change_role,
    enrol_member,
    found_tenant,
    remove_member,
    tenants_of,
)
from lectern.tenants.scoping import tenant_context

ADA = "ada@example.com"


def test_a_member_can_be_added_once(tenant: Principal):
    make_member(tenant, email=ADA)

    with pytest.raises(Conflict, match="already a member"):
        add_member(tenant, email="ADA@example.com", role=Role.CURATOR)


def test_a_reader_cannot_add_members(tenant: Principal):
    reader = make_member(tenant)

    with pytest.raises(NotAllowed, match="members:write"):
        add_member(reader, email="ada@example.com", role=Role.READER)


def test_an_unknown_role_is_refused(tenant: Principal):
    with pytest.raises(Invalid, match="is no role"):
        add_member(tenant, email="ada@example.com", role="owner")


def invite(actor: Principal, email: str = ADA, role: str = Role.READER) -> str:
    """The secret of a new link into the actor's tenant."""
    with tenant_context(actor.tenant_id):
        return add_member(actor, email=email, role=role).secret


def person(email: str = ADA) -> User:
    return User.objects.get(email=email)


def test_an_invited_person_is_no_member_before_they_accept(tenant: Principal):
    invite(tenant)

    assert tenants_of(person()) == []
    assert not person().has_usable_password()


def test_a_new_person_becomes_a_member_with_the_password_they_chose(tenant: Principal):
    secret = invite(tenant, role=Role.CURATOR)

    accept_invitation(secret, visitor=None, name="Ada", password=PASSWORD)

    assert person().check_password(PASSWORD)
    assert [choice.role for choice in tenants_of(person())] == [Role.CURATOR]


def test_whoever_claimed_an_address_first_gets_no_place_in_the_next_tenant(db):
    attacker, victim = make_tenant("Attacker"), make_tenant("Victim")
    accept_invitation(invite(attacker), visitor=None, password="the attacker's password")

    secret = invite(victim)

    assert [choice.tenant_id for choice in tenants_of(person())] == [attacker.tenant_id]
    with pytest.raises(NotAuthenticated, match="has an account here"):
        accept_invitation(secret, visitor=None, password="the owner's password")


def test_of_two_links_for_a_new_person_one_sets_the_password(db):
    first, second = make_tenant("Alpha"), make_tenant("Beta")
    secrets = [invite(first), invite(second)]
    accept_invitation(secrets[1], visitor=None, password=PASSWORD)

    accept_invitation(secrets[0], visitor=person())

    assert {choice.tenant_id for choice in tenants_of(person())} == {
        first.tenant_id,
        second.tenant_id,
    }


@pytest.mark.parametrize("change", ["used", "expired", "replaced", "withdrawn", "unknown"])
def test_a_link_that_is_not_valid_is_refused_in_one_way(tenant: Principal, change: str):
    secret = invite(tenant)
    member = Membership.objects.get(user=person())
    match change:
        case "used":
            accept_invitation(secret, visitor=None, password=PASSWORD)
        case "expired":
            before = timezone.now() - timedelta(seconds=1)
            Membership.objects.filter(pk=member.pk).update(invitation_expires_at=before)
        case "replaced":
            invite(tenant)
        case "withdrawn":
            remove_member(tenant, member)
        case _:
            secret += "x"

    with pytest.raises(NotFound, match="unknown, used, out of date"):
        accept_invitation(secret, visitor=None, password=PASSWORD)


def test_a_link_is_of_no_use_to_another_person(tenant: Principal):
    secret = invite(tenant)

    with pytest.raises(NotFound, match="for somebody else"):
        accept_invitation(secret, visitor=User.objects.get(pk=tenant.user_id))


def test_a_weak_password_does_not_use_up_the_link(tenant: Principal):
    secret = invite(tenant)
    with pytest.raises(Invalid, match="too short"):
        accept_invitation(secret, visitor=None, password="short")

    accept_invitation(secret, visitor=None, password=PASSWORD)

    assert tenants_of(person())


def test_only_a_digest_of_a_link_is_stored(tenant: Principal):
    secret = invite(tenant)

    assert secret not in str(Membership.objects.filter(user=person()).values().get())


def test_a_removed_member_comes_back_with_a_new_link_only(tenant: Principal):
    member = make_member(tenant, email=ADA)
    remove_member(tenant, Membership.objects.get(user_id=member.user_id))

    secret = invite(tenant)

    assert tenants_of(person()) == []
    accept_invitation(secret, visitor=person())
    assert len(tenants_of(person())) == 1


def test_the_operator_enrols_nobody_whose_address_is_known(tenant: Principal):
    invite(tenant)

    with pytest.raises(Conflict, match="known on this site"):
        make_member(tenant, email=ADA)


def test_an_administrator_cannot_enrol(tenant: Principal):
    with pytest.raises(NotAllowed, match="Only the operator"):
        enrol_member(tenant, email=ADA, role=Role.READER, password=PASSWORD)


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
    accept_invitation(invite(second, user.email), visitor=user)

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
    accept_invitation(invite(tenant), visitor=None, password=PASSWORD)
    row = Membership.objects.get(user=person())
    change_role(tenant, row, Role.CURATOR)
    remove_member(tenant, row)
    revoke_key(tenant, issue_key(tenant, name="reports", scopes=["ask"]).row)

    actions = list(AuditEvent.objects.order_by("at", "id").values_list("action", flat=True))

    assert actions[-6:] == [
        "member.invited",
        "member.joined",
        "member.role_changed",
        "member.removed",
        "key.issued",
        "key.revoked",
    ]
