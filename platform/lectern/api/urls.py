"""The API and its resources."""

from typing import Any

from ninja import NinjaAPI, Swagger
from ninja.operation import Operation

from lectern.api import (
    answers,
    bulk,
    collections,
    documents,
    explanations,
    golden,
    golden_runs,
    groups,
    jobs,
    questions,
    retrievers,
    sources,
    tables,
    tenants,
    tuning,
    versions,
)
from lectern.api.authentication import BearerKey
from lectern.api.errors import answer_errors
from lectern.api.schema import ABOUT, Description


class LecternApi(NinjaAPI):
    """Ninja's API with our names for operations and our description of them."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> Description:
        return Description(self, path_prefix or self.get_root_path(path_params or {}))


api = LecternApi(
    title="Lectern",
    version="1",
    description=ABOUT,
    urls_namespace="api",
    auth=[BearerKey()],
    # Without the first, Swagger would show a badge from its makers' server.
    docs=Swagger(settings={"validatorUrl": None, "defaultModelsExpandDepth": 0}),
)
answer_errors(api)
RESOURCES = (
    *(tenants, collections, documents, versions, tables, questions, answers),
    *(explanations, golden, golden_runs, tuning),
    *(retrievers, sources, groups, bulk, jobs),
)
for resource in RESOURCES:
    api.add_router("", resource.router)
