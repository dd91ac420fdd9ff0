"""Words of the taxonomy and of the list of activities, in the language of a visit."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from fastapi import Request

from corpus.activities import activities
from service.pages.rendering import language_of
from service.pages.texts import Language


def activity_name(request: Request) -> Callable[[str], str]:
    """From the code of an activity to its name; a code that the list no longer has is told as it is."""
    known = _names(language_of(request))
    return lambda code: known.get(code, code)


@cache
def _names(language: Language) -> dict[str, str]:
    return {one.code: one.name_nl if language == "nl" else one.name_en for one in activities().all}
