"""What stands around a page: navigation, tenant, theme."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lectern.tenants.access import Permission, Principal
from lectern.tenants.people import TenantChoice, tenants_of

THEMES = ("system", "light", "dark")
THEME_COOKIE = "theme"
KEYS_COOKIE = "keys"

# Which part of the navigation a page belongs to, by the name of its address.
_SECTIONS = {
    "ask": {"ask", "answer"},
    "history": {"history"},
    "library": {
        "library",
        "collection",
        "collection-new",
        "collection-edit",
        "collection-delete",
        "lab",
        "golden",
        "golden-new",
        "golden-edit",
        "golden-run",
        "upload",
        "bulk",
        "document",
        "document-delete",
        "version-new",
        "page",
        "tables",
        "table",
        "retrievers",
        "sources",
        "source",
        "source-new",
        "source-edit",
        "source-remove",
    },
    "jobs": {"jobs", "job"},
    "members": {"members", "member-remove", "groups", "group", "group-add", "group-delete"},
    "keys": {"keys", "key-new", "key-revoke"},
}


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The frame of one page. Asks the database only for what a template shows."""

    principal: Principal | None
    user: Any
    theme: str
    single_keys: bool
    section: str
    request_id: str
    can: dict[str, bool] = field(default_factory=dict)

    @cached_property
    def tenants(self) -> list[TenantChoice]:
        """The tenants that the person may work in."""
        return tenants_of(self.user) if self.user.is_authenticated else []

    @cached_property
    def tenant(self) -> TenantChoice | None:
        """The tenant that the person works in now."""
        current = self.principal.tenant_id if self.principal else None
        return next((choice for choice in self.tenants if choice.tenant_id == current), None)


def frame_of(request: Any) -> Frame:
    """The frame for ``request``, which may have failed before its sender was known."""
    principal: Principal | None = getattr(request, "principal", None)
    theme = request.COOKIES.get(THEME_COOKIE, "system")
    return Frame(
        principal=principal,
        user=getattr(request, "user", None),
        theme=theme if theme in THEMES else "system",
        single_keys=request.COOKIES.get(KEYS_COOKIE) != "off",
        section=_section(request),
        request_id=getattr(request, "request_id", ""),
        can={
            permission.name.lower(): principal is not None and principal.may(permission)
            for permission in Permission
        },
    )


def _section(request: Any) -> str:
    name = request.resolver_match.url_name if request.resolver_match else ""
    return next((section for section, names in _SECTIONS.items() if name in names), "")
