"""The regulations of a store, read by column."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping, Sequence, ValuesView
from functools import cached_property
from typing import Any

import pyarrow as pa

from corpus.schema import RegulationEntry, entries_of

LOOKED_UP = 500
"""Entries that are made one by one; making one takes as long as ten together, so from then on all are made."""


class Listing(Mapping[str, RegulationEntry]):
    """The newest version of each regulation, by id, in the order of adding.

    An entry is made when somebody asks for it: to make them all takes a tenth of a second for national law, and what starts
    a service needs no more than some columns of all and the entries of a few.
    """

    def __init__(self, table: pa.Table) -> None:
        """Take rows of schema REGULATIONS: every version, in the order of adding."""
        self._table = table
        self._columns: dict[str, Sequence[Any]] = {}
        self._made: dict[str, RegulationEntry] = {}
        dates = self._values_of("version_date")
        self._rows: dict[str, int] = {}
        for row, name in enumerate(self._values_of("id")):
            known = self._rows.get(name)
            if known is None or dates[row] >= dates[known]:
                self._rows[name] = row

    @cached_property
    def versions(self) -> tuple[RegulationEntry, ...]:
        """Every version of every regulation, in the order of adding."""
        return tuple(entries_of(self._table))

    def column(self, name: str) -> Sequence[Any]:
        """One field of every regulation, by the name of a field of RegulationEntry; a list of texts for ``aliases``."""
        if name not in self._columns:
            values = self._values_of(name)
            self._columns[name] = tuple(values[row] for row in self._rows.values())
        return self._columns[name]

    def titles(self) -> dict[str, str]:
        """The title of every regulation, by its id."""
        return dict(zip(self._rows, self.column("title"), strict=True))

    def __getitem__(self, identifier: str) -> RegulationEntry:
        if "_all" in vars(self) or len(self._made) >= LOOKED_UP:
            return self._all[identifier]
        made = self._made.get(identifier)
        if made is None:
            row = self._rows[identifier]
            made = self._made.setdefault(identifier, entries_of(self._table.slice(row, 1))[0])
        return made

    def __contains__(self, identifier: object) -> bool:
        return identifier in self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def values(self) -> ValuesView[RegulationEntry]:
        """All entries, made together."""
        return self._all.values()

    def items(self) -> ItemsView[str, RegulationEntry]:
        """All entries with their ids, made together."""
        return self._all.items()

    @cached_property
    def _all(self) -> dict[str, RegulationEntry]:
        return {name: self.versions[row] for name, row in self._rows.items()}

    def _values_of(self, name: str) -> list[Any]:
        """One column of every version; the field's default where a store was made before there was such a column."""
        if name in self._table.column_names:
            values: list[Any] = self._table[name].to_pylist()
            return values
        return [getattr(RegulationEntry, name)] * self._table.num_rows
