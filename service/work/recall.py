"""Recall: which part of what stands in the way was flagged, as far as people know, with an interval.

Both sides are estimated from samples: of what was flagged the part that people confirm, chance by chance as the model claims
it, for nobody judges all; of what was not flagged the part of the random sample in which people find a barrier, near and far
apart. Every part is a share out of few, so each has a Jeffreys posterior (Brown, Cai and DasGupta 2001), which gives an
interval when nothing was found as well; the interval of the whole comes from drawing all parts together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from service.database.tables import FlagRow, Initiative, InitiativeStatus, Suggestion, Verdict
from service.identity.actor import Actor
from service.identity.policies import visible
from service.work.sampling import FAR, NEAR_BY
from training.reviews.rows import Way

LEAST = 20
"""Judged clauses of the random sample from which recall is told at all."""

BINS = 5
"""Parts of what was flagged, by the probability that the model claims."""

DRAWS = 4_000

_SEED = 20_240_101  # the same judgements give the same interval


@dataclass(frozen=True, kw_only=True)
class Part:
    """Clauses of which a part was judged."""

    size: int  # how many there are
    judged: int
    barriers: int  # of those that were judged
    initiatives: int = 1  # that they are of together


@dataclass(frozen=True, kw_only=True)
class Recall:
    """What is known of recall."""

    near: (
        tuple[float, float, float] | None
    )  # among the best candidates: estimate and 95 % interval; None when too few are judged
    whole: tuple[float, float, float] | None  # among all clauses that were searched
    judged: int  # clauses of the random sample that people judged
    waiting: int  # that wait for it
    missed: int  # in which people found a barrier


def recall_of(session: Session, who: Actor) -> Recall:
    """Recall over the open initiatives that somebody may see, for an initiative as they are on average.

    What was drawn and a model flags since is found, not missed.
    """
    found = _found(session, who)
    near, far = (_missed(session, who, stratum) for stratum in (NEAR_BY, FAR))
    told = near.part.judged + far.part.judged >= LEAST and any(part.size for part in found)
    return Recall(
        near=estimate(found, [near.part]) if told and near.part.judged else None,
        whole=estimate(found, [near.part, far.part]) if told and near.part.judged and far.part.judged else None,
        judged=near.part.judged + far.part.judged,
        waiting=near.waiting + far.waiting,
        missed=near.part.barriers + far.part.barriers,
    )


def estimate(found: Sequence[Part], missed: Sequence[Part]) -> tuple[float, float, float]:
    """Recall and its 95 % interval.

    Args:
        found: what was flagged.
        missed: what was not.
    """
    rng = np.random.default_rng(_SEED)
    hits = sum(_drawn(part, rng) for part in found)
    misses = sum(_drawn(part, rng) for part in missed)
    shares = hits / np.maximum(hits + misses, 1e-9)
    low, high = np.quantile(shares, [0.025, 0.975])
    return float(np.median(shares)), float(low), float(high)


def _drawn(part: Part, rng: np.random.Generator) -> np.ndarray:
    """Barriers that a part may hold, an initiative: those that were seen, and what the rest may be. *Shape:* (DRAWS,)."""
    share = rng.beta(part.barriers + 0.5, part.judged - part.barriers + 0.5, size=DRAWS)
    drawn: np.ndarray = (part.barriers + share * max(0, part.size - part.judged)) / max(1, part.initiatives)
    return drawn


def _found(session: Session, who: Actor) -> list[Part]:
    """What models flagged, by the probability that they claimed."""
    place = case(*((FlagRow.p < (number + 1) / BINS, number) for number in range(BINS - 1)), else_=BINS - 1).label("place")
    query = _flags(who, place, FlagRow.verdict, func.count()).where(FlagRow.current, ~FlagRow.by_person, _suggested())
    counted = session.execute(query.group_by(place, FlagRow.verdict)).all()
    opened = select(func.count()).select_from(Initiative).where(visible(who), Initiative.status == _OPEN)
    initiatives = session.execute(opened).scalar() or 1
    parts = []
    for number in range(BINS):
        own = {verdict: count for bin_of, verdict, count in counted if bin_of == number}
        judged = sum(count for verdict, count in own.items() if verdict)
        rejected = own.get(Verdict.REJECTED.value, 0)
        parts.append(Part(size=sum(own.values()), judged=judged, barriers=judged - rejected, initiatives=initiatives))
    return parts


@dataclass(frozen=True, kw_only=True)
class _Stratum:
    part: Part
    waiting: int


def _missed(session: Session, who: Actor, stratum: str) -> _Stratum:
    """What no model flags, of one stratum: what was left at the last draw, and what was drawn before."""
    drawn = (FlagRow.sample == Way.RANDOM.value, FlagRow.stratum == stratum, ~_suggested())
    query = _flags(who, FlagRow.verdict, func.count()).where(*drawn).group_by(FlagRow.verdict)
    own = {str(verdict): int(count) for verdict, count in session.execute(query).all()}
    judged = sum(count for verdict, count in own.items() if verdict)
    newest = _flags(who, FlagRow.pool, FlagRow.framed, FlagRow.inclusion).where(FlagRow.stratum == stratum)
    last = session.execute(newest.order_by(FlagRow.sequence.desc()).limit(1)).one_or_none()
    pool, framed, inclusion = last if last is not None else (0, 1, 0.0)
    before = max(0, sum(own.values()) - round(pool * inclusion))  # drawn earlier: the pool of the last draw is without them
    rejected = own.get(Verdict.REJECTED.value, 0)
    part = Part(size=pool + before, judged=judged, barriers=judged - rejected, initiatives=framed)
    return _Stratum(part=part, waiting=own.get("", 0))


def _flags(who: Actor, *columns: Any) -> Select[Any]:
    query = select(*columns).select_from(FlagRow).join(Initiative, Initiative.id == FlagRow.initiative_id)
    return query.where(visible(who), Initiative.status == _OPEN)


def _suggested() -> ColumnElement[bool]:
    """Whether a model ever flagged it."""
    return select(Suggestion.id).where(Suggestion.flag_id == FlagRow.id).exists()


_OPEN = InitiativeStatus.FLAGGED.value
