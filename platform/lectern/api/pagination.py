"""Lists in pages: a cursor instead of a page number, so that new rows shift nothing."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from pydantic import BaseModel, Field

from lectern.errors import Invalid

Row = TypeVar("Row", bound=Model)
Item = TypeVar("Item")

# Whatever taking a made-up cursor apart may raise; the last two for [[[… and for Infinity.
_NOT_A_CURSOR = (
    ValueError,
    TypeError,
    AttributeError,
    ValidationError,
    RecursionError,
    OverflowError,
)


class Paging(BaseModel):
    """Which page of a list is wanted."""

    cursor: str = Field("", description="Where to go on; taken from `next`, never made up.")
    limit: int = Field(50, ge=1, le=200, description="How many items at most.")


class Listing(BaseModel, Generic[Item]):
    """One page of a list. ``next`` is the address of the next page, null on the last."""

    items: list[Item]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """By ``field``, then by id, so that the order is total."""

    field: str
    descending: bool = True

    def apply(self, rows: QuerySet[Row]) -> QuerySet[Row]:
        sign = "-" if self.descending else ""
        return rows.order_by(f"{sign}{self.field}", f"{sign}id")

    def after(self, rows: QuerySet[Row], cursor: str) -> QuerySet[Row]:
        """The ``rows`` behind the one that ``cursor`` names."""
        beyond = "lt" if self.descending else "gt"
        field: Any = rows.model._meta.get_field(self.field)
        try:
            stored, identifier = json.loads(urlsafe_b64decode(cursor))
            value = field.to_python(stored)
            return rows.filter(
                Q(**{f"{self.field}__{beyond}": value})
                | Q(**{self.field: value, f"id__{beyond}": UUID(identifier)})
            )
        except _NOT_A_CURSOR as error:
            raise Invalid(
                "This cursor is not one of ours. Take the address in 'next' of the page before.",
                code="invalid_cursor",
            ) from error

    def cursor_at(self, row: Model) -> str:
        """The cursor that goes on behind ``row``."""
        value: Any = getattr(row, self.field)
        stored = value if isinstance(value, int) else value.isoformat()
        return urlsafe_b64encode(json.dumps([stored, row.pk.hex]).encode()).decode()


NEWEST_FIRST = Order(field="created_at")


def listing(
    request: HttpRequest,
    rows: QuerySet[Row],
    paging: Paging,
    show: Callable[[Row], Item],
    order: Order = NEWEST_FIRST,
) -> Listing[Item]:
    """The page of ``rows`` that ``paging`` asks for, each item as ``show`` gives it."""
    if paging.cursor:
        rows = order.after(rows, paging.cursor)
    page = list(order.apply(rows)[: paging.limit + 1])
    more = len(page) > paging.limit
    page = page[: paging.limit]
    following = None
    if more:
        query = request.GET.dict() | {"cursor": order.cursor_at(page[-1])}
        following = f"{request.path}?{urlencode(query)}"
    return Listing(items=[show(row) for row in page], next=following)
