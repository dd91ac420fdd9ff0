"""Where the references in a clause lead, and which clauses refer to it: what a reader follows."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache

from corpus.identifiers import is_within
from corpus.records import Clause, Link
from corpus.references.jci import parse_jci, ref_of
from corpus.references.names import NameIndex, abbreviations
from corpus.references.resolve import SymbolicTarget, resolve_target, symbolic
from corpus.schema import RegulationEntry
from corpus.store import Store

NATIONAL = "https://wetten.overheid.nl/"
LOCAL = "https://lokaleregelgeving.overheid.nl/"
IDENTIFIERS = "https://identifier.overheid.nl"


@dataclass(frozen=True, kw_only=True)
class TextLink:
    """A run of characters of a clause that leads somewhere: to a clause of the store, or to an official address."""

    start: int  # offset in the clause text
    end: int
    ref: str = ""  # of a clause, an article or a regulation of the store; "" where the store lacks it
    address: str = ""  # where the official text stands; "" with a ref


def official_address(entry: RegulationEntry) -> str:
    """Where the official text of a regulation can be seen; "" where that is not known."""
    if entry.address.startswith(("https://", "http://")):
        return entry.address
    if entry.id.startswith("BWB"):
        return f"{NATIONAL}{entry.id}"
    if entry.id.startswith("CVDR"):
        return f"{LOCAL}{entry.id}"
    return f"{IDENTIFIERS}{entry.official_id}" if entry.official_id.startswith("/akn/") else ""


def clause_address(clause: Clause, entry: RegulationEntry) -> str:
    """Where the official text of a clause can be seen: its own place in national law, else its regulation."""
    return f"{NATIONAL}{clause.official_id}" if clause.official_id.startswith("jci") else official_address(entry)


class Linker:
    """Follows the references of one store, both ways."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._refs_in = lru_cache(maxsize=64)(self._read_refs)
        self._names = lru_cache(maxsize=16)(self._make_names)
        self._building = threading.Lock()
        self._from_elsewhere: dict[tuple[str, str], list[str]] | None = None

    def holds(self, ref: str) -> bool:
        """Whether the store holds a clause, or parts of this article or annex."""
        regulation = ref.partition("/")[0]
        return regulation in self._store.regulations and ref in self._refs_in(regulation)

    def links(self, clause: Clause) -> list[TextLink]:
        """Where the references in a clause lead, in order, without overlap.

        What the source itself marked up goes before what its words say.
        """
        from corpus.references.grammar import find_citations  # its patterns take long to compile: no start waits for them

        found = [link for one in clause.links if (link := self._marked_up(one, clause.ref))]
        found.sort(key=lambda link: link.start)
        for citation in find_citations(clause.text):
            if any(citation.start < link.end and link.start < citation.end for link in found):
                continue
            ref = next(
                (ref for target in symbolic(citation, own_ref=clause.ref) for ref in self._resolved(target, clause.ref)), ""
            )
            if ref and ref != clause.ref:
                found.append(TextLink(start=citation.start, end=citation.end, ref=ref))
        kept: list[TextLink] = []
        for link in sorted(found, key=lambda link: link.start):
            if not kept or link.start >= kept[-1].end:
                kept.append(link)
        return kept

    def referring_within(self, ref: str) -> list[str]:
        """Clauses of the same regulation that refer to a clause, or to its article as a whole, in their order."""
        regulation, _, path = ref.partition("/")
        article = path.partition("/lid-")[0]
        rows = self._store.rows(self._store.entry(regulation))
        return [
            source
            for row, citations in zip(rows, self._store.citations(regulation), strict=True)
            for source in [row["ref"]]
            # A lid that points at its own article says nothing about this one.
            if source != ref
            and any(
                not name and (to == path or (to == article and not is_within(source, f"{regulation}/{article}")))
                for name, to in citations
            )
        ]

    def referring_from_elsewhere(self, ref: str, *, most: int) -> list[str]:
        """Clauses of other regulations that refer to a clause, or to its article; the first of a large store takes seconds.

        Args:
            ref: of the clause.
            most: how many are looked for: a much cited article has thousands.
        """
        regulation, _, path = ref.partition("/")
        entry = self._store.entry(regulation)
        firsts = {_first_word(name) for name in (entry.title, *entry.aliases, *self._abbreviations_of(entry))}
        paths = dict.fromkeys((path, path.partition("/lid-")[0]))
        found: dict[str, None] = {}
        for to in paths:
            for source in (source for first in sorted(firsts) for source in self._elsewhere().get((to, first), [])):
                if len(found) == most:
                    return list(found)
                if source.partition("/")[0] != regulation and self._cites(source, regulation, to):
                    found[source] = None
        return list(found)

    def _cites(self, source: str, regulation: str, path: str) -> bool:
        owner = source.partition("/")[0]
        names = self._names(self._authority_of(owner))
        cited = self._store.citations(owner)[self._refs_in(owner)[source]]
        matches = (names.match(name) for name, to in cited if name and to == path)
        return any(match is not None and match[0] == regulation for match in matches)

    def _elsewhere(self) -> dict[tuple[str, str], list[str]]:
        """Which clauses refer to another regulation, by path and first word of its name."""
        with self._building:
            if self._from_elsewhere is None:
                made: dict[tuple[str, str], list[str]] = {}
                table = self._store.table(columns=["ref", "citation_regulations", "citation_paths"])
                for ref, names, paths in zip(*(column.to_pylist() for column in table.columns), strict=True):
                    for key in {(to, _first_word(name)) for name, to in zip(names, paths, strict=True) if name and to}:
                        made.setdefault(key, []).append(ref)
                self._from_elsewhere = made
            return self._from_elsewhere

    def _abbreviations_of(self, entry: RegulationEntry) -> list[str]:
        titles = {entry.title, *entry.aliases}
        return [short for short, full in abbreviations().items() if titles.intersection(full)]

    def _marked_up(self, link: Link, own_ref: str) -> TextLink | None:
        target = link.target
        try:
            ref, address = ref_of(parse_jci(target)), f"{NATIONAL}{target}"
        except ValueError:
            ref, address = self._by_official_id(target, own_ref), target if target.startswith("https://") else ""
        if ref == own_ref:
            return None
        while ref.count("/") > 1 and not self.holds(ref):
            ref = ref.rpartition("/")[0]  # an item is read in the lid around it
        if ref and self.holds(ref):
            return TextLink(start=link.start, end=link.end, ref=ref)
        return TextLink(start=link.start, end=link.end, address=address) if address else None

    def _by_official_id(self, target: str, own_ref: str) -> str:
        """The clause of the own regulation that has this identifier (the wId of a STOP text); "" for none."""
        regulation = own_ref.partition("/")[0]
        if not target.startswith(f"{regulation}_"):
            return ""
        return next((row["ref"] for row in self._store.rows(self._store.entry(regulation)) if row["official_id"] == target), "")

    def _resolved(self, target: SymbolicTarget, own_ref: str) -> tuple[str, ...]:
        names = self._names(self._authority_of(own_ref.partition("/")[0]))
        # A store does not say on which law a regulation rests, so "de wet" leads nowhere.
        return resolve_target(target, own_ref=own_ref, names=names, parent=None, has=self.holds)

    def _authority_of(self, regulation: str) -> str:
        entry = self._store.regulations.get(regulation)
        return entry.authority if entry is not None and entry.level != "rijk" else ""

    def _make_names(self, authority: str) -> NameIndex:
        """Names as this authority uses them: its own regulations first, then national law, in force before repealed."""
        entries = [
            entry
            for entry in self._store.regulations.values()
            if entry.level == "rijk" or (authority and entry.authority == authority)
        ]
        entries.sort(key=lambda entry: (entry.level == "rijk", bool(entry.valid_until)))
        return NameIndex((entry.id, entry.title, entry.aliases) for entry in entries)

    def _read_refs(self, regulation: str) -> dict[str, int]:
        """Every ref of a regulation with its row, and every article and annex that they are part of with its first row."""
        found: dict[str, int] = {}
        for number, row in enumerate(self._store.rows(self._store.entry(regulation))):
            parts = row["ref"].split("/")
            for length in range(1, len(parts) + 1):
                found.setdefault("/".join(parts[:length]), number)
        return found


def _first_word(name: str) -> str:
    return name.split(maxsplit=1)[0].strip("'‘’\"“”„«([").casefold() if name.strip() else ""
