"""Keeping what a model says, and finding the same clause again when its regulation changes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from corpus.errors import UnknownRef
from corpus.passages import normalised, text_hash
from corpus.records import Clause
from corpus.store import Store
from models.initiatives import InitiativeText
from service.clock import now
from service.database.inserting import insert
from service.database.tables import Anchor, ClauseText, FlagRow, Initiative, InitiativeStatus, Suggestion, Verdict
from service.engine import Loaded
from service.work import audit, processing_log

QUOTE_LENGTH = 300
"""Characters of a clause that are looked for when its regulation changes: enough to be unique, few enough to survive edits."""

NEARLY = 0.75
"""Share of a quotation that must come back, in order, for an amended clause to count as the same."""


def told_text(initiative: Initiative) -> InitiativeText:
    """The text of an initiative as far as it is still there: pseudonymised once the original has gone."""
    return InitiativeText(
        id=initiative.id,
        titel=initiative.title if initiative.title is not None else initiative.title_pseudonymised,
        omschrijving=initiative.story if initiative.story is not None else initiative.story_pseudonymised,
        gemeente=initiative.municipality,
        datum=initiative.day,
    )


def keep_flags(session: Session, initiative: Initiative, loaded: Loaded, result: dict[str, Any]) -> int:
    """Keep what a model said of an initiative: a suggestion beside each flag, new flags where there was none.

    A flag that the model no longer sees stays, with its suggestions and judgements, and is no longer current. Doing it again
    with the same model over the same corpus changes nothing.

    Returns:
        The number of suggestions that were added.
    """
    known = {row.ref: row for row in session.execute(select(FlagRow).where(FlagRow.initiative_id == initiative.id)).scalars()}
    by_anchor = {row.anchor_ref: row for row in known.values() if row.anchor != Anchor.ORPHANED.value}
    seen: set[str] = set()
    told = set(
        session.execute(
            select(Suggestion.flag_id)
            .join(FlagRow, FlagRow.id == Suggestion.flag_id)
            .where(
                FlagRow.initiative_id == initiative.id,
                Suggestion.model_version == loaded.model_version,
                Suggestion.corpus == loaded.corpus,
            )
        ).scalars()
    )
    added = 0
    for content in result["flags"]:
        clause = loaded.store.clause(content["ref"])
        sha256 = keep_text(session, clause)
        row = by_anchor.get(content["ref"]) or known.get(content["ref"])
        if row is None:
            row = new_flag(session, initiative, loaded.store, clause, sha256)
        if row.id not in told and not row.by_person and initiative.model_version not in ("", loaded.model_version):
            row.p_before = row.p if row.current else 0.0
        row.p, row.current = content["p"], True
        row.activity, row.kinds, row.strength = content["activity"], kinds_told(content["kinds"]), content["strength"]
        seen.add(row.id)
        if row.id not in told:
            session.add(_suggestion(row, loaded, sha256, content))
            added += 1
    for row in known.values():
        # What people found to be missed stays a flag, whatever a model says.
        missed = row.by_person or (row.sample and row.verdict not in ("", Verdict.REJECTED.value))
        if row.id not in seen and not missed:
            row.current = False
    initiative.activities, initiative.room, initiative.coverage = result["activities"], result["room"], result["coverage"]
    initiative.model_version, initiative.corpus = loaded.model_version, loaded.corpus
    initiative.model_made, initiative.corpus_made = loaded.made
    if initiative.status == InitiativeStatus.SUBMITTED.value:
        initiative.status = InitiativeStatus.FLAGGED.value
    initiative.version, initiative.changed = initiative.version + 1, now()
    processing_log.log(session, "initiatief gesignaleerd", initiative.id)
    audit.record(
        session,
        "systeem",
        "initiatief.gesignaleerd",
        f"initiatief:{initiative.id}",
        {"model": loaded.model_version, "verzameling": loaded.corpus, "signalen": len(seen), "voorstellen": added},
    )
    return added


def kinds_told(kinds: Sequence[str]) -> str:
    """Kinds as a flag holds them, for the database to look for one of them."""
    return f" {' '.join(kinds)} " if kinds else ""


def _suggestion(row: FlagRow, loaded: Loaded, sha256: str, content: dict[str, Any]) -> Suggestion:
    return Suggestion(
        flag_id=row.id,
        model_version=loaded.model_version,
        corpus=loaded.corpus,
        clause_sha256=sha256,
        content=content,
        created=now(),
    )


def raised() -> ColumnElement[bool]:
    """Flags that a model or a person raised, as a condition: without what was only drawn (``service.work.sampling``)."""
    return or_(FlagRow.sample == "", FlagRow.current)


def put_blind() -> ColumnElement[bool]:
    """What was only drawn and nobody judged yet, as a condition: what a model makes of it is told to nobody."""
    return and_(~raised(), FlagRow.verdict == "")


def told_chance() -> ColumnElement[float]:
    """P(the clause obstructs), 0..1, where it may be told; 0 elsewhere, so that neither order nor filter gives it away."""
    return case((put_blind(), 0.0), else_=FlagRow.p)


def is_put_blind(row: FlagRow) -> bool:
    """The same of one flag."""
    return bool(row.sample) and not row.current and row.verdict == ""


def latest_suggestions(session: Session, flag_ids: list[str]) -> dict[str, Suggestion]:
    """The newest suggestion of each flag."""
    newest = select(func.max(Suggestion.sequence)).where(Suggestion.flag_id.in_(flag_ids)).group_by(Suggestion.flag_id)
    rows = session.execute(select(Suggestion).where(Suggestion.sequence.in_(newest))).scalars()
    return {row.flag_id: row for row in rows}


def new_flag(
    session: Session, initiative: Initiative, store: Store, clause: Clause, sha256: str, *, by_person: bool = False
) -> FlagRow:
    """A flag on a clause that this initiative had none on."""
    row = FlagRow(initiative_id=initiative.id, ref=clause.ref, by_person=by_person, created=now())
    anchor_at(row, store, clause, sha256)
    session.add(row)
    session.flush()
    return row


def anchor_at(row: FlagRow, store: Store, clause: Clause, sha256: str) -> None:
    """Let a flag begin at a clause as it is today."""
    row.regulation_id = clause.ref.partition("/")[0]
    row.version_date = row.anchor_version = store.entry(row.regulation_id).version_date
    row.clause_sha256, row.quote = sha256, clause.text[:QUOTE_LENGTH]
    row.anchor, row.anchor_ref = Anchor.UNCHANGED.value, clause.ref


def keep_text(session: Session, clause: Clause) -> str:
    """Keep the text of a clause by its hash; returns the hash (of the normalised text)."""
    sha256 = text_hash(clause.text)
    # Two workers may keep the same clause at the same moment: it is the same text.
    values = {"sha256": sha256, "text": clause.text, "heading": clause.heading}
    session.execute(insert(session, ClauseText).values(**values).on_conflict_do_nothing())
    return sha256


@dataclass(frozen=True, kw_only=True)
class Found:
    """Where the words of a flag stand in another version."""

    anchor: Anchor
    ref: str


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A clause of the other version."""

    ref: str
    text: str
    letters: str  # the normalised text
    sha256: str  # of the normalised text


