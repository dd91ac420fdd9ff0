"""Finding clauses by the words they hold: plain and exact, for people who know what they look for."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

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
    words = re.findall(r"\w+", text)
    if not words:
        raise UsageError("nothing to search for: the text holds no word")
    table = store.table(columns=["ref", "text", "heading"])
    if not table.num_rows:
        return []
    searched = pc.binary_join_element_wise(table["heading"], table["text"], " ")
    mask = pa.chunked_array([pa.array([True] * table.num_rows)])
    for word in words:
        mask = pc.and_(mask, pc.match_substring(searched, word, ignore_case=True))
    found = table.filter(mask)
    order = pc.sort_indices(pc.utf8_length(found["text"]))[:top]
    titles = {entry.id: entry.title for entry in store.regulations.values()}
    return [
        SearchHit(ref=row["ref"], title=titles[row["ref"].split("/")[0]], excerpt=_excerpt(row["text"], words[0]))
        for row in found.take(order).to_pylist()
    ]


def _excerpt(text: str, word: str) -> str:
    position = max(0, text.casefold().find(word.casefold()))
    start, end = max(0, position - 80), position + 120
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")
