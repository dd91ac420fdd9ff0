"""Telling the 13 barrier kinds: quality on the frozen regulations, clauses a second, memory and size.

Every peer learns from the same labels, none of a frozen regulation; ours is the model as released, which learnt from none of
them either. From which score a kind is told is chosen on a fifth of the labels, by a first fit on the others; then the peer
learns anew from all of them. All are timed on the same clauses of the store at large.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import f1_score, roc_auc_score

from bench.peers.children import barrier, cores, in_child, in_children
from bench.peers.memory import forget_peak, peak_gb
from bench.peers.registry import CLAUSE_PEERS, ClausePeer, Entry, Scores, Targets
from bench.peers.spread import Spread
from bench.peers.texts import Labelled, Material, held_out
from models.columns import BARRIERS
from models.vectorising import ClauseText

RESAMPLES = 200
"""Of the intervals, drawn over regulations."""

WARM_UP = 64
"""Clauses that are read before the clock starts."""


def measure_classifying(given: Material, *, seconds: float, only: set[str], say: Callable[[str], None]) -> list[dict[str, Any]]:
    """A row for every peer; of one that cannot take part its name and why.

    Args:
        given: the clauses.
        seconds: how long a peer that learns in rounds may learn, both fits together.
        only: keys of the peers that take part; empty for all.
        say: told in one line what is being done.
    """
    rows = []
    for entry in CLAUSE_PEERS:
        if only and entry.key not in only:
            rows.append({"peer": entry.name, "key": entry.key, "skipped": "not asked for"})
        elif entry.absent:
            rows.append({"peer": entry.name, "key": entry.key, "skipped": entry.absent})
        else:
            say(f"clauses: {entry.name}")
            rows.append({"peer": entry.name, "key": entry.key, **_row(entry, given, seconds)})
    return rows


def _row(entry: Entry, given: Material, seconds: float) -> dict[str, Any]:
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        told: dict[str, Any] = in_child(_learn, entry, given.learnt, given.tested, folder, seconds)
        alone = in_children(_answer, [(entry, folder, given.rounds, barrier(1))], on=[cores()[:1]])
        told["clauses_per_s_one_core"] = _rate(given.rounds, alone)
        if len(cores()) > 1:
            meeting = barrier(2)
            halves = [[part[start::2] for part in given.rounds] for start in (0, 1)]
            both = in_children(
                _answer, [(entry, folder, half, meeting) for half in halves], on=[[core] for core in cores()[:2]]
            )
            told["clauses_per_s_two_cores"] = _rate(given.rounds, both)
    told["memory_gb"] = alone[0]["peak_gb"]
    return told


def _learn(entry: Entry, learnt: Labelled, tested: Labelled, folder: Path, seconds: float) -> dict[str, Any]:
    """In a child: learn, choose thresholds, save, and answer for the frozen regulations."""
    peer: ClausePeer = entry.opened()
    thresholds = peer.thresholds
    began = time.perf_counter()
    if thresholds is None:
        first, rest = held_out(learnt)
        peer.fit(first.texts, first.targets, seconds=seconds / 2)
        thresholds = best_cuts(peer.scores(rest.texts), rest.targets)
    did = peer.fit(learnt.texts, learnt.targets, seconds=seconds / 2)
    took = time.perf_counter() - began
    peer.save(folder)
    scores = peer.scores(tested.texts)
    return {
        "did": did,
        "learnt_from": len(learnt),
        "tested_on": len(tested),
        "fit_s": took if peer.thresholds is None else None,
        "size_mb": peer.size(folder) / 1e6,
        "fit_memory_gb": peak_gb(),
        **quality(scores, scores >= thresholds, tested),
    }


def _answer(entry: Entry, folder: Path, rounds: list[list[ClauseText]], meeting: Any) -> dict[str, Any]:
    """In a child, on one core: load, and read every round, starting each together with the other child if there is one."""
    forget_peak()
    peer: ClausePeer = entry.opened()
    peer.load(folder)
    peer.scores(rounds[0][:WARM_UP])
    times = []
    for part in rounds:
        meeting.wait()
        began = time.perf_counter()
        peer.scores(part)
        times.append(time.perf_counter() - began)
    return {"times": times, "peak_gb": peak_gb()}


def _rate(rounds: list[list[ClauseText]], answers: list[dict[str, Any]]) -> Spread:
    slowest = np.max([answer["times"] for answer in answers], axis=0)
    return Spread.of([len(part) / seconds for part, seconds in zip(rounds, slowest, strict=True)])


def best_cuts(scores: Scores, targets: Targets) -> Scores:
    """The score of best F1 for every target; clauses of one score are told together. *Shape:* (targets,).

    A target that no clause has is never told.
    """
    cuts = np.full(scores.shape[1], np.inf, dtype=np.float32)
    for column in range(scores.shape[1]):
        order = np.argsort(-scores[:, column], kind="stable")
        value, truth = scores[order, column], targets[order, column] == 1
        if truth.any():
            f1 = 2 * np.cumsum(truth) / (np.arange(1, len(truth) + 1) + truth.sum())
            f1[:-1][value[:-1] == value[1:]] = 0.0
            best = int(np.argmax(f1))
            following = value[best + 1] if best + 1 < len(value) else value[best]
            cuts[column] = (value[best] + following) / 2
    return cuts


def quality(scores: Scores, told: npt.NDArray[np.bool_], data: Labelled) -> dict[str, Any]:
    """Macro- and micro-F1 over the barrier kinds with 95% intervals over regulations, and AUC of any strength.

    Args:
        scores: *shape* (clauses, targets).
        told: which kinds a peer tells, *shape* as scores.
        data: the clauses.
    """
    kinds = len(BARRIERS)
    truth, guess = data.targets[:, :kinds] == 1, told[:, :kinds]
    members: dict[str, list[int]] = {}
    for row, group in enumerate(data.groups):
        members.setdefault(group, []).append(row)
    of_regulation = [np.array(rows) for rows in members.values()]
    rng = np.random.default_rng(0)
    drawn = [np.concatenate([of_regulation[place] for place in rng.integers(0, len(of_regulation), len(of_regulation))])
             for _ in range(RESAMPLES)]  # fmt: skip
    any_strength = data.targets[:, kinds]
    result: dict[str, Any] = {}
    for average in ("macro", "micro"):
        values = [f1_score(truth[rows], guess[rows], average=average, zero_division=0) for rows in drawn]
        result[f"{average}_f1"] = float(f1_score(truth, guess, average=average, zero_division=0))
        result[f"{average}_f1_interval"] = [float(bound) for bound in np.percentile(values, [2.5, 97.5])]
    both = 0 < any_strength.sum() < len(any_strength)
    result["auc_any_strength"] = float(roc_auc_score(any_strength, scores[:, kinds])) if both else None
    return result
