"""The records of what comes of an initiative; service.work.telling makes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from service.database.tables import Verdict
from service.work.quoting import Quoted, Room

NEAR = 0.3
"""Room from here on stands in the same article, or refers to it; below it holds for the whole regulation (models.room)."""


class Stage(StrEnum):
    """How far an initiative is."""

    WAITING = "waiting"
    FAILED = "failed"
    READ = "read"
    UNREAD = "unread"  # withdrawn before it was read


@dataclass(frozen=True, kw_only=True)
class Barrier:
    """A rule that may stand in the way."""

    clause: Quoted
    kinds: tuple[str, ...]
    strength: int  # 0..3
    p: float  # 0..1; of no meaning where a person added it
    spans: tuple[dict[str, int], ...]  # of the clause
    quotations: tuple[str, ...]  # the same words
    words: tuple[str, ...]  # of the story
    limits: tuple[dict[str, Any], ...]  # of the clause beside what the story says
    changes: tuple[dict[str, Any], ...]  # activities without which it falls
    room: tuple[Room, ...]
    variants: int  # how many other regulations say nearly the same
    verdict: str
    by_person: bool
    amended: bool  # the words are no longer what the regulation says

    @property
    def near_room(self) -> tuple[Room, ...]:
        """Room for this rule in particular."""
        return tuple(room for room in self.room if room.p >= NEAR)

    @property
    def confirmed(self) -> bool:
        """Whether a reviewer says that it stands in the way."""
        return self.verdict in (Verdict.CONFIRMED, Verdict.CORRECTED, Verdict.ADDED)


@dataclass(frozen=True, kw_only=True)
class Topic:
    """The rules about one activity."""

    activity: str  # code; "" for rules about no activity in particular
    first: tuple[Barrier, ...]  # told in full
    others: tuple[Barrier, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """Words of the story that tell the activity."""
        return once(word for barrier in (*self.first, *self.others) for word in barrier.words)

    @property
    def fallen(self) -> int:
        """How many of the rules told in full fall when the activity is left out."""
        return sum(any(change["without"] == self.activity for change in barrier.changes) for barrier in self.first)


@dataclass(frozen=True, kw_only=True)
class RoomTold:
    """A clause of room, and beside which rules it stands."""

    room: Room
    beside: tuple[str, ...]  # places of rules


@dataclass(frozen=True, kw_only=True)
class Desk:
    """An authority to ask."""

    level: str
    name: str  # "" where its name is not known
    deciders: tuple[str, ...]  # whom the rules name, and the room beside them
    questions: tuple[tuple[str, str], ...]  # activity, and the place of the likeliest rule about it


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """All of it."""

    free: tuple[tuple[str, tuple[str, ...]], ...]  # activities about which no rule was found, with words of the story
    blind: bool  # the rules of the municipality were not searched: nobody can say what is free
    topics: tuple[Topic, ...]
    rejected: tuple[Barrier, ...]  # a reviewer says that they do not stand in the way
    room: tuple[RoomTold, ...]
    desks: tuple[Desk, ...]
    searched: tuple[str, ...]
    missing: tuple[str, ...]
    judged: int
    told: int  # rules in all, rejected ones too

    @property
    def first(self) -> tuple[Barrier, ...]:
        """Rules that are told in full."""
        return tuple(barrier for topic in self.topics for barrier in topic.first)


def once(words: Iterable[str]) -> tuple[str, ...]:
    """Words without repetition, whatever their capitals, in their order."""
    return tuple({word.casefold(): word for word in reversed(list(words))}.values())[::-1]
