"""A regulation from a file that says little about itself: id and title from its name and first heading."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from corpus.errors import UnreadableSource
from corpus.readers.outline import cut_outline
from corpus.records import Regulation, SourceFile

_LEVELS = (
    ("waterschap", "waterschap"),
    ("provinci", "provincie"),
    ("gemeente", "gemeente"),
    ("plaatselijke", "gemeente"),
)


def document_regulation(file: SourceFile, data: bytes, reading_text: str, *, title: str, format_name: str) -> Regulation:
    """The regulation in a document.

    Args:
        file: where it came from; its name gives the id.
        data: its content.
        reading_text: its text in reading order.
        title: as the document states it; empty when it does not.
        format_name: which reader read it.

    Raises:
        UnreadableSource: there is no text in it.
    """
    if not reading_text.strip():
        raise UnreadableSource(file.name, "holds no text")
    regulation_id = slug(file.basename)
    shown = " ".join(title.split()) or file.basename
    level = next((level for word, level in _LEVELS if word in shown.lower()), "overig")
    return Regulation(
        id=regulation_id,
        title=shown[:300],
        level=level,
        clauses=tuple(cut_outline(reading_text, regulation_id)),
        format=format_name,
        source=file.name,
        source_sha256=hashlib.sha256(data).hexdigest(),
        reading_text=reading_text,
    )


def slug(basename: str) -> str:
    """An id from a file name: "APV Waterveen (2024).pdf" becomes "apv-waterveen-2024"."""
    stem = basename.rpartition(".")[0] or basename
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "document"
