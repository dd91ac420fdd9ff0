"""The numbers of an enumeration ("eerste, derde tot en met vijfde lid", "onder a, onder 2°, en c") and its ranges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from corpus.references import patterns

Word = tuple[str | None, int, int]
"""A number with its start and end in the text; None for a word that makes its neighbours a range ("tot en met")."""


def lid_words(text: str, start: int, end: int) -> list[Word]:
    """The numbers of the leden between two offsets: "derde" is "3"."""
    return [
        (None if word.lastgroup == "through" else patterns.lid_number(word.group()), word.start(), word.end())
        for word in patterns.LID_WORD.finditer(text, start, end)
    ]


def item_words(text: str, start: int, end: int) -> list[Word]:
    """The items (onderdelen) between two offsets; a number behind a letter is an item of that letter: "a/2°"."""
    words = [word for word in patterns.ITEM_WORD.finditer(text, start, end) if word.lastgroup]
    items: list[Word] = []
    letter = ""
    for word, following in zip(words, [*words[1:], None], strict=True):
        kind, item = word.lastgroup, word.group()
        if kind == "through":
            items.append((None, word.start(), word.end()))
        elif kind == "number":
            items.append((letter + patterns.DEGREE_SIGN.sub("°", item), word.start(), word.end()))
        elif following is not None and following.lastgroup == "number":
            letter = f"{item}/"
        else:
            letter = ""
            items.append((item, word.start(), word.end()))
    return items


def ranges(words: Iterable[Word]) -> Iterator[tuple[tuple[str, ...], bool, int, int]]:
    """Split an enumeration into single numbers and ranges.

    Yields:
        (numbers, through, start, end): numbers that stand alone together, or the first and last of a range.
    """
    singles: list[tuple[str, int, int]] = []
    through = False
    for number, start, end in words:
        if number is None:
            through = bool(singles)
        elif through:
            through = False
            first, begin, _ = singles.pop()
            if singles:
                yield tuple(single[0] for single in singles), False, singles[0][1], singles[-1][2]
                singles = []
            yield (first, number), True, begin, end
        else:
            singles.append((number, start, end))
    if singles:
        yield tuple(single[0] for single in singles), False, singles[0][1], singles[-1][2]
