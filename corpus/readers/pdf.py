"""PDF, by its text layer (pypdfium2). Scans have none; they are refused, not guessed at."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pypdfium2 as pdfium

from corpus.errors import UnreadableSource
from corpus.readers.document import document_regulation
from corpus.records import Regulation, SourceUnit

FORMAT = "pdf"

MAX_PAGES = 5_000

_HYPHEN = re.compile(r"(?<=[a-zé])-\n(?=[a-zé])|\ufffe\n?|\u00ad\n?")
_PAGE_NUMBER = re.compile(r"^\s*(?:pagina\s*)?\d{1,4}(?:\s*(?:/|van)\s*\d{1,4})?\s*$", re.IGNORECASE)


def read(unit: SourceUnit) -> Iterator[Regulation]:
    """The regulation in a PDF. Its reading text is that of its pages, joined by form feeds, without the lines that every
    page repeats.

    Raises:
        UnreadableSource: damaged, protected by a password, or without text.
    """
    name = unit.main.name
    data = unit.main.read()
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        reason = "is protected by a password" if "password" in str(error).lower() else f"is no readable PDF ({error})"
        raise UnreadableSource(name, reason) from None
    try:
        if len(document) > MAX_PAGES:
            raise UnreadableSource(name, f"has more than {MAX_PAGES} pages")
        pages = [_page_text(document, number) for number in range(len(document))]
        title = str(document.get_metadata_dict().get("Title") or "")
    finally:
        document.close()
    if not any(page.strip() for page in pages):
        raise UnreadableSource(name, "has no text layer: it is a scan or a drawing, and must be made readable (OCR) first")
    text = "\n\f\n".join(_without_repeats(pages))
    yield document_regulation(unit.main, data, text, title=title or _first_line(text), format_name=FORMAT)


def _page_text(document: pdfium.PdfDocument, number: int) -> str:
    page = document[number]
    text_page = page.get_textpage()
    try:
        text: str = text_page.get_text_range()
    finally:
        text_page.close()
        page.close()
    return _HYPHEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _without_repeats(pages: list[str]) -> list[str]:
    """Pages without page numbers and without the header and footer lines that most pages share."""
    edges = Counter(line.strip() for page in pages for line in {*page.splitlines()[:2], *page.splitlines()[-2:]})
    repeated = {line for line, count in edges.items() if line and len(pages) > 2 and count > 0.6 * len(pages)}
    kept = []
    for page in pages:
        lines = [line for line in page.splitlines() if line.strip() not in repeated and not _PAGE_NUMBER.match(line)]
        kept.append("\n".join(lines))
    return kept


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")
