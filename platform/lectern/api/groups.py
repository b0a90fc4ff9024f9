"""Groups, as programs need them that restrict documents."""

from datetime import datetime

from ninja import Query, Router

from lectern.api.authentication import ApiRequest, BearerKey
from lectern.api.identifiers import GroupId
from lectern.api.pagination import Listing, Paging, listing
from lectern.api.shapes import Shown
from lectern.tenants.access import Permission
from lectern.tenants.models import Group

router = Router(tags=["Groups"])


class GroupOut(Shown):
    """A group of people and keys that may read the same restricted documents."""

    id: GroupId
    name: str
    created_at: datetime


@router.get("/groups", response=Listing[GroupOut], auth=BearerKey(Permission.WRITE))
def list_groups(request: ApiRequest, paging: Query[Paging]) -> Listing[GroupOut]:
    """List the groups that documents can be restricted to. Administrators make them."""
    return listing(request, Group.objects.all(), paging, GroupOut.of)
