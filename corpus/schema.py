"""How clauses and regulations lie in Arrow tables: column names, types, and the way from records and back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from corpus.passages import text_hash
from corpus.records import Clause, Link, Regulation, Span
from corpus.references.resolve import symbolic

_STRINGS = pa.list_(pa.string())
_OFFSETS = pa.list_(pa.int32())

CLAUSES = pa.schema(
    [
        ("ref", pa.string()),
        ("text", pa.string()),
        ("heading", pa.string()),
        ("headings", _STRINGS),
        ("lead_in", pa.string()),
        ("official_id", pa.string()),
        ("repealed", pa.bool_()),
        ("valid_from", pa.string()),
        ("text_sha256", pa.string()),  # of the normalised text
        ("spans", _OFFSETS),  # triples: text_start, source_start, length
        ("link_offsets", _OFFSETS),  # pairs: start, end
        ("link_targets", _STRINGS),
        ("qualifications", _STRINGS),
        ("activities", _STRINGS),
        # The reference graph, as the clause words it. Names of other regulations are looked up when read, so adding or
        # amending one regulation never rewrites the rows of another.
        ("citation_offsets", _OFFSETS),  # pairs: start, end
        ("citation_regulations", _STRINGS),  # "" for the own regulation, otherwise the words in which the name begins
        ("citation_paths", _STRINGS),  # "artikel-5/lid-1"; "" for the regulation as a whole
    ]
)

_REGULATION_TEXTS = (
    "id",
    "title",
    "level",
    "long_title",
    "kind",
    "authority",
    "official_id",
    "version_date",
    "valid_from",
    "valid_until",
    "format",
    "source",
    "source_sha256",
    "licence",
    "address",
)

REGULATIONS = pa.schema(
    [
        *((name, pa.string()) for name in _REGULATION_TEXTS),
        ("aliases", _STRINGS),
        ("added", pa.string()),  # ISO time at which this version came into the store
        ("part", pa.string()),  # file that holds its clauses
        ("start", pa.int64()),  # first row in that file
        ("clauses", pa.int64()),  # number of rows
    ]
)


@dataclass(frozen=True, kw_only=True)
class RegulationEntry:
    """A regulation as the store lists it: everything but its clauses."""

    id: str
    title: str
    level: str
    long_title: str = ""
    kind: str = ""
    authority: str = ""
    official_id: str = ""
    aliases: tuple[str, ...] = ()
    version_date: str = ""
    valid_from: str = ""
    valid_until: str = ""
    format: str = ""
    source: str = ""
    source_sha256: str = ""
    licence: str = ""
    address: str = ""
    added: str = ""
    part: str = ""
    start: int = 0
    clauses: int = 0

    @property
    def key(self) -> tuple[str, str]:
        """What makes a version: the regulation and its date."""
        return (self.id, self.version_date)


def entry_of(regulation: Regulation) -> RegulationEntry:
    """A regulation that is not in a store yet, as it will be listed."""
    texts = {name: getattr(regulation, name) for name in _REGULATION_TEXTS}
    return RegulationEntry(**texts, aliases=regulation.aliases, clauses=len(regulation.clauses))


def regulation_table(entries: Iterable[RegulationEntry]) -> pa.Table:
    """Entries as a table with schema REGULATIONS."""
    listed = list(entries)
    columns = [pa.array([getattr(entry, field.name) for entry in listed], type=field.type) for field in REGULATIONS]
    return pa.Table.from_arrays(columns, schema=REGULATIONS)


def entries_of(table: pa.Table) -> list[RegulationEntry]:
    """The entries in a table with schema REGULATIONS."""
    assert {"id", "title", "level"} <= set(table.column_names), "the other fields have defaults"
    columns = {name: table[name].to_pylist() for name in table.column_names}
    columns["aliases"] = [tuple(names) for names in columns["aliases"]]
    return [_entry(columns, row) for row in zip(*columns.values(), strict=True)]


def _entry(names: Iterable[str], values: tuple[Any, ...]) -> RegulationEntry:
    """All fields at once: one by one, as a frozen dataclass sets them, a store would open in twice the time."""
    entry = RegulationEntry.__new__(RegulationEntry)
    vars(entry).update(zip(names, values, strict=True))
    return entry


def clause_batch(clauses: Sequence[Clause]) -> pa.RecordBatch:
    """Clauses as a record batch with schema CLAUSES, with their hashes and citations worked out."""
    columns: dict[str, list[Any]] = {name: [] for name in CLAUSES.names}
    for clause in clauses:
        for name in ("ref", "text", "heading", "lead_in", "official_id", "repealed", "valid_from"):
            columns[name].append(getattr(clause, name))
        for name in ("headings", "qualifications", "activities"):
            columns[name].append(list(getattr(clause, name)))
        columns["text_sha256"].append(text_hash(clause.text))
        columns["spans"].append(
            [number for span in clause.spans for number in (span.text_start, span.source_start, span.length)]
        )
        columns["link_offsets"].append([number for link in clause.links for number in (link.start, link.end)])
        columns["link_targets"].append([link.target for link in clause.links])
        offsets, regulations, paths = _citations(clause)
        columns["citation_offsets"].append(offsets)
        columns["citation_regulations"].append(regulations)
        columns["citation_paths"].append(paths)
    return pa.RecordBatch.from_arrays([pa.array(columns[f.name], type=f.type) for f in CLAUSES], schema=CLAUSES)


def clause_of(row: dict[str, Any]) -> Clause:
    """The clause in one row of a table with schema CLAUSES."""
    spans, links = row["spans"], row["link_offsets"]
    return Clause(
        ref=row["ref"],
        text=row["text"],
        heading=row["heading"],
        headings=tuple(row["headings"]),
        lead_in=row["lead_in"],
        official_id=row["official_id"],
        repealed=row["repealed"],
        valid_from=row["valid_from"],
        spans=tuple(Span(text_start=spans[i], source_start=spans[i + 1], length=spans[i + 2]) for i in range(0, len(spans), 3)),
        links=tuple(
            Link(start=links[2 * i], end=links[2 * i + 1], target=target) for i, target in enumerate(row["link_targets"])
        ),
        qualifications=tuple(row["qualifications"]),
        activities=tuple(row["activities"]),
    )


def _citations(clause: Clause) -> tuple[list[int], list[str], list[str]]:
    from corpus.references.grammar import find_citations  # its patterns take long to compile, and only who writes needs them

    offsets: list[int] = []
    regulations: list[str] = []
    paths: list[str] = []
    for citation in find_citations(clause.text):
        for target in symbolic(citation, own_ref=clause.ref):
            offsets += [citation.start, citation.end]
            regulations.append(target.regulation)
            paths.append(target.path)
    return offsets, regulations, paths
