"""The gate before promotion: a challenger serves only when it is better than the champion, or as good, on every measure.

Both are measured on the same clauses, none of a regulation that either learnt from. Differences are drawn again over
regulations (paired bootstrap). Of the whole a challenger is worse when it is so by more than two standard errors, or by more
than a margin whatever chance says; of calibration a thousandth is no difference. Of one kind or one level of government it is
worse by more than three: there are some thirty of those, and with two the gate would shut on every other challenger that is as
good (Bonferroni).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.clauses import ClauseModel
from models.columns import ADDRESSEES, BARRIERS, COLUMN, KINDS
from models.vectorising import ClauseText
from training.clause_measures import Unseen, calibration_error, f1_of
from training.reviews.verdicts import Guard

RESAMPLES = 500

LEAST = 20
"""Clauses with a kind, or at a level of government, from which that is guarded by itself."""

MARGINS = {"macro_f1_barriers": 0.01, "macro_f1_kinds": 0.01, "accuracy_addressee": 0.01, "ece_kinds": 0.005}
"""By how much a challenger may be worse of the whole where chance cannot be told from harm; all of these lie in 0..1."""

ALIKE = {"ece_kinds": 0.001}
"""Differences that are none, however certain: no decision hangs on probabilities that are a thousandth off on average."""

OF_WHOLE, OF_PART = 2.0, 3.0
"""Standard errors beyond which worse is not chance."""

SLOWER = 1.25
"""A challenger may take this many times as long for the same clauses; clocks here are noisy."""

LARGER = 1.25
"""And be this many times as large."""


def compared(
    champion: Unseen, challenger: Unseen, levels: Sequence[str], *, name: str, only_barriers: bool = False, seed: int = 0
) -> list[Guard]:
    """Guards over the same clauses.

    Args:
        champion, challenger: what each says, row by row of the same clauses.
        levels: level of government of each.
        name: of the clauses, before the name of each measure.
        only_barriers: judgements of people name no relief and no addressee.
        seed: of the bootstrap.
    """
    measures = _measures(champion, levels, only_barriers=only_barriers)
    places = _drawn(champion.groups, seed)
    guards = []
    for measure, (figure, margin, sign) in measures.items():
        errors = OF_PART if measure.startswith(("kind ", "level ")) else OF_WHOLE
        before, after = figure(champion, None), figure(challenger, None)
        differences = np.array([figure(challenger, rows) - figure(champion, rows) for rows in places])
        low, high = np.nanpercentile(differences, [2.5, 97.5]) if np.isfinite(differences).any() else (0.0, 0.0)
        gain, error = sign * (after - before), float(np.nanstd(differences)) if np.isfinite(differences).any() else 0.0
        by_chance = gain >= -error * errors
        guards.append(
            Guard(
                name=f"{name} {measure}",
                champion=before,
                challenger=after,
                low=float(low),
                high=float(high),
                passed=bool(gain >= -ALIKE.get(measure, 0.0) or (by_chance and (margin is None or gain >= -margin))),
            )  # fmt: skip
        )
    return guards


def latency(champion: ClauseModel, challenger: ClauseModel, clauses: Sequence[ClauseText], *, rounds: int = 5) -> Guard:
    """Seconds for the same clauses, in turns, so that what else the machine does troubles both; the quickest round counts."""
    seconds: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(rounds):
        for is_champion, model in ((True, champion), (False, challenger)):
            began = time.perf_counter()
            model.read(clauses)
            seconds[is_champion].append(time.perf_counter() - began)
    before, after = min(seconds[True]), min(seconds[False])
    return _at_most("latency (seconds)", before, after, SLOWER)


def size(champion: Path, challenger: Path) -> Guard:
    """Megabytes of the files that a model directory's manifest names; what was measured beside it does not count."""
    before, after = (
        sum(path.stat().st_size for path in folder.iterdir() if path.is_file()) / 1e6 for folder in (champion, challenger)
    )
    return _at_most("size (MB)", before, after, LARGER)


def _at_most(name: str, before: float, after: float, times: float) -> Guard:
    gap = after - before
    return Guard(name=name, champion=before, challenger=after, low=gap, high=gap, passed=after <= before * times)


