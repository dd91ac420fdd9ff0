"""Citations that are written by the rules are found again, with the same parts and at the same place."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.references.grammar import find_citations
from corpus.references.names import NameIndex
from corpus.references.patterns import ORDINALS
from corpus.references.resolve import resolve, resolve_target, symbolic

WORDS_OF_ORDINALS = {number: word for word, number in reversed(ORDINALS.items())}

ARTICLES = st.from_regex(r"[1-9][0-9]{0,2}([.:][1-9][0-9]?)?[a-z]?", fullmatch=True) | st.sampled_from(
    ["I", "II", "IV", "XII", "IIA", "E 5", "2a.3.1b"]
)
LEDEN = st.integers(1, 50).map(str)
# Two-letter items that are words ("of", "in") cannot be told from those words.
ITEMS = st.sampled_from(["a", "b", "c", "k", "z", "aa", "bb", "cc", "1°", "2°", "12°"])
NAMES = st.sampled_from(
    ["Warmtewet", "Wet buurtwarmte", "Algemene wet moestuinen", "Besluit straatfeesten 2019", "Reglement zorgwerven"]
)
NEUTRAL = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz ,"), max_size=30).map(str.strip)


@st.composite
def written(draw: st.DrawFn) -> tuple[str, str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """A citation as it is written, the text around it, and its articles, leden and onderdelen."""
    articles = tuple(draw(st.lists(ARTICLES, min_size=1, max_size=4)))
    leden = tuple(draw(st.lists(LEDEN, max_size=3, unique=True)))
    letters = draw(st.booleans())
    items = tuple(draw(st.lists(ITEMS.filter(lambda item: item.endswith("°") is not letters), max_size=3, unique=True)))
    text = f"artikel {articles[0]}" if len(articles) == 1 else f"artikelen {enumeration(articles)}"
    if len(articles) > 1:
        leden = items = ()  # leden behind a list belong to its last article: see the specification
    if leden:
        text += f", {enumeration(tuple(WORDS_OF_ORDINALS[number] for number in leden))} lid"
    if items:
        text += f", onder {enumeration(items)}"
    return text, draw(NEUTRAL), articles, leden, items


def enumeration(values: tuple[str, ...]) -> str:
    return " en ".join(filter(None, [", ".join(values[:-1]), values[-1]]))


@given(written(), NAMES)
def test_what_is_written_is_found(parts: tuple[str, str, tuple[str, ...], tuple[str, ...], tuple[str, ...]], name: str) -> None:
    citation, before, articles, leden, items = parts
    text = f"({before}) op grond van {citation}, van de {name}."
    (found,) = (each for each in find_citations(text) if each.articles)
    assert text[found.start : found.end] == citation
    assert found.articles == articles
    assert found.leden == leden
    assert found.onderdelen == items
    assert found.regulation == name
    assert text[found.regulation_start :].startswith(name)


@given(st.integers(1, 40), st.integers(1, 40))
def test_ranges_of_leden_are_found(first: int, more: int) -> None:
    last = min(first + more, 50)
    text = f"Het {WORDS_OF_ORDINALS[str(first)]} tot en met {WORDS_OF_ORDINALS[str(last)]} lid gelden."
    (found,) = find_citations(text)
    assert found.leden == (str(first), str(last))
    assert found.leden_through


FRAGMENTS = (
    "artikel|artikelen|Artikel|art.|het|de|eerste|tweede|derde|laatste|lid|leden|lid 2|leden 2|3|4:25|12a|II|E 5|"
    ",|, |.|;|(|)|en|of|tot en met|t/m|-|juncto|jo.|onder|onderdeel|onderdelen|sub|a|b|aa|1°|2°|aanhef en|volzin|"
    "van|van de|van het|wet|Wet|deze wet|die wet|dat artikel|dit artikel|vorige lid|voorgaande leden|Boek 7|Awb|BW|"
    "bijlage|bijlagen|hoofdstuk|paragraaf|§|titel|\n|\t|°|’|é|İ|ﬁ|\ud7ff|\U0001f600"
)
FRAGMENT = st.sampled_from(FRAGMENTS.split("|"))
TEXTS = st.text(max_size=200) | st.lists(FRAGMENT, max_size=30).map(" ".join) | st.lists(FRAGMENT).map("".join)


@given(TEXTS)
@settings(max_examples=400)
def test_any_text_can_be_read(text: str) -> None:
    end = 0
    for citation in find_citations(text):
        assert end <= citation.start < citation.end <= len(text)
        end = citation.end
        assert (
            citation.articles
            or citation.leden
            or citation.onderdelen
            or citation.annex
            or (citation.division or citation.relative)
        )
        assert not citation.through or len(citation.articles) == 2
        assert not citation.leden_through or len(citation.leden) == 2
        assert not citation.onderdelen_through or len(citation.onderdelen) == 2
        if citation.regulation:
            assert text[citation.regulation_start :].startswith(citation.regulation)


OWN_REFS = st.sampled_from(
    ["BWBR1/artikel-5/lid-2", "BWBR1/artikel-5", "BWBR1/bijlage-II/artikel-2/onderdeel-18", "BWBR1/afdeling-2/tekst-1"]
)


@given(TEXTS, OWN_REFS, st.sets(st.sampled_from(["BWBR1/artikel-3", "BWBR1/artikel-5", "BWBR1/artikel-5/lid-1"])))
@settings(max_examples=200)
def test_any_text_can_be_resolved(text: str, own_ref: str, stored: set[str]) -> None:
    names = NameIndex([("BWBR1", "Warmtewet", ())])
    for citation in find_citations(text):
        refs = resolve(citation, own_ref=own_ref, names=names, parent="BWBR1", has=stored.__contains__)
        assert set(refs) <= stored
        assert len(set(refs)) == len(refs)
        in_two_steps = [
            ref
            for target in symbolic(citation, own_ref=own_ref)
            for ref in resolve_target(target, own_ref=own_ref, names=names, parent="BWBR1", has=stored.__contains__)
        ]
        assert refs == tuple(dict.fromkeys(in_two_steps))


@pytest.mark.timeout(120)
def test_time_grows_with_length_only() -> None:
    """Texts made to go back and forth: without bounds in the patterns each of these would take minutes, together seconds."""
    for fragment in (
        "eerste, ",
        "1.",
        "artikel 3, ",
        "onderdeel a, ",
        "van de ",
        "die wet artikel 5 van ",
        "a-",
        "lid 2 en ",
    ):
        text = fragment * (60_000 // len(fragment))
        found = find_citations(text)
        assert all(one.end <= next_one.start for one, next_one in itertools.pairwise(found)), fragment
