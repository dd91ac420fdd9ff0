"""What the models need to know of every clause, worked out once and kept beside the store.

    STORE/index/<model>/<part>/      one folder per part of the store; a part never changes, so neither does its folder
      keys.npy, key_rows.npy         by what they read as, sorted: a number per clause, and the row of each
      probabilities.npy              (rows, columns) float16, from the fast tier of the clause model
      words.*.npy, activities.*.npy  sparse rows (CSR): TF-IDF over stems, activities
      reach.npy                      (rows,) float16, how many initiatives meet it at all
      by_word.*, by_activity.*       the same rows in impact order, see models.impact
      repealed, lengths              (rows,) whether it is in force no more, and its characters
      article, head.npy              (rows,) the first row of the same article, and under the same heading of its regulation

A clause is described once: where another part, or an older one that the store no longer names, holds a clause that reads the
same, its row is copied. Adding a regulation therefore costs what is new in it, and merging parts costs no reading. Arrays are
memory-mapped.
"""

from __future__ import annotations

import multiprocessing
import shutil
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import scipy.sparse as sp

from corpus.store import Store, read_contents
from models.impact import ImpactOrder, impact_order, promise
from models.vectorising import ClauseText

Rows = npt.NDArray[np.int64]

CHUNK = 4_000
"""Clauses that a process works on at a time."""

_SPARSE = ("data", "indices", "indptr")
_BEFORE_KEYS = "reach.npy"  # an index made before it held keys and lists is completed, not made again
_LAST = "head.npy"  # what the index came to hold last: a part without it is made again


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
        """Open what build_index made of a part."""
        by_word, by_activity = (
            ImpactOrder(*(_map(folder / f"{name}.{field}.npy") for field in _ORDER)) for name in ("by_word", "by_activity")
        )
        return cls(_load(folder), by_word, by_activity, *(_map(folder / f"{name}.npy") for name in _OF_CLAUSES))


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
        asked = np.arange(self.starts[-1])[rows] if isinstance(rows, slice) else np.asarray(rows)
        if not self.parts:
            raise ValueError("a store without parts has no features")
        run = np.searchsorted(self.starts, asked, side="right") - 1
        part, row = self.part[run], asked - self.starts[run] + self.first[run]
        present = np.unique(part) if len(asked) else [0]
        pieces = [self.parts[number].features.at(row[part == number]) for number in present]
        if len(pieces) == 1:
            return pieces[0]
        place = np.empty(len(asked), dtype=np.int64)
        place[np.argsort(part, kind="stable")] = np.arange(len(asked))
        return ClauseFeatures.joined(pieces).at(place)

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


Describe = Callable[[list[ClauseText]], ClauseFeatures]


def build_index(
    store: Store,
    *,
    model_folder: Path,
    key: str,
    workers: int = 1,
    on_chunk: Callable[[str, int], None] | None = None,
    describe: Describe | None = None,
) -> Path:
    """Make what is missing of the index of a store, and remove what belongs to no part any more.

    Args:
        store: whose clauses are described.
        model_folder: the model directory; every process opens it for itself.
        key: name of the model version; the index of another version stands beside it.
        workers: number of processes.
        on_chunk: called after every chunk with the part's name and the number of clauses done.
        describe: of that model, where this process has it open: what is new in a small part is then described at once.

    Returns:
        The folder of the index, one sub-folder per part.
    """
    folder = store.folder / "index" / key
    missing = [part for part in store.contents.parts if not _whole(folder / Path(part.file).stem)]
    for part in missing:
        target = folder / Path(part.file).stem
        temporary = folder / f"new-{uuid.uuid4().hex}"
        temporary.mkdir(parents=True)
        try:
            _make(temporary, store, part.file, model_folder, workers, on_chunk, describe)
            shutil.rmtree(target, ignore_errors=True)
            temporary.rename(target)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    if missing and read_contents(store.folder) == store.contents:  # somebody else may be at work for a newer store
        used = {Path(part.file).stem for part in store.contents.parts}
        for made in folder.glob(f"*/{_LAST}"):
            if made.parent.name not in used:
                shutil.rmtree(made.parent, ignore_errors=True)
    return folder


def load_index(store: Store, folder: Path) -> StoredFeatures:
    """The features of the newest versions, in the row order of ``store.table()``."""
    parts = {part.file: IndexedPart.of(folder / Path(part.file).stem) for part in store.contents.parts}
    return StoredFeatures(parts, store.runs())


