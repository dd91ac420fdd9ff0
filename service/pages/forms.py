"""What a form sent, as a checked message, or what is wrong with it in words for the person who filled it in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from service.api.words import WRITTEN
from service.pages.texts import Texts

Message = TypeVar("Message", bound=BaseModel)

_FAULTS = {
    "missing": "fault-missing",
    "string_too_short": "fault-too-short",
    "string_too_long": "fault-too-long",
    "date_from_datetime_parsing": "fault-date",
    "date_parsing": "fault-date",
}


def read(message: type[Message], values: Mapping[str, Any], t: Texts) -> tuple[Message | None, dict[str, str]]:
    """Check values as the interface does.

    Args:
        message: the message of the interface that says the same.
        values: by field name; fields that were left empty are left out.
        t: words of the visit.

    Returns:
        The message, or None; and by field what is wrong with it.
    """
    try:
        given = {name: value for name, value in values.items() if value not in ("", None)}
        return message.model_validate(given, context=WRITTEN), {}
    except ValidationError as error:
        faults: dict[str, str] = {}
        for problem in error.errors(include_url=False, include_input=False):
            field = str(problem["loc"][0]) if problem["loc"] else ""
            name = _FAULTS.get(problem["type"], "fault-other")
            most = problem.get("ctx", {}).get("max_length", 0)
            faults.setdefault(field, t(name, most=most) if name == "fault-too-long" else t(name))
        return None, faults
