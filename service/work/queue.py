"""The queue: flags that a reviewer may judge, chosen, counted and put in order by the database.

A flag is open as long as nobody's judgement of it stands. Flags come in one order that no judgement changes, so that "the next
one" means the same before and after somebody judged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, case, func, or_, select, tuple_
from sqlalchemy.orm import Session, load_only

from service.database.tables import CLOSED, FlagRow, Initiative, Suggestion
from service.identity.actor import Actor
from service.identity.policies import visible
from service.work.choosing import (
    DIFFER,
    DOUBTS,
    NEAR_HALF,
    NONE,
    OPEN,
    Wanted,
    age_of,
    conditions,
    doubts,
    order_of,
    origin_of,
    place_in_order,
    waiting,
)
from service.work.claims import others_at
from service.work.flags import latest_suggestions

SHOWN = 25
"""Flags on a page."""

EXCERPT = 180
"""Characters of a clause that a line of the queue quotes."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A flag in the queue."""

    flag: FlagRow
    excerpt: str  # of the clause, around the words that carry the flag
    spans: list[dict[str, int]]  # those words in it
    near_half: bool
    differing: bool  # whether two models differ on it
    tag: str  # of what is seen, for a judgement to be refused when it has changed (see judgements.flag_tag)


@dataclass(frozen=True, kw_only=True)
class Group:
    """Flags of one initiative that come after each other."""

    initiative: Initiative  # without its story
    others: list[str]  # names of people who look at it now
    lines: list[Line]


@dataclass(frozen=True, kw_only=True)
class Queue:
    """A page of it."""

    groups: list[Group]
    counts: dict[str, dict[str, int]]  # by filter and value: how many there are with all other filters as they are
    total: int
    initiatives: int
    page: int
    pages: int


