"""The compiled patterns of the citation grammar, from small to large.

Every pattern expects whitespace collapsed to single spaces. They are written so that a failing match fails early:
the reader runs over 280 MB of law, and most words begin no citation.
"""

from __future__ import annotations

import re

# --- numbers -------------------------------------------------------------------------------------------------------

_UNITS = (
    r"(?! ?(?:%|procent|jaar|jaren|maand|week|weken|dag|werkdag|uur|uren|minuten|euro|gulden|meter|km|kg|gram|liter|"
    r"leden|personen|punten|januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december))"
)
"""A number before one of these counts something; it is no article."""

_LATIN = r"(?:quater|quinquies|sexies|septies|octies|nonies|novies|decies)"
_SUFFIX = rf"(?:[a-zA-Z]{{1,3}}\d*| ?{_LATIN}| bis)?"
# 3, 5a, 4:25, 22.1, 2.1.1, 1a.3, 36a1, 107quater; F 3, Ya 48 (electoral law) and B16b (pension rules); XII, IIA; A.
_ARTICLE = (
    rf"(?:\d+{_SUFFIX}(?:[.:]\d+{_SUFFIX})*|[A-Z]a? \d+[a-z]?|[IVXLC]+[a-zA-Z]?(?:\.\d+)*|"
    r"[A-Z]\d+[a-z]?(?:\.\d+)*|[A-Z])(?!\w|[.:]\d)"
)
_DIVISION = r"(?:\d+(?:[a-z]{1,2}-\d+|[a-zA-Z]{0,2})(?:[.:]\d+[a-zA-Z]?)*|[IVXLC]+[a-zA-Z]?(?:\.\d+)*|[A-Z]\d*)(?!\w|[.:]\d)"
_LID_NUMBER = r"\d{1,2}[a-z]?(?![\w:°º]|\.\d)"

