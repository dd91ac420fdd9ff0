"""How the text of a clause is set out for reading: list items on lines of their own, every character in its place."""

from __future__ import annotations

import re

_BEFORE_ITEM = re.compile(r"(?:(?<=[:;,.])|(?<=[;,] en)|(?<=[;,] of)) (?=(?:[a-z]{1,2}|\d{1,2}°)\. )")


def set_out(text: str) -> str:
    """The text with a line break instead of the space before an item ("a. ", "1°. ") of a list; its length stays."""
    return _BEFORE_ITEM.sub("\n", text)
