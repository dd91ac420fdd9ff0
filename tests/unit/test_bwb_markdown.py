"""The markdown dump: how its typography is read."""

from __future__ import annotations

import io
from functools import partial

import pytest

from corpus.errors import UnreadableSource
from corpus.readers.bwb_markdown import read
from corpus.records import Regulation, SourceFile, SourceUnit
from corpus.references.jci import parse_jci

META = "<meta http-equiv='Content-Type' content='text/html; charset=utf-8' />\n\n"


def regulation(
    body: str, *, heading: str = "## Regeling proef  ", path: str = "wet/proefwet/BWBR0099999/README.md"
) -> Regulation:
    data = f"{META}{heading}\n\nWij willen dit.\n{body}".encode()
    source = SourceFile(name=path, size=len(data), open=partial(io.BytesIO, data))
    return next(read(SourceUnit(main=source)))


CASES = [
    # an article without leden is one clause
    ("### Artikel  1  \n\nHet mag. \n", {"artikel-1": "Het mag."}),
    # leden, with and without a space behind the number
    (
        "### Artikel  2  \n\n1.  Het mag.  \n2.Het mag niet.  \n",
        {"artikel-2/lid-1": "Het mag.", "artikel-2/lid-2": "Het mag niet."},
    ),
    # list items stay with their lid
    (
        "### Artikel 3\n\n1. Verboden is: \n\na. roepen;  \n\nb. zingen.  \n2. Fluiten mag.\n",
        {"artikel-3/lid-1": "Verboden is: a. roepen; b. zingen.", "artikel-3/lid-2": "Fluiten mag."},
    ),
    # a numbered list under a lead-in is no row of leden
    (
        "### Artikel 4\n\nVerboden is: \n\n1. roepen;  \n\n2. zingen.  \n",
        {"artikel-4": "Verboden is: 1. roepen; 2. zingen."},
    ),
    # a list that begins again at 1 belongs to its lid, also when its numbers run into those of the leden
    (
        "### Artikel 5\n\n1. Eerst: \n\n1. zus; \n\n2. zo.  \n\n2. Daarna.\n",
        {"artikel-5/lid-1": "Eerst: 1. zus; 2. zo.", "artikel-5/lid-2": "Daarna."},
    ),
    # letters after numbers: an inserted lid, but not an ordinal
    (
        "### Artikel 6\n\n1. Een.  \n1a. Tussen.  \n2. Twee: \n\n1e. zus;  \n\n2e. zo.\n",
        {"artikel-6/lid-1": "Een.", "artikel-6/lid-1a": "Tussen.", "artikel-6/lid-2": "Twee: 1e. zus; 2e. zo."},
    ),
    # amounts and section numbers at the start of a line are text
    (
        "### Artikel 7\n\n1. De som is:  \n\n1.000 euro  \n\n2.5 procent\n",
        {"artikel-7/lid-1": "De som is: 1.000 euro 2.5 procent"},
    ),
    # markup goes, what it marks stays
    ("### Artikel 8\n\nEen *erf* van 2 m<sup>2</sup>.\n", {"artikel-8": "Een erf van 2 m2."}),
    # a numbered list under a lead-in in an annex: each item is a clause
    (
        "### Artikel 9\n\nJa.\n\n### Bijlage  II  \n\n####Gevallen\n\n### Artikel  2  \n\nVrij zijn: \n\n1. een hek; \n\na. laag;  \n\n2. een dak.\n",
        {
            "artikel-9": "Ja.",
            "bijlage-II/artikel-2/onderdeel-1": "een hek; a. laag;",
            "bijlage-II/artikel-2/onderdeel-2": "een dak.",
        },
    ),
    # leden in an annex stay leden
    (
        "### Bijlage  I  \n\n### Artikel  1  \n\n1. Zus.  \n2. Zo.\n",
        {"bijlage-I/artikel-1/lid-1": "Zus.", "bijlage-I/artikel-1/lid-2": "Zo."},
    ),
    # running text under numbered headings
    ("### 1.1  \n\n####Inleiding\n\nHier begint het.\n", {"paragraaf-1.1/tekst-1": "Hier begint het."}),
    # the same number twice
    ("### Artikel 1\n\nEen.\n\n### Artikel 1\n\nNog een.\n", {"artikel-1": "Een.", "artikel-1~2": "Nog een."}),
    # explanation is no regulation
    ("### Artikel 1\n\nEen.\n\n####Toelichting\n\nWaarom het zo is.\n", {"artikel-1": "Een."}),
    # a note of the publisher before the text
    (
        "### Artikel 1\n\nTreedt in werking op een nader te bepalen tijdstip \n\n1. Zus.  \n2. Zo.\n",
        {"artikel-1/lid-1": "Zus.", "artikel-1/lid-2": "Zo."},
    ),
]


@pytest.mark.parametrize(("body", "expected"), CASES)
def test_clauses(body: str, expected: dict[str, str]) -> None:
    found = regulation(body)
    assert {clause.ref.removeprefix("BWBR0099999/"): clause.text for clause in found.clauses} == expected
    for clause in found.clauses:
        for span in clause.spans:
            source = found.reading_text[span.source_start : span.source_start + span.length]
            assert clause.text[span.text_start : span.text_start + span.length] == source


