"""Making the index of a store.

A clause is described once: where another part, or an older one that the store no longer names, holds a clause that reads the
same, its row is copied. Adding a regulation therefore costs what is new in it, and merging parts costs no reading.

    STORE/index/<model>/<part>.<key>.tmp/   a part that is not finished: one .npz per chunk that is, named by what it holds. The
                                     key is of model and code, so that who goes on does so with the same

A part has its name only when all of it is on disk, and loses it before anything of it is removed.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import scipy.sparse as sp

from corpus.code_hash import code_hash
from corpus.errors import StoreProblem
from corpus.schema import RegulationEntry
from corpus.spreading import spread
from corpus.store import Store, read_contents
from corpus.store_writer import to_disk
from models.impact import impact_order, promise
from models.index import ORDER, SPARSE, ClauseFeatures, Rows, index_folder, load_features, mapped
from models.vectorising import ClauseText

CHUNK = 4_000
"""Clauses that a process works on at a time."""

_MATRICES = ("words", "activities")
_LAST = "head.npy"  # what the index came to hold last: a part without it is made again

Describe = Callable[[list[ClauseText]], ClauseFeatures]
OnChunk = Callable[[str, int], None] | None


def build_index(
    store: Store,
    *,
    model_folder: Path,
    workers: int = 1,
    cluster: str | None = None,
    on_chunk: OnChunk = None,
    describe: Describe | None = None,
) -> Path:
    """Make what is missing of the index of a store, and remove what belongs to no part any more.

    Args:
        store: whose clauses are described.
        model_folder: the model directory; every process opens it for itself. The index of another model stands beside this one.
        workers: number of processes.
        cluster: address of a Dask scheduler whose workers describe instead; see corpus.spreading.
        on_chunk: called after every chunk with the part's name and the number of clauses done.
        describe: of that model, where this process has it open: what is new in a small part is then described at once.

    Returns:
        The folder of the index, one sub-folder per part.

    Raises:
        UsageError, WorkLost: see corpus.spreading.spread; what was done is kept, and the next call goes on from there.
        StoreProblem: the index cannot be written.
    """
    folder = index_folder(store, model_folder)
    missing = [part.file for part in store.contents.parts if not _whole(folder / Path(part.file).stem)]
    if not missing:
        return folder  # the store may lie on a read-only disk
    try:
        with _alone(folder):
            for file in missing:
                if not _whole(folder / Path(file).stem):  # else another process did it while this one waited
                    _make_part(store, file, folder, _Worker(model_folder, workers, cluster, describe), on_chunk)
            if read_contents(store.folder) == store.contents:  # somebody else may be at work for a newer store
                _sweep(folder, {Path(part.file).stem for part in store.contents.parts})
    except OSError as error:
        raise StoreProblem(f"{folder}: the index cannot be written ({error.strerror})") from None
    return folder


def clause_texts(table: pa.Table, titles: dict[str, str]) -> list[ClauseText]:
    """What the models read of the clauses in a table with columns ref, text and heading."""
    refs, texts, headings = (table[name].to_pylist() for name in ("ref", "text", "heading"))
    return [
        ClauseText(text=text, heading=heading, title=titles.get(ref.partition("/")[0], ""), ref=ref)
        for ref, text, heading in zip(refs, texts, headings, strict=True)
    ]


@dataclass(frozen=True)
class _Worker:
    """Who describes clauses."""

    model_folder: Path
    workers: int
    cluster: str | None
    describe: Describe | None

    def __call__(self, chunks: Iterator[list[ClauseText]], number: int) -> Iterator[ClauseFeatures]:
        if self.describe is not None and number <= 2 * CHUNK and self.cluster is None:
            yield from map(self.describe, chunks)
            return
        named = _named_model(self.model_folder)
        yield from spread(_describe_chunk, chunks, start=_tools, arguments=named, workers=self.workers, cluster=self.cluster)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other process makes this index: two would do the same work."""
    folder.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open(
        "w"
    ) as lock:  # for writing: a disk that cannot be written is told at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _sweep(folder: Path, used: set[str]) -> None:
    """Remove parts, and unfinished ones, that the store no longer names."""
    for made in folder.iterdir():
        if made.name.partition(".")[0] not in used and ((made / _LAST).exists() or made.suffix == ".tmp"):
            _remove(made)


