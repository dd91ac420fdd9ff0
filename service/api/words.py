"""The words of the interface: Dutch, camelCase in JSON, cleaned on the way in."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationInfo
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError


class Reply(BaseModel):
    """Something that goes out."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, from_attributes=True, serialize_by_alias=True)


class Message(BaseModel):
    """Something that comes in: no field that we do not know, no number where text belongs."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=False, extra="forbid", str_strip_whitespace=False)


MOST_MARKS = 30
"""Marks on one letter (Unicode UAX #15, stream-safe text): composing takes the square of their number."""


def composed(value: object) -> object:
    """Composed (Unicode NFC), before anything is measured: how a letter was typed changes no length. What is no text passes."""
    if not isinstance(value, str) or value.isascii():
        return value
    kept, marks = [], 0
    for character in value:
        marks = marks + 1 if unicodedata.category(character)[0] == "M" else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept))


def cleaned(text: str) -> str:
    """Without control characters: no database keeps NUL, and nobody reads the others."""
    return "".join(c if c in "\n\t" or unicodedata.category(c)[0] != "C" else " " for c in text)


LETTERS = r"^([^A-Za-zÀ-ɏ]*[A-Za-zÀ-ɏ]){10}"
"""At least ten Latin letters: the model reads Dutch, and says honestly that it cannot read anything else."""


def _written_day(value: object) -> object:
    """A day comes as text: a number is no day, though the library would take it for one."""
    if value is not None and not isinstance(value, str):
        raise PydanticCustomError("date_type", "not a text")
    return value


Day = Annotated[date, BeforeValidator(_written_day, json_schema_input_type=date)]
_before, _after = BeforeValidator(composed), AfterValidator(cleaned)
Title = Annotated[str, StringConstraints(min_length=1, max_length=200), _before, _after]
Story = Annotated[str, StringConstraints(min_length=10, max_length=200_000, pattern=LETTERS), _before, _after]
ShortStory = Annotated[str, StringConstraints(min_length=10, max_length=20_000, pattern=LETTERS), _before, _after]
"""One that is read while somebody waits: reading takes time with its length."""
Place = Annotated[str, StringConstraints(max_length=100), _before, _after]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"[A-Za-zÀ-ɏ]"), _before, _after]
Note = Annotated[str, StringConstraints(max_length=5_000), _before, _after]
Reference = Annotated[str, StringConstraints(min_length=3, max_length=300, pattern=r"^[^\x00-\x1f]+$")]
Identifier = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]


WRITTEN = {"written": True}
"""Context of validation for what a form sent: there every number is text."""


def _numeric(value: object, told: ValidationInfo) -> object:
    if isinstance(value, bool) or (isinstance(value, str) and told.context != WRITTEN):
        raise PydanticCustomError("int_type", "Input should be a valid integer")
    return value


Whole = Annotated[int, BeforeValidator(_numeric)]
"""A whole number, written as JSON Schema has it: 3 or 3.0, and no yes, no or text."""
