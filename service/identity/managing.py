"""What administrators do to accounts: change them, take access away. Somebody must remain who manages them."""

from __future__ import annotations

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from service.clock import now
from service.database.opening import lock_for
from service.database.tables import ApiToken, LoginSession, Role, User
from service.errors import Conflict, NotFound, Outdated
from service.identity.actor import Actor
from service.work import audit

_LOCK = 71_010


def managed(session: Session, who: Actor, identifier: str) -> User:
    """A user that this administrator manages: of the own organisation, or any for one of the whole service."""
    return _seen(who, session.execute(select(User).where(User.id == identifier)).scalar_one_or_none())


def held(session: Session, who: Actor, identifier: str, *, expected_version: int | None) -> User:
    """A managed user, held until the transaction ends.

    Args:
        expected_version: of If-Match; None for any.

    Raises:
        NotFound: there is none, or not for this administrator.
        Outdated: the user has changed since.
    """
    # Not only the row: of two administrators who demote each other, one must find that the other did already.
    lock_for(session, _LOCK)
    user = _seen(who, session.execute(select(User).where(User.id == identifier).with_for_update()).scalar_one_or_none())
    if expected_version is not None and expected_version != user.version:
        raise Outdated("De gebruiker is intussen gewijzigd; haal hem opnieuw op.")
    return user


def change(
    session: Session, user: User, *, name: str | None = None, role: Role | None = None, active: bool | None = None, by: Actor
) -> None:
    """Change a held user; None leaves a thing as it is.

    Raises:
        Conflict: nobody would be left to manage these accounts.
    """
    changed = {}
    if name is not None and name != user.name:
        user.name, changed["naam"] = name, "gewijzigd"
    new_role = role is not None and role.value != user.role
    new_state = active is not None and active != user.active
    if new_role or new_state:
        keep_an_administrator(session, user)
        end_access(session, user)
    if role is not None and new_role:
        changed["rol"] = f"{user.role} -> {role.value}"
        user.role = role.value
    if active is not None and new_state:
        user.active, changed["actief"] = active, str(active)
    if changed:
        user.version += 1
        audit.record(session, by, "gebruiker.gewijzigd", f"gebruiker:{user.id}", changed)


def keep_an_administrator(session: Session, user: User) -> None:
    """Refuse to lose the last administrator who manages the accounts that this held user manages.

    Raises:
        Conflict: the user is that administrator.
    """
    if user.role != Role.ADMINISTRATOR.value or not user.active:
        return
    manages = or_(User.organisation_id.is_(None), User.organisation_id == user.organisation_id)
    others = select(User.id).where(User.role == user.role, User.active, User.id != user.id, manages)
    if session.execute(others.limit(1)).scalar() is None:
        raise Conflict("Dit is de laatste beheerder; maak eerst iemand anders beheerder.")


def end_access(session: Session, user: User) -> None:
    """Log a user off everywhere, for good: sessions, tokens, and a link for a new password that was not used yet."""
    session.execute(delete(LoginSession).where(LoginSession.user_id == user.id))
    session.execute(update(ApiToken).where(ApiToken.user_id == user.id, ApiToken.revoked.is_(None)).values(revoked=now()))
    user.reset_hash = user.reset_until = None


def _seen(who: Actor, user: User | None) -> User:
    if user is None or user.erased or (who.organisation_id is not None and user.organisation_id != who.organisation_id):
        raise NotFound("Deze gebruiker bestaat niet, of u mag hem niet zien.")
    return user
