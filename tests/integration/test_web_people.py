"""People in the browser: signing in, members, keys, tenants, and their own preferences."""

import pytest
from django.core.cache import cache
from django.test import Client

from factories import PASSWORD, make_member, make_tenant
from html_pages import faults_of, find, text_of
from lectern.tenants.access import Role
from lectern.tenants.keys import key_principal
from lectern.tenants.models import ApiKey, Membership, User
from lectern.tenants.people import accept_invitation, add_member
from lectern.tenants.scoping import tenant_context
from web_addresses import browser_of


@pytest.fixture(autouse=True)
def no_attempts_before():
    """Forget the attempts of other tests: they all come from one address."""
    cache.clear()


@pytest.fixture
def administrator(db):
    return make_tenant()


@pytest.fixture
def browser(administrator):
    """A browser in which the administrator signed in a moment ago, with the password."""
    browser = Client()
    sign_in(browser, User.objects.get(pk=administrator.user_id).email)
    return browser


def sign_in(browser, email, password=PASSWORD, **fields):
    return browser.post("/account/login/", {"login": email, "password": password} | fields)


def page_of(response):
    return response.content.decode()


def secret_in(page):
    return text_of(find(page, ".//code[@id='secret']")[0])


def member_of(administrator, **fields):
    with tenant_context(administrator.tenant_id):
        return Membership.objects.select_related("user").get(**fields)


# --- signing in -------------------------------------------------------------------------


def test_signing_in_leads_back_to_the_page_that_was_wanted(administrator):
    email = User.objects.get(pk=administrator.user_id).email
    wanted = Client().get("/library")["Location"]

    response = Client().post(wanted, {"login": email, "password": PASSWORD})

    assert response["Location"] == "/library"


def test_the_session_has_a_new_name_after_signing_in(administrator):
    browser = Client()
    browser.get("/account/login/")
    browser.session.save()
    before = browser.session.session_key

    sign_in(browser, User.objects.get(pk=administrator.user_id).email)

    assert browser.session.session_key != before
    cookie = browser.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:x"])
def test_no_address_leads_away_from_the_site(administrator, target):
    browser = Client()
    email = User.objects.get(pk=administrator.user_id).email

    signed_in = sign_in(browser, email, next=target)
    chosen = browser.post("/preferences", {"theme": "dark", "next": target})

    assert signed_in["Location"] == "/"
    assert chosen["Location"] == "/"


def test_unknown_people_and_wrong_passwords_get_the_same_answer(administrator):
    known = User.objects.get(pk=administrator.user_id).email

    wrong = page_of(sign_in(Client(), known, "not the password"))
    unknown = page_of(sign_in(Client(), "nobody@example.com", "not the password"))

    def complaint(page):
        return text_of(find(page, ".//form[@class='form']/div[@role='alert']")[0])

    assert complaint(wrong) == complaint(unknown) != ""


def test_guessing_passwords_is_stopped(administrator):
    email = User.objects.get(pk=administrator.user_id).email
    for _ in range(30):
        refused = sign_in(Client(), email, "not the password")

    assert refused.status_code == 429 or "Too many failed" in page_of(refused)
    assert "Location" not in sign_in(Client(), email)


def test_nobody_makes_an_account_alone(db):
    fields = {"email": "me@example.com", "password1": PASSWORD, "password2": PASSWORD}

    Client().post("/account/signup/", fields)

    assert not User.objects.filter(email="me@example.com").exists()


@pytest.mark.parametrize("path", ["email/", "signup/", "password/reset/", "confirm-email/"])
def test_nobody_gives_themselves_an_address_that_another_tenant_may_add(browser, path):
    assert browser.get(f"/account/{path}").status_code == 404


def test_who_belongs_to_no_tenant_is_told_so(db):
    browser = Client()
    browser.force_login(User.objects.create_user("alone@example.com", PASSWORD))

    response = browser.get("/")

    assert response.status_code == 403
    assert "You belong to no tenant" in page_of(response)
    assert faults_of(page_of(response)) == []


def test_a_removed_member_is_shut_out_with_the_next_request(administrator, browser):
    reader = make_member(administrator, role=Role.READER)
    theirs = browser_of(reader)
    member = member_of(administrator, user_id=reader.user_id)
    assert theirs.get("/library").status_code == 200

    confirm(browser)
    browser.post(f"/members/{member.pk}/remove")

    assert theirs.get("/library").status_code == 403