_FIRST_TEN = ("eerste", "tweede", "derde", "vierde", "vijfde", "zesde", "zevende", "achtste", "negende", "tiende")
_TEENS = ("elf", "twaalf", "dertien", "veertien", "vijftien", "zestien", "zeventien", "achttien", "negentien")
_DIGIT_NAMES = ("een", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen")
_TEN_ORDINALS = {20: "twintigste", 30: "dertigste", 40: "veertigste", 50: "vijftigste"}


def _ordinals() -> dict[str, str]:
    words = [*_FIRST_TEN, *(f"{teen}de" for teen in _TEENS)]
    values = {word: str(number) for number, word in enumerate(words, start=1)}
    for ten, ten_name in _TEN_ORDINALS.items():
        values[ten_name] = str(ten)
        for digit, digit_name in enumerate(_DIGIT_NAMES, start=1):
            # Since 1996 with a diaeresis after twee and drie; before that, and in haste, without it or with hyphens.
            for joint in ("en", "ën", "-en-"):
                if ten < 50:
                    values[f"{digit_name}{joint}{ten_name}"] = str(ten + digit)
    return values


ORDINALS = _ordinals()
"""Ordinals in words, in lower case, with their number: "derde" is "3", up to "vijftigste"."""


def lid_number(word: str) -> str:
    """The number of a lid: "derde" and "3e" are "3"; "laatste" stays; "1a" stays."""
    lowered = word.lower().replace("éé", "ee")
    known = ORDINALS.get(lowered)
    if known is not None:
        return known
    written = re.fullmatch(r"(\d+)(?:e|de|ste)", lowered)
    return written.group(1) if written else lowered


_ORDINAL = (
    r"(?:[Ee]erste|[Tt](?:weede|iende|waalfde|wintigste)|[Dd]er(?:de|tiende|tigste)|[Vv](?:ierde|ijfde|eertiende|ijftiende|"
    r"eertigste|ijftigste)|[Zz](?:esde|evende|estiende|eventiende)|[Aa]ch(?:tste|ttiende)|[Nn]eg(?:ende|entiende)|[Ee]lfde|"
    r"[Ll]aatste|(?:[EeÉé][eé]n|[Tt]wee|[Dd]rie|[Vv]ier|[Vv]ijf|[Zz]es|[Zz]even|[Aa]cht|[Nn]egen)(?:-?en-?|ën)"
    r"(?:twintig|dertig|veertig)ste|\d{1,2}(?:e|de|ste))(?!\w)"
)

# --- lists ---------------------------------------------------------------------------------------------------------

_AND = (
    r"(?:en|of|en/of|dan wel|alsmede|alsook|respectievelijk|resp\.|onderscheidenlijk|juncto|junctis|jo\.?|"
    r"in (?:verbinding|samenhang) met|gelezen in (?:verbinding|samenhang) met)"
)
_THROUGH = r"(?:tot en met|t/m|t\.e\.m\.)"
_LIST = rf"(?:,? (?:{_AND}|{_THROUGH})(?: met)?|,)"
_HYPHEN = r" ?[-–] ?"

# eerste, tweede en derde lid; eerste tot en met derde lid; lid 2; leden 2 en 3
# The bound keeps the time linear where a text repeats ordinals without end.
_NEXT_ORDINAL = rf"{_LIST} (?:(?:in |van |op |uit )?(?:het |de ))?{_ORDINAL}"
_LEDEN_IN_WORDS = rf"{_ORDINAL}(?:{_NEXT_ORDINAL}){{0,50}},? [Ll](?:id|eden)(?!\w)"
_LEDEN_IN_DIGITS = (
    rf"(?:[Ll]id {_LID_NUMBER}"
    rf"(?:(?:(?:,? {_THROUGH}|{_HYPHEN}) ?|,? {_AND} (?!\w+,? (?:lid|leden)\b)){_LID_NUMBER}{_UNITS})*|"
    rf"[Ll]eden {_LID_NUMBER}(?:(?:{_LIST} |{_HYPHEN}){_LID_NUMBER}{_UNITS})+)"
)
_LEDEN = rf"(?:{_LEDEN_IN_WORDS}|{_LEDEN_IN_DIGITS})"
# "de artikelen 81 lid 2 en 82": in a list of articles the number behind "en" is the next article.
_LEDEN_IN_LIST = (
    rf"(?:{_LEDEN_IN_WORDS}|[Ll]id {_LID_NUMBER}(?:(?:,? {_THROUGH} |{_HYPHEN}){_LID_NUMBER})?|"
    rf"[Ll]eden {_LID_NUMBER}(?:(?:{_LIST} |{_HYPHEN}){_LID_NUMBER}{_UNITS})+)"
)

# Two-letter words that an item letter cannot be.
_NO_LETTER = (
    r"(?!(?:[Ee]n|[Oo]f|[Dd]e|[Tt]e|[Ii]n|[Oo]p|[Ee]r|[Oo]m|[Aa]l|[Nn]a|[Ii]s|[Aa]f|[Ww]e|[Zz]e|[Jj]e|[Mm]e|[Zz]o|[Nn]u|"
    r"[Aa]d|la|ja|an|bv|mr|dr|nr|km|cm|mm|kg|jo)(?!\w))"
)
_SMALL = rf"(?:{_NO_LETTER}[a-z]{{1,2}}\d{{0,2}}|[ivx]{{3,5}})(?![\w'’])"
_LARGE = r"[A-Z]{1,2}\d{0,2}(?![\w'’])"
_MIXED = rf"{_NO_LETTER}[A-Z][a-z](?![\w'’])"  # Da, Fa: only in a list of large letters, for "Vw" is an act
_DEGREE = r"(?:\d{1,3}[a-z]?[°º˚]|\d{1,3}o(?!\w))"
_PLAIN = rf"\d{{1,3}}[a-z]?(?:\.\d+)*(?![\w%°º˚]|[.,:]\d){_UNITS}"
_ITEM_WORD = r"(?:onder(?:de(?:el|len))?|sub(?:onderde(?:el|len))?|letters?|punt(?:en)?|nummers?|nrs?\.|ten|aanhef en onder)"
_ITEM_LIST = rf"(?:,? (?:{_AND}|{_THROUGH}) (?:{_ITEM_WORD} )?|, ?|[-–])"
_NESTED = (
    rf"(?:\.?,? (?:{_ITEM_WORD} (?:{_DEGREE}|{_PLAIN}|[IVX]+(?!\w))|{_DEGREE})"
    rf"(?:(?:,? (?:{_AND}|{_THROUGH}) (?:{_ITEM_WORD} )?|, ?)(?:{_DEGREE}|(?<=onder ){_PLAIN}))*)?"
)


def _letters(first: str, following: str) -> str:
    # A letter with a point behind a list is the next item of an enumeration: "onder a, en b. de burgemeester".
    return rf"{first}{_NESTED}(?:\.?{_ITEM_LIST}{following}(?!\. ?[a-zë]){_NESTED})*(?:\.(?=,| (?:van|en|of) ))?"


_LETTERS = rf"(?:{_letters(_SMALL, _SMALL)}|{_letters(_LARGE, f'(?:{_LARGE}|{_MIXED})')}|{_DEGREE}(?:{_ITEM_LIST}{_DEGREE})*)"
# Plain numbers are a list where the word says so; else the next one may be an article: "artikelen 3, onder 2, en 5".
_ONE_PLAIN = rf"{_PLAIN}(?: (?:{_AND}|{_THROUGH}) {_PLAIN})?"
_PLAINS = rf"{_PLAIN}(?:(?:, {_PLAIN})*,? (?:{_AND}|{_THROUGH}) {_PLAIN})?"
_PARTS = (
    r"(?:de )?(?:aanhef,? (?:en )?(?:de |het )?)?"
    rf"(?:{_ITEM_WORD} (?:{_LETTERS}|{_ONE_PLAIN})|(?:onderdelen|punten|nummers|nrs\.) {_PLAINS})"
)
# Parts of a lid that are smaller than we point at, but stand between it and the name of the regulation.
_SENTENCES = (
    rf"(?:{_ORDINAL}(?:{_LIST} {_ORDINAL}){{0,50}},? (?:(?:vol)?zin(?:nen|sneden?|sdelen?|sdeel)?|alinea|onderdeel|"
    r"(?:liggend |aandachts|gedachte)?streepje)|slot(?:zin|alinea)?|aanhef(?: en slot)?|"
    rf"(?:deel|categorie|rubriek|lijst|tabel|kolom|sectie) {_DIVISION}|en volgende|e\.v\.)"
    r"(?!\w)"
)


def _sub(separator: str, leden: str = _LEDEN) -> re.Pattern[str]:
    return re.compile(rf"{separator}(?:(?P<leden>{leden})|(?P<parts>{_PARTS})|(?P<sentence>{_SENTENCES}))")


SUB_AFTER_NUMBER = _sub(r"(?:\.?,)? \(?")
"""Directly behind the number of an article: ", eerste lid", " lid 2", ", aanhef en onder b"."""
SUB_AFTER_NUMBER_IN_LIST = _sub(r"(?:\.?,)? \(?", _LEDEN_IN_LIST)
"""The same behind "artikelen"."""
SUB = _sub(rf"(?:,? (?:{_AND}|(?:juncto|jo\.?|in (?:verbinding|samenhang) met) (?:het|de)) |,? )")
"""Behind a lid of an article: ", onder a", ", en derde lid"."""
SUB_STANDALONE = _sub(rf"(?:,? (?:{_AND} )?(?:(?:in |van |op )?(?:het |de ))?)")
"""Behind a lid that names no article: also " en het derde lid"."""

LID_WORD = re.compile(rf"(?P<through>{_THROUGH}|[-–](?!en))|(?P<number>{_ORDINAL}|(?<!\w){_LID_NUMBER})")
"""The numbers of a list of leden, and the words that make two of them a range."""
ITEM_WORD = re.compile(
    rf"(?P<through>{_THROUGH}|[-–])|(?<!\w)(?:(?:[Oo]nderde(?:el|len)|{_ITEM_WORD}|aanhef|{_AND}|de|het)(?!\w)|"
    rf"(?P<number>{_DEGREE}|\d{{1,3}}[a-z]?(?:\.\d+)*|(?<=onder )[IVX]+(?!\w))|(?P<letter>{_SMALL}|{_LARGE}|{_MIXED}))"
)
"""The items of a list of onderdelen, and the words between them."""
DEGREE_SIGN = re.compile(r"[º˚]|(?<=\d)o$")
"""Other ways to write the sign of "2°"."""

# --- articles ------------------------------------------------------------------------------------------------------

_DIVISION_WORD = r"[Hh]oofdstuk(?:ken)?|[Tt]itels?|[Aa]fdeling(?:en)?|[Pp]aragra(?:af|fen)|§§?"
_ARTICLE_WORD = r"[Aa]rt(?:ikel(?:en)?|t?\.|(?= \d))"
ARTICLE_ITEM = re.compile(rf"({_ARTICLE})(?:(?:,? {_THROUGH} (?:met )?(?:(?:artikel|art\.) ?)?|{_HYPHEN}(?=\d))({_ARTICLE}))?")
"""One article, or a range of two."""
SPACE_IN_NUMBER = re.compile(r"(?<=\d) ")
"""In "161 sexies": the heading of the article has "161sexies"."""
ARTICLE_NEXT = re.compile(rf"(?:,? {_AND} |, )(?={_ARTICLE}{_UNITS})")
"""Between two articles behind "artikelen"."""
ARTICLE_NEXT_AFTER_ONE = re.compile(
    rf"(?:,? {_AND} |, )"
    rf"(?=[A-Z]a? \d+(?!\w)|\d+(?:[a-z]|[.:]\d)[\w.:]*{_UNITS}|\d+{_UNITS}(?:[,;)]|\.?$|\. | "
    r"(?:van|of|en|tot en met|is|zijn|wordt|worden|gelde?n?|bedoelde?|genoemde?|gestelde?|vermelde?|niet)(?!\w)))"
)
"""Between two articles behind the singular "artikel 3 en 4", where a plain number may count something else."""
ARTICLE_AHEAD = re.compile(rf"(?:de )?(?P<article>{_ARTICLE_WORD}) ?(?={_ARTICLE})")
CHAIN = re.compile(
    rf"(?:,? {_AND} (?:(?:van|met|in|de|het) )*|, )"
    rf"(?=(?:{_ARTICLE_WORD}|{_DIVISION_WORD}) ?[\dIVX])"
)
"""Between two articles that share the regulation behind the second: "artikel 3 juncto artikel 5 van de Warmtewet"."""
CONTINUED = re.compile(
    r"(?:(?!artikel)[^.;:]|\.(?=\S)){3,150}?(?:,| en| of|, en) "
    rf"(?={_ARTICLE}(?:, [^.;:]{{3,60}}?)?,? van (?:de|het) )"
)
"""From the name behind "artikelen 3 van de Warmtewet" to the next number that has a name of its own."""

# --- divisions and annexes -----------------------------------------------------------------------------------------

_DIVISION_NAMES = {
    "hoofdstukken": "hoofdstuk",
    "titels": "titel",
    "afdelingen": "afdeling",
    "paragrafen": "paragraaf",
    "§": "paragraaf",
    "§§": "paragraaf",
    "bijlagen": "bijlage",
    "bijlages": "bijlage",
}
DIVISION_NUMBER = re.compile(_DIVISION)
DIVISION_NEXT = re.compile(
    rf"(?P<list>,? (?:{_AND}|{_THROUGH}) |, )(?P<item>)(?:(?P<word>hoofdstuk|titel|afdeling|paragraaf|§) ?)?"
    rf"(?={_DIVISION}{_UNITS})"
)
LOCATOR = re.compile(
    r",? (?:van|uit|in) (?:de )?"
    rf"(?:(?P<word>[Hh]oofdstuk|[Tt]itel|[Aa]fdeling|[Pp]aragraaf|§|[Bb]ijlage) ?(?P<number>{_DIVISION})|"
    r"(?<=de )(?P<bare>bijlage)(?!\w))"
)
"""Where an article or division stands: " van bijlage II", " van hoofdstuk 4", " van de bijlage"."""
ARTICLE_OF_ANNEX = re.compile(rf",? (?P<word>)artikel (?={_ARTICLE})")


def division_name(word: str) -> str:
    """The name that refs use: "Paragrafen" and "§" are "paragraaf"."""
    lowered = word.lower()
    return _DIVISION_NAMES.get(lowered, lowered)


# --- what stands behind a lid --------------------------------------------------------------------------------------

OF_ARTICLE = re.compile(
    r",? (?:van|in|uit) (?:(?P<own>dit artikel(?!\w))|"
    r"(?P<previous>het (?:vorige|voorgaande|voorafgaande) artikel(?!\w))|"
    r"(?P<next>het volgende artikel(?!\w))|"
    r"(?P<that>(?:dat|(?:het )?(?:genoemde?|bedoelde?|voornoemde?|laatstgenoemde?|eerstgenoemde?|eerdergenoemde?|"
    r"(?:desb|b)etreffende)|hetzelfde) artikel(?!\w))|"
    rf"(?P<other>(?=(?:de )?{_ARTICLE_WORD} ?{_ARTICLE})))"
)
LEDEN_OF_PART = re.compile(rf",? (?:van|in) (?:het|de) (?P<leden>{_LEDEN})")
PERSON = re.compile(
    r",? (?:van|uit|in|der) (?:de|het|een|den|die|deze|dat|ons|elke?|iedere?)? ?(?:[a-zë]+e )?[\w-]*"
    r"(?:raad|raden|commissie|kamer|bestuur|gerecht|gerechtshof|rechtbank|college|staten|vergadering|gezin|huishouden|huishouding|directie|team|jury|"
    r"fractie|partij|vereniging|bond|maatschap|panel|comité|delegatie|parlement|familie|groep)(?!\w)",
)
"""Behind a person who is a lid of something: "het eerste lid van de raad"."""

EXCEPTION = re.compile(r"[^.;:]*?,? (?P<word>met uitzondering van|uitgezonderd|behoudens|behalve) (?:het |de )?")
"""Between an article and what is taken out of it: "artikel 9, met uitzondering van het eerste lid, van de wet"."""
OTHER_NUMBER = re.compile(r"\d, ")
"""Before a lid of something that is no article: "voorschrift II/3, lid 4"."""

RELATIVES = {
    ("dit", "artikel"): "dit artikel",
    ("dit", "lid"): "dit lid",
    ("vorig", "artikel"): "vorig artikel",
    ("vorig", "lid"): "vorig lid",
    ("vorig", "artikelen"): "vorige artikelen",
    ("vorig", "leden"): "vorige leden",
    ("volgend", "artikel"): "volgend artikel",
    ("volgend", "lid"): "volgend lid",
}
_RELATIVE = (
    r"(?P<near>[Dd]it|[Vv]orige?|[Vv]oor(?:af)?gaande?|[Vv]olgende?)(?: (?:twee|drie|vier|vijf))? "
    r"(?P<far>lid|leden|artikel|artikelen)(?!\w)(?! \d)"
)

# --- regulations ---------------------------------------------------------------------------------------------------

_NOUN = (
    r"(?:[Rr]ijks|[Ll]ands|[Kk]ader)?(?:[Ww]et|[Bb]esluit|[Rr]egeling|[Vv]erordening|[Rr]eglement|[Bb]eschikking)|"
    r"[Bb]eleidsregels?|[Cc]irculaire|[Ww]etboek|[Ii]nstructie|[Kk]eur|[Vv]erdrag|[Oo]vereenkomst|[Ss]tatuut|[Hh]andleiding|"
    r"[Ss]tatuten|[Pp]rotocol|[Rr]ichtlijn(?:en)?|[Aa]anwijzing(?:en)?|[Bb]esluiten|[Cc]ode|[Vv]oorschrift(?:en)?"
)
# Words that may end the name of a regulation in lower case: "de algemene verordening gegevensbescherming".
_LOWER_NAME = (
    r"(?:[a-zë-]+e ){0,2}[a-zë-]*(?:wet|wetboek|besluit|regeling|verordening|richtlijn|verdrag|overeenkomst|reglement|"
    r"statuut|statuten|protocol|beschikking|handvest|code|voorschriften|voorwaarden|keur|richtsnoeren|akte|cao|conventie|circulaire|"
    r"beleidsregels?|leidraad|handleiding)"
    r"(?!\w)"
)
# "van het te Parijs tot stand gekomen verdrag", "van de in het eerste lid bedoelde wet": no name, but not the own one.
_TOLD_NAME = (
    r"(?:op|te|in|bij|onder|krachtens) [^.;:]{3,80}?"
    r"(?:[Ww]et|[Vv]erdrag|[Oo]vereenkomst|[Rr]egeling|[Bb]esluit|[Vv]erordening|[Rr]ichtlijn)(?!\w)"
)
# Capitalised words behind "van de" that are no regulation: "de ontheffing van artikel 5 van Onze Minister".
_NO_NAME = (
    r"(?!(?:Onze|Minister|Ministers|Staatssecretaris|Koning|Staat|Staten|Nederland|Nederlanden|Kamer|Inspecteur|Commissie|"
    r"Gedeputeerde|Burgemeester|Raad|Rijk|Autoriteit)(?!\w))"
)
_OF = r"\.?,?\)? (?:van|der|uit)"
_OF_ANNEX = r"\.?,?\)? (?:van|der|uit|bij|behorende? (?:bij|tot)|als bedoeld in|opgenomen bij|gevoegd bij)"


def _regulation(of: str) -> re.Pattern[str]:
    return re.compile(
        rf"{of} (?:"
        r"(?:(?:de |het )?(?:onderhavige )|deze |dit )"
        rf"(?P<own>{_NOUN}|bijlage|boek|hoofdstuk|paragraaf|titel|afdeling)(?!\w)|"
        rf"(?:(?:de |het )?(?:die|dat|genoemde?|voornoemde?|voormelde?|eerstgenoemde?|laatstgenoemde?|eerdergenoemde?|"
        rf"bedoelde?) |dezelfde |hetzelfde )(?P<that>{_NOUN}|[Bb]oek)(?!\w)|"
        # "de wet" is the parent, unless its name goes on: "de wet op de huurtoeslag", "de wet van 5 juni 1975".
        r"(?P<parent>(?:de|het) (?:rijks|lands)?(?:wet|besluit|regeling|verordening|reglement|beschikking)(?!\w)"
        r"(?! (?:op (?:de|het)|inzake|tot|houdende|betreffende|van \d|nr|\(|(?!Onze)[A-Z])|-)|"
        r"(?:de|het) (?:Rijks)?(?:Wet|Besluit|Regeling|Verordening|Reglement)(?=[,.;:)]|$| "
        r"(?:is|zijn|wordt|worden|en|of|niet|in|kan|van toepassing|bedoelde?|genoemde?|gestelde|aangewezen|voor zover|"
        r"dan|heeft|hebben|geldt|gelden)(?!\w)))|"
        rf"(?P<named>(?:de |het |den |een )?(?={_NO_NAME}[A-Z]|[‘'’\"“„«][A-Za-z])|"
        rf"(?:de |het |een )(?={_LOWER_NAME}|{_TOLD_NAME})|"
        r"(?=(?:richtlijn|verordening|besluit|beschikking|boek|protocol|kaderbesluit|uitvoeringsverordening) )))"
        # Directly behind it: an abbreviation ("Awb", "WVW 1994") or a title ("Wet milieubeheer", "Opiumwet").
        r"|,? (?P<bare>(?=(?:"
        r"[A-Z][a-zë]*-?[A-Z][\w()-]*|"
        r"(?!(?:De|Het|Een|Onze|In|Bij|Op|Voor|Na|Als|Wie|Zie|Ten|Te|Dit|Deze|Die|Door|Met|Van|Aan|Er|Geen|Om|Tot|Uit|Ook|Is|"
        r"Onder|Hij|Zij|Dat|Daar|Men|Wel|Niet|Kan|Per|Alle|Over|Indien|Ad|Wordt|Titel|Stb|Stcrt|Pb|Nr)(?!\w))[A-Z][a-z]{1,4}|"
        r"[A-Z][a-zë-]*(?:wet|wetboek|besluit|regeling|verordening|reglement|statuut|verdrag|richtlijn)|"
        r"(?:Wet|Wetboek|Besluit|Regeling|Reglement|Verordening|Verdrag|Richtlijn)|"
        r"Burgerlijk Wetboek|[Bb]oek(?= \d)|"
        r"Algeme(?:ne?|en) (?:[a-z]+ )?(?:wet|douane|plaatselijke|verordening|\w*reglement|\w*besluit))"
        r"(?!\w)))"
    )


REGULATION = _regulation(_OF)
REGULATION_OF_ANNEX = _regulation(_OF_ANNEX)
"""What stands behind an annex: also "bijlage II bij het Warmtebesluit"."""
_TITLE = (
    r"(?:[A-Z][\w-]*(?:wet|wetboek|besluit|regeling|verordening|reglement|verdrag|statuut)|(?:Tijdelijke )?"
    r"(?:Algemene wet|Wet|Besluit|Regeling|Wetboek|Verordening|Reglement|Verdrag|Richtlijn|Burgerlijk Wetboek))(?!\w)"
)
NAME_BEFORE = re.compile(rf"(?:^ ?|(?:de|het) )(?P<name>{_TITLE}[^.;:]{{0,100}}): (?:de )?$")
"""Before an article, in a list by regulation: "van het Warmtebesluit: de artikelen 3 en 5"."""
WINDOW = re.compile(r"[^.;:\n]*(?:[.:](?=\S| [a-z0-9(])[^.;:\n]*)*")
"""Text in which a name may stand: to the end of the sentence."""
LATE_REGULATION = re.compile(rf"(?<![\w-]){_TITLE}")
"""A regulation that is named without an article; looked for behind "die wet" only."""

# --- where a citation begins ---------------------------------------------------------------------------------------

HAS_LID = re.compile(r"[Ll]id|[Ll]eden")
# The first letters come before the alternatives: half of all words begin with another one.
_START = r"(?<![\w-])(?=[AaBbDdEeÉéHhLlNnOoPpTtVvZz§0-9])(?:"
_ANCHORS = (
    rf"(?P<article>{_ARTICLE_WORD}):? ?(?={_ARTICLE})|"
    rf"(?P<part>[Oo]nderde(?:el {_LETTERS}|el {_ONE_PLAIN}|len {_LETTERS}|len {_PLAINS}))|"
    rf"(?P<annex>[Bb]ijlagen? (?={_DIVISION})|(?<=de )bijlage(?!\w))|"
    rf"(?P<division>(?:{_DIVISION_WORD}) ?(?={_DIVISION}))"
)
# "artikel 7.4.6 of, indien het een school betreft, 7.4.11, vijfde lid": the number has lost its word.
_NUMBER = rf"(?P<number>(?=\d[\w.:]{{0,12}}, (?:{_LEDEN_IN_WORDS}|aanhef en|onderdeel {_SMALL})))"
ANCHOR = re.compile(rf"{_START}{_ANCHORS}|{_NUMBER}|(?P<leden>{_LEDEN})|(?P<relative>{_RELATIVE}))")
ANCHOR_WITHOUT_LEDEN = re.compile(rf"{_START}{_ANCHORS}|(?P<relative>{_RELATIVE}))")
# "rt" stands for artikel, art. and art; the words that may begin a sentence are looked for without their first letter.
_MARKS = (
    "rtikel",
    "rt.",
    "rt ",
    "lid",
    "leden",
    "Lid",
    "Leden",
    "nderde",
    "ijlage",
    "oofdst",
    "aragra",
    "fdel",
    "itel",
    "§",
)


def citable(text: str) -> bool:
    """Whether the text has any of the letters without which there is no citation; far faster than looking for one."""
    return any(mark in text for mark in _MARKS)
