"""Letting go: original texts whose time has come, and persons who ask for it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from service.clock import now
from service.database.tables import (
    ApiToken,
    FlagRow,
    IdempotencyKey,
    Initiative,
    InitiativeStatus,
    Judgement,
    LoginSession,
    ProcessingEntry,
    Suggestion,
    User,
)
from service.identity.actor import Actor
from service.work import audit, processing_log

_ERASED = "(gewist)"


def erase_originals(session: Session) -> int:
    """Erase the original text of every initiative past its time; the pseudonymised text stays.

    Returns:
        How many were erased.
    """
    past = select(Initiative).where(Initiative.keep_until < now(), Initiative.story.is_not(None))
    count = 0
    for initiative in session.execute(past).scalars():
        _forget_original(session, initiative)
        processing_log.log(session, "origineel gewist", initiative.id)
        audit.record(session, "systeem", "initiatief.origineel-gewist", f"initiatief:{initiative.id}")
        count += 1
    return count


def _forget_original(session: Session, initiative: Initiative) -> None:
    initiative.title = initiative.story = None
    initiative.activities = [{**activity, "evidence": []} for activity in initiative.activities]
    initiative.version, initiative.changed = initiative.version + 1, now()
    # Suggestions quote the story in their reasons: what remains is what the model thought, without the words of a person.
    for suggestion in session.execute(
        select(Suggestion).join(FlagRow, FlagRow.id == Suggestion.flag_id).where(FlagRow.initiative_id == initiative.id)
    ).scalars():
        suggestion.content = {**suggestion.content, "reason": "", "reason_en": "", "story": [], "limits": [], "changes": []}


def erase_initiative(session: Session, initiative: Initiative, by: Actor | str) -> None:
    """Erase all words of an initiative, pseudonymised ones too. What was decided about clauses stays, without the story."""
    _forget_original(session, initiative)
    initiative.title_pseudonymised = initiative.story_pseudonymised = _ERASED
    initiative.municipality, initiative.day, initiative.secret_hash, initiative.activities = "", "", None, []
    initiative.room, initiative.coverage = [], {}
    initiative.submitter_id, initiative.status = None, InitiativeStatus.ERASED.value
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.subject_id == initiative.id))
    processing_log.log(session, "persoon gewist", initiative.id)
    audit.record(session, by, "initiatief.gewist", f"initiatief:{initiative.id}")


def erase_user(session: Session, user: User, by: Actor | str) -> None:
    """Erase a person: name, address, log-ins, and the initiatives that they submitted. Judgements stay, as of nobody."""
    for initiative in session.execute(select(Initiative).where(Initiative.submitter_id == user.id)).scalars():
        erase_initiative(session, initiative, by)
    session.execute(delete(LoginSession).where(LoginSession.user_id == user.id))
    session.execute(update(ApiToken).where(ApiToken.user_id == user.id).values(revoked=now(), name=_ERASED))
    user.name, user.email, user.password_hash, user.active, user.erased = _ERASED, None, None, False, True
    user.oidc_issuer = user.oidc_subject = None
    user.version += 1
    processing_log.log(session, "persoon gewist", user.id, subject_type="gebruiker")
    audit.record(session, by, "gebruiker.gewist", f"gebruiker:{user.id}")


def export_user(session: Session, user: User, by: Actor | str) -> dict[str, Any]:
    """All that is kept of a person (GDPR article 15), as JSON."""
    initiatives = session.execute(
        select(Initiative).where(Initiative.submitter_id == user.id).order_by(Initiative.sequence)
    ).scalars()
    judgements = session.execute(select(Judgement).where(Judgement.user_id == user.id).order_by(Judgement.sequence)).scalars()
    tokens = session.execute(select(ApiToken).where(ApiToken.user_id == user.id).order_by(ApiToken.sequence)).scalars()
    own = list(initiatives)
    about = [user.id, *(one.id for one in own)]
    processed = session.execute(
        select(ProcessingEntry).where(ProcessingEntry.data_subject_id.in_(about)).order_by(ProcessingEntry.sequence)
    ).scalars()
    content = {
        "gebruiker": {
            "id": user.id,
            "naam": user.name,
            "email": user.email,
            "rol": user.role,
            "aangemaaktOp": user.created.isoformat(),
        },
        "initiatieven": [
            {
                "id": one.id,
                "titel": one.title,
                "omschrijving": one.story,
                "gemeente": one.municipality,
                "datum": one.day,
                "aangemaaktOp": one.created.isoformat(),
            }
            for one in own
        ],
        "beoordelingen": [
            {
                "id": one.id,
                "signaal": one.flag_id,
                "oordeel": one.verdict,
                "toelichting": one.note,
                "aangemaaktOp": one.created.isoformat(),
            }
            for one in judgements
        ],
        "tokens": [{"naam": one.name, "rechten": one.scopes, "verlooptOp": one.expires.isoformat()} for one in tokens],
        "verwerkingen": [
            {"naam": one.name, "verwerking": one.processing_activity_id, "op": one.ended.isoformat()} for one in processed
        ],
    }
    processing_log.log(session, "persoon uitgevoerd", user.id, subject_type="gebruiker")
    audit.record(session, by, "gebruiker.uitgevoerd", f"gebruiker:{user.id}")
    return content
