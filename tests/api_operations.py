"""The operations that the API describes, and how to call one with the ids of a tenant."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponseBase

from lectern.api.urls import api
from lectern.backends.weights import EMBEDDER_NAME
from tenant_seeds import SeededTenant, api_client

Seed = Callable[[SeededTenant], UUID]

# Every parameter and every field of a body is in exactly one of these two tables.
IDS: dict[str, tuple[str, Seed]] = {
    "collection_id": ("col", lambda tenant: tenant.collection.pk),
    "document_id": ("doc", lambda tenant: tenant.document.pk),
    "version_id": ("ver", lambda tenant: tenant.version.pk),
    "answer_id": ("ans", lambda tenant: tenant.answer.pk),
    "previous_question_id": ("qst", lambda tenant: tenant.answer.question_id),
    "citation_id": ("cit", lambda tenant: tenant.citation.pk),
    "source_id": ("src", lambda tenant: tenant.source.pk),
    "document_ids": ("doc", lambda tenant: tenant.document.pk),
    "group_ids": ("grp", lambda tenant: tenant.group.pk),
    "uploaded_by": ("usr", lambda tenant: tenant.administrator.user_id),
    "job_id": ("job", lambda tenant: tenant.job.pk),
    "golden_id": ("gld", lambda tenant: tenant.golden.pk),
    "run_id": ("run", lambda tenant: tenant.golden_run.pk),
    "against": ("run", lambda tenant: tenant.golden_run.pk),
}
# Of these ids a list is sent.
LISTS = {"document_ids", "group_ids"}
# What is sent for it; None is left out.
PLAIN: dict[str, Any] = {
    "cursor": None,
    "limit": "200",
    "search": None,
    "ready": None,
    "state": None,
    "known": None,
    "restricted": True,
    "action": "reprocess",
    "after": None,
    "title": "A new title",
    "metadata": {"type": ["letter"]},
    "status": None,
    "outcome": None,
    "words": "true",
    "number": "1",
    "text": "What was sold?",
    "name": "A new name",
    "description": "Anything",
    "embedder": EMBEDDER_NAME,
    "plugin": "",
    "connector": "folder",
    "settings": {},
    "every_minutes": None,
    "with_documents": "true",
    "problems": "true",
    "answer": "Anything",
    "answerable": True,
    "pages": [1],
    "evidence": "Anything",
    "within_document": False,
    "format": "csv",
    "passages": 5,
    "questions": b'{"question": "Q", "answer": null, "doc": "", "pages": [], "evidence_text": ""}',
    "file": b"A new file.",
    "files": b"Another new file.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation: its parameters and fields are (where, name), where path, query or body."""

    name: str
    method: str
    path: str
    parts: tuple[tuple[str, str], ...]
    multipart: bool
    statuses: frozenset[int]

    @property
    def ids(self) -> list[str]:
        return [name for _, name in self.parts if name in IDS]

    def __str__(self) -> str:
        return self.name


def operations() -> list[Operation]:
    """Every operation of the API, found in its description."""
    schema = api.get_openapi_schema()
    return [
        _operation(schema, method, path, described)
        for path, methods in schema["paths"].items()
        for method, described in methods.items()
    ]


def ids_of(tenant: SeededTenant) -> dict[str, str]:
    """The tenant's own object for each id parameter, as the API spells it."""
    return {name: f"{prefix}_{seed(tenant).hex}" for name, (prefix, seed) in IDS.items()}


def ids_of_nothing() -> dict[str, str]:
    """Well-spelled ids that nothing has."""
    return {name: f"{prefix}_{uuid4().hex}" for name, (prefix, _) in IDS.items()}


def call(operation: Operation, secret: str, ids: Mapping[str, str]) -> HttpResponseBase:
    """Send ``operation`` with a key, and with ``ids`` wherever it takes one."""
    values = PLAIN | dict(ids)
    sent = {
        where: {
            name: [values[name]] if name in LISTS else values[name]
            for at, name in operation.parts
            if at == where and values[name] is not None
        }
        for where in ("path", "query", "body")
    }
    path = operation.path.format_map(sent["path"])
    options: dict[str, Any] = {"query_params": sent["query"]}
    client = api_client(secret)
    if operation.multipart:
        form = {
            name: SimpleUploadedFile("a.txt", content) if isinstance(content, bytes) else content
            for name, content in sent["body"].items()
        }
        return client.post(path, form, **options)
    body = json.dumps(sent["body"]) if sent["body"] else ""
    return client.generic(operation.method, path, body, content_type="application/json", **options)


def _operation(schema: Any, method: str, path: str, described: Any) -> Operation:
    content = described.get("requestBody", {}).get("content", {})
    fields = [name for body in content.values() for name in _fields(schema, body["schema"])]
    return Operation(
        name=described["operationId"],
        method=method.upper(),
        path=path,
        parts=(
            *((each["in"], each["name"]) for each in described["parameters"]),
            *(("body", name) for name in fields),
        ),
        multipart="multipart/form-data" in content,
        statuses=frozenset(int(status) for status in described["responses"]),
    )


def _fields(schema: Any, body: Any) -> Iterator[str]:
    """The names of all fields of a body, those of nested objects and lists included."""
    if "$ref" in body:
        body = schema["components"]["schemas"][body["$ref"].rpartition("/")[2]]
    for choice in body.get("anyOf", []):
        yield from _fields(schema, choice)
    if "items" in body:
        yield from _fields(schema, body["items"])
    for name, described in body.get("properties", {}).items():
        yield name
        yield from _fields(schema, described)
