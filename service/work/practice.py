"""What reviewers learnt from initiatives: which clauses stop them, and where people do not follow the model.

An organisation sees its own initiatives. Of others only numbers are told, and none of fewer than ENOUGH initiatives: of one or
two initiatives in a small town everybody knows whose they are.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import sqrt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from corpus.taxonomy import taxonomy
from service.database.tables import CLOSED, FlagRow, Initiative, InitiativeStatus, Verdict
from service.identity.actor import Actor
from service.identity.policies import visible
from service.work.flags import raised

ENOUGH = 3
"""Initiatives of other organisations below which nothing is told of them."""

SHARE_FROM = 5
"""Judgements below which no share is told: one more would change it by a fifth."""

LISTED = 50


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One flag that was judged, as far as practice needs it: without story, note or name."""

    flag_id: str
    ref: str  # where the clause stands now
    initiative_id: str
    own: bool  # of the organisation of who asks
    municipality: str
    activity: str
    suggested: frozenset[str]  # kinds that the model told to who judged
    by_person: bool  # the model missed it
    verdict: str  # that counts
    kinds: frozenset[str]  # that count

    @property
    def confirmed(self) -> bool:
        """Whether people see a barrier."""
        return self.verdict != Verdict.REJECTED.value


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What someone wants to see of it."""

    activity: str = ""
    kind: str = ""
    municipality: str = ""


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A clause with what it did to initiatives; numbers count initiatives."""

    ref: str
    confirmed: int  # own, that it stops according to people
    rejected: int  # own
    waiting: int  # own, flagged and not judged
    elsewhere: int | None  # of other organisations, that it stops; None for fewer than ENOUGH
    kinds: tuple[str, ...]  # of the own ones, the most frequent first


