"""Organisations, and which of them an initiative goes to."""

from __future__ import annotations

import unicodedata

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from service.clock import now
from service.database.tables import Initiative, Organisation
from service.identity.actor import Actor
from service.work import audit


def place_key(name: str) -> str:
    """A municipality as it is compared: without "gemeente" before it, capitals, accents or doubled spaces."""
    letters = unicodedata.normalize("NFKD", name.replace("\u2019", "'"))
    words = "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold().split()
    return " ".join(words[1:] if words[:1] == ["gemeente"] and len(words) > 1 else words)


def organisation_named(
    session: Session, name: str, *, municipalities: list[str] | None = None, by: Actor | str = "systeem"
) -> Organisation:
    """The organisation of that name, made when there is none; its municipalities default to its own name.

    Initiatives of its municipalities that were submitted before, and are nobody's yet, become its own.
    """
    found = session.execute(select(Organisation).where(Organisation.name == name)).scalar_one_or_none()
    if found is None:
        places = [place_key(place) for place in municipalities or [name]]
        found = Organisation(name=name, municipalities=places, created=now())
        session.add(found)
        session.flush()
        details = {"initiatieven": _take_waiting(session, found)}
        audit.record(session, by, "organisatie.toegevoegd", f"organisatie:{found.id}", details)
    return found


def organisation_of(session: Session, municipality: str) -> str | None:
    """The id of the organisation that a municipality belongs to; the oldest when several name it."""
    wanted = place_key(municipality)
    if wanted:
        for organisation in session.execute(select(Organisation).order_by(Organisation.sequence)).scalars():
            if wanted in organisation.municipalities:
                return organisation.id
    return None


def _take_waiting(session: Session, organisation: Organisation) -> int:
    nobodys = Initiative.organisation_id.is_(None)
    spellings = session.execute(select(Initiative.municipality).where(nobodys).distinct()).scalars()
    own = [spelling for spelling in spellings if place_key(spelling) in organisation.municipalities]
    taken = session.execute(
        update(Initiative).where(nobodys, Initiative.municipality.in_(own)).values(organisation_id=organisation.id)
    )
    assert isinstance(taken, CursorResult)
    return taken.rowcount
