"""The store: every clause of every regulation that was added, memory-mapped.

    STORE/
      store.json                 which files make up the store, with their SHA-256; replaced atomically, so it is the store
      regulations-<hash>.arrow   one row per version of a regulation
      parts/<hash>.arrow         clauses, one row each; a part is never changed

A version is a regulation id with a date. Adding the same version again replaces it; another date stands beside it, and the
newest is what is searched. Parts are Arrow files that are opened by memory map: opening costs no reading.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from corpus.errors import DamagedStore, OutdatedStore, StoreProblem, UnknownRef
from corpus.listing import Listing
from corpus.records import Clause
from corpus.schema import CLAUSES, REGULATIONS, RegulationEntry, clause_of

if TYPE_CHECKING:
    from datasets import Dataset

LAYOUT = 1
"""Number of the layout described above; a store with another number is refused."""


@dataclass(frozen=True, kw_only=True)
class PartFile:
    """One immutable file of the store."""

    file: str  # relative to the store
    sha256: str
    rows: int


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What store.json says."""

    generation: int  # counts changes; 0 for an empty store
    parts: tuple[PartFile, ...]
    regulations: PartFile | None
    written: str  # ISO time


def read_contents(folder: Path) -> Contents:
    """Which files make up the store in a folder.

    Raises:
        StoreProblem: there is no store there.
        OutdatedStore: it has another layout.
        DamagedStore: store.json cannot be understood.
    """
    path = folder / "store.json"
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StoreProblem(f"{folder}: no store here; make one with: regelruimte corpus add PATH --store {folder}") from None
    except (OSError, ValueError) as error:
        raise DamagedStore(f"{path}: cannot be read as the contents of a store ({error})") from None
    layout = raw.get("layout") if isinstance(raw, dict) else None
    if layout != LAYOUT:
        raise OutdatedStore(
            f"{path}: the store has layout {layout!r} and this version reads layout {LAYOUT}; add the sources to a new store"
        )
    try:
        return Contents(
            generation=int(raw["generation"]),
            parts=tuple(PartFile(**part) for part in raw["parts"]),
            regulations=PartFile(**raw["regulations"]) if raw["regulations"] else None,
            written=str(raw["written"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedStore(f"{path}: an entry is missing or wrong ({error})") from None


class Mapped:
    """The rows of one Arrow file, memory-mapped."""

    def __init__(self, path: Path) -> None:
        with pa.memory_map(str(path)) as source:
            self.table = pa.ipc.open_stream(source).read_all()
        self._batches = self.table.to_batches()
        self._starts = list(accumulate((batch.num_rows for batch in self._batches), initial=0))

    def rows(self, start: int, count: int) -> pa.Table:
        """Some rows that follow each other. Arrow's own slice goes through all batches of a file, this does not."""
        pieces = []
        place, end = bisect_right(self._starts, start) - 1, start + count
        while place < len(self._batches) and self._starts[place] < end:
            first = max(start - self._starts[place], 0)
            pieces.append(self._batches[place].slice(first, end - self._starts[place] - first))
            place += 1
        return pa.Table.from_batches(pieces, schema=self.table.schema)


class Store:
    """A store, opened for reading."""

    def __init__(self, folder: Path, *, before: Store | None = None) -> None:
        """Open the store in a folder.

        Args:
            folder: where it lies.
            before: the same store, opened before it was changed: parts that both have are not opened again.

        Raises:
            StoreProblem, OutdatedStore, DamagedStore: see read_contents; also when a file is missing.
        """
        self.folder = folder
        self.contents = read_contents(folder)
        opened = before._parts if before is not None and before.folder == folder else {}
        self._parts: dict[str, Mapped] = {part.file: opened.get(part.file) or self._open(part) for part in self.contents.parts}

    @property
    def versions(self) -> tuple[RegulationEntry, ...]:
        """Every version of every regulation, in the order of adding."""
        return self.regulations.versions

    @cached_property
    def regulations(self) -> Listing:
        """The newest version of each regulation, by id."""
        found = self.contents.regulations
        return Listing(self._open(found).table if found is not None else REGULATIONS.empty_table())

    def table(self, *, columns: list[str] | None = None, ids: set[str] | None = None) -> pa.Table:
        """Clauses of the newest versions as one Arrow table, without copying.

        Args:
            columns: names of schema.CLAUSES; None for all.
            ids: only these regulations; None for all. Rows follow ``regulations``.
        """
        pieces = []
        for file, start, end in self.runs(ids=ids):
            table = self._parts[file].rows(start, end - start)
            pieces.append(table.select(columns) if columns else table)
        schema = pa.schema([CLAUSES.field(name) for name in columns]) if columns else CLAUSES
        return pa.concat_tables(pieces) if pieces else schema.empty_table()

    def runs(self, *, ids: set[str] | None = None) -> list[tuple[str, int, int]]:
        """Where the clauses of the newest versions lie, in the order of ``table``: file, first row, and the row after the last.

        Versions that follow each other in a file are one run.
        """
        runs: list[tuple[str, int, int]] = []
        listed = self.regulations
        places = (listed.column(name) for name in ("part", "start", "clauses"))
        for name, file, start, clauses in zip(listed, *places, strict=True):
            if not clauses or (ids is not None and name not in ids):
                continue
            end = start + clauses
            if runs and runs[-1][0] == file and runs[-1][2] == start:
                start = runs.pop()[1]
            runs.append((file, start, end))
        return runs

    @cached_property
    def texts(self) -> pa.Table:
        """What clauses are looked up by, of the newest versions: ref, official_id, heading and text. Put together once."""
        return self.table(columns=["ref", "official_id", "heading", "text"])

    def citations(self, regulation_id: str) -> list[list[tuple[str, str]]]:
        """What each clause of a regulation refers to, in their order: (name of another regulation or "", path).

        The name is the text in which it begins; ``corpus.references.names`` finds the regulation.
        """
        entry = self.entry(regulation_id)
        table = self._slice(entry)
        names, paths = table["citation_regulations"].to_pylist(), table["citation_paths"].to_pylist()
        return [list(zip(own, to, strict=True)) for own, to in zip(names, paths, strict=True)]

    def clause_at(self, entry: RegulationEntry, row: int) -> Clause:
        """The clause in one row of a version, counted from 0."""
        return clause_of(self._slice(entry).slice(row, 1).to_pylist()[0])

    def part_table(self, file: str) -> pa.Table:
        """All rows of one part, replaced versions among them."""
        return self._parts[file].table

    def dataset(self) -> Dataset:
        """Clauses of the newest versions as one memory-mapped dataset."""
        from datasets import Dataset  # takes longer to import than a store to open

        return Dataset(self.table())

    def clauses(self, regulation_id: str, *, version_date: str | None = None) -> list[Clause]:
        """The clauses of one regulation in order.

        Args:
            regulation_id: for instance "BWBR0005537".
            version_date: ISO date of a version; None for the newest.

        Raises:
            UnknownRef: the store does not hold that regulation or version.
        """
        return [clause_of(row) for row in self.rows(self.entry(regulation_id, version_date=version_date))]

    def entry(self, regulation_id: str, *, version_date: str | None = None) -> RegulationEntry:
        """One version, as it is listed; raises UnknownRef."""
        if version_date is None:
            found = self.regulations.get(regulation_id)
        else:
            found = next((e for e in self.versions if e.key == (regulation_id, version_date)), None)
        if found is None:
            when = f" of {version_date}" if version_date else ""
            raise UnknownRef(f"{regulation_id}{when}: not in the store {self.folder}")
        return found

    def rows(self, entry: RegulationEntry) -> Iterator[dict[str, Any]]:
        """The rows of one version, as dictionaries."""
        yield from self._slice(entry).to_pylist()

    def clause(self, ref: str, *, version_date: str | None = None) -> Clause:
        """One clause; raises UnknownRef."""
        import pyarrow.compute as pc  # wraps hundreds of functions, and no start waits for that

        entry = self.entry(ref.split("/")[0], version_date=version_date)
        table = self._slice(entry)
        index = pc.index(table["ref"], ref).as_py()
        if index < 0:
            raise UnknownRef(f"{ref}: not in {entry.title} as the store {self.folder} holds it")
        return clause_of(table.slice(index, 1).to_pylist()[0])

    def within(self, ref: str, *, version_date: str | None = None) -> list[Clause]:
        """A clause, or the clauses of an article, in order: without reading the rest of the regulation.

        Raises:
            UnknownRef: the store does not hold that regulation or version.
        """
        import pyarrow.compute as pc  # wraps hundreds of functions, and no start waits for that

        table = self._slice(self.entry(ref.split("/")[0], version_date=version_date))
        begun = table.filter(pc.starts_with(table["ref"], ref)).to_pylist()
        return [clause_of(row) for row in begun if row["ref"] == ref or row["ref"].startswith(f"{ref}/")]

    def verify(self) -> list[str]:
        """Everything that is wrong with the store, one sentence each; empty when it is whole.

        Checked: the hash and number of rows of every file, that every version lies within its part, that refs are unique
        within a version, and that the hash of every clause is that of its text.
        """
        problems = []
        files = [*self.contents.parts, *([self.contents.regulations] if self.contents.regulations else [])]
        for part in files:
            if sha256_of(self.folder / part.file) != part.sha256:
                problems.append(f"{self.folder / part.file}: differs from its recorded hash")
        if problems:
            return problems
        rows = {part.file: part.rows for part in self.contents.parts}
        for file, mapped in self._parts.items():
            if mapped.table.num_rows != rows[file]:
                problems.append(f"{self.folder / file}: has {mapped.table.num_rows} rows instead of {rows[file]}")
        for entry in self.versions:
            if entry.start + entry.clauses > rows.get(entry.part, 0):
                problems.append(f"{entry.id} of {entry.version_date}: lies outside its file")
                continue
            problems += self._verify_version(entry)
        return problems

    def _verify_version(self, entry: RegulationEntry) -> Iterator[str]:
        from corpus.passages import text_hash

        table = self._slice(entry)
        refs = table["ref"].to_pylist()
        if len(set(refs)) < len(refs):
            yield f"{entry.id} of {entry.version_date}: a ref occurs twice"
        for ref, text, recorded in zip(refs, table["text"].to_pylist(), table["text_sha256"].to_pylist(), strict=True):
            if not ref.startswith(f"{entry.id}/"):
                yield f"{ref}: stands among the clauses of {entry.id}"
            if text_hash(text) != recorded:
                yield f"{ref}: its text differs from its hash"

    def _slice(self, entry: RegulationEntry) -> pa.Table:
        """The rows of one version."""
        return self._parts[entry.part].rows(entry.start, entry.clauses)

    def _open(self, part: PartFile) -> Mapped:
        path = self.folder / part.file
        if not path.is_file():
            raise DamagedStore(f"{path}: is missing from the store")
        try:
            return Mapped(path)
        except (OSError, pa.ArrowInvalid, ValueError) as error:
            raise DamagedStore(f"{path}: cannot be read ({error})") from None


def sha256_of(path: Path) -> str:
    """SHA-256 (hex) of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