def clause_texts(table: pa.Table, titles: dict[str, str]) -> list[ClauseText]:
    """What the models read of the clauses in a table with columns ref, text and heading."""
    refs, texts, headings = (table[name].to_pylist() for name in ("ref", "text", "heading"))
    return [
        ClauseText(text=text, heading=heading, title=titles.get(ref.partition("/")[0], ""), ref=ref)
        for ref, text, heading in zip(refs, texts, headings, strict=True)
    ]


def _make(
    target: Path,
    store: Store,
    file: str,
    model_folder: Path,
    workers: int,
    on_chunk: Callable[[str, int], None] | None,
    describe: Describe | None,
) -> None:
    """Write the index of one part."""
    own = [entry for entry in store.versions if entry.part == file]
    titles = {entry.id: entry.title for entry in own}
    table = store.part_table(file).select(["ref", "text", "heading"])
    keys = np.array([key for chunk in _chunks(table, titles) for key in map(_key, chunk)], dtype=np.uint64)
    folder = target.parent
    before = folder / Path(file).stem
    if (before / _BEFORE_KEYS).exists():
        features = _load(before)
    else:
        found, copied = _known(folder, keys)
        new = np.sort(np.unique(keys[~found], return_index=True)[1])
        new = np.flatnonzero(~found)[new]
        pieces = _described(table, titles, new, len(keys), model_folder, workers, describe)
        described: list[ClauseFeatures] = []
        done = int(found.sum())
        if done and on_chunk is not None:
            on_chunk(file, done)
        for piece in pieces if len(new) or not copied else ():
            described.append(piece)
            done += len(piece.reach)
            if on_chunk is not None:
                on_chunk(file, done)
        features = _in_order(keys, new, described, copied)
    _save(target, features)
    _save_clauses(target, store.part_table(file), [(entry.start, entry.clauses) for entry in own], keys, features)


def _in_order(
    keys: npt.NDArray[np.uint64], new: Rows, described: list[ClauseFeatures], copied: list[tuple[Rows, ClauseFeatures]]
) -> ClauseFeatures:
    """What was described and what was copied, a row per key."""
    joined = ClauseFeatures.joined([*described, *(piece for _, piece in copied)])
    rows = np.concatenate([new, *(own for own, _ in copied)])
    order = np.argsort(keys[rows], kind="stable")
    place = order[np.searchsorted(keys[rows], keys, sorter=order)]
    return joined if np.array_equal(place, np.arange(len(keys))) else joined.at(place)


def _known(folder: Path, keys: npt.NDArray[np.uint64]) -> tuple[npt.NDArray[np.bool_], list[tuple[Rows, ClauseFeatures]]]:
    """Which clauses the index holds already, and of each folder that holds some their rows with what is known of them."""
    found = np.zeros(len(keys), dtype=bool)
    copied = []
    for part in folder.iterdir():
        if not _whole(part):
            continue
        known, rows = _map(part / "keys.npy"), _map(part / "key_rows.npy")
        if not len(known):
            continue
        place = np.minimum(np.searchsorted(known, keys), len(known) - 1)
        here = np.flatnonzero((known[place] == keys) & ~found)
        if len(here):
            copied.append((here, _load(part).at(rows[place[here]])))
            found[here] = True
    return found, copied


def _whole(folder: Path) -> bool:
    return (folder / _BEFORE_KEYS).exists() and (folder / _LAST).exists()


def _chunks(table: pa.Table, titles: dict[str, str]) -> Iterator[list[ClauseText]]:
    for batch in table.to_batches():
        for start in range(0, batch.num_rows, CHUNK):
            yield clause_texts(pa.Table.from_batches([batch.slice(start, CHUNK)]), titles)


def _key(clause: ClauseText) -> int:
    """A number for all that the models read of a clause: two of ten million are alike by chance once in 300,000 stores."""
    read = "\0".join((clause.title, clause.heading, clause.text)).encode()
    return int.from_bytes(blake2b(read, digest_size=8).digest(), "little")


