"""Watching the model that serves: alarms when what comes in, what it says or what people make of it changes beyond chance.

Every question to the database is bounded, so that it can be asked for as often as somebody measures the service.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.clock import now
from service.database.tables import FlagRow, Initiative, Judgement, Suggestion, Verdict
from service.identity.actor import Actor, Standing
from service.identity.policies import visible
from service.work.beyond_chance import LEAST, Gap, Outcome, Shift, compared, kept, shift
from service.work.judgements import standing_only
from service.work.model_drift import RECENT, newest, score_counts
from service.work.recall import LEAST as LEAST_DRAWN
from service.work.recall import Recall, recall_of
from training.reviews.rows import Way

MOST_JUDGED = 10_000
"""Judgements that are looked at, the newest."""

COMMONEST = 10
"""Activities that count by themselves; all others are one."""

LENGTHS = (250, 500, 1_000, 2_000, 4_000)
"""Characters at which stories are parted by length."""

LOW_RECALL = 0.5
"""With certainty below this, a model misses more than it finds."""

EVERYBODY = Actor(standing=Standing.SERVICE_ADMINISTRATOR)
"""Who sees the whole service."""


class Code(StrEnum):
    """What an alarm is about."""

    ACTIVITIES = "activities"  # others are told in initiatives than before
    NO_ACTIVITY = "no-activity"  # more often none is found
    LENGTH = "length"  # stories are longer or shorter than before
    SCORES = "scores"  # probabilities are spread differently from before
    REJECTED_MORE = "rejected-more"  # people reject more than before, of the same model
    WORSE = "worse"  # people reject more than of the model before
    TOO_SURE = "too-sure"  # people confirm less than is claimed
    TOO_UNSURE = "too-unsure"  # people confirm more than is claimed
    MISSES = "misses"  # most of what stands in the way is not flagged


class Severity(StrEnum):
    """How bad it is."""

    NOTICE = "notice"  # something changed: find out what
    SERIOUS = "serious"  # what people read here is worse than it was, or than it claims


SHIFTS = frozenset({Code.ACTIVITIES, Code.LENGTH, Code.SCORES})
"""Alarms whose value is a population stability index; that of all others is a share, 0..1."""

NOTICES = SHIFTS | {Code.NO_ACTIVITY, Code.TOO_UNSURE}


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """Something that changed beyond chance, with the numbers that say so."""

    code: Code
    version: str  # of the model that serves
    value: float
    bound: float  # that the value passed
    count: int  # that the value rests on: initiatives, or flags that were judged
    beside: float | None = None  # what the value stands beside: of before, of the model before, or claimed
    count_beside: int = 0  # that this rests on
    version_beside: str = ""  # of the model before, where it is compared with that

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return Severity.NOTICE if self.code in NOTICES else Severity.SERIOUS


@dataclass(frozen=True, kw_only=True)
class Watch:
    """All that was looked at; None and what lacks is not known for want of numbers."""

    version: str
    alarms: list[Alarm]
    inputs_shift: dict[Code, float]  # population stability index, of ACTIVITIES and LENGTH
    scores_shift: float | None
    rejected: dict[str, float]  # share of what was judged, of this model and the one before, by version


class _Told(NamedTuple):
    """What is looked at of one initiative."""

    id: str
    activities: list[str]
    length: int


class _Judged(NamedTuple):
    """The judgement of one flag that counts, and what the model had said to whoever judged."""

    flag: str
    initiative: str
    version: str
    read: int  # sequence of the suggestion
    p: float
    verdict: str
    moment: datetime

    @property
    def rejected(self) -> bool:
        """Whether no barrier was seen."""
        return self.verdict == Verdict.REJECTED.value


def alarms(session: Session, who: Actor | None, version: str, *, recall: Recall | None = None) -> list[Alarm]:
    """Alarms about the model that serves, over the initiatives that somebody may see; None for the whole service.

    Args:
        session: of the database.
        who: sees them.
        version: of the model that serves.
        recall: over the same initiatives, where it is known already; None to have it asked when there is enough to tell it.
    """
    return watch(session, who, version, recall=recall).alarms


def watch(session: Session, who: Actor | None, version: str, *, recall: Recall | None = None) -> Watch:
    """The same, with the values from which alarms follow."""
    seeing = who or EVERYBODY
    recent, earlier = (_told(session, seeing, version, recent=side) for side in (True, False))
    scores = shift(*(score_counts(session, [one.id for one in side]) for side in (recent, earlier)))
    shifts = {
        Code.ACTIVITIES: _activities_shift(recent, earlier),
        Code.LENGTH: _shift(recent, earlier, _length_counts),
        Code.SCORES: scores,
    }
    judged = _judged(session, seeing)
    own = [one for one in judged if one.version == version]
    before = _before(judged, version)
    found = [
        *(_shifted(code, version, one) for code, one in shifts.items()),
        _more(Code.NO_ACTIVITY, version, compared(_none_found(recent), _none_found(earlier))),
        _more(Code.REJECTED_MORE, version, _rising(own)),
        _more(Code.WORSE, version, compared(_rejections(own), _rejections(before)), before[0].version if before else ""),
        *_kept(version, own),
        _misses(recall or _recall(session, seeing), version),
    ]
    return Watch(
        version=version,
        alarms=[one for one in found if one is not None],
        inputs_shift={code: one.value for code in (Code.ACTIVITIES, Code.LENGTH) if (one := shifts[code])},
        scores_shift=scores.value if scores else None,
        rejected={
            side[0].version: sum(one.rejected for one in side) / len(side) for side in (own, before) if len(side) >= LEAST
        },
    )


def _told(session: Session, who: Actor, version: str, *, recent: bool) -> list[_Told]:
    query = select(Initiative.id, Initiative.activities, func.length(Initiative.story_pseudonymised))
    rows = session.execute(newest(query, who, version, recent=recent))
    return [_Told(row[0], [one["code"] for one in row[1]], row[2]) for row in rows]


def _activities_shift(recent: Sequence[_Told], earlier: Sequence[_Told]) -> Shift | None:
    told = Counter(code for one in (*recent, *earlier) for code in one.activities)
    # By name where as many tell them: which activities count by themselves must not differ from one time to the next.
    ranked = sorted(told, key=lambda code: (-told[code], code))[:COMMONEST]
    places = {code: place for place, code in enumerate(ranked)}
    others, none = len(places), len(places) + 1

    def counts(one: _Told) -> list[int]:
        row = [0] * (len(places) + 2)
        for code in one.activities:
            row[places.get(code, others)] += 1
        row[none] = int(not one.activities)
        return row

    return _shift(recent, earlier, counts)


def _shift(recent: Sequence[_Told], earlier: Sequence[_Told], counts: Callable[[_Told], list[int]]) -> Shift | None:
    """How far stories moved; None with fewer than LEAST on either side, however many activities they tell."""
    if min(len(recent), len(earlier)) < LEAST:
        return None
    return shift(np.array([counts(one) for one in recent]), np.array([counts(one) for one in earlier]))


def _length_counts(one: _Told) -> list[int]:
    row = [0] * (len(LENGTHS) + 1)
    row[sum(one.length >= length for length in LENGTHS)] = 1
    return row


def _judged(session: Session, who: Actor) -> list[_Judged]:
    """What was judged last, each flag once: by the judgement that counts, of what a model had said."""
    query = (
        select(
            FlagRow.id,
            FlagRow.initiative_id,
            Suggestion.model_version,
            Suggestion.sequence,
            Suggestion.content["p"].as_float(),
            Judgement.verdict,
            Judgement.created,
        )
        .join(FlagRow, FlagRow.id == Judgement.flag_id)
        .join(Initiative, Initiative.id == FlagRow.initiative_id)
        .join(Suggestion, Suggestion.id == Judgement.suggestion_id)
        .where(visible(who), standing_only())
        .order_by(Judgement.sequence.desc())
        .limit(MOST_JUDGED)
    )
    found: dict[str, _Judged] = {}
    for row in session.execute(query):
        found.setdefault(row[0], _Judged(*row))
    return list(found.values())


def _before(judged: Sequence[_Judged], version: str) -> list[_Judged]:
    """What was judged of the model before: of all others that was judged enough, the one that read last."""
    others: dict[str, list[_Judged]] = {}
    for one in judged:
        if one.version != version:
            others.setdefault(one.version, []).append(one)
    enough = [own for own in others.values() if len(own) >= LEAST]
    return max(enough, key=lambda own: max(one.read for one in own), default=[])


def _rising(own: Sequence[_Judged]) -> Gap | None:
    moment = now() - RECENT
    recent = [one for one in own if one.moment >= moment]
    return compared(_rejections(recent), _rejections([one for one in own if one.moment < moment]))


def _rejections(judged: Sequence[_Judged]) -> list[Outcome]:
    return [Outcome(hit=one.rejected, p=one.p, cluster=one.initiative) for one in judged]


def _none_found(told: Sequence[_Told]) -> list[Outcome]:
    return [Outcome(hit=not one.activities, cluster=one.id) for one in told]


def _shifted(code: Code, version: str, found: Shift | None) -> Alarm | None:
    if found is None or not found.beyond_chance:
        return None
    return Alarm(
        code=code, version=version, value=found.value, bound=found.bound, count=found.now, count_beside=found.before
    )  # fmt: skip


def _more(code: Code, version: str, gap: Gap | None, other: str = "") -> Alarm | None:
    """An alarm when a share is higher than what stands beside it."""
    if gap is None or gap.value <= gap.beside + gap.room:
        return None
    return _alarm(code, version, gap, gap.beside + gap.room, other)


def _kept(version: str, own: Sequence[_Judged]) -> list[Alarm]:
    """Alarms when people confirm less, or more, than the model claims."""
    gap = kept([Outcome(hit=not one.rejected, p=one.p, cluster=one.initiative) for one in own])
    if gap is None or abs(gap.value - gap.beside) <= gap.room:
        return []
    if gap.value < gap.beside:
        return [_alarm(Code.TOO_SURE, version, gap, gap.beside - gap.room)]
    return [_alarm(Code.TOO_UNSURE, version, gap, gap.beside + gap.room)]


def _alarm(code: Code, version: str, gap: Gap, bound: float, other: str = "") -> Alarm:
    return Alarm(
        code=code,
        version=version,
        value=gap.value,
        bound=bound,
        count=gap.count,
        beside=gap.beside,
        count_beside=gap.count_beside,
        version_beside=other,
    )


def _recall(session: Session, who: Actor) -> Recall | None:
    """None where all is not worth its reading: too little is judged for anything to be told."""
    sample = (FlagRow.sample == Way.RANDOM.value, FlagRow.verdict != "")
    judged = session.execute(select(func.count()).select_from(FlagRow).where(*sample)).scalar() or 0
    return recall_of(session, who) if judged >= LEAST_DRAWN else None


def _misses(found: Recall | None, version: str) -> Alarm | None:
    if found is None or found.near is None or found.near[2] >= LOW_RECALL:
        return None
    return Alarm(code=Code.MISSES, version=version, value=found.near[2], bound=LOW_RECALL, count=found.judged)
