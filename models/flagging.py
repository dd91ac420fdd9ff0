"""From an initiative to flags: find, rank, group, explain, and put the room beside each barrier."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.store import Store
from models.activities import DetectedActivity, Mention, Told
from models.changing import TRIED, Change, changes, told_without
from models.clauses import Judgement
from models.columns import COLUMN, KINDS, RELIEFS
from models.coverage import Coverage, binding
from models.evidence import Evidence
from models.explaining import place_of, reason
from models.graded import graded_queries
from models.initiatives import InitiativeText
from models.loading import Model
from models.procedure import Procedure, procedure_of
from models.quantities import Comparison, Quantity, compared, quantities
from models.ranking import TARGETS, Memory, Ranking, candidates
from models.readings import KEPT, ClauseReading, Readings
from models.regulating import Regulating, regulating
from models.room import Room, RoomFinder
from models.stored_space import stored_space
from models.variants import grouped
from models.vectorising import ClauseText

ROOM_LISTED = 50
"""How many clauses that give room are listed for the initiative as a whole."""

MIN_PROBABILITY = 0.005
"""Below this a clause is no flag, whatever the length of the list."""

PLACES_KEPT = 1_000
"""Places and days for which is remembered which regulations bind there: a byte a regulation."""

REGULATIONS_KEPT = 256
"""Regulations of which is remembered in which row each clause stands."""

ABOUT = 0.1
"""How strongly a clause speaks of an activity that the initiative surely has, 0..1, for the flag to be told under it. Less than
models.regulating.SPEAKS: that the clause matters to the initiative is known already."""


@dataclass(frozen=True, kw_only=True)
class Flag:
    """A clause that may stand in the way of an initiative (signaal)."""

    ref: str
    p: float  # P(the clause obstructs the initiative: grade 1 or more), 0..1
    strength: int  # 0..3, for this initiative
    kinds: tuple[str, ...]
    evidence: tuple[Evidence, ...]  # in the clause
    reason: str
    reason_en: str
    room: tuple[Room, ...]
    procedures: tuple[Procedure, ...]  # of each room
    variants: tuple[str, ...]  # refs of near-identical clauses of other regulations
    activity: DetectedActivity | None  # of the initiative, that the clause regulates
    comparisons: tuple[Comparison, ...]
    changes: tuple[Change, ...]
    signals: tuple[tuple[str, float], ...]

    def to_json(self) -> dict[str, Any]:
        """As the contract of ``regelruimte flag`` words it."""
        return {
            "ref": self.ref,
            "p": self.p,
            "strength": self.strength,
            "kinds": list(self.kinds),
            "evidence": [{"start": e.start, "end": e.end, "text": e.text, "kind": e.kind} for e in self.evidence],
            "reason": self.reason,
            "room": [room.ref for room in self.room],
            "variants": list(self.variants),
            "reason_en": self.reason_en,
            "activity": self.activity.code if self.activity else "",
            "story": [_span(mention) for mention in self.activity.evidence] if self.activity else [],
            "room_details": [
                {"ref": room.ref, "kind": room.kind, "p": room.score, **procedure.to_json()}
                for room, procedure in zip(self.room, self.procedures, strict=True)
            ],
            "limits": [
                {"clause": one.limit.text, "story": one.stated.text, "bound": one.limit.bound, "within": one.within}
                for one in self.comparisons
            ],
            "changes": [change.to_json() for change in self.changes],
            "signals": [{"name": name, "share": share} for name, share in self.signals],
        }


def _span(mention: Mention) -> dict[str, Any]:
    return {"start": mention.start, "end": mention.end, "text": mention.text}


@dataclass(frozen=True)
class Searched:
    """The clauses that bind an initiative, by how near they came to being flagged.

    Attributes:
        near: rows of the best candidates, best first; *shape* (near,).
        chances: P(the clause obstructs) of those, 0..1; *shape* (near,).
        far: rows of all others, ascending; *shape* (far,).
    """

    near: npt.NDArray[np.int64]
    chances: npt.NDArray[np.float64]
    far: npt.NDArray[np.int64]


class Flagger:
    """Flags initiatives against one store, with one model."""

    def __init__(self, store: Store, model: Model, index_folder: Path) -> None:
        self._store = store
        self._model = model
        self.space = stored_space(store, index_folder)
        queries = graded_queries(model, index_folder)
        self._memory = Memory(queries, model.grades, self.space, profiles=model.profiles)
        self._room_beside = lru_cache(maxsize=KEPT)(self._find_room_beside)
        self._applying = lru_cache(maxsize=PLACES_KEPT)(self._applying_there)
        self._rows_within = lru_cache(maxsize=REGULATIONS_KEPT)(self._find_rows_within)

    @cached_property
    def _room(self) -> RoomFinder:
        return RoomFinder(self._store, self.space)

    @cached_property
    def _readings(self) -> Readings:
        return Readings(self._model.clauses, self._clause_text)

    def activities_in(self, text: str) -> list[DetectedActivity]:
        """The activities that a story tells, most certain first."""
        return self._model.activities.detect(text)

    def rank(self, initiative: InitiativeText) -> Ranking:
        """The candidates among all clauses of the store, without regard to place."""
        return self.rank_text(initiative.text)

    def rank_text(self, text: str) -> Ranking:
        """As ``rank``, of a bare text."""
        return self._rank(text)

    def _rank(self, text: str, told: Told | None = None) -> Ranking:
        asked = self._model.ranker.ask(self._model.query(text, told), self._memory)
        rows = candidates(asked, self._memory, self.space)
        return self._model.ranker.judge(asked, self._memory, self.space, rows)

    def searched(self, initiative: InitiativeText, *, near: int) -> Searched:
        """All clauses that bind an initiative, the ``near`` best candidates apart; for who wants to know what is missed."""
        ranking = self._rank(initiative.text)
        by_regulation, _ = self._applying(initiative.gemeente, initiative.datum)
        here = by_regulation[self.space.regulation] & ~self.space.repealed
        applies = here[ranking.rows]
        best = np.argsort(-ranking.order[applies], kind="stable")[:near]
        rows = ranking.rows[applies][best]
        here = here.copy()
        here[rows] = False
        return Searched(near=rows, chances=ranking.probabilities[applies][best, 0], far=np.flatnonzero(here))

    def rows_of(self, refs: Collection[str]) -> npt.NDArray[np.int64]:
        """Rows of clauses of the store by ref, ascending; refs that it does not hold are left out."""
        return np.array(sorted(self.space.rows_of(refs).values()), dtype=np.int64)

    def first_sight(self, rows: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], Any]:
        """P(kind) of some rows by the fast tier, the threshold of each kind, and their words.

        *Shape:* (rows, kinds), (kinds,) and (rows, vocabulary).
        """
        columns = [COLUMN[name] for name in KINDS]
        features = self.space.features.at(rows)
        chances = np.asarray(features.probabilities[:, columns], dtype=np.float32)
        return chances, self._model.clauses.thresholds[columns], features.words

    def flag(
        self, initiative: InitiativeText, *, top: int = 100, ungrouped: bool = False, brief: bool = False
    ) -> dict[str, Any]:
        """Flags of one initiative, as the contract of ``regelruimte flag`` words them.

        Args:
            initiative: what residents tell.
            top: how many flags at the most.
            ungrouped: near-identical clauses of other regulations are flags of their own, not variants of one.
            brief: without what would change a flag, which takes a ranking for every activity.
        """
        told = self._model.activities.told(initiative.text)
        found = self._model.activities.detected(told)
        ranking = self._rank(initiative.text, told)
        by_regulation, coverage = self._applying(initiative.gemeente, initiative.datum)
        applies = by_regulation[self.space.regulation[ranking.rows]] & ~self.space.repealed[ranking.rows]
        rows, probability = ranking.rows[applies], ranking.probabilities[applies]
        order = np.argsort(-ranking.order[applies], kind="stable")[: top * 3]
        best = [int(place) for place in order if probability[place, 0] >= MIN_PROBABILITY]
        chances = {int(rows[place]): probability[place] for place in best}
        shown = list(chances)
        groups = [[row] for row in shown] if ungrouped else grouped(shown, self._texts(shown), self._owners(shown))
        groups = groups[:top]
        heads = [group[0] for group in groups]
        read = self._readings.of(heads)
        rows_shown = np.array(heads, dtype=np.int64)
        places = np.searchsorted(ranking.rows, rows_shown)
        why = self._model.ranker.why(ranking, self._memory, places)
        tried = [] if brief else found
        changed = self._changes(initiative.text, tried, rows_shown, ranking.probabilities[places, 0])
        stated = quantities(initiative.text)
        flags = [
            self._flag(group, chances[group[0]], about, own, stated=stated, changed=tuple(change), signals=tuple(strongest))
            for group, about, own, change, strongest in zip(
                groups, self._activities_of(rows_shown, found), read, changed, why, strict=True
            )
        ]
        by_room = probability[:, TARGETS.index("room")]
        room = [int(place) for place in np.argsort(-by_room, kind="stable")[:ROOM_LISTED] if by_room[place] >= MIN_PROBABILITY]
        return {
            "id": initiative.id,
            "activities": [
                {
                    "code": one.code,
                    "name": one.name,
                    "p": one.p,
                    "evidence": [_span(mention) for mention in one.evidence],
                }
                for one in found
            ],
            "flags": [flag.to_json() for flag in flags],
            "room": self._room_entries(rows[room], by_room[room]),
            "coverage": coverage,
            "model": self._model.version,
        }

    def _flag(
        self,
        group: list[int],
        chances: npt.NDArray[np.float64],
        about: DetectedActivity | None,
        own: ClauseReading,
        *,
        stated: Sequence[Quantity],
        changed: tuple[Change, ...],
        signals: tuple[tuple[str, float], ...],
    ) -> Flag:
        row, others = group[0], group[1:]
        clause = self._clause_text(row)
        kinds, evidence = list(own.kinds), list(own.evidence)
        ref = self.space.refs[row]
        told: Any = {
            "kinds": kinds,
            "evidence": evidence,
            "activity": about,
            "place": place_of(ref, clause.title),
            "comparisons": compared(stated, clause.text),
        }
        room, procedures = self._room_beside(row)
        return Flag(
            ref=ref,
            p=round(float(chances[0]), 4),
            strength=int(np.clip(round(float(chances[:3].sum() / max(chances[0], 1e-6))), 1, 3)),
            kinds=tuple(kinds),
            evidence=tuple(evidence),
            reason=reason(**told),
            reason_en=reason(**told, language="en"),
            room=room,
            procedures=procedures,
            variants=tuple(self.space.refs[other] for other in others),
            activity=about,
            comparisons=tuple(told["comparisons"]),
            changes=changed,
            signals=signals,
        )

    def _changes(
        self, text: str, found: list[DetectedActivity], rows: npt.NDArray[np.int64], before: npt.NDArray[np.float64]
    ) -> list[list[Change]]:
        """What is left of some flags when the activities are left out, one by one."""
        tried = found[:TRIED]
        after = []
        for activity in tried:
            asked = self._model.ranker.ask(self._model.query(told_without(text, activity)), self._memory)
            again = self._model.ranker.judge(asked, self._memory, self.space, rows)
            after.append(again.probabilities[:, 0])
        return changes(tried, before, after)

    def _find_room_beside(self, row: int) -> tuple[tuple[Room, ...], tuple[Procedure, ...]]:
        room = tuple(self._room.beside(row))
        return room, tuple(procedure_of(self._text_at(one.ref)) for one in room)

    def _text_at(self, ref: str) -> str:
        return self.space.texts[self._row_of(ref)]

    def _row_of(self, ref: str) -> int:
        """Raises KeyError: the store has no such clause."""
        return self._rows_within(ref.partition("/")[0])[ref]

    def _find_rows_within(self, regulation: str) -> dict[str, int]:
        rows = self.space.within(regulation)
        return dict(zip(self.space.refs[rows.start : rows.stop], rows, strict=True))

    def _activities_of(self, rows: npt.NDArray[np.int64], found: list[DetectedActivity]) -> list[DetectedActivity | None]:
        """For each row the activity of the initiative that it speaks of most."""
        if not found or not len(rows):
            return [None] * len(rows)
        columns = [self._activity_column[one.code] for one in found]
        regulated = self.space.features.at(rows).activities.toarray()[:, columns] * np.array([one.p for one in found])
        return [found[int(own.argmax())] if own.max() >= ABOUT else None for own in regulated]

    @cached_property
    def _activity_column(self) -> dict[str, int]:
        return {code: column for column, code in enumerate(self._model.activities.codes)}

    def _room_entries(self, rows: npt.NDArray[np.int64], chances: npt.NDArray[np.float64]) -> list[dict[str, Any]]:
        own = self.space.features.probabilities_of(rows)[:, [COLUMN[name] for name in RELIEFS]]
        return [
            {"ref": self.space.refs[row], "p": round(chance, 4), "kind": RELIEFS[kind]}
            for row, chance, kind in zip(rows.tolist(), chances.tolist(), own.argmax(axis=1).tolist(), strict=True)
        ]

    def _applying_there(self, municipality: str, day: str) -> tuple[npt.NDArray[np.bool_], dict[str, Any]]:
        """Which regulations can bind at a place on a day, by number, and what was searched: the same for all who ask there."""
        there = InitiativeText(id="", titel="", omschrijving="", gemeente=municipality, datum=day)
        listed = self._store.regulations
        here = binding(listed, there)
        by_name = dict(zip(listed, here, strict=True))
        numbered = np.array([by_name[name] for name in self.space.regulations], dtype=bool)
        return numbered, Coverage.of(listed, here, there).to_json()

    def _owners(self, rows: list[int]) -> list[str]:
        return [self.space.refs[row].partition("/")[0] for row in rows]

    def judged(self, ref: str) -> tuple[Judgement, list[Evidence]]:
        """Everything that the whole cascade says of one clause of the store, whatever the initiative."""
        return self._readings.judged(self._row_of(ref))

    def room_of(self, ref: str) -> tuple[tuple[Room, ...], tuple[Procedure, ...]]:
        """The room beside one clause of the store, best first, and how each is obtained."""
        return self._room_beside(self._row_of(ref))

    def decided(self, refs: Sequence[str]) -> list[tuple[str, ...]]:
        """The kinds of clauses at first sight, most probable first: quick enough for a whole regulation."""
        columns, thresholds = [COLUMN[name] for name in KINDS], self._model.clauses.thresholds
        places = np.array([self._row_of(ref) for ref in refs], dtype=np.int64)
        rows = self.space.features.probabilities_of(places)
        over = rows[:, columns] >= thresholds[columns]
        order = np.argsort(-rows[:, columns], axis=1, kind="stable")
        return [tuple(KINDS[place] for place in best if own[place]) for own, best in zip(over, order, strict=True)]

    def regulating(self, activity: str, kinds: Sequence[str]) -> list[Regulating]:
        """The clauses of the store on an activity, by its code, with what they promise of some kinds; raises KeyError."""
        return regulating(self.space, self._activity_column[activity], kinds)

    def chances_of(self, refs: Sequence[str]) -> list[dict[str, tuple[float, float]]]:
        """P(kind) of clauses of the store, by all of the cascade: what to decide by, and what people are told."""
        clauses = self._model.clauses
        read = clauses.probabilities([self._clause_text(self._row_of(ref)) for ref in refs])
        pairs = zip(read, clauses.told(read), strict=True)
        return [{kind: (float(own[COLUMN[kind]]), float(told[COLUMN[kind]])) for kind in KINDS} for own, told in pairs]

    def texts_of(self, refs: Sequence[str]) -> list[str]:
        """The texts of clauses of the store, by ref."""
        return [self._text_at(ref) for ref in refs]

    def _texts(self, rows: list[int]) -> list[str]:
        return [self.space.texts[row] for row in rows]

    def _clause_text(self, row: int) -> ClauseText:
        title = self._store.regulations[self.space.refs[row].partition("/")[0]].title
        text, heading = self.space.texts[row], self.space.headings[row]
        return ClauseText(text=text, heading=heading, title=title, ref=self.space.refs[row])
