"""The API is what its committed description and its documentation say, and works offline."""

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.test import Client

from api_operations import operations
from lectern.api.errors import PROBLEM_JSON
from lectern.api.urls import api

DOCS = Path(__file__).parents[2] / "docs"
EXPORT = (
    "manage.py export_openapi_schema --api lectern.api.urls.api"
    " --indent 2 --sorted --output docs/openapi.json"
)


def described():
    """The description as clients read it."""
    return json.loads(json.dumps(api.get_openapi_schema()))


def each_operation():
    return [
        operation for methods in described()["paths"].values() for operation in methods.values()
    ]


def references(part):
    if isinstance(part, dict):
        yield from [part["$ref"]] if "$ref" in part else []
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from references(each)


def test_the_committed_description_is_the_api():
    committed = json.loads((DOCS / "openapi.json").read_text(encoding="utf-8"))

    assert committed == described(), f"If clients can bear the change, run: {EXPORT}"


def test_every_reference_in_the_description_leads_somewhere():
    schemas = described()["components"]["schemas"]

    assert {ref.removeprefix("#/components/schemas/") for ref in references(described())} <= set(
        schemas
    )


def test_every_operation_needs_a_key():
    assert all(list(each["security"][0]) == ["BearerKey"] for each in each_operation())


def test_every_operation_describes_its_problems_as_problems():
    problems = [
        response["content"]
        for each in each_operation()
        for status, response in each["responses"].items()
        if int(status) >= 400
    ]

    assert all(list(content) == [PROBLEM_JSON] for content in problems)
    assert len(problems) > 100


def test_every_operation_says_what_it_does():
    assert all(each["description"].endswith((".", "…")) for each in each_operation())


@pytest.mark.parametrize("operation", operations(), ids=str)
def test_every_operation_is_in_the_documentation(operation):
    assert f"| `{operation.method} {operation.path}` |" in (DOCS / "api.md").read_text("utf-8")


def test_the_description_is_served_to_everybody(db):
    assert Client().get("/api/v1/openapi.json").json() == described()


class Parts(HTMLParser):
    """What a page loads, and what of it runs or styles in place."""

    def __init__(self):
        super().__init__()
        self.loaded, self.inline = [], []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.loaded += [attributes[name] for name in ("src", "href") if name in attributes]
        self.inline += [name for name in attributes if name == "style" or name.startswith("on")]
        data = attributes.get("type") == "application/json"
        if tag == "style" or (tag == "script" and "src" not in attributes and not data):
            self.inline.append(tag)


def test_the_page_to_try_the_api_on_loads_only_our_files_and_runs_nothing_in_place(db):
    page = Client().get("/api/v1/docs")
    parts = Parts()
    parts.feed(page.content.decode())

    assert page.status_code == 200
    assert parts.loaded
    assert all(address.startswith("/static/ninja/") for address in parts.loaded)
    assert parts.inline == []
    assert "script-src 'self'" in page["Content-Security-Policy"]
    assert '"validatorUrl": null' in page.content.decode()