def _remove(folder: Path) -> None:
    if folder.exists():
        gone = folder.with_name(f"{folder.name.partition('.')[0]}.{uuid.uuid4().hex}.tmp")
        folder.rename(gone)  # so that a half of it is never taken for the whole
        shutil.rmtree(gone, ignore_errors=True)


def _make_part(store: Store, file: str, folder: Path, worker: _Worker, on_chunk: OnChunk) -> None:
    own = [entry for entry in store.versions if entry.part == file]
    table = _titled(store.part_table(file).select(["ref", "text", "heading"]), own)
    keys = np.array([key for chunk in _chunks(table) for key in map(_key, chunk)], dtype=np.uint64)
    target = folder / Path(file).stem
    made_from = f"{folder.name} {code_hash('corpus', 'models')}"
    unfinished = target.with_name(f"{target.name}.{hashlib.sha256(made_from.encode()).hexdigest()[:16]}.tmp")
    for other in folder.glob(f"{target.name}.*.tmp"):
        if other != unfinished:
            shutil.rmtree(other, ignore_errors=True)
    unfinished.mkdir(exist_ok=True)
    features = _features(file, table, keys, folder, unfinished, worker, on_chunk)
    whole = unfinished / "whole"
    shutil.rmtree(whole, ignore_errors=True)
    whole.mkdir()
    _save(whole, features)
    _save_clauses(whole, store.part_table(file), [(entry.start, entry.clauses) for entry in own], keys, features)
    for path in [*whole.iterdir(), whole]:
        to_disk(path)
    _remove(target)
    whole.rename(target)
    to_disk(folder)
    shutil.rmtree(unfinished)


def _titled(table: pa.Table, versions: Sequence[RegulationEntry]) -> pa.Table:
    """Clauses with the title that their own version of the regulation has; "" where no version holds them any more."""
    titles = [""] * table.num_rows
    for entry in versions:
        titles[entry.start : entry.start + entry.clauses] = [entry.title] * entry.clauses
    return table.append_column("title", pa.array(titles, pa.string()))


def _texts(table: pa.Table) -> list[ClauseText]:
    columns = (table[name].to_pylist() for name in ("text", "heading", "title", "ref"))
    return [
        ClauseText(text=text, heading=heading, title=title, ref=ref) for text, heading, title, ref in zip(*columns, strict=True)
    ]


def _features(
    file: str,
    table: pa.Table,
    keys: npt.NDArray[np.uint64],
    folder: Path,
    unfinished: Path,
    worker: _Worker,
    on_chunk: OnChunk,
) -> ClauseFeatures:
    """What is known of the clauses of a part: copied where the index holds it, described where not, each clause once."""
    found, copied = _known(folder, keys)
    new = np.flatnonzero(~found)[np.sort(np.unique(keys[~found], return_index=True)[1])]
    wanted = np.zeros(len(keys), dtype=bool)
    wanted[new] = True
    described = table.filter(pa.array(wanted)) if len(new) < len(keys) else table
    starts = range(0, max(len(new), 1), CHUNK) if len(new) or not copied else range(0)
    # Named by what they hold: what is new depends on which other parts were described before this one was cut off.
    pieces = [
        unfinished / f"{hashlib.sha256(keys[new[start : start + CHUNK]].tobytes()).hexdigest()[:16]}.npz" for start in starts
    ]
    todo = [(piece, start) for piece, start in zip(pieces, starts, strict=True) if not piece.exists()]
    done = int(found.sum())
    if done and on_chunk is not None:
        on_chunk(file, done)
    chunks = (_texts(described.slice(start, CHUNK)) for _, start in todo)
    for (piece, start), features in zip(todo, worker(chunks, len(new)) if todo else (), strict=True):
        _save_piece(piece, features)
        if on_chunk is not None:
            on_chunk(file, done + min(start + CHUNK, len(new)))
    return _in_order(keys, new, [_piece(piece) for piece in pieces], copied)