Figure = Callable[[Unseen, npt.NDArray[np.int64] | None], float]


def _measures(unseen: Unseen, levels: Sequence[str], *, only_barriers: bool) -> dict[str, tuple[Figure, float | None, int]]:
    """Figure, margin (None where chance alone tells) and sign (1: more is better) by name."""
    kinds = [COLUMN[name] for name in (BARRIERS if only_barriers else KINDS)]
    barriers = [COLUMN[name] for name in BARRIERS]
    margins = {} if only_barriers else MARGINS  # judged clauses of frozen regulations are few: chance alone must tell
    enough = [name for name in KINDS if COLUMN[name] in kinds and int((unseen.targets[:, COLUMN[name]] == 1).sum()) >= LEAST]
    found: dict[str, tuple[Figure, float | None, int]] = {
        "macro_f1_barriers": (_macro(barriers), margins.get("macro_f1_barriers"), 1),
        "ece_kinds": (_calibration(kinds), margins.get("ece_kinds"), -1),
    }
    if not only_barriers:
        found["macro_f1_kinds"] = (_macro(kinds), MARGINS["macro_f1_kinds"], 1)
        found["accuracy_addressee"] = (_addressee, MARGINS["accuracy_addressee"], 1)
    for name in enough:
        found[f"kind {name}"] = (_macro([COLUMN[name]]), None, 1)
    for level in sorted(set(levels)):
        rows = np.flatnonzero(np.array(levels) == level)
        if len(rows) >= LEAST and len(rows) < len(levels):
            found[f"level {level}"] = (_micro(kinds, np.isin(np.arange(len(levels)), rows)), None, 1)
    return found


def _macro(columns: Sequence[int]) -> Figure:
    def figure(unseen: Unseen, rows: npt.NDArray[np.int64] | None) -> float:
        targets, decided = _part(unseen.targets, rows), _part(unseen.decided, rows)
        known = targets[:, columns] >= 0
        return float(f1_of((targets[:, columns] == 1) & known, decided[:, columns] & known).mean())

    return figure


def _micro(columns: Sequence[int], inside: npt.NDArray[np.bool_]) -> Figure:
    """Over all kinds together: at one level of government some kinds hardly occur."""

    def figure(unseen: Unseen, rows: npt.NDArray[np.int64] | None) -> float:
        held = _part(inside, rows)
        targets, decided = _part(unseen.targets, rows)[held][:, columns], _part(unseen.decided, rows)[held][:, columns]
        known = targets >= 0
        return float(f1_of(((targets == 1) & known).reshape(-1, 1), (decided & known).reshape(-1, 1))[0])

    return figure


def _calibration(columns: Sequence[int]) -> Figure:
    def figure(unseen: Unseen, rows: npt.NDArray[np.int64] | None) -> float:
        targets = _part(unseen.targets, rows)[:, columns]
        known = targets >= 0
        return calibration_error(targets[known] == 1, _part(unseen.probabilities, rows)[:, columns][known])

    return figure


def _addressee(unseen: Unseen, rows: npt.NDArray[np.int64] | None) -> float:
    columns = [COLUMN[name] for name in ADDRESSEES]
    targets, chance = _part(unseen.targets, rows)[:, columns], _part(unseen.probabilities, rows)[:, columns]
    known = targets[:, 0] >= 0
    return float((targets[known].argmax(axis=1) == chance[known].argmax(axis=1)).mean()) if known.any() else 1.0


def _part(values: npt.NDArray[Any], rows: npt.NDArray[np.int64] | None) -> npt.NDArray[Any]:
    return values if rows is None else values[rows]


def _drawn(groups: Sequence[str], seed: int) -> list[npt.NDArray[np.int64]]:
    """Rows of whole regulations, drawn with replacement."""
    members: dict[str, list[int]] = {}
    for row, group in enumerate(groups):
        members.setdefault(group, []).append(row)
    rows_of = [np.array(rows) for rows in members.values()]
    rng = np.random.default_rng(seed)
    return [np.concatenate([rows_of[place] for place in rng.integers(0, len(rows_of), len(rows_of))]) for _ in range(RESAMPLES)]
