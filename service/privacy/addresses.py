"""Finds the addresses of people in a folded text. A road without a house number says what an initiative is about, and stays.

Postcodes are four digits and two letters, never SA, SD or SS (PostNL).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from service.privacy.words import WORDS

Span = tuple[int, int]
ADDRESS_MASK = chr(0xE006)  # what an address found earlier looks like: pseudonymising.MASKS["ADRES"]

_POSTCODE = r"[1-9][0-9]{3} ?(?!(?:SA|SD|SS|EU|EG)\b)[A-Z]{2}(?![\w])"
_NUMBER = (
    r"[1-9][0-9]{0,4}(?![0-9])(?: ?(?:bis|hs|huis|boven|beneden|zw|rd)\b| ?[IVX]{1,4}\b| ?[A-Za-z]\b(?!')){0,2}"
    r"(?: ?[-/] ?(?:[0-9]{1,4}|[A-Za-z]|[IVX]{1,4}|hs|bis)(?!\w)){0,2}(?![\w'])(?![.:,][0-9])"
)
_SURE_ENDING = (
    "straat|str\\.|laan|weg|plein|gracht|kade|dijk|singel|hof|pad|steeg|dreef|plantsoen|wal|buorren|loane|strjitte|leane"
)
# Endings that other words have too ("viering", "buurttuin"): an end of the clause or a town must follow the number.
_OTHER_ENDING = (
    "park|markt|baan|haven|hoek|ring|erf|akker|kamp|brink|oord|zoom|stede|donk|wei|veld|werf|tuin|hout|bos|berg|burg|reed|wyk"
    "|poort|dam|brug"
)
_ROAD_ENDING = rf"(?i:{_SURE_ENDING}|{_OTHER_ENDING})"
_SURE = re.compile(rf"(?:{_SURE_ENDING})$")
_ROAD = rf"(?:(?:[A-Z][\w'.-]{{0,25}}|van|de|den|der|ter|ten|het|'t) ){{0,4}}(?:[A-Za-z][\w'-]{{0,30}}?)?{_ROAD_ENDING}"
_TAIL = rf"(?:[ ,\n]{{1,3}}{_POSTCODE})?"
_STREET = re.compile(rf"(?<![\w'-])(?P<road>{_ROAD}),? (?:nr\.? |nummer |no\.? )?(?P<number>{_NUMBER}){_TAIL}")
_LOOSE = re.compile(  # a road without an ending that says so needs a sign: a postcode or a town after it, or a word before it
    rf"(?:(?P<cue>(?:woon\w{{0,3}}|wonende?|woonachtig|woonadres|adres|gevestigd)\b"
    rf"(?: op| aan| in| te)?(?: de| het)?[ :]{{1,2}})"
    rf"|(?<![\w'-]))(?P<road>[A-Z][\w'-]{{1,30}}(?: (?:(?:van|de|den|der|het) )?[A-Z][\w'-]{{1,30}}){{0,2}})"
    rf" (?P<number>{_NUMBER})"
    rf"(?P<tail>[ ,\n]{{1,3}}{_POSTCODE})?(?P<town>(?:,| te| in) [A-Z])?"
)
_OTHER = re.compile(rf"(?<![\w.,-])(?:(?:[Pp]ostbus|POSTBUS|[Aa]ntwoordnummer) [0-9]{{1,6}}(?![\w]){_TAIL}|{_POSTCODE})")
_LOW = r"([1-9][0-9]{3} ?[a-z]{2}(?!\w))"
_LOW_POSTCODE = re.compile(
    rf"(?<!\w)[Pp]ostcode:? {_LOW}|{ADDRESS_MASK}[ ,]{{1,3}}{_LOW}|(?<![\w.,-])([1-9][0-9]{{3}}[a-z]{{2}}(?!\w))"
)
_COUNTED = re.compile(r" ([a-z0-9]{1,20})")


def addresses(text: str) -> Iterator[Span]:
    """Give the addresses: a road with a house number, a postcode, a postbus. One rule a call; the next rounds do the rest."""
    spans: list[Span] = []
    for match in _STREET.finditer(text):
        start, road = match.start(), match["road"]
        words = road.split(" ")
        # Capitalised words that only start the sentence ("Bij Kerkstraat 5") are no part of the road.
        while len(words) > 1 and (words[0] in WORDS.tussenvoegsels or words[0] in WORDS.not_names - WORDS.road_starts):
            start += len(words.pop(0)) + 1
        last = words[-1].lower()
        sure = match[0][-1].isalpha() and re.search(_POSTCODE + r"$", match[0]) is not None
        proper = any(word[:1].isupper() for word in words) and _SURE.search(last) and last not in WORDS.no_streets
        follows = re.match(r"$|[,;.)\n]| (?:te|in) [A-Z]", text[match.end() : match.end() + 8]) is not None
        lower = last not in WORDS.no_streets and follows
        if sure or ((proper or lower) and not _is_count(text, match["number"], match.end("number"))):
            spans.append((start, match.end()))
    if not spans:
        for match in _LOOSE.finditer(text):
            first = match["road"].split(" ")[0]
            signed = match["tail"] or match["cue"] or (match["town"] and match["town"].startswith((" te", ",")))
            known = WORDS.not_names - WORDS.road_starts
            if signed and first not in known and not _is_count(text, match["number"], match.end("number")):
                spans.append((match.start("road"), match.end("tail") if match["tail"] else match.end("number")))
    if not spans:
        spans = [m.span() for m in _OTHER.finditer(text)]
    if not spans:
        spans = [m.span(m.lastindex or 0) for m in _LOW_POSTCODE.finditer(text)]
    return iter(spans)


def _is_count(text: str, number: str, end: int) -> bool:
    """Whether the number after a road counts something or is a year: "Kerkstraat 40 bewoners", "Kerkstraat 2025"."""
    after = _COUNTED.match(text, end)
    return bool(after and after[1] in WORDS.counts) or re.fullmatch(r"(?:19|20)[0-9]{2}", number) is not None
