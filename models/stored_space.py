"""The clauses of a store as a space: memory-mapped, so that opening it costs by its regulations, not by its clauses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import overload

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpus.store import Store
from models.index import StoredFeatures, load_index
from models.ranking import Space


class Strings(Sequence[str]):
    """A column of texts, each made into a Python string when it is asked for."""

    def __init__(self, column: pa.ChunkedArray) -> None:
        self._column = column

    def __len__(self) -> int:
        return len(self._column)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            start, end, _ = place.indices(len(self))
            texts: list[str] = self._column.slice(start, end - start).to_pylist()
            return texts
        text: str = self._column[int(place)].as_py()
        return text

    def __iter__(self) -> Iterator[str]:
        for chunk in self._column.chunks:
            yield from chunk.to_pylist()


@dataclass(frozen=True)
class StoredSpace(Space):
    """A space of which the groups were worked out when the index was made."""

    texts: Strings
    stored: StoredFeatures
    counts: dict[str, int]  # clauses of every regulation that has any, in the order of the rows

    @cached_property
    def regulations(self) -> dict[str, int]:
        """Number of every regulation, in order of appearance."""
        return {name: number for number, name in enumerate(self.counts)}

    @cached_property
    def regulation(self) -> npt.NDArray[np.int32]:
        """Number of the regulation of every row."""
        return np.repeat(np.arange(len(self.counts), dtype=np.int32), list(self.counts.values()))

    @cached_property
    def article(self) -> npt.NDArray[np.int32]:
        """A number for the article of every row: its first row."""
        return self.stored.of_clauses("article")

    @cached_property
    def head(self) -> npt.NDArray[np.int32]:
        """A number for regulation and heading together of every row: the first such row."""
        return self.stored.of_clauses("head")


def stored_space(store: Store, index: Path) -> StoredSpace:
    """The newest versions in a store, with the index that models.index made of it."""
    table, features = store.table(columns=["ref", "heading", "text"]), load_index(store, index)
    listed = store.regulations
    return StoredSpace(
        refs=Strings(table["ref"]),
        headings=Strings(table["heading"]),
        repealed=features.of_clauses("repealed").astype(bool, copy=False),
        lengths=features.of_clauses("lengths"),
        features=features,
        texts=Strings(table["text"]),
        stored=features,
        counts={name: clauses for name, clauses in zip(listed, listed.column("clauses"), strict=True) if clauses},
    )
