"""Word documents (python-docx): paragraphs and tables in the order of the page, automatic numbers written out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import docx
from docx.document import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.table import Table
from docx.text.paragraph import Paragraph
from lxml import etree

from corpus.errors import UnreadableSource, UnsafeSource
from corpus.readers.document import document_regulation
from corpus.records import Regulation, SourceUnit

FORMAT = "docx"

MAX_UNPACKED = 512 * 2**20
MAX_RATIO = 200
_OLE = b"\xd0\xcf\x11\xe0"


def read(unit: SourceUnit) -> Iterator[Regulation]:
    """The regulation in a Word document.

    Raises:
        UnreadableSource: protected by a password, an old .doc, damaged, or without text.
        UnsafeSource: it unpacks to far more than its size, or declares XML entities.
    """
    name = unit.main.name
    data = unit.main.read()
    if data.startswith(_OLE):
        raise UnreadableSource(name, "is protected by a password or an old .doc: save it as .docx without password")
    _check(data, name)
    try:
        document = docx.Document(io.BytesIO(data))
    except (PackageNotFoundError, KeyError, ValueError, zipfile.BadZipFile, etree.XMLSyntaxError) as error:
        raise UnreadableSource(name, f"is no readable Word document ({error})") from None
    text = "\n".join(_lines(document))
    title = document.core_properties.title or next((line for line in text.splitlines() if line.strip()), "")
    yield document_regulation(unit.main, data, text, title=title, format_name=FORMAT)


def _check(data: bytes, name: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            total = sum(member.file_size for member in members)
            if total > MAX_UNPACKED or (total > 2**24 and total > MAX_RATIO * max(len(data), 1)):
                raise UnsafeSource(name, f"unpacks to {total // 2**20:,} MB, which no document needs")
            for member in members:
                if member.filename.endswith((".xml", ".rels")):
                    with archive.open(member) as stream:
                        if b"<!ENTITY" in stream.read(65_536):
                            raise UnsafeSource(name, "declares XML entities, which documents never need")
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
        raise UnreadableSource(name, f"is no readable Word document ({error})") from None


def _lines(document: Document) -> Iterator[str]:
    counts: dict[tuple[str, int], int] = {}
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                yield " ".join(cell.text.replace("\n", " ").strip() for cell in row.cells)
        else:
            yield _numbered(block, counts)
        yield ""


def _numbered(paragraph: Paragraph, counts: dict[tuple[str, int], int]) -> str:
    """The paragraph with the number that Word would print before it, where it is a list of its own (1., 2.; a., b.)."""
    properties: Any = paragraph._p.pPr  # python-docx does not type the XML it wraps
    numbering = properties.numPr if properties is not None else None
    if numbering is None or numbering.numId is None or not paragraph.text.strip():
        return paragraph.text
    level = numbering.ilvl.val if numbering.ilvl is not None else 0
    key = (str(numbering.numId.val), level)
    counts[key] = counts.get(key, 0) + 1
    for other in [other for other in counts if other[0] == key[0] and other[1] > level]:
        del counts[other]
    mark = f"{counts[key]}." if level == 0 else f"{chr(ord('a') + (counts[key] - 1) % 26)}."
    return f"{mark} {paragraph.text}"