def find_again(quote: str, ref: str, sha256: str, clauses: Sequence[Standing]) -> Found:
    """Look for a flagged clause in another version of its regulation.

    Tried in this order: the same ref with the same text; the same text under another number; the quoted words under the same
    ref, then under any other; and the clause that keeps most of the quotation, when that is nearly all of it.

    Args:
        quote: words of the clause as flagged.
        ref: where it stood.
        sha256: of its normalised text as flagged.
        clauses: the other version.
    """
    here = [clause for clause in clauses if clause.ref == ref]
    if here and here[0].sha256 == sha256:
        return Found(anchor=Anchor.UNCHANGED, ref=ref)
    moved = next((clause.ref for clause in clauses if clause.sha256 == sha256), None)
    if moved is not None:
        return Found(anchor=Anchor.MOVED, ref=moved)
    ordered, letters = [*here, *clauses], normalised(quote)
    quoted = next((clause.ref for clause in ordered if letters and letters in clause.letters), None)
    if quoted is not None:
        return Found(anchor=Anchor.AMENDED, ref=quoted)
    words = _words(quote)
    best = max(ordered, key=lambda clause: _kept(words, clause.text), default=None)
    if best is not None and _kept(words, best.text) >= NEARLY:
        return Found(anchor=Anchor.AMENDED, ref=best.ref)
    return Found(anchor=Anchor.ORPHANED, ref=ref)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _kept(old: list[str], text: str) -> float:
    """Share of the words of a quotation that a text keeps, in order, 0..1."""
    new = _words(text)
    if not old or len(set(old) & set(new)) < NEARLY * len(set(old)):
        return 0.0  # spares the costly comparison for nearly every clause
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / len(old)


def reanchor(session: Session, store: Store, regulation: str) -> dict[str, int]:
    """Find every flag on a regulation again in its newest version.

    Returns:
        How many flags came to stand how, by value of Anchor.
    """
    try:
        entry = store.entry(regulation)
        rows = [
            Standing(ref=row["ref"], text=row["text"], letters=normalised(row["text"]), sha256=row["text_sha256"])
            for row in store.rows(entry)
        ]
        version = entry.version_date
    except UnknownRef:
        rows, version = [], ""
    counts: dict[str, int] = {}
    for flag in session.execute(select(FlagRow).where(FlagRow.regulation_id == regulation)).scalars():
        found = find_again(flag.quote, flag.ref, flag.clause_sha256, rows)
        counts[found.anchor.value] = counts.get(found.anchor.value, 0) + 1
        if (flag.anchor, flag.anchor_ref, flag.anchor_version) != (found.anchor.value, found.ref, version):
            flag.anchor, flag.anchor_ref, flag.anchor_version = found.anchor.value, found.ref, version
    if counts:
        audit.record(session, "systeem", "signalen.herankerd", f"regeling:{regulation}", {"versie": version, **counts})
    return counts
