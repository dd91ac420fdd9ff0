"""Cutting a regulation in XML into clauses, whatever the names of its elements.

BWB, CVDR and STOP say the same things in other words: an article has a heading, leden, lists; divisions nest; annexes follow.
A ``Dialect`` names the elements; the cutting is one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from lxml import etree

from corpus.identifiers import RefCounter, segment
from corpus.passages import cut
from corpus.readers.leden import REPEALED
from corpus.readers.xml_text import ReadingText
from corpus.records import Clause, Link, Span
from corpus.safe_xml import local

_NUMBERED_ITEM = re.compile(r"\d+[a-z]?(?:\.\d+[a-z]?)*")


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """Names of elements in one format."""

    heading: str
    label: str
    number: str
    title: str
    article: frozenset[str]
    lid: str
    lid_number: str
    lists: frozenset[str]
    item: str
    item_number: str
    annex: str
    text: frozenset[str]  # blocks that are text themselves
    inline: frozenset[str]
    leave_out: frozenset[str]  # no text of the regulation at all: metadata, notes, pictures
    skip: frozenset[str]  # text, but no clauses: preamble, signatures, explanation
    repealed: str = ""  # element that stands in the place of a repealed clause
    links: Mapping[str, str] = field(default_factory=dict)  # element -> attribute with the target


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where in the regulation a clause stands."""

    annex: str = ""  # "bijlage-II"
    division: str = ""  # "hoofdstuk-2"
    headings: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()

    def below(self, heading: Heading) -> Place:
        """The place under a heading."""
        shown = (heading.shown,) if heading.shown else ()
        titles = (heading.title,) if heading.title else ()
        return replace(self, headings=self.headings + shown, titles=self.titles + titles)


@dataclass(frozen=True, kw_only=True)
class Heading:
    """The parts of a heading."""

    label: str = ""
    number: str = ""
    title: str = ""

    @property
    def shown(self) -> str:
        """As it stands above the text: "Hoofdstuk 2 Vergunningen"."""
        return " ".join(f"{self.label} {self.number} {self.title}".split())


Identify = Callable[[etree._Element, str], str]
"""From the element of a clause and its ref to its official id."""

Annotate = Callable[[etree._Element, etree._Element | None], tuple[tuple[str, ...], tuple[str, ...]]]
"""From the element of a clause and its article to official qualifications and activities."""