def test_an_item_of_an_annex_keeps_its_lead_in() -> None:
    found = regulation("### Bijlage  II  \n\n### Artikel  2  \n\nVrij zijn: \n\n1. een hek;  \n\n2. een dak.\n")
    assert [clause.lead_in for clause in found.clauses] == ["Vrij zijn:", "Vrij zijn:"]
    assert found.clauses[0].official_id == "jci1.3:c:BWBR0099999&bijlage=II&artikel=2&o=1&z=2017-05-10&g=2017-05-10"


def test_headings() -> None:
    found = regulation(
        "### Hoofdstuk  2  \n\n####Feesten \n\n### §  2.1  \n\n####Kleine feesten \n\n### Artikel  1  \n\n####Dans\n\nDansen mag.\n"
        "\n### Artikel  2  \n\nZingen mag.\n\n### Hoofdstuk  3  \n\n####Slot \n\n### Artikel  3  \n\nEinde.\n"
    )
    assert [clause.heading for clause in found.clauses] == ["Dans", "Kleine feesten", "Slot"]
    assert found.clauses[0].headings == ("Hoofdstuk 2 Feesten", "§ 2.1 Kleine feesten", "Artikel 1 Dans")
    assert found.clauses[2].headings == ("Hoofdstuk 3 Slot", "Artikel 3")


def test_a_title_that_stands_before_its_article() -> None:
    found = regulation("### Artikel  1  \n\nEen.\n\n####Over twee\n\n### Artikel  2  \n\nTwee.\n")
    assert [clause.heading for clause in found.clauses] == ["", "Over twee"]


@pytest.mark.parametrize("text", ["Vervallen per 1-1-2013", "[Vervallen]", "vervallen", "Vervallen door vernummering."])
def test_repealed(text: str) -> None:
    (clause,) = regulation(f"### Artikel  1  \n\n{text} \n").clauses
    assert clause.repealed


def test_not_repealed() -> None:
    (clause,) = regulation("### Artikel  1  \n\nVervallen verklaringen worden vernietigd. \n").clauses
    assert not clause.repealed


def test_links_to_other_regulations() -> None:
    (clause,) = regulation(
        "### Artikel  1  \n\nZie [artikel 6 van het  Besluit](../../AMvB/besluit/BWBR0006951/README.md), lid 2.\n"
    ).clauses
    (link,) = clause.links
    assert (clause.text[link.start : link.end], link.target) == ("artikel 6 van het Besluit", "BWBR0006951")


TITLES = [
    # the parenthesis that closes the heading
    (
        "## Wet van 2 juli 1998, houdende regels (Proefwet 1998)",
        "wet/proefwet/1998/BWBR0099999/README.md",
        "Proefwet 1998",
    ),
    # no parenthesis: the article on citation, which agrees with the path
    ("## Wet van 7 oktober 1964, tot regeling van iets", "wet/wet/op/proeven/BWBR0099999/README.md", "Wet op proeven"),
    # nothing but the path
    (
        "## Wet van 7 oktober 1964, tot regeling van iets",
        "wet/drank-/en/proefwet/BWBR0099999/README.md",
        "Drank-en proefwet",
    ),
    # the heading is the title
    (
        "## Regeling taken Proefdienst",
        "ministeriele-regeling/regeling/taken/etc/BWBR0099999/README.md",
        "Regeling taken Proefdienst",
    ),
]


@pytest.mark.parametrize(("heading", "path", "title"), TITLES)
def test_titles(heading: str, path: str, title: str) -> None:
    body = (
        "### Artikel 1\n\nDeze wet wordt aangehaald als: Wet op proeven.\n"
        if "op/proeven" in path
        else "### Artikel 1\n\nJa.\n"
    )
    assert regulation(body, heading=heading, path=path).title == title


def test_identity() -> None:
    found = regulation("### Artikel  95a  \n\n1. Ja.\n", path="AMvB/proef/BWBR0099999/README.md")
    assert (found.id, found.level, found.kind, found.version_date) == ("BWBR0099999", "rijk", "AMvB", "2017-05-10")
    jci = parse_jci(found.clauses[0].official_id)
    assert (jci.id, jci.parts, jci.g) == ("BWBR0099999", (("artikel", "95a"), ("lid", "1")), "2017-05-10")


@pytest.mark.parametrize(
    ("path", "content", "reason"),
    [
        ("README.md", b"# About\n", "no BWB id"),
        ("wet/x/BWBR0000001/README.md", b"no heading at all", "no heading"),
        ("wet/x/BWBR0000001/README.md", b"", "empty"),
        ("wet/x/BWBR0000001/README.md", b"## Wet\n\nregel\x00\n", "line 3: holds NUL"),
    ],
)
def test_refused(path: str, content: bytes, reason: str) -> None:
    source = SourceFile(name=path, size=len(content), open=partial(io.BytesIO, content))
    with pytest.raises(UnreadableSource, match=reason):
        list(read(SourceUnit(main=source)))
