"""What comes of an initiative, put in the order in which its residents need it: free, attention, whom to call, room."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.procedure import authorities_in
from service.database.tables import (
    Anchor,
    ClauseText,
    FlagRow,
    Initiative,
    InitiativeStatus,
    Job,
    JobStatus,
    Judgement,
    Verdict,
)
from service.work.flags import latest_suggestions, raised
from service.work.outcome import Barrier, Desk, Outcome, RoomTold, Stage, Topic, once
from service.work.quoting import Law, Room
from service.work.standing import standing

FIRST = 0.02
"""Chance from which a rule is told in full. Chances are low: a rule that binds many touches few initiatives. On the sample
municipality half of the rules that touch an initiative, and were found, lie above this; of those that do not touch it one in
seven."""

LEAST, MOST = 3, 3
"""So many about activities are told in full whatever their chance, and no more of one: nobody reads a list of thirty."""

ROOM_TOLD = 10
"""Clauses of room that are told."""

_CODE = re.compile(r"^(?:gm|ws|pv|mn)\d+$")
"""How sources write an authority of which they give no name."""


def stage_of(session: Session, initiative: Initiative) -> Stage:
    """How far an initiative is."""
    if initiative.model_version:
        return Stage.READ
    if initiative.status == InitiativeStatus.WITHDRAWN.value:
        return Stage.UNREAD
    last = select(func.max(Job.sequence)).where(Job.subject == initiative.id)
    status = session.execute(select(Job.status).where(Job.sequence == last.scalar_subquery())).scalar()
    return Stage.FAILED if status == JobStatus.FAILED.value else Stage.WAITING


def outcome_of(session: Session, initiative: Initiative, law: Law) -> Outcome:
    """What was found for an initiative, and what reviewers made of it.

    Args:
        session: any session.
        initiative: one that was read.
        law: to quote from; what a flagged clause said is quoted as it was.
    """
    barriers = _barriers(session, initiative, law)
    rejected = tuple(barrier for _, barrier in barriers if barrier.verdict == Verdict.REJECTED)
    standing = [(activity, barrier) for activity, barrier in barriers if barrier.verdict != Verdict.REJECTED]
    topics = _topics(standing)
    regulated = {topic.activity for topic in topics}
    first = [barrier for topic in topics for barrier in topic.first]
    blind = not law.knows(initiative.municipality)
    free = [] if blind else [one for one in initiative.activities if one["code"] not in regulated]
    return Outcome(
        free=tuple((one["code"], once(mention["text"] for mention in one["evidence"])) for one in free),
        blind=blind,
        topics=topics,
        rejected=rejected,
        room=_room(first, initiative, law),
        desks=_desks(topics),
        searched=tuple(initiative.coverage.get("searched", ())),
        missing=tuple(initiative.coverage.get("missing", ())),
        judged=sum(1 for _, barrier in barriers if barrier.verdict),
        told=len(barriers),
    )


def _barriers(session: Session, initiative: Initiative, law: Law) -> list[tuple[str, Barrier]]:
    """Each flag that still matters, the likeliest first, with the code of its activity."""
    wanted = select(FlagRow).where(FlagRow.initiative_id == initiative.id, FlagRow.current | (FlagRow.verdict != ""), raised())
    rows = session.execute(wanted.order_by(FlagRow.p.desc(), FlagRow.sequence)).scalars().all()
    suggested = latest_suggestions(session, [row.id for row in rows])
    judged = _judged(session, rows)
    texts = _texts(session, {suggested[row.id].clause_sha256 if row.id in suggested else row.clause_sha256 for row in rows})
    told = []
    for row in rows:
        suggestion, judgement = suggested.get(row.id), judged.get(row.id)
        content: dict[str, Any] = suggestion.content if suggestion is not None else {}
        text = texts[suggestion.clause_sha256 if suggestion is not None else row.clause_sha256]
        # What a person pointed out counts in the words that this person read.
        same = judgement is not None and judgement.suggestion_id == (suggestion.id if suggestion is not None else None)
        evidence = judgement.evidence if judgement is not None and same and judgement.evidence else content.get("evidence", [])
        barrier = Barrier(
            clause=law.quoted(row.ref, text=text),
            kinds=tuple(judgement.kinds if judgement is not None and judgement.kinds else content.get("kinds", ())),
            strength=judgement.strength if judgement is not None else content.get("strength", 0),
            p=row.p,
            spans=tuple({"start": span["start"], "end": span["end"]} for span in evidence),
            quotations=tuple(text[span["start"] : span["end"]] for span in evidence),
            words=once(span["text"] for span in content.get("story", ())),
            limits=tuple(content.get("limits", ())),
            changes=tuple(content.get("changes", ())),
            room=_room_beside(content, law),
            variants=len(content.get("variants", ())),
            verdict=row.verdict,
            by_person=row.by_person,
            amended=row.anchor in (Anchor.AMENDED.value, Anchor.ORPHANED.value),
        )
        told.append((content.get("activity", ""), barrier))
    return told


def _judged(session: Session, rows: Sequence[FlagRow]) -> dict[str, Judgement]:
    """The judgement behind the verdict of each flag that has one."""
    judged = [row.id for row in rows if row.verdict]
    query = select(Judgement).where(Judgement.flag_id.in_(judged)).order_by(Judgement.sequence)
    by_flag: defaultdict[str, list[Judgement]] = defaultdict(list)
    for one in session.execute(query).scalars():
        by_flag[one.flag_id].append(one)
    return {flag: counts for flag, own in by_flag.items() if (counts := standing(own).final) is not None}


def _texts(session: Session, hashes: set[str]) -> dict[str, str]:
    rows = session.execute(select(ClauseText.sha256, ClauseText.text).where(ClauseText.sha256.in_(hashes))).all()
    return {row.sha256: row.text for row in rows}


def _room_beside(content: dict[str, Any], law: Law) -> tuple[Room, ...]:
    return tuple(
        Room(
            clause=law.quoted(one["ref"]),
            kind=one["kind"],
            p=one["p"],
            decides=one["decides"],
            procedure=one["procedure"],
            term=one["term"],
        )
        for one in content.get("room_details", ())
    )


def _topics(barriers: Sequence[tuple[str, Barrier]]) -> tuple[Topic, ...]:
    """Rules by activity, in the order of their likeliest; what stands in no activity comes last."""
    least = sorted((barrier.p for activity, barrier in barriers if activity), reverse=True)[:LEAST]
    lowest = min([FIRST, *least])
    topics = []
    for activity in dict.fromkeys(activity for activity, _ in barriers):
        own = [barrier for code, barrier in barriers if code == activity]
        own.sort(key=lambda barrier: not barrier.confirmed)
        bound = lowest if activity else FIRST
        first = [one for place, one in enumerate(own) if one.confirmed or (one.p >= bound and place < MOST)]
        others = [barrier for barrier in own if barrier not in first]
        topics.append(Topic(activity=activity, first=tuple(first), others=tuple(others)))
    return tuple(sorted(topics, key=lambda topic: (not topic.first, topic.activity == "")))


def _room(first: Sequence[Barrier], initiative: Initiative, law: Law) -> tuple[RoomTold, ...]:
    """Room beside the rules that are told, then room for the initiative as a whole."""
    found: dict[str, Room] = {}
    beside: dict[str, list[str]] = {}
    for barrier in first:
        for room in barrier.room:
            found.setdefault(room.clause.ref, room)
            beside.setdefault(room.clause.ref, []).append(barrier.clause.place)
    nearest = sorted(found, key=lambda ref: (-found[ref].p, ref))[:ROOM_TOLD]
    for one in initiative.room:
        if len(nearest) < ROOM_TOLD and one["ref"] not in found:
            found[one["ref"]] = law.room(one["ref"], one["kind"], one["p"])
            nearest.append(one["ref"])
    return tuple(RoomTold(room=found[ref], beside=tuple(beside.get(ref, ()))) for ref in nearest)


def _desks(topics: Sequence[Topic]) -> tuple[Desk, ...]:
    """Who to ask about what is told in full, most questions first."""
    desks: dict[tuple[str, str], list[tuple[str, Barrier]]] = {}
    for topic in topics:
        for barrier in topic.first:
            authority = "" if _CODE.match(barrier.clause.authority) else barrier.clause.authority
            desks.setdefault((barrier.clause.level, authority), []).append((topic.activity, barrier))
    made = []
    for (level, name), asked in sorted(desks.items(), key=lambda item: -len(item[1])):
        places: dict[str, str] = {}
        for activity, barrier in asked:
            places.setdefault(activity, barrier.clause.place)
        made.append(
            Desk(
                level=level,
                name=name,
                deciders=once(name for _, barrier in asked for name in _deciders(barrier)),
                questions=tuple(places.items()),
            )
        )
    return tuple(made)


def _deciders(barrier: Barrier) -> list[str]:
    names = [*authorities_in(barrier.clause.text), *(room.decides for room in barrier.room if room.decides)]
    # A sentence may begin with them.
    return [re.sub("^(De|Het) ", lambda article: article[0].lower(), name) for name in names]
