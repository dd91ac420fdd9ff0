"""One flag as a reviewer sees it: the initiative, the clause in its article, the room beside it, and what others decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from corpus.errors import UnknownRef
from corpus.layout import set_out
from corpus.passages import text_hash
from corpus.records import Clause
from corpus.references.linking import clause_address
from corpus.schema import RegulationEntry
from corpus.store import Store
from corpus.taxonomy import taxonomy
from models.dutch import sentences
from models.evidence import Evidence
from service.database.tables import (
    CLOSED,
    ClauseText,
    FlagRow,
    Initiative,
    InitiativeStatus,
    Judgement,
    Suggestion,
    User,
    Verdict,
)
from service.identity.actor import Actor
from service.identity.policies import visible
from service.work.clauses import Stretch, stretches
from service.work.flags import told_text
from service.work.judgements import flag_tag, standing_only, visible_flag
from service.work.practice import ENOUGH
from service.work.quoting import Law, Quoted, Room
from service.work.regulations import article_of, linker_of
from service.work.standing import Standing, standing

_WHY = ("story", "limits", "changes", "signals", "variants", "room_details")
"""What a suggestion tells of its reasons; a clause that a person added has none of it."""

PRECEDENTS = 10
"""Earlier judgements of the same clause that are told."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """A judgement, with who made it."""

    judgement: Judgement
    name: str  # "" for who works elsewhere, or is no longer known
    own: bool  # whether it is that of who asks
    undone: bool  # whether it was taken back
    initiative: Initiative | None = None  # where that is another one


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the clause stands."""

    clause: Quoted  # with the words as they were flagged
    entry: RegulationEntry | None  # of the version that holds those words; None where the store no longer does
    headings: tuple[str, ...]
    article: list[tuple[str, list[Stretch]]]  # ref and text of every lid; of the clause alone where the store lacks it
    source: str  # official address; "" where it is not known
    valid_from: str
    newest: bool  # whether the regulation still says this


@dataclass(frozen=True, kw_only=True)
class Sight:
    """Everything there is to see of a flag."""

    flag: FlagRow
    initiative: Initiative
    title: str
    story: str
    story_spans: list[dict[str, int]]  # words of the story that tell the activity
    title_spans: list[dict[str, int]]
    suggestion: Suggestion | None  # the newest
    earlier: Suggestion | None  # the newest of another model
    place: Place
    text: str  # of the clause as flagged
    room: list[Room]
    said: list[Said]  # of this flag, the oldest first
    standing: Standing
    precedents: list[Said]  # of the same clause in other initiatives of the own organisation, the newest first
    counts: dict[str, int]  # in how many own initiatives flags on this clause came to stand how
    elsewhere: dict[str, int]  # the same of other organisations, as far as that says nothing about any of them
    tag: str
    suggested: dict[str, Any]  # what the model says; of a clause that a person added, what that person said

    @property
    def closed(self) -> bool:
        """Whether there is nothing to judge any more."""
        return self.initiative.status in CLOSED

    @property
    def own_last(self) -> Said | None:
        """What this person may take back."""
        own = [one for one in self.said if one.own and not one.undone]
        return next((one for one in reversed(own) if one.judgement.verdict != Verdict.TAKEN_BACK.value), None)

    @property
    def choices(self) -> list[dict[str, Any]]:
        """Words that may be chosen as evidence: those of the model or of who judged, then every sentence."""
        told = {(one["start"], one["end"]) for one in self.evidence}
        whole = [(start, end) for start, end in sentences(self.text) if self.text[start:end].strip()]
        places = [*sorted(told), *(one for one in whole if one not in told)]
        return [
            {"start": start, "end": end, "text": self.text[start:end].strip(), "chosen": (start, end) in told}
            for start, end in places
            if 0 <= start < end <= len(self.text)
        ]

    @property
    def evidence(self) -> list[dict[str, Any]]:
        """The words that carry the flag: as judged, or else as suggested."""
        counts = self.standing.final
        same = counts is not None and counts.suggestion_id == (self.suggestion.id if self.suggestion else None)
        return list(counts.evidence) if counts and same and counts.evidence else list(self.suggested.get("evidence", ()))


