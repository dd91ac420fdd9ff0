"""The words of the interface: Dutch, camelCase in JSON, cleaned on the way in."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError


class Reply(BaseModel):
    """Something that goes out."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, from_attributes=True, serialize_by_alias=True)


class Message(BaseModel):
    """Something that comes in: no field that we do not know, no number where text belongs."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=False, extra="forbid", str_strip_whitespace=False)


def cleaned(text: str) -> str:
    """Composed, and without control characters: no database keeps NUL, and nobody reads the others."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(c if c in "\n\t" or unicodedata.category(c)[0] != "C" else " " for c in composed)


LETTERS = r"^([^A-Za-zÀ-ɏ]*[A-Za-zÀ-ɏ]){10}"
"""At least ten Latin letters: the model reads Dutch, and says honestly that it cannot read anything else."""


def _written_day(value: object) -> object:
    """A day comes as text: a number is no day, though the library would take it for one."""
    if value is not None and not isinstance(value, str):
        raise PydanticCustomError("date_type", "not a text")
    return value


Day = Annotated[date, BeforeValidator(_written_day, json_schema_input_type=date)]
Title = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(cleaned)]
Story = Annotated[str, StringConstraints(min_length=10, max_length=200_000, pattern=LETTERS), AfterValidator(cleaned)]
Place = Annotated[str, StringConstraints(max_length=100), AfterValidator(cleaned)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"[A-Za-zÀ-ɏ]"), AfterValidator(cleaned)]
Note = Annotated[str, StringConstraints(max_length=5_000), AfterValidator(cleaned)]
Reference = Annotated[str, StringConstraints(min_length=3, max_length=300, pattern=r"^[^\x00-\x1f]+$")]
Identifier = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
