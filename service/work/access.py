"""What is kept of a person, for that person (GDPR article 15)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from service.database.tables import ApiToken, AuditEntry, Claim, Initiative, Judgement, LoginSession, ProcessingEntry, User
from service.identity.actor import Actor
from service.work import audit, processing_log

Row = TypeVar("Row", bound=Any)


def export_user(session: Session, user: User, by: Actor | str) -> dict[str, Any]:
    """All that is kept of a person, as JSON; secrets are kept as hashes only, and are not in it."""
    own = _rows(session, Initiative, Initiative.submitter_id == user.id)
    judgements = _rows(session, Judgement, Judgement.user_id == user.id)
    tokens = _rows(session, ApiToken, ApiToken.user_id == user.id)
    looked_at = _rows(session, Claim, Claim.user_id == user.id)
    opened = _rows(session, LoginSession, LoginSession.user_id == user.id)
    processed = _rows(session, ProcessingEntry, ProcessingEntry.data_subject_id.in_([user.id, *(one.id for one in own)]))
    label = f"gebruiker:{user.id}"
    subjects = [label, *(f"initiatief:{one.id}" for one in own)]
    trail = _rows(session, AuditEntry, (AuditEntry.actor == label) | AuditEntry.subject.in_(subjects))
    content = {
        "gebruiker": {
            "id": user.id,
            "naam": user.name,
            "email": user.email,
            "rol": user.role,
            "organisatie": user.organisation_id,
            "aanmelding": user.oidc_subject,
            "aangemaaktOp": user.created.isoformat(),
        },
        "initiatieven": [_initiative(one) for one in own],
        "beoordelingen": [_judgement(one) for one in judgements],
        "tokens": [
            {
                "naam": one.name,
                "rechten": one.scopes,
                "aangemaaktOp": one.created.isoformat(),
                "verlooptOp": one.expires.isoformat(),
            }
            for one in tokens
        ],
        "sessies": [{"aangemaaktOp": one.created.isoformat(), "verlooptOp": one.expires.isoformat()} for one in opened],
        "bekijkt": [{"initiatief": one.initiative_id, "tot": one.until.isoformat()} for one in looked_at],
        "verwerkingen": [
            {"naam": one.name, "verwerking": one.processing_activity_id, "op": one.ended.isoformat()} for one in processed
        ],
        "auditspoor": _trail(trail, label),
    }
    processing_log.log(session, "persoon uitgevoerd", user.id, subject_type="gebruiker")
    audit.record(session, by, "gebruiker.uitgevoerd", label)
    return content


def _rows(session: Session, table: type[Row], condition: ColumnElement[bool]) -> Sequence[Row]:
    return session.execute(select(table).where(condition).order_by(table.sequence)).scalars().all()


def _initiative(one: Initiative) -> dict[str, Any]:
    return {
        "id": one.id,
        "titel": one.title,
        "omschrijving": one.story,
        "titelGepseudonimiseerd": one.title_pseudonymised,
        "omschrijvingGepseudonimiseerd": one.story_pseudonymised,
        "gemeente": one.municipality,
        "datum": one.day,
        "status": one.status,
        "activiteiten": one.activities,
        "bewaardTot": one.keep_until.isoformat(),
        "aangemaaktOp": one.created.isoformat(),
    }


def _judgement(one: Judgement) -> dict[str, Any]:
    return {
        "id": one.id,
        "signaal": one.flag_id,
        "oordeel": one.verdict,
        "toelichting": one.note,
        "aangemaaktOp": one.created.isoformat(),
    }


def _trail(entries: Iterable[AuditEntry], label: str) -> list[dict[str, Any]]:
    """Lines of the audit trail; another person who did something is no business of who asks."""
    return [
        {
            "op": one.moment.isoformat(),
            "door": one.actor if one.actor == label or not one.actor.startswith("gebruiker:") else "een andere gebruiker",
            "handeling": one.action,
            "onderwerp": one.subject,
            "bijzonderheden": one.details,
        }
        for one in entries
    ]
