"""Gold: what many people's judgements, a lawyer's decisions and the labels by the guide say together.

The rule, for what a clause is:

1. of everybody the last judgement counts, over all initiatives for which the clause came before them;
2. a lawyer's decision over a difference is gold;
3. else the label by the guide is gold, where the clause has one;
4. else every kind is gold that more than half of the people name, and no kind that fewer than half name. Where exactly half do,
   nothing is learnt of that kind, and the clause goes back to people.

Who rejects a flag because it does not matter to one initiative says nothing of what the clause is (``About.INITIATIVE``).
For whether a clause obstructs an initiative the same holds, without the guide: a decision, else the majority, else nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from statistics import median_low

from corpus.labels import ClauseLabel
from corpus.taxonomy import taxonomy
from training.reviews.rows import JudgedRow


class Source(StrEnum):
    """Whose word gold is."""

    DECISION = "beslissing"
    GUIDE = "leidraad"
    MAJORITY = "meerderheid"


@dataclass(frozen=True, kw_only=True)
class ClauseGold:
    """What a clause is."""

    ref: str
    version: str  # ISO date of the version that was judged last
    sha256: str  # of its normalised text
    kinds: tuple[str, ...]  # barrier kinds, in the order of the taxonomy
    undecided: tuple[str, ...]  # kinds on which as many people say yes as no
    strength: int  # 0..3; 0 where there is no kind
    source: Source
    people: int  # who spoke of the clause


@dataclass(frozen=True, kw_only=True)
class PairGold:
    """Whether a clause obstructs an initiative."""

    initiative: str
    ref: str
    sha256: str
    obstructs: bool
    strength: int  # 0..3
    source: Source


@dataclass(frozen=True, kw_only=True)
class Contradiction:
    """Something for people to decide."""

    ref: str
    sha256: str
    kinds: tuple[str, ...]  # on which they are divided, or contradict the guide
    guide: bool  # whether it is the guide that they contradict


@dataclass(frozen=True, kw_only=True)
class Gold:
    """Everything that judgements say together."""

    clauses: tuple[ClauseGold, ...]  # by ref and text
    pairs: tuple[PairGold, ...]
    contradictions: tuple[Contradiction, ...]


def gold_of(rows: Sequence[JudgedRow], guide: Mapping[str, ClauseLabel]) -> Gold:
    """Gold of judgements.

    Args:
        rows: in the order of judging.
        guide: labels by the guide, by hash of the normalised text.
    """
    clauses, contradictions = [], []
    for told in _grouped((row for row in rows if row.speaks_of_clause), lambda row: (row.verwijzing, row.sha256)):
        one, contradiction = _clause(told, guide.get(told[0].sha256))
        clauses.append(one)
        contradictions += [contradiction] if contradiction is not None else []
    pairs = []
    for told in _grouped(rows, lambda row: (row.initiatief, row.verwijzing, row.sha256)):
        pair = _pair(told)
        pairs += [pair] if pair is not None else []
    return Gold(clauses=tuple(clauses), pairs=tuple(pairs), contradictions=tuple(contradictions))


def last_of_everybody(rows: Iterable[JudgedRow]) -> list[JudgedRow]:
    """Of each reviewer the last row, in the order of judging; decisions do not count as opinions."""
    last: dict[str, JudgedRow] = {}
    for row in rows:
        if not row.beslecht:
            last.pop(row.beoordelaar, None)
            last[row.beoordelaar] = row
    return list(last.values())


def _clause(told: Sequence[JudgedRow], label: ClauseLabel | None) -> tuple[ClauseGold, Contradiction | None]:
    opinions = last_of_everybody(told)
    decision = next((row for row in reversed(told) if row.beslecht), None)
    named = [kind for kind in taxonomy().barrier_codes if any(kind in row.soorten for row in opinions)]
    votes = {kind: sum(kind in row.soorten for row in opinions) for kind in named}
    agreed = tuple(kind for kind in named if votes[kind] * 2 > len(opinions))
    divided = tuple(kind for kind in named if votes[kind] * 2 == len(opinions))
    # Who is not of the majority that sees no barrier must not set how strong it is.
    strength = median_low(row.zwaarte for row in opinions) if agreed else 0
    source, kinds, undecided = Source.MAJORITY, agreed, divided
    contradiction = divided
    if decision is not None:
        source, kinds, undecided, strength = Source.DECISION, decision.soorten, (), decision.zwaarte
        contradiction = ()
    elif label is not None:
        source, kinds, undecided, strength = Source.GUIDE, label.barriers, (), label.strength
        contradiction = tuple(kind for kind in taxonomy().barrier_codes if (kind in agreed) != (kind in label.barriers))
    kinds = tuple(kind for kind in taxonomy().barrier_codes if kind in kinds)  # a reviewer names them in any order
    gold = ClauseGold(
        ref=told[-1].verwijzing, version=told[-1].versie, sha256=told[-1].sha256, kinds=kinds, undecided=undecided,
        strength=strength, source=source, people=len({row.beoordelaar for row in told}),
    )  # fmt: skip
    if not contradiction:
        return gold, None
    by_guide = source is Source.GUIDE
    return gold, Contradiction(ref=gold.ref, sha256=gold.sha256, kinds=contradiction, guide=by_guide)


def _pair(told: Sequence[JudgedRow]) -> PairGold | None:
    opinions = last_of_everybody(told)
    decision = next((row for row in reversed(told) if row.beslecht), None)
    seen = sum(row.barrier for row in opinions)
    if decision is None and seen * 2 == len(opinions):
        return None
    obstructs = decision.barrier if decision is not None else seen * 2 > len(opinions)
    strengths = [row.zwaarte for row in ([decision] if decision is not None else opinions) if row.barrier]
    return PairGold(
        initiative=told[0].initiatief, ref=told[0].verwijzing, sha256=told[0].sha256, obstructs=obstructs,
        strength=median_low(strengths) if obstructs and strengths else 0,
        source=Source.DECISION if decision is not None else Source.MAJORITY,
    )  # fmt: skip


def _grouped(rows: Iterable[JudgedRow], key: Callable[[JudgedRow], tuple[str, ...]]) -> list[list[JudgedRow]]:
    """Rows with the same key together, in the order of judging within."""
    return [list(own) for _, own in groupby(sorted(rows, key=key), key=key)]
