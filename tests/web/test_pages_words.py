"""The words of the pages of residents: the same in both languages, and Dutch that everybody reads."""

from __future__ import annotations

import re

import pytest

from corpus.taxonomy import taxonomy
from service.pages.texts import FOLDER, LANGUAGES, texts
from tests.web.readability import readability, syllables

FILES = ("submitting.ftl", "outcome.ftl")
NUMBERS = ("count", "all", "days")

EASY = 80.0
"""Flesch-Douma of the page as a whole: 60 to 70 is called ordinary and 70 to 80 fairly easy, where B1 lies, the level at which the
government writes. These pages also show the law in its own words, which is far harder: so ours must be easy, 80 and up."""

LONGEST = 20
"""Words of the longest sentence: no plain-language guide allows more."""

MEAN = 10.0
"""Words of a sentence on average: what the guides advise for B1."""


def sources(language: str, name: str) -> dict[str, str]:
    """Message → its source."""
    parts = re.split(r"^(?=[a-z][\w-]* =)", (FOLDER / language / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {part.partition(" =")[0]: part.partition(" =")[2] for part in parts if re.match(r"[a-z]", part)}


def filled(source: str) -> dict[str, object]:
    return {name: 3 if name in NUMBERS else "dit" for name in re.findall(r"\$(\w+)", source)}


@pytest.mark.parametrize("name", FILES)
def test_both_languages_say_the_same_things(name: str) -> None:
    dutch, english = (sources(language, name) for language in LANGUAGES)
    assert list(dutch) == list(english)
    for message, source in dutch.items():
        assert set(filled(source)) == set(filled(english[message])), message
        for language in LANGUAGES:
            assert texts(language)(message, **filled(source)).strip(), message


def test_every_kind_has_its_advice() -> None:
    for language in LANGUAGES:
        t = texts(language)
        assert all(t.has(f"outcome-kind-{code}") and t.has(f"outcome-do-{code}") for code in taxonomy().barrier_codes)
        assert all(t.has(f"outcome-room-{code}") and t.has(f"outcome-room-do-{code}") for code in taxonomy().relief_codes)


@pytest.mark.parametrize(
    ("word", "count"),
    [("huis", 1), ("verhaal", 2), ("gemeente", 3), ("initiatief", 5), ("u", 1), ("mooie", 2), ("bijvoorbeeld", 3), ("tien", 1)],
)
def test_syllables(word: str, count: int) -> None:
    assert abs(syllables(word) - count) <= (1 if word == "initiatief" else 0)


def test_the_measure_tells_officialese_from_plain_dutch() -> None:
    hard = (
        "Ingevolge het bepaalde in de verordening dient voorafgaandelijk aan de activiteit een omgevingsvergunning te worden "
        "aangevraagd, waarbij de verantwoordelijkheid voor de volledigheid van de aanvraaggegevens bij de initiatiefnemer berust."
    )
    easy = "Vraag eerst of het mag. Doe dat op tijd. Dan krijgt u snel antwoord."
    assert readability(hard).ease < 30 < 90 < readability(easy).ease
    assert readability(hard).longest > LONGEST


@pytest.mark.parametrize("name", FILES)
def test_dutch_of_residents_is_plain(name: str) -> None:
    told = {message: texts("nl")(message, **filled(source)) for message, source in sources("nl", name).items()}
    sentences = {message: text for message, text in told.items() if len(text.split()) >= 5}
    whole = readability("\n".join(sentences.values()))
    assert whole.ease >= EASY
    assert whole.mean <= MEAN
    long = {message: text for message, text in sentences.items() if readability(text).longest > LONGEST}
    assert not long
