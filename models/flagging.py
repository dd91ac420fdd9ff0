"""From an initiative to flags: find, rank, group, explain, and put the room beside each barrier."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.store import Store
from models.activities import DetectedActivity
from models.columns import COLUMN, KINDS, RELIEFS
from models.coverage import Coverage, applies_at
from models.encoder import WordMarks
from models.evidence import Evidence, EvidenceFinder
from models.explaining import place_of, reason
from models.index import load_index
from models.initiatives import InitiativeText
from models.loading import Model
from models.ranking import TARGETS, Memory, Ranking, Space
from models.room import RoomFinder
from models.variants import grouped
from models.vectorising import ClauseText

ROOM_LISTED = 50
"""How many clauses that give room are listed for the initiative as a whole."""

MIN_PROBABILITY = 0.005
"""Below this a clause is no flag, whatever the length of the list."""


@dataclass(frozen=True, kw_only=True)
class Flag:
    """A clause that may stand in the way of an initiative (signaal)."""

    ref: str
    p: float  # P(the clause obstructs the initiative: grade 1 or more), 0..1
    strength: int  # 0..3, for this initiative
    kinds: tuple[str, ...]
    evidence: tuple[Evidence, ...]  # in the clause
    reason: str
    room: tuple[str, ...]  # refs
    variants: tuple[str, ...]  # refs of near-identical clauses of other regulations

    def to_json(self) -> dict[str, Any]:
        """As the contract of ``regelruimte flag`` words it."""
        return {
            "ref": self.ref,
            "p": self.p,
            "strength": self.strength,
            "kinds": list(self.kinds),
            "evidence": [{"start": e.start, "end": e.end, "text": e.text, "kind": e.kind} for e in self.evidence],
            "reason": self.reason,
            "room": list(self.room),
            "variants": list(self.variants),
        }


class Flagger:
    """Flags initiatives against one store, with one model."""

    def __init__(self, store: Store, model: Model, index_folder: Path) -> None:
        self._store = store
        self._model = model
        table = store.table(columns=["ref", "heading", "repealed", "text"])
        self.space = Space(
            refs=table["ref"].to_pylist(),
            headings=table["heading"].to_pylist(),
            repealed=table["repealed"].to_numpy(),
            lengths=np.array([len(text) for text in table["text"].to_pylist()], dtype=np.int32),
            features=load_index(store, index_folder),
        )
        queries = [model.query(text) for text in model.graded_texts]
        self._memory = Memory(queries, model.grades, self.space, profiles=model.profiles)

    @cached_property
    def _room(self) -> RoomFinder:
        return RoomFinder(self._store, self.space)

    @cached_property
    def _evidence(self) -> EvidenceFinder:
        return EvidenceFinder(self._model.clauses)

    def rank(self, initiative: InitiativeText) -> Ranking:
        """Every clause of the store, without regard to place."""
        return self._model.ranker.rank(self._model.query(initiative.text), self._memory, self.space)

    def flag(self, initiative: InitiativeText, *, top: int = 100, ungrouped: bool = False) -> dict[str, Any]:
        """Flags of one initiative, as the contract of ``regelruimte flag`` words them.

        Args:
            initiative: what residents tell.
            top: how many flags at the most.
            ungrouped: near-identical clauses of other regulations are flags of their own, not variants of one.
        """
        found = self._model.activities.detect(initiative.text)
        ranking = self.rank(initiative)
        silent = ~self._applies(initiative) | self.space.repealed
        probability = np.where(silent[:, None], 0.0, ranking.probabilities)
        order = np.argsort(-np.where(silent, -1.0, ranking.order), kind="stable")
        candidates = [int(row) for row in order[: top * 3] if probability[row, 0] >= MIN_PROBABILITY]
        groups = (
            [[row] for row in candidates]
            if ungrouped
            else grouped(candidates, self._texts(candidates), self._owners(candidates))
        )
        reading = self._model.clauses.read([self._clause_text(group[0]) for group in groups[:top]])
        flags = [
            self._flag(group, probability, found, own, marks)
            for group, own, marks in zip(groups[:top], reading.probabilities, reading.marks, strict=True)
        ]
        room = np.argsort(-probability[:, TARGETS.index("room")], kind="stable")[:ROOM_LISTED]
        return {
            "id": initiative.id,
            "activities": [
                {
                    "code": one.code,
                    "name": one.name,
                    "p": one.p,
                    "evidence": [{"start": m.start, "end": m.end, "text": m.text} for m in one.evidence],
                }
                for one in found
            ],
            "flags": [flag.to_json() for flag in flags],
            "room": [self._room_entry(int(row), probability) for row in room if probability[row, 3] >= MIN_PROBABILITY],
            "coverage": Coverage.of(self._store, initiative).to_json(),
            "model": self._model.version,
        }

    def _flag(
        self,
        group: list[int],
        probability: npt.NDArray[np.float64],
        found: list[DetectedActivity],
        own: npt.NDArray[np.float32],
        marks: WordMarks | None,
    ) -> Flag:
        row, others = group[0], group[1:]
        clause = self._clause_text(row)
        judged = self._model.clauses.judge(own)
        kinds = [kind for kind in judged.decided if kind not in RELIEFS] or self._likeliest(own)
        evidence = self._evidence.find(clause, kinds, marks)
        chances = probability[row]
        ref = self.space.refs[row]
        return Flag(
            ref=ref,
            p=round(float(chances[0]), 4),
            strength=int(np.clip(round(float(chances[:3].sum() / max(chances[0], 1e-6))), 1, 3)),
            kinds=tuple(kinds),
            evidence=tuple(evidence),
            reason=reason(
                kinds=kinds,
                evidence=evidence,
                activity=self._activity_of(row, found),
                place=place_of(ref, clause.title),
            ),
            room=tuple(room.ref for room in self._room.beside(row)),
            variants=tuple(self.space.refs[other] for other in others),
        )

    def _likeliest(self, own: npt.NDArray[np.float32]) -> list[str]:
        """The single most probable barrier, where none is over its threshold: a flag says what it fears."""
        barriers = [kind for kind in KINDS if kind not in RELIEFS]
        return [max(barriers, key=lambda kind: float(own[COLUMN[kind]]))]

    def _activity_of(self, row: int, found: list[DetectedActivity]) -> DetectedActivity | None:
        regulated = np.asarray(self.space.features.activities[row].todense()).ravel()
        position = {code: index for index, code in enumerate(self._model.activities.codes)}
        scored = [(one.p * float(regulated[position[one.code]]), one) for one in found]
        best = max(scored, key=lambda pair: pair[0], default=(0.0, None))
        return best[1] if best[0] > 0 else None

    def _room_entry(self, row: int, probability: npt.NDArray[np.float64]) -> dict[str, Any]:
        own = self.space.features.probabilities[row]
        kind = max(RELIEFS, key=lambda name: float(own[COLUMN[name]]))
        return {"ref": self.space.refs[row], "p": round(float(probability[row, 3]), 4), "kind": kind}

    def _applies(self, initiative: InitiativeText) -> npt.NDArray[np.bool_]:
        here = {entry.id: applies_at(entry, initiative.gemeente) for entry in self._store.regulations.values()}
        if all(here.values()):
            return np.ones(len(self.space), dtype=bool)
        return np.array([here[ref.partition("/")[0]] for ref in self.space.refs], dtype=bool)

    def _owners(self, rows: list[int]) -> list[str]:
        return [self.space.refs[row].partition("/")[0] for row in rows]

    @cached_property
    def _table(self) -> Any:
        return self._store.table(columns=["text"])["text"]

    def _texts(self, rows: list[int]) -> list[str]:
        return [self._table[row].as_py() for row in rows]

    def _clause_text(self, row: int) -> ClauseText:
        title = self._store.regulations[self.space.refs[row].partition("/")[0]].title
        text, heading = self._table[row].as_py(), self.space.headings[row]
        return ClauseText(text=text, heading=heading, title=title, ref=self.space.refs[row])
