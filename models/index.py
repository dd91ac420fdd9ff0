"""What the models need to know of every clause, worked out once and kept beside the store.

    STORE/index/<model>/<part>/      one folder per part of the store; a part never changes, so neither does its folder
      probabilities.npy              (rows, columns) float16, from the fast tier of the clause model
      words.*.npy, activities.*.npy  sparse rows (CSR): TF-IDF over stems, activities
      reach.npy                      (rows,) float16, how many initiatives meet it at all
    STORE/index/<model>/<part>.<key>.tmp/   a part that is not finished: one .npz per chunk that is. The key is of model and
                                     code, so that who goes on does so with the same

Adding a regulation therefore costs what that regulation costs, and work that was cut off goes on where it was. Arrays are
memory-mapped, and a part is put together chunk by chunk: it need not fit in memory.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import scipy.sparse as sp

from corpus.code_hash import code_hash
from corpus.spreading import spread
from corpus.store import Store
from models.vectorising import ClauseText

CHUNK = 4_000
"""Clauses that a process works on at a time."""

_SPARSE = ("data", "indices", "indptr")
_MATRICES = ("words", "activities")
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
    cluster: str | None = None,
    on_chunk: Callable[[str, int], None] | None = None,
) -> Path:
    """Make what is missing of the index of a store.

    Args:
        store: whose clauses are described.
        model_folder: the model directory; every process opens it for itself.
        key: name of the model version; the index of another version stands beside it.
        workers: number of processes.
        cluster: address of a Dask scheduler whose workers describe instead; see corpus.spreading.
        on_chunk: called after every chunk with the part's name and the number of clauses done.

    Returns:
        The folder of the index, one sub-folder per part.

    Raises:
        UsageError, WorkLost: see corpus.spreading.spread; what was done is kept, and the next call goes on from there.
    """
    folder = store.folder / "index" / key
    missing = [part.file for part in store.contents.parts if not _finished(folder, part.file)]
    if not missing:
        return folder  # the store may lie on a read-only disk
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        for file in missing:
            if not _finished(folder, file):  # else another process did it while this one waited
                _make_part(store, file, folder, model_folder, workers, cluster, on_chunk)
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


def _finished(folder: Path, file: str) -> bool:
    return (folder / Path(file).stem / _LAST).exists()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other process makes this index: two would do the same work."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _make_part(
    store: Store,
    file: str,
    folder: Path,
    model_folder: Path,
    workers: int,
    cluster: str | None,
    on_chunk: Callable[[str, int], None] | None,
) -> None:
    from models.loading import named_model

    named = named_model(model_folder)
    target = folder / Path(file).stem
    key = hashlib.sha256((named["manifest"] + code_hash("corpus", "models")).encode()).hexdigest()[:16]
    unfinished = target.with_name(f"{target.name}.{key}.tmp")
    for other in [target, *folder.glob(f"{target.name}.*.tmp")]:
        if other != unfinished:
            shutil.rmtree(other, ignore_errors=True)
    unfinished.mkdir(exist_ok=True)
    table = store.part_table(file).select(["ref", "text", "heading"])
    titles = {entry.id: entry.title for entry in store.versions}
    starts = range(0, max(table.num_rows, 1), CHUNK)
    pieces = [unfinished / f"{start}.npz" for start in starts]
    todo = [(piece, start) for piece, start in zip(pieces, starts, strict=True) if not piece.exists()]
    chunks = (clause_texts(table.slice(start, CHUNK), titles) for _, start in todo)
    described = spread(_describe_chunk, chunks, start=_tools, arguments=named, workers=workers, cluster=cluster)
    for (piece, start), features in zip(todo, described, strict=True):
        _save_piece(piece, features)
        if on_chunk is not None:
            on_chunk(file, min(start + CHUNK, table.num_rows))
    whole = unfinished / "whole"
    shutil.rmtree(whole, ignore_errors=True)
    whole.mkdir()
    _join_pieces(pieces, whole)
    whole.rename(target)
    shutil.rmtree(unfinished)


def _tools(**named: str) -> Describe:
    from models.loading import load_named_model

    return load_named_model(**named).describe


def _describe_chunk(describe: Describe, chunk: list[ClauseText]) -> ClauseFeatures:
    return describe(chunk)


def _save_piece(piece: Path, features: ClauseFeatures) -> None:
    arrays: dict[str, Any] = {
        "probabilities": features.probabilities.astype(np.float16),
        "reach": features.reach.astype(np.float16),
    }
    for name in _MATRICES:
        matrix = getattr(features, name)
        arrays |= {f"{name}.{field}": getattr(matrix, field) for field in _SPARSE}
        arrays[f"{name}.shape"] = np.array(matrix.shape)
    temporary = piece.with_suffix(".tmp")
    with temporary.open("wb") as stream:
        np.savez(stream, **arrays)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(piece)


def _join_pieces(pieces: Sequence[Path], folder: Path) -> None:
    """The arrays of all pieces one behind the other, without holding them in memory; _LAST comes last."""
    for name in _MATRICES:
        _join(pieces, f"{name}.data", folder)
        shapes = np.array([_array(piece, f"{name}.shape") for piece in pieces])
        entries = [int(_array(piece, f"{name}.indptr")[-1]) for piece in pieces]
        kind = np.int32 if max(sum(entries), *shapes[0]) <= np.iinfo(np.int32).max else np.int64
        _join(pieces, f"{name}.indices", folder, kind)
        ends = [_array(piece, f"{name}.indptr")[1:].astype(kind) for piece in pieces]
        before = np.cumsum([0, *entries[:-1]]).astype(kind)
        pointers = [np.zeros(1, kind), *(own + behind for own, behind in zip(ends, before, strict=True))]
        np.save(folder / f"{name}.indptr.npy", np.concatenate(pointers))
        np.save(folder / f"{name}.shape.npy", np.array((shapes[:, 0].sum(), shapes[0, 1])))
    for name in ("probabilities", "reach"):
        _join(pieces, name, folder)


def _join(pieces: Sequence[Path], name: str, folder: Path, kind: Any = None) -> None:
    first = _array(pieces[0], name)
    rows = sum(len(_array(piece, name)) for piece in pieces)
    header = {
        "descr": np.lib.format.dtype_to_descr(np.dtype(kind or first.dtype)),
        "fortran_order": False,
        "shape": (rows, *first.shape[1:]),
    }
    with (folder / f"{name}.npy").open("wb") as stream:
        np.lib.format.write_array_header_1_0(stream, header)
        for piece in pieces:
            stream.write(np.ascontiguousarray(_array(piece, name), dtype=kind).tobytes())


def _array(piece: Path, name: str) -> npt.NDArray[Any]:
    with np.load(piece) as arrays:
        found: npt.NDArray[Any] = arrays[name]
        return found


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
