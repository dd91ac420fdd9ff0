"""Finds the numbers that point at one person in a folded text: e-mail, IBAN, date of birth, BSN, telephone, licence plate.

Sources. BSN: the 11-proef of the RvIG (Logisch Ontwerp BSN; weights 9 to 2 and -1). IBAN: ISO 13616-1, with the check of
ISO 7064 MOD 97-10. Licence plates: sidecodes 1 to 14 of the RDW. Telephone: Nummerplan telefoon- en ISDN-diensten.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]

_EMAIL = re.compile(r"[\w.+%'-]{1,64}(?:@| ?[\[(](?:at|apenstaartje)[\])] ?)(?:[\w-]{1,63}\.){1,5}[A-Za-z][\w-]{1,62}", re.I)


def emails(text: str) -> Iterator[Span]:
    """Give the stretches that are an e-mail address, also with "(at)" for the sign."""
    for match in _EMAIL.finditer(text):
        yield match.start() + len(match[0]) - len(match[0].lstrip(".'-")), match.end()


# Lengths from the IBAN registry (ISO 13616) for the countries that people here hold accounts in.
_IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AT": 20, "BA": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22,
    "DK": 18, "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22,
    "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MT": 31, "NL": 18, "NO": 15,
    "PL": 28, "PT": 25, "RO": 24, "RS": 22, "SE": 24, "SI": 19, "SK": 24, "TN": 24, "TR": 26, "UA": 29,
}  # fmt: skip
_IBAN_START = re.compile(r"(?<!\w)[A-Za-z]{2}[0-9]{2}(?=[ .-]{0,2}[A-Za-z0-9])")
_DUTCH_IBAN = re.compile(r"NL[0-9]{2}[A-Z]{4}[0-9]{10}")
_IBAN_WORD = re.compile(r"(?:iban|rekening\w{0,12}|bank)\W{0,3}(?:is )?$", re.I)


def is_valid_iban(iban: str) -> bool:
    """Whether an IBAN without spaces passes the check of ISO 7064 MOD 97-10 and has its country's length."""
    iban = iban.upper()
    if _IBAN_LENGTHS.get(iban[:2]) != len(iban) or not (iban.isascii() and iban.isalnum()):
        return False
    return int("".join(str(int(c, 36)) for c in iban[4:] + iban[:4])) % 97 == 1


def ibans(text: str) -> Iterator[Span]:
    """Give the stretches that are an IBAN with its check, or a Dutch one that fails it after a word such as "rekening"."""
    position = 0
    for match in _IBAN_START.finditer(text):
        length = _IBAN_LENGTHS.get(match[0][:2].upper())
        if length is None or match.start() < position:
            continue
        rest = re.compile(rf"[A-Za-z0-9](?:[ .-]{{0,2}}[A-Za-z0-9]){{{length - 1}}}(?![A-Za-z0-9])").match(text, match.start())
        if rest is None:
            continue
        compact = re.sub(r"[ .-]", "", rest[0]).upper()
        # A mistyped account number is an account number still, where the word stands before it.
        announced = _IBAN_WORD.search(text[max(0, match.start() - 25) : match.start()])
        if is_valid_iban(compact) or (announced and _DUTCH_IBAN.fullmatch(compact)):
            yield rest.span()
            position = rest.end()


_MONTH = (
    r"(?:jan(?:uari)?|feb(?:ruari)?|maart|mrt|apr(?:il)?|mei|juni?|juli?|aug(?:ustus)?|sept?(?:ember)?|okt(?:ober)?|nov(?:ember)?"
    r"|dec(?:ember)?)"
)
_DATE = (
    rf"(?:[0-9]{{1,2}}(?:e|ste|de)? ?{_MONTH}\.? ?(?:[0-9]{{4}}|'[0-9]{{2}})|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}"
    r"|[0-9]{1,2}[-/. ][0-9]{1,2}[-/. ](?:[0-9]{4}|[0-9]{2}))(?!\w)"
)
_BIRTH = re.compile(
    rf"(?<!\w)(?:geboren|geb\b\.?|geboortedatum|geboortedag|geboorte)[^0-9\n.;]{{0,40}}({_DATE})|(?<![\w-])({_DATE}),? geboren",
    re.I,
)
_DIGITS = re.compile(r"(?<![\w,+])[0-9]{1,9}(?:[ .\-/]{1,3}[0-9]{1,9}){0,6}(?!\w)")
_BSN_WORD = re.compile(
    r"(?:bsn|burger ?service ?(?:nummer|nr)|sofi-?(?:nummer|nr)?)\W{0,3}(?:(?:nummer|nr|is|van \w{1,20})\W{1,3}){0,3}$", re.I
)
_NO_BSN = re.compile(r"(?:kvk|kamer van koophandel|rsin|dossier|zaak|factuur|€)[\w-]{0,12}\W{0,4}(?:is )?$", re.I)
_AMOUNT = re.compile(r",[0-9]| ?(?:euro|eur|m2|meter|hectare|kwh|mwh)\b", re.I)


