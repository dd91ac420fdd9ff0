"""One flag on which people differ: all that there is to see of it, and what a lawyer makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from corpus.taxonomy import taxonomy
from service.database.tables import ClauseText, Suggestion, User, Verdict
from service.errors import NotFound
from service.identity.actor import Actor
from service.work.differences import Judged, judged_twice
from service.work.flags import latest_suggestions
from service.work.judgements import Decision

MODEL = "model"
"""Whose words the model's are; those of people go by their number, from 1."""


@dataclass(frozen=True, kw_only=True)
class Sight:
    """Everything there is to see."""

    judged: Judged
    suggestion: Suggestion | None  # the newest
    clause: ClauseText
    names: dict[str, str]  # of who judged, by id; "" for those who work elsewhere
    pointed: dict[str, list[dict[str, Any]]]  # words in the clause, by whose they are

    @property
    def suggested(self) -> dict[str, Any]:
        """What the model says; nothing of a clause that a person added."""
        return self.suggestion.content if self.suggestion else {"kinds": [], "strength": 0, "evidence": []}

    @property
    def mentioned(self) -> list[str]:
        """Kinds that the model or anybody named, in the order of the taxonomy."""
        named = {kind for one in self.judged.standing.opinions for kind in one.kinds} | set(self.suggested["kinds"])
        return [kind for kind in taxonomy().barrier_codes if kind in named]

    def decision(self, verdict: Verdict, kinds: Sequence[str], strength: int | None, *, note: str, words_of: str) -> Decision:
        """What a lawyer decided: who says exactly what the model said confirms it."""
        evidence = [] if verdict is Verdict.REJECTED else self.pointed.get(words_of, [])
        same = set(kinds) == set(self.suggested["kinds"]) and strength == self.suggested["strength"]
        if verdict is Verdict.CORRECTED and self.judged.flag.by_person:
            verdict = Verdict.ADDED
        elif verdict is Verdict.CORRECTED and same and evidence == self.pointed.get(MODEL, []):
            verdict = Verdict.CONFIRMED
        return Decision(
            verdict=verdict,
            kinds=tuple(kinds),
            strength=strength,
            evidence=tuple({"start": one["start"], "end": one["end"]} for one in evidence),
            note=note,
            suggestion_id=self.suggestion.id if self.suggestion else None,
        )


def sight_of(session: Session, who: Actor, identifier: str) -> Sight:
    """What there is to see of a flag that more than one person judged; raises NotFound."""
    found = judged_twice(session, who, identifier)
    if found is None:
        raise NotFound("Hierover is geen verschil, of u mag het niet zien.")
    flag, standing = found.flag, found.standing
    suggestion = latest_suggestions(session, [flag.id]).get(flag.id)
    sha256 = suggestion.clause_sha256 if suggestion else flag.clause_sha256
    every = session.execute(select(Suggestion).where(Suggestion.flag_id == flag.id)).scalars()
    wording = {one.id: one.clause_sha256 for one in every}
    pointed = {MODEL: suggestion.content["evidence"] if suggestion else []}
    for number, one in enumerate(standing.opinions, start=1):
        # Who judged an older wording pointed into that: those places say nothing of this one.
        if wording.get(one.suggestion_id or "", flag.clause_sha256) == sha256:
            pointed[str(number)] = one.evidence
    people = {one.user_id for one in (*standing.opinions, *([standing.decision] if standing.decision else []))}
    return Sight(
        judged=found,
        suggestion=suggestion,
        clause=session.get_one(ClauseText, sha256),
        names=_names(session, who, people),
        pointed={whose: spans for whose, spans in pointed.items() if spans},
    )


def _names(session: Session, who: Actor, people: set[str]) -> dict[str, str]:
    rows = session.execute(select(User).where(User.id.in_(people))).scalars()
    own = who.organisation_id
    return {row.id: row.name if own is not None and row.organisation_id == own and not row.erased else "" for row in rows}