# --- members ----------------------------------------------------------------------------


def confirm(browser):
    """Type the password once more, as changing members asks for."""
    browser.post("/account/reauthenticate/", {"password": PASSWORD})


def invite(browser, email, role="reader"):
    """The page that answers, after the password was typed once more."""
    confirm(browser)
    return page_of(browser.post("/members", {"email": email, "role": role}))


def test_an_invited_person_signs_in_with_the_password_they_chose(browser):
    link = secret_in(invite(browser, "new@example.com"))
    stranger = Client()

    joined = stranger.post(link, {"name": "Nora", "password": PASSWORD})

    assert joined["Location"] == "/account/login/"
    assert sign_in(stranger, "new@example.com")["Location"] == "/"
    assert "Nora" in page_of(browser.get("/members"))


def test_the_link_of_an_invitation_is_shown_once(browser):
    link = secret_in(invite(browser, "new@example.com"))

    assert link not in page_of(browser.get("/members"))


def test_the_inviting_page_does_not_tell_who_is_known_on_the_site(browser):
    known = User.objects.get(pk=make_tenant().user_id)
    known.name = "Carla Known"
    known.save()

    pages = [invite(browser, email) for email in (known.email, "new@example.com")]

    def said(page, email):
        shown = text_of(find(page, ".//div[@class='secret']")[0])
        return shown.replace(secret_in(page), "").replace(email, "")

    assert said(pages[0], known.email) == said(pages[1], "new@example.com")
    assert "Carla" not in pages[0] + page_of(browser.get("/members"))


def test_a_person_with_an_account_signs_in_to_accept_and_is_in_the_new_tenant(browser):
    known = User.objects.get(pk=make_tenant().user_id)
    link = secret_in(invite(browser, known.email, role="curator"))
    theirs = Client()
    asked = page_of(theirs.get(link))
    (sign_in_link,) = [
        each.get("href") for each in find(asked, ".//a") if "login" in each.get("href")
    ]
    back = theirs.post(sign_in_link, {"login": known.email, "password": PASSWORD})["Location"]

    theirs.post(back)

    assert link.endswith(back)
    assert "You are now a member" in page_of(theirs.get("/"))


def test_a_link_does_not_change_the_password_of_a_person_with_an_account(browser):
    known = User.objects.get(pk=make_tenant().user_id)
    link = secret_in(invite(browser, known.email))

    response = Client().post(link, {"name": "Eve", "password": "another long password"})

    assert response.status_code == 401
    known.refresh_from_db()
    assert known.check_password(PASSWORD)


def test_a_weak_password_is_said_beside_its_field(browser):
    link = secret_in(invite(browser, "new@example.com"))

    response = Client().post(link, {"name": "Nora", "password": "short"})

    assert response.status_code == 422
    assert faults_of(page_of(response)) == []
    (error,) = find(page_of(response), ".//div[@id='id_password_error']")
    assert "too short" in text_of(error)


def test_a_session_alone_changes_no_members(administrator):
    reader = make_member(administrator, role=Role.READER)
    member = member_of(administrator, user_id=reader.user_id)
    borrowed = browser_of(administrator)

    responses = [
        borrowed.post("/members", {"email": "new@example.com", "role": "reader"}),
        borrowed.post(f"/members/{member.pk}/role", {"role": "administrator"}),
        borrowed.post(f"/members/{member.pk}/remove"),
    ]

    assert {each["Location"].partition("?")[0] for each in responses} == {
        "/account/reauthenticate/"
    }
    after = member_of(administrator, user_id=reader.user_id)
    assert (after.role, after.status) == ("reader", "active")
    assert not User.objects.filter(email="new@example.com").exists()


def test_a_member_who_is_there_already_is_said_beside_the_field(administrator, browser):
    email = User.objects.get(pk=administrator.user_id).email

    confirm(browser)

    response = browser.post("/members", {"email": email, "role": "reader"})

    assert response.status_code == 422
    (error,) = find(page_of(response), ".//div[@id='id_email_error']")
    assert "is already a member" in text_of(error)


