"""Accounts, log-in with lock-out, browser sessions and API tokens."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service.clock import now
from service.database.opening import Database
from service.database.tables import ApiToken, Initiative, LoginSession, Organisation, Role, User
from service.errors import Conflict, NotAuthenticated
from service.identity.actor import Actor, Scope, Standing
from service.identity.secrets import (
    LINK_PREFIX,
    SESSION_PREFIX,
    TOKEN_PREFIX,
    new_secret,
    password_fits,
    secret_hash,
)
from service.settings import Settings
from service.work import audit

MAX_TOKEN_DAYS = 366


def add_user(
    session: Session,
    *,
    name: str,
    role: Role,
    email: str | None,
    password_hash: str | None = None,
    organisation: Organisation | None = None,
    by: Actor | str,
) -> User:
    """Make an account; without organisation an administrator manages the whole service.

    Raises:
        Conflict: the e-mail address has one already.
    """
    address = email.strip().casefold() if email else None
    if address and session.execute(select(User.id).where(User.email == address)).scalar():
        raise Conflict("Er is al een gebruiker met dit e-mailadres.")
    user = User(
        name=name,
        role=role.value,
        email=address,
        password_hash=password_hash,
        organisation_id=organisation.id if organisation else None,
        created=now(),
    )
    session.add(user)
    session.flush()
    audit.record(session, by, "gebruiker.toegevoegd", f"gebruiker:{user.id}", {"rol": user.role})
    return user


def log_in(database: Database, settings: Settings, *, email: str, password: str) -> tuple[User, str, LoginSession] | None:
    """Try a password, and count the attempt.

    Returns:
        The user, the secret for the cookie, and the session; None when the password is wrong or the account locked.
    """
    known = select(User).where(User.email == email.strip().casefold())
    with database.reading() as session:
        seen = session.execute(known).scalar_one_or_none()
    stored = seen.password_hash if seen is not None and seen.active else None
    # Slow on purpose, so before the transaction: SQLite has one writer at a time.
    fits = password_fits(password, stored)
    with database.writing() as session:
        user = session.execute(known.with_for_update()).scalar_one_or_none()
        if user is None or (user.locked_until is not None and now() < user.locked_until):
            return None
        if fits and user.active and user.password_hash == stored:
            user.failed_logins, user.locked_until = 0, None
            return user, *open_session(session, user, settings)
        user.failed_logins += 1
        if user.failed_logins >= settings.login_attempts:
            user.failed_logins, user.locked_until = 0, now() + timedelta(minutes=settings.lock_minutes)
            details = {"minuten": settings.lock_minutes}
            audit.record(session, "anoniem", "gebruiker.geblokkeerd", f"gebruiker:{user.id}", details)
        return None


def open_session(session: Session, user: User, settings: Settings) -> tuple[str, LoginSession]:
    """Log someone in.

    Returns:
        The secret for the cookie, and the session.
    """
    secret = new_secret(SESSION_PREFIX)
    opened = LoginSession(
        secret_hash=secret_hash(secret),
        csrf=new_secret("")[:43],
        user_id=user.id,
        created=now(),
        expires=now() + timedelta(hours=settings.session_hours),
    )
    session.add(opened)
    audit.record(session, f"gebruiker:{user.id}", "gebruiker.aangemeld", f"gebruiker:{user.id}")
    return secret, opened


def close_session(session: Session, actor: Actor, secret: str) -> None:
    """Log someone out of the browser that holds this secret."""
    session.execute(delete(LoginSession).where(LoginSession.secret_hash == secret_hash(secret)))
    audit.record(session, actor, "gebruiker.afgemeld", f"gebruiker:{actor.user_id}")


def add_token(
    session: Session, user: User, *, name: str, scopes: list[Scope], days: int, by: Actor | str
) -> tuple[str, ApiToken]:
    """Make a token for a program.

    Returns:
        The token itself, which is shown once, and what is stored of it.
    """
    secret = new_secret(TOKEN_PREFIX)
    token = ApiToken(
        user_id=user.id,
        name=name,
        secret_hash=secret_hash(secret),
        scopes=sorted({scope.value for scope in scopes}),
        created=now(),
        expires=now() + timedelta(days=min(days, MAX_TOKEN_DAYS)),
    )
    session.add(token)
    session.flush()
    audit.record(session, by, "token.gemaakt", f"token:{token.id}", {"rechten": token.scopes})
    return secret, token


def actor_of_bearer(session: Session, secret: str) -> Actor:
    """Who holds a bearer: an API token or the secret link of an initiative.

    Raises:
        NotAuthenticated: nobody, or it has expired, was revoked, or its owner has left.
    """
    if secret.startswith(LINK_PREFIX):
        found = session.execute(select(Initiative.id).where(Initiative.secret_hash == secret_hash(secret))).scalar()
        if found:
            return Actor(standing=Standing.LINK, initiative_id=found, scopes=frozenset({Scope.READ, Scope.SUBMIT}))
    elif secret.startswith(TOKEN_PREFIX):
        row = session.execute(
            select(ApiToken, User).join(User, User.id == ApiToken.user_id).where(ApiToken.secret_hash == secret_hash(secret))
        ).one_or_none()
        if row is not None:
            token, user = row
            if token.revoked is None and now() < token.expires and user.active:
                return actor_of(user, scopes=frozenset(Scope(scope) for scope in token.scopes))
    raise NotAuthenticated("Het token is onbekend, verlopen of ingetrokken.")


def actor_of_cookie(session: Session, secret: str) -> Actor | None:
    """Who is logged in under a cookie; None when nobody (any more)."""
    row = session.execute(
        select(LoginSession, User)
        .join(User, User.id == LoginSession.user_id)
        .where(LoginSession.secret_hash == secret_hash(secret))
    ).one_or_none()
    if row is None:
        return None
    opened, user = row
    return actor_of(user, csrf=opened.csrf) if now() < opened.expires and user.active else None


def actor_of(user: User, *, scopes: frozenset[Scope] = frozenset(Scope), csrf: str = "") -> Actor:
    """A user as who asks."""
    whole = user.role == Role.ADMINISTRATOR.value and user.organisation_id is None
    return Actor(
        standing=Standing.SERVICE_ADMINISTRATOR if whole else Standing(user.role),
        user_id=user.id,
        organisation_id=user.organisation_id,
        scopes=scopes,
        name=user.name,
        csrf=csrf,
    )
