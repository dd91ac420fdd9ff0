"""Whether a model still sees what it was measured on: what it says now beside what it said, and what people make of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from service.clock import now
from service.database.tables import FlagRow, Initiative, Verdict
from service.identity.actor import Actor
from service.identity.policies import visible
from service.work.beyond_chance import BINS, LEAST, Counts, Shift, shares, shift
from training.reviews.rows import Way

RECENT = timedelta(days=90)
"""Initiatives that were submitted within this time are now; all others are before."""

MOST_INITIATIVES = 500
"""Initiatives that are looked at on either side, the newest: more would show changes too small to matter."""

MOST_FLAGS = 50_000
"""Flags that are looked at, the newest: enough for any share, and few enough to read at once."""


@dataclass(frozen=True, kw_only=True)
class Drift:
    """What is known in practice of the model that serves, over what somebody may see."""

    flags_now: int
    flags_before: int
    spread: list[tuple[float, float, float]]  # lower bound of p, share of the flags now, and before; empty when too few
    shift: Shift | None  # None when too few
    judged: int
    practice: list[tuple[float, float, int]]  # claimed, confirmed share, number; empty when too few
    rejected: float | None  # share of what was judged, 0..1
    missed: int  # clauses that people added because the model missed them


def drift(session: Session, who: Actor, *, version: str) -> Drift:
    """Compare flags of one model, over the initiatives that somebody may see."""
    recent, before = (
        score_counts(session, session.execute(newest(select(Initiative.id), who, version, recent=side)).scalars().all())
        for side in (True, False)
    )
    found = shift(recent, before)
    spread = [] if found is None else zip(shares(recent), shares(before), strict=True)
    query = (
        select(FlagRow.p, FlagRow.verdict, FlagRow.by_person)
        .join(Initiative, Initiative.id == FlagRow.initiative_id)
        .where(visible(who), FlagRow.current, Initiative.model_version == version)
        .order_by(FlagRow.sequence.desc())
        .limit(MOST_FLAGS)
    )
    rows = session.execute(query).all()
    judged = [(p, verdict != Verdict.REJECTED.value) for p, verdict, by_person in rows if verdict and not by_person]
    return Drift(
        flags_now=int(recent.sum()),
        flags_before=int(before.sum()),
        spread=[(place / BINS, *pair) for place, pair in enumerate(spread)],
        shift=found,
        judged=len(judged),
        practice=_confirmed(judged) if len(judged) >= LEAST else [],
        rejected=sum(not confirmed for _, confirmed in judged) / len(judged) if len(judged) >= LEAST else None,
        missed=sum(by_person for _, _, by_person in rows),
    )


def newest(query: Select[Any], who: Actor, version: str, *, recent: bool) -> Select[Any]:
    """Of a query for initiatives those that this model read, the newest of now or of before.

    What another model found in a story would show the models apart, not the stories.
    """
    moment = now() - RECENT
    side = Initiative.created >= moment if recent else Initiative.created < moment
    met = query.where(visible(who), Initiative.model_version == version, side)
    return met.order_by(Initiative.sequence.desc()).limit(MOST_INITIATIVES)


def score_counts(session: Session, initiatives: Sequence[str]) -> Counts:
    """Flags of initiatives by probability; *shape* (initiatives with flags, BINS)."""
    place = case(*((FlagRow.p >= low / BINS, low) for low in range(BINS - 1, 0, -1)), else_=0).label("place")
    flags = select(FlagRow.initiative_id, place).where(FlagRow.initiative_id.in_(initiatives), *_of_model()).subquery()
    rows = session.execute(
        select(flags.c.initiative_id, flags.c.place, func.count()).group_by(flags.c.initiative_id, flags.c.place)
    ).all()
    numbers = {initiative: number for number, initiative in enumerate(sorted({row[0] for row in rows}))}
    counts = np.zeros((len(numbers), BINS), dtype=np.int64)
    for initiative, where, count in rows:
        counts[numbers[initiative], where] = count
    return counts


def _of_model() -> tuple[ColumnElement[bool], ...]:
    """Flags that a model gives now: not what people added, and not what they found in a sample."""
    return FlagRow.current.is_(True), ~FlagRow.by_person, FlagRow.sample == Way.FLAGGED.value


def _confirmed(judged: Sequence[tuple[float, bool]]) -> list[tuple[float, float, int]]:
    points = []
    for place in range(BINS):
        own = [(p, confirmed) for p, confirmed in judged if min(int(p * BINS), BINS - 1) == place]
        if own:
            points.append((sum(p for p, _ in own) / len(own), sum(c for _, c in own) / len(own), len(own)))
    return points
