"""How things are named outside: a prefix that tells the kind, and the id in 32 hex digits."""

import re
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from lectern.errors import NotFound

_HEX = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Named:
    """The spelling of one kind of thing; with it, pydantic reads and writes such ids."""

    prefix: str
    thing: str

    def spell(self, value: UUID) -> str:
        """``value`` as it is written outside: ``doc_`` and 32 hex digits."""
        return f"{self.prefix}_{value.hex}"

    def read(self, text: Any) -> UUID:
        """The id behind ``text``, which must be spelled exactly as :meth:`spell` does.

        Anything else raises ``NotFound``: a name that nothing can have names nothing here.
        """
        if isinstance(text, UUID):
            return text
        head, _, digits = text.partition("_") if isinstance(text, str) else ("", "", "")
        if head != self.prefix or not _HEX.fullmatch(digits):
            # The very words for an unknown id and for another tenant's (library.found).
            raise NotFound(f"There is no such {self.thing}. It may have been deleted.")
        return UUID(digits)

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.read, serialization=core_schema.plain_serializer_function_ser_schema(self.spell)
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{self.prefix}_[0-9a-f]{{32}}$"}


TenantId = Annotated[UUID, Named("ten", "tenant")]
PersonId = Annotated[UUID, Named("usr", "person")]
KeyId = Annotated[UUID, Named("key", "key")]
CollectionId = Annotated[UUID, Named("col", "collection")]
DocumentId = Annotated[UUID, Named("doc", "document")]
VersionId = Annotated[UUID, Named("ver", "version")]
QuestionId = Annotated[UUID, Named("qst", "question")]
AnswerId = Annotated[UUID, Named("ans", "answer")]
CitationId = Annotated[UUID, Named("cit", "citation")]
SourceId = Annotated[UUID, Named("src", "source")]
GroupId = Annotated[UUID, Named("grp", "group")]
JobId = Annotated[UUID, Named("job", "job")]
GoldenId = Annotated[UUID, Named("gld", "golden question")]
GoldenRunId = Annotated[UUID, Named("run", "golden run")]
