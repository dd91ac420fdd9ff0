"""What the models need to know of every clause, worked out once and kept beside the store.

    STORE/index/<model>/<part>/      one folder per part of the store; a part never changes, so neither does its folder
      probabilities.npy              (rows, columns) float16, from the fast tier of the clause model
      words.*.npy, activities.*.npy  sparse rows (CSR): TF-IDF over stems, activities
      reach.npy                      (rows,) float16, how many initiatives meet it at all

Adding a regulation therefore costs what that regulation costs. Arrays are memory-mapped.
"""

from __future__ import annotations

import multiprocessing
import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import scipy.sparse as sp

from corpus.store import Store
from models.vectorising import ClauseText

CHUNK = 4_000
"""Clauses that a process works on at a time."""

_SPARSE = ("data", "indices", "indptr")
_LAST = "reach.npy"  # what the index came to hold last: a part without it is made again


@dataclass(frozen=True, kw_only=True)
class ClauseFeatures:
    """What is known of a run of clauses; the rows of all belong together."""

    probabilities: npt.NDArray[np.float32]  # (clauses, len(COLUMNS))
    words: sp.csr_matrix  # (clauses, vocabulary), rows of unit length
    activities: sp.csr_matrix  # (clauses, activities), 0..1
    reach: npt.NDArray[np.float32]  # (clauses,), see models.reach


Describe = Callable[[list[ClauseText]], ClauseFeatures]


def build_index(
    store: Store,
    *,
    model_folder: Path,
    key: str,
    workers: int = 1,
    on_chunk: Callable[[str, int], None] | None = None,
) -> Path:
    """Make what is missing of the index of a store.

    Args:
        store: whose clauses are described.
        model_folder: the model directory; every process opens it for itself.
        key: of the model (``models.packaging.package_key``); the index of another model stands beside it.
        workers: number of processes.
        on_chunk: called after every chunk with the part's name and the number of clauses done.

    Returns:
        The folder of the index, one sub-folder per part.
    """
    folder = store.folder / "index" / key
    for part in store.contents.parts:
        target = folder / Path(part.file).stem
        if (target / _LAST).exists():
            continue
        shutil.rmtree(target, ignore_errors=True)
        temporary = folder / f"new-{uuid.uuid4().hex}"
        temporary.mkdir(parents=True)
        try:
            _save(temporary, _describe_part(store, part.file, model_folder, workers, on_chunk))
            temporary.rename(target)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    return folder


def load_index(store: Store, folder: Path) -> ClauseFeatures:
    """The features of the newest versions, in the row order of ``store.table()``."""
    parts = {part.file: _load(folder / Path(part.file).stem) for part in store.contents.parts}
    slices = [(parts[e.part], e.start, e.start + e.clauses) for e in store.regulations.values() if e.clauses]
    merged = _merge_neighbours(slices)
    return ClauseFeatures(
        probabilities=_stack([part.probabilities[start:end] for part, start, end in merged]),
        words=sp.vstack([part.words[start:end] for part, start, end in merged], format="csr"),
        activities=sp.vstack([part.activities[start:end] for part, start, end in merged], format="csr"),
        reach=_stack([part.reach[start:end] for part, start, end in merged]),
    )


def clause_texts(table: pa.Table, titles: dict[str, str]) -> list[ClauseText]:
    """What the models read of the clauses in a table with columns ref, text and heading."""
    refs, texts, headings = (table[name].to_pylist() for name in ("ref", "text", "heading"))
    return [
        ClauseText(text=text, heading=heading, title=titles.get(ref.partition("/")[0], ""), ref=ref)
        for ref, text, heading in zip(refs, texts, headings, strict=True)
    ]


def _stack(pieces: list[npt.NDArray[np.float32]]) -> npt.NDArray[np.float32]:
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)


def _merge_neighbours(
    slices: list[tuple[ClauseFeatures, int, int]],
) -> list[tuple[ClauseFeatures, int, int]]:
    """Join slices that follow each other in one part: a store without replaced versions needs no copying."""
    merged: list[tuple[ClauseFeatures, int, int]] = []
    for part, start, end in slices:
        if merged and merged[-1][0] is part and merged[-1][2] == start:
            merged[-1] = (part, merged[-1][1], end)
        else:
            merged.append((part, start, end))
    return merged


def _describe_part(
    store: Store, file: str, model_folder: Path, workers: int, on_chunk: Callable[[str, int], None] | None
) -> ClauseFeatures:
    titles = {entry.id: entry.title for entry in store.versions}
    table = store.part_table(file).select(["ref", "text", "heading"])
    chunks = (clause_texts(table.slice(start, CHUNK), titles) for start in range(0, max(table.num_rows, 1), CHUNK))
    pieces: list[ClauseFeatures] = []
    done = 0
    for piece in _described(chunks, model_folder, workers if table.num_rows > 2 * CHUNK else 1):
        pieces.append(piece)
        done += piece.probabilities.shape[0]
        if on_chunk is not None:
            on_chunk(file, done)
    return ClauseFeatures(
        probabilities=np.concatenate([piece.probabilities for piece in pieces]).astype(np.float16),
        words=sp.vstack([piece.words for piece in pieces], format="csr"),
        activities=sp.vstack([piece.activities for piece in pieces], format="csr"),
        reach=np.concatenate([piece.reach for piece in pieces]).astype(np.float16),
    )


def _described(chunks: Iterator[list[ClauseText]], model_folder: Path, workers: int) -> Iterator[ClauseFeatures]:
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
    np.save(folder / "probabilities.npy", features.probabilities)
    np.save(folder / _LAST, features.reach)
    for name, matrix in (("words", features.words), ("activities", features.activities)):
        for field in _SPARSE:
            np.save(folder / f"{name}.{field}.npy", getattr(matrix, field))
        np.save(folder / f"{name}.shape.npy", np.array(matrix.shape))


def _load(folder: Path) -> ClauseFeatures:
    def sparse(name: str) -> sp.csr_matrix:
        data, indices, indptr = (np.load(folder / f"{name}.{field}.npy", mmap_mode="r") for field in _SPARSE)
        return sp.csr_matrix((data, indices, indptr), shape=tuple(np.load(folder / f"{name}.shape.npy")), copy=False)

    return ClauseFeatures(
        probabilities=np.load(folder / "probabilities.npy", mmap_mode="r"),
        words=sparse("words"),
        activities=sparse("activities"),
        reach=np.load(folder / _LAST, mmap_mode="r"),
    )
