"""Names of regulations: the longest title that a text begins with, abbreviations, and what is no name."""

from __future__ import annotations

import sys

import pytest

from corpus.references.names import NameIndex, abbreviations

REGULATIONS = [
    ("BWBR1", "Warmtewet", ("Ww",)),
    ("BWBR2", "Wet buurtwarmte", ()),
    ("BWBR3", "Wet buurtwarmte en moestuinen", ()),
    ("BWBR4", "Moestuinwet 2008", ()),
    ("BWBR5", "Reglement straatfeesten 1990 (RSF 1990)", ()),
    ("BWBR6", "Wet veiligheid buurten", ("WVB", "Buurtenwet")),
    ("BWBR7", "Wet zorg's en buur's", ()),
    ("BWBR8", "Algemene wet bestuursrecht", ()),
    ("BWBR9", "Burgerlijk Wetboek Boek 6", ()),
    ("BWBR10", "Burgerlijk Wetboek Boek 7A", ()),
    ("BWBR11", "Besluit", ()),
    ("CVDR1", "Algemene plaatselijke verordening Veldwijk 2019", ("APV",)),
    ("CVDR2", "Algemene plaatselijke verordening Dorpzicht", ("APV",)),
]


@pytest.fixture(scope="module")
def names() -> NameIndex:
    return NameIndex(REGULATIONS)


@pytest.mark.parametrize(
    ("window", "regulation", "name"),
    [
        # the whole window is the name
        ("Warmtewet", "BWBR1", "Warmtewet"),
        # the sentence runs on behind the name
        ("Warmtewet niet van toepassing is", "BWBR1", "Warmtewet"),
        # the name ends at a mark
        ("Warmtewet, wordt beslist", "BWBR1", "Warmtewet"),
        # case does not matter
        ("warmtewet", "BWBR1", "warmtewet"),
        # the longest of two titles that fit
        ("Wet buurtwarmte en moestuinen geldt", "BWBR3", "Wet buurtwarmte en moestuinen"),
        # the shorter one where the longer does not fit
        ("Wet buurtwarmte en tuinen", "BWBR2", "Wet buurtwarmte"),
        # a year belongs to the name
        ("Moestuinwet 2008 geldt", "BWBR4", "Moestuinwet 2008"),
        # a title that ends in its own abbreviation, in full, without it, and only that
        ("Reglement straatfeesten 1990 (RSF 1990), geldt", "BWBR5", "Reglement straatfeesten 1990 (RSF 1990"),
        ("Reglement straatfeesten 1990 geldt", "BWBR5", "Reglement straatfeesten 1990"),
        ("RSF 1990 geldt", "BWBR5", "RSF 1990"),
        # an alias that is an abbreviation, and one that is a title
        ("WVB geldt", "BWBR6", "WVB"),
        ("Buurtenwet geldt", "BWBR6", "Buurtenwet"),
        # printed and typed apostrophes are one
        ("Wet zorg’s en buur’s geldt", "BWBR7", "Wet zorg’s en buur’s"),
        # quotation marks around the name
        ("‘Warmtewet’ geldt", "BWBR1", "‘Warmtewet"),
        # an abbreviation that everybody knows
        ("Awb geldt", "BWBR8", "Awb"),
        # a book of the civil code, in the ways it is named
        ("Boek 6 van het Burgerlijk Wetboek geldt", "BWBR9", "Boek 6 van het Burgerlijk Wetboek"),
        ("Boek 6 BW", "BWBR9", "Boek 6 BW"),
        ("Burgerlijk Wetboek Boek 6 geldt", "BWBR9", "Burgerlijk Wetboek Boek 6"),
        ("boek 7A van het Burgerlijk Wetboek", "BWBR10", "boek 7A van het Burgerlijk Wetboek"),
        # within the code its books are named alone
        ("Boek 6 geldt", "BWBR9", "Boek 6"),
        # of two regulations with one alias, the first passed
        ("APV geldt", "CVDR1", "APV"),
    ],
)
def test_name(names: NameIndex, window: str, regulation: str, name: str) -> None:
    assert names.match(window) == (regulation, len(name))
    assert window.startswith(name)