def review_of(session: Session, who: Actor, identifier: str, store: Store) -> Sight:
    """Everything there is to see of a flag; raises NotFound."""
    flag, initiative = visible_flag(session, who, identifier)
    query = select(Suggestion).where(Suggestion.flag_id == flag.id).order_by(Suggestion.sequence)
    rows = session.execute(query).scalars().all()
    latest = rows[-1] if rows else None
    sha256 = latest.clause_sha256 if latest else flag.clause_sha256
    kept = session.get_one(ClauseText, sha256)
    judged = _said(session, who, flag)
    stands = standing(one.judgement for one in judged)
    content = {**dict.fromkeys(_WHY, ()), **(latest.content if latest else _added(flag, stands))}
    told, law = told_text(initiative), Law(store)
    own, others = _counts(session, who, flag)
    return Sight(
        flag=flag,
        initiative=initiative,
        title=told.titel,
        story=told.omschrijving,
        title_spans=_spans(told.titel, content["story"], 0),
        story_spans=_spans(told.omschrijving, content["story"], len(told.titel) + 2),  # as InitiativeText.text joins
        suggestion=latest,
        earlier=next((one for one in reversed(rows) if latest and one.model_version != latest.model_version), None),
        place=_place(store, law, flag, kept, sha256, content["evidence"]),
        text=kept.text,
        room=[_room(law, one) for one in content["room_details"]],
        said=judged,
        standing=stands,
        precedents=_precedents(session, who, flag),
        counts=own,
        elsewhere={how: count for how, count in others.items() if count >= ENOUGH},
        tag=flag_tag(flag, latest),
        suggested=content,
    )


def _added(flag: FlagRow, stands: Standing) -> dict[str, Any]:
    """What a person added, in the place of what a model says."""
    evidence = stands.final.evidence if stands.final is not None else []
    return {"kinds": flag.kinds.split(), "strength": flag.strength, "evidence": evidence, "activity": flag.activity}


def own_judgement(session: Session, who: Actor, identifier: str) -> tuple[Judgement, FlagRow] | None:
    """A judgement of this person with its flag: what was done last; None for that of anybody else."""
    query = (
        select(Judgement, FlagRow)
        .join(FlagRow, FlagRow.id == Judgement.flag_id)
        .join(Initiative, Initiative.id == FlagRow.initiative_id)
        .where(Judgement.id == identifier, Judgement.user_id == who.user_id, visible(who))
    )
    found = session.execute(query).one_or_none() if identifier else None
    return (found[0], found[1]) if found is not None else None


def took_back(session: Session, who: Actor, identifier: str) -> bool:
    """Whether this person has taken back a judgement."""
    query = select(Judgement.id).where(Judgement.takes_back == identifier, Judgement.user_id == who.user_id)
    return session.execute(query).scalar() is not None


def last_of(session: Session, who: Actor, flag: FlagRow) -> Judgement:
    """The last judgement of this person of a flag that they judged."""
    query = select(Judgement).where(Judgement.flag_id == flag.id, Judgement.user_id == who.user_id)
    return session.execute(query.order_by(Judgement.sequence.desc()).limit(1)).scalar_one()


def _said(session: Session, who: Actor, flag: FlagRow) -> list[Said]:
    query = select(Judgement, User).join(User, User.id == Judgement.user_id).where(Judgement.flag_id == flag.id)
    rows = session.execute(query.order_by(Judgement.sequence)).all()
    undone = {judgement.takes_back for judgement, _ in rows}
    return [_one(who, judgement, user, undone=judgement.id in undone) for judgement, user in rows]


def _one(who: Actor, judgement: Judgement, user: User, *, undone: bool = False, initiative: Initiative | None = None) -> Said:
    near = who.organisation_id is not None and user.organisation_id == who.organisation_id and not user.erased
    name = user.name if near else ""
    return Said(judgement=judgement, name=name, own=user.id == who.user_id, undone=undone, initiative=initiative)


def _same_clause(flag: FlagRow) -> Any:
    return or_(FlagRow.ref == flag.ref, FlagRow.ref == flag.anchor_ref)


