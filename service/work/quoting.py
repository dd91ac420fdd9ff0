"""Quoting the law to somebody who reads none: where a clause stands, what it says, whose it is."""

from __future__ import annotations

from dataclasses import dataclass

from corpus.errors import UnknownRef
from corpus.store import Store
from models.explaining import place_of
from models.procedure import procedure_of
from service.work.places import local_rules


@dataclass(frozen=True, kw_only=True)
class Quoted:
    """A clause as people name it."""

    ref: str
    place: str  # "artikel 2:4, eerste lid, APV Waterveen"
    text: str  # "" where the store no longer holds it
    authority: str  # whose regulation it is; "" where the source does not tell
    level: str  # rijk, provincie, gemeente or waterschap; "" where the store no longer holds the regulation


@dataclass(frozen=True, kw_only=True)
class Room:
    """A clause that may give room, with the way to it as far as it tells."""

    clause: Quoted
    kind: str
    p: float  # 0..1
    decides: str
    procedure: str
    term: str


class Law:
    """The clauses of a store, for quoting. Without a store, or without a clause, its ref is all there is."""

    def __init__(self, store: Store | None) -> None:
        self._store = store

    def quoted(self, ref: str, *, text: str | None = None) -> Quoted:
        """A clause by its ref; with a text of its own where what it once said is quoted."""
        regulation = ref.partition("/")[0]
        entry = self._store.regulations.get(regulation) if self._store is not None else None
        if text is None:
            text = self._text(ref)
        return Quoted(
            ref=ref,
            place=place_of(ref, entry.title if entry is not None else regulation),
            text=text,
            authority=entry.authority if entry is not None else "",
            level=entry.level if entry is not None else "",
        )

    def knows(self, municipality: str) -> bool:
        """Whether there are regulations of a municipality; where none is named, of any."""
        return self._store is not None and local_rules(self._store, municipality) > 0

    def room(self, ref: str, kind: str, p: float) -> Room:
        """A clause that gives room; who decides is read off the clause as it stands."""
        clause = self.quoted(ref)
        way = procedure_of(clause.text)
        return Room(clause=clause, kind=kind, p=p, decides=way.decides, procedure=way.procedure, term=way.term)

    def _text(self, ref: str) -> str:
        try:
            return self._store.clause(ref).text if self._store is not None else ""
        except UnknownRef:
            return ""
