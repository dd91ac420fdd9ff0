"""Which judgements stand: of everybody the last that was not taken back; and on what those differ."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from service.database.tables import Judgement, Verdict


class Question(StrEnum):
    """What people may answer differently."""

    VERDICT = "oordeel"  # whether it stands in the way at all
    KINDS = "soorten"
    STRENGTH = "zwaarte"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What people think of one flag."""

    opinions: tuple[Judgement, ...]  # one a person, in the order of judging
    decision: Judgement | None  # the last of a lawyer over those of others

    @property
    def settled(self) -> bool:
        """Whether a lawyer decided, and nobody judged afterwards."""
        return self.decision is not None and all(one.sequence < self.decision.sequence for one in self.opinions)

    @property
    def final(self) -> Judgement | None:
        """What counts: the last word."""
        told = [*self.opinions, *([self.decision] if self.decision else [])]
        return max(told, key=lambda one: one.sequence, default=None)

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
            Question.VERDICT: 0 < seen < len(self.opinions),
            Question.KINDS: bool(self.kinds_apart),
            Question.STRENGTH: len({one.strength for one in self._barriers}) > 1,
        }
        return tuple(question for question, differs in found.items() if differs)

    @property
    def _barriers(self) -> list[Judgement]:
        return [one for one in self.opinions if not rejects(one)]


def rejects(judgement: Judgement) -> bool:
    """Whether someone sees no barrier."""
    return judgement.verdict == Verdict.REJECTED.value


def standing(judgements: Iterable[Judgement]) -> Standing:
    """What stands of the judgements on one flag, given in the order in which they were made."""
    by_person: dict[str, list[Judgement]] = {}
    for one in judgements:
        own = by_person.setdefault(one.user_id, [])
        if one.verdict != Verdict.TAKEN_BACK.value:
            own.append(one)
        elif own:
            own.pop()
    opinions = [[one for one in own if not one.adjudication] for own in by_person.values()]
    decisions = [one for own in by_person.values() for one in own if one.adjudication]
    return Standing(
        opinions=tuple(sorted((own[-1] for own in opinions if own), key=lambda one: one.sequence)),
        decision=max(decisions, key=lambda one: one.sequence, default=None),
    )
