"""Judging many flags at once, and taking that back at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.database.tables import FlagRow, Initiative, Judgement, Verdict
from service.errors import Conflict, NotFound, Outdated
from service.identity.actor import Actor
from service.identity.policies import visible
from service.work.judgements import Decision, judge, standing_only

MOST = 100
"""Flags in one go."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Judgements that one person made in one go, by the sequence numbers of the first and the last."""

    first: int
    last: int
    judged: int
    passed_over: int  # flags that somebody else judged meanwhile, or that are no longer there


def judge_many(session: Session, who: Actor, seen: Mapping[str, str], verdict: Verdict, *, note: str) -> Batch:
    """Judge flags that were ticked. One that has changed since it was seen is passed over, and counted.

    Args:
        session: a writing session.
        who: the reviewer.
        seen: flags by id, with the tag of what was seen.
        verdict: confirmed or rejected.
        note: beside each of them.
    """
    made: list[int] = []
    decision = Decision(verdict=verdict, note=note)
    for identifier in _held(session, list(seen)[:MOST]):
        try:
            made.append(judge(session, who, identifier, decision, expected=seen[identifier]).sequence)
        except (NotFound, Conflict, Outdated):
            continue
    return Batch(
        first=min(made, default=0), last=max(made, default=0), judged=len(made), passed_over=len(set(seen)) - len(made)
    )


def batch_of(session: Session, who: Actor, first: int, last: int) -> list[tuple[Judgement, FlagRow]]:
    """What is left of a batch: own judgements between two sequence numbers that were not taken back."""
    query = (
        select(Judgement, FlagRow)
        .join(FlagRow, FlagRow.id == Judgement.flag_id)
        .join(Initiative, Initiative.id == FlagRow.initiative_id)
        .where(Judgement.sequence.between(first, last), Judgement.user_id == who.user_id, visible(who), standing_only())
        .where(Judgement.verdict.in_([Verdict.CONFIRMED.value, Verdict.REJECTED.value]))  # all that is decided in one go
        .order_by(FlagRow.sequence)
        .limit(MOST)
    )
    return [(judgement, flag) for judgement, flag in session.execute(query).all()]


def take_back_many(session: Session, who: Actor, first: int, last: int) -> int:
    """Take back what is left of a batch; returns how many judgements that were.

    What this person judged once more after the batch stays as it is.
    """
    count = 0
    _held(session, [flag.id for _, flag in batch_of(session, who, first, last)])
    for judgement, flag in batch_of(session, who, first, last):
        later = select(Judgement.id).where(
            Judgement.flag_id == flag.id,
            Judgement.user_id == who.user_id,
            Judgement.sequence > judgement.sequence,
            standing_only(),
        )
        if session.execute(later.limit(1)).scalar() is not None:
            continue
        try:
            judge(session, who, flag.id, Decision(verdict=Verdict.TAKEN_BACK))
        except (NotFound, Conflict):
            continue
        count += 1
    return count


def _held(session: Session, flags: list[str]) -> list[str]:
    """Hold some flags and their initiatives until the transaction ends; returns the flags in the order in which they are held.

    All of them before the first judgement, for that takes the lock of the audit trail: whoever holds rows one by one after it
    waits for somebody who holds a row and waits for the trail. Always in one order, so two batches never wait for each other.
    """
    of_them = select(FlagRow.initiative_id).where(FlagRow.id.in_(flags))
    initiatives = select(Initiative.id).where(Initiative.id.in_(of_them)).order_by(Initiative.id)
    session.execute(initiatives.with_for_update(read=True)).all()
    held = select(FlagRow.id).where(FlagRow.id.in_(flags)).order_by(FlagRow.initiative_id, FlagRow.sequence)
    return list(session.execute(held.with_for_update()).scalars())
