"""BWB, CVDR and STOP: one cutter, three dialects; tiny fictional documents, and counts on the real ones."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from lxml import etree

from corpus.errors import UnreadableSource
from corpus.intake import FoundUnit, find_units
from corpus.readers import reader
from corpus.records import Regulation, SourceFile, SourceUnit
from corpus.references.jci import parse_jci


def source(name: str, content: str) -> SourceFile:
    data = content.encode()
    return SourceFile(name=name, size=len(data), open=partial(io.BytesIO, data))


def bwb(body: str) -> Regulation:
    text = (
        '<toestand bwb-id="BWBR0099999" bwb-ng-vast-deel="http://x/id/BWBR0099999/2024-01-01/0"><wetgeving>'
        "<citeertitel>Proefwet</citeertitel><wet-besluit><aanhef><considerans><considerans.al>Alzo</considerans.al></considerans>"
        f"</aanhef><wettekst>{body}</wettekst></wet-besluit></wetgeving></toestand>"
    )
    return next(reader("bwb-xml")(SourceUnit(main=source("BWBR0099999_2024.xml", text))))


def cvdr(body: str) -> Regulation:
    text = (
        '<cvdr xmlns="http://standaarden.overheid.nl/cvdr/terms/" xmlns:dcterms="http://purl.org/dc/terms/"><meta><owmskern>'
        "<dcterms:identifier>CVDR77_3</dcterms:identifier><dcterms:title>Proefverordening</dcterms:title>"
        '<dcterms:creator scheme="overheid:Gemeente">Proefdam</dcterms:creator></owmskern><cvdripm>'
        "<inwerkingtredingDatum>2024-02-01</inwerkingtredingDatum></cvdripm></meta><body><regeling><regeling-tekst>"
        f"{body}</regeling-tekst></regeling></body></cvdr>"
    )
    return next(reader("cvdr-xml")(SourceUnit(main=source("x.xml", text))))


def kop(label: str, number: str, title: str = "") -> str:
    return f"<kop><label>{label}</label><nr>{number}</nr><titel>{title}</titel></kop>"


CASES = [
    # an article without leden, with a list
    (
        f"<artikel>{kop('Artikel', '1', 'Feest')}<al>Verboden is:</al><lijst><li><li.nr>a.</li.nr><al>roepen;</al></li></lijst></artikel>",
        {"artikel-1": "Verboden is: a. roepen;"},
    ),
    # leden; their numbers are no text
    (
        f"<artikel>{kop('Artikel', '2:4')}<lid><lidnr>1.</lidnr><al>Het mag.</al></lid><lid><lidnr>1a</lidnr><al>Soms.</al></lid></artikel>",
        {"artikel-2:4/lid-1": "Het mag.", "artikel-2:4/lid-1a": "Soms."},
    ),
    # inline markup does not break words
    (
        f"<artikel>{kop('Artikel', '3')}<al>Een <nadruk>erf</nadruk> van 2 m<sup>2</sup>.</al></artikel>",
        {"artikel-3": "Een erf van 2 m2."},
    ),
    # a table is read row by row
    (
        f"<artikel>{kop('Artikel', '4')}<table><tgroup><tbody><row><entry><al>Kraam</al></entry><entry><al>5 euro</al></entry></row>"
        "</tbody></tgroup></table></artikel>",
        {"artikel-4": "Kraam 5 euro"},
    ),
    # numbered items of an article in an annex are clauses, with their lead-in
    (
        f"<bijlage>{kop('Bijlage', 'II')}<artikel>{kop('Artikel', '2')}<al>Vrij zijn:</al><lijst><li><li.nr>1.</li.nr><al>een hek;</al></li>"
        "<li><li.nr>2.</li.nr><al>een dak.</al></li></lijst></artikel></bijlage>",
        {"bijlage-II/artikel-2/onderdeel-1": "een hek;", "bijlage-II/artikel-2/onderdeel-2": "een dak."},
    ),
    # text without article, under a numbered heading
    (
        f"<hoofdstuk>{kop('Hoofdstuk', '3', 'Slot')}<al>Tot besluit.</al></hoofdstuk>",
        {"hoofdstuk-3/tekst-1": "Tot besluit."},
    ),
    # an article without number
    (
        f"<hoofdstuk>{kop('', '4.', 'Uitgangspunten')}<artikel><kop/><al>Rustig aan.</al></artikel></hoofdstuk>",
        {"paragraaf-4/tekst-1": "Rustig aan."},
    ),
    # the same number twice
    (
        f"<artikel>{kop('Artikel', '1')}<al>Een.</al></artikel><artikel>{kop('Artikel', '1')}<al>Twee.</al></artikel>",
        {"artikel-1": "Een.", "artikel-1~2": "Twee."},
    ),
    # a list item that carries its number in an attribute
    (f'<artikel>{kop("Artikel", "5")}<lijst><li nr="a."><al>zus</al></li></lijst></artikel>', {"artikel-5": "a. zus"}),
]


@pytest.mark.parametrize(("body", "expected"), CASES)
@pytest.mark.parametrize("make", [bwb, cvdr])
def test_clauses(make: object, body: str, expected: dict[str, str]) -> None:
    found: Regulation = make(body)  # type: ignore[operator]
    assert {clause.ref.partition("/")[2]: clause.text for clause in found.clauses} == expected
    exact(found)


def exact(found: Regulation) -> None:
    for clause in found.clauses:
        for span in clause.spans:
            assert clause.text[span.text_start :][: span.length] == found.reading_text[span.source_start :][: span.length]


def test_lead_in_headings_and_ids() -> None:
    found = bwb(
        f"<hoofdstuk>{kop('Hoofdstuk', '1', 'Feesten')}<artikel inwerking='2023-05-01'>{kop('Artikel', '1', 'Dans')}"
        "<al>Voor dansen geldt:</al><lid><lidnr>1</lidnr><al>Dansen mag.</al></lid></artikel></hoofdstuk>"
    )
    (clause,) = found.clauses
    assert (clause.heading, clause.lead_in, clause.valid_from) == ("Dans", "Voor dansen geldt:", "2023-05-01")
    assert clause.headings == ("Hoofdstuk 1 Feesten", "Artikel 1 Dans")
    assert parse_jci(clause.official_id).parts == (("artikel", "1"), ("lid", "1"))
    assert (found.title, found.version_date, found.level) == ("Proefwet", "2024-01-01", "rijk")


def test_links_have_exact_offsets() -> None:
    found = cvdr(
        f"<artikel>{kop('Artikel', '1')}<al>Zie  <extref doc='jci1.3:c:BWBR0005537&amp;artikel=4:5'>artikel 4:5 Awb</extref>.</al></artikel>"
    )
    (clause,) = found.clauses
    (link,) = clause.links
    assert clause.text[link.start : link.end] == "artikel 4:5 Awb"
    assert link.target == "jci1.3:c:BWBR0005537&artikel=4:5"


@pytest.mark.parametrize(
    ("article", "repealed"),
    [
        (f"<artikel>{kop('Artikel', '1')}<al>Vervallen.</al></artikel>", True),
        (f"<artikel status='vervallen'>{kop('Artikel', '1')}</artikel>", True),
        (f"<artikel>{kop('Artikel', '1')}<al>[Vervallen per 01-01-2013]</al></artikel>", True),
        (f"<artikel>{kop('Artikel', '1')}<al>Vervallen rechten keren terug.</al></artikel>", False),
    ],
)
def test_repealed(article: str, repealed: bool) -> None:
    (clause,) = bwb(article).clauses
    assert clause.repealed is repealed


def test_local_regulation() -> None:
    found = cvdr(f"<artikel>{kop('Artikel', '1')}<al>Ja.</al></artikel>")
    assert (found.id, found.official_id, found.level, found.authority) == ("CVDR77", "CVDR77_3", "gemeente", "Proefdam")
    assert (found.valid_from, found.clauses[0].official_id) == ("2024-02-01", "CVDR77_3&artikel=1")


STOP = """<AanleveringBesluit xmlns:t="https://standaarden.overheid.nl/stop/imop/tekst/" xmlns:d="https://standaarden.overheid.nl/stop/imop/data/">
<d:FRBRExpression>/akn/nl/bill/ws0001/2024/x/nld@2024-01-01;1</d:FRBRExpression>
<t:RegelingCompact wordt="/akn/nl/act/ws0001/2024/waterschapsverordening/nld@2024-03-01;1"><t:RegelingOpschrift><t:Al>Waterschapsverordening Proef</t:Al>
</t:RegelingOpschrift><t:Lichaam><t:Hoofdstuk><t:Kop><t:Label>Hoofdstuk</t:Label><t:Nummer>2</t:Nummer><t:Opschrift>Dijken</t:Opschrift></t:Kop>
<t:Artikel wId="ws0001__art_2.1"><t:Kop><t:Label>Artikel</t:Label><t:Nummer>2.1</t:Nummer><t:Opschrift>Graven</t:Opschrift></t:Kop>
<t:Lid wId="ws0001__art_2.1__para_1"><t:LidNummer>1.</t:LidNummer><t:Inhoud><t:Al>Graven mag niet, zie <t:IntRef ref="art_2.2">artikel 2.2</t:IntRef>.</t:Al></t:Inhoud></t:Lid>
<t:Lid wId="ws0001__art_2.1__para_2"><t:LidNummer>2.</t:LidNummer><t:Inhoud><t:Al>Spitten mag<t:VerwijderdeTekst> niet</t:VerwijderdeTekst>.</t:Al></t:Inhoud></t:Lid>
</t:Artikel><t:Artikel wId="ws0001__art_2.2"><t:Kop><t:Label>Artikel</t:Label><t:Nummer>2.2</t:Nummer></t:Kop><t:Inhoud><t:Al>Meld het.</t:Al></t:Inhoud></t:Artikel>
<t:Artikel wId="ws0001__art_2.3"><t:Kop><t:Label>Artikel</t:Label><t:Nummer>2.3</t:Nummer></t:Kop><t:Vervallen/></t:Artikel></t:Hoofdstuk></t:Lichaam>
<t:Toelichting><t:Al>Waarom.</t:Al></t:Toelichting></t:RegelingCompact></AanleveringBesluit>"""
OW = """<ow:owBestand xmlns:ow="urn:ow" xmlns:r="urn:r" xmlns:rol="urn:rol" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:schemaLocation="http://a b http://c">
<r:Regeltekst wId="ws0001__art_2.1__para_1"><r:identificatie>tekst.1</r:identificatie></r:Regeltekst>
<r:Regeltekst wId="ws0001__art_2.2"><r:identificatie>tekst.2</r:identificatie></r:Regeltekst>
<r:RegelVoorIedereen><r:identificatie>regel.1</r:identificatie><r:artikelOfLid><r:RegeltekstRef xlink:href="tekst.1"/></r:artikelOfLid>
<r:activiteitaanduiding><rol:ActiviteitRef xlink:href="act.1"/><r:ActiviteitLocatieaanduiding>
<r:activiteitregelkwalificatie>http://x/concept/Verbod</r:activiteitregelkwalificatie></r:ActiviteitLocatieaanduiding></r:activiteitaanduiding></r:RegelVoorIedereen>
<r:RegelVoorIedereen><r:identificatie>regel.2</r:identificatie><r:artikelOfLid><r:RegeltekstRef xlink:href="tekst.2"/></r:artikelOfLid>
<r:activiteitaanduiding><rol:ActiviteitRef xlink:href="act.1"/><r:ActiviteitLocatieaanduiding>
<r:activiteitregelkwalificatie>http://x/concept/Meldingsplicht</r:activiteitregelkwalificatie></r:ActiviteitLocatieaanduiding></r:activiteitaanduiding></r:RegelVoorIedereen>
<rol:Activiteit><rol:identificatie>act.1</rol:identificatie><rol:naam>Graven bij een dijk</rol:naam></rol:Activiteit></ow:owBestand>"""


def test_a_publication_with_its_annotations() -> None:
    """An address that is no address, and an empty file among the companions, as in real publications."""
    unit = SourceUnit(main=source("besluit.xml", STOP), companions=(source("regels.xml", OW), source("gebieden.xml", "")))
    found = next(reader("stop")(unit))
    assert (found.id, found.level, found.kind, found.version_date) == (
        "ws0001",
        "waterschap",
        "waterschapsverordening",
        "2024-03-01",
    )
    said = {c.ref.partition("/")[2]: (c.text, c.qualifications, c.activities, c.repealed) for c in found.clauses}
    assert said == {
        "artikel-2.1/lid-1": ("Graven mag niet, zie artikel 2.2.", ("Verbod",), ("Graven bij een dijk",), False),
        "artikel-2.1/lid-2": ("Spitten mag.", (), (), False),
        "artikel-2.2": ("Meld het.", ("Meldingsplicht",), ("Graven bij een dijk",), False),
        "artikel-2.3": ("", (), (), True),
    }
    assert found.clauses[0].official_id == "ws0001__art_2.1__para_1"
    exact(found)


@pytest.mark.parametrize(
    ("format_name", "content", "reason"),
    [
        ("bwb-xml", "<toestand><wetgeving/></toestand>", "without BWB id"),
        ("bwb-xml", '<toestand bwb-id="BWBR0000001"/>', "holds no text"),
        ("bwb-xml", '<toestand bwb-id="BWBR0000001"><wetgeving>', "line 1: not well-formed"),
        ("cvdr-xml", "<cvdr/>", "without dcterms:identifier"),
        ("cvdr-xml", "<cvdr><identifier>CVDR1_1</identifier></cvdr>", "holds no text"),
        ("stop", "<AanleveringBesluit/>", "holds no text"),
        ("stop", "<RegelingCompact/>", "no FRBRExpression"),
    ],
)
def test_refused(format_name: str, content: str, reason: str) -> None:
    with pytest.raises(UnreadableSource, match=rf"x\.xml.*{reason}"):
        list(reader(format_name)(SourceUnit(main=source("x.xml", content))))


def units(folder: Path) -> Iterator[FoundUnit]:
    yield from (found for found in find_units([folder]) if isinstance(found, FoundUnit))


def test_real_national_law(shared: Path) -> None:
    """As many leden as the file has, and one clause for every article without; ids and offsets hold everywhere."""
    counted = 0
    for unit in units(shared / "sources/bwb-xml"):
        (found,) = reader(unit.format)(unit.unit)
        root = etree.fromstring(unit.unit.main.read())
        body = root.xpath("//wettekst//lid[not(ancestor::bijlage)] | //regeling-tekst//lid[not(ancestor::bijlage)]")
        leden = [clause for clause in found.clauses if "/lid-" in clause.ref and "/bijlage" not in clause.ref]
        assert len(leden) == len(body), found.title
        assert len({clause.ref for clause in found.clauses}) == len(found.clauses)
        for clause in found.clauses:
            assert parse_jci(clause.official_id).id == found.id
        exact(found)
        counted += 1
    assert counted == 10


def test_real_water_boards_and_environment_plan(shared: Path) -> None:
    found = {}
    for unit in units(shared / "sources/stop"):
        (regulation,) = reader(unit.format)(unit.unit)
        found[regulation.id] = regulation
        exact(regulation)
    single = {key: sum(len(c.qualifications) == 1 for c in one.clauses) for key, one in found.items()}
    assert set(found) == {"ws0665", "ws0621", "gm0233"}
    assert single["ws0665"] >= 550
    root = etree.parse(shared / "sources/stop/limburg/besluit.xml").getroot()
    leden = root.xpath("count(//*[local-name()='RegelingCompact']//*[local-name()='Lid'])")
    assert sum("/lid-" in clause.ref for clause in found["ws0665"].clauses) == leden


def test_real_local_regulations(shared: Path) -> None:
    found = [next(reader(unit.format)(unit.unit)) for unit in units(shared / "sources/cvdr")]
    assert {one.id: (one.authority, len(one.clauses)) for one in found} == {
        "CVDR112779": ("Spijkenisse", 1),
        "CVDR100394": ("Kampen", 5),
        "CVDR680781": ("Someren", 9),
    }
    for one in found:
        exact(one)
