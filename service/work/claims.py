"""Who looks at what: for colleagues to see, never a lock. Judging stays possible, and a claim passes by itself."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.clock import now
from service.database.inserting import insert
from service.database.opening import Database
from service.database.tables import Claim, User
from service.identity.actor import Actor

LASTS = timedelta(minutes=10)
"""How long somebody is thought to be at something after opening a flag of it."""


def claim(database: Database, who: Actor, initiative_id: str) -> None:
    """Say that this person looks at an initiative now, and no longer at another.

    It is written again only when half its time is over, so going through the flags of one initiative hardly writes.
    """
    moment = now()
    with database.reading() as session:
        own = session.execute(select(Claim).where(Claim.user_id == who.user_id)).scalar_one_or_none()
    if own is not None and own.initiative_id == initiative_id and own.until > moment + LASTS / 2:
        return
    with database.writing() as session:
        told = {"initiative_id": initiative_id, "until": moment + LASTS}
        made = insert(session, Claim).values(user_id=who.user_id, **told)
        session.execute(made.on_conflict_do_update(index_elements=["user_id"], set_=told))


def others_at(session: Session, who: Actor, initiatives: Collection[str]) -> dict[str, list[str]]:
    """Names of other people who look at some initiatives now, by initiative; who see the same ones are colleagues."""
    query = (
        select(Claim.initiative_id, User.name)
        .join(User, User.id == Claim.user_id)
        .where(Claim.initiative_id.in_(initiatives), Claim.until > now(), Claim.user_id != who.user_id, ~User.erased)
        .order_by(User.name)
    )
    found: dict[str, list[str]] = {}
    for initiative, name in session.execute(query).all():
        found.setdefault(initiative, []).append(name)
    return found