def queue_of(session: Session, who: Actor, wanted: Wanted, *, page: int) -> Queue:
    """A page of the queue of this person.

    Args:
        session: any session.
        who: a reviewer.
        wanted: which flags, and in what order.
        page: counted from 1; past the end the last one is given.
    """
    counts, total = _counts(session, who, wanted)
    pages = max(1, -(-total // SHOWN))
    page = min(page, pages)
    own = _chosen(who, wanted)
    shown = own.with_only_columns(FlagRow, Initiative).options(
        load_only(Initiative.title, Initiative.title_pseudonymised, Initiative.municipality, Initiative.id, Initiative.created)
    )
    rows = session.execute(shown.order_by(*order_of(wanted)).limit(SHOWN).offset((page - 1) * SHOWN)).all()
    latest = latest_suggestions(session, [flag.id for flag, _ in rows])
    others = others_at(session, who, {initiative.id for _, initiative in rows})
    initiatives = session.execute(own.with_only_columns(func.count(FlagRow.initiative_id.distinct()))).scalar() or 0
    groups: list[Group] = []
    for flag, initiative in rows:
        if not groups or groups[-1].initiative is not initiative:
            groups.append(Group(initiative=initiative, others=others.get(initiative.id, []), lines=[]))
        groups[-1].lines.append(_line(flag, latest.get(flag.id)))
    return Queue(groups=groups, counts=counts, total=total, initiatives=initiatives, page=page, pages=pages)


def beside(
    session: Session, who: Actor, wanted: Wanted, flag: FlagRow, initiative: Initiative
) -> tuple[str | None, str | None]:
    """The flags before and after this one in the queue, by id; whether or not it is itself in it."""
    keys, place = tuple_(*order_of(wanted)), tuple_(*place_in_order(wanted, flag, initiative))
    own = _chosen(who, wanted).with_only_columns(FlagRow.id).where(FlagRow.id != flag.id).limit(1)
    before = own.where(keys < place).order_by(*(key.desc() for key in order_of(wanted)))
    after = own.where(keys > place).order_by(*order_of(wanted))
    return session.execute(before).scalar(), session.execute(after).scalar()


def first_open(session: Session, who: Actor, wanted: Wanted) -> str | None:
    """The first flag of the queue that nobody judged, by id."""
    query = _chosen(who, wanted).with_only_columns(FlagRow.id).where(waiting(wanted))
    return session.execute(query.order_by(*order_of(wanted)).limit(1)).scalar()


def next_open(session: Session, who: Actor, wanted: Wanted, flag: FlagRow, initiative: Initiative) -> str | None:
    """The next flag that nobody judged, by id: after this one, or else from the start; None when there is none left."""
    query = _chosen(who, wanted).with_only_columns(FlagRow.id).where(waiting(wanted), FlagRow.id != flag.id)
    place = tuple_(*place_in_order(wanted, flag, initiative))
    after = query.where(tuple_(*order_of(wanted)) > place).order_by(*order_of(wanted)).limit(1)
    found = session.execute(after).scalar()
    return found if found is not None else session.execute(query.order_by(*order_of(wanted)).limit(1)).scalar()


def still_open(session: Session, who: Actor, wanted: Wanted) -> int:
    """How many flags of the queue nobody judged."""
    query = _chosen(who, wanted).with_only_columns(func.count()).where(waiting(wanted))
    return session.execute(query).scalar() or 0


def _line(flag: FlagRow, suggestion: Suggestion | None) -> Line:
    excerpt, spans = _excerpt(flag.quote, suggestion.content["evidence"] if suggestion is not None else [])
    return Line(
        flag=flag,
        excerpt=excerpt,
        spans=spans,
        near_half=abs(flag.p - 0.5) <= NEAR_HALF,
        differing=flag.p_before is not None and abs(flag.p - flag.p_before) >= DIFFER,
        tag=f"{flag.judgements}-{suggestion.sequence if suggestion else 0}",
    )


def _excerpt(quote: str, evidence: Sequence[dict[str, Any]]) -> tuple[str, list[dict[str, int]]]:
    """A few words of a clause around its evidence, as far as the kept quotation holds that."""
    held = [one for one in evidence if quote[one["start"] : one["end"]] == one["text"]]
    start = max(0, held[0]["start"] - EXCERPT // 3) if held else 0
    start = quote.rfind(" ", 0, start) + 1 if start else 0
    end = start + EXCERPT
    if end < len(quote):
        end = max(quote.rfind(" ", start, end), max((one["end"] for one in held[:1]), default=0))
    before, after = "… " if start else "", " …" if end < len(quote) else ""
    spans = [
        {"start": one["start"] - start + len(before), "end": one["end"] - start + len(before)}
        for one in held
        if start <= one["start"] and one["end"] <= end
    ]
    return before + quote[start:end] + after, spans


def _all(who: Actor) -> Select[Any]:
    """Flags of initiatives that this person may see, as far as there is something to judge."""
    return (
        select(FlagRow)
        .join(Initiative, Initiative.id == FlagRow.initiative_id)
        .where(
            visible(who), Initiative.status.not_in(CLOSED), or_(FlagRow.current, FlagRow.verdict != "", FlagRow.sample != "")
        )
    )


def _chosen(who: Actor, wanted: Wanted) -> Select[Any]:
    return _all(who).where(*conditions(wanted))


def _counts(session: Session, who: Actor, wanted: Wanted) -> tuple[dict[str, dict[str, int]], int]:
    """Counters of every value of every filter, and the number of flags that are chosen.

    The database counts each combination of values once; which of them a counter takes together is worked out here. So there is
    one query, however many filters.
    """
    near_half, differing = (case((one, 1), else_=0) for one in doubts())
    plain = (Initiative.municipality, FlagRow.activity, FlagRow.kinds, FlagRow.strength, FlagRow.verdict)
    made = (
        *(age_of().label("age"), near_half.label("near_half"), differing.label("differing")),
        *(origin_of().label("origin"), FlagRow.doubted.label("doubted")),
    )
    # By label: to PostgreSQL an expression with a parameter in it is never the same as another.
    counted = _all(who).with_only_columns(*plain, *made, func.count()).group_by(*plain, *(one.name for one in made))
    counts: dict[str, Counter[str]] = {name: Counter() for name in _VALUES}
    total = 0
    for *values, number in session.execute(counted).all():
        held = {name: value(values) for name, value in _VALUES.items()}
        if "oordeel" in held["twijfel"]:  # a verdict in doubt is open as well (see ``waiting``)
            held["oordeel"] = (*held["oordeel"], *((OPEN,) if wanted.twijfel == "oordeel" else ()))
        unmet = [name for name, own in held.items() if not _met(getattr(wanted, name), own)]
        if not unmet:
            total += number
        if unmet == ["oordeel"] and "oordeel" in held["twijfel"] and wanted.oordeel == OPEN:
            counts["twijfel"]["oordeel"] += number  # choosing that filter opens them
        # A counter says what choosing this value would give: all filters but its own count.
        for name in unmet if len(unmet) == 1 else held if not unmet else ():
            for value in held[name]:
                counts[name][value] += number
    return {name: dict(own) for name, own in counts.items()}, total


_VALUES: dict[str, Callable[[list[Any]], tuple[str, ...]]] = {
    "gemeente": lambda row: (row[0] or NONE,),
    "activiteit": lambda row: (row[1] or NONE,),
    "soort": lambda row: tuple(row[2].split()),
    "zwaarte": lambda row: (str(row[3]),),
    "ouderdom": lambda row: (row[5],),
    "twijfel": lambda row: tuple(name for name, held in zip(DOUBTS, (row[6], row[7], row[9]), strict=True) if held),
    "oordeel": lambda row: ("alle", row[4] or OPEN),
    "herkomst": lambda row: tuple(row[8].split()),
}
"""The values of a flag, by filter."""


def _met(asked: str, held: tuple[str, ...]) -> bool:
    return not asked or asked in held
