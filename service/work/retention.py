"""Letting go: original texts whose time has come, and persons who ask for it."""

from __future__ import annotations

import logging

from sqlalchemy import delete, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from service.clock import now
from service.database.opening import Database
from service.database.tables import (
    ApiToken,
    Claim,
    FlagRow,
    IdempotencyKey,
    Initiative,
    InitiativeStatus,
    Judgement,
    JudgementNote,
    LoginSession,
    Suggestion,
    User,
)
from service.identity.actor import Actor
from service.work import audit, processing_log

_ERASED = "(gewist)"

_log = logging.getLogger(__name__)


def erase_originals(database: Database) -> int:
    """Erase the original text of every initiative past its time; the pseudonymised text stays.

    Each in a transaction of its own: one that cannot be erased now does not keep the others.

    Returns:
        How many were erased.

    Raises:
        SQLAlchemyError: some could not be erased; the first reason. All others were.
    """
    past = (Initiative.keep_until < now(), Initiative.story.is_not(None))
    with database.reading() as session:
        identifiers = session.execute(select(Initiative.id).where(*past).order_by(Initiative.sequence)).scalars().all()
    count, reason = 0, None
    for identifier in identifiers:
        try:
            with database.writing() as session:
                # Held before anything else is touched: whoever flags it meanwhile holds it too, in the same order.
                wanted = select(Initiative).where(Initiative.id == identifier, *past).with_for_update()
                initiative = session.execute(wanted).scalar_one_or_none()
                if initiative is None:
                    continue
                _forget_original(session, initiative)
                processing_log.log(session, "origineel gewist", identifier)
                audit.record(session, "systeem", "initiatief.origineel-gewist", f"initiatief:{identifier}")
            count += 1
        except SQLAlchemyError as error:
            _log.error("original not erased", extra={"initiative": identifier, "error": type(error).__name__})
            reason = reason or error
    if reason is not None:
        raise reason
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
    """Erase all words of an initiative, pseudonymised ones too. What was decided about clauses stays, without the story.

    Notes beside judgements go as well, for they may quote it. Snapshots hold no story (see service.work.snapshots).

    Args:
        session: a writing session.
        initiative: a row that is held until the transaction ends.
        by: who asked.
    """
    judged = select(Judgement.id).join(FlagRow, FlagRow.id == Judgement.flag_id).where(FlagRow.initiative_id == initiative.id)
    session.execute(delete(JudgementNote).where(JudgementNote.judgement_id.in_(judged)))
    _forget_original(session, initiative)
    initiative.title_pseudonymised = initiative.story_pseudonymised = _ERASED
    initiative.municipality, initiative.day, initiative.secret_hash, initiative.activities = "", "", None, []
    initiative.room, initiative.coverage = [], {}
    initiative.submitter_id, initiative.status = None, InitiativeStatus.ERASED.value
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.subject_id == initiative.id))
    session.execute(delete(Claim).where(Claim.initiative_id == initiative.id))
    processing_log.log(session, "persoon gewist", initiative.id)
    audit.record(session, by, "initiatief.gewist", f"initiatief:{initiative.id}")


def erase_user(session: Session, user: User, by: Actor | str) -> None:
    """Erase a person: name, address, log-ins, and the initiatives that they submitted. Judgements stay, as of nobody."""
    # All are held before the first is erased: the audit trail, which an erasure holds, comes last for everybody.
    own = select(Initiative).where(Initiative.submitter_id == user.id).order_by(Initiative.sequence).with_for_update()
    for initiative in session.execute(own).scalars().all():
        erase_initiative(session, initiative, by)
    session.execute(delete(LoginSession).where(LoginSession.user_id == user.id))
    session.execute(delete(Claim).where(Claim.user_id == user.id))
    session.execute(update(ApiToken).where(ApiToken.user_id == user.id).values(revoked=now(), name=_ERASED))
    user.name, user.email, user.password_hash, user.active, user.erased = _ERASED, None, None, False, True
    user.oidc_issuer = user.oidc_subject = None
    user.version += 1
    processing_log.log(session, "persoon gewist", user.id, subject_type="gebruiker")
    audit.record(session, by, "gebruiker.gewist", f"gebruiker:{user.id}")
