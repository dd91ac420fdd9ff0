"""Snapshots (momentopnamen): immutable, hashed files of what people decided; what residents told is not in them.

A file can be copied, and nothing can be erased from it. So the pseudonymised text of an initiative comes beside its judgements
only when somebody asks for them, from the database: what was erased there is not told again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.clock import now
from service.database.opening import lock_for
from service.database.tables import ClauseText, FlagRow, Initiative, Judgement, SnapshotRow, Suggestion
from service.work import audit, processing_log
from service.work.judgements import standing_only
from training.reviews.evidence import counted
from training.reviews.rows import JudgedRow, lines_of

_LOCK = 71_003
_BATCH = 500


def make_snapshot(session: Session, folder: Path) -> SnapshotRow:
    """Write all judgements with what they are about; the same judgements give the same file, and the same snapshot.

    What somebody took back is left out: it was a mistake, and a model would learn it.

    A row holds the initiative by its number, the clause by ref, version and hash (never its text), and the decision.
    """
    lock_for(session, _LOCK)
    lines = list(lines_of(judged_rows(session)))
    content = "".join(lines).encode()
    sha256 = hashlib.sha256(content).hexdigest()
    target = folder / "momentopnamen" / f"{sha256}.jsonl"
    if not target.exists():
        _write(target, content)
    known = session.execute(select(SnapshotRow).where(SnapshotRow.sha256 == sha256)).scalar_one_or_none()
    if known is not None:
        return known
    row = SnapshotRow(sha256=sha256, rows=len(lines), file=f"momentopnamen/{sha256}.jsonl", created=now())
    session.add(row)
    session.flush()
    audit.record(session, "systeem", "momentopname.gemaakt", f"momentopname:{row.id}", {"sha256": sha256, "regels": row.rows})
    return row


def told_lines(session: Session, snapshot: SnapshotRow, file: Path) -> Iterator[str]:
    """The lines of a snapshot with ``titel``, ``omschrijving`` and ``gemeente`` as they are in the database now.

    Without these three a line is again what the file holds: its keys are sorted.
    """
    processing_log.log(session, "momentopname gelezen", snapshot.id, subject_type="momentopname")
    with file.open(encoding="utf-8") as stream:
        while batch := [json.loads(line) for line in islice(stream, _BATCH)]:
            wanted = select(Initiative).where(Initiative.id.in_({row["initiatief"] for row in batch}))
            told = {one.id: one for one in session.execute(wanted).scalars()}
            for row in batch:
                one = told[row["initiatief"]]
                texts = {
                    "titel": one.title_pseudonymised,
                    "omschrijving": one.story_pseudonymised,
                    "gemeente": one.municipality,
                }
                yield _line({**row, **texts}) + "\n"


def _line(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, sort_keys=True)


def _write(target: Path, content: bytes) -> None:
    """On the disk itself, not only in memory, before any row refers to it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_suffix(".tmp")
    with temporary.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def judged_rows(session: Session) -> list[JudgedRow]:
    """All judgements that stand, in the order of judging.

    Of each the wording that was before the reviewer counts: that of the suggestion, which may be newer than the flag's first.
    """
    shown = func.coalesce(Suggestion.clause_sha256, FlagRow.clause_sha256)
    judged = session.execute(
        select(Judgement, FlagRow, ClauseText)
        .join(FlagRow, FlagRow.id == Judgement.flag_id)
        .outerjoin(Suggestion, Suggestion.id == Judgement.suggestion_id)
        .join(ClauseText, ClauseText.sha256 == shown)
        .where(standing_only())
        .order_by(Judgement.sequence)
    )
    return [
        JudgedRow(
            initiatief=flag.initiative_id,
            verwijzing=flag.ref,
            versie=flag.version_date,
            sha256=clause.sha256,
            oordeel=judgement.verdict,
            betreft=judgement.about,
            soorten=tuple(judgement.kinds),
            zwaarte=judgement.strength,
            bewijs=tuple(counted(clause.text, [(span["start"], span["end"]) for span in judgement.evidence]) or ()),
            beoordelaar=judgement.user_id,
            beslecht=judgement.adjudication,
            steekproef=flag.sample,
            trekkans=flag.inclusion,
            voorstel=judgement.suggestion_id,
            dag=judgement.created.date().isoformat(),
        )
        for judgement, flag, clause in judged
    ]
