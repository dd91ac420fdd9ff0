"""Which judgements stand: of everybody the last that was not taken back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from service.database.tables import Judgement, Verdict


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
