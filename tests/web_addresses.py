"""The pages as the table of addresses lists them, and what they take, for visiting them all."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import Any
from uuid import uuid4

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

import lectern.web
from lectern.tenants.access import Principal
from lectern.tenants.models import User
from lectern.web import forms as web_forms
from lectern.web import golden_forms
from tenant_seeds import SeededTenant

Seed = Callable[[SeededTenant], Any]

# What stands in an address. Every name of it is in exactly one of these two tables.
PATH_IDS: dict[str, Seed] = {
    "answer_id": lambda tenant: tenant.answer.pk,
    "collection_id": lambda tenant: tenant.collection.pk,
    "document_id": lambda tenant: tenant.document.pk,
    "group_id": lambda tenant: tenant.group.pk,
    "golden_id": lambda tenant: tenant.golden.pk,
    "job_id": lambda tenant: tenant.job.pk,
    "key_id": lambda tenant: tenant.key.pk,
    "source_id": lambda tenant: tenant.source.pk,
    "member_id": lambda tenant: tenant.member.pk,
    "run_id": lambda tenant: tenant.golden_run.pk,
    "token": lambda tenant: tenant.invitation,
}
PATH_PLAIN: dict[str, Any] = {"connector": "folder", "number": 1, "version": 1}
# What pages take from the query or from a form, likewise.
INPUT_IDS: dict[str, Seed] = {
    "against": lambda tenant: tenant.golden_run.pk,
    "collection": lambda tenant: tenant.collection.pk,
    "by": lambda tenant: tenant.administrator.user_id,
    "document": lambda tenant: tenant.document.pk,
    "documents": lambda tenant: tenant.document.pk,
    "groups": lambda tenant: tenant.group.pk,
    "key": lambda tenant: tenant.key.pk,
    "person": lambda tenant: tenant.member.pk,
    "previous": lambda tenant: tenant.answer.question_id,
    "tenant": lambda tenant: tenant.administrator.tenant_id,
}
INPUT_PLAIN: dict[str, Any] = {
    "access": "restricted",
    "action": "access",
    "after": "",
    "confirmed": "1",
    "count": "1",
    "everything": "",
    "known": "",
    "readers": "",
    "state": "",
    "title": "A new title",
    "values": "One\nTwo",
    "answer": "Anything",
    "answerable": "on",
    "evidence": "Anything",
    "format": "csv",
    "pages": "1",
    "passages": "5",
    "text": "Who sold it?",
    "tried": "",
    "within_document": "",
    "citation": "1",
    "days": "30",
    "description": "Anything",
    "email": "somebody-new@example.com",
    "embedder": "nobody",
    "end": "5",
    "every_minutes": "60",
    "keys": "off",
    "name": "A new name",
    "next": "/",
    "outcome": "answered",
    "page": "1",
    "password": "",
    "plugin": "",
    "q": "",
    "question": "What was sold?",
    "role": "reader",
    "scopes": ["ask"],
    "start": "0",
    "status": "",
    "theme": "dark",
    "version": "1",
    "with_documents": "",
}
FILES = {"file", "files"}
# Read from rows and settings, not from what a reader sends.
NOT_SENT = {"removed", "version_id"}
# Where allauth keeps whose password was typed.
AUTHENTICATED_PERSON = "account_authentication_methods_user"
# The pages of allauth show a person their own account and nothing of any tenant.
ACCOUNT = "account/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A page's name, how its address is written, and the names in it."""

    name: str
    route: str
    names: tuple[str, ...]

    @property
    def ids(self) -> list[str]:
        return [name for name in self.names if name in PATH_IDS]

    def __str__(self) -> str:
        return self.name


def addresses() -> list[Address]:
    """Every page of Lectern's own, found in the table of addresses."""
    return [
        Address(
            name=pattern.name or route,
            route=f"/{route}",
            names=tuple(pattern.pattern.converters),
        )
        for route, pattern in _patterns(get_resolver().url_patterns)
        if not route.startswith((ACCOUNT, "api/"))
    ]


def inputs() -> set[str]:
    """The names of everything that pages read from a query or a form."""
    source = "\n".join(
        path.read_text(encoding="utf-8") for path in Path(lectern.web.__path__[0]).glob("*.py")
    )
    read = set(re.findall(r"""\.get(?:list)?\(\s*"([a-z_]+)\"""", source))
    for kind in [*vars(web_forms).values(), *vars(golden_forms).values()]:
        if isinstance(kind, type) and issubclass(kind, forms.Form):
            read |= set(kind.base_fields)
    return read - NOT_SENT


def path_ids_of(tenant: SeededTenant) -> dict[str, Any]:
    return {name: seed(tenant) for name, seed in PATH_IDS.items()}


def path_ids_of_nothing() -> dict[str, Any]:
    return {name: uuid4() for name in PATH_IDS}


def browser_of(member: Principal) -> Client:
    """A browser in which ``member`` has signed in."""
    browser = Client(raise_request_exception=False)
    browser.force_login(User.objects.get(pk=member.user_id))
    return browser


def confirmed_browser_of(member: Principal) -> Client:
    """A browser in which ``member`` has signed in and then typed the password once more."""
    browser = browser_of(member)
    session = browser.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "password", "at": time(), "reauthenticated": True}
    ]
    session[AUTHENTICATED_PERSON] = str(member.user_id)
    session.save()
    return browser


def visit(
    browser: Client, method: str, address: Address, ids: Mapping[str, Any], about: SeededTenant
) -> Any:
    """Request a page with ``ids`` in its address, and with ids of ``about`` as its inputs."""
    values = PATH_PLAIN | dict(ids)
    path = reverse(address.name, kwargs={name: values[name] for name in address.names})
    sent = INPUT_PLAIN | {name: str(seed(about)) for name, seed in INPUT_IDS.items()}
    if method == "GET":
        return browser.get(path, sent)
    files = {name: SimpleUploadedFile("a.txt", b"A new file.") for name in FILES}
    return browser.post(path, sent | files)


def _patterns(listed: list[Any], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for each in listed:
        route = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _patterns(each.url_patterns, route)
        else:
            yield route, each
