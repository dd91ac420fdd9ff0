"""Cutting clean clause text out of a source without losing where it stood.

Every reader first has a *reading text*: the file itself (markdown, JSONL), or the characters of the document in reading
order (XML, HTML, DOCX, PDF). A clause is one or more slices of it, with whitespace collapsed and markup left out. What is
kept is kept verbatim, so every character of a clause except a joining space maps back to one character of the source.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from corpus.records import Span

WHITESPACE = re.compile(r" {2,}|[^\S ]\s*| [^\S ]\s*")
"""Whitespace that is not a single ordinary space."""

MARKDOWN = re.compile(r"\*+|</?su[bp]>|\[(?=[^\]\n]*\]\([^)\n]*\))|\]\([^)\n]*\)|" + WHITESPACE.pattern)
"""Whitespace as above, and the inline markup of the markdown dump: emphasis, sub/superscript, links."""


def cut(
    reading_text: str,
    slices: Iterable[tuple[int, int]],
    *,
    drop: re.Pattern[str] = WHITESPACE,
) -> tuple[str, tuple[Span, ...]]:
    """Join slices of the reading text into one clean text.

    Args:
        reading_text: what the slices point into.
        slices: (start, end) offsets in characters, ascending; joined by one space.
        drop: what is left out. A match that contains whitespace becomes one space, any other match nothing.

    Returns:
        The text, stripped, and its spans: ``text[s.text_start:][:s.length] == reading_text[s.source_start:][:s.length]``.
        Characters outside every span are joining spaces.
    """
    pieces: list[str] = []
    spans: list[Span] = []
    length = 0
    pending_space = False
    for start, end in slices:
        pending_space = pending_space or length > 0
        position = start
        while position < end:
            match = drop.search(reading_text, position, end)
            run_end = match.start() if match else end
            run_start = position
            # A run never begins or ends with a space: spaces between runs are always joiners.
            while run_start < run_end and reading_text[run_start].isspace():
                run_start += 1
                pending_space = True
            trimmed = run_end
            while trimmed > run_start and reading_text[trimmed - 1].isspace():
                trimmed -= 1
            if trimmed > run_start:
                if pending_space and length:
                    pieces.append(" ")
                    length += 1
                pieces.append(reading_text[run_start:trimmed])
                spans.append(Span(text_start=length, source_start=run_start, length=trimmed - run_start))
                length += trimmed - run_start
                pending_space = trimmed < run_end
            if match is None:
                break
            if any(character.isspace() for character in match.group()):
                pending_space = True
            position = match.end()
    return "".join(pieces), tuple(spans)


def normalised(text: str) -> str:
    """The form in which two renderings of one clause are equal: letters and digits only, in lower case.

    Publishers differ in spacing ("2.De" and "2. De"), quotation marks, hyphenation and superscript ("m2", "m²"); none of
    that changes the law. A mark between two digits does ("2.9", "10,5") and stays.
    """
    import unicodedata

    folded = unicodedata.normalize("NFKC", text).casefold()
    return _BETWEEN_WORDS.sub("", folded)


def letter_places(text: str) -> list[int] | None:
    """Where each character of the normalised text stands in the text, ascending: ``normalised(text)[n]`` comes from the n-th.

    The normalised text is the text with some characters left out and others folded; so both are walked along together. None
    where characters only fold together (a letter and its combining accent).
    """
    import unicodedata

    wanted = normalised(text)
    places: list[int] = []
    for place, character in enumerate(text):
        for folded in unicodedata.normalize("NFKC", character).casefold():
            if len(places) < len(wanted) and wanted[len(places)] == folded:
                places.append(place)
    return places if len(places) == len(wanted) else None


_BETWEEN_WORDS = re.compile(r"(?<!\d)[\W_]+|[\W_]+(?!\d)|(?<=\d)[\W_]{2,}(?=\d)")


def text_hash(text: str) -> str:
    """SHA-256 (hex) of the normalised text: the key under which labels recognise a clause."""
    import hashlib

    return hashlib.sha256(normalised(text).encode()).hexdigest()
