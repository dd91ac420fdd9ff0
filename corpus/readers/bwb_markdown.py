"""The markdown dump of Dutch national law (one ``README.md`` per regulation, in a folder named after its BWB id).

The dump was made in May 2017 from the official XML. What the XML marks up is here only typography:

    ### Hoofdstuk  1          a structural heading
    ####Algemene bepalingen   its title
    ### Artikel  95a
    1.  Het is verboden ...   a lid
    a. ...                    a list item

Titles are not given either: the citation title is taken from the closing parenthesis of the heading, from the article that
says how the regulation is cited, or from the path, in which every word of the citation title is a folder.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from corpus.decoding import decode
from corpus.errors import UnreadableSource
from corpus.identifiers import RefCounter, segment
from corpus.passages import MARKDOWN, cut
from corpus.readers.leden import REPEALED, items, leden
from corpus.records import Clause, Link, Regulation, SourceUnit, Span
from corpus.references.jci import jci_text

FORMAT = "bwb-markdown"

DUMP_DATE = "2017-05-10"
"""Day of the dump: the date of every version in it."""

MAX_RUNNING_TEXT = 2_000
"""Running text without numbers is divided at paragraph ends into pieces of about this many characters."""

_HEADING = re.compile(r"^(#{2,6})[ \t]*(.*?)[ \t]*$", re.MULTILINE)
_ID = re.compile(r"BWB[RVW]\w?\d{4,7}")
_LINK = re.compile(r"\[([^\]\n]*)\]\(([^)\n]*)\)")
_ARTICLE = re.compile(r"artikel\s+(\S.*)", re.IGNORECASE)
_NUMBERED = re.compile(
    r"(?:(?P<kind>boek|deel|hoofdstuk|titel|titeldeel|afdeling|paragraaf|subparagraaf|§|bijlage|aanwijzing|model|categorie"
    r"|onderdeel|domein|subdomein|kerntaak|artikel)\s*)?(?P<number>(?:\d+[a-z]{0,2}|[IVXLC]+[a-z]?|[A-Z])(?:[.:-](?:\d+[a-z]?|[a-z]\b))*)\.?(?:\s|$)",
    re.IGNORECASE,
)
_RANKS = {
    "bijlage": 0,
    "boek": 1,
    "deel": 1,
    "hoofdstuk": 2,
    "titel": 3,
    "titeldeel": 3,
    "afdeling": 4,
    "paragraaf": 5,
    "§": 5,
    "subparagraaf": 6,
}
_ARTICLE_RANK = 40
_NOT_YET = re.compile(r"\s*(?:Treedt in werking op een nader te bepalen tijdstip|Materieel uitgewerkt per [\d-]+)\s*")
_CITED_AS = re.compile(r"aangehaald\s+(?:als|onder de titel)\s*:?\s*[“\"‘']?([^.;”\"\n]{4,150}?)[”\"’']?\s*(?:[.;\n]|$)")
_KINDS = {"amvb": "AMvB", "kb": "koninklijk besluit", "ministeriele-regeling": "ministeriële regeling"}


@dataclass(frozen=True, kw_only=True)
class _Heading:
    rank: int
    kind: str  # lower case; "" for a heading without number
    number: str
    label: str  # "Hoofdstuk 2"
    title: str

    @property
    def shown(self) -> str:
        return " ".join(f"{self.label} {self.title}".split())


@dataclass
class _Place:
    """Where in the regulation the reader is."""

    stack: list[_Heading] = field(default_factory=list)

    def enter(self, heading: _Heading) -> None:
        if heading.rank == 0:
            self.stack.clear()
        while self.stack and self.stack[-1].rank >= heading.rank:
            self.stack.pop()
        self.stack.append(heading)

    @property
    def annex(self) -> _Heading | None:
        return next((heading for heading in self.stack if heading.rank == 0), None)

    @property
    def title(self) -> str:
        return next((heading.title for heading in reversed(self.stack) if heading.title), "")


def read(unit: SourceUnit) -> Iterator[Regulation]:
    """The regulation in one file of the dump.

    Raises:
        UnreadableSource: the path names no BWB id, or the file has no heading of a regulation.
    """
    name = unit.main.name
    data = unit.main.read()
    text = decode(data, name=name)
    ids = _ID.findall(name)
    if not ids:
        raise UnreadableSource(name, "no BWB id in its path, so this is no regulation of the dump")
    headings = list(_HEADING.finditer(text))
    if not headings:
        raise UnreadableSource(name, "has no heading of a regulation")
    regulation_id = ids[-1]
    long_title = _plain(headings[0][2])
    clauses = tuple(_clauses(regulation_id, text, headings))
    parts = name.split("!/")[-1].split("/")
    title, aliases = _titles(long_title, parts, regulation_id, text)
    kind = next((part for part in parts if part not in (".", "")), "")
    yield Regulation(
        id=regulation_id,
        title=title,
        level="rijk",
        clauses=clauses,
        long_title=long_title,
        kind=_KINDS.get(kind.lower(), kind) if len(parts) > 2 else "",
        official_id=f"jci1.3:c:{regulation_id}&z={DUMP_DATE}&g={DUMP_DATE}",
        aliases=aliases,
        version_date=DUMP_DATE,
        format=FORMAT,
        source=name,
        source_sha256=hashlib.sha256(data).hexdigest(),
        licence="geen auteursrecht (artikel 11 Auteurswet)",
        address=f"https://wetten.overheid.nl/{regulation_id}/{DUMP_DATE}",
        reading_text=text,
    )


def _clauses(regulation_id: str, text: str, found: list[re.Match[str]]) -> Iterator[Clause]:
    writer = _ClauseWriter(regulation_id, text)
    place = _Place()
    has_structure = any(len(match[1]) == 3 and _heading(_plain(match[2]), "", level=3).kind for match in found)
    first = True
    index = 0
    while index < len(found):
        match = found[index]
        title = ""
        body_start = match.end()
        if index + 1 < len(found) and len(match[1]) == 3 and len(found[index + 1][1]) >= 4:
            following = found[index + 1]
            if not text[match.end() : following.start()].strip():
                title, body_start = _plain(following[2]), following.end()
                index += 1
        body_end = found[index + 1].start() if index + 1 < len(found) else len(text)
        if first:
            # What stands under the heading of the regulation is its aanhef; only texts without any structure live there.
            first = False
            if not has_structure:
                yield from writer.running_text(place, body_start, body_end)
        else:
            heading = _heading(_plain(match[2]), title, level=len(match[1]))
            if heading.rank == _ARTICLE_RANK:
                place.enter(heading)
                yield from writer.article(place, heading, body_start, body_end)
            elif not (heading.kind == "" and heading.title.lower().startswith("toelichting")):
                place.enter(heading)
                yield from writer.running_text(place, body_start, body_end)
        index += 1


def _heading(label: str, title: str, *, level: int) -> _Heading:
    article = _ARTICLE.fullmatch(label)
    if article and level == 3:
        return _Heading(rank=_ARTICLE_RANK, kind="artikel", number=article[1], label=label, title=title)
    numbered = _NUMBERED.match(label)
    kind = (numbered["kind"] or "").lower() if numbered else label.split(" ")[0].lower()
    if kind == "bijlage" and (level == 3 or label.lower().startswith("bijlage ")):
        number = numbered["number"] if numbered else ""
        rest = label[numbered.end() :] if numbered else ""
        return _Heading(rank=0, kind="bijlage", number=number, label=label[: len(label) - len(rest)], title=rest or title)
    if numbered and level == 3:
        depth = len(re.split(r"[.:-]", numbered["number"]))
        rank = _RANKS.get(kind, 10 + depth)
        rest = label[numbered.end() :].strip()
        shown = label[: numbered.end()].strip() if rest else label
        return _Heading(
            rank=rank,
            kind=(kind or "paragraaf").replace("§", "paragraaf"),
            number=numbered["number"],
            label=shown,
            title=rest or title,
        )
    if level == 3 and kind in _RANKS:
        return _Heading(rank=_RANKS[kind], kind="", number="", label="", title=" ".join(f"{label} {title}".split()))
    # A heading without number stands above articles, never within one: some laws put the title of an article before it.
    return _Heading(rank=_ARTICLE_RANK - 1, kind="", number="", label="", title=" ".join(f"{label} {title}".split()))


class _ClauseWriter:
    def __init__(self, regulation_id: str, text: str) -> None:
        self._id = regulation_id
        self._text = text
        self._refs = RefCounter()
        self._pieces: dict[str, int] = {}

    def article(self, place: _Place, heading: _Heading, start: int, end: int) -> Iterator[Clause]:
        path = self._path(place.annex, segment("artikel", heading.number))
        note = _NOT_YET.match(self._text, start, end)
        if note and self._text[note.end() : end].strip():
            start = note.end()
        parts = leden(self._text, start, end)
        lead_in = self._clean(parts[0].start, parts[0].end)[0]
        if len(parts) > 1:
            for part in parts[1:]:
                yield from self._clause(f"{path}/{segment('lid', part.number)}", place, part.start, part.end, lead_in=lead_in)
            return
        if place.annex is not None:
            numbered = items(self._text, start, end)
            opening = self._clean(numbered[0].start, numbered[0].end)[0]
            if len(numbered) > 2 and opening.endswith(":"):
                for part in numbered[1:]:
                    ref = f"{path}/{segment('onderdeel', part.number)}"
                    yield from self._clause(ref, place, part.start, part.end, lead_in=opening)
                return
        yield from self._clause(path, place, start, end)

    def running_text(self, place: _Place, start: int, end: int) -> Iterator[Clause]:
        if not self._text[start:end].strip():
            return
        numbered = next((heading for heading in reversed(place.stack) if heading.kind and heading.rank), None)
        own = segment(numbered.kind, numbered.number) if numbered and numbered.rank != _ARTICLE_RANK else ""
        path = self._path(place.annex, own)
        lead_in = ""
        for part in items(self._text, start, end) if place.annex else leden(self._text, start, end):
            if part.number:
                yield from self._clause(
                    f"{path}/{segment('onderdeel', part.number)}", place, part.start, part.end, lead_in=lead_in
                )
                continue
            for piece_start, piece_end in _pieces(self._text, part.start, part.end):
                number = self._pieces[path] = self._pieces.get(path, 0) + 1
                yield from self._clause(f"{path}/tekst-{number}", place, piece_start, piece_end)
            opening = self._clean(part.start, part.end)[0]
            lead_in = opening if opening.endswith(":") and len(opening) <= MAX_RUNNING_TEXT else ""

    def _path(self, annex: _Heading | None, own: str) -> str:
        return "/".join([self._id, *([segment("bijlage", annex.number)] if annex else []), *([own] if own else [])])

    def _clean(self, start: int, end: int) -> tuple[str, tuple[Span, ...]]:
        return cut(self._text, [(start, end)], drop=MARKDOWN)

    def _clause(self, ref: str, place: _Place, start: int, end: int, *, lead_in: str = "") -> Iterator[Clause]:
        text, spans = self._clean(start, end)
        if not text:
            return
        unique = self._refs.unique(ref)
        yield Clause(
            ref=unique,
            text=text,
            heading=place.title,
            headings=tuple(shown for heading in place.stack if (shown := heading.shown)),
            lead_in=lead_in,
            official_id=jci_text(unique, date=DUMP_DATE),
            repealed=bool(REPEALED.fullmatch(text)),
            spans=spans,
            links=_links(self._text, start, end, spans) if "](" in self._text[start:end] else (),
        )


def _links(text: str, start: int, end: int, spans: tuple[Span, ...]) -> tuple[Link, ...]:
    links = []
    for match in _LINK.finditer(text, start, end):
        target = _ID.findall(match[2])
        begin = _text_offset(spans, match.start(1))
        if target and begin is not None and match[1].strip():
            finish = _text_offset(spans, match.end(1) - 1)
            links.append(Link(start=begin, end=(finish if finish is not None else begin) + 1, target=target[-1]))
    return tuple(links)


def _text_offset(spans: tuple[Span, ...], source_offset: int) -> int | None:
    for span in spans:
        if span.source_start <= source_offset < span.source_start + span.length:
            return span.text_start + source_offset - span.source_start
    return None


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    begin = start
    for match in re.finditer(r"\n[ \t]*\n", text[start:end]):
        position = start + match.end()
        if position - begin >= MAX_RUNNING_TEXT:
            yield begin, position
            begin = position
    yield begin, end


def _titles(long_title: str, path: list[str], regulation_id: str, text: str) -> tuple[str, tuple[str, ...]]:
    folders = path[1 : path.index(regulation_id)] if regulation_id in path else []
    from_path = " ".join(folders).replace("- ", "-") if folders and folders[-1] != "etc" else ""
    closing = re.search(r"\(([^()]*(?:\([^()]*\)[^()]*)*)\)\s*\.?$", long_title)
    cited = [_plain(match) for match in _CITED_AS.findall(text[-6_000:]) + _CITED_AS.findall(text)]
    candidates = [closing[1].strip()] if closing and len(closing[1]) > 3 else []
    candidates += [name for name in cited if name[:1].isupper() and "vermelding" not in name]
    if not re.match(r"(Wet|Besluit|Regeling|Rijkswet|Verordening|Circulaire)\s.{0,80}\bvan\s+(de |\d)", long_title):
        candidates.insert(0, long_title)
    wanted = _letters(from_path)
    best = next((name for name in candidates if wanted and _letters(name) == wanted), "")
    title = best or (candidates[0] if candidates else "") or _capital(from_path) or long_title or regulation_id
    others = [*candidates, _capital(from_path), long_title]
    return title, tuple(dict.fromkeys(name for name in others if name and name != title))


def _letters(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _plain(markup: str) -> str:
    return cut(markup, [(0, len(markup))], drop=MARKDOWN)[0]
