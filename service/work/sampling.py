"""The sample (steekproef): clauses that no model flagged, put before reviewers all the same.

Only what was flagged is judged, so judgements alone never tell what was missed, and a model that learns from them alone learns
to miss it again. Part of the sample is drawn at random, for an estimate of recall (``service.work.recall``); part is chosen
because its answer teaches most (``training.reviews.selecting``).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.initiatives import InitiativeText
from service.database.opening import Database
from service.database.tables import CLOSED, FlagRow, Initiative, InitiativeStatus
from service.engine import Loaded
from service.work import audit
from service.work.flags import keep_text, new_flag, told_text
from training.reviews.rows import Way

FRAME = 100
"""Initiatives that a sample is of: those that were submitted last and are open."""

NEAR = 1_000
"""Candidates of an initiative among which nearly all of what is missed lies; half of a random sample is drawn there."""

NEAR_BY, FAR = "dichtbij", "ver"
"""Strata of the random sample: the best candidates of an initiative, and all else that binds it."""

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Frame:
    """What may be drawn for each of some initiatives: clauses that are no flag of it.

    Attributes:
        ids: of the initiatives.
        near: rows of the best candidates of each.
        chances: P(the clause obstructs) of those, 0..1.
        far: how many other clauses there are of each; which, is worked out when one is drawn.
    """

    ids: list[str]
    near: list[Rows]
    chances: list[npt.NDArray[np.float64]]
    far: list[int]


@dataclass(frozen=True)
class _Drawn:
    """A clause that was chosen."""

    initiative: str
    row: int
    p: float
    way: Way
    stratum: str = ""
    inclusion: float | None = None
    pool: int = 0


def framed(session: Session) -> list[Initiative]:
    """The initiatives that a sample is of."""
    open_ones = select(Initiative).where(Initiative.status == InitiativeStatus.FLAGGED.value)
    return list(session.execute(open_ones.order_by(Initiative.sequence.desc()).limit(FRAME)).scalars())


def fill_sample(database: Database, loaded: Loaded, *, wanted: int, random_share: float, seed: int) -> dict[str, int]:
    """Draw until so many clauses of the sample wait for a judgement; where they do already, nothing is drawn.

    Args:
        database: read from first, for ranking takes a while; written to at the end, all at once.
        loaded: the model and the store.
        wanted: how many are to wait.
        random_share: part of what is drawn that chance decides, 0..1.
        seed: of chance.

    Returns:
        How many were drawn, by way.
    """
    with database.reading() as session:
        count = wanted - _waiting(session)
        initiatives = framed(session) if count > 0 else []
        stories = {one.id: told_text(one) for one in initiatives}
        flagged = {one: _flagged(session, one, loaded) for one in stories}
    if not stories:
        return {}
    frame = _frame(loaded, stories, flagged)
    chosen = _by_chance(loaded, frame, stories, flagged, round(count * random_share), np.random.default_rng(seed))
    chosen += _teaching(loaded, frame, {one.row for one in chosen}, count - round(count * random_share), seed)
    drawn = Counter({way.value: 0 for way in (Way.RANDOM, Way.ACTIVE)})
    with database.writing() as session:
        if _waiting(session) > wanted - count:
            return {}  # somebody else drew meanwhile
        for one in chosen:
            drawn[one.way.value] += _keep(session, loaded, one, len(stories))
        audit.record(session, "systeem", "steekproef.getrokken", "steekproef", {**drawn, "model": loaded.model_version})
    return dict(drawn)


def _waiting(session: Session) -> int:
    """Clauses of the sample that somebody can still judge."""
    open_ones = select(func.count()).select_from(FlagRow).join(Initiative, Initiative.id == FlagRow.initiative_id)
    met = (FlagRow.sample != "", FlagRow.verdict == "", Initiative.status == InitiativeStatus.FLAGGED.value)
    return session.execute(open_ones.where(*met)).scalar() or 0


def _flagged(session: Session, initiative: str, loaded: Loaded) -> Rows:
    """Rows that are a flag of an initiative, ascending."""
    known = session.execute(select(FlagRow.ref, FlagRow.anchor_ref).where(FlagRow.initiative_id == initiative)).all()
    return loaded.flagger.rows_of({ref for pair in known for ref in pair})


def _frame(loaded: Loaded, stories: dict[str, InitiativeText], flagged: dict[str, Rows]) -> _Frame:
    frame = _Frame(ids=[], near=[], chances=[], far=[])
    for identifier, story in stories.items():
        found = loaded.flagger.searched(story, near=NEAR)
        free = ~np.isin(found.near, flagged[identifier])
        frame.ids.append(identifier)
        frame.near.append(found.near[free])
        frame.chances.append(found.chances[free])
        frame.far.append(int((~np.isin(found.far, flagged[identifier])).sum()))
    return frame


def _by_chance(
    loaded: Loaded,
    frame: _Frame,
    stories: dict[str, InitiativeText],
    flagged: dict[str, Rows],
    count: int,
    rng: np.random.Generator,
) -> list[_Drawn]:
    """Near and far apart: drawn together, hardly one in five hundred would come from where misses lie."""
    chosen = []
    near, far = [len(rows) for rows in frame.near], frame.far
    from_far = min(count // 2, sum(far))  # a small store holds nothing far, and then all of it is drawn near
    for stratum, sizes, number in ((NEAR_BY, near, count - from_far), (FAR, far, from_far)):
        pool = sum(sizes)
        places = np.sort(rng.choice(pool, size=min(number, pool), replace=False)) if pool else np.zeros(0, dtype=np.int64)
        ends = np.cumsum(sizes)
        rest: dict[str, Rows] = {}  # far clauses by initiative: ranked once, however many are drawn of it
        for place in places:
            whose = int(np.searchsorted(ends, place, side="right"))
            at = int(place - (ends[whose] - sizes[whose]))
            identifier = frame.ids[whose]
            if stratum == NEAR_BY:
                row, p = int(frame.near[whose][at]), float(frame.chances[whose][at])
            else:
                if identifier not in rest:
                    beyond = loaded.flagger.searched(stories[identifier], near=NEAR).far
                    rest = {identifier: beyond[~np.isin(beyond, flagged[identifier])]}  # places ascend: no other comes back
                row, p = int(rest[identifier][at]), 0.0
            chosen.append(
                _Drawn(
                    initiative=identifier,
                    row=row,
                    p=p,
                    way=Way.RANDOM,
                    stratum=stratum,
                    inclusion=len(places) / pool,
                    pool=pool,
                )  # fmt: skip
            )
    return chosen


def _teaching(loaded: Loaded, frame: _Frame, taken: set[int], count: int, seed: int) -> list[_Drawn]:
    """The candidates that teach most; each clause once, for the initiative that it is nearest to."""
    from training.reviews.selecting import SelectionConfig, choose

    rows, chances = np.concatenate(frame.near), np.concatenate(frame.chances)
    whose = np.repeat(np.arange(len(frame.ids)), [len(own) for own in frame.near])
    if count <= 0 or not len(rows):
        return []
    order = np.argsort(-chances, kind="stable")
    _, first = np.unique(rows[order], return_index=True)
    places = np.sort(order[first])
    places = places[~np.isin(rows[places], np.array(sorted(taken), dtype=np.int64))]
    kinds, thresholds, words = loaded.flagger.first_sight(rows[places])
    groups = [loaded.flagger.space.refs[row].partition("/")[0] for row in rows[places]]
    chosen = choose(
        kinds, thresholds, words, count=min(count, len(places)), config=SelectionConfig(audit=0.0), seed=seed,
        groups=groups, influence=chances[places],
    )  # fmt: skip
    return [
        _Drawn(initiative=frame.ids[whose[place]], row=int(rows[place]), p=float(chances[place]), way=Way.ACTIVE)
        for place in places[chosen.rows]
    ]


def _keep(session: Session, loaded: Loaded, drawn: _Drawn, initiatives: int) -> int:
    """A flag without a suggestion: who judges it is not told what a model makes of it, so that nobody leans on that.

    Returns:
        How many were kept: 0 where it became a flag, or the initiative was closed, meanwhile.
    """
    initiative = session.execute(select(Initiative).where(Initiative.id == drawn.initiative)).scalar_one_or_none()
    ref = loaded.flagger.space.refs[drawn.row]
    known = select(FlagRow.id).where(
        FlagRow.initiative_id == drawn.initiative, (FlagRow.ref == ref) | (FlagRow.anchor_ref == ref)
    )
    if initiative is None or initiative.status in CLOSED or session.execute(known.limit(1)).scalar():
        return 0
    clause = loaded.store.clause(ref)
    row = new_flag(session, initiative, loaded.store, clause, keep_text(session, clause))
    row.sample, row.inclusion, row.current = drawn.way.value, drawn.inclusion, False
    row.stratum, row.pool, row.framed = drawn.stratum, drawn.pool, initiatives if drawn.pool else 0
    row.p = round(drawn.p, 4)
    return 1
