"""Labels: what careful readers said of clauses, kept by ref, version date and text hash; never the text of a law.

    clauses.jsonl       one labelled clause a line; clauses-2.jsonl goes on with it, for no file here should be large
    clauses-3.jsonl     likewise; two readers read each of these blind, and a third decided where they differed
    clauses-4.jsonl     likewise
    second_readings.jsonl  labels that other readers gave blind to some of those clauses: they measure agreement, no more
    initiatives.jsonl   initiatives in residents' words, written for this project
    pairs.jsonl         grades of a clause for an initiative
    second_grades.jsonl grades that other graders gave blind to pairs of pairs.jsonl: they measure agreement, no more
    sections.jsonl      which activities a section of a regulation regulates; the hash is of the texts of its clauses
    reach.jsonl         how many of a hundred initiatives meet a clause at all: 0 none, 1 one, 2 some, 3 many, 4 nearly all
    second_reach.jsonl  what another reader reckoned, blind, of some of those clauses: it measures agreement, no more
    aliases.jsonl       {"ref", "better"}: labels were given on an earlier cutting of the law; these refs have a better one
    reserved.txt        regulations whose labels are held out for evaluation elsewhere; none of theirs stand here
    judged.txt          regulations that the graders of pairs.jsonl searched

Evidence is kept as offsets in the *normalised* text (corpus.passages.normalised), which is the same whichever publisher's
rendering of the clause is at hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from corpus.records import Clause
from corpus.store import Store

__all__ = [
    "ClauseLabel",
    "GradedPair",
    "Initiative",
    "JoinReport",
    "JoinedLabel",
    "ReachLabel",
    "aliases",
    "clause_labels",
    "graded_pairs",
    "initiatives",
    "join",
    "judged_regulations",
    "locate",
    "official_labels",
    "reach_labels",
    "reserved_regulations",
    "second_grades",
    "second_reach",
    "second_readings",
    "section_labels",
]


@dataclass(frozen=True, kw_only=True)
class ClauseLabel:
    """What a reader said of one clause."""

    ref: str
    version: str  # date of the version that was read
    sha256: str  # of the normalised text that was read
    addressee: str  # private, government, none
    barriers: tuple[str, ...]
    relief: tuple[str, ...]
    strength: int  # 0..3
    evidence: tuple[tuple[int, int], ...]  # offsets in the normalised text
    sample: str  # why this clause was chosen: spread, targeted, model-selected, local
    qualification: str = ""  # the IMOW value that the reader would give the rule; empty: not asked


@dataclass(frozen=True, kw_only=True)
class GradedPair:
    """What a grader said of one clause for one initiative."""

    initiative: str
    ref: str
    version: str
    sha256: str
    grade: int | str  # 0..3, or "R"
    kind: str
    why: str


@dataclass(frozen=True, kw_only=True)
class ReachLabel:
    """How many of a hundred very different initiatives meet a clause, as a reader reckons."""

    ref: str
    sha256: str  # of the text that was read, see ``text_hash``
    reach: int  # 0..4


@dataclass(frozen=True, kw_only=True)
class SectionLabel:
    """Which activities clauses under one heading regulate, by who read the title, the heading and two of the clauses."""

    refs: tuple[str, ...]  # the clauses that say most, at most eight
    sha256: str  # of their normalised texts, joined by line ends
    activities: tuple[str, ...]  # codes, the most telling first; none for what regulates no activity of the list


@dataclass(frozen=True, kw_only=True)
class Initiative:
    """An initiative in residents' words."""

    id: str
    titel: str
    omschrijving: str
    gemeente: str = ""
    thema: str = ""

    @property
    def text(self) -> str:
        """Title and story as one text."""
        return f"{self.titel}. {self.omschrijving}"


@dataclass(frozen=True, kw_only=True)
class JoinedLabel:
    """A label with the clause it was given to."""

    label: ClauseLabel
    clause: Clause
    title: str  # of the regulation
    level: str


@dataclass(frozen=True, kw_only=True)
class JoinReport:
    """Which labels met their clause."""

    joined: tuple[JoinedLabel, ...]
    moved: tuple[tuple[str, str], ...]  # (ref, better ref) found through the table
    unmatched: tuple[tuple[str, str], ...]  # (ref, reason)


_CLAUSES = ("clauses.jsonl", "clauses-2.jsonl", "clauses-3.jsonl", "clauses-4.jsonl")


@cache
def clause_labels() -> tuple[ClauseLabel, ...]:
    """The clause labels that ship with this version."""
    return tuple(_clause_label(row) for name in _CLAUSES for row in _rows(name))


@cache
def second_readings() -> tuple[ClauseLabel, ...]:
    """What other readers said of some of the clauses in clause_labels, without sight of those labels."""
    return tuple(_clause_label(row) for row in _rows("second_readings.jsonl"))


@cache
def graded_pairs() -> tuple[GradedPair, ...]:
    """The graded pairs that ship with this version."""
    return tuple(GradedPair(**row) for row in _rows("pairs.jsonl"))


@cache
def section_labels() -> tuple[SectionLabel, ...]:
    """The labelled sections that ship with this version."""
    rows = _rows("sections.jsonl")
    return tuple(SectionLabel(**{**row, "refs": tuple(row["refs"]), "activities": tuple(row["activities"])}) for row in rows)


