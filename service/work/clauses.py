"""One clause as people read it: in its article, with what the model says of it, the room beside it and what refers to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from corpus.layout import set_out
from corpus.records import Clause
from corpus.references.linking import TextLink
from corpus.schema import RegulationEntry
from corpus.store import Store
from models.clauses import Judgement
from models.evidence import Evidence
from models.explaining import place_of
from service.database.tables import FlagRow, Initiative
from service.engine import Loaded
from service.identity.actor import Actor
from service.identity.policies import visible
from service.work.reading import ReadingLog
from service.work.regulations import article_of, linker_of

Chances = list[tuple[str, float]]
"""Kinds with their probability, most probable first."""

MOST_REFERRING = 20
"""Clauses of other regulations that are named as referring to one: a much cited article has thousands."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A run of characters; evidence of a kind, or plain."""

    text: str
    kind: str = ""


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A run of pieces under one link, or under none."""

    pieces: tuple[Piece, ...]
    href: str = ""
    outside: bool = False  # whether the link leads out of the service


@dataclass(frozen=True, kw_only=True)
class Beside:
    """A clause beside another: room, or what refers to it."""

    ref: str
    place: str  # "artikel 5, tweede lid, Wet X"
    text: str
    kind: str = ""
    decides: str = ""
    procedure: str = ""
    term: str = ""


@dataclass(frozen=True, kw_only=True)
class ClausePage:
    """Everything that is shown of a clause, whoever asks."""

    entry: RegulationEntry
    clause: Clause
    newest: bool  # of an older version the model says nothing
    place: str
    article: list[tuple[Clause, list[Stretch]]]  # the whole article, the clause itself among it
    judged: Judgement | None
    kinds: Chances  # decided
    doubtful: Chances
    others: Chances
    room: list[Beside]
    referring: list[Beside]
    elsewhere: list[Beside] | None  # of other regulations; None where nobody asked


def clause_page(loaded: Loaded, ref: str, *, version: str | None, elsewhere: bool) -> ClausePage:
    """Everything that is shown of a clause.

    Args:
        loaded: store and model.
        ref: of the clause.
        version: date of the version of its regulation; None for the newest.
        elsewhere: whether references from other regulations are looked for, which takes time.

    Raises:
        UnknownRef: the store does not hold it.
    """
    store = loaded.store
    clause = store.clause(ref, version_date=version)
    entry = store.entry(ref.partition("/")[0], version_date=version)
    newest = store.entry(entry.id).version_date == entry.version_date
    judged, evidence = loaded.flagger.judged(ref) if newest else (None, [])
    linker, article = linker_of(store), article_of(ref)
    leden = [one for one in store.clauses(entry.id, version_date=version) if article_of(one.ref) == article]
    kinds, doubtful, others = _by_certainty(judged) if judged is not None else ([], [], [])
    return ClausePage(
        entry=entry,
        clause=clause,
        newest=newest,
        place=place_of(ref, entry.title),
        article=[(one, stretches(one.text, linker.links(one), evidence if one.ref == ref else ())) for one in leden],
        judged=judged,
        kinds=kinds,
        doubtful=doubtful,
        others=others,
        room=_room(loaded, ref) if newest else [],
        referring=[_beside(store, one) for one in linker.referring_within(ref)] if newest else [],
        elsewhere=_elsewhere(store, ref) if elsewhere and newest else None,
    )


def first_within(store: Store, ref: str, *, version: str | None) -> str | None:
    """The first clause of an article, annex or chapter that is no clause itself; None when there is none."""
    regulation = ref.partition("/")[0]
    return next((one.ref for one in store.clauses(regulation, version_date=version) if one.ref.startswith(f"{ref}/")), None)


def flags_on(session: Session, reading: ReadingLog, who: Actor, ref: str) -> list[tuple[FlagRow, Initiative]]:
    """Flags on a clause in initiatives that this person may see, the newest first; that they are read is logged."""
    query = (
        select(FlagRow, Initiative)
        .join(Initiative, Initiative.id == FlagRow.initiative_id)
        .where(or_(FlagRow.ref == ref, FlagRow.anchor_ref == ref), FlagRow.current, visible(who))
        .order_by(FlagRow.sequence.desc())
        .limit(50)
    )
    found = [(flag, initiative) for flag, initiative in session.execute(query).all()]
    reading.note("initiatief gelezen", [initiative.id for _, initiative in found])
    return found


def stretches(text: str, links: Sequence[TextLink], evidence: Sequence[Evidence]) -> list[Stretch]:
    """A text cut where links and evidence begin and end.

    Args:
        text: of a clause.
        links: in order, without overlap.
        evidence: phrases of it.
    """
    shown, result, at = set_out(text), [], 0

    def pieces(start: int, end: int) -> tuple[Piece, ...]:
        edges = {start, end} | {edge for one in evidence for edge in (one.start, one.end) if start < edge < end}
        places = sorted(edges)
        return tuple(
            Piece(text=shown[a:b], kind=next((one.kind for one in evidence if one.start <= a and b <= one.end), ""))
            for a, b in zip(places, places[1:], strict=False)
        )

    for link in links:
        if link.start > at:
            result.append(Stretch(pieces=pieces(at, link.start)))
        href = link.address or page_address(link.ref)
        result.append(Stretch(pieces=pieces(link.start, link.end), href=href, outside=bool(link.address)))
        at = link.end
    if at < len(text):
        result.append(Stretch(pieces=pieces(at, len(text))))
    return result


def page_address(ref: str) -> str:
    """Where a clause, an article or a regulation is shown."""
    return f"/{'bepalingen' if '/' in ref else 'regelingen'}/{quote(ref, safe='/:')}"


def _by_certainty(judged: Judgement) -> tuple[Chances, Chances, Chances]:
    chances = judged.barriers | judged.relief
    decided = [kind for kind in judged.decided if kind in chances]
    doubtful = [kind for kind in judged.doubtful if kind not in decided]
    others = sorted(chances.keys() - {*decided, *doubtful}, key=lambda kind: (-chances[kind], kind))
    with_chance = [[(kind, chances[kind]) for kind in group] for group in (decided, doubtful, others)]
    return with_chance[0], with_chance[1], with_chance[2]


def _room(loaded: Loaded, ref: str) -> list[Beside]:
    room, procedures = loaded.flagger.room_of(ref)
    return [
        _beside(loaded.store, one.ref, kind=one.kind, **procedure.to_json())
        for one, procedure in zip(room, procedures, strict=True)
    ]


def _elsewhere(store: Store, ref: str) -> list[Beside]:
    return [_beside(store, one) for one in linker_of(store).referring_from_elsewhere(ref, most=MOST_REFERRING)]


def _beside(store: Store, ref: str, *, kind: str = "", decides: str = "", procedure: str = "", term: str = "") -> Beside:
    clause, title = store.clause(ref), store.entry(ref.partition("/")[0]).title
    place = place_of(ref, title)
    return Beside(ref=ref, place=place, text=set_out(clause.text), kind=kind, decides=decides, procedure=procedure, term=term)
