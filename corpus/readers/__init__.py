"""Readers: one module per format, all with the same signature ``read(unit) -> Iterator[Regulation]``.

``recognise`` says from a file's name and first bytes which format it is; ``reader`` gives the function that reads it. Readers
are imported when first needed: a program that only looks at a store loads none.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator
from typing import cast

from corpus.errors import UnreadableSource
from corpus.records import Regulation, SourceUnit

__all__ = ["COMPANIONS", "FORMATS", "reader", "recognise"]

FORMATS = {
    "bwb-markdown": "bwb_markdown",
    "bwb-xml": "bwb_xml",
    "clause-jsonl": "clause_jsonl",
    "cvdr-xml": "cvdr",
    "docx": "docx",
    "html": "html",
    "op-xml": "officiele_publicatie",
    "pdf": "pdf",
    "stop": "stop",
}
"""Name of each format and the module that reads it."""

COMPANIONS = {"bwb-wti": "bwb-xml", "bwb-manifest": "bwb-xml", "stop-companion": "stop"}
"""Kinds of file that are read together with a file of another format."""

_ROOTS = {
    "toestand": "bwb-xml",
    "wetstechnische-informatie": "bwb-wti",
    "work": "bwb-manifest",
    "cvdr": "cvdr-xml",
    "html": "html",
    "officiele-publicatie": "op-xml",
    "owBestand": "stop-companion",
    "validatieOpdracht": "stop-companion",
    "publicatieOpdracht": "stop-companion",
    "manifest": "stop-companion",
    "Aanleveringen": "stop-companion",
    "pakbon": "stop-companion",
    "Pakbon": "stop-companion",
    "ExpressionIdentificatie": "stop-companion",
    "RegelingVersieMetadata": "stop-companion",
    "RegelingMetadata": "stop-companion",
    "Momentopname": "stop-companion",
}
_ROOT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")
_PROLOGUE = re.compile(r"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\])?[^>]*>|\s+", re.DOTALL)
_MAGIC = {b"%PDF": "pdf", b"\xd0\xcf\x11\xe0": "docx", b"PK\x03\x04": "docx"}


def reader(format_name: str) -> Callable[[SourceUnit], Iterator[Regulation]]:
    """The ``read`` function of a format in FORMATS."""
    module = importlib.import_module(f"corpus.readers.{FORMATS[format_name]}")
    return cast(Callable[[SourceUnit], Iterator[Regulation]], module.read)


def recognise(name: str, head: bytes) -> str:
    """Which format a file is: a key of FORMATS or COMPANIONS.

    Args:
        name: name of the file; only its extension counts, and only where the content does not say enough.
        head: the first few thousand bytes.

    Raises:
        UnreadableSource: the file is empty, or there is no reader for its kind.
    """
    extension = name.lower().rpartition(".")[2]
    for magic, format_name in _MAGIC.items():
        if head.startswith(magic):
            return format_name
    if name.lower().endswith((".jsonl", ".jsonl.gz")):
        return "clause-jsonl"
    if not head.strip(b"\xef\xbb\xbf \t\r\n\x00"):
        if extension in ("xml", "gml"):
            return "stop-companion"  # publications carry empty OW files; they are refused when they belong to nothing
        raise UnreadableSource(name, "the file is empty")
    if extension == "md":
        return "bwb-markdown"
    text = _beginning(head)
    if text.startswith("<"):
        return _recognise_markup(name, text)
    if extension in ("html", "htm", "xhtml"):
        return "html"
    if extension == "xml" or extension == "wti":
        raise UnreadableSource(name, "not well-formed XML: it does not begin with an element", line=1)
    raise UnreadableSource(name, f"no reader for files of this kind (.{extension})" if extension else "no reader for this file")


def _recognise_markup(name: str, text: str) -> str:
    root = _root(text)
    if root in _ROOTS:
        return _ROOTS[root]
    from corpus.readers.stop import is_stop_text

    if is_stop_text(root):
        return "stop"
    if name.lower().endswith((".html", ".htm")):
        return "html"
    known = ", ".join(sorted({"toestand", "cvdr", "AanleveringBesluit"}))
    raise UnreadableSource(name, f"XML of an unknown kind (root element {root or 'missing'}; known are {known}, ...)")


def _beginning(head: bytes) -> str:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return head.decode("utf-16", errors="ignore").strip()
    return head.decode("utf-8", errors="ignore").lstrip("\ufeff \t\r\n")


def _root(text: str) -> str:
    position = 0
    while match := _PROLOGUE.match(text, position):
        position = match.end()
    root = _ROOT.match(text, position)
    found = root[1] if root else ""
    return "html" if found.lower() == "html" else found