@cache
def reach_labels() -> tuple[ReachLabel, ...]:
    """How many initiatives meet clauses, as readers reckoned."""
    return tuple(ReachLabel(**row) for row in _rows("reach.jsonl"))


@cache
def second_reach() -> tuple[ReachLabel, ...]:
    """What another reader reckoned of some of those clauses, without sight of the first."""
    return tuple(ReachLabel(**row) for row in _rows("second_reach.jsonl"))


@cache
def second_grades() -> dict[tuple[str, str], int | str]:
    """What other graders said of some of the pairs, by initiative and ref, without sight of those grades: 0..3, or "R"."""
    return {(row["initiative"], row["ref"]): row["grade"] for row in _rows("second_grades.jsonl")}


@cache
def initiatives() -> tuple[Initiative, ...]:
    """The initiatives that the graded pairs are about."""
    return tuple(Initiative(**row) for row in _rows("initiatives.jsonl"))


@cache
def aliases() -> dict[str, str]:
    """Better refs of clauses that were labelled under an earlier cutting."""
    return {row["ref"]: row["better"] for row in _rows("aliases.jsonl")}


def judged_regulations() -> tuple[str, ...]:
    """Ids of the regulations that the graders searched with care: there, what nobody graded does not matter.

    Grades that they gave in passing elsewhere are kept, and are not learnt from.
    """
    text = files("corpus.labels").joinpath("judged.txt").read_text(encoding="utf-8")
    return tuple(line.split("\t")[0] for line in text.splitlines() if line and not line.startswith("#"))


def reserved_regulations() -> frozenset[str]:
    """Ids of the regulations held out for evaluation elsewhere: never labelled, never tuned on."""
    text = files("corpus.labels").joinpath("reserved.txt").read_text(encoding="utf-8")
    return frozenset(line.split("\t")[0] for line in text.splitlines() if line and not line.startswith("#"))


def locate(store: Store, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Clause | str]:
    """Find clauses by ref and text hash.

    Args:
        store: where to look, in every version of the regulation.
        wanted: (ref, sha256) pairs.

    Returns:
        For each pair the clause, or the reason why there is none.
    """
    found: dict[tuple[str, str], Clause | str] = {}
    by_regulation: dict[str, list[tuple[str, str]]] = {}
    for ref, digest in wanted:
        by_regulation.setdefault(ref.partition("/")[0], []).append((ref, digest))
    versions: dict[str, list[Any]] = {}
    for entry in store.versions:
        versions.setdefault(entry.id, []).append(entry)
    for regulation, pairs in by_regulation.items():
        rows = [row for entry in versions.get(regulation, []) for row in _light_rows(store, entry)]
        for ref, digest in pairs:
            found[ref, digest] = _locate_one(store, rows, ref, digest, known=regulation in versions)
    return found


def join(store: Store, labels: Iterable[ClauseLabel] | None = None) -> JoinReport:
    """Join labels to the clauses of a store; None for all that ship."""
    chosen = list(clause_labels() if labels is None else labels)
    found = locate(store, [(label.ref, label.sha256) for label in chosen])
    joined, moved, unmatched = [], [], []
    for label in chosen:
        clause = found[label.ref, label.sha256]
        if isinstance(clause, str):
            unmatched.append((label.ref, clause))
            continue
        if clause.ref != label.ref:
            moved.append((label.ref, clause.ref))
        entry = store.entry(clause.ref.partition("/")[0])
        joined.append(JoinedLabel(label=label, clause=clause, title=entry.title, level=entry.level))
    return JoinReport(joined=tuple(joined), moved=tuple(moved), unmatched=tuple(unmatched))


def official_labels(store: Store) -> Iterator[tuple[Clause, str, tuple[str, ...]]]:
    """Clauses that their own authority annotated: (clause, title of the regulation, rule qualifications)."""
    for entry in store.regulations.values():
        if entry.format == "stop":
            for clause in store.clauses(entry.id):
                if clause.qualifications:
                    yield clause, entry.title, clause.qualifications


def _light_rows(store: Store, entry: Any) -> list[tuple[str, str, Any]]:
    table = store.part_table(entry.part).slice(entry.start, entry.clauses).select(["ref", "text_sha256"])
    refs, hashes = table["ref"].to_pylist(), table["text_sha256"].to_pylist()
    return [(ref, digest, (entry, row)) for row, (ref, digest) in enumerate(zip(refs, hashes, strict=True))]


def _locate_one(store: Store, rows: list[tuple[str, str, Any]], ref: str, digest: str, *, known: bool) -> Clause | str:
    if not known:
        return "the regulation is not in the store"
    better = aliases().get(ref, ref)
    for candidate in dict.fromkeys((ref, better)):
        for row_ref, row_digest, place in rows:
            if row_ref == candidate and row_digest == digest:
                return store.clause_at(*place)
    if any(row_ref in (ref, better) for row_ref, _, _ in rows):
        return "the clause has another text in this version or cutting"
    return "no clause with this ref in this version or cutting"


def _clause_label(row: dict[str, Any]) -> ClauseLabel:
    kinds = {name: tuple(row[name]) for name in ("barriers", "relief")}
    return ClauseLabel(**{**row, **kinds, "evidence": tuple((start, end) for start, end in row["evidence"])})


def _rows(name: str) -> Iterator[dict[str, Any]]:
    with files("corpus.labels").joinpath(name).open(encoding="utf-8") as stream:
        for line in stream:
            yield json.loads(line)
