"""The clauses that all learn from, are tested on and are timed on: the same for every peer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bench.peers.registry import TARGETS, Targets
from corpus.labels import join
from corpus.store import Store
from models.columns import COLUMN
from models.encoding import framed
from models.indexing import clause_texts
from models.vectorising import ClauseText
from training.clause_examples import ClauseExamples, clause_examples
from training.reading import frozen_examples
from training.splits import grouped_folds, learnable


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """Clauses with what readers said of them.

    Attributes:
        targets: *shape* (clauses, targets); 1 or 0.
        groups: regulation of each.
    """

    texts: list[ClauseText]
    targets: Targets
    groups: list[str]

    def __len__(self) -> int:
        return len(self.texts)

    def at(self, rows: npt.NDArray[np.int64]) -> Labelled:
        """Some of the clauses."""
        return Labelled(
            texts=[self.texts[row] for row in rows], targets=self.targets[rows], groups=[self.groups[row] for row in rows]
        )


@dataclass(frozen=True, kw_only=True)
class Material:
    """What the peers are given.

    Attributes:
        learnt: labels outside the frozen regulations.
        tested: labels of frozen regulations, copies of clauses elsewhere left out.
        rounds: clauses of the store at large, one list a round of timing.
    """

    learnt: Labelled
    tested: Labelled
    rounds: list[list[ClauseText]]


def material(store: Store, *, clauses: int | None, rounds: int, timed: int, seed: int = 0) -> Material:
    """Labels and clauses of a store.

    Args:
        store: holds the texts of the labels that ship.
        clauses: labels that are learnt from, drawn at random, and a twelfth of it that is tested on; None for all.
        rounds, timed: how often is timed, and how many clauses each time.
        seed: of what is drawn.
    """
    data = clause_examples(store, join(store))
    data = data[data.labelled]
    rng = np.random.default_rng(seed)
    learnt, tested = _labelled(data[learnable(data.groups)]), _labelled(frozen_examples(data))
    if clauses is not None:
        learnt = learnt.at(rng.permutation(len(learnt))[:clauses])
        tested = tested.at(rng.permutation(len(tested))[: max(1, clauses // 12)])
    table = store.table(columns=["ref", "heading", "text"])
    rows = rng.choice(len(table), size=min(rounds * timed, len(table)), replace=False)
    titles = store.regulations.titles()
    drawn = clause_texts(table.take(np.sort(rows)), titles)
    order = rng.permutation(len(drawn))
    return Material(
        learnt=learnt, tested=tested, rounds=[[drawn[row] for row in part] for part in np.array_split(order, rounds)]
    )


def _labelled(data: ClauseExamples) -> Labelled:
    targets = data.targets[:, [COLUMN[name] for name in TARGETS]]
    return Labelled(texts=data.texts, targets=targets, groups=data.groups)


def held_out(data: Labelled, *, seed: int = 0) -> tuple[Labelled, Labelled]:
    """Four fifths to learn from and a fifth of other regulations to choose thresholds on."""
    train, test = next(iter(grouped_folds(data.groups, folds=5, seed=seed)))
    return data.at(train), data.at(test)


def documents(texts: Sequence[ClauseText]) -> list[str]:
    """What a peer reads of a clause: what our encoder reads of it, in one string."""
    return [" ".join(framed(title=one.title, heading=one.heading, text=one.text)) for one in texts]
