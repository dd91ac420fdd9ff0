"""A snapshot in the formats of other programs, and back without loss.

Every format writes rows to a file or folder and reads exactly those rows back. What comes back may come from anybody: sizes are
bounded, nothing is unpickled, and every row is checked before it is believed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from training.reviews.exchange import docbin, huggingface, jsonl, labelstudio, webannotation
from training.reviews.exchange.checking import validated
from training.reviews.rows import JudgedRow

__all__ = ["FORMATS", "Format", "validated"]


@dataclass(frozen=True, kw_only=True)
class Format:
    """One way to write judgements.

    ``write(rows, texts, target)`` makes a new file or folder; ``texts`` holds clauses as published, by ``JudgedRow.sha256``.
    A row whose clause is not among them is written without text. It raises UsageError where something stands at the target.

    ``read(source)`` gives the rows in the order in which they were written; it raises UnreadableSource.
    """

    name: str
    suffix: str  # of the file; empty for a folder
    write: Callable[[Sequence[JudgedRow], Mapping[str, str], Path], None]
    read: Callable[[Path], list[JudgedRow]]


FORMATS: dict[str, Format] = {
    one.name: one
    for one in (
        Format(name="jsonl", suffix=".jsonl", write=jsonl.write, read=jsonl.read),
        Format(name="huggingface", suffix="", write=huggingface.write, read=huggingface.read),
        Format(name="webannotation", suffix=".jsonld", write=webannotation.write, read=webannotation.read),
        Format(name="labelstudio", suffix=".json", write=labelstudio.write, read=labelstudio.read),
        Format(name="spacy", suffix=".spacy", write=docbin.write, read=docbin.read),
    )
}
"""By the name that the command line uses."""
