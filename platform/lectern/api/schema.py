"""The API's description of itself (OpenAPI 3.1)."""

from typing import Any

from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from lectern.api.authentication import BearerKey
from lectern.api.errors import described

ABOUT = """
Documents, questions and cited answers of one tenant.

Send an API key with every request: `Authorization: Bearer lec_…`. Administrators make keys
on the page *API keys*; each operation names the scope that it needs.

Errors are problem JSON (RFC 9457) with a stable `code` and the `request_id` to report.
Lists come in pages: follow `next` until it is null. Times are UTC.
"""
READING = (401, 403, 503)
WRITING = (*READING, 409, 422)


class Description(OpenAPISchema):
    """Adds to each operation the scope it needs and the problems it may answer with."""

    def operation_details(self, operation: Operation) -> dict[str, Any]:
        details: dict[str, Any] = super().operation_details(operation)
        (key,) = operation.auth_callbacks
        assert isinstance(key, BearerKey)
        details["summary"] = details["operationId"].replace("_", " ").capitalize()
        details["security"] = [{"BearerKey": [scope.value for scope in key.permissions]}]
        details["responses"] |= described(*_problems(operation, details))
        return details


def _problems(operation: Operation, details: dict[str, Any]) -> list[int]:
    statuses = set(READING if operation.methods == ["GET"] else WRITING)
    if details["parameters"]:
        statuses |= {404, 422}
    if "multipart/form-data" in details.get("requestBody", {}).get("content", {}):
        statuses |= {413, 507}
    return sorted(statuses)
