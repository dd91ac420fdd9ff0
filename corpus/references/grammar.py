"""Finding citations (verwijzingen) in the text of Dutch regulations.

The grammar follows the way of citing of the Aanwijzingen voor de regelgeving ("artikel 3, eerste lid, aanhef en onder
b, van de Warmtewet") and the shorter forms of lawyers ("art. 4:25 lid 1 sub b Awb").

A citation is read left to right by a few compiled patterns: an *anchor* says where one begins ("artikel 3",
"het eerste lid", "bijlage II"), then its numbering is walked list by list, then its regulation is looked for behind it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from corpus.references import patterns
from corpus.references.enumerations import item_words, lid_words, ranges

WINDOW_LENGTH = 150
"""Characters behind a citation in which the name of a regulation is looked for."""

ANTECEDENT_DISTANCE = 2000
"""Characters before "die wet" in which the regulation that it means is looked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Citation:
    """One place in a text that points at articles, leden, an annex or a division of a regulation.

    ``text[start:end]`` is the numbering ("artikel 3, eerste lid"); the name of the regulation is not part of it.
    Enumerations are cut so that leden belong to one list of articles: "artikelen 4 en 5, eerste lid" is two citations.
    """

    start: int  # offset in the text, characters
    end: int
    articles: tuple[str, ...] = ()  # as written: "3", "5a", "4:25", "22.1", "XII"
    through: bool = False  # articles are (first, last) of a range: "artikelen 4 tot en met 6"
    leden: tuple[str, ...] = ()  # numbers ("2", "1a") or "laatste"
    leden_through: bool = False  # leden are (first, last) of a range
    onderdelen: tuple[str, ...] = ()  # "b", "2°"; "a/2°" is item 2° of item a
    onderdelen_through: bool = False  # onderdelen are (first, last) of a range
    annex: str = ""  # "bijlage II", or "bijlage" where it has no number
    division: str = ""  # "hoofdstuk 4"; nested, outermost first: "hoofdstuk 4, paragraaf 2.1"
    relative: str = ""  # one of the values of patterns.RELATIVES: "dit artikel", "vorig lid", "vorige leden", ...
    regulation: str = ""  # "": the own regulation; "de wet": the parent; else the text in which its name stands
    regulation_start: int = -1  # offset of ``regulation`` in the text; -1 where it is empty


@dataclass(kw_only=True, slots=True)
class _Draft:
    """A citation that is still being read; the fields are those of Citation."""

    start: int
    end: int
    articles: tuple[str, ...] = ()
    through: bool = False
    leden: tuple[str, ...] = ()
    leden_through: bool = False
    onderdelen: tuple[str, ...] = ()
    onderdelen_through: bool = False
    annex: str = ""
    division: str = ""
    relative: str = ""
    regulation: str = ""
    regulation_start: int = -1

    def finished(self) -> Citation:
        return Citation(
            start=self.start,
            end=self.end,
            articles=self.articles,
            through=self.through,
            leden=self.leden,
            leden_through=self.leden_through,
            onderdelen=self.onderdelen,
            onderdelen_through=self.onderdelen_through,
            annex=self.annex,
            division=self.division,
            relative=self.relative,
            regulation=self.regulation,
            regulation_start=self.regulation_start,
        )


def find_citations(text: str) -> list[Citation]:
    """All citations of a text, in order, without overlap.

    Args:
        text: the text of one clause, whitespace collapsed to single spaces (a citation broken by anything else is read
            up to the break).

    Returns:
        The citations; an empty list where there are none. Raises nothing, whatever the text.
    """
    if not patterns.citable(text):
        return []
    return _Reading(text=text).all()


