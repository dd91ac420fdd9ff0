"""The regulations of a store, read by column: fourteen thousand records would be a tenth of what a service takes to start."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping, ValuesView
from functools import cached_property
from typing import Any

import pyarrow as pa

from corpus.schema import RegulationEntry, entries_of


class Listing(Mapping[str, RegulationEntry]):
    """The newest version of each regulation, by id, in the order of adding; an entry is made when somebody asks for it."""

    def __init__(self, table: pa.Table) -> None:
        """Take rows of schema REGULATIONS: every version, in the order of adding."""
        self._table = table
        self._columns: dict[str, list[Any]] = {}
        self._made: dict[str, RegulationEntry] = {}
        dates = self._values_of("version_date")
        self._rows: dict[str, int] = {}
        for row, name in enumerate(self._values_of("id")):
            known = self._rows.get(name)
            if known is None or dates[row] >= dates[known]:
                self._rows[name] = row

    def column(self, name: str) -> list[Any]:
        """One field of every regulation, in their order."""
        if name not in self._columns:
            values = self._values_of(name)
            self._columns[name] = [values[row] for row in self._rows.values()]
        return self._columns[name]

    def __getitem__(self, identifier: str) -> RegulationEntry:
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
        entries = entries_of(self._table)
        return {name: entries[row] for name, row in self._rows.items()}

    def _values_of(self, name: str) -> list[Any]:
        """One column of every version; the field's default where a store was made before there was such a column."""
        if name in self._table.column_names:
            values: list[Any] = self._table[name].to_pylist()
            return values
        return [getattr(RegulationEntry, name)] * self._table.num_rows
