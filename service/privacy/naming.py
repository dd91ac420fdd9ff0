"""Finds the names of people in a folded text, and numbers them so that the same person keeps the same number.

Every run of capitalised words is a candidate. It is a name when a title or an opening stands before it ("mevrouw", "ik ben"),
when it starts with a known first name or initials and goes on, when it stands in a list beside a name, or when it repeats one.
Names of bodies and roads are kept: "Stichting De Linde", "Johan de Wittlaan".
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.privacy.words import WORDS

_PARTICLES = frozenset(WORDS.tussenvoegsels)

MOST_MENTIONED = 100
"""People of one text whose later mentions are looked for: bounds the work on a hostile text."""

_PARTICLE = rf"(?:{'|'.join(map(re.escape, WORDS.tussenvoegsels))}|in 't|op 't|op den|uit den|in den|aan den)"
_CAPITALISED = r"[A-Z](?:[a-zA-Z]|['-](?=[A-Za-z])){0,40}"
_INITIALS = r"(?:(?:[A-Z]|Th|Ch|Chr|IJ|Ph|Joh)\. ?-?){1,6}"
_NAME = re.compile(
    rf"(?<![\w'.@/-])(?P<lead>(?:{_PARTICLE} ){{0,3}})(?P<initials>{_INITIALS}(?:{_PARTICLE} ){{0,3}})?"
    rf"(?P<core>{_CAPITALISED}(?: {{1,2}}(?:{_PARTICLE} ){{0,3}}{_CAPITALISED}){{0,4}})(?!\w)"
)
_NO_INITIALS = re.compile(r"(?:B\.V|N\.V|C\.V|U\.A|W\.A|P\.S|N\.B|E\.V|T\.a)\.", re.I)

_TITLE = re.compile(
    r"(?<!\w)(?:heer|heren|mevrouw|mevr\.?|mw\.?|dhr\.?|hr\.|meneer|mijnheer|dr\.?|drs\.?|ir\.|ing\.|mr\.|prof\."
    r"|fam\.?|families?"
    r"|ds\.?|dominee|pastoor|imam|rabbijn|juf|juffrouw|meester|weduwe|jhr\.|zuster|tante|oom|opa|oma|buurman|buurvrouw)"
    r"(?: (?:dr|drs|ir|ing|mr|prof|ds)\.){0,3} {1,2}$",
    re.I,
)
# After these even "Hoogstraat" is a person; after "burgemeester" or initials it is a road.
_COURTEOUS = re.compile(r"(?<!\w)(?:heer|heren|mevrouw|mevr\.?|mw\.?|dhr\.?|hr\.|meneer|mijnheer|fam\.?|familie) $", re.I)
_OPENING = re.compile(
    r"(?<!\w)(?:ik ben|ben ik|ik heet|ik,|mijn naam is|(?:zijn|haar) naam is|naam ?:|namens|wij zijn|wij heten|wij,"
    r"|ondergetekenden?[,:]?|genaamd|t\. ?n\. ?v\.?|tnv|op naam van|ten name van|t\. ?a\. ?v\.?"
    r"|(?:mede )?ondertekend door|ondertekening:?|getekend[,:]?"
    r"|vertegenwoordigd door|ouders als)[ \n]{1,3}$",
    re.I,
)
_ROLE = re.compile(
    r"(?<!\w)(?:(?:oud-|vice-)?(?:voorzitter|penningmeester|secretaris|coordinator|contactpersoon|contact"
    r"|aanspreekpunt|initiatiefnemers?"
    r"|aanvragers?|eigenaar|eigenares|bewoner|ambtenaar|wethouder|burgemeester|raadslid|huisarts|huismeester"
    r"|rentmeester|brandweerman"
    r"|wijkagent|agent|chauffeur|boer|boerin|organisatie|organisator|bestuurslid|beheerder|vrijwilliger|architect"
    r"|notaris|trainer|kok"
    r"|directeur|secretaresse|leraar|lerares|docent|kunstenaar|molenaar|imker)"
    r"|(?:mijn|onze|haar|zijn) (?:\w{2,9} )?(?:man|vrouw|zoon|zoontje|dochter|dochtertje|broer|broertje|zus|zusje"
    r"|moeder|vader|partner"
    r"|vriend|vriendin|collega|kind|kinderen|neef|nicht|buren|buurvrouw|buurman|buurjongen|buurmeisje|oma|opa"
    r"|kleinzoon|kleindochter))"
    r"(?: is| zijn| heet|:|,)?[ (]{1,2}$",
    re.I,
)
_LOWER_CASE = re.compile(
    rf"(?<!\w)(?:ik ben|ik heet|mijn naam is|groet(?:en|jes)?)[ ,\n]{{1,3}}(?P<first>[a-z]{{2,20}})"
    rf"(?P<last> (?:{_PARTICLE} ){{0,3}}[A-Za-z][a-z-]{{2,30}})?(?!\w)",
    re.I,
)
_NO_SURNAMES = WORDS.no_surnames | {word.lower() for word in WORDS.not_names}
_CLOSING = re.compile(
    r"(?<!\w)(?:groet(?:en|jes)?|mvg|m\.v\.g\.|hoogachtend|liefs|gr\.?|vr\. gr\.?)(?: van)?[ ,.!:\n-]{1,6}$", re.I
)
# Openings that are followed by bodies and places as often as by people: they count only before a known first name.
_WEAK = re.compile(
    r"(?<!\w)(?:met|door|bij|bel(?:len met)?|app|mail|vraag|beste|hallo|hoi|lieve|dag|geachte|van|aan|voor|naar|ook"
    r"|en ik,?|sleutel bij)"
    r"[ :]{1,2}$",
    re.I,
)
_DOES = re.compile(
    r"(?:, \w{1,9},)? (?:en ik|en mij|en mijn|is|was|woont|heeft|had|doet|wil|willen|kan|gaat|helpt|zegt|zei|regelt|kookt|naait"
    r"|repareert|geeft|komt|zorgt|maakt|werkt|vindt|houdt|staat|rijdt|zit|weet|speelt|zal|mag|moet|via|bereikbaar|uit)\b"
    rf"|[ ,:(-]{{1,3}}[{chr(0xE000)}-{chr(0xE006)}]| \([0-9]{{1,3}}\)|, [0-9]{{1,2}} jaar"
)
_AND = re.compile(r",? (?:en|of|&|\+|met) (?:(?:de heer|mevrouw|mw\.|dhr\.|dr\.) )?", re.I)
_COMMA = re.compile(r", | ?/ ?| - |\n")
_BODY_BEFORE = re.compile(
    rf"(?:(?:{'|'.join(WORDS.organisation_endings)})[ \"']{{1,2}}(?:(?:van|de|het|voor|der|den|in|te) ){{0,2}}"
    rf"|(?<!\w)(?:{'|'.join(WORDS.opening_words)})\.? )$",
    re.I,
)
_OPENING_WORDS = frozenset(word.title() for word in WORDS.opening_words)
_BODY_AFTER = re.compile(rf"[ -](?:{'|'.join(WORDS.road_or_body_endings)}|bv|b\.v\.|nv|fonds)\b", re.I)
_BODY_WORD = re.compile(rf"(?:{'|'.join(WORDS.organisation_endings)})", re.I)
_ROAD_WORD = re.compile(rf"(.{{2,}}|)(?:{'|'.join(WORDS.road_or_body_endings)})", re.I)
_ACADEMIC = re.compile(r"(?<!\w)(?:(?:prof|dr|drs|mr|ir|ing|jhr)\. ?){1,4}$", re.I)
_CAPITAL_PARTICLES = frozenset(("Van", "De", "Den", "Ter", "Ten", "Te", "Het"))


@dataclass(kw_only=True)
class Candidate:
    """Capitalised words that may be a name; changes while the rules decide."""

    start: int
    end: int
    words: list[str]  # the words of the core, particles among them
    initials: bool
    line_start: bool
    accepted: bool = False

    @property
    def capitalised(self) -> list[str]:
        return [word for word in self.words if word[:1].isupper()]

    @property
    def first(self) -> str:
        return self.capitalised[0]

    @property
    def known_first(self) -> bool:
        return _known_first(self.first)

    @property
    def possible_first(self) -> bool:
        return _may_be_first(self.first)


def _known_first(word: str) -> bool:
    return any(part in WORDS.firsts or part.title() in WORDS.firsts for part in word.split("-"))


def _may_be_first(word: str) -> bool:
    return _known_first(word) or word in WORDS.also_words


def names(text: str) -> Iterator[tuple[int, int]]:
    """Give the start and end of each name of a person in a folded text, in order, without overlap."""
    candidates = [c for match in _NAME.finditer(text) if (c := _candidate(text, match)) is not None]
    for candidate in candidates:
        candidate.accepted = _stands_as_name(text, candidate)
    pairs = list(zip(candidates, candidates[1:], strict=False))
    for left, right in pairs:  # down a list: "mevrouw Bouma, Sanne en Piet"
        right.accepted = right.accepted or (left.accepted and _goes_with(text[left.end : right.start], right))
    for left, right in reversed(pairs):  # and up: "Sanne en mevrouw Bouma"
        left.accepted = left.accepted or (right.accepted and _goes_with(text[left.end : right.start], left))
    for left, right in pairs:  # "Tjitske en Durk", "Lies, Hans"
        if left.known_first and right.known_first and _joined(text, left, right):
            left.accepted = right.accepted = True
    for (left, middle), (_, right) in zip(pairs, pairs[1:], strict=False):  # an unknown full name between two names
        between = left.accepted and right.accepted and _joined(text, left, middle) and _joined(text, middle, right)
        middle.accepted = middle.accepted or (between and len(middle.capitalised) > 1)
    known = {word for c in candidates if c.accepted for word in c.capitalised if len(word) > 2}
    known -= WORDS.not_names | WORDS.places
    position = 0
    lower = {match.start("first"): match for match in _LOWER_CASE.finditer(text) if match["first"].title() in WORDS.firsts}
    found = [(at, _end_in_lower_case(match)) for at, match in lower.items() if match["first"][0].islower()]
    for candidate in candidates:
        if candidate.accepted or all(word in known for word in candidate.capitalised):
            academic = _ACADEMIC.search(text[max(0, candidate.start - 20) : candidate.start])
            found.append((candidate.start - (len(academic[0]) if academic else 0), candidate.end))
    for start, end in sorted(found):
        if start >= position:
            yield start, end
            position = end


def _end_in_lower_case(match: re.Match[str]) -> int:
    """Where the name of "ik ben jan de wit" ends: "jan de wit", but "jan" in "ik ben jan en woon"."""
    surname = (match["last"] or "").split(" ")[-1]
    return match.end("first") if not surname or surname.lower() in _NO_SURNAMES else match.end("last")


def _candidate(text: str, match: re.Match[str]) -> Candidate | None:
    """Cut a run of capitalised words to what may be a name; nothing where it names a road or a body."""
    start, core_start = match.start(), match.start("core")
    before = text[max(0, start - 60) : start]
    initials = match["initials"] is not None and not _NO_INITIALS.match(match["initials"])
    if match["initials"] and not initials:
        return None
    titled = any(rule.search(before) for rule in (_TITLE, _ROLE))
    announced = titled or _OPENING.search(before) is not None
    if initials:
        start = match.start("initials")
    elif not titled and not (match["lead"].startswith("van") and announced):
        start = core_start  # "de Kees Jansen", "tuin van Sanne": the particle is no part of the name
    words = match["core"].split(" ")
    while words and ((role := _is_role(words[0])) or _opens_no_name(words, announced or initials)):
        core_start += len(words.pop(0)) + 1
        start, initials = core_start, False
        titled, announced = titled or role, announced or role
    if not (announced or initials) and len(words) > 1 and words[1] in WORDS.firsts and not _may_be_first(words[0]):
        core_start += len(words.pop(0)) + 1  # "Vraag Sjoukje Bouma": a word that starts the sentence and is in no list
        start = core_start
    words = words[: _length_of_name(words)]
    if not words:
        return None
    end = core_start + len(" ".join(words))
    if words[-1].endswith("'s"):
        words[-1], end = words[-1][:-2], end - 2
    if " ".join(words) in WORDS.places or words[0] in _OPENING_WORDS or (_BODY_WORD.fullmatch(words[0]) and not titled):
        return None
    if any(_names_road_or_body(words, position) for position in range(len(words))) and not _COURTEOUS.search(before):
        return None
    if (_BODY_BEFORE.search(text[max(0, start - 40) : start]) and not titled) or _BODY_AFTER.match(text, end):
        return None
    line_start = start == 0 or text[start - 1] == "\n"
    return Candidate(start=start, end=end, words=words, initials=initials, line_start=line_start)


def _is_role(word: str) -> bool:
    """Whether a capitalised word is a title or a role: the "Dominee" of "Dominee Van Wijk"."""
    return _TITLE.fullmatch(word + " ") is not None or _ROLE.fullmatch(word + " ") is not None


def _opens_no_name(words: list[str], announced: bool) -> bool:
    """Whether the first word is none of the name: "Ook Kees Jansen", "De Linde"; but "wethouder De Jong"."""
    word = words[0]
    if not word or word in _PARTICLES:
        return True
    if word in _CAPITAL_PARTICLES and len(words) > 1:
        return not announced
    return word in WORDS.not_names


def _length_of_name(words: list[str]) -> int:
    """Count the words up to the first that starts something else: "Kees Jansen Stichting", "Sanne van Mei"."""
    length = len(words)
    for position, word in enumerate(words):
        surname = position and (words[position - 1] in _PARTICLES or words[position - 1] in _CAPITAL_PARTICLES)
        other = word in WORDS.not_names - _CAPITAL_PARTICLES or (position and _BODY_WORD.fullmatch(word))
        if other and not surname:
            length = position
            break
    while length and (words[length - 1] in _PARTICLES or words[length - 1] in _CAPITAL_PARTICLES or not words[length - 1]):
        length -= 1
    return length


def _names_road_or_body(words: list[str], position: int) -> bool:
    """Whether a word makes its name one of a road or a body: "Wittlaan", "Dijk" in "Lange Dijk", not in "van Dijk"."""
    match = _ROAD_WORD.fullmatch(words[position])
    return match is not None and (match[1] != "" or not (position and words[position - 1] in _PARTICLES | _CAPITAL_PARTICLES))


def _stands_as_name(text: str, candidate: Candidate) -> bool:
    """Whether what stands before, in or after the candidate says that it names a person."""
    before = text[max(0, candidate.start - 60) : candidate.start]
    capitalised = candidate.capitalised
    if _TITLE.search(before):
        return True
    if candidate.initials and (len(capitalised[0]) > 2 or candidate.possible_first):
        return (
            not candidate.line_start
            or len(capitalised) > 1
            or candidate.known_first
            or "." in text[candidate.start + 2 : candidate.start + 5]
        )
    if any(rule.search(before) for rule in (_OPENING, _ROLE, _CLOSING)):
        return capitalised[0] not in WORDS.places
    if candidate.possible_first and len(capitalised) > 1 and capitalised[-1] not in WORDS.places:
        return True
    if not candidate.known_first:
        return False
    if candidate.line_start and (candidate.end == len(text) or text[candidate.end] == "\n"):
        return True
    return _WEAK.search(before) is not None or _DOES.match(text, candidate.end) is not None


def _goes_with(gap: str, candidate: Candidate) -> bool:
    """Whether a candidate beside a name, with this text between them, is a name too."""
    if _AND.fullmatch(gap):
        return (
            candidate.possible_first
            or candidate.initials
            or (len(candidate.capitalised) > 1 and candidate.first not in WORDS.places)
        )
    return _COMMA.fullmatch(gap) is not None and (candidate.known_first or candidate.initials)


def _joined(text: str, left: Candidate, right: Candidate) -> bool:
    return any(sign.fullmatch(text, left.end, right.start) for sign in (_AND, _COMMA))


def mentions(text: str, names: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Give where people who were named in full are named again by part of it, where no rule would take it for a name.

    "Tuin van Wietske" is no person by itself; where the text says "ik ben Wietske Dijkstra", it is.
    """
    full = [re.findall(r"[A-Z][\w'-]{3,}", name) for name in names[:MOST_MENTIONED]]
    known = {word for words in full if len(words) > 1 for word in words}
    if not known:
        return
    one = "|".join(re.escape(word) for word in sorted(known, key=len, reverse=True))
    particle = "|".join(sorted(_PARTICLES, key=len, reverse=True))
    pattern = rf"(?<![\w-])(?:{one})(?:[ ](?:(?:{particle})[ ]){{0,3}}(?:{one}))*(?![\w-])"
    for match in re.finditer(pattern, text):
        yield match.span()


class Numbering:
    """Numbers people in the order of the text. "Bouma" is the last with that name; "Piet Bouma" and "Jan Bouma" are two."""

    def __init__(self, highest: int) -> None:
        self._last = highest
        self._people: dict[str, deque[tuple[int, set[str]]]] = defaultdict(lambda: deque(maxlen=8))

    def number_of(self, name: str) -> int:
        """Give the number of the person whom this name names, a new one where no earlier name fits."""
        words = {word.casefold() for word in re.findall(r"[A-Za-z'-]{2,}", _ACADEMIC.sub("", name))}
        words = {word for word in words if word not in _PARTICLES} or {name.casefold()}
        for word in words:
            for number, known in reversed(self._people[word]):
                if words <= known or known <= words:
                    known |= words
                    self._remember(number, known)
                    return number
        self._last += 1
        self._remember(self._last, words)
        return self._last

    def _remember(self, number: int, words: set[str]) -> None:
        for word in words:
            if all(number != earlier for earlier, _ in self._people[word]):
                self._people[word].append((number, words))
