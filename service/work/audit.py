"""The audit trail: who did what, chained by hashes.

    hash = SHA-256(previous hash ‖ canonical JSON of moment, actor, action, subject, details)

An entry that was changed, taken out or put in between breaks the chain at its place. Entries taken off the end do not show by
themselves; ``head`` gives the last hash, to be kept elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.clock import now
from service.database.opening import lock_for
from service.database.tables import AuditEntry
from service.identity.actor import Actor

GENESIS = "0" * 64
_LOCK = 71_001


def record(session: Session, actor: Actor | str, action: str, subject: str, details: Mapping[str, Any] | None = None) -> None:
    """Add an entry, in the transaction of what it tells of: both are kept, or neither.

    Args:
        session: a writing session.
        actor: who did it; never a name of a person, and details hold no text of an initiative.
        action: "initiatief.ingediend".
        subject: "initiatief:<id>".
        details: what a reader needs to know besides.
    """
    session.flush()
    lock_for(session, _LOCK)
    last = session.execute(select(AuditEntry.hash).order_by(AuditEntry.sequence.desc()).limit(1)).scalar()
    previous, moment = last or GENESIS, now()
    who = actor if isinstance(actor, str) else actor.label
    content = dict(details or {})
    session.add(
        AuditEntry(
            moment=moment,
            actor=who,
            action=action,
            subject=subject,
            details=content,
            previous_hash=previous,
            hash=entry_hash(previous, moment, who, action, subject, content),
        )
    )
    session.flush()


def entry_hash(previous: str, moment: datetime, actor: str, action: str, subject: str, details: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of an entry and all before it."""
    content = json.dumps(
        [moment.isoformat(timespec="microseconds"), actor, action, subject, details], sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256((previous + content).encode()).hexdigest()


def verify(session: Session) -> tuple[int, list[str]]:
    """Walk the chain.

    Returns:
        How many entries there are, and what is wrong: one sentence for each place; empty when the chain is whole.
    """
    previous, count, problems = GENESIS, 0, []
    for entry in session.execute(select(AuditEntry).order_by(AuditEntry.sequence)).scalars().yield_per(1000):
        count += 1
        if entry.previous_hash != previous:
            problems.append(f"entry {entry.sequence}: does not follow the one before; entries were taken out or put in")
        own = entry_hash(entry.previous_hash, entry.moment, entry.actor, entry.action, entry.subject, entry.details)
        if own != entry.hash:
            problems.append(f"entry {entry.sequence}: was changed")
        previous = entry.hash
    return count, problems


def head(session: Session) -> str:
    """The hash of the last entry, which stands for the whole trail."""
    return session.execute(select(AuditEntry.hash).order_by(AuditEntry.sequence.desc()).limit(1)).scalar() or GENESIS
