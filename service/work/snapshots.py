"""Snapshots (momentopnamen): immutable, hashed files of what people decided; nothing personal inside."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.clock import now
from service.database.tables import FlagRow, Initiative, Judgement, SnapshotRow
from service.work import audit


def make_snapshot(session: Session, folder: Path) -> SnapshotRow:
    """Write all judgements with what they are about; the same judgements give the same file, and the same snapshot.

    A row holds the pseudonymised initiative, the clause by ref, version and hash (never its text), and the decision.
    """
    lines = [json.dumps(row, ensure_ascii=False, sort_keys=True) for row in _rows(session)]
    content = "".join(line + "\n" for line in lines).encode()
    sha256 = hashlib.sha256(content).hexdigest()
    known = session.execute(select(SnapshotRow).where(SnapshotRow.sha256 == sha256)).scalars().first()
    target = folder / "momentopnamen" / f"{sha256}.jsonl"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_suffix(".tmp")
        temporary.write_bytes(content)
        temporary.replace(target)
    if known is not None:
        return known
    row = SnapshotRow(sha256=sha256, rows=len(lines), file=f"momentopnamen/{sha256}.jsonl", created=now())
    session.add(row)
    session.flush()
    audit.record(session, "systeem", "momentopname.gemaakt", f"momentopname:{row.id}", {"sha256": sha256, "regels": row.rows})
    return row


def _rows(session: Session) -> list[dict[str, Any]]:
    judged = session.execute(
        select(Judgement, FlagRow, Initiative)
        .join(FlagRow, FlagRow.id == Judgement.flag_id)
        .join(Initiative, Initiative.id == FlagRow.initiative_id)
        .order_by(Judgement.sequence)
    )
    return [
        {
            "initiatief": initiative.id,
            "titel": initiative.title_pseudonymised,
            "omschrijving": initiative.story_pseudonymised,
            "gemeente": initiative.municipality,
            "verwijzing": flag.ref,
            "versie": flag.version_date,
            "sha256": flag.clause_sha256,
            "oordeel": judgement.verdict,
            "soorten": judgement.kinds,
            "zwaarte": judgement.strength,
            "bewijs": [{"start": span["start"], "end": span["end"]} for span in judgement.evidence],
            "beoordelaar": judgement.user_id,
            "beslecht": judgement.adjudication,
            "voorstel": judgement.suggestion_id,
        }
        for judgement, flag, initiative in judged
    ]