def test_a_role_is_changed(administrator, browser):
    reader = make_member(administrator, role=Role.READER)
    member = member_of(administrator, user_id=reader.user_id)

    confirm(browser)

    browser.post(f"/members/{member.pk}/role", {"role": "curator"})

    assert member_of(administrator, pk=member.pk).role == "curator"


def test_the_last_administrator_cannot_step_down(administrator, browser):
    member = member_of(administrator, user_id=administrator.user_id)

    confirm(browser)

    response = browser.post(f"/members/{member.pk}/role", {"role": "reader"})

    assert response.status_code == 409
    assert "only administrator" in page_of(response)


# --- keys -------------------------------------------------------------------------------


def issue(browser, **fields):
    confirm(browser)
    return browser.post("/keys/new", {"name": "Robot", "scopes": ["ask"], "days": "30"} | fields)


def test_a_key_is_shown_once_and_works(administrator, browser):
    page = page_of(issue(browser))

    secret = secret_in(page)
    assert key_principal(secret).tenant_id == administrator.tenant_id
    assert faults_of(page.replace(secret, "")) == []
    assert secret not in page_of(browser.get("/keys"))


def test_the_page_with_a_secret_is_kept_nowhere(browser):
    assert issue(browser)["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("days", "ends"), [("30", True), ("never", False)])
def test_a_key_ends_when_it_was_told_to(administrator, browser, days, ends):
    issue(browser, days=days)

    with tenant_context(administrator.tenant_id):
        assert (ApiKey.objects.get().expires_at is not None) is ends


@pytest.mark.parametrize("fields", [{"scopes": []}, {"scopes": ["members:write"]}, {"name": ""}])
def test_a_key_that_cannot_be_made_is_said_in_its_form(browser, fields):
    response = issue(browser, **fields)

    assert response.status_code == 422
    assert faults_of(page_of(response)) == []


def test_a_session_alone_makes_no_key(administrator):
    response = browser_of(administrator).post("/keys/new", {"name": "Robot", "scopes": ["ask"]})

    assert response.status_code == 302
    assert response["Location"].startswith("/account/reauthenticate/")
    with tenant_context(administrator.tenant_id):
        assert not ApiKey.objects.exists()


def test_the_form_of_a_key_is_kept_while_the_password_is_asked_for(administrator, browser):
    asked = browser.post("/keys/new", {"name": "Robot", "scopes": ["ask"], "days": "30"})

    page = page_of(browser.post(asked["Location"], {"password": PASSWORD}))

    assert key_principal(secret_in(page)).tenant_id == administrator.tenant_id


def test_a_revoked_key_is_useless(administrator, browser):
    issue(browser)
    with tenant_context(administrator.tenant_id):
        key = ApiKey.objects.get()

    browser.post(f"/keys/{key.pk}/revoke")

    with tenant_context(administrator.tenant_id):
        key.refresh_from_db()
    assert key.revoked_at is not None
    assert "Revoked" in page_of(browser.get("/keys"))


# --- what people choose for themselves --------------------------------------------------


def test_a_member_of_two_tenants_changes_between_them(administrator, browser):
    other = make_tenant(name="Other")
    person = User.objects.get(pk=administrator.user_id)
    with tenant_context(other.tenant_id):
        link = add_member(other, email=person.email, role=Role.READER)
    accept_invitation(link.secret, visitor=person)

    browser.post("/tenant", {"tenant": str(other.tenant_id)})

    page = page_of(browser.get("/"))
    (chosen,) = find(page, ".//select[@id='tenant']/option[@selected]")
    assert text_of(chosen).startswith("Other")
    assert "Members" not in text_of(find(page, ".//nav")[0])


@pytest.mark.parametrize("theme", ["light", "dark", "system"])
def test_the_theme_is_in_the_page_before_it_is_drawn(db, theme):
    browser = Client()
    browser.post("/preferences", {"theme": theme})

    assert find(page_of(browser.get("/account/login/")), ".")[0].get("data-theme") == theme


def test_a_theme_that_is_none_changes_nothing(db):
    browser = Client()
    browser.cookies["theme"] = '"><script>'

    assert find(page_of(browser.get("/account/login/")), ".")[0].get("data-theme") == "system"


def test_single_letter_keys_can_be_turned_off(browser):
    browser.post("/preferences", {"keys": "off"})

    assert find(page_of(browser.get("/")), ".")[0].get("data-keys") == "off"
