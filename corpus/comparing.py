"""Two versions of a regulation beside each other, clause by clause and word by word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Literal

from corpus.passages import text_hash
from corpus.records import Clause

MOST_PAIRS = 4_000_000
"""Words of one text times words of the other above which a clause is shown as replaced whole: telling takes too long."""

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")


class Change(StrEnum):
    """What became of a clause."""

    SAME = "gelijk"
    CHANGED = "gewijzigd"
    ADDED = "nieuw"
    REMOVED = "vervallen"
    MOVED = "verplaatst"  # same words, other number


@dataclass(frozen=True, kw_only=True)
class Run:
    """Words that stay, go or come."""

    kind: Literal["same", "removed", "added"]
    text: str


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One clause in both versions."""

    change: Change
    ref: str  # in the newer version; of a removed clause in the older
    before: str = ""  # ref in the older version, where it moved
    heading: str = ""
    runs: tuple[Run, ...] = ()  # empty where the text stays


def compare(older: Sequence[Clause], newer: Sequence[Clause]) -> list[Compared]:
    """Every clause of two versions, in the order of the newer; what was removed stands where it stood.

    A clause is the same by its number; one whose number is gone and whose words stand under a new number has moved.
    Typography counts for nothing, as everywhere (see ``corpus.passages.normalised``).
    """
    before, after = {clause.ref: clause for clause in older}, {clause.ref: clause for clause in newer}
    gone = {text_hash(clause.text): clause for clause in older if clause.ref not in after}
    moved = {clause.ref: old for clause in newer if clause.ref not in before and (old := gone.get(text_hash(clause.text)))}
    left = {old.ref for old in moved.values()}
    result: list[Compared] = []
    waiting = iter(older)
    for clause in newer:
        if clause.ref in before:
            for old in waiting:
                if old.ref == clause.ref:
                    break
                if old.ref not in after and old.ref not in left:
                    result.append(_removed(old))
        result.append(_compared(before.get(clause.ref), moved.get(clause.ref), clause))
    result += [_removed(old) for old in waiting if old.ref not in after and old.ref not in left]
    told = {one.ref for one in result if one.change is Change.REMOVED}
    # Clauses that changed places among each other may have been passed over.
    result += [_removed(old) for old in older if old.ref not in after and old.ref not in left | told]
    return result


def word_runs(before: str, after: str) -> tuple[Run, ...]:
    """What stays, goes and comes between two texts, in words."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if len(old) * len(new) > MOST_PAIRS:
        return (Run(kind="removed", text=before), Run(kind="added", text=after))
    runs: list[Run] = []
    for what, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            runs.append(Run(kind="same", text="".join(old[i1:i2])))
            continue
        if i2 > i1:
            runs.append(Run(kind="removed", text="".join(old[i1:i2])))
        if j2 > j1:
            runs.append(Run(kind="added", text="".join(new[j1:j2])))
    return tuple(runs)


def _compared(old: Clause | None, moved: Clause | None, new: Clause) -> Compared:
    if moved is not None:
        return Compared(change=Change.MOVED, ref=new.ref, before=moved.ref, heading=new.heading)
    if old is None:
        return Compared(change=Change.ADDED, ref=new.ref, heading=new.heading, runs=(Run(kind="added", text=new.text),))
    if text_hash(old.text) == text_hash(new.text):
        return Compared(change=Change.SAME, ref=new.ref, heading=new.heading)
    return Compared(change=Change.CHANGED, ref=new.ref, heading=new.heading, runs=word_runs(old.text, new.text))


def _removed(old: Clause) -> Compared:
    return Compared(change=Change.REMOVED, ref=old.ref, heading=old.heading, runs=(Run(kind="removed", text=old.text),))
