"""Whose key this is."""

from ninja import Router

from lectern.api.authentication import ApiRequest
from lectern.api.identifiers import KeyId, TenantId
from lectern.api.shapes import Shown
from lectern.tenants.models import Tenant

router = Router(tags=["You"])


class TenantOut(Shown):
    """The tenant that a key belongs to."""

    id: TenantId
    name: str
    slug: str


class Me(Shown):
    """Who the API takes the sender for, and what they may do."""

    name: str
    tenant: TenantOut
    key_id: KeyId | None
    permissions: list[str]


@router.get("/me", response=Me)
def get_me(request: ApiRequest) -> Me:
    """Tell the tenant and the permissions of the key that this request was sent with."""
    tenant = Tenant.objects.get(pk=request.auth.tenant_id)
    return Me(
        name=request.auth.name,
        tenant=TenantOut.of(tenant),
        key_id=request.auth.key_id,
        permissions=sorted(request.auth.permissions),
    )
