"""Which municipalities people may mean, and whether there are rules of one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from corpus.places import provinces
from corpus.store import Store
from models.coverage import reaches
from service.database.tables import Organisation
from service.identity.actor import Actor


@lru_cache(maxsize=2)  # a store, and its successor
def municipalities(store: Store) -> tuple[str, ...]:
    """Names to choose from: all municipalities of the country, and those of which the store holds regulations."""
    own = {authority for authority, _ in _of_municipalities(store)}
    return tuple(sorted({name for names in provinces().values() for name in names} | own, key=str.casefold))


def local_rules(store: Store, municipality: str) -> int:
    """How many regulations of a municipality itself the store holds."""
    return sum(reaches("gemeente", authority, title, municipality) for authority, title in _of_municipalities(store))


def _of_municipalities(store: Store) -> Iterator[tuple[str, str]]:
    """Authority and title of every regulation of a municipality whose name is known."""
    told = zip(*(store.regulations.column(name) for name in ("level", "authority", "title")), strict=True)
    return ((authority, title) for level, authority, title in told if level == "gemeente" and authority)


def own_municipalities(session: Session, who: Actor) -> list[str]:
    """The municipalities of somebody's organisation, as ``place_key`` writes them."""
    own = select(Organisation.municipalities).where(Organisation.id == who.organisation_id)
    return list(session.execute(own).scalar() or [])
