"""Room that was used: with which clause an initiative went on in spite of a barrier, as a reviewer knows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service.clock import now
from service.database.tables import CLOSED, FlagRow, Initiative, InitiativeStatus, RoomUse, Verdict
from service.errors import Conflict
from service.identity.actor import Actor
from service.identity.policies import visible
from service.work import audit
from service.work.flags import latest_suggestions
from service.work.judgements import visible_flag
from service.work.practice import ENOUGH, Wanted

CONFIRMED = (Verdict.CONFIRMED.value, Verdict.CORRECTED.value, Verdict.ADDED.value)


@dataclass(frozen=True, kw_only=True)
class Worked:
    """Where some room worked."""

    municipality: str
    last: datetime  # when it was told last
    initiatives: int


@dataclass(frozen=True, kw_only=True)
class UsedRoom:
    """A clause that gave room, with the barrier that it was used for."""

    room: str  # refs
    kind: str
    barrier: str
    places: tuple[Worked, ...]  # the newest first

    @property
    def initiatives(self) -> int:
        """In how many initiatives it worked, of those that are told."""
        return sum(place.initiatives for place in self.places)


@dataclass(frozen=True, kw_only=True)
class Usable:
    """A confirmed barrier beside which there is room, for a reviewer to tell what came of it."""

    flag: FlagRow
    initiative: Initiative
    room: tuple[tuple[str, str], ...]  # ref and kind, the likeliest first
    used: frozenset[str]  # refs


def used_room(session: Session, who: Actor, wanted: Wanted) -> list[UsedRoom]:
    """Room that was used, what was used most first; of other organisations only where it worked ENOUGH times."""
    query = (
        select(RoomUse, FlagRow, Initiative.municipality, visible(who).label("own"))
        .join(FlagRow, FlagRow.id == RoomUse.flag_id)
        .join(Initiative, Initiative.id == FlagRow.initiative_id)
        .where(Initiative.status != InitiativeStatus.ERASED.value, FlagRow.verdict.in_(CONFIRMED))
        .order_by(RoomUse.sequence)
    )
    if wanted.activity:
        query = query.where(FlagRow.activity == wanted.activity)
    if wanted.municipality:
        query = query.where(Initiative.municipality == wanted.municipality)
    groups: defaultdict[tuple[str, str, str], defaultdict[tuple[str, bool], list[tuple[RoomUse, FlagRow]]]]
    groups = defaultdict(lambda: defaultdict(list))
    for use, flag, municipality, own in session.execute(query).all():
        if not wanted.kind or f" {wanted.kind} " in flag.kinds:
            groups[use.ref, use.kind, flag.anchor_ref][municipality, bool(own)].append((use, flag))
    found = []
    for (room, kind, barrier), by_place in groups.items():
        places = [
            Worked(municipality=place, last=max(use.created for use, _ in uses), initiatives=_initiatives(uses))
            for (place, own), uses in by_place.items()
            if place and (own or _initiatives(uses) >= ENOUGH)
        ]
        if places:
            places.sort(key=lambda place: place.last, reverse=True)
            found.append(UsedRoom(room=room, kind=kind, barrier=barrier, places=tuple(places)))
    return sorted(found, key=lambda one: (-one.initiatives, one.room, one.barrier))


def usable(session: Session, who: Actor, *, limit: int) -> list[Usable]:
    """Confirmed barriers of own initiatives with room beside them, the latest first, of which nobody told what came."""
    told = select(RoomUse.flag_id)
    query = (
        select(FlagRow, Initiative)
        .join(Initiative, Initiative.id == FlagRow.initiative_id)
        .where(visible(who), Initiative.status.not_in(CLOSED), FlagRow.verdict.in_(CONFIRMED), FlagRow.id.not_in(told))
        .order_by(FlagRow.sequence.desc())
        .limit(limit)
    )
    rows = [(flag, initiative) for flag, initiative in session.execute(query).all()]
    suggestions = latest_suggestions(session, [flag.id for flag, _ in rows])
    found = [
        Usable(flag=flag, initiative=one, room=_room(suggestions[flag.id].content), used=frozenset())
        for flag, one in rows
        if flag.id in suggestions
    ]
    return [one for one in found if one.room]


def usable_flag(session: Session, who: Actor, flag_id: str) -> Usable:
    """One barrier with the room beside it, and what of that was used; raises NotFound."""
    flag, initiative = visible_flag(session, who, flag_id)
    suggestion = latest_suggestions(session, [flag.id]).get(flag.id)
    used = session.execute(select(RoomUse).where(RoomUse.flag_id == flag.id).order_by(RoomUse.sequence)).scalars().all()
    room = dict(_room(suggestion.content)) if suggestion else {}
    room |= {use.ref: use.kind for use in used}  # also what the model no longer sees
    return Usable(flag=flag, initiative=initiative, room=tuple(room.items()), used=frozenset(use.ref for use in used))


def tell_used(session: Session, who: Actor, flag_id: str, refs: Iterable[str]) -> None:
    """Keep which of the room beside a barrier was used; what was told before and is not among it was a mistake.

    Raises:
        NotFound: no such flag for this person.
        Conflict: nobody confirmed that it is a barrier, or the initiative was withdrawn.
    """
    _, initiative = visible_flag(session, who, flag_id, changing=True)
    if initiative.status in CLOSED:
        raise Conflict("Het initiatief is ingetrokken; hierover valt niets meer te vertellen.")
    known = usable_flag(session, who, flag_id)
    if known.flag.verdict not in CONFIRMED:
        raise Conflict("Alleen bij een bevestigde belemmering kan ruimte zijn gebruikt.")
    wanted = {ref: kind for ref, kind in known.room if ref in set(refs)}
    gone = known.used - wanted.keys()
    session.execute(delete(RoomUse).where(RoomUse.flag_id == flag_id, RoomUse.ref.in_(gone)))
    for ref in wanted.keys() - known.used:
        session.add(RoomUse(flag_id=flag_id, ref=ref, kind=wanted[ref], created=now()))
    audit.record(session, who, "ruimte.gebruikt", f"signaal:{flag_id}", {"ruimte": sorted(wanted)})


def _room(content: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((one["ref"], one["kind"]) for one in content.get("room_details", []))


def _initiatives(uses: Sequence[tuple[RoomUse, FlagRow]]) -> int:
    return len({flag.initiative_id for _, flag in uses})
