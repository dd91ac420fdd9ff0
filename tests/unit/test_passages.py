"""Cutting clean text, and the normalised form that labels hang on."""

from __future__ import annotations

import pytest

from corpus.passages import MARKDOWN, cut, normalised, text_hash

CUTS = [
    # whitespace of any kind becomes one space
    ("a  b\n\nc\td", [(0, 9)], "a b c d"),
    # nothing at the edges
    ("  a  ", [(0, 5)], "a"),
    # slices are joined by one space
    ("aXb", [(0, 1), (2, 3)], "a b"),
    # emphasis goes without leaving a space
    ("een *erf* van", [(0, 13)], "een erf van"),
    # superscript joins
    ("2 m<sup>2</sup>", [(0, 15)], "2 m2"),
    # the words of a link stay, its address goes
    ("zie [artikel 6](../x/README.md), lid 2", [(0, 38)], "zie artikel 6, lid 2"),
    # brackets that are no link stay
    ("[vervallen] per", [(0, 15)], "[vervallen] per"),
    # an empty slice adds nothing
    ("abc", [(0, 1), (1, 1), (2, 3)], "a c"),
]


@pytest.mark.parametrize(("source", "slices", "expected"), CUTS)
def test_cut(source: str, slices: list[tuple[int, int]], expected: str) -> None:
    text, spans = cut(source, slices, drop=MARKDOWN)
    assert text == expected
    for span in spans:
        assert text[span.text_start :][: span.length] == source[span.source_start :][: span.length]


SAME = [
    ("2. De houder", "2.De  houder"),
    ("van 2 m²", "van 2 m2"),
    ("„verboden”", "'verboden'"),
    ("Onze Minister", "ONZE MINISTER"),
    ("drank- en horecawet", "drank– en horecawet"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_renderings_that_are_equal(one: str, other: str) -> None:
    assert text_hash(one) == text_hash(other)


DIFFERENT = [
    ("10,5 meter", "105 meter"),
    ("artikel 2.9", "artikel 29"),
    ("vóór het begin", "voor het begin"),
    ("1 000", "1000"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_amendments_that_are_not(one: str, other: str) -> None:
    assert text_hash(one) != text_hash(other)


def test_normalised_keeps_letters_and_digits() -> None:
    assert normalised("Artikel 5, lid 2: «Ja»!") == "artikel5lid2ja"
