"""From citations to refs: what "het eerste lid", "artikelen 4 tot en met 6" and "artikel 5 van de wet" point at."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from corpus.references.grammar import find_citations
from corpus.references.names import NameIndex
from corpus.references.resolve import SymbolicTarget, resolve, resolve_target, symbolic

CLAUSES = """
BWBR1/artikel-1/onderdeel-a BWBR1/artikel-1/onderdeel-b BWBR1/artikel-1/onderdeel-bb
BWBR1/artikel-3
BWBR1/artikel-4 BWBR1/artikel-4a BWBR1/artikel-4c
BWBR1/artikel-5/lid-1 BWBR1/artikel-5/lid-2 BWBR1/artikel-5/lid-2a BWBR1/artikel-5/lid-3
BWBR1/artikel-6 BWBR1/artikel-6a BWBR1/artikel-6aa BWBR1/artikel-7
BWBR1/artikel-15A BWBR1/artikel-15B
BWBR1/hoofdstuk-2/tekst-1
BWBR1/bijlage-I/tekst-1
BWBR1/bijlage-II/artikel-1 BWBR1/bijlage-II/artikel-2/lid-1 BWBR1/bijlage-II/artikel-3/onderdeel-1
BWBR1/bijlage-II/artikel-3/onderdeel-2 BWBR1/bijlage-II/artikel-3/onderdeel-3
BWBR2/artikel-1/lid-1 BWBR2/artikel-1/lid-2 BWBR2/artikel-2
BWBR2/artikel-4:12 BWBR2/artikel-4:13/lid-1 BWBR2/artikel-4:14
BWBR2/artikel-E-5/lid-1
BWBR2/artikel-I BWBR2/artikel-II BWBR2/artikel-III BWBR2/artikel-IV
BWBR2/bijlage-1/onderdeel-a
BWBR6/artikel-162/lid-1 BWBR6/artikel-162/lid-2 BWBR6/artikel-163
"""

NAMES = NameIndex([("BWBR1", "Warmtewet", ()), ("BWBR2", "Wet buurtwarmte", ()), ("BWBR6", "Burgerlijk Wetboek Boek 6", ())])
OWN = "BWBR1/artikel-5/lid-2"


@pytest.fixture(scope="module")
def has() -> Callable[[str], bool]:
    known = {
        "/".join(parts[:length])
        for parts in (clause.split("/") for clause in CLAUSES.split())
        for length in range(2, len(parts) + 1)
    }
    return known.__contains__


@pytest.mark.parametrize(
    ("text", "own_ref", "refs"),
    [
        # a lid of the own article
        ("het eerste lid", OWN, ["BWBR1/artikel-5/lid-1"]),
        # two leden
        ("het eerste en derde lid", OWN, ["BWBR1/artikel-5/lid-1", "BWBR1/artikel-5/lid-3"]),
        # a range of leden takes what was inserted in between
        (
            "het eerste tot en met derde lid",
            OWN,
            ["BWBR1/artikel-5/lid-1", "BWBR1/artikel-5/lid-2", "BWBR1/artikel-5/lid-2a", "BWBR1/artikel-5/lid-3"],
        ),
        # the last lid of the own article; 2a does not count
        ("het laatste lid", OWN, ["BWBR1/artikel-5/lid-3"]),
        # a lid that is not there lies in the article
        ("het negende lid", OWN, ["BWBR1/artikel-5"]),
        # the own article
        ("dit artikel", OWN, ["BWBR1/artikel-5"]),
        # the own lid
        ("dit lid", OWN, [OWN]),
        # the lid before
        ("het vorige lid", OWN, ["BWBR1/artikel-5/lid-1"]),
        # the lid before an inserted one
        ("het vorige lid", "BWBR1/artikel-5/lid-2a", ["BWBR1/artikel-5/lid-2"]),
        # the first lid has none before it
        ("het vorige lid", "BWBR1/artikel-5/lid-1", []),
        # all leden before
        (
            "de voorgaande leden",
            "BWBR1/artikel-5/lid-3",
            ["BWBR1/artikel-5/lid-1", "BWBR1/artikel-5/lid-2"],
        ),
        # the lid behind
        ("het volgende lid", OWN, ["BWBR1/artikel-5/lid-3"]),
        # the article before, of an inserted article
        ("het vorige artikel", "BWBR1/artikel-4a", ["BWBR1/artikel-4"]),
        # the article before, numbered by chapter
        ("het vorige artikel", "BWBR2/artikel-4:13/lid-1", ["BWBR2/artikel-4:12"]),
        # the article behind
        ("het volgende artikel", "BWBR2/artikel-4:13/lid-1", ["BWBR2/artikel-4:14"]),
        # the articles before
        ("de vorige artikelen", "BWBR2/artikel-4:14", ["BWBR2/artikel-4:12", "BWBR2/artikel-4:13"]),
        # running text has no leden
        ("het eerste lid", "BWBR1/hoofdstuk-2/tekst-1", []),
        # another article
        ("artikel 3", OWN, ["BWBR1/artikel-3"]),
        # a whole article of which only the leden are clauses
        ("artikel 5", "BWBR1/artikel-3", ["BWBR1/artikel-5"]),
        # an article that is not there
        ("artikel 99", OWN, []),
        # a list
        ("artikelen 3, 99 en 7", OWN, ["BWBR1/artikel-3", "BWBR1/artikel-7"]),
        # a range takes what was inserted, and stops at its last number
        (
            "artikelen 4 tot en met 6",
            OWN,
            ["BWBR1/artikel-4", "BWBR1/artikel-4a", "BWBR1/artikel-4c", "BWBR1/artikel-5", "BWBR1/artikel-6"],
        ),
        # a range that begins and ends with letters
        (
            "artikelen 4b tot en met 6aa",
            OWN,
            ["BWBR1/artikel-4c", "BWBR1/artikel-5", "BWBR1/artikel-6", "BWBR1/artikel-6a", "BWBR1/artikel-6aa"],
        ),
        # capital letters
        ("artikelen 15A tot en met 15B", OWN, ["BWBR1/artikel-15A", "BWBR1/artikel-15B"]),
        # a range by chapter
        (
            "artikelen 4:12 tot en met 4:14",
            "BWBR2/artikel-2",
            ["BWBR2/artikel-4:12", "BWBR2/artikel-4:13", "BWBR2/artikel-4:14"],
        ),
        # a range of Roman numbers
        (
            "artikelen II tot en met IV",
            "BWBR2/artikel-2",
            ["BWBR2/artikel-II", "BWBR2/artikel-III", "BWBR2/artikel-IV"],
        ),
        # a range from chapter to chapter: its ends
        ("artikelen 1 tot en met 4:12", "BWBR2/artikel-2", ["BWBR2/artikel-1", "BWBR2/artikel-4:12"]),
        # an impossible range: its ends
        ("artikelen 3 tot en met 99999", OWN, ["BWBR1/artikel-3"]),
        # a number with a space
        ("artikel E 5, eerste lid", "BWBR2/artikel-2", ["BWBR2/artikel-E-5/lid-1"]),
        # an item of a lid lies in the lid
        ("artikel 5, derde lid, onder b, onder 2°", "BWBR1/artikel-3", ["BWBR1/artikel-5/lid-3"]),
        # an item of an article without leden lies in the article
        ("artikel 3, onder a of c", OWN, ["BWBR1/artikel-3"]),
        # an item that is a clause of its own
        ("artikel 1, onderdeel b", OWN, ["BWBR1/artikel-1/onderdeel-b"]),
        # a range of items
        (
            "artikel 1, onderdelen a tot en met bb",
            OWN,
            ["BWBR1/artikel-1/onderdeel-a", "BWBR1/artikel-1/onderdeel-b", "BWBR1/artikel-1/onderdeel-bb"],
        ),
        # an item of the own lid
        ("onderdeel b", OWN, [OWN]),
        # an item of the own list
        ("onderdeel 3", "BWBR1/bijlage-II/artikel-3/onderdeel-2", ["BWBR1/bijlage-II/artikel-3/onderdeel-3"]),
        # an annex
        ("bijlage II", OWN, ["BWBR1/bijlage-II"]),
        # the same with the other kind of number
        ("bijlage 2", OWN, ["BWBR1/bijlage-II"]),
        ("bijlage I van de Wet buurtwarmte", OWN, ["BWBR2/bijlage-1"]),
        # an item of an annex
        ("bijlage 1, onderdeel a, van de Wet buurtwarmte", OWN, ["BWBR2/bijlage-1/onderdeel-a"]),
        # an article of an annex
        ("artikel 2, eerste lid, van bijlage II", OWN, ["BWBR1/bijlage-II/artikel-2/lid-1"]),
        # within an annex its own articles go first
        ("artikel 1", "BWBR1/bijlage-II/artikel-2/lid-1", ["BWBR1/bijlage-II/artikel-1"]),
        # and those of the regulation come second
        ("artikel 7", "BWBR1/bijlage-II/artikel-2/lid-1", ["BWBR1/artikel-7"]),
        # an annex has no articles of this number, the regulation has no lid of that one
        ("artikel 5, derde lid", "BWBR1/bijlage-I/tekst-1", ["BWBR1/artikel-5/lid-3"]),
        # a chapter with running text
        ("hoofdstuk 2", OWN, ["BWBR1/hoofdstuk-2"]),
        # another regulation by name
        ("artikel 1, tweede lid, van de Wet buurtwarmte geldt", OWN, ["BWBR2/artikel-1/lid-2"]),
        # the own regulation by name
        ("artikel 3 van de Warmtewet", "BWBR2/artikel-2", ["BWBR1/artikel-3"]),
        # a regulation that is not there: never that of the clause
        ("artikel 3 van de Gaswet", OWN, []),
        # the parent
        ("artikel 2 van de wet", OWN, ["BWBR2/artikel-2"]),
        # book and article of the civil code
        ("artikel 6:162, tweede lid, BW", OWN, ["BWBR6/artikel-162/lid-2"]),
        ("artikel 6:162 van het Burgerlijk Wetboek", OWN, ["BWBR6/artikel-162"]),
        ("artikel 162 van Boek 6 van het Burgerlijk Wetboek", OWN, ["BWBR6/artikel-162"]),
        ("artikelen 6:162 tot en met 6:163 BW", OWN, ["BWBR6/artikel-162", "BWBR6/artikel-163"]),
        # a repeated article still has its own leden
        ("het eerste lid", "BWBR1/artikel-5~2/lid-2", []),
    ],
)
def test_refs(text: str, own_ref: str, refs: list[str], has: Callable[[str], bool]) -> None:
    (citation,) = find_citations(text)
    assert list(resolve(citation, own_ref=own_ref, names=NAMES, parent="BWBR2", has=has)) == refs


def test_without_parent_the_act_is_unknown(has: Callable[[str], bool]) -> None:
    (citation,) = find_citations("artikel 3 van de wet")
    assert resolve(citation, own_ref=OWN, names=NAMES, parent=None, has=has) == ()


def test_refs_are_not_repeated(has: Callable[[str], bool]) -> None:
    (citation,) = find_citations("artikel 5, eerste lid, onder a, b en c")
    assert resolve(citation, own_ref=OWN, names=NAMES, parent=None, has=has) == ("BWBR1/artikel-5/lid-1",)


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        # relative words become paths
        ("het eerste lid", [("", "artikel-5/lid-1", "")]),
        ("de voorgaande leden", [("", "artikel-5/lid-1", "1")]),
        ("dit artikel", [("", "artikel-5", "")]),
        # the name is kept as it stands
        ("artikel 1, tweede lid, van de Wet buurtwarmte", [("Wet buurtwarmte", "artikel-1/lid-2", "")]),
        ("artikel 1 van de wet", [("de wet", "artikel-1", "")]),
        # lists are several targets, ranges are one
        ("artikelen 3 en 5a", [("", "artikel-3", ""), ("", "artikel-5a", "")]),
        ("artikelen 4 tot en met 6", [("", "artikel-4", "6")]),
        ("artikel 4, eerste tot en met derde lid", [("", "artikel-4/lid-1", "3")]),
        # items of items are those of the first
        ("artikel 4, onder a, onder 1° en 2°", [("", "artikel-4/onderdeel-a", "")]),
        # annexes and divisions
        ("artikel 3 van bijlage II", [("", "bijlage-II/artikel-3", "")]),
        ("paragraaf 2 van hoofdstuk 4", [("", "hoofdstuk-4/paragraaf-2", "")]),
        ("het laatste lid", [("", "artikel-5/lid-laatste", "")]),
    ],
)
def test_symbolic(text: str, targets: list[tuple[str, str, str]]) -> None:
    (citation,) = find_citations(text)
    assert symbolic(citation, own_ref=OWN) == tuple(
        SymbolicTarget(regulation=regulation, path=path, through=through) for regulation, path, through in targets
    )


def test_a_kept_target_finds_what_is_added_later() -> None:
    (citation,) = find_citations("artikel 1 van de Gaswet")
    (target,) = symbolic(citation, own_ref=OWN)
    later = NameIndex([("BWBR9", "Gaswet", ())])
    stored = {"BWBR9/artikel-1"}
    assert resolve_target(target, own_ref=OWN, names=NAMES, parent=None, has=stored.__contains__) == ()
    assert resolve_target(target, own_ref=OWN, names=later, parent=None, has=stored.__contains__) == ("BWBR9/artikel-1",)