def passes_eleven_test(digits: str) -> bool:
    """Whether eight or nine digits pass the 11-proef: 9a + 8b + ... + 2h - i is a multiple of eleven, and not all zeros."""
    digits = digits.zfill(9)
    total = sum(weight * int(digit) for weight, digit in zip((9, 8, 7, 6, 5, 4, 3, 2, -1), digits, strict=True))
    return total % 11 == 0 and int(digits) > 0


def births(text: str) -> Iterator[Span]:
    """Give the dates that stand after "geboren" or "geboortedatum", or before "geboren"."""
    for match in _BIRTH.finditer(text):
        yield match.span(1 if match[1] else 2)


def bsns(text: str) -> Iterator[Span]:
    """Give the numbers of eight or nine digits that pass the 11-proef, or that stand after "bsn"."""
    for match in _DIGITS.finditer(text):
        groups = [(match.start() + g.start(), match.start() + g.end()) for g in re.finditer(r"[0-9]+", match[0])]
        before = text[max(0, match.start() - 45) : match.start()]
        if _AMOUNT.match(text, match.end()) or _NO_BSN.search(before):
            continue
        whole = [(groups[0][0], groups[-1][1])] if _looks_grouped(text, groups) else []
        named = _BSN_WORD.search(before) is not None
        for start, end in whole or (g for g in groups if g[1] - g[0] >= 8):
            digits = re.sub(r"\D", "", text[start:end])
            if 8 <= len(digits) <= 9 and (named or passes_eleven_test(digits)):
                yield start, end


def _looks_grouped(text: str, groups: list[Span]) -> bool:
    """Whether groups of digits can be one number: no date, no span of years, the same sign between them all."""
    between = {text[a[1] : b[0]] for a, b in zip(groups, groups[1:], strict=False)}
    sizes = [end - start for start, end in groups]
    dates = ([2, 2, 4], [4, 2, 2], [1, 2, 4], [2, 1, 4], [1, 1, 4])
    years = sizes == [4, 4] and all(text[a : a + 2] in ("18", "19", "20") for a, _ in groups)
    return len(between) <= 1 and sizes not in dates and not years and max(sizes[1:], default=0) < 8


_DATE_START = re.compile(r"[0-9]{1,2}[-./][0-9]{1,2}[-./](?:19|20)[0-9]{2}")
_SEPARATOR = r"[ .\-()/]{0,3}"
_TELEPHONE = re.compile(
    rf"(?<![\w+,])(?:\(?(?:\+|00)31\)?{_SEPARATOR}(?:\(?0\)?{_SEPARATOR})?[1-9](?:{_SEPARATOR}[0-9]){{8}}"  # from abroad
    rf"|\(?0[1-9](?:{_SEPARATOR}[0-9]){{8}}"  # ten digits from a zero
    rf"|(?:\+|00)(?!31)[1-9][0-9](?:{_SEPARATOR}[0-9]){{7,12}})(?![\w])"  # another country
)
_LOCAL = re.compile(
    r"(?<!\w)(?:tel(?:efoon)?(?:nummer|nr)?|mobiel|bel|gsm)[.:]{0,2} ((?!0[89]00)[0-9](?:[ -]{0,3}[0-9]){5,10})(?![\w])", re.I
)


def telephones(text: str) -> Iterator[Span]:
    """Give the telephone numbers: ten digits from a zero, +31, another country, or a local number after "tel."."""
    spans = [match.span() for match in _TELEPHONE.finditer(text) if not _DATE_START.match(text, match.start())]
    return iter(spans or [match.span(1) for match in _LOCAL.finditer(text)])


# Sidecodes 1 to 14 of the RDW; X is a letter and 9 a digit.
SIDECODES = (
    "XX-99-99", "99-99-XX", "99-XX-99", "XX-99-XX", "XX-XX-99", "99-XX-XX", "99-XXX-9",
    "9-XXX-99", "XX-999-X", "X-999-XX", "XXX-99-X", "X-99-XXX", "9-XX-999", "999-XX-9",
)  # fmt: skip
_PLATE = re.compile(
    r"(?<![\w-])(?:"
    + "|".join(code.replace("-", "[ -]{0,3}").replace("X", r"[^\W\d_]").replace("9", r"\d") for code in SIDECODES)
    + r")(?![\w-])"
)
_VEHICLE = re.compile(
    r"kenteken|(?<!\w)(?:auto|bus|busje|bestelbus|bakfiets|voertuig|aanhanger|motor|scooter|camper|caravan|taxi|vrachtwagen|wagen|brommer"
    r"|foodtruck)(?!\w)",
    re.I,
)


def plates(text: str) -> Iterator[Span]:
    """Give the licence plates: with dashes anywhere, without them beside a word such as "kenteken" or "auto"."""
    for match in _PLATE.finditer(text):
        plate = match[0]
        near = _VEHICLE.search(text[max(0, match.start() - 60) : match.end() + 25])
        named = "kenteken" in text[max(0, match.start() - 25) : match.start()].lower()
        if named or (plate.isupper() and (plate.count("-") == 2 and len(plate) == 8 or (near and " " not in plate))):
            yield match.span()
