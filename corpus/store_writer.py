"""Changing a store: all of a change, or nothing of it.

New clauses go to a file of their own. Only when that file and the new list of regulations are safely on disk does a rename
put the new store.json in place; until then, whatever happens (full disk, Ctrl-C, kill -9), the store is as it was.
"""

from __future__ import annotations

import fcntl
import json
import os
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

import pyarrow as pa

from corpus.errors import StoreProblem
from corpus.schema import CLAUSES, REGULATIONS, RegulationEntry, regulation_table
from corpus.store import LAYOUT, Contents, PartFile, Store, read_contents, sha256_of

MAX_PARTS = 32
"""With more parts than this the store is written anew as one part."""


class StoreWriter:
    """One change to a store, as a context manager: leaving it normally commits, an exception leaves the store as it was.

    >>> with StoreWriter(folder) as writer:      # doctest: +SKIP
    ...     writer.add([entry_of(regulation)], clause_batch(regulation.clauses))
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.added: list[RegulationEntry] = []
        self.replaced: set[tuple[str, str]] = set()
        self._rows = 0

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
            self._path = self.folder / "parts" / f"new-{uuid.uuid4().hex}.tmp"
            with self._explained():
                self._sink = pa.OSFile(str(self._path), "wb")
                self._stream = pa.ipc.new_stream(self._sink, CLAUSES)
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
        with self._explained():
            self._stream.write_batch(clauses)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        for entry in listed:
            self.added.append(replace(entry, added=now, part="", start=self._rows))
            self._rows += entry.clauses

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        try:
            with self._explained():
                with suppress(OSError, pa.ArrowException) if kind else self._explained():
                    self._stream.close()
                    self._sink.close()
                if kind is None and self.added:
                    self._commit()
        finally:
            self._path.unlink(missing_ok=True)
            self._sweep()
            self._lock.close()

    def _commit(self) -> None:
        part = self._keep(self._path, folder="parts", rows=self._rows)
        added = {entry.key: replace(entry, part=part.file) for entry in self.added}  # the last of equal versions counts
        old = {entry.key for entry in self._versions}
        self.replaced = old & added.keys()
        versions = [entry for entry in self._versions if entry.key not in added] + list(added.values())
        used = {entry.part for entry in versions}
        parts = [known for known in (*self._old.parts, part) if known.file in used]
        live, rows = sum(entry.clauses for entry in versions), sum(known.rows for known in parts)
        if len(parts) > MAX_PARTS or rows > 2 * live:
            compacted, versions = self._compact(versions)
            parts = [compacted]
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
        _to_disk(new)
        new.replace(self.folder / "store.json")
        _to_disk(self.folder)

    def _compact(self, versions: list[RegulationEntry]) -> tuple[PartFile, list[RegulationEntry]]:
        """All living rows in one new part."""
        temporary = self.folder / "parts" / f"new-{uuid.uuid4().hex}.tmp"
        tables: dict[str, pa.Table] = {}
        moved, row = [], 0
        with pa.OSFile(str(temporary), "wb") as sink, pa.ipc.new_stream(sink, CLAUSES) as stream:
            for entry in versions:
                if entry.part not in tables:
                    with pa.memory_map(str(self.folder / entry.part)) as source:
                        tables[entry.part] = pa.ipc.open_stream(source).read_all()
                stream.write_table(tables[entry.part].slice(entry.start, entry.clauses).combine_chunks())
                moved.append(replace(entry, start=row))
                row += entry.clauses
        part = self._keep(temporary, folder="parts", rows=row)
        return part, [replace(entry, part=part.file) for entry in moved]

    def _keep(self, temporary: Path, *, folder: str, rows: int) -> PartFile:
        """Give a finished file its final name, which is its hash."""
        digest = sha256_of(temporary)
        _to_disk(temporary)
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


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
