"""Finding clauses for an initiative: quality against grades, questions a second, time to index, memory.

Everybody searches the clauses of the regulations that graders searched (``corpus/labels/judged.txt``), for every initiative
that was graded. The peers learn from no grade. Ours does, from those of other initiatives; so what it is worth where nobody
graded stands beside it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.peers.children import cores, in_child
from bench.peers.memory import forget_peak, peak_gb
from bench.peers.registry import SEARCH_PEERS, Entry, SearchPeer
from bench.peers.spread import Spread
from corpus.store import Store
from models.loading import released_folder
from models.packaging import open_package
from models.vectorising import ClauseText
from training.ranking_metrics import interval, ndcg, recall
from training.running import Judged, judged_clauses

FOUND = 100
"""Clauses that are asked for."""

ROUNDS = 3
"""How often every initiative is asked."""

STORED = (
    ("unseen_initiatives", "Regelruimte, initiatives unseen (six folds, measured when it was made)"),
    ("unseen_regulations", "Regelruimte, no grade of any regulation asked about (measured when it was made)"),
)


def measure_searching(
    store: Store, *, clauses: int | None, only: set[str], say: Callable[[str], None]
) -> tuple[list[dict[str, Any]], str]:
    """A row for every peer, and what was searched in words.

    Args:
        store: holds the judged regulations.
        clauses: how many of their clauses are searched, those that were graded first; None for all.
        only: keys of the peers that take part; empty for all.
        say: told in one line what is being done.
    """
    judged = judged_clauses(store)
    gains = _gains(judged)
    kept = np.arange(len(judged.refs))
    if clauses is not None:
        kept = np.sort(np.argsort(-(gains.max(axis=0) > 0).astype(int), kind="stable")[:clauses])
    texts, gains = [judged.texts[row] for row in kept], gains[:, kept]
    asked = np.flatnonzero((gains >= 1).any(axis=1))
    if not len(asked):
        return [
            {"peer": entry.name, "key": entry.key, "skipped": "no graded clause is in this store"} for entry in SEARCH_PEERS
        ], ""
    stories = [judged.initiative_texts[row] for row in asked]
    rows: list[dict[str, Any]] = []
    for entry in SEARCH_PEERS:
        reason = entry.absent if not only or entry.key in only else "not asked for"
        if reason:
            rows.append({"peer": entry.name, "key": entry.key, "skipped": reason})
            continue
        say(f"search: {entry.name}")
        rows.append(
            {"peer": entry.name, "key": entry.key, **in_child(_search, entry, texts, stories, gains[asked], on=cores()[:1])}
        )
    rows += _stored() if clauses is None else []
    return rows, f"{len(stories)} initiatives over {len(texts)} clauses"


def _search(
    entry: Entry, texts: Sequence[ClauseText], stories: Sequence[str], gains: npt.NDArray[np.float64]
) -> dict[str, Any]:
    """In a child, on one core."""
    forget_peak()
    peer: SearchPeer = entry.opened()
    began = time.perf_counter()
    peer.build(texts)
    built, built_gb = time.perf_counter() - began, peak_gb()
    forget_peak()
    answers, rates, took = [], [], []
    for turn in range(ROUNDS):
        began = time.perf_counter()
        for story in stories:
            start = time.perf_counter()
            found = peer.search(story, most=FOUND)
            took.append(time.perf_counter() - start)
            if turn == 0:
                answers.append(found)
        rates.append(len(stories) / (time.perf_counter() - began))
    held_gb = peak_gb()
    lists = {"list_bytes": peer.bytes_of_lists(stories)} if hasattr(peer, "bytes_of_lists") else {}
    orders = [_order(found, len(texts)) for found in answers]
    return {
        "ndcg_20": list(interval([ndcg(order, gain, at=20) for order, gain in zip(orders, gains, strict=True)])),
        "recall_100": list(interval([recall(order, gain >= 2, at=100) for order, gain in zip(orders, gains, strict=True)])),
        "queries_per_s": Spread.of(rates),
        "p50_ms": float(np.quantile(took, 0.5)) * 1e3,
        "p95_ms": float(np.quantile(took, 0.95)) * 1e3,
        "build_s": built,
        "build_memory_gb": built_gb,
        "memory_gb": held_gb,
        **lists,
    }


def _order(found: npt.NDArray[np.int64], size: int) -> npt.NDArray[np.float64]:
    """What the measures sort by: those found by rank, all others at nought."""
    order = np.zeros(size)
    order[found] = np.arange(len(found), 0, -1)
    return order


def _gains(judged: Judged) -> npt.NDArray[np.float64]:
    """*Shape:* (initiatives, clauses)."""
    place = {ref: row for row, ref in enumerate(judged.refs)}
    gains = np.zeros((len(judged.initiative_texts), len(judged.refs)))
    for grade in judged.grades:
        gains[grade.initiative, place[grade.ref]] = grade.value
    return gains


def _stored() -> list[dict[str, Any]]:
    told = open_package(released_folder()).manifest["measured"]["ranking"]
    return [
        {"peer": name, "key": key, "stored": True, "ndcg_20": told[key]["ndcg_20"], "recall_100": told[key]["recall_100"]}
        for key, name in STORED
    ]
