"""Whether a model still sees what it was measured on: what it says now beside what it said, and what people make of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.clock import now
from service.database.tables import FlagRow, Initiative, Verdict
from service.identity.actor import Actor
from service.identity.policies import visible

RECENT = timedelta(days=90)
"""Initiatives that were submitted within this time are now; all others are before."""

MOST_FLAGS = 50_000
"""Flags that are looked at, the newest: enough for any share, and few enough to read at once."""

LEAST = 30
"""With fewer flags on either side nothing is said: it would be chance."""

BINS = 10


@dataclass(frozen=True, kw_only=True)
class Drift:
    """What is known in practice of the model that serves, over what somebody may see."""

    flags_now: int
    flags_before: int
    spread: list[tuple[float, float, float]]  # lower bound of p, share of the flags now, and before; empty when too few
    shift: float | None  # population stability index; None when too few
    judged: int
    practice: list[tuple[float, float, int]]  # claimed, confirmed share, number; empty when too few
    rejected: float | None  # share of what was judged, 0..1
    missed: int  # clauses that people added because the model missed them


def drift(session: Session, who: Actor, *, version: str) -> Drift:
    """Compare flags of one model, over the initiatives that somebody may see."""
    query = (
        select(FlagRow.p, FlagRow.verdict, FlagRow.by_person, Initiative.created)
        .join(Initiative, Initiative.id == FlagRow.initiative_id)
        .where(visible(who), FlagRow.current, Initiative.model_version == version)
        .order_by(FlagRow.sequence.desc())
        .limit(MOST_FLAGS)
    )
    rows = session.execute(query).all()
    flags = [(p, verdict, created) for p, verdict, by_person, created in rows if not by_person]
    recent, before = _parted(flags, now() - RECENT)
    enough = min(len(recent), len(before)) >= LEAST
    shares_now, shares_before = _shares(recent), _shares(before)
    judged = [(p, verdict != Verdict.REJECTED.value) for p, verdict, _ in flags if verdict]
    return Drift(
        flags_now=len(recent),
        flags_before=len(before),
        spread=[(place / BINS, shares_now[place], shares_before[place]) for place in range(BINS)] if enough else [],
        shift=stability_index(shares_now, shares_before) if enough else None,
        judged=len(judged),
        practice=_confirmed(judged) if len(judged) >= LEAST else [],
        rejected=sum(not confirmed for _, confirmed in judged) / len(judged) if len(judged) >= LEAST else None,
        missed=sum(by_person for _, _, by_person, _ in rows),
    )


def stability_index(one: Sequence[float], other: Sequence[float]) -> float:
    """Population stability index of two distributions: below 0.1 they are alike, above 0.25 they are not.

    Shares of nothing count as one in a thousand, so that one empty bin does not make all of it infinite.
    """
    pairs = [(max(a, 0.001), max(b, 0.001)) for a, b in zip(one, other, strict=True)]
    return sum((a - b) * log(a / b) for a, b in pairs)


def _parted(flags: Sequence[tuple[float, str, datetime]], moment: datetime) -> tuple[list[float], list[float]]:
    return [p for p, _, created in flags if created >= moment], [p for p, _, created in flags if created < moment]


def _bin(p: float) -> int:
    return min(int(p * BINS), BINS - 1)


def _shares(chances: Sequence[float]) -> list[float]:
    counts = [0] * BINS
    for p in chances:
        counts[_bin(p)] += 1
    return [count / max(1, len(chances)) for count in counts]


def _confirmed(judged: Sequence[tuple[float, bool]]) -> list[tuple[float, float, int]]:
    points = []
    for place in range(BINS):
        own = [(p, confirmed) for p, confirmed in judged if _bin(p) == place]
        if own:
            points.append((sum(p for p, _ in own) / len(own), sum(c for _, c in own) / len(own), len(own)))
    return points
