"""What the whole cascade says of the clauses that are shown, kept: a clause reads the same for every initiative."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from models.clauses import ClauseModel, Judgement
from models.columns import COLUMN, KINDS, RELIEFS
from models.evidence import Evidence, EvidenceFinder
from models.vectorising import ClauseText

KEPT = 20_000
"""Clauses whose reading is remembered: a few kilobytes each."""


@dataclass(frozen=True, kw_only=True)
class ClauseReading:
    """What is shown of a clause, whatever the initiative."""

    kinds: tuple[str, ...]  # barriers that were decided, or the likeliest one
    evidence: tuple[Evidence, ...]


class Readings:
    """Reads rows of a store with the whole cascade, and remembers the latest."""

    def __init__(self, model: ClauseModel, clause_of: Callable[[int], ClauseText]) -> None:
        self._model = model
        self._clause_of = clause_of
        self._evidence = EvidenceFinder(model)
        self._known: OrderedDict[int, ClauseReading] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, rows: Sequence[int]) -> list[ClauseReading]:
        """The reading of each row, in their order."""
        with self._lock:
            known = {row: self._known[row] for row in rows if row in self._known}
            for row in known:
                self._known.move_to_end(row)
        new = [row for row in dict.fromkeys(rows) if row not in known]
        known |= dict(zip(new, self._read(new), strict=True))
        with self._lock:
            self._known |= {row: known[row] for row in new}
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return [known[row] for row in rows]

    def judged(self, row: int) -> tuple[Judgement, list[Evidence]]:
        """Everything that is said of the clause in a row, and what speaks for it."""
        clause = self._clause_of(row)
        reading = self._model.read([clause])
        judged = self._model.judge(reading.probabilities[0])
        return judged, self._evidence.find(clause, judged.argued, reading.marks[0])

    def _read(self, rows: list[int]) -> list[ClauseReading]:
        clauses = [self._clause_of(row) for row in rows]
        reading = self._model.read(clauses)
        results = []
        for clause, own, marks in zip(clauses, reading.probabilities, reading.marks, strict=True):
            kinds = [kind for kind in self._model.judge(own).decided if kind not in RELIEFS]
            if not kinds:
                # Where none is over its threshold the most probable stands: a flag says what it fears.
                kinds = [max((kind for kind in KINDS if kind not in RELIEFS), key=lambda kind: float(own[COLUMN[kind]]))]
            results.append(ClauseReading(kinds=tuple(kinds), evidence=tuple(self._evidence.find(clause, kinds, marks))))
        return results
