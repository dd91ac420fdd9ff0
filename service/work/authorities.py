"""The same activity under the rules of different authorities: who asks a permit, who a notification, and who neither.

It is what the model reads in the clauses on the activity, so every answer comes with the clause that it rests on.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from weakref import WeakKeyDictionary

from corpus.activities import activities
from corpus.comparing import Run, word_runs
from corpus.schema import RegulationEntry
from models.regulating import Regulating
from models.variants import ALIKE, likeness
from service.engine import Loaded

LEVELS = ("gemeente", "waterschap", "provincie")
"""Levels at which many authorities make rules of their own about the same things."""

READ = 12
"""Clauses of one authority that are read, the most promising: reading takes milliseconds each, and authorities are many."""

LEAST = 0.3
"""Least probability with which a clause asks or allows something."""

BESIDE = 0.6
"""Share of the weightiest of an authority's rules below which another is about something beside the activity."""

AS_MUCH = 0.9
"""Share of the weightiest that asks something from which another that asks counts too: regulations name a permit in passing."""

RELATED = 0.5
"""Least likeness at which a clause is the same rule in other words, whatever it asks."""


KEPT = 16
"""Comparisons that are remembered."""

_kept: WeakKeyDictionary[Loaded, dict[tuple[str, str], tuple[AuthorityRules, ...]]] = WeakKeyDictionary()
"""Of every store under a model, for as long as it serves."""


class Asks(StrEnum):
    """What an authority asks beforehand, the heaviest first."""

    PERMIT = "vergunning"
    NOTIFICATION = "melding"
    NOTHING = "niets"


