"""New passwords: a link that works once, made by an administrator and used by the person.

Hashing is slow on purpose, so it is done before a transaction begins: SQLite has one writer at a time.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service.clock import now
from service.database.tables import LoginSession, User
from service.errors import Conflict, FieldProblem, InvalidInput, NotFound
from service.identity.actor import Actor
from service.identity.secrets import MIN_PASSWORD, RESET_PREFIX, hashed_password, new_secret, secret_hash
from service.work import audit

RESET_HOURS = 24
"""How long a link for a new password works."""


def new_hash(password: str) -> str:
    """The hash of a new password.

    Raises:
        InvalidInput: it is too short.
    """
    if len(password) < MIN_PASSWORD:
        problem = FieldProblem(place="wachtwoord", message=f"Minstens {MIN_PASSWORD} tekens.", kind="te-kort")
        raise InvalidInput("Het wachtwoord is te kort.", problem)
    return hashed_password(password)


def new_link(session: Session, user: User, *, by: Actor | str) -> tuple[str, datetime]:
    """Let a held user choose a new password; a link that was made before works no more.

    Returns:
        The secret, which is shown once, and until when it works.

    Raises:
        Conflict: the user does not log in with a password.
    """
    if not user.active or user.email is None:
        raise Conflict("Deze gebruiker meldt zich hier niet aan met een wachtwoord.")
    secret, until = new_secret(RESET_PREFIX), now() + timedelta(hours=RESET_HOURS)
    user.reset_hash, user.reset_until = secret_hash(secret), until
    audit.record(session, by, "gebruiker.wachtwoordlink", f"gebruiker:{user.id}")
    return secret, until


def use_link(session: Session, secret: str, password_hash: str) -> None:
    """Set a password with a link.

    Raises:
        NotFound: the link is unknown, was used, or has expired.
    """
    query = select(User).where(User.reset_hash == secret_hash(secret)).with_for_update()
    user = session.execute(query).scalar_one_or_none()
    if user is None or not user.active or user.reset_until is None or now() >= user.reset_until:
        raise NotFound("Deze link bestaat niet, is al gebruikt of is verlopen; vraag de beheerder om een nieuwe.")
    set_password(session, user, password_hash, by=f"gebruiker:{user.id}")


def set_password(session: Session, user: User, password_hash: str, *, by: Actor | str) -> None:
    """Give a held user another password: whoever is logged in is logged off, and a lock is lifted. Tokens go on."""
    user.password_hash, user.reset_hash, user.reset_until = password_hash, None, None
    user.failed_logins, user.locked_until = 0, None
    session.execute(delete(LoginSession).where(LoginSession.user_id == user.id))
    audit.record(session, by, "gebruiker.wachtwoord-gewijzigd", f"gebruiker:{user.id}")
