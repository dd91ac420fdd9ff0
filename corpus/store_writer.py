"""Changing a store: all of a change, or nothing of it.

New clauses go to a file of their own. Only when that file and the new list of regulations are safely on disk does a rename
put the new store.json in place; until then, whatever happens (full disk, Ctrl-C, kill -9), the store is as it was.
"""

from __future__ import annotations

import fcntl
import json
import os
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

import pyarrow as pa

from corpus.errors import StoreProblem
from corpus.schema import CLAUSES, REGULATIONS, RegulationEntry, regulation_table
from corpus.store import LAYOUT, Contents, Mapped, PartFile, Store, read_contents, sha256_of

MAX_PARTS = 32
"""With more parts than this the small ones are written anew as one."""

BATCH = 20_000
"""Rows that lie together in a file: opening it costs a little for every batch."""


class _ClauseFile:
    """A file of clauses in the making; rows are collected into batches of some size."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = 0
        self._sink = pa.OSFile(str(path), "wb")
        self._stream = pa.ipc.new_stream(self._sink, CLAUSES)
        self._waiting: list[pa.RecordBatch] = []
        self._written = 0

    def write(self, batches: Iterable[pa.RecordBatch]) -> None:
        for batch in batches:
            self._waiting.append(batch)
            self.rows += batch.num_rows
        if self.rows - self._written >= BATCH:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._stream.close()
        self._sink.close()

    def _flush(self) -> None:
        self._stream.write_table(pa.Table.from_batches(self._waiting, schema=CLAUSES).combine_chunks())
        self._waiting, self._written = [], self.rows


class StoreWriter:
    """One change to a store, as a context manager: leaving it normally commits, an exception leaves the store as it was.

    >>> with StoreWriter(folder) as writer:      # doctest: +SKIP
    ...     writer.add([entry_of(regulation)], clause_batch(regulation.clauses))
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.added: list[RegulationEntry] = []
        self.replaced: set[tuple[str, str]] = set()

    def __enter__(self) -> StoreWriter:
        try:
            (self.folder / "parts").mkdir(parents=True, exist_ok=True)
            self._lock = (self.folder / "lock").open("w")
        except OSError as error:
            raise StoreProblem(f"{self.folder}: cannot be written ({error.strerror})") from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            raise StoreProblem(f"{self.folder}: another program is changing this store") from None
        try:
            self._old = self._old_contents()
            self._versions = list(Store(self.folder).versions) if self._old.generation else []
            self._sweep()
            with self._explained():
                self._file = self._new_file()
        except BaseException:
            self._lock.close()
            raise
        return self

    def add(self, entries: Iterable[RegulationEntry], clauses: pa.RecordBatch) -> None:
        """Add versions of regulations.

        Args:
            entries: in the order of their clauses; ``clauses`` of each says how many rows are its own.
            clauses: their rows, with schema CLAUSES.

        Raises:
            StoreProblem: the disk is full or not writable.
            ValueError: the numbers of rows do not add up.
        """
        listed = list(entries)
        if sum(entry.clauses for entry in listed) != clauses.num_rows:
            raise ValueError("the entries list another number of clauses than the batch holds")
        row = self._file.rows
        with self._explained():
            self._file.write([clauses])
        now = datetime.now(UTC).isoformat(timespec="seconds")
        for entry in listed:
            self.added.append(replace(entry, added=now, part="", start=row))
            row += entry.clauses

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        try:
            with self._explained():
                with suppress(OSError, pa.ArrowException) if kind else self._explained():
                    self._file.close()
                if kind is None and self.added:
                    self._commit()
        finally:
            self._file.path.unlink(missing_ok=True)
            self._sweep()
            self._lock.close()

    def _commit(self) -> None:
        part = self._keep(self._file.path, folder="parts", rows=self._file.rows)
        added = {entry.key: replace(entry, part=part.file) for entry in self.added}  # the last of equal versions counts
        old = {entry.key for entry in self._versions}
        self.replaced = old & added.keys()
        # What is replaced keeps its place, so the order of a store does not tell how often it was amended.
        versions = [added.get(entry.key, entry) for entry in self._versions]
        versions += [entry for entry in added.values() if entry.key not in old]
        used = {entry.part for entry in versions}
        listed = {known.file: known for known in (*self._old.parts, part)}  # what has the same bytes is the same file
        parts = [known for known in listed.values() if known.file in used]
        merged = to_merge(parts, versions)
        if merged:
            new, versions = self._merge(merged, versions)
            parts = [*(known for known in parts if known.file not in merged), new]
        self._write_contents(parts, versions)

    def _write_contents(self, parts: list[PartFile], versions: list[RegulationEntry]) -> None:
        temporary = self.folder / f"regulations-{uuid.uuid4().hex}.tmp"
        with pa.OSFile(str(temporary), "wb") as sink, pa.ipc.new_stream(sink, REGULATIONS) as stream:
            stream.write_table(regulation_table(versions))
        regulations = self._keep(temporary, folder="", rows=len(versions))
        contents = {
            "layout": LAYOUT,
            "generation": self._old.generation + 1,
            "written": datetime.now(UTC).isoformat(timespec="seconds"),
            "parts": [asdict(part) for part in parts],
            "regulations": asdict(regulations),
        }
        new = self.folder / "store.json.tmp"
        new.write_text(json.dumps(contents, indent=1), encoding="utf-8")
        to_disk(new)
        new.replace(self.folder / "store.json")
        to_disk(self.folder)

    def _merge(self, merged: set[str], versions: list[RegulationEntry]) -> tuple[PartFile, list[RegulationEntry]]:
        """The living rows of some parts in one new part, and where all versions lie now."""
        sources = {file: Mapped(self.folder / file) for file in merged}
        target = self._new_file()
        starts = {}
        for entry in versions:
            if entry.part in merged:
                starts[entry.key] = target.rows
                target.write(sources[entry.part].rows(entry.start, entry.clauses).to_batches())
        target.close()
        part = self._keep(target.path, folder="parts", rows=target.rows)
        moved = [
            replace(entry, part=part.file, start=starts[entry.key]) if entry.key in starts else entry for entry in versions
        ]
        return part, moved

    def _new_file(self) -> _ClauseFile:
        return _ClauseFile(self.folder / "parts" / f"new-{uuid.uuid4().hex}.tmp")

    def _keep(self, temporary: Path, *, folder: str, rows: int) -> PartFile:
        """Give a finished file its final name, which is its hash."""
        digest = sha256_of(temporary)
        to_disk(temporary)
        name = f"parts/{digest[:32]}.arrow" if folder else f"regulations-{digest[:32]}.arrow"
        temporary.replace(self.folder / name)
        return PartFile(file=name, sha256=digest, rows=rows)

    def _old_contents(self) -> Contents:
        if not (self.folder / "store.json").exists():
            return Contents(generation=0, parts=(), regulations=None, written="")
        return read_contents(self.folder)

    def _sweep(self) -> None:
        """Remove files that no store.json names: leftovers of a change that was cut off, or replaced parts."""
        try:
            contents = self._old_contents()
        except StoreProblem:
            return
        named = {part.file for part in contents.parts} | ({contents.regulations.file} if contents.regulations else set())
        for path in [*self.folder.glob("parts/*"), *self.folder.glob("regulations-*"), *self.folder.glob("*.tmp")]:
            if path.relative_to(self.folder).as_posix() not in named:
                path.unlink(missing_ok=True)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn the disk's complaints into one sentence."""
        try:
            yield
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
            raise StoreProblem(f"{self.folder}: writing failed ({reason}); the store is as it was") from None


def to_merge(parts: Sequence[PartFile], versions: Iterable[RegulationEntry]) -> set[str]:
    """Which files are to be written anew as one, after a change; mostly none.

    Of too many parts the smallest, and on from there as long as the next is not larger than all that were taken together: a
    log-structured merge (O'Neil and others 1996). A large part is written anew only after about as much was added as it holds.
    When more than half of all rows were replaced, everything is.
    """
    living: Counter[str] = Counter()
    for entry in versions:
        living[entry.part] += entry.clauses
    if sum(part.rows for part in parts) > 2 * living.total():
        return {part.file for part in parts}
    if len(parts) <= MAX_PARTS:
        return set()
    first, second, *others = sorted((part.file for part in parts), key=lambda file: living[file])
    taken, rows = {first, second}, living[first] + living[second]
    for file in others:
        if living[file] > rows:
            break
        taken.add(file)
        rows += living[file]
    return taken


def to_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
