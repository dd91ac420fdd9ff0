"""Which turns of phrase are found, and which are not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.taxonomy import taxonomy
from models.phrases import _compiled, _is, _starting_with, compiled, find_phrases, patterns, phrase_counts, weak_kinds

FOUND = [
    ("Het is een ieder verboden zonder vergunning te bouwen.", "verbod-zonder", "verboden zonder"),
    ("Het is een ieder verboden zonder vergunning te bouwen.", "verbod", "Het is een ieder verboden"),
    ("Dit behoeft de voorafgaande goedkeuring van het college.", "vergunning-vereist", "behoeft de voorafgaande goedkeuring"),
    ("De houder doet hiervan melding bij het college.", "melding", "doet hiervan melding"),
    ("Het college kan van het verbod ontheffing verlenen.", "ontheffing", "kan van het verbod ontheffing"),
    ("Hij draagt zorg voor een schone straat.", "zorgplicht", "draagt zorg voor"),
    ("Bij wijze van experiment kan hiervan worden afgeweken.", "experiment", "Bij wijze van experiment"),
    (
        "Leidt dit tot een onbillijkheid van overwegende aard, dan niet.",
        "hardheidsclausule",
        "onbillijkheid van overwegende aard",
    ),
    ("Het eerste lid is niet van toepassing op markten.", "vrijstelling", "is niet van toepassing"),
    ("Ten hoogste veertig personen.", "bovengrens", "Ten hoogste"),
    ("Burgemeester en wethouders kunnen nadere regels stellen.", "bestuursorgaan-kan", "Burgemeester en wethouders kunnen"),
    ("Indien het regent.", "voorwaarde", "Indien"),
    ("Een stamgast drinkt koffie.", "vergunning", None),  # a word inside a word is no find
    ("Hij doet niets. Melding volgt later.", "melding", None),  # a gap does not run past a full stop
    ("De vergunningplichtige is bekend.", "vergunning-vereist", "vergunningplichtige"),  # a star is the rest of the word
]


@pytest.mark.parametrize(("text", "name", "expected"), FOUND)
def test_a_turn_of_phrase(text: str, name: str, expected: str | None) -> None:
    found = [text[phrase.start : phrase.end] for phrase in find_phrases(text) if phrase.name == name]
    assert (expected in found) if expected else not found


def test_the_patterns_are_whole() -> None:
    kinds = {*taxonomy().barrier_codes, *taxonomy().relief_codes}
    names = [pattern.name for pattern in patterns()]
    assert len(set(names)) == len(names)
    assert {pattern.kind for pattern in patterns() if pattern.kind} == kinds, "every kind has a turn of phrase"
    assert {"deontic", "condition", "exception", "authority", "quantity", "reference"} <= {p.sense for p in patterns()}
    for pattern in patterns():
        for phrase in pattern.any:
            assert compiled(phrase)


@pytest.mark.parametrize("phrase", ["", "_3 vergunning"])
def test_a_phrase_begins_with_a_word(phrase: str) -> None:
    with pytest.raises(ValueError, match="begins with a word"):
        compiled(phrase)


def test_counts_say_what_the_finds_say() -> None:
    texts = [text for text, _, _ in FOUND] + [""]
    counts = phrase_counts(texts)
    assert counts.shape == (len(texts), len(patterns()))
    for row, text in zip(counts, texts, strict=True):
        names = [phrase.name for phrase in find_phrases(text)]
        assert np.array_equal(row, [names.count(pattern.name) for pattern in patterns()])


def test_weak_labels() -> None:
    assert weak_kinds("Het is verboden zonder vergunning te bouwen.") == {"verbod", "vergunningplicht"}
    assert weak_kinds("De zon schijnt.") == set()


FIRST_WORDS = sorted({word for _, steps in _compiled() if isinstance(steps[0], frozenset) for word in steps[0]})


@given(word=st.one_of(st.sampled_from(FIRST_WORDS), st.text(alphabet="abdeghiklmnorstvz", max_size=9)))
def test_phrases_are_looked_up_by_the_word_they_begin_with(word: str) -> None:
    plain = [(name, steps) for name, steps in _compiled() if not isinstance(steps[0], int) and _is(word, steps[0])]
    assert list(_starting_with(word)) == plain