@pytest.mark.parametrize(
    "window",
    [
        # nothing
        "",
        # marks only
        "(…",
        # unknown
        "Gaswet",
        # a title continues within the word
        "Warmtewetten",
        # not at the start
        "bepalingen van de Warmtewet",
        # a year makes it another regulation
        "Warmtewet 2031",
        # so does the Caribbean Netherlands
        "Wet buurtwarmte BES",
        # abbreviations need their capital: "ww" may be anything
        "ww",
        "apv",
        # a word that every decree has is no name, although one is called just that
        "Besluit",
        # the civil code without a book
        "BW",
        "Burgerlijk Wetboek",
        # a book that is not there
        "Boek 3 van het Burgerlijk Wetboek",
        # an abbreviation of a regulation that is not there
        "Wabo",
        # Aruba and the like have their own civil code
        "BW-NL",
    ],
)
def test_no_name(names: NameIndex, window: str) -> None:
    assert names.match(window) is None


def test_the_article_says_which_book_of_the_civil_code(names: NameIndex) -> None:
    assert names.match("BW geldt", article="6:162") == ("BWBR9", 2)
    assert names.match("Burgerlijk Wetboek", article="7A:1576") == ("BWBR10", 18)
    assert names.match("BW", article="3:4") is None
    assert names.match("BW", article="162") is None


def test_a_title_passed_later_does_not_take_a_name() -> None:
    names = NameIndex([("BWBR1", "Warmtewet", ()), ("BWBR2", "Warmtewet", ("Buurtwet",))])
    assert names.match("Warmtewet") == ("BWBR1", 9)
    assert names.match("Buurtwet") == ("BWBR2", 8)
    assert len(names) == 2


def test_an_own_alias_goes_before_a_well_known_abbreviation() -> None:
    regulations = [("BWBR8", "Algemene wet bestuursrecht", ()), ("CVDR3", "Afspraken wijkbeheer", ("Awb",))]
    assert NameIndex(regulations).match("Awb") == ("CVDR3", 3)


def test_of_the_titles_of_an_abbreviation_the_first_that_is_there() -> None:
    newer, older = abbreviations()["Wmo"]
    assert NameIndex([("BWBR1", older, ())]).match("Wmo") == ("BWBR1", 3)
    assert NameIndex([("BWBR1", older, ()), ("BWBR2", newer, ())]).match("Wmo") == ("BWBR2", 3)


def test_abbreviations_are_titles_not_abbreviations_again() -> None:
    known = abbreviations()
    assert len(known) >= 100
    for short, titles in known.items():
        assert titles, short
        assert not set(titles) & set(known), short
        assert len(set(titles)) == len(titles), short


def test_long_titles_are_recognised_by_their_first_words() -> None:
    title = "Besluit " + " ".join(f"woord{number}" for number in range(40))
    names = NameIndex([("BWBR1", title, ())])
    match = names.match(f"{title} geldt")
    assert match is not None
    assert title[: match[1]].count(" ") == 24


def test_the_work_of_building_an_index_grows_with_the_regulations_only() -> None:
    def build(count: int) -> tuple[NameIndex, int]:
        regulations = [
            (
                f"BWBR{number:07}",
                f"Besluit nadere regels onderwerp {number} van de Wet thema {number % 97}",
                (f"Bnr{number}",),
            )
            for number in range(count)
        ]
        calls = 0

        def note(*_: object) -> None:
            nonlocal calls
            calls += 1

        sys.setprofile(note)
        try:
            return NameIndex(regulations), calls
        finally:
            sys.setprofile(None)

    _, few = build(1_500)
    names, many = build(15_000)
    assert many < 11 * few
    assert names.match("Besluit nadere regels onderwerp 14999 van de Wet thema 61 geldt") is not None