@dataclass(frozen=True, kw_only=True)
class Share:
    """How often people rejected something that the model said."""

    of: str  # ref of a clause, or a kind
    judged: int  # own flags
    rejected: int
    elsewhere_judged: int | None = None  # None for fewer than ENOUGH initiatives
    elsewhere_rejected: int | None = None

    @property
    def share(self) -> float | None:
        """Rejected of judged, 0..1; None where there are too few to tell."""
        return self.rejected / self.judged if self.judged >= SHARE_FROM else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 % interval of the share (Wilson 1927); None where no share is told."""
        return wilson(self.rejected, self.judged) if self.judged >= SHARE_FROM else None


def facts(session: Session, who: Actor) -> list[Fact]:
    """Every judged flag of initiatives that were not erased, of all organisations, in the order of raising."""
    query = (
        select(
            FlagRow.id,
            FlagRow.anchor_ref,
            FlagRow.initiative_id,
            visible(who).label("own"),
            Initiative.municipality,
            FlagRow.activity,
            FlagRow.shown_kinds,
            FlagRow.by_person,
            FlagRow.verdict,
            FlagRow.judged_kinds,
        )
        .join(Initiative, Initiative.id == FlagRow.initiative_id)
        .where(FlagRow.verdict != "", raised(), Initiative.status != InitiativeStatus.ERASED.value)
        .order_by(FlagRow.sequence)
    )
    sets = cache(lambda told: frozenset(told.split()))  # few, and each of them often
    return [
        Fact(
            flag_id=flag_id,
            ref=ref,
            initiative_id=initiative,
            own=bool(own),
            municipality=municipality,
            activity=activity,
            suggested=sets("" if by_person else shown),
            by_person=by_person,
            verdict=verdict,
            kinds=sets(kinds),
        )
        for flag_id, ref, initiative, own, municipality, activity, shown, by_person, verdict, kinds in session.execute(query)
    ]


def chosen(known: Iterable[Fact], wanted: Wanted) -> list[Fact]:
    """Facts about an activity, a kind and a municipality. A rejected flag is of the kinds that the model suggested."""
    return [
        one
        for one in known
        if wanted.activity in ("", one.activity)
        and wanted.municipality in ("", one.municipality)
        and (not wanted.kind or wanted.kind in (one.kinds if one.confirmed else one.suggested))
    ]


def stops(known: Sequence[Fact]) -> list[Stop]:
    """Clauses that stop initiatives, those that stop most first; what waits is not counted yet."""
    found = []
    for ref, group in _by(known, lambda one: one.ref).items():
        own = [one for one in group if one.own]
        kinds = Counter(kind for one in own if one.confirmed for kind in one.kinds)
        stop = Stop(
            ref=ref,
            confirmed=_initiatives(one for one in own if one.confirmed),
            rejected=_initiatives(one for one in own if not one.confirmed),
            waiting=0,
            elsewhere=_enough(_initiatives(one for one in group if not one.own and one.confirmed)),
            kinds=tuple(sorted(kinds, key=lambda kind: (-kinds[kind], kind))),
        )
        if stop.confirmed or stop.elsewhere:
            found.append(stop)
    return sorted(found, key=lambda one: (-one.confirmed, -(one.elsewhere or 0), one.ref))[:LISTED]


def with_waiting(session: Session, who: Actor, found: Sequence[Stop]) -> list[Stop]:
    """The same, with in how many own initiatives each clause was flagged and is not judged."""
    waits = (
        select(FlagRow.anchor_ref, func.count(FlagRow.initiative_id.distinct()))
        .join(Initiative, Initiative.id == FlagRow.initiative_id)
        .where(visible(who), Initiative.status.not_in(CLOSED))
        .where(FlagRow.current, FlagRow.verdict == "", FlagRow.anchor_ref.in_([one.ref for one in found]))
        .group_by(FlagRow.anchor_ref)
    )
    counts = {row[0]: row[1] for row in session.execute(waits).all()}
    return [replace(one, waiting=counts.get(one.ref, 0)) for one in found]


def rejected_clauses(known: Sequence[Fact]) -> list[Share]:
    """Clauses that people rejected, those first that are most surely rejected often."""
    flagged = [one for one in known if not one.by_person]
    found = [_share(ref, group, lambda one: not one.confirmed) for ref, group in _by(flagged, lambda one: one.ref).items()]
    ordered = sorted(found, key=lambda one: (-wilson(one.rejected, one.judged)[0], -one.rejected, one.of))
    return [one for one in ordered if one.rejected][:LISTED]


def rejected_kinds(known: Sequence[Fact]) -> list[Share]:
    """Of each kind how often the model suggested it and people did not keep it, in the order of the taxonomy."""
    found = []
    for kind in taxonomy().barrier_codes:
        group = [one for one in known if kind in one.suggested]
        if group:
            found.append(_share(kind, group, _drops(kind)))
    return [one for one in found if one.judged or one.elsewhere_judged]


def missed(known: Sequence[Fact]) -> int:
    """In how many own flags people named a clause that the model had not."""
    return sum(one.by_person and one.confirmed and one.own for one in known)


def wilson(part: int, whole: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927), 0..1."""
    if not whole:
        return 0.0, 1.0
    z, share = 1.96, part / whole
    middle = share + z * z / (2 * whole)
    spread = z * sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))
    low, high = ((middle + sign * spread) / (1 + z * z / whole) for sign in (-1, 1))
    return max(0.0, low), min(1.0, high)


def _share(of: str, group: Sequence[Fact], rejects: Callable[[Fact], bool]) -> Share:
    own, others = [one for one in group if one.own], [one for one in group if not one.own]
    told = _initiatives(others) >= ENOUGH
    return Share(
        of=of,
        judged=len(own),
        rejected=sum(map(rejects, own)),
        elsewhere_judged=len(others) if told else None,
        elsewhere_rejected=sum(map(rejects, others)) if told else None,
    )


def _drops(kind: str) -> Callable[[Fact], bool]:
    return lambda one: kind not in one.kinds


def _by(known: Iterable[Fact], key: Callable[[Fact], str]) -> dict[str, list[Fact]]:
    groups: defaultdict[str, list[Fact]] = defaultdict(list)
    for one in known:
        groups[key(one)].append(one)
    return groups


def _initiatives(known: Iterable[Fact]) -> int:
    return len({one.initiative_id for one in known})


def _enough(count: int) -> int | None:
    return count if count >= ENOUGH else None
