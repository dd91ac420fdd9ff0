"""Splits that cannot flatter: a regulation, or an initiative, is wholly on one side."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from corpus.labels import judged_regulations

Rows = npt.NDArray[np.int64]

FROZEN_ONE_IN = 12
"""Of so many regulations one is frozen."""


def frozen(regulation: str) -> bool:
    """Whether no clause model that serves learns from a regulation, so that all that ever serve can be measured on it.

    A rule and not a list: it holds for regulations that nobody has labelled yet. Those that graders searched are never frozen:
    the ranking learns from grades there, and needs what is known of their clauses.
    """
    by_chance = int.from_bytes(hashlib.sha256(regulation.encode()).digest(), "big") % FROZEN_ONE_IN == 0
    return by_chance and regulation not in _searched()


@cache
def _searched() -> frozenset[str]:
    return frozenset(judged_regulations())


def learnable(groups: Sequence[str]) -> Rows:
    """Rows whose regulation is not frozen, ascending."""
    known = {name: not frozen(name) for name in set(groups)}
    return np.flatnonzero(np.array([known[name] for name in groups], dtype=bool))


def grouped_folds(groups: Sequence[str], *, folds: int, seed: int) -> Iterator[tuple[Rows, Rows]]:
    """Folds in which every group stands on one side.

    Args:
        groups: name of the group of every row.
        folds: how many; at most the number of groups.
        seed: of the shuffle of groups.

    Yields:
        (training rows, test rows), ascending. Every row is a test row once.
    """
    names = np.array(groups, dtype=object)
    order = np.random.default_rng(seed).permutation(np.array(sorted(set(groups)), dtype=object))
    # The largest groups first, each to the emptiest fold: a few laws hold a large share of the labels.
    sizes = {name: int((names == name).sum()) for name in order}
    fold_of: dict[str, int] = {}
    filled = [0] * folds
    for name in sorted(order, key=lambda name: -sizes[name]):
        fold = min(range(folds), key=lambda index: filled[index])
        fold_of[name] = fold
        filled[fold] += sizes[name]
    of_row = np.array([fold_of[name] for name in groups])
    for fold in range(folds):
        yield np.flatnonzero(of_row != fold), np.flatnonzero(of_row == fold)
