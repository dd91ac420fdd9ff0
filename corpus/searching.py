"""Finding clauses by the words they hold: plain and exact, for people who know what they look for."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from corpus.errors import UsageError
from corpus.store import Store


@dataclass(frozen=True, kw_only=True)
class SearchHit:
    """A clause that holds all the words."""

    ref: str
    title: str  # of the regulation
    excerpt: str  # about 200 characters around the first word


def search(store: Store, text: str, *, top: int) -> list[SearchHit]:
    """Clauses that hold every word of the text, in any order and case, also within longer words.

    Clauses in which the words take up most of the text come first.

    Raises:
        UsageError: the text holds no word.
    """
    import pyarrow.compute as pc  # see corpus.store

    words = re.findall(r"\w+", text)
    if not words:
        raise UsageError("nothing to search for: the text holds no word")
    table = store.texts
    # The longest word is the rarest, mostly: the others have less to read.
    *others, shortest = sorted(set(words), key=len, reverse=True)
    for word in others:
        table = table.filter(_holding(table, word))
    mask = _holding(table, shortest)
    order = pc.sort_indices(pc.utf8_length(table["text"]).filter(mask))[:top]
    # Arrow's take copies all the text to pick some rows of it; its filter copies those rows.
    picked = np.zeros(table.num_rows, dtype=bool)
    picked[pc.indices_nonzero(mask).take(order)] = True
    rows = sorted(table.filter(picked).to_pylist(), key=lambda row: len(row["text"]))
    return [
        SearchHit(ref=row["ref"], title=store.entry(row["ref"].split("/")[0]).title, excerpt=_excerpt(row["text"], words[0]))
        for row in rows
    ]


def _holding(table: pa.Table, word: str) -> pa.ChunkedArray:
    """Which rows hold a word, in any case."""
    import pyarrow.compute as pc

    in_heading, in_text = (pc.match_substring(table[name], word, ignore_case=True) for name in ("heading", "text"))
    return pc.or_(in_heading, in_text)


def _excerpt(text: str, word: str) -> str:
    position = max(0, text.casefold().find(word.casefold()))
    start, end = max(0, position - 80), position + 120
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")
