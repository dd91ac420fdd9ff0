"""The room beside a barrier: which clauses may lift it.

Room is looked for where lawyers look: in the other leden of the same article, in clauses that refer to it (or to which it
refers), and in the general clauses of its regulation (hardship, equivalence, dispensation, experiment). The clause model says
how much a clause is a relief; the reference graph says how near it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from corpus.store import Store
from models.columns import COLUMN, RELIEFS
from models.ranking import Space

MIN_RELIEF = 0.3
"""Least probability of any relief kind for a clause to count as room."""

MIN_GENERAL = 0.6
"""Least probability of a dispensation or experiment for a clause to count as room for its whole regulation."""

_WHOLE = re.compile(
    r"\b(?:deze|dit)\s+(?:wet|rijkswet|verordening|regeling|reglement|besluit|omgevingsplan)\b|\bhoofdstuk(?:ken)?\s+\d|hardheid",
    re.IGNORECASE,
)
"""How a clause says that it is about the whole regulation, or a chapter of it."""

MAX_ROOM = 5
_SAME_ARTICLE, _REFERS_HERE, _REFERRED_TO, _GENERAL = 1.0, 0.9, 0.5, 0.25
_GENERAL_KINDS = ("ontheffing", "experiment")


@dataclass(frozen=True, kw_only=True)
class Room:
    """A clause that may give room beside a barrier."""

    ref: str
    kind: str  # the most probable relief kind
    score: float  # 0..1: probability of relief at first sight, weighed by nearness; for the order, no chance to rely on


class RoomFinder:
    """Finds room through the reference graph of a store."""

    def __init__(self, store: Store, space: Space) -> None:
        self._space = space
        self._store = store
        self._articles: dict[str, dict[str, range]] = {}
        self._edges: dict[str, list[tuple[int, str]]] = {}
        self._general_rows: dict[str, list[int]] = {}

    def beside(self, row: int) -> list[Room]:
        """Room beside the clause in a row of the space, best first, at most MAX_ROOM."""
        ref = self._space.refs[row]
        nearness: dict[int, float] = {}

        def offer(candidate: int, near: float) -> None:
            if candidate != row and not self._space.repealed[candidate]:
                nearness[candidate] = max(nearness.get(candidate, 0.0), near)

        article = ref.partition("/lid-")[0]
        regulation = ref.partition("/")[0]
        for candidate in self._articles_of(regulation)[article]:
            offer(candidate, _SAME_ARTICLE)
        for source, target in self._references(regulation):
            if target == ref or (target == article and source != row):
                offer(source, _REFERS_HERE)
            if source == row and target != article:
                for candidate in self._rows_at(target):
                    offer(candidate, _REFERRED_TO)
        for candidate in self._general(regulation):
            offer(candidate, _GENERAL)
        near = np.array(list(nearness), dtype=np.int64)
        relief = self._space.features.probabilities_of(near)[:, [COLUMN[name] for name in RELIEFS]]
        found = [
            Room(ref=self._space.refs[c], kind=RELIEFS[int(own.argmax())], score=round(float(own.max()) * nearness[c], 4))
            for c, own in zip(near.tolist(), relief, strict=True)
            if own.max() >= MIN_RELIEF
        ]
        return sorted(found, key=lambda room: (-room.score, room.ref))[:MAX_ROOM]

    def _rows_at(self, target: str) -> list[int]:
        """The clauses of an article, or the one lid."""
        rows = self._articles_of(target.partition("/")[0]).get(target.partition("/lid-")[0], range(0))
        return [row for row in rows if "/lid-" not in target or self._space.refs[row] == target]

    def _articles_of(self, regulation: str) -> dict[str, range]:
        """From the first to the last clause of every article of a regulation."""
        if regulation not in self._articles:
            articles: dict[str, range] = {}
            rows = self._space.within(regulation)
            for row, ref in zip(rows, self._space.refs[rows.start : rows.stop], strict=True):
                article = ref.partition("/lid-")[0]
                articles[article] = range(articles.get(article, range(row, row)).start, row + 1)
            self._articles[regulation] = articles
        return self._articles[regulation]

    def _general(self, regulation: str) -> list[int]:
        """Clauses that give room to the whole regulation: they deviate, and say from what."""
        if regulation not in self._general_rows:
            rows = self._space.within(regulation)
            columns = [COLUMN[name] for name in _GENERAL_KINDS]
            probability = self._space.features.probabilities_of(slice(rows.start, rows.stop))[:, columns].max(axis=1)
            sure = [int(row) for row in np.flatnonzero(probability > MIN_GENERAL)]
            clauses = ((row, self._store.clause_at(self._store.entry(regulation), row)) for row in sure)
            self._general_rows[regulation] = [
                rows.start + row for row, clause in clauses if _WHOLE.search(f"{clause.heading}. {clause.text}")
            ]
        return self._general_rows[regulation]

    def _references(self, regulation: str) -> list[tuple[int, str]]:
        """References within a regulation: (row of the clause that refers, ref of the clause or article referred to)."""
        if regulation not in self._edges:
            start = self._space.within(regulation).start
            edges = []
            for offset, row in enumerate(self._store.citations(regulation)):
                for other, path in row:
                    if not other and path:
                        edges.append((start + offset, f"{regulation}/{path}"))
            self._edges[regulation] = edges
        return self._edges[regulation]
