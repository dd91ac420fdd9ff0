"""PDF, DOCX, HTML and plain outlines: real small files, made here."""

from __future__ import annotations

import io
import zipfile
from functools import partial
from pathlib import Path

import docx
import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen import canvas

from corpus.errors import UnreadableSource, UnsafeSource
from corpus.readers import reader
from corpus.readers.document import slug
from corpus.readers.outline import cut_outline
from corpus.records import Regulation, SourceFile, SourceUnit

LINES = [
    "Verordening buurtfeesten Proefdam",
    "Hoofdstuk 1 Feesten",
    "Artikel 1 Melding",
    "1. Een feest wordt gemeld.",
    "2. De melding bevat:",
    "a. een plattegrond;",
    "b. een naam.",
    "Artikel 2",
    "Vuurwerk is verboden.",
    "Artikel 3 Slot",
    "Vervallen.",
    "Aldus vastgesteld in de raad",
    "De burgemeester,",
]
EXPECTED = {
    "artikel-1/lid-1": "Een feest wordt gemeld.",
    "artikel-1/lid-2": "De melding bevat: a. een plattegrond; b. een naam.",
    "artikel-2": "Vuurwerk is verboden.",
    "artikel-3": "Vervallen.",
}


def read(format_name: str, data: bytes, name: str = "proef.x") -> Regulation:
    return next(reader(format_name)(SourceUnit(main=SourceFile(name=name, size=len(data), open=partial(io.BytesIO, data)))))


def texts(found: Regulation) -> dict[str, str]:
    for clause in found.clauses:
        for span in clause.spans:
            assert clause.text[span.text_start :][: span.length] == found.reading_text[span.source_start :][: span.length]
    return {clause.ref.partition("/")[2]: clause.text for clause in found.clauses}


def pdf(pages: list[list[str]], *, password: str = "") -> bytes:
    sink = io.BytesIO()
    sheet = canvas.Canvas(sink, encrypt=StandardEncryption(password) if password else None)
    for lines in pages:
        for number, line in enumerate(lines):
            sheet.drawString(60, 780 - 16 * number, line)
        sheet.showPage()
    sheet.save()
    return sink.getvalue()


def test_pdf() -> None:
    found = read("pdf", pdf([LINES[:5], LINES[5:]]), "Feesten (2024).pdf")
    assert texts(found) == EXPECTED
    assert (found.id, found.title) == ("feesten-2024", "Verordening buurtfeesten Proefdam") or found.title == "untitled"
    assert found.clauses[0].headings == ("Hoofdstuk 1 Feesten", "Artikel 1 Melding")
    assert [clause.repealed for clause in found.clauses] == [False, False, False, True]


def test_pdf_without_its_repeated_lines_and_page_numbers() -> None:
    pages = [["Gemeente Proefdam", f"Artikel {n}", f"Regel nummer {n} geldt.", str(n)] for n in range(1, 6)]
    assert texts(read("pdf", pdf(pages))) == {f"artikel-{n}": f"Regel nummer {n} geldt." for n in range(1, 6)}


def test_pdf_that_is_a_picture() -> None:
    sink = io.BytesIO()
    sheet = canvas.Canvas(sink)
    sheet.rect(10, 10, 100, 100)
    sheet.save()
    with pytest.raises(UnreadableSource, match=r"proef\.x: has no text layer"):
        read("pdf", sink.getvalue())


def test_pdf_with_a_password() -> None:
    with pytest.raises(UnreadableSource, match="password"):
        read("pdf", pdf([LINES], password="geheim"))


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"%PDF-1.7\n" + b"x" * 5000])
def test_pdf_that_is_broken(data: bytes) -> None:
    with pytest.raises(UnreadableSource, match="no readable PDF"):
        read("pdf", data)


def word(build: object) -> bytes:
    document = docx.Document()
    build(document)  # type: ignore[operator]
    sink = io.BytesIO()
    document.save(sink)
    return sink.getvalue()


def test_docx() -> None:
    def build(document: object) -> None:
        for line in LINES:
            document.add_paragraph(line)  # type: ignore[attr-defined]

    found = read("docx", word(build))
    assert texts(found) == EXPECTED


