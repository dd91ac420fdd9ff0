"""What the encoder reads while it learns: clauses, Dutch-English pairs and everyday sentences."""

from __future__ import annotations

import csv
import lzma
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from corpus.errors import UsageError
from corpus.labels import reserved_regulations
from corpus.store import Store
from models.encoding import framed
from models.vectorising import ClauseText

MIN_CLAUSE, MAX_CLAUSE = 40, 2_500
"""Length in characters of the clauses that are read; shorter ones say nothing, longer ones are tables."""

MAX_PAIR = 220
"""Characters; longer translations hold several sentences."""


def legal_texts(store: Store, *, per_regulation: int, seed: int = 0) -> list[tuple[str, str]]:
    """Clauses of ``readable_clauses`` as the encoder sees them."""
    clauses = readable_clauses(store, per_regulation=per_regulation, seed=seed)
    return [framed(title=one.title, heading=one.heading, text=one.text) for one in clauses]


def readable_clauses(store: Store, *, per_regulation: int, seed: int = 0) -> Iterator[ClauseText]:
    """Clauses of a store in random order, without repeals and repetitions.

    Regulations that are reserved for evaluation are left out, so that they are new to the encoder as well.

    Args:
        store: where the clauses are.
        per_regulation: at most this many of one regulation, so that a few codes do not drown the rest.
        seed: of the order.
    """
    table = store.table(columns=["ref", "text", "heading", "repealed"])
    reserved = reserved_regulations()
    titles = store.regulations.titles()
    refs, texts, headings = (table[name].to_pylist() for name in ("ref", "text", "heading"))
    repealed = table["repealed"].to_pylist()
    seen: set[str] = set()
    taken: dict[str, int] = {}
    for row in np.random.default_rng(seed).permutation(len(refs)):
        regulation, text = refs[row].partition("/")[0], texts[row]
        if repealed[row] or regulation in reserved or not MIN_CLAUSE <= len(text) <= MAX_CLAUSE:
            continue
        key = "".join(letter for letter in text.lower() if letter.isalpha())[:120]
        if key in seen or taken.get(regulation, 0) >= per_regulation:
            continue
        seen.add(key)
        taken[regulation] = taken.get(regulation, 0) + 1
        yield ClauseText(text=text, heading=headings[row] or "", title=titles[regulation], ref=refs[row])


def translation_pairs(path: Path, *, limit: int) -> list[tuple[str, str]]:
    """The first pairs of a file of Dutch, tab, English, best sources first.

    Raises:
        UsageError: there is no such file.
    """
    pairs = []
    for line in _lines(path):
        dutch, _, english = line.partition("\t")
        if dutch and english and len(dutch) <= MAX_PAIR and len(english) <= MAX_PAIR:
            pairs.append((dutch, english))
            if len(pairs) == limit:
                break
    return pairs


def everyday_sentences(folder: Path) -> list[str]:
    """Every line of the .txt.xz files in a folder."""
    return [line for path in sorted(folder.glob("*.txt.xz")) for line in _lines(path) if len(line) > 20]


def similarity_pairs(folder: Path) -> dict[str, tuple[list[str], list[str], list[float]]]:
    """The human scores of likeness in a folder with SICK-NL and STS-B, by name: left, right, score.

    Source: Wijnholds and Moortgat 2021 (SICK-NL); the Dutch STS benchmark (translated from Cer et al. 2017).
    """
    with (folder / "SICK_NL.txt").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    result = {
        "SICK-NL": (
            [row["sentence_A"] for row in rows],
            [row["sentence_B"] for row in rows],
            [float(row["relatedness_score"]) for row in rows],
        )
    }
    with (folder / "stsb_nl_test.csv").open(encoding="utf-8", newline="") as stream:
        scored = [row for row in csv.reader(stream) if len(row) == 3]
    result["STS-B-nl"] = ([r[0] for r in scored], [r[1] for r in scored], [float(r[2]) for r in scored])
    return result


def _lines(path: Path) -> Iterator[str]:
    if not path.is_file():
        raise UsageError(f"{path}: no such file")
    with lzma.open(path, "rt", encoding="utf-8") as stream:
        for line in stream:
            yield line.rstrip("\n")