_WHAT = {
    "vergunningplicht": Asks.PERMIT,
    "meldingsplicht": Asks.NOTIFICATION,
    "toegestaan": Asks.NOTHING,
    "vrijstelling": Asks.NOTHING,
}
_TOLD = tuple(_WHAT)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One clause of an authority on the activity."""

    ref: str
    title: str  # of its regulation
    text: str
    asks: Asks | None  # None where it says something else
    p: float  # that it does, 0..1
    weight: float  # the same, times how strongly it speaks of the activity


@dataclass(frozen=True, kw_only=True)
class AuthorityRules:
    """What one authority asks for an activity."""

    name: str
    asks: Asks  # the heaviest
    permit: Rule | None
    notification: Rule | None
    free: Rule | None  # a clause that leaves some of it free
    clauses: int  # on the activity, whatever they ask
    regulations: int  # of this authority in the store
    rules: tuple[Rule, ...]  # all that ask or leave something, also of what stands beside the activity

    @property
    def heaviest(self) -> Rule | None:
        """The clause that says what is asked."""
        return self.permit or self.notification or self.free


@dataclass(frozen=True, kw_only=True)
class SideBySide:
    """Two clauses of two authorities, word by word."""

    one: Rule
    other: Rule
    one_runs: tuple[Run, ...]  # the text of the one: what stays, and what the other lacks
    other_runs: tuple[Run, ...]
    likeness: float  # share of words in common, 0..1

    @property
    def variants(self) -> bool:
        """Whether it is nearly the same clause."""
        return self.likeness >= ALIKE


def levels_in(loaded: Loaded) -> list[str]:
    """Levels at which the store holds rules of an authority that it names."""
    found = {entry.level for entry in loaded.store.regulations.values() if entry.authority}
    return [level for level in LEVELS if level in found]


def compared(loaded: Loaded, activity: str, level: str) -> tuple[AuthorityRules, ...]:
    """Every authority of a level with what it asks for an activity: who asks least first, then by name.

    Clauses are read for it, which takes a core for seconds the first time.

    Raises:
        KeyError: there is no such activity.
    """
    kept, key = _kept.setdefault(loaded, {}), (activity, level)
    found = kept.get(key)
    if found is None:
        for oldest in list(kept)[: len(kept) - KEPT + 1]:
            kept.pop(oldest, None)
        found = kept[key] = _compared(loaded, activity, level)
    return found


def _compared(loaded: Loaded, activity: str, level: str) -> tuple[AuthorityRules, ...]:
    own = _authorities(loaded, level)
    by_authority = _on(loaded, activity, level)
    found = [_rules(loaded, name, entries, by_authority[name]) for name, entries in own.items()]
    lightest = list(reversed(Asks))
    return tuple(sorted(found, key=lambda one: (lightest.index(one.asks), one.name.casefold())))


def side_by_side(loaded: Loaded, activity: str, level: str, one: AuthorityRules, other: AuthorityRules) -> SideBySide | None:
    """The clause with which one authority asks most, beside that of another which is most like it.

    None where one of them has no clause on the activity that asks or leaves anything.
    """
    here = one.heaviest
    if here is None:
        return None
    told = {rule.ref: rule for rule in other.rules}
    refs = [clause.ref for clause in _on(loaded, activity, level)[other.name]]
    pairs = zip(refs, loaded.flagger.texts_of(refs), strict=True)
    same = [told.get(ref) or _rule(loaded, ref) for ref, text in pairs if likeness(here.text, text) >= RELATED]
    asking = [rule for rule in other.rules if rule.asks is other.asks]
    there = max(same or asking or other.rules, key=lambda rule: likeness(here.text, rule.text), default=None)
    if there is None:
        return None
    runs = word_runs(here.text, there.text)
    return SideBySide(
        one=here,
        other=there,
        one_runs=_joined([run for run in runs if run.kind != "added"]),
        other_runs=_joined([run for run in runs if run.kind != "removed"]),
        likeness=likeness(here.text, there.text),
    )


def known_activity(code: str) -> bool:
    """Whether there is such an activity."""
    return code in activities().codes


def _joined(runs: list[Run]) -> tuple[Run, ...]:
    """One side of two texts: words that differ stand in one run when nothing but a space is between them."""
    found: list[Run] = []
    for place, run in enumerate(runs):
        between = run.kind == "same" and not run.text.strip() and 0 < place < len(runs) - 1
        kind = found[-1].kind if between and found else run.kind
        if found and found[-1].kind == kind:
            found[-1] = Run(kind=kind, text=found[-1].text + run.text)
        else:
            found.append(run)
    return tuple(found)


def _authorities(loaded: Loaded, level: str) -> dict[str, list[RegulationEntry]]:
    found: defaultdict[str, list[RegulationEntry]] = defaultdict(list)
    for entry in loaded.store.regulations.values():
        if entry.level == level and entry.authority:
            found[entry.authority].append(entry)
    return found


def _on(loaded: Loaded, activity: str, level: str) -> defaultdict[str, list[Regulating]]:
    """Clauses on an activity by authority."""
    found: defaultdict[str, list[Regulating]] = defaultdict(list)
    for clause in loaded.flagger.regulating(activity, _TOLD):
        entry = loaded.store.regulations[clause.ref.partition("/")[0]]
        if entry.level == level and entry.authority:
            found[entry.authority].append(clause)
    return found


def _rules(loaded: Loaded, name: str, entries: list[RegulationEntry], clauses: list[Regulating]) -> AuthorityRules:
    promising = sorted(clauses, key=lambda clause: -clause.promise * clause.weight)[:READ]
    read = loaded.flagger.chances_of([clause.ref for clause in promising])
    rules = []
    for clause, chances in zip(promising, read, strict=True):
        # "No permit is needed" names the permit too: a clause counts for what it says most surely.
        kind = max(_TOLD, key=lambda told: chances[told])
        sure, p = chances[kind]
        if sure >= LEAST:
            rules.append(_rule(loaded, clause.ref, asks=_WHAT[kind], p=p, weight=sure * clause.weight))
    rules.sort(key=lambda rule: -rule.weight)
    near = [rule for rule in rules if rule.weight >= BESIDE * rules[0].weight]
    asking = max((rule.weight for rule in near if rule.asks is not Asks.NOTHING), default=0.0)
    near = [rule for rule in near if rule.asks is Asks.NOTHING or rule.weight >= AS_MUCH * asking]
    kept = {rule.asks: rule for rule in reversed(near)}
    return AuthorityRules(
        name=name,
        asks=next((asks for asks in (Asks.PERMIT, Asks.NOTIFICATION) if asks in kept), Asks.NOTHING),
        permit=kept.get(Asks.PERMIT),
        notification=kept.get(Asks.NOTIFICATION),
        free=kept.get(Asks.NOTHING),
        clauses=len(clauses),
        regulations=len(entries),
        rules=tuple(rules),
    )


def _rule(loaded: Loaded, ref: str, *, asks: Asks | None = None, p: float = 0.0, weight: float = 0.0) -> Rule:
    title = loaded.store.regulations[ref.partition("/")[0]].title
    return Rule(ref=ref, title=title, text=loaded.flagger.texts_of([ref])[0], asks=asks, p=p, weight=weight)
