"""Flags on which people differ, and how far they agree over all that more than one of them judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from corpus.taxonomy import taxonomy
from service.database.tables import CLOSED, FlagRow, Initiative, Judgement, Verdict
from service.identity.actor import Actor
from service.identity.policies import visible
from service.work.agreement import Agreement, agreement
from service.work.standing import Standing, standing


class Question(StrEnum):
    """What people may answer differently."""

    VERDICT = "oordeel"  # whether it stands in the way at all
    KINDS = "soorten"
    STRENGTH = "zwaarte"


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A flag that more than one person judged."""

    flag: FlagRow
    initiative: Initiative
    standing: Standing

    @property
    def kinds_apart(self) -> frozenset[str]:
        """Kinds that some who see a barrier name, and others who see one do not."""
        named = [frozenset(one.kinds) for one in self._barriers]
        return frozenset.union(*named) - frozenset.intersection(*named) if named else frozenset()

    @property
    def apart(self) -> tuple[Question, ...]:
        """On what people differ. Who rejects a flag names no kinds: that is one difference, not three."""
        seen = len(self._barriers)
        found = {
            Question.VERDICT: 0 < seen < len(self.standing.opinions),
            Question.KINDS: bool(self.kinds_apart),
            Question.STRENGTH: len({one.strength for one in self._barriers}) > 1,
        }
        return tuple(question for question, differs in found.items() if differs)

    @property
    def open(self) -> bool:
        """Whether a lawyer has something to decide."""
        return bool(self.apart) and not self.standing.settled and self.initiative.status not in CLOSED

    @property
    def _barriers(self) -> list[Judgement]:
        return [one for one in self.standing.opinions if not rejects(one)]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which differences someone wants to see."""

    settled: bool = False  # those that were decided, instead of those that are open
    question: str = ""  # of Question
    kind: str = ""
    municipality: str = ""


@dataclass(frozen=True, kw_only=True)
class Agreements:
    """How far people agree, by question."""

    flags: int  # that two people or more judged
    verdict: Agreement
    strength: Agreement
    kinds: dict[str, Agreement]  # in the order of the taxonomy


def rejects(judgement: Judgement) -> bool:
    """Whether someone sees no barrier."""
    return judgement.verdict == Verdict.REJECTED.value


def judged_twice(session: Session, who: Actor, *, flag_id: str | None = None) -> list[Judged]:
    """Flags that this person may see and that two people or more judged, in the order in which they were raised."""
    query = select(FlagRow, Initiative).join(Initiative, Initiative.id == FlagRow.initiative_id)
    query = query.where(visible(who), FlagRow.judgements >= 2)
    if flag_id is not None:
        query = query.where(FlagRow.id == flag_id)
    rows = session.execute(query.order_by(FlagRow.sequence)).all()
    told = select(Judgement).where(Judgement.flag_id.in_(query.with_only_columns(FlagRow.id)))
    by_flag: defaultdict[str, list[Judgement]] = defaultdict(list)
    for judgement in session.execute(told.order_by(Judgement.sequence)).scalars():
        by_flag[judgement.flag_id].append(judgement)
    found = [Judged(flag=flag, initiative=one, standing=standing(by_flag[flag.id])) for flag, one in rows]
    return [one for one in found if len(one.standing.opinions) >= 2]


def differing(judged: Sequence[Judged], asked: Asked) -> list[Judged]:
    """Those on which people differ, as asked; first where they differ on whether there is a barrier at all."""
    chosen = [
        one
        for one in judged
        if one.apart
        and (one.standing.settled if asked.settled else one.open)
        and asked.question in ("", *one.apart)
        and asked.kind in ("", *one.kinds_apart)
        and asked.municipality in ("", one.initiative.municipality)
    ]
    return sorted(chosen, key=lambda one: Question.VERDICT not in one.apart)


def agreements(judged: Sequence[Judged]) -> Agreements:
    """How far people agree on flags, before any lawyer decided."""
    opinions = [one.standing.opinions for one in judged]

    def on(kind: str) -> Agreement:
        return agreement([[int(kind in one.kinds) for one in unit] for unit in opinions], values=2, scale="nominal")

    return Agreements(
        flags=len(judged),
        verdict=agreement([[int(not rejects(one)) for one in unit] for unit in opinions], values=2, scale="nominal"),
        strength=agreement([[one.strength for one in unit] for unit in opinions], values=4, scale="ordinal"),
        kinds={kind: on(kind) for kind in taxonomy().barrier_codes},
    )
