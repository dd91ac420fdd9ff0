"""Which municipalities people may mean, and whether there are rules of one."""

from __future__ import annotations

from functools import lru_cache

from corpus.places import provinces
from corpus.store import Store
from models.coverage import applies_at


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
