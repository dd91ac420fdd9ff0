"""Which municipalities people may mean, and whether there are rules of one."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from corpus.places import provinces
from corpus.store import Store
from models.coverage import applies_at
from service.database.tables import Organisation
from service.identity.actor import Actor


@lru_cache(maxsize=2)  # a store, and its successor
def municipalities(store: Store) -> tuple[str, ...]:
    """Names to choose from: all municipalities of the country, and those of which the store holds regulations."""
    own = {entry.authority for entry in store.regulations.values() if entry.level == "gemeente" and entry.authority}
    return tuple(sorted({name for names in provinces().values() for name in names} | own, key=str.casefold))


def local_rules(store: Store, municipality: str) -> int:
    """How many regulations of a municipality itself the store holds."""
    return sum(
        1
        for entry in store.regulations.values()
        if entry.level == "gemeente" and entry.authority and applies_at(entry, municipality)
    )


def own_municipalities(session: Session, who: Actor) -> list[str]:
    """The municipalities of somebody's organisation, as ``place_key`` writes them."""
    own = select(Organisation.municipalities).where(Organisation.id == who.organisation_id)
    return list(session.execute(own).scalar() or [])