class XmlCutter:
    """Cuts one document."""

    def __init__(
        self,
        regulation_id: str,
        reading: ReadingText,
        dialect: Dialect,
        *,
        identify: Identify,
        annotate: Annotate = lambda element, article: ((), ()),
    ) -> None:
        self._id = regulation_id
        self._reading = reading
        self._dialect = dialect
        self._identify = identify
        self._annotate = annotate
        self._refs = RefCounter()
        self._texts: dict[str, int] = {}

    def clauses(self, root: etree._Element) -> Iterator[Clause]:
        """All clauses below an element, in order."""
        yield from self._walk(root, Place())

    def _walk(self, element: etree._Element, place: Place) -> Iterator[Clause]:
        d = self._dialect
        running: list[etree._Element] = []
        for child in element:
            name = local(child)
            if name in d.text or name in d.lists:
                running.append(child)
                continue
            if name in d.skip or name in d.leave_out or name == d.heading or not name:
                continue
            yield from self._running(running, place)
            running = []
            if name in d.article:
                yield from self._article(child, place)
            elif name == d.annex:
                heading = self._heading(child)
                annex = segment("bijlage", heading.number)
                yield from self._walk(child, replace(place.below(heading), annex=annex, division=""))
            else:
                heading = self._heading(child)
                below = place.below(heading)
                if heading.number:
                    below = replace(below, division=segment(heading.label or "paragraaf", heading.number))
                yield from self._walk(child, below)
        yield from self._running(running, place)

    def _article(self, article: etree._Element, place: Place) -> Iterator[Clause]:
        d = self._dialect
        heading = self._heading(article)
        below = place.below(heading)
        if not heading.number:
            yield from self._running(self._content(article), below, article=article)
            return
        path = self._path(place.annex, segment("artikel", heading.number))
        content = self._content(article)
        leden = [child for child in content if local(child) == d.lid]
        if leden:
            opening = cut(self._reading.text, [self._reading.slice_of(c) for c in _before(content, leden[0])])[0]
            for lid in leden:
                number = self._reading.text_of(_child(lid, d.lid_number))
                yield self._clause(
                    f"{path}/{segment('lid', number)}", lid, self._content(lid), below, article=article, lead_in=opening
                )
            return
        if place.annex and (split := self._items(content)):
            opening, items = split
            for number, item in items:
                ref = f"{path}/{segment('onderdeel', number)}"
                yield self._clause(ref, item, self._content(item), below, article=article, lead_in=opening)
            return
        yield self._clause(path, article, content, below, article=article)

    def _running(
        self, blocks: list[etree._Element], place: Place, *, article: etree._Element | None = None
    ) -> Iterator[Clause]:
        if not any(self._reading.text_of(block) for block in blocks):
            return
        path = self._path(place.annex, place.division)
        split = self._items(blocks) if place.annex else None
        if split:
            opening, items = split
            for number, item in items:
                yield self._clause(f"{path}/{segment('onderdeel', number)}", item, self._content(item), place, lead_in=opening)
            return
        count = self._texts[path] = self._texts.get(path, 0) + 1
        yield self._clause(f"{path}/tekst-{count}", article if article is not None else blocks[0], blocks, place)

    def _items(self, blocks: list[etree._Element]) -> tuple[str, list[tuple[str, etree._Element]]] | None:
        """The numbered first-level items of a text that is a list (in an annex), and the sentence above them."""
        d = self._dialect
        flat = [inner for block in blocks for inner in (list(block) if _holds_list(block, d) else [block])]
        lists = [block for block in flat if local(block) in d.lists]
        if len(lists) != 1:
            return None
        above = _before(flat, lists[0])
        opening = cut(self._reading.text, [self._reading.slice_of(block) for block in above])[0]
        items = [(self._item_number(item), item) for item in lists[0] if local(item) == d.item]
        after = [block for block in flat[flat.index(lists[0]) + 1 :] if self._reading.text_of(block)]
        if len(items) < 2 or after or (opening and not opening.endswith(":")):
            return None
        if not all(_NUMBERED_ITEM.fullmatch(number) for number, _ in items):
            return None
        return opening, items

    def _item_number(self, item: etree._Element) -> str:
        return self._reading.text_of(_child(item, self._dialect.item_number)).strip(" .") or str(item.get("nr") or "").strip(
            " ."
        )

    def _content(self, element: etree._Element) -> list[etree._Element]:
        """The children of an article, lid or item that are its text: all but heading, number and metadata."""
        d = self._dialect
        children: list[etree._Element] = []
        for child in element:
            name = local(child)
            own_number = name == d.lid_number or (name == d.item_number and local(element) == d.item)
            if name and name != d.heading and not own_number and name not in d.leave_out and name not in d.skip:
                children.append(child)
        return children

    def _clause(
        self,
        ref: str,
        element: etree._Element,
        content: list[etree._Element],
        place: Place,
        *,
        article: etree._Element | None = None,
        lead_in: str = "",
    ) -> Clause:
        d = self._dialect
        text, spans = cut(self._reading.text, [self._reading.slice_of(child) for child in content])
        unique = self._refs.unique(ref)
        repealed = bool(REPEALED.fullmatch(text)) or "vervallen" in (element.get("status"), _status(article))
        repealed = repealed or bool(d.repealed and _child(element, d.repealed) is not None)
        qualifications, activities = self._annotate(element, article)
        return Clause(
            ref=unique,
            text=text,
            heading=place.titles[-1] if place.titles else "",
            headings=place.headings,
            lead_in=lead_in,
            official_id=self._identify(element, unique),
            repealed=repealed,
            valid_from=_date((article if article is not None else element).get("inwerking")),
            spans=spans,
            links=tuple(self._links(content, spans)),
            qualifications=qualifications,
            activities=activities,
        )

    def _links(self, content: list[etree._Element], spans: tuple[Span, ...]) -> Iterator[Link]:
        for block in content:
            for element in block.iter():
                attribute = self._dialect.links.get(local(element))
                target = element.get(attribute) if attribute else None
                start, end = self._reading.slice_of(element)
                if target and end > start:
                    inside = [s for s in spans if s.source_start < end and s.source_start + s.length > start]
                    if inside:
                        first, last = inside[0], inside[-1]
                        yield Link(
                            start=first.text_start + max(0, start - first.source_start),
                            end=last.text_start + min(last.length, end - last.source_start),
                            target=target,
                        )

    def _heading(self, element: etree._Element) -> Heading:
        d = self._dialect
        heading = _child(element, d.heading)
        if heading is None:
            return Heading()
        label, number, title = (self._reading.text_of(_child(heading, name)) for name in (d.label, d.number, d.title))
        return Heading(label=label, number=number, title=title)

    def _path(self, annex: str, own: str) -> str:
        return "/".join(part for part in (self._id, annex, own) if part)


def _child(element: etree._Element, name: str) -> etree._Element | None:
    return next((child for child in element if local(child) == name), None)


def _holds_list(block: etree._Element, dialect: Dialect) -> bool:
    return any(local(child) in dialect.lists for child in block)


def _before(blocks: list[etree._Element], mark: etree._Element) -> list[etree._Element]:
    return blocks[: blocks.index(mark)]


def _status(element: etree._Element | None) -> str:
    return "" if element is None else str(element.get("status") or "")


def _date(value: str | None) -> str:
    return value if value and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value) else ""
