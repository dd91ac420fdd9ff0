"""The sample (steekproef): clauses that no model flagged, put before reviewers all the same.

Only what was flagged is judged, so judgements alone never tell what was missed, and a model that learns from them alone learns
to miss it again. Part of the sample is drawn at random, for an estimate of recall (``service.work.recall``); part is chosen
because its answer teaches most (``training.reviews.selecting``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.database.tables import CLOSED, FlagRow, Initiative, InitiativeStatus
from service.engine import Loaded
from service.work import audit
from service.work.flags import keep_text, new_flag, told_text
from training.reviews.rows import Way

FRAME = 100
"""Initiatives that a sample is of: those that were submitted last and are open."""

NEAR = 1_000
"""Candidates of an initiative among which nearly all of what is missed lies; half of a random sample is drawn there."""

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Pool:
    """Pairs of an initiative and a clause that may be drawn.

    Attributes:
        whose: which initiative, *shape* (pairs,).
        rows: of the clauses, *shape* (pairs,).
        chances: P(the clause obstructs), 0..1; *shape* (pairs,).
    """

    whose: Rows
    rows: Rows
    chances: npt.NDArray[np.float64]


def framed(session: Session) -> list[Initiative]:
    """The initiatives that a sample is of."""
    open_ones = select(Initiative).where(Initiative.status == InitiativeStatus.FLAGGED.value)
    return list(session.execute(open_ones.order_by(Initiative.sequence.desc()).limit(FRAME)).scalars())


def fill_sample(session: Session, loaded: Loaded, *, wanted: int, random_share: float, seed: int) -> dict[str, int]:
    """Draw until so many clauses of the sample wait for a judgement; where they do already, nothing is drawn.

    Args:
        session: a writing session.
        loaded: the model and the store.
        wanted: how many are to wait.
        random_share: part of what is drawn that chance decides, 0..1.
        seed: of chance.

    Returns:
        How many were drawn, by way.
    """
    waiting = (
        select(func.count())
        .select_from(FlagRow)
        .join(Initiative, Initiative.id == FlagRow.initiative_id)
        .where(FlagRow.sample != "", FlagRow.verdict == "", Initiative.status.not_in(CLOSED))
    )
    count = wanted - (session.execute(waiting).scalar() or 0)
    initiatives = framed(session) if count > 0 else []
    if not initiatives:
        return {}
    near, far = _pools(session, loaded, initiatives)
    rng = np.random.default_rng(seed)
    by_chance = round(count * random_share)
    drawn: dict[str, int] = {}
    taken: set[int] = set()
    # Near and far are drawn apart: drawn together, hardly one in five hundred would come from where misses lie.
    # A small store holds nothing far, and then all of it is drawn near.
    from_far = min(by_chance // 2, len(far.rows))
    for pool, number in ((near, by_chance - from_far), (far, from_far)):
        places = rng.permutation(len(pool.rows))[:number]
        inclusion = len(places) / max(1, len(pool.rows))
        for place in places:
            _keep(session, loaded, initiatives, pool, int(place), Way.RANDOM, inclusion)
        taken |= set(pool.rows[places].tolist())
        drawn[Way.RANDOM.value] = drawn.get(Way.RANDOM.value, 0) + len(places)
    places = _teaching(loaded, near, taken, count - by_chance, seed)
    for place in places:
        _keep(session, loaded, initiatives, near, int(place), Way.ACTIVE, None)
    drawn[Way.ACTIVE.value] = len(places)
    audit.record(session, "systeem", "steekproef.getrokken", "steekproef", {**drawn, "model": loaded.model_version})
    return drawn


def _pools(session: Session, loaded: Loaded, initiatives: list[Initiative]) -> tuple[_Pool, _Pool]:
    """What was nearly flagged, and all else, without what is a flag of the same initiative already."""
    refs = loaded.flagger.space.refs
    row_of = {ref: row for row, ref in enumerate(refs)}
    near, far = [], []
    for number, initiative in enumerate(initiatives):
        known = session.execute(select(FlagRow.ref, FlagRow.anchor_ref).where(FlagRow.initiative_id == initiative.id)).all()
        flagged = np.array(sorted({row_of[ref] for pair in known for ref in pair if ref in row_of}), dtype=np.int64)
        found = loaded.flagger.searched(told_text(initiative), near=NEAR)
        free = ~np.isin(found.near, flagged)
        rest = found.far[~np.isin(found.far, flagged)]
        near.append(_Pool(np.full(int(free.sum()), number), found.near[free], found.chances[free]))
        far.append(_Pool(np.full(len(rest), number), rest, np.zeros(len(rest))))
    return _together(near), _together(far)


def _together(pools: list[_Pool]) -> _Pool:
    return _Pool(
        np.concatenate([one.whose for one in pools]),
        np.concatenate([one.rows for one in pools]),
        np.concatenate([one.chances for one in pools]),
    )


def _teaching(loaded: Loaded, pool: _Pool, taken: set[int], count: int, seed: int) -> Rows:
    """Places in a pool of the clauses that teach most; each clause once, for the initiative that it is nearest to."""
    from training.reviews.selecting import SelectionConfig, choose

    if count <= 0 or not len(pool.rows):
        return np.zeros(0, dtype=np.int64)
    order = np.argsort(-pool.chances, kind="stable")
    _, first = np.unique(pool.rows[order], return_index=True)
    places = np.sort(order[first])
    places = places[~np.isin(pool.rows[places], np.array(sorted(taken), dtype=np.int64))]
    chances, thresholds, words = loaded.flagger.first_sight(pool.rows[places])
    groups = [loaded.flagger.space.refs[row].partition("/")[0] for row in pool.rows[places]]
    chosen = choose(
        chances, thresholds, words, count=min(count, len(places)), config=SelectionConfig(audit=0.0), seed=seed,
        groups=groups, influence=pool.chances[places],
    )  # fmt: skip
    return places[chosen.rows]


def _keep(
    session: Session, loaded: Loaded, initiatives: list[Initiative], pool: _Pool, place: int, way: Way, inclusion: float | None
) -> None:
    """A flag without a suggestion: who judges it is not told what a model makes of it, so that nobody leans on that."""
    clause = loaded.store.clause(loaded.flagger.space.refs[int(pool.rows[place])])
    initiative = initiatives[int(pool.whose[place])]
    row = new_flag(session, initiative, loaded.store, clause, keep_text(session, clause))
    row.sample, row.inclusion, row.current = way.value, inclusion, False
    chance = float(pool.chances[place])
    row.p = max(round(chance, 4), 0.0001) if chance > 0 else 0.0  # by which recall tells near from far
