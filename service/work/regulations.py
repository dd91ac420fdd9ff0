"""What people read of the law: which regulations there are, and one of them page by page, each clause with its kinds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from corpus.identifiers import segment
from corpus.records import LEVELS, Clause
from corpus.references.linking import Linker
from corpus.schema import RegulationEntry
from corpus.store import Store
from service.engine import Loaded

LISTED = 25
"""Regulations on a page."""

CLAUSES_SHOWN = 50
"""Clauses on a page of a regulation."""

MOST_ARTICLES_LISTED = 400
"""A table of contents with more articles than this names only the chapters."""


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A page of the list of regulations."""

    entries: list[RegulationEntry]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """What a store holds."""

    levels: list[tuple[str, int, int, str]]  # level, regulations, clauses, date of the newest version
    regulations: int
    clauses: int
    newest: str  # ISO date


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A heading of a regulation."""

    depth: int  # 0 for the outermost
    text: str


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A clause of a page, with the headings that begin with it."""

    clause: Clause
    headings: tuple[Heading, ...]
    kinds: tuple[str, ...]  # decided at first sight; of an older version none


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A line of the table of contents."""

    text: str
    ref: str  # of its first clause
    page: int
    articles: tuple[Entry, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RegulationPage:
    """Some clauses of a regulation, and where they stand in it."""

    entry: RegulationEntry
    newest: bool  # whether this is the version that is searched
    shown: list[Shown]
    contents: list[Entry]
    total: int  # clauses that are shown on all pages together
    kinds: list[tuple[str, int]]  # how many clauses have a kind, most first
    page: int
    pages: int


@lru_cache(maxsize=2)
def linker_of(store: Store) -> Linker:
    """The linker of a store: what it learns is kept as long as the store is read."""
    return Linker(store)


def list_regulations(store: Store, *, words: str, level: str, authority: str, page: int) -> Listed:
    """Regulations whose title, abbreviation or number holds all the words, by title.

    Args:
        store: what is searched.
        words: "" for all.
        level, authority: only these; "" for all.
        page: counted from 1; past the end the last one is given.
    """
    wanted = words.casefold().split()
    found = [
        entry
        for entry in store.regulations.values()
        if (not level or entry.level == level)
        and (not authority or entry.authority == authority)
        and all(word in _named(entry) for word in wanted)
    ]
    found.sort(key=lambda entry: (entry.title.casefold(), entry.id))
    page, pages = _within(page, len(found), LISTED)
    return Listed(entries=found[(page - 1) * LISTED : page * LISTED], total=len(found), page=page, pages=pages)


def authorities(store: Store) -> list[str]:
    """Names of the authorities whose regulations the store holds."""
    return sorted({entry.authority for entry in store.regulations.values() if entry.authority}, key=str.casefold)


def coverage(store: Store) -> Coverage:
    """Counts per level of government, and how recent each is."""
    entries = list(store.regulations.values())
    by_level = {level: [entry for entry in entries if entry.level == level] for level in LEVELS}
    return Coverage(
        levels=[
            (level, len(own), sum(entry.clauses for entry in own), max(entry.version_date for entry in own))
            for level, own in by_level.items()
            if own
        ],
        regulations=len(entries),
        clauses=sum(entry.clauses for entry in entries),
        newest=max((entry.version_date for entry in entries), default=""),
    )


def regulation_page(loaded: Loaded, identifier: str, *, version: str | None, kind: str, page: int) -> RegulationPage:
    """A page of a regulation.

    Args:
        loaded: store and model.
        identifier: of the regulation.
        version: its date; None for the newest.
        kind: only clauses of this kind; "" for all.
        page: counted from 1; past the end the last one is given.

    Raises:
        UnknownRef: the store does not hold it.
    """
    store = loaded.store
    entry = store.entry(identifier, version_date=version)
    newest = store.entry(identifier).version_date == entry.version_date
    clauses = store.clauses(identifier, version_date=version)
    decided = loaded.flagger.decided([clause.ref for clause in clauses]) if newest else [()] * len(clauses)
    counted = Counter(one for own in decided for one in own)
    chosen = [number for number, own in enumerate(decided) if not kind or kind in own]
    page, pages = _within(page, len(chosen), CLAUSES_SHOWN)
    numbers = chosen[(page - 1) * CLAUSES_SHOWN : page * CLAUSES_SHOWN]
    shown = []
    above: tuple[str, ...] = ()
    for number in numbers:
        chain = clauses[number].headings
        shown.append(Shown(clause=clauses[number], headings=_begun(above, chain), kinds=decided[number]))
        above = chain
    return RegulationPage(
        entry=entry,
        newest=newest,
        shown=shown,
        contents=_contents(clauses) if not kind else [],
        total=len(chosen),
        kinds=counted.most_common(),
        page=page,
        pages=pages,
    )


def page_of_article(store: Store, identifier: str, number: str, *, version: str | None) -> tuple[int, str] | None:
    """On which page an article begins, and with which clause; None when there is no such article.

    Args:
        store: what is read.
        identifier: of the regulation.
        number: as someone would type it: "2:4", "artikel 2:4".
        version: its date; None for the newest.
    """
    wanted = segment("artikel", number.casefold().replace("artikel", "").replace("art.", ""))
    for place, clause in enumerate(store.clauses(identifier, version_date=version)):
        if any(part.casefold() == wanted for part in clause.ref.split("/")[1:]):
            return place // CLAUSES_SHOWN + 1, clause.ref
    return None


def article_of(ref: str) -> str:
    """The ref of the article that a clause is a lid of; its own ref where it is none."""
    return ref.partition("/lid-")[0]


def _named(entry: RegulationEntry) -> str:
    return " ".join((entry.title, entry.long_title, *entry.aliases, entry.id)).casefold()


def _within(page: int, total: int, size: int) -> tuple[int, int]:
    pages = max(1, -(-total // size))
    return min(max(page, 1), pages), pages


def _begun(above: tuple[str, ...], chain: tuple[str, ...]) -> tuple[Heading, ...]:
    """The headings of a chain that the clause before does not stand under."""
    same = 0
    while same < min(len(above), len(chain)) and above[same] == chain[same]:
        same += 1
    return tuple(Heading(depth=depth, text=chain[depth]) for depth in range(same, len(chain)))


def _contents(clauses: Sequence[Clause]) -> list[Entry]:
    """Chapters with their articles; the articles alone where there are no chapters."""
    chapters: list[tuple[str, int, list[Entry]]] = []  # title, first clause, articles
    above: tuple[str, ...] = ()
    for number, clause in enumerate(clauses):
        chain = clause.headings
        if not chain or chain == above:
            continue
        if not above or chain[0] != above[0]:
            chapters.append((chain[0], number, []))
        if len(chain) > 1:
            chapters[-1][2].append(_entry(chain[-1], clause, number))
        above = chain
    brief = sum(len(articles) for _, _, articles in chapters) > MOST_ARTICLES_LISTED
    return [
        Entry(
            text=title,
            ref=clauses[number].ref,
            page=number // CLAUSES_SHOWN + 1,
            articles=() if brief else tuple(articles),
        )
        for title, number, articles in chapters
    ]


def _entry(text: str, clause: Clause, number: int) -> Entry:
    return Entry(text=text, ref=clause.ref, page=number // CLAUSES_SHOWN + 1)
