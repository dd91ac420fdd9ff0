"""Finding the articles in plain lines of text: what PDF, DOCX and HTML have in common.

Such files say nothing of structure but what a reader sees: "Hoofdstuk 2 Feesten", "Artikel 5 Melding", "1. Wie ...".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from corpus.identifiers import RefCounter, segment
from corpus.passages import cut
from corpus.readers.leden import REPEALED, leden
from corpus.records import Clause

_NUMBER = r"(?:\d+[a-z]{0,2}|[IVXLC]+)(?:[.:]\d+[a-z]{0,2})*"
_DIVISION = re.compile(
    rf"^[ \t]*(?P<label>boek|deel|hoofdstuk|titel|afdeling|paragraaf|§)[ \t]*(?P<number>{_NUMBER})[.:]?"
    r"[ \t]*(?P<title>[^\n]{0,150})$",
    re.IGNORECASE | re.MULTILINE,
)
_ARTICLE = re.compile(
    rf"^[ \t]*(?P<label>artikel|art\.)[ \t]*(?P<number>{_NUMBER})[.:]?(?:[ \t]+(?P<title>(?-i:[A-Z])[^\n]{{0,120}}))?[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_ANNEX = re.compile(
    rf"^[ \t]*(?P<label>bijlage)(?:[ \t]+(?P<number>{_NUMBER}|[A-Z]))?[.:]?"
    r"(?:[ \t]+(?P<title>(?-i:[A-Z])[^\n]{0,120}))?[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_SECTION = re.compile(r"^[ \t]*(?P<number>\d+(?:\.\d+)*)\.?[ \t]+(?P<title>[A-Z][^\n.;:]{2,90})$", re.MULTILINE)
_END = re.compile(
    r"^[ \t]*(?:aldus\s+(?:vastgesteld|besloten)|toelichting\b|artikelsgewijze toelichting)",
    re.IGNORECASE | re.MULTILINE,
)
_SENTENCE_END = re.compile(r"[.;:,]\s*$")

_RANKS = {"bijlage": 0, "boek": 1, "deel": 1, "hoofdstuk": 2, "titel": 3, "afdeling": 4, "paragraaf": 5, "§": 5}
_ARTICLE_RANK = 9
MAX_RUNNING_TEXT = 2_000


@dataclass(frozen=True, kw_only=True)
class _Mark:
    start: int
    end: int
    rank: int
    kind: str
    number: str
    shown: str
    title: str


@dataclass
class _Place:
    stack: list[_Mark] = field(default_factory=list)

    def enter(self, mark: _Mark) -> None:
        if mark.rank == 0:
            self.stack.clear()
        while self.stack and self.stack[-1].rank >= mark.rank:
            self.stack.pop()
        self.stack.append(mark)

    @property
    def path(self) -> list[str]:
        annex = [segment("bijlage", mark.number) for mark in self.stack if mark.rank == 0]
        inner = [mark for mark in self.stack if mark.rank != 0]
        return annex + ([segment(inner[-1].kind, inner[-1].number)] if inner else [])


def cut_outline(reading_text: str, regulation_id: str) -> Iterator[Clause]:
    """The clauses of a regulation in plain text.

    Args:
        reading_text: what spans point into.
        regulation_id: first part of every ref.

    Yields:
        One clause per lid or per article without leden; in a text without articles one per numbered section, or per piece
        of about MAX_RUNNING_TEXT characters. What follows the signing, or a toelichting, is left out.
    """
    articles = list(_ARTICLE.finditer(reading_text))
    end = _end_of_regulation(reading_text, articles)
    marks = sorted(_marks(reading_text, end, has_articles=bool(articles)), key=lambda mark: mark.start)
    refs, place = RefCounter(), _Place()
    counts: dict[str, int] = {}
    if not marks:
        yield from _running(reading_text, 0, end, regulation_id, place, refs, counts)
        return
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        place.enter(mark)
        stop = following.start if following else end
        if mark.rank == _ARTICLE_RANK:
            yield from _article(reading_text, mark.end, stop, regulation_id, place, refs)
        elif not articles or mark.rank == 0 or place.stack[0].rank == 0:
            yield from _running(reading_text, mark.end, stop, regulation_id, place, refs, counts)


def _marks(text: str, end: int, *, has_articles: bool) -> Iterator[_Mark]:
    for pattern in (_DIVISION, _ANNEX, _ARTICLE) if has_articles else (_DIVISION, _ANNEX, _SECTION):
        for match in pattern.finditer(text, 0, end):
            groups = match.groupdict()
            label, number = groups.get("label") or "", (groups.get("number") or "").strip()
            title, stop = (groups.get("title") or "").strip(), match.end()
            if _SENTENCE_END.search(title):
                continue  # a sentence that happens to begin with the word
            if not title and pattern in (_DIVISION, _ANNEX, _ARTICLE):
                title, stop = _title_below(text, stop, end)
            rank = _ARTICLE_RANK if pattern is _ARTICLE else _RANKS.get(label.lower(), 6)
            kind = {"art.": "artikel", "§": "paragraaf", "": "paragraaf"}.get(label.lower(), label.lower())
            yield _Mark(
                start=match.start(),
                end=stop,
                rank=rank,
                kind=kind,
                number=number,
                title=title,
                shown=" ".join(f"{label} {number} {title}".split()),
            )


def _title_below(text: str, start: int, end: int) -> tuple[str, int]:
    """A title on the line under "Artikel 5": short, capitalised, without full stop, and not a lid."""
    match = re.compile(r"[ \t]*\n[ \t]*(?=[A-Z])([^\n]{3,80})(?=\n)").match(text, start, end)
    if not match or _SENTENCE_END.search(match[1]):
        return "", start
    if re.match(r"\s*(?:artikel|hoofdstuk|paragraaf|afdeling|titel|bijlage)\s", match[1], re.IGNORECASE):
        return "", start
    after = text[match.end() : match.end() + 3].lstrip()
    return (match[1].strip(), match.end()) if after else ("", start)


def _article(text: str, start: int, end: int, regulation_id: str, place: _Place, refs: RefCounter) -> Iterator[Clause]:
    path = "/".join([regulation_id, *place.path])
    first, *numbered = leden(text, start, end)
    lead_in = cut(text, [(first.start, first.end)])[0] if numbered else ""
    for part in numbered or [first]:
        ref = f"{path}/{segment('lid', part.number)}" if part.number else path
        yield from _clause(text, part.start, part.end, ref, place, refs, lead_in=lead_in)


def _running(
    text: str, start: int, end: int, regulation_id: str, place: _Place, refs: RefCounter, counts: dict[str, int]
) -> Iterator[Clause]:
    path = "/".join([regulation_id, *place.path])
    begin = start
    breaks = [start + match.end() for match in re.finditer(r"\n[ \t]*\n|\f", text[start:end])] + [end]
    for position in breaks:
        if position - begin >= MAX_RUNNING_TEXT or position == end:
            if text[begin:position].strip():
                counts[path] = counts.get(path, 0) + 1
                yield from _clause(text, begin, position, f"{path}/tekst-{counts[path]}", place, refs)
            begin = position


def _clause(
    text: str, start: int, end: int, ref: str, place: _Place, refs: RefCounter, *, lead_in: str = ""
) -> Iterator[Clause]:
    clean, spans = cut(text, [(start, end)])
    if clean:
        titles = [mark.title for mark in place.stack if mark.title]
        yield Clause(
            ref=refs.unique(ref),
            text=clean,
            heading=titles[-1] if titles else "",
            headings=tuple(mark.shown for mark in place.stack),
            lead_in=lead_in,
            repealed=bool(REPEALED.fullmatch(clean)),
            spans=spans,
        )


def _end_of_regulation(text: str, articles: list[re.Match[str]]) -> int:
    if not articles:
        return len(text)
    end = _END.search(text, articles[-1].end())
    return end.start() if end else len(text)
