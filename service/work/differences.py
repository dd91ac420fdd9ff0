"""Flags on which people differ, and how far they agree over all that more than one of them judged."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session, lazyload

from corpus.taxonomy import taxonomy
from service.database.tables import CLOSED, FlagRow, Initiative, Judgement
from service.identity.actor import Actor
from service.identity.policies import visible
from service.work.agreement import Agreement, agreement
from service.work.standing import Question, Standing, rejects, standing

LATEST = 2_000
"""Flags over which agreement is told: the latest, for people and rules change, and more would hardly narrow an interval."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A flag that more than one person judged."""

    flag: FlagRow
    initiative: Initiative
    standing: Standing


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which differences someone wants to see."""

    settled: bool = False  # those that were decided, instead of those that are open
    question: str = ""  # of Question
    kind: str = ""
    municipality: str = ""


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What there is to choose from."""

    municipalities: tuple[str, ...]
    kinds: tuple[str, ...]  # in the order of the taxonomy


@dataclass(frozen=True, kw_only=True)
class Agreements:
    """How far people agree, by question."""

    flags: int  # that two people or more judged; at most LATEST
    verdict: Agreement
    strength: Agreement
    kinds: dict[str, Agreement]  # in the order of the taxonomy


def judged_twice(session: Session, who: Actor, flag_id: str) -> Judged | None:
    """A flag that this person may see and that two people or more judged; None for any other."""
    row = session.execute(_twice(who, FlagRow, Initiative).where(FlagRow.id == flag_id)).one_or_none()
    if row is None:
        return None
    told = select(Judgement).where(Judgement.flag_id == flag_id).order_by(Judgement.sequence)
    return Judged(flag=row[0], initiative=row[1], standing=standing(session.execute(told).scalars()))


def differing(session: Session, who: Actor, asked: Asked, *, skip: int = 0, limit: int) -> list[tuple[FlagRow, Initiative]]:
    """Flags on which people differ, as asked; first where they differ on whether there is a barrier at all."""
    query = _twice(who, FlagRow, Initiative).where(*_asked(asked))
    first = case((FlagRow.apart.contains(f" {Question.VERDICT} "), 0), else_=1)
    rows = session.execute(query.order_by(first, FlagRow.sequence).offset(skip).limit(limit)).all()
    return [(flag, initiative) for flag, initiative in rows]


def count_differing(session: Session, who: Actor, asked: Asked) -> int:
    """How many there are."""
    found: int = session.execute(_twice(who, func.count()).where(*_asked(asked))).scalar_one()
    return found


def choices(session: Session, who: Actor) -> Choices:
    """Municipalities and kinds of flags on which people differ, or differed before a lawyer decided."""
    query = _twice(who, Initiative.municipality, FlagRow.kinds_apart).where(FlagRow.apart != "").distinct()
    rows = session.execute(query).all()
    named = {kind for _, kinds in rows for kind in kinds.split()}
    return Choices(
        municipalities=tuple(sorted({municipality for municipality, _ in rows}, key=str.casefold)),
        kinds=tuple(kind for kind in taxonomy().barrier_codes if kind in named),
    )


def agreements(session: Session, who: Actor) -> Agreements:
    """How far people agree on flags, before any lawyer decided."""
    latest = _twice(who, FlagRow.id).order_by(FlagRow.sequence.desc()).limit(LATEST)
    told = (
        select(Judgement).where(Judgement.flag_id.in_(latest)).order_by(Judgement.sequence).options(lazyload(Judgement.noted))
    )
    by_flag: defaultdict[str, list[Judgement]] = defaultdict(list)
    for judgement in session.execute(told).scalars():
        by_flag[judgement.flag_id].append(judgement)
    opinions = [standing(judged).opinions for judged in by_flag.values()]

    def on(kind: str) -> Agreement:
        return agreement([[int(kind in one.kinds) for one in unit] for unit in opinions], values=2, scale="nominal")

    return Agreements(
        flags=len(opinions),
        verdict=agreement([[int(not rejects(one)) for one in unit] for unit in opinions], values=2, scale="nominal"),
        strength=agreement([[one.strength for one in unit] for unit in opinions], values=4, scale="ordinal"),
        kinds={kind: on(kind) for kind in taxonomy().barrier_codes},
    )


def _twice(who: Actor, *wanted: Any) -> Select[Any]:
    query = select(*wanted).select_from(FlagRow).join(Initiative, Initiative.id == FlagRow.initiative_id)
    return query.where(visible(who), FlagRow.opinions >= 2)


def _asked(asked: Asked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [FlagRow.apart != "", FlagRow.settled == asked.settled]
    if not asked.settled:
        found.append(Initiative.status.not_in(CLOSED))
    if asked.question:
        found.append(FlagRow.apart.contains(f" {asked.question} ", autoescape=True))
    if asked.kind:
        found.append(FlagRow.kinds_apart.contains(f" {asked.kind} ", autoescape=True))
    if asked.municipality:
        found.append(Initiative.municipality == asked.municipality)
    return found