@dataclass(kw_only=True, slots=True)
class _Reading:
    """One pass over one text. Methods take and give back positions in it."""

    text: str
    found: list[_Draft] = field(default_factory=list)
    # "artikel 3 juncto artikel 5 van de Warmtewet": the drafts from ``chain_from`` wait for the regulation of what
    # begins at ``chain_at``.
    chain_from: int = 0
    chain_at: int = -1
    named: tuple[str, int] = ("", -1)  # the regulation last named, for "die wet"

    def all(self) -> list[Citation]:
        text = self.text
        anchor = patterns.ANCHOR if patterns.HAS_LID.search(text) else patterns.ANCHOR_WITHOUT_LEDEN
        position = 0
        while match := anchor.search(text, position):
            kind = match.lastgroup
            if kind == "article" or kind == "number":
                position = self._article(match)
            elif kind == "leden" or kind == "part":
                position = self._standalone(match, kind)
            elif kind == "relative":
                position = self._relative(match)
            else:
                position = self._division(match)
        return [draft.finished() for draft in self.found]

    # --- one method per kind of anchor -----------------------------------------------------------------------------

    def _article(self, match: re.Match[str]) -> int:
        """ "artikel 3, eerste lid", "de artikelen 4, 5, eerste lid, en 6 tot en met 8"."""
        plural = match.group("article") not in _ONE_ARTICLE
        drafts, end = self._article_list(match.start(), match.end(), plural=plural)
        if not drafts:  # a number that looked like an article ("12%, eerste lid")
            return match.end() + 1
        end = self._place(drafts, end)
        end = self._name(drafts, end, chained=match.start() == self.chain_at)
        while plural and drafts[0].regulation and (more := patterns.CONTINUED.match(self.text, end)):
            # "de artikelen 3 van de Warmtewet en 7 van de Gaswet": the second number has a name of its own.
            drafts, end = self._article_list(more.end(), more.end(), plural=True)
            end = self._name(drafts, end, chained=False)
        return end

    def _standalone(self, match: re.Match[str], kind: str) -> int:
        """ "het eerste lid, onder a", "onderdeel b van het tweede lid van artikel 5": parts before their article."""
        text, begin, end = self.text, match.start(), match.end()
        drafts: list[_Draft] = []
        if kind == "leden":
            if patterns.PERSON.match(text, end) or patterns.OTHER_NUMBER.match(text, max(0, begin - 3)):
                return end
            drafts += self._leden(begin, end)
            last = self.found[-1] if self.found else None
            taken_out = last and last.articles and patterns.EXCEPTION.fullmatch(text, last.end, begin)
            # Directly behind the article: behind the name of its regulation "het eerste lid" may be anything.
            if last and taken_out and taken_out.start("word") - last.end <= 2:
                end = self._subs(end, drafts, patterns.SUB, patterns.SUB)
                for draft in drafts:
                    draft.articles = last.articles[-1:]
                self.chain_from = len(self.found) - 1
                return self._name(drafts, end, chained=not last.regulation)
            end = self._subs(end, drafts, patterns.SUB_STANDALONE, patterns.SUB_STANDALONE)
        else:
            self._parts(begin, end, drafts)
            if leden := patterns.LEDEN_OF_PART.match(text, end):
                end = leden.end()
                of = self._leden(leden.start("leden"), end)[-1]
                for draft in drafts:
                    draft.leden, draft.leden_through = of.leden, of.leden_through
                drafts[-1].end = end
        article = patterns.OF_ARTICLE.match(text, end)
        if article is None:
            end = self._place(drafts, end)
            if drafts[0].annex or drafts[0].division:
                return self._name(drafts, end, chained=False)
            self.found += drafts
            return end
        if article.lastgroup == "other":
            return self._of_article(drafts, article)
        drafts[-1].end = article.end()
        if article.lastgroup == "that":
            self._copy_last_article(drafts)
        else:
            for draft in drafts:
                draft.relative = _OF_RELATIVE[article.lastgroup or ""]
        self.found += drafts
        return article.end()

    def _of_article(self, drafts: list[_Draft], match: re.Match[str]) -> int:
        """ "het eerste lid van artikel 5 van de Warmtewet": give the drafts the article behind them."""
        ahead = patterns.ARTICLE_AHEAD.match(self.text, match.end())
        if ahead is None:  # cannot be: the pattern looked ahead for it
            self.found += drafts
            return match.end()
        plural = ahead.group("article") not in _ONE_ARTICLE
        articles, end = self._article_list(ahead.start(), ahead.end(), plural=plural)
        first = articles[0]
        for draft in drafts:
            draft.articles, draft.through = first.articles, first.through
            if not draft.leden:
                draft.leden, draft.leden_through = first.leden, first.leden_through
            if not draft.onderdelen:
                draft.onderdelen, draft.onderdelen_through = first.onderdelen, first.onderdelen_through
        drafts[-1].end = first.end
        drafts += articles[1:]
        end = self._place(drafts, end)
        return self._name(drafts, end, chained=False)

    def _copy_last_article(self, drafts: list[_Draft]) -> None:
        """ "artikel 5 van de Warmtewet [...] het eerste lid van dat artikel": the article cited last."""
        for earlier in reversed(self.found):
            if earlier.articles or earlier.relative.endswith("artikel"):
                for draft in drafts:
                    draft.articles, draft.through = earlier.articles[-1:], False
                    draft.annex, draft.division, draft.relative = earlier.annex, earlier.division, earlier.relative
                    draft.regulation, draft.regulation_start = earlier.regulation, earlier.regulation_start
                return
        for draft in drafts:
            draft.relative = "dit artikel"

    def _relative(self, match: re.Match[str]) -> int:
        """ "dit artikel", "het vorige lid, onder a", "de voorgaande leden"."""
        near = match.group("near").lower()
        step = near if near == "dit" else "volgend" if near.startswith("vol") else "vorig"
        relative = patterns.RELATIVES.get((step, match.group("far")))
        if relative is None:
            return match.end()
        drafts: list[_Draft] = []
        end = self._subs(match.end(), drafts, patterns.SUB_AFTER_NUMBER, patterns.SUB)
        if not drafts:
            drafts.append(_Draft(start=match.start(), end=match.end()))
        drafts[0].start = match.start()
        for draft in drafts:
            draft.relative = relative
        self.found += drafts
        return end

    def _division(self, match: re.Match[str]) -> int:
        """ "hoofdstuk 4", "titel 4.3 en afdeling 3.4", "bijlage II, onderdeel 3, bij het Warmtebesluit"."""
        text, start, end = self.text, match.start(), match.end()
        word = patterns.division_name(match.group().strip())
        plural = word != match.group().strip().lower()
        drafts: list[_Draft] = []
        inside = False
        while number := patterns.DIVISION_NUMBER.match(text, end):
            name = f"{word} {number.group()}"
            end = number.end()
            if inside:
                drafts[-1].division = f"{drafts[-1].division}, {name}" if drafts[-1].division else name
                drafts[-1].end = end
            elif word == "bijlage":
                drafts.append(_Draft(start=start, end=end, annex=name))
            else:
                drafts.append(_Draft(start=start, end=end, division=name))
            following = patterns.DIVISION_NEXT.match(text, end)
            if following is None:
                break
            nested = patterns.division_name(following.group("word") or word)
            comma = following.group("list") == ", "
            inside = nested != word and comma
            # "bijlage 1, 2 of 3" may count something else; "hoofdstuk 3 en paragraaf 2" are two citations.
            if (nested == word and comma and not plural) or (nested != word and not comma):
                break
            word, start, end = nested, following.start("item"), following.end()
        if not drafts:
            drafts.append(_Draft(start=start, end=end, annex=word))
        if drafts[-1].annex:
            end = self._inside_annex(drafts, end)
        end = self._place(drafts, end)
        return self._name(drafts, end, chained=match.start() == self.chain_at)

    def _inside_annex(self, drafts: list[_Draft], end: int) -> int:
        """ "bijlage II, artikel 2, eerste lid", "bijlage 1, onderdeel C": parts of the last annex."""
        annex = drafts[-1].annex
        if article := patterns.ARTICLE_OF_ANNEX.match(self.text, end):
            articles, end = self._article_list(article.end("word"), article.end(), plural=False)
            articles[0].start = drafts.pop().start
            for draft in articles:
                draft.annex = annex
            drafts += articles
            return end
        parts: list[_Draft] = []
        end = self._subs(end, parts, patterns.SUB_AFTER_NUMBER, patterns.SUB)
        if parts:
            parts[0].start = drafts.pop().start
            for draft in parts:
                draft.annex = annex
            drafts += parts
        return end

    # --- lists -----------------------------------------------------------------------------------------------------

    def _article_list(self, start: int, position: int, *, plural: bool) -> tuple[list[_Draft], int]:
        """Numbers with their leden from ``position`` on; the first citation begins at ``start``."""
        text = self.text
        separator = patterns.ARTICLE_NEXT if plural else patterns.ARTICLE_NEXT_AFTER_ONE
        first_sub = patterns.SUB_AFTER_NUMBER_IN_LIST if plural else patterns.SUB_AFTER_NUMBER
        drafts: list[_Draft] = []
        plain: _Draft | None = None
        end = position
        while item := patterns.ARTICLE_ITEM.match(text, position):
            number, last = (each and patterns.SPACE_IN_NUMBER.sub("", each) for each in item.groups())
            subs: list[_Draft] = []
            end = self._subs(item.end(), subs, first_sub, patterns.SUB)
            if last is None and not subs:
                if plain is None:
                    plain = _Draft(start=start, end=end)
                    drafts.append(plain)
                plain.articles += (number,)
                plain.end = end
            else:
                plain = None
                if last is not None:
                    drafts.append(_Draft(start=start, end=item.end(), articles=(number, last), through=True))
                else:
                    subs[0].start = start
                for sub in subs:
                    # "artikelen 4 tot en met 6, eerste lid": the lid is that of the last article.
                    sub.articles = (last or number,)
                drafts += subs
            following = separator.match(text, end)
            if following is None:
                break
            start = position = following.end()
        return drafts, end

    def _subs(self, position: int, drafts: list[_Draft], first: re.Pattern[str], following: re.Pattern[str]) -> int:
        """Leden and onderdelen from ``position`` on: added to the drafts, one for every list that needs its own."""
        match = first.match(self.text, position)
        while match is not None:
            kind = match.lastgroup or ""
            if kind == "leden":
                drafts += self._leden(match.start(kind), match.end())
            elif kind == "parts":
                self._parts(match.start(kind), match.end(), drafts)
            elif drafts:
                drafts[-1].end = match.end()
            position = match.end()
            match = following.match(self.text, position)
        return position

    def _leden(self, start: int, end: int) -> list[_Draft]:
        """ "eerste, tweede en vierde tot en met zesde lid": a draft for the single leden, and one for every range."""
        drafts = [
            _Draft(start=begin, end=stop, leden=numbers, leden_through=through)
            for numbers, through, begin, stop in ranges(lid_words(self.text, start, end))
        ]
        drafts[0].start = start
        drafts[-1].end = end
        return drafts

    def _parts(self, start: int, end: int, drafts: list[_Draft]) -> None:
        """ "aanhef en onder a, onder 2°, of c": put on the last draft, or on drafts of their own."""
        for numbers, through, begin, stop in ranges(item_words(self.text, start, end)):
            last = drafts[-1] if drafts else None
            if last is not None and not last.onderdelen:
                last.onderdelen, last.onderdelen_through, last.end = numbers, through, stop
            elif last is not None and not through and not last.onderdelen_through:
                last.onderdelen, last.end = last.onderdelen + numbers, stop
            else:
                drafts.append(
                    _Draft(
                        start=begin if last else start,
                        end=stop,
                        leden=last.leden if last else (),
                        leden_through=last.leden_through if last else False,
                        onderdelen=numbers,
                        onderdelen_through=through,
                    )
                )
        drafts[-1].end = end

    # --- what stands behind the numbering --------------------------------------------------------------------------

    def _place(self, drafts: list[_Draft], end: int) -> int:
        """ "van bijlage II", "van hoofdstuk 4": the place of what is cited, innermost first."""
        while match := patterns.LOCATOR.match(self.text, end):
            end = match.end()
            number = match.group("number")
            name = f"{patterns.division_name(match.group('word'))} {number}" if number else "bijlage"
            for draft in drafts:
                if name.startswith("bijlage"):
                    draft.annex = name
                else:
                    draft.division = f"{name}, {draft.division}" if draft.division else name
            drafts[-1].end = end
        return end

    def _name(self, drafts: list[_Draft], end: int, *, chained: bool) -> int:
        """Keep the drafts, with the regulation that stands behind them; what waited for it (``chained``) shares it."""
        text = self.text
        first = self.chain_from if chained else len(self.found)
        self.found += drafts
        placed = drafts[0].annex or drafts[0].division
        match = (patterns.REGULATION_OF_ANNEX if placed else patterns.REGULATION).match(text, end)
        if match is None:
            if chain := patterns.CHAIN.match(text, end):
                self.chain_from, self.chain_at = first, chain.end()
            else:
                self._name_before(drafts)
            return end
        kind = match.lastgroup
        if kind == "own":
            return match.end()
        if kind == "parent":
            start = match.start("parent")
            name = match.group("parent")
        elif kind == "that":
            name, start = self._antecedent(match.group("that"), match.start("that"))
        else:
            name, start = self._window(match.end()), match.end()
        self.named = (name, start)
        for draft in self.found[first:]:
            draft.regulation, draft.regulation_start = name, start
        return match.end()

    def _name_before(self, drafts: list[_Draft]) -> None:
        """Give the drafts, which are the last, a regulation that stands before them, if one does."""
        start = drafts[0].start
        name, at = "", -1
        if self.text.endswith((": ", ": de "), 0, start):
            if before := patterns.NAME_BEFORE.search(self.text, max(0, start - WINDOW_LENGTH), start):
                name, at = before.group("name"), before.start("name")
        elif len(self.found) > len(drafts):
            # "hoofdstuk 6 van de Warmtewet, met uitzondering van de artikelen 6.2 en 6.3"
            earlier = self.found[-len(drafts) - 1]
            if earlier.regulation and patterns.EXCEPTION.fullmatch(self.text, earlier.end, start):
                name, at = earlier.regulation, earlier.regulation_start
        if name:
            for draft in drafts:
                draft.regulation, draft.regulation_start = name, at

    def _window(self, start: int) -> str:
        """The text in which a name that begins at ``start`` must end."""
        match = patterns.WINDOW.match(self.text, start, start + WINDOW_LENGTH)
        window = match.group() if match else ""
        if len(window) == WINDOW_LENGTH:
            window = window.rpartition(" ")[0] or window
        return window.rstrip(" ,")

    def _antecedent(self, noun: str, start: int) -> tuple[str, int]:
        """What "die wet" at ``start`` means: the wet last named before it, or the noun itself where there is none."""
        earlier = patterns.LATE_REGULATION.finditer(self.text, max(0, start - ANTECEDENT_DISTANCE), start)
        named = [(match.group(), match.start()) for match in earlier]
        if self.named[1] >= 0:
            named.append(self.named)
        if not named:
            return noun, start
        same = [(name, at) for name, at in named if noun.lower() in name.lower()]
        name, at = max(same or named, key=lambda each: each[1])
        return (name, at) if (name, at) == self.named else (self._window(at), at)


_ONE_ARTICLE = frozenset(("artikel", "Artikel", "art.", "Art.", "art", "Art"))
_OF_RELATIVE = {"own": "dit artikel", "previous": "vorig artikel", "next": "volgend artikel"}
