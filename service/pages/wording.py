"""Words of the taxonomy and of the list of activities, in the language of a visit."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from fastapi import Request

from corpus.activities import activities
from corpus.taxonomy import taxonomy
from service.pages.rendering import language_of
from service.pages.texts import Language


def activity_name(request: Request) -> Callable[[str], str]:
    """From the code of an activity to its name; a code that the list no longer has is told as it is."""
    known = _names(language_of(request))
    return lambda code: known.get(code, code)


def kind_opening(request: Request) -> Callable[[str], str]:
    """From a kind of barrier or relief to what it means for somebody, in a few plain words."""
    dutch = language_of(request) == "nl"

    def opening(code: str) -> str:
        kind = taxonomy().kind(code)
        return kind.reason_nl if dutch else kind.reason_en

    return opening


@cache
def _names(language: Language) -> dict[str, str]:
    return {one.code: one.name_nl if language == "nl" else one.name_en for one in activities().all}
