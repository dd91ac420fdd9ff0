"""What the models need to know of every clause, worked out once and kept beside the store (models.indexing makes it).

    STORE/index/<model>/<part>/      one folder per part of the store; a part never changes, so neither does its folder
      keys.npy, key_rows.npy         by what they read as, sorted: a number per clause, and the row of each
      probabilities.npy              (rows, columns) float16, from the fast tier of the clause model
      words.*.npy, activities.*.npy  sparse rows (CSR): TF-IDF over stems, activities
      reach.npy                      (rows,) float16, how many initiatives meet it at all
      by_word.*, by_activity.*       the same rows in impact order, see models.impact
      repealed, lengths              (rows,) whether it is in force no more, and its characters
      article, head.npy              (rows,) the first row of the same article, and under the same heading of its regulation

Arrays are memory-mapped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from corpus.store import Store
from models.columns import COLUMNS
from models.impact import ImpactOrder, impact_order, promise
from models.packaging import package_key

DESCRIBED = 1
"""To be raised when other features of a clause are described, or in another way, with the same model."""

Rows = npt.NDArray[np.int64]

SPARSE = ("data", "indices", "indptr")
ORDER = ("impacts", "rows", "starts")
OF_CLAUSES = ("lengths", "repealed", "article", "head")
_FIRST_ROWS = ("article", "head")


@dataclass(frozen=True, kw_only=True)
class ClauseFeatures:
    """What is known of a run of clauses; the rows of all belong together."""

    probabilities: npt.NDArray[np.float32]  # (clauses, len(COLUMNS))
    words: sp.csr_matrix  # (clauses, vocabulary), rows of unit length
    activities: sp.csr_matrix  # (clauses, activities), 0..1
    reach: npt.NDArray[np.float32]  # (clauses,), see models.reach

    def at(self, rows: Any) -> ClauseFeatures:
        """Of the clauses in some rows (or a slice of them); a row may come more than once."""
        return ClauseFeatures(
            probabilities=self.probabilities[rows],
            words=self.words[rows],
            activities=self.activities[rows],
            reach=self.reach[rows],
        )

    def probabilities_of(self, rows: Any) -> npt.NDArray[np.float32]:
        """As ``at``, of the probabilities alone: a quarter of the work. *Shape:* (rows, len(COLUMNS))."""
        return np.asarray(self.probabilities[rows], dtype=np.float32)

    def speaking(self, activity: int) -> tuple[Rows, npt.NDArray[np.float32]]:
        """The rows that speak of an activity at all, by its column, ascending, and how strongly."""
        places = np.flatnonzero(self.activities.indices == activity)
        rows = np.searchsorted(self.activities.indptr, places, side="right") - 1
        return rows.astype(np.int64), self.activities.data[places]

    def impact_orders(
        self, repealed: npt.NDArray[np.bool_]
    ) -> tuple[list[tuple[ImpactOrder, npt.NDArray[np.int32] | None]], ...]:
        """Words and activities in impact order, by parts, as models.finding.ImpactLists takes them."""
        worth = np.where(repealed, np.float32(0), promise(self.probabilities))
        return tuple([(impact_order(matrix, worth), None)] for matrix in (self.words, self.activities))

    @classmethod
    def joined(cls, pieces: Sequence[ClauseFeatures]) -> ClauseFeatures:
        """Some runs of clauses as one."""
        if len(pieces) == 1:
            return pieces[0]
        return cls(
            probabilities=np.concatenate([piece.probabilities for piece in pieces]),
            words=sp.vstack([piece.words for piece in pieces], format="csr"),
            activities=sp.vstack([piece.activities for piece in pieces], format="csr"),
            reach=np.concatenate([piece.reach for piece in pieces]),
        )


@dataclass(frozen=True)
class IndexedPart:
    """The index of one part of a store, memory-mapped."""

    features: ClauseFeatures
    by_word: ImpactOrder
    by_activity: ImpactOrder
    lengths: npt.NDArray[np.int32]
    repealed: npt.NDArray[np.bool_]
    article: npt.NDArray[np.int32]
    head: npt.NDArray[np.int32]

    @classmethod
    def of(cls, folder: Path) -> IndexedPart:
        """Open what models.indexing made of a part."""
        by_word, by_activity = (
            ImpactOrder(*(mapped(folder / f"{name}.{field}.npy") for field in ORDER)) for name in ("by_word", "by_activity")
        )
        return cls(load_features(folder), by_word, by_activity, *(mapped(folder / f"{name}.npy") for name in OF_CLAUSES))


class StoredFeatures(ClauseFeatures):
    """The features of the newest versions in a store: every row is read where it lies.

    The arrays of all clauses are put together only for who asks for them as such.

    Args:
        parts: of the store, by their files.
        runs: which rows of them, see corpus.store.Store.runs.
    """

    def __init__(self, parts: dict[str, IndexedPart], runs: Sequence[tuple[str, int, int]]) -> None:
        number = {file: place for place, file in enumerate(parts)}
        firsts = np.array([start for _, start, _ in runs], dtype=np.int64)
        starts = np.cumsum([0, *(end - start for _, start, end in runs)])
        # Not by assignment: ClauseFeatures is frozen.
        vars(self).update(
            parts=list(parts.values()),
            part=np.array([number[file] for file, _, _ in runs], dtype=np.int64),  # of every run
            first=firsts,  # row in that part
            starts=starts,  # row among all, and the end
        )

    parts: list[IndexedPart]
    part: Rows
    first: Rows
    starts: Rows

    def at(self, rows: Any) -> ClauseFeatures:
        """As ClauseFeatures.at."""
        if not self.parts:
            raise ValueError("a store without parts has no features")
        part, row = self._places_of(rows)
        present = np.unique(part) if len(part) else [0]
        pieces = [self.parts[number].features.at(row[part == number]) for number in present]
        if len(pieces) == 1:
            return pieces[0]
        place = np.empty(len(part), dtype=np.int64)
        place[np.argsort(part, kind="stable")] = np.arange(len(part))
        return ClauseFeatures.joined(pieces).at(place)

    def probabilities_of(self, rows: Any) -> npt.NDArray[np.float32]:
        """As ClauseFeatures.probabilities_of; of a store without parts there is nothing to ask, which is no error here."""
        part, row = self._places_of(rows)
        result = np.empty((len(part), len(COLUMNS)), dtype=np.float32)
        for number in np.unique(part):
            own = part == number
            result[own] = self.parts[number].features.probabilities[row[own]]
        return result

    def _places_of(self, rows: Any) -> tuple[Rows, Rows]:
        """Of rows among all: the part of each, and its row there."""
        asked = np.arange(*rows.indices(int(self.starts[-1]))) if isinstance(rows, slice) else np.asarray(rows, dtype=np.int64)
        run = np.searchsorted(self.starts, asked, side="right") - 1
        return self.part[run], asked - self.starts[run] + self.first[run]

    def speaking(self, activity: int) -> tuple[Rows, npt.NDArray[np.float32]]:
        """As ClauseFeatures.speaking."""
        found = [part.features.speaking(activity) for part in self.parts]
        rows = np.concatenate([row_of[own] for (own, _), row_of in zip(found, self._row_of, strict=True)])
        weights = np.concatenate([own for _, own in found])
        order = np.argsort(rows, kind="stable")[np.count_nonzero(rows < 0) :]
        return rows[order].astype(np.int64), weights[order]

    def impact_orders(
        self, repealed: npt.NDArray[np.bool_]
    ) -> tuple[list[tuple[ImpactOrder, npt.NDArray[np.int32] | None]], ...]:
        """As ClauseFeatures.impact_orders, as they were put in order when the parts were made."""
        both = [part.by_word for part in self.parts], [part.by_activity for part in self.parts]
        return tuple(list(zip(orders, self._row_of, strict=True)) for orders in both)

    def of_clauses(self, name: str) -> npt.NDArray[Any]:
        """One of the arrays of IndexedPart that hold a value per clause. *Shape:* (clauses,)."""
        pieces = []
        for part, first, start, end in zip(self.part, self.first, self.starts, self.starts[1:], strict=False):
            own = getattr(self.parts[part], name)[first : first + end - start]
            pieces.append(own + np.int32(start - first) if name in _FIRST_ROWS else own)
        return np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.int32)

    @cached_property
    def _row_of(self) -> list[npt.NDArray[np.int32]]:
        """For every row of every part its row among all; -1 where it was replaced."""
        rows = [np.full(len(part.lengths), -1, dtype=np.int32) for part in self.parts]
        for part, first, start, end in zip(self.part, self.first, self.starts, self.starts[1:], strict=False):
            rows[part][first : first + end - start] = np.arange(start, end, dtype=np.int32)
        return rows

    @cached_property
    def _all(self) -> ClauseFeatures:
        return self.at(slice(None))

    @cached_property
    def probabilities(self) -> npt.NDArray[np.float32]:
        """*Shape:* (clauses, len(COLUMNS))."""
        return self._all.probabilities

    @cached_property
    def words(self) -> sp.csr_matrix:
        """*Shape:* (clauses, vocabulary)."""
        return self._all.words

    @cached_property
    def activities(self) -> sp.csr_matrix:
        """*Shape:* (clauses, activities)."""
        return self._all.activities

    @cached_property
    def reach(self) -> npt.NDArray[np.float32]:
        """*Shape:* (clauses,)."""
        return self._all.reach


def index_folder(store: Store, model_folder: Path) -> Path:
    """Where the index of a store under a model is kept; that of another model, or described otherwise, is elsewhere."""
    return store.folder / "index" / f"{package_key(model_folder)}-{DESCRIBED}"


def load_index(store: Store, folder: Path) -> StoredFeatures:
    """The features of the newest versions, in the row order of ``store.table()``."""
    parts = {part.file: IndexedPart.of(folder / Path(part.file).stem) for part in store.contents.parts}
    return StoredFeatures(parts, store.runs())


def load_features(folder: Path) -> ClauseFeatures:
    """What is known of all clauses of a part, replaced versions among them."""

    def sparse(name: str) -> sp.csr_matrix:
        data, indices, indptr = (mapped(folder / f"{name}.{field}.npy") for field in SPARSE)
        return sp.csr_matrix((data, indices, indptr), shape=tuple(np.load(folder / f"{name}.shape.npy")), copy=False)

    return ClauseFeatures(
        probabilities=mapped(folder / "probabilities.npy"),
        words=sparse("words"),
        activities=sparse("activities"),
        reach=mapped(folder / "reach.npy"),
    )


def mapped(path: Path) -> npt.NDArray[Any]:
    """An array in a file, read where it is needed."""
    return np.asarray(np.load(path, mmap_mode="r"))