def _described(
    table: pa.Table,
    titles: dict[str, str],
    rows: Rows,
    size: int,
    model_folder: Path,
    workers: int,
    describe: Describe | None,
) -> Iterator[ClauseFeatures]:
    """The features of some rows of a table, ascending, by chunks."""
    wanted = np.zeros(size, dtype=bool)
    wanted[rows] = True
    own = table.filter(pa.array(wanted)) if len(rows) < size else table
    chunks = (clause_texts(own.slice(start, CHUNK), titles) for start in range(0, max(own.num_rows, 1), CHUNK))
    if describe is not None and len(rows) <= 2 * CHUNK:
        yield from map(describe, chunks)
    else:
        yield from _described_by(chunks, model_folder, workers if len(rows) > 2 * CHUNK else 1)


def _described_by(chunks: Iterator[list[ClauseText]], model_folder: Path, workers: int) -> Iterator[ClauseFeatures]:
    if workers == 1:
        _start_worker(model_folder)
        yield from map(_describe_chunk, chunks)
        return
    context = multiprocessing.get_context("forkserver")
    with context.Pool(workers, initializer=_start_worker, initargs=(model_folder,)) as pool:
        yield from pool.imap(_describe_chunk, chunks)


_describe: Describe | None = None


def _start_worker(model_folder: Path) -> None:
    global _describe
    from models.loading import load_model

    _describe = load_model(model_folder).describe


def _describe_chunk(chunk: list[ClauseText]) -> ClauseFeatures:
    assert _describe is not None, "the worker has not started"
    return _describe(chunk)


def _save(folder: Path, features: ClauseFeatures) -> None:
    np.save(folder / "probabilities.npy", features.probabilities.astype(np.float16, copy=False))
    np.save(folder / "reach.npy", features.reach.astype(np.float16, copy=False))
    for name, matrix in (("words", features.words), ("activities", features.activities)):
        for field in _SPARSE:
            np.save(folder / f"{name}.{field}.npy", getattr(matrix, field))
        np.save(folder / f"{name}.shape.npy", np.array(matrix.shape))


_ORDER = ("impacts", "rows", "starts")
_OF_CLAUSES = ("lengths", "repealed", "article", "head")
_FIRST_ROWS = ("article", "head")


def _save_clauses(
    folder: Path,
    table: pa.Table,
    versions: list[tuple[int, int]],
    keys: npt.NDArray[np.uint64],
    features: ClauseFeatures,
) -> None:
    """What follows from the clauses and their features: keys, lists and groups."""
    order = np.argsort(keys, kind="stable")
    np.save(folder / "keys.npy", keys[order])
    np.save(folder / "key_rows.npy", order.astype(np.int32))
    repealed = table["repealed"].to_numpy()
    # The worth that a reader of the index would work out: in half precision.
    worth = np.where(repealed, np.float32(0), promise(features.probabilities.astype(np.float16, copy=False)))
    for name, matrix in (("by_word", features.words), ("by_activity", features.activities)):
        lists = impact_order(matrix, worth)
        for field in _ORDER:
            np.save(folder / f"{name}.{field}.npy", getattr(lists, field))
    np.save(folder / "repealed.npy", repealed)
    np.save(folder / "lengths.npy", pc.utf8_length(table["text"]).to_numpy().astype(np.int32))
    articles = [ref.partition("/lid-")[0] for ref in table["ref"].to_pylist()]
    np.save(folder / "article.npy", _first_rows(articles, versions))
    np.save(folder / _LAST, _first_rows(table["heading"].to_pylist(), versions))


def _first_rows(names: list[str], versions: list[tuple[int, int]]) -> npt.NDArray[np.int32]:
    """For every row of a version the first that has the same name. *Shape:* (rows,)."""
    firsts = np.arange(len(names), dtype=np.int32)
    for start, count in versions:
        known: dict[str, int] = {}
        for row in range(start, start + count):
            firsts[row] = known.setdefault(names[row], row)
    return firsts


def _load(folder: Path) -> ClauseFeatures:
    def sparse(name: str) -> sp.csr_matrix:
        data, indices, indptr = (_map(folder / f"{name}.{field}.npy") for field in _SPARSE)
        return sp.csr_matrix((data, indices, indptr), shape=tuple(np.load(folder / f"{name}.shape.npy")), copy=False)

    return ClauseFeatures(
        probabilities=_map(folder / "probabilities.npy"),
        words=sparse("words"),
        activities=sparse("activities"),
        reach=_map(folder / "reach.npy"),
    )


def _map(path: Path) -> npt.NDArray[Any]:
    """An array in a file, read where it is needed."""
    return np.asarray(np.load(path, mmap_mode="r"))