def _precedents(session: Session, who: Actor, flag: FlagRow) -> list[Said]:
    query = (
        select(Judgement, User, Initiative)
        .join(User, User.id == Judgement.user_id)
        .join(FlagRow, FlagRow.id == Judgement.flag_id)
        .join(Initiative, Initiative.id == FlagRow.initiative_id)
        .where(_same_clause(flag), FlagRow.id != flag.id, visible(who), standing_only())
        .order_by(Judgement.sequence.desc())
        .limit(PRECEDENTS)
    )
    return [_one(who, judgement, user, initiative=initiative) for judgement, user, initiative in session.execute(query).all()]


def _counts(session: Session, who: Actor, flag: FlagRow) -> tuple[Counter[str], Counter[str]]:
    """In how many initiatives, own ones and others, flags on the same clause came to stand how."""
    whose = visible(who)
    query = (
        select(FlagRow.verdict, whose, func.count(FlagRow.initiative_id.distinct()))
        .join(Initiative, Initiative.id == FlagRow.initiative_id)
        .where(_same_clause(flag), FlagRow.id != flag.id, FlagRow.verdict != "")
        .where(Initiative.status != InitiativeStatus.ERASED.value)
        .group_by(FlagRow.verdict, whose)
    )
    own, others = Counter[str](), Counter[str]()
    for verdict, is_own, count in session.execute(query).all():
        (own if is_own else others)[verdict] += count
    return own, others


def _spans(text: str, mentions: Sequence[dict[str, Any]], offset: int) -> list[dict[str, int]]:
    """Where words of a story stand in one part of it. Once the original has gone they may stand elsewhere, or nowhere."""
    found = []
    for one in mentions:
        start, length = one["start"] - offset, len(one["text"])
        if start >= 0 and text[start : start + length] == one["text"]:
            found.append({"start": start, "end": start + length})
    return found


def _place(store: Store, law: Law, flag: FlagRow, kept: ClauseText, sha256: str, evidence: Sequence[dict[str, Any]]) -> Place:
    quoted = law.quoted(flag.ref, text=kept.text)
    usual = (flag.kinds.split() or taxonomy().barrier_codes)[0]  # who chose words did not say of which kind they are
    marks = [Evidence(start=one["start"], end=one["end"], text="", kind=one.get("kind") or usual) for one in evidence]
    for ref, version in ((flag.anchor_ref, None), (flag.ref, None), (flag.ref, flag.version_date)):
        try:
            entry = store.entry(ref.partition("/")[0], version_date=version)
            leden = store.within(article_of(ref), version_date=version)
        except UnknownRef:
            continue
        clause = next((one for one in leden if one.ref == ref and text_hash(one.text) == sha256), None)
        if clause is not None:
            return _standing_place(store, law.quoted(ref, text=kept.text), entry, leden, clause, marks, newest=version is None)
    return Place(
        clause=quoted,
        entry=None,
        headings=(kept.heading,) if kept.heading else (),
        article=[(flag.ref, stretches(kept.text, (), marks))],
        source="",
        valid_from="",
        newest=False,
    )


def _standing_place(
    store: Store,
    quoted: Quoted,
    entry: RegulationEntry,
    leden: Sequence[Clause],
    clause: Clause,
    marks: Sequence[Evidence],
    *,
    newest: bool,
) -> Place:
    linker, article = linker_of(store), article_of(clause.ref)
    return Place(
        clause=quoted,
        entry=entry,
        headings=clause.headings,
        article=[
            (one.ref, stretches(one.text, linker.links(one), marks if one.ref == clause.ref else ()))
            for one in leden
            if article_of(one.ref) == article
        ],
        source=clause_address(clause, entry),
        valid_from=clause.valid_from or entry.valid_from,
        newest=newest,
    )


def _room(law: Law, told: dict[str, Any]) -> Room:
    clause = law.quoted(told["ref"])
    return Room(
        clause=replace(clause, text=set_out(clause.text)),
        kind=told["kind"],
        p=told["p"],
        decides=told["decides"],
        procedure=told["procedure"],
        term=told["term"],
    )
