"""Adding files to a store: find, read on all cores or on a cluster, write in one change."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

import pyarrow as pa

from corpus.archives import MAX_MEMBER
from corpus.errors import UnreadableSource, UsageError
from corpus.intake import FoundUnit, Refusal, find_units, in_memory
from corpus.readers import reader
from corpus.records import SourceFile
from corpus.schema import CLAUSES, RegulationEntry, clause_batch, entry_of
from corpus.spreading import spread
from corpus.store_writer import StoreWriter

CHUNK_BYTES = 3 * 2**20
"""Source bytes that a worker process gets at a time: enough to keep it busy, little enough to bound memory."""

CHUNK_FILES = 200

BATCH_CLAUSES = 20_000
"""Rows after which a worker hands over a batch: bounds memory for files that hold a whole corpus."""


@dataclass
class AddReport:
    """What came of every file."""

    read: list[tuple[str, str, int, int]] = field(default_factory=list)  # name, format, regulations, clauses
    joined: list[tuple[str, str]] = field(default_factory=list)  # name, name of the file it was read with
    refused: list[Refusal] = field(default_factory=list)
    regulations: int = 0
    clauses: int = 0
    replaced: int = 0  # versions that were in the store already


@dataclass(frozen=True, kw_only=True)
class _Result:
    """What a worker hands back: entries with their rows, or a refusal. A large file comes in several results."""

    name: str
    format: str
    companions: tuple[str, ...]
    entries: tuple[RegulationEntry, ...] = ()
    batch: pa.RecordBatch | None = None
    refusal: Refusal | None = None


def add_paths(
    paths: Sequence[Path],
    *,
    store: Path,
    workers: int | None = None,
    cluster: str | None = None,
    on_file: Callable[[str, int], None] | None = None,
) -> AddReport:
    """Read files, folders and archives into a store, as one change.

    Args:
        paths: what to read.
        store: folder of the store; made when it does not exist.
        workers: number of processes; None for one per core.
        cluster: address of a Dask scheduler whose workers read instead; see corpus.spreading.
        on_file: called after every file with its name and the number of clauses so far.

    Returns:
        What came of every file. A file that stands among ``paths`` itself and cannot be read is an error; one that was
        found in a folder or archive is listed as refused.

    Raises:
        UnreadableSource: a file that was named cannot be read, or nothing at all could be read; the store is unchanged.
        UsageError: a path does not exist, or the cluster cannot be used.
        WorkLost: see corpus.spreading.spread; the store is unchanged.
        StoreProblem: the store cannot be written; it is as it was.
    """
    report = AddReport()
    with StoreWriter(store) as writer:
        for result in _results(find_units(paths), workers=workers or os.cpu_count() or 1, cluster=cluster):
            _take(result, report, writer)
            if on_file is not None:
                on_file(result.name, report.clauses)
        if not writer.added:
            _nothing_read(paths, report)
    report.replaced = len(writer.replaced)
    report.regulations = len({entry.key for entry in writer.added})
    return report


def _take(result: _Result, report: AddReport, writer: StoreWriter) -> None:
    if result.refusal is not None:
        if result.refusal.explicit:
            raise result.refusal.error
        report.refused.append(result.refusal)
        return
    if result.batch is not None:
        writer.add(result.entries, result.batch)
        report.clauses += result.batch.num_rows
    if report.read and report.read[-1][0] == result.name:
        _, _, regulations, clauses = report.read.pop()
    else:
        regulations = clauses = 0
        report.joined += [(companion, result.name) for companion in result.companions]
    rows = result.batch.num_rows if result.batch is not None else 0
    report.read.append((result.name, result.format, regulations + len(result.entries), clauses + rows))


def _nothing_read(paths: Sequence[Path], report: AddReport) -> None:
    place = ", ".join(str(path) for path in paths)
    if report.refused:
        first = report.refused[0]
        raise UnreadableSource(first.name, f"{first.reason}; nothing else in {place} could be read", line=first.line)
    raise UnreadableSource(place, "holds no file")


def _results(found: Iterable[FoundUnit | Refusal], *, workers: int, cluster: str | None) -> Iterator[_Result]:
    if cluster is not None or workers > 1:
        travels = _in_archive if cluster is None else _anything
        found = (_portable(item, travels) for item in found)
    return chain.from_iterable(spread(_read_chunk, _chunks(found), start=_nothing, workers=workers, cluster=cluster))


def _chunks(found: Iterable[FoundUnit | Refusal]) -> Iterator[list[FoundUnit | Refusal]]:
    chunk: list[FoundUnit | Refusal] = []
    weight = 0
    for item in found:
        chunk.append(item)
        weight += _weight(item)
        if weight >= CHUNK_BYTES or len(chunk) >= CHUNK_FILES:
            yield chunk
            chunk, weight = [], 0
    if chunk:
        yield chunk


def _weight(item: FoundUnit | Refusal) -> int:
    return item.unit.main.size if isinstance(item, FoundUnit) else 0


def _portable(item: FoundUnit | Refusal, takes_along: Callable[[SourceFile], bool]) -> FoundUnit | Refusal:
    """An item that can travel to a worker: it takes along the bytes that the worker could not read where it is."""
    if isinstance(item, Refusal) or not takes_along(item.unit.main):
        return item
    try:
        return replace(item, unit=replace(item.unit, main=in_memory(item.unit.main)))
    except UnreadableSource as error:
        return Refusal.of(error, explicit=False)


def _in_archive(file: SourceFile) -> bool:
    return "!/" in file.name


def _anything(file: SourceFile) -> bool:
    if file.size > MAX_MEMBER:
        raise UsageError(f"{file.name}: more than {MAX_MEMBER // 2**20} MB do not travel; add it without --cluster")
    return True


def _nothing() -> None:
    """Readers need nothing but the file."""


def _read_chunk(_: None, chunk: Iterable[FoundUnit | Refusal]) -> Iterator[_Result]:
    for item in chunk:
        if isinstance(item, Refusal):
            yield _Result(name=item.name, format="", companions=(), refusal=item)
        else:
            yield from _read_unit(item)


def _read_unit(found: FoundUnit) -> Iterator[_Result]:
    companions = tuple(companion.name for companion in found.unit.companions)
    result = _Result(name=found.unit.main.name, format=found.format, companions=companions)
    entries: list[RegulationEntry] = []
    batches: list[pa.RecordBatch] = []
    rows = 0
    try:
        for regulation in reader(found.format)(found.unit):
            entries.append(entry_of(regulation))
            batches.append(clause_batch(regulation.clauses))
            rows += len(regulation.clauses)
            if rows >= BATCH_CLAUSES:
                yield replace(result, entries=tuple(entries), batch=_joined(batches))
                entries, batches, rows = [], [], 0
    except UnreadableSource as error:
        yield replace(result, refusal=Refusal.of(error, explicit=found.explicit))
        return
    if entries:
        yield replace(result, entries=tuple(entries), batch=_joined(batches))


def _joined(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    table = pa.Table.from_batches(batches, schema=CLAUSES).combine_chunks()
    return table.to_batches()[0] if table.num_rows else pa.RecordBatch.from_pylist([], schema=CLAUSES)
