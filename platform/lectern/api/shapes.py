"""What requests and responses are built from."""

from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict


def _storable(text: str) -> str:
    if "\0" in text:
        raise ValueError("The character NUL cannot be stored. Remove it.")
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise ValueError("Half of a surrogate pair is no character. Send valid Unicode.")
    return text


Words = Annotated[str, AfterValidator(_storable)]


class Asked(BaseModel):
    """The body or the query of a request. A field that it does not have is refused."""

    model_config = ConfigDict(extra="forbid")


class Shown(BaseModel):
    """A part of a response."""

    # Not ninja's Schema: it would take each value apart again when a list is put together.
    model_config = ConfigDict(from_attributes=True)

    @classmethod
    def of(cls, row: Any, **computed: Any) -> Self:
        """The fields of ``row`` by their names, and what is ``computed`` beside them."""
        stored = {name: getattr(row, name) for name in cls.model_fields if name not in computed}
        return cls(**stored, **computed)
