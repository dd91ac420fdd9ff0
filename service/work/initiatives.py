"""Submitting, withdrawing and finding initiatives."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from corpus.errors import InvalidInitiative
from models.initiatives import InitiativeText, initiative_of
from service.clock import now
from service.database.opening import Database
from service.database.tables import IdempotencyKey, Initiative, InitiativeStatus, new_id
from service.errors import Conflict, FieldProblem, InvalidInput, KeyReused, NotFound, Outdated
from service.identity.actor import Actor, Standing
from service.identity.organisations import organisation_of
from service.identity.policies import may_see, may_withdraw, visible
from service.identity.secrets import link_secret, secret_hash
from service.jobs.waiting import add_job
from service.settings import Settings
from service.work import audit, processing_log
from service.work.retention import erase_initiative


@dataclass(frozen=True, kw_only=True)
class Submitted:
    """What came of a submission."""

    initiative: Initiative
    job_id: str | None  # that will flag it; None when the submission was a repeat
    secret: str  # the secret link


def text_of(values: Mapping[str, Any]) -> InitiativeText:
    """What residents told, cleaned.

    Raises:
        InvalidInput: there is nothing to read, or too much.
    """
    try:
        return initiative_of(dict(values), where="initiatief", default_id="")
    except InvalidInitiative as error:
        message = str(error).partition(": ")[2] or str(error)
        problem = FieldProblem(
            place="omschrijving", message=_DUTCH.get(message, "Hier is geen verhaal te lezen."), kind="onleesbaar"
        )
        raise InvalidInput("Het initiatief kan niet worden gelezen.", problem) from None


_DUTCH = {
    "the initiative has no text to read: tell what you want to do, where and when": (
        "Er staat geen tekst om te lezen: vertel wat u wilt doen, waar en wanneer."
    )
}


def submit(
    database: Database, settings: Settings, told: InitiativeText, *, by: Actor, key: str | None = None, network: str = ""
) -> Submitted:
    """Keep an initiative and ask for its flags, in one transaction.

    Args:
        database: where it is kept.
        told: the initiative.
        by: who submits; anonymous people get the secret link only.
        key: Idempotency-Key; the same key with the same initiative gives the first answer again.
        network: address of who asks, which with the initiative itself keeps the keys of anonymous people apart.

    Raises:
        KeyReused: the key came before with another initiative.
    """
    from service.privacy.pseudonymising import pseudonymised_parts  # patterns that no start waits for

    moment = now()
    # This takes time with the length of the text, and on SQLite a transaction keeps all others from writing.
    pseudonyms = pseudonymised_parts(told.titel, told.omschrijving)

    def kept() -> Submitted:
        with database.writing() as session:
            return _submitted(session, settings, told, pseudonyms, by=by, key=key, network=network, moment=moment)

    try:
        return kept()
    except IntegrityError:
        if key is None:
            raise
        # Two requests with one key at the same moment: the other was first, and has been kept by now.
        return kept()


def _submitted(
    session: Session,
    settings: Settings,
    told: InitiativeText,
    pseudonyms: tuple[str, str],
    *,
    by: Actor,
    key: str | None,
    network: str,
    moment: datetime,
) -> Submitted:
    digest = hashlib.sha256(json.dumps([told.titel, told.omschrijving, told.gemeente, told.datum]).encode()).hexdigest()
    # Of nobody we know only where they ask from, and others ask from there too: a key is theirs for this one initiative.
    owner = by.label if by.standing is not Standing.ANONYMOUS else secret_hash(f"{network} {digest}")
    scope = f"{owner}:initiatieven"
    if key is not None:
        known = session.execute(
            select(IdempotencyKey).where(IdempotencyKey.scope == scope, IdempotencyKey.key == key)
        ).scalar_one_or_none()
        if known is not None:
            return _repeated(session, settings, known, digest)
    identifier = new_id()
    secret = link_secret(settings.secret_key.get_secret_value(), identifier)
    initiative = Initiative(
        id=identifier,
        organisation_id=organisation_of(session, told.gemeente),
        submitter_id=by.user_id,
        secret_hash=secret_hash(secret),
        title=told.titel,
        story=told.omschrijving,
        title_pseudonymised=pseudonyms[0],
        story_pseudonymised=pseudonyms[1],
        municipality=told.gemeente,
        day=told.datum,
        status=InitiativeStatus.SUBMITTED.value,
        keep_until=moment + timedelta(days=settings.retention_days),
        created=moment,
        changed=moment,
    )
    session.add(initiative)
    if key is not None:
        session.add(IdempotencyKey(scope=scope, key=key, request_sha256=digest, subject_id=identifier, created=moment))
    session.flush()
    job = add_job(session, "signaleren", {"initiatief": identifier}, subject=identifier, by=by)
    processing_log.log(session, "initiatief ontvangen", identifier, started=moment)
    audit.record(session, by, "initiatief.ingediend", f"initiatief:{identifier}")
    return Submitted(initiative=initiative, job_id=job.id, secret=secret)


def _repeated(session: Session, settings: Settings, known: IdempotencyKey, digest: str) -> Submitted:
    if known.request_sha256 != digest:
        raise KeyReused("Deze Idempotency-Key is al gebruikt voor een ander initiatief.")
    first = session.execute(select(Initiative).where(Initiative.id == known.subject_id)).scalar_one_or_none()
    if first is None:
        raise Conflict("Het initiatief dat met deze Idempotency-Key is ingediend, bestaat niet meer.")
    secret = link_secret(settings.secret_key.get_secret_value(), first.id)
    if secret_hash(secret) != first.secret_hash:
        # The key of the service was changed in between. The first link still works; it cannot be worked out again.
        raise Conflict("Dit initiatief is al ingediend; gebruik de geheime link die u toen kreeg.")
    return Submitted(initiative=first, job_id=None, secret=secret)


def visible_initiative(session: Session, actor: Actor, identifier: str, *, changing: bool = False) -> Initiative:
    """An initiative that this person may see; raises NotFound, which does not tell whether it exists for others.

    With ``changing`` the row is held until the transaction ends: no worker writes to it meanwhile.
    """
    query = select(Initiative).where(Initiative.id == identifier)
    found = session.execute(query.with_for_update() if changing else query).scalar_one_or_none()
    if found is None or not may_see(actor, found):
        raise NotFound("Dit initiatief bestaat niet, of u mag het niet zien.")
    return found


def withdraw(session: Session, actor: Actor, identifier: str, *, expected_version: int | None) -> Initiative:
    """Withdraw an initiative: nobody reviews it any more. Erasing its text is another matter.

    Args:
        expected_version: of If-Match; None for any.

    Raises:
        NotFound: there is none, or who asks may not withdraw it.
        Outdated: it has changed since it was read.
    """
    found = _held(session, actor, identifier, expected_version, act="intrekken")
    if found.status != InitiativeStatus.WITHDRAWN.value:
        found.status, found.version, found.changed = InitiativeStatus.WITHDRAWN.value, found.version + 1, now()
        processing_log.log(session, "initiatief ingetrokken", found.id)
        audit.record(session, actor, "initiatief.ingetrokken", f"initiatief:{found.id}")
    return found


def erase(session: Session, actor: Actor, identifier: str, *, expected_version: int | None) -> None:
    """Erase all words of an initiative.

    Args:
        expected_version: of If-Match; None for any.

    Raises:
        NotFound: there is none, or who asks may not erase it.
        Outdated: it has changed since it was read.
    """
    erase_initiative(session, _held(session, actor, identifier, expected_version, act="wissen"), actor)


def _held(session: Session, actor: Actor, identifier: str, expected_version: int | None, *, act: str) -> Initiative:
    """An initiative that this person may take away, as it was seen; held until the transaction ends."""
    found = visible_initiative(session, actor, identifier, changing=True)
    if not may_withdraw(actor, found):
        raise NotFound(f"Dit initiatief bestaat niet, of u mag het niet {act}.")
    if expected_version is not None and found.version != expected_version:
        raise Outdated("Het initiatief is intussen gewijzigd; haal het opnieuw op.")
    return found


def own_initiatives(session: Session, actor: Actor) -> list[Initiative]:
    """What somebody with an account submitted, newest first."""
    own = select(Initiative).where(visible(actor), Initiative.submitter_id == actor.user_id)
    return list(session.execute(own.order_by(Initiative.sequence.desc())).scalars())
