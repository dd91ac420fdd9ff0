"""spaCy: a DocBin of Dutch documents, one a judgement.

The evidence is the span group ``bewijs``, widened to whole tokens; the barrier kinds are the categories, 1 or 0. Both are for
training and viewing. The row itself stands, exactly, in ``doc.user_data["regelruimte"]``, and is all that is read back.

A DocBin is compressed msgpack, which carries no code, but spaCy builds documents from its numbers without checking bounds. So a
file from outside never becomes a document.
"""

from __future__ import annotations

import gc
import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.errors import UnreadableSource, UnsafeSource
from corpus.taxonomy import taxonomy
from training.reviews.evidence import shown
from training.reviews.exchange import files
from training.reviews.exchange.checking import row_of, validated
from training.reviews.rows import JudgedRow

if TYPE_CHECKING:
    from spacy.language import Language

KEY = "regelruimte"
SPANS = "bewijs"


def write(rows: Sequence[JudgedRow], texts: Mapping[str, str], target: Path) -> None:
    """Write rows to a file; a clause that is not among the texts is a document without words."""
    from spacy.tokens import DocBin

    language = _language()
    language.max_length = max(map(len, texts.values()), default=0) + 1
    kinds = taxonomy().barrier_codes
    documents = DocBin(store_user_data=True)
    for row in rows:
        text = texts.get(row.sha256, "")
        doc = language.make_doc(text)
        places = shown(text, row.bewijs) or []
        found = (doc.char_span(start, end, label=SPANS, alignment_mode="expand") for start, end in places)
        doc.spans[SPANS] = [span for span in found if span is not None]
        doc.cats = {kind: float(kind in row.soorten) for kind in kinds}
        doc.user_data[KEY] = row.to_json()
        documents.add(doc)
    with files.new(target) as temporary:
        temporary.write_bytes(documents.to_bytes())


def read(source: Path) -> list[JudgedRow]:
    """The rows in a file.

    Raises:
        UnreadableSource: it is no DocBin, or a document in it holds no judgement.
    """
    name = str(source)
    held = _unpacked(_inflated(files.content_of(source), name), name)
    documents = held.get("user_data") if isinstance(held, dict) else None
    if not isinstance(documents, list):
        raise UnreadableSource(name, "no DocBin with user data")
    return validated((_row(packed, name, number) for number, packed in enumerate(documents, start=1)), name=name)


@cache
def _language() -> Language:
    import spacy

    return spacy.blank("nl")


def _row(packed: object, name: str, number: int) -> JudgedRow:
    told = _unpacked(packed, name) if isinstance(packed, bytes) else None
    if not isinstance(told, dict) or KEY not in told:
        raise UnreadableSource(name, f"document {number} holds no judgement")
    return row_of(told[KEY], name=name, line=number)


def _inflated(content: bytes, name: str) -> bytes:
    opened = zlib.decompressobj()
    try:
        plain = opened.decompress(content, files.MAX_BYTES + 1)
    except zlib.error:
        raise UnreadableSource(name, "no DocBin") from None
    if len(plain) > files.MAX_BYTES:
        raise UnsafeSource(name, f"becomes larger than the {files.MAX_BYTES // 2**20} MB that are read")
    if not opened.eof:
        raise UnreadableSource(name, "no whole DocBin")
    return plain


def _unpacked(packed: bytes, name: str) -> Any:
    """Plain msgpack: with a hook of its own, srsly leaves out the one that makes arrays of a type that the file names."""
    from srsly import msgpack

    collecting = gc.isenabled()
    gc.disable()  # each of a million values would be looked at again and again
    try:
        return msgpack.unpackb(packed, raw=False, object_pairs_hook=dict, strict_map_key=True)
    except (ValueError, TypeError, RecursionError, msgpack.UnpackException):
        raise UnreadableSource(name, "no DocBin: its content cannot be read") from None
    finally:
        if collecting:
            gc.enable()
