"""Recall: which part of what stands in the way was flagged, as far as people know, with an interval.

Both sides are estimated from samples: of what was flagged the part that people confirm, chance by chance as the model claims
it, for nobody judges all; of what was not flagged the part of the random sample in which people find a barrier, near and far
apart. Every part is a share out of few, so each has a Jeffreys posterior (Brown, Cai and DasGupta 2001), which gives an
interval when nothing was found as well; the interval of the whole comes from drawing all parts together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.database.tables import FlagRow, Initiative, InitiativeStatus, Verdict
from service.identity.actor import Actor
from service.identity.policies import visible
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

    size: float  # how many there are
    judged: int
    barriers: int  # of those that were judged


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
    """Recall over the open initiatives that somebody may see."""
    rows = session.execute(
        select(
            FlagRow.p, FlagRow.verdict, FlagRow.sample, FlagRow.inclusion, FlagRow.current, FlagRow.by_person, FlagRow.created
        )
        .join(Initiative, Initiative.id == FlagRow.initiative_id)
        .where(visible(who), Initiative.status == InitiativeStatus.FLAGGED.value)
        .order_by(FlagRow.sequence)
    ).all()
    flagged = [(row.p, row.verdict) for row in rows if row.current and not row.by_person and not row.sample]
    sample = [row for row in rows if row.sample == Way.RANDOM.value]
    judged = [row for row in sample if row.verdict]
    found = [_part([(p, v) for p, v in flagged if min(int(p * BINS), BINS - 1) == place]) for place in range(BINS)]
    near, far = ([row for row in judged if (row.p > 0) is wanted] for wanted in (True, False))
    missed = [_sampled([row for row in sample if (row.p > 0) is wanted], own) for wanted, own in ((True, near), (False, far))]
    told = len(judged) >= LEAST and any(part.size for part in found)
    return Recall(
        near=estimate(found, missed[:1]) if told and near else None,
        whole=estimate(found, missed) if told and near and far else None,
        judged=len(judged),
        waiting=len(sample) - len(judged),
        missed=sum(row.verdict != Verdict.REJECTED.value for row in judged),
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
    """Numbers of barriers that a part may hold: those that were seen, and what the rest may be. *Shape:* (DRAWS,)."""
    share = rng.beta(part.barriers + 0.5, part.judged - part.barriers + 0.5, size=DRAWS)
    drawn: np.ndarray = part.barriers + share * max(0.0, part.size - part.judged)
    return drawn


def _part(flags: Sequence[tuple[float, str]]) -> Part:
    judged = [verdict for _, verdict in flags if verdict]
    return Part(size=len(flags), judged=len(judged), barriers=sum(verdict != Verdict.REJECTED.value for verdict in judged))


def _sampled(sample: Sequence[object], judged: Sequence[object]) -> Part:
    """A stratum: its size is that of the pool that was drawn from last."""
    newest = max((row for row in sample if row.inclusion), key=lambda row: row.created, default=None)  # type: ignore[attr-defined]
    if newest is None:
        return Part(size=0, judged=0, barriers=0)
    together = sum(row.inclusion == newest.inclusion for row in sample)  # type: ignore[attr-defined]
    barriers = sum(row.verdict != Verdict.REJECTED.value for row in judged)  # type: ignore[attr-defined]
    return Part(size=together / newest.inclusion, judged=len(judged), barriers=barriers)  # type: ignore[attr-defined]