def test_docx_with_a_table() -> None:
    def build(document: object) -> None:
        document.add_paragraph("Artikel 1")  # type: ignore[attr-defined]
        table = document.add_table(rows=1, cols=2)  # type: ignore[attr-defined]
        table.cell(0, 0).text, table.cell(0, 1).text = "Kraam", "5 euro"

    assert texts(read("docx", word(build))) == {"artikel-1": "Kraam 5 euro"}


def test_docx_with_a_password() -> None:
    with pytest.raises(UnreadableSource, match="password"):
        read("docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600)


def hostile_docx(member: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", member)
    return sink.getvalue()


def test_docx_bombs() -> None:
    with pytest.raises(UnsafeSource, match="unpacks to"):
        read("docx", hostile_docx(b" " * 40_000_000))
    with pytest.raises(UnsafeSource, match="entities"):
        read("docx", hostile_docx(b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'))
    with pytest.raises(UnreadableSource, match="no readable Word"):
        read("docx", hostile_docx(b"<x/>"))
    with pytest.raises(UnreadableSource, match="no readable Word"):
        read("docx", b"PK\x03\x04rommel")


def test_html() -> None:
    body = "".join(f"<p>{line}</p>" for line in LINES)
    page = f"<html><head><title>x</title><style>p{{}}</style></head><body><nav>Menu</nav><h1>Feest</h1>{body}<script>1</script></body></html>"
    found = read("html", page.encode())
    assert texts(found) == EXPECTED
    assert found.title == "Feest"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_html_in_any_encoding(encoding: str) -> None:
    page = "<html><head></head><body><p>Artikel 1</p><p>Één café mag.</p></body></html>"
    assert texts(read("html", page.encode(encoding))) == {"artikel-1": "Één café mag."}


def test_html_nested_without_end() -> None:
    assert texts(read("html", b"<div>" * 20_000 + b"Artikel 1<p>Ja, dat mag.</p>")) != {}


def test_an_empty_page() -> None:
    with pytest.raises(UnreadableSource, match="holds no text"):
        read("html", b"<html><body></body></html>")


OUTLINES = [
    # an annex begins anew
    (
        "Artikel 1\nEen.\nBijlage II Gevallen\nArtikel 1\nTwee.\n",
        {"artikel-1": "Een.", "bijlage-II/artikel-1": "Twee."},
    ),
    # a sentence that begins with the word is no heading
    ("Artikel 1\nArtikel 2 geldt niet.\n", {"artikel-1": "Artikel 2 geldt niet."}),
    # a title under its number
    ("Artikel 1\nMelding\n1. Meld het.\n2. Wacht.\n", {"artikel-1/lid-1": "Meld het.", "artikel-1/lid-2": "Wacht."}),
    # numbering of an APV
    ("Artikel 2:4 Feest\nJa.\n", {"artikel-2:4": "Ja."}),
    # without articles: numbered sections
    (
        "1 Inleiding\nHier begint het.\n2.1 Uitgangspunten\nRustig aan.\n",
        {"paragraaf-1/tekst-1": "Hier begint het.", "paragraaf-2.1/tekst-1": "Rustig aan."},
    ),
    # without anything: pieces
    ("Zomaar een tekst.\n", {"tekst-1": "Zomaar een tekst."}),
]


@pytest.mark.parametrize(("text", "expected"), OUTLINES)
def test_outline(text: str, expected: dict[str, str]) -> None:
    assert {clause.ref.partition("/")[2]: clause.text for clause in cut_outline(text, "x")} == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("APV Waterveen (2024).pdf", "apv-waterveen-2024"), ("één.docx", "een"), ("???.pdf", "document")],
)
def test_slug(name: str, expected: str) -> None:
    assert slug(name) == expected


def test_real_publications(shared: Path) -> None:
    folder = shared / "sources/other"
    for format_name, name, count in (
        ("html", "staatsblad.html", 3),
        ("html", "gemeenteblad.html", 2),
        ("op-xml", "gemeenteblad.xml", 1),
    ):
        found = read(format_name, (folder / name).read_bytes(), name)
        assert len(found.clauses) == count
        texts(found)