def _named_model(folder: Path) -> dict[str, str]:
    from models.loading import named_model  # which knows this module

    return named_model(folder)


def _tools(**named: str) -> Describe:
    from models.loading import load_named_model

    return load_named_model(**named).describe


def _describe_chunk(describe: Describe, chunk: list[ClauseText]) -> ClauseFeatures:
    return describe(chunk)


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
        known, rows = mapped(part / "keys.npy"), mapped(part / "key_rows.npy")
        if not len(known):
            continue
        place = np.minimum(np.searchsorted(known, keys), len(known) - 1)
        here = np.flatnonzero((known[place] == keys) & ~found)
        if len(here):
            copied.append((here, load_features(part).at(rows[place[here]])))
            found[here] = True
    return found, copied


def _whole(folder: Path) -> bool:
    return (folder / _LAST).exists()


def _chunks(table: pa.Table) -> Iterator[list[ClauseText]]:
    for batch in table.to_batches():
        for start in range(0, batch.num_rows, CHUNK):
            yield _texts(pa.Table.from_batches([batch.slice(start, CHUNK)]))


def _key(clause: ClauseText) -> int:
    """A number for all that the models read of a clause: two of ten million are alike by chance once in 300,000 stores."""
    read = "\0".join((clause.title, clause.heading, clause.text)).encode()
    return int.from_bytes(blake2b(read, digest_size=8).digest(), "little")


def _save_piece(piece: Path, features: ClauseFeatures) -> None:
    arrays: dict[str, Any] = {
        "probabilities": features.probabilities.astype(np.float16),
        "reach": features.reach.astype(np.float16),
    }
    for name in _MATRICES:
        matrix = getattr(features, name)
        arrays |= {f"{name}.{field}": getattr(matrix, field) for field in SPARSE}
        arrays[f"{name}.shape"] = np.array(matrix.shape)
    temporary = piece.with_suffix(".tmp")
    with temporary.open("wb") as stream:
        np.savez(stream, **arrays)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(piece)


def _piece(path: Path) -> ClauseFeatures:
    with np.load(path) as arrays:
        matrices = {
            name: sp.csr_matrix(tuple(arrays[f"{name}.{field}"] for field in SPARSE), shape=tuple(arrays[f"{name}.shape"]))
            for name in _MATRICES
        }
        return ClauseFeatures(probabilities=arrays["probabilities"], reach=arrays["reach"], **matrices)


def _save(folder: Path, features: ClauseFeatures) -> None:
    np.save(folder / "probabilities.npy", features.probabilities.astype(np.float16, copy=False))
    np.save(folder / "reach.npy", features.reach.astype(np.float16, copy=False))
    for name, matrix in (("words", features.words), ("activities", features.activities)):
        for field in SPARSE:
            np.save(folder / f"{name}.{field}.npy", getattr(matrix, field))
        np.save(folder / f"{name}.shape.npy", np.array(matrix.shape))


def _save_clauses(
    folder: Path,
    table: pa.Table,
    versions: list[tuple[int, int]],
    keys: npt.NDArray[np.uint64],
    features: ClauseFeatures,
) -> None:
    """What follows from the clauses and their features: keys, lists and groups."""
    import pyarrow.compute as pc  # see corpus.store

    order = np.argsort(keys, kind="stable")
    np.save(folder / "keys.npy", keys[order])
    np.save(folder / "key_rows.npy", order.astype(np.int32))
    repealed = table["repealed"].to_numpy()
    # The worth that a reader of the index would work out: in half precision.
    worth = np.where(repealed, np.float32(0), promise(features.probabilities.astype(np.float16, copy=False)))
    for name, matrix in (("by_word", features.words), ("by_activity", features.activities)):
        lists = impact_order(matrix, worth)
        for field in ORDER:
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
