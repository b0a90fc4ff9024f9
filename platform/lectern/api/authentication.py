"""Who calls the API, and what an operation needs of them."""

from typing import Any

from django.http import HttpRequest

from lectern.errors import NotAuthenticated
from lectern.tenants.access import Permission, Principal, require


class ApiRequest(HttpRequest):
    """A request that got past :class:`BearerKey`."""

    auth: Principal


class BearerKey:
    """Lets requests pass whose key was found good by the tenant middleware.

    The middleware alone reads credentials: the Authorization header and nothing else, so
    cookies and keys in an address count for nothing here.
    """

    openapi_security_schema = {"type": "http", "scheme": "bearer"}

    def __init__(self, *permissions: Permission) -> None:
        self.permissions = permissions

    def __call__(self, request: Any) -> Principal:
        """The principal of ``request``; raises if there is none or it lacks a permission."""
        actor: Principal | None = request.principal
        if actor is None:
            raise request.refusal or NotAuthenticated(
                "This needs an API key: send the header 'Authorization: Bearer lec_…'. "
                "Administrators make keys on the page 'API keys'."
            )
        for permission in self.permissions:
            require(actor, permission)
        return actor
