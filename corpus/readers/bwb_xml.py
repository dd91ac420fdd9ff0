"""BWB XML: national law as the official repository publishes it (one ``toestand`` per version of a regulation)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from lxml import etree

from corpus.errors import UnreadableSource
from corpus.readers.bwb_wti import WtiFacts, read_wti
from corpus.readers.xml_clauses import Dialect, XmlCutter
from corpus.readers.xml_text import linearise
from corpus.records import Regulation, SourceUnit
from corpus.references.jci import jci_text
from corpus.safe_xml import find, line_of, local, parse

FORMAT = "bwb-xml"

_DIALECT = Dialect(
    heading="kop",
    label="label",
    number="nr",
    title="titel",
    article=frozenset({"artikel"}),
    lid="lid",
    lid_number="lidnr",
    lists=frozenset({"lijst", "definitielijst", "specificatielijst"}),
    item="li",
    item_number="li.nr",
    annex="bijlage",
    text=frozenset({"al", "table", "tussenkop", "structuurtekst", "tekst", "citaat", "formule", "al-groep", "kadertekst"}),
    inline=frozenset(
        {
            "nadruk",
            "extref",
            "intref",
            "sup",
            "inf",
            "unl",
            "nootref",
            "redactionele-correctie",
            "plaatje",
            "illustratie",
            "ovl",
            "naam",
            "voornaam",
            "achternaam",
            "noot",
            "redactie",
        }
    ),
    leave_out=frozenset({"meta-data", "noot", "redactie", "plaatje", "illustratie", "nootref", "opmerkingen-inhoud"}),
    skip=frozenset(
        {
            "bwb-inputbestand",
            "bwb-wijzigingen",
            "intitule",
            "citeertitel",
            "aanhef",
            "wetsluiting",
            "regeling-sluiting",
            "bijlage-sluiting",
            "slotformulering",
            "ondertekening",
            "nota-toelichting",
            "artikel.toelichting",
            "circulaire-sluiting",
            "besluit-sluiting",
            "afkondiging",
            "considerans",
            "wij",
            "wie",
            "brondata",
            "preambule",
        }
    ),
    links={"extref": "doc", "intref": "doc"},
)

_ID = re.compile(r"BWB[RVW]\w?\d{4,7}")
_DATE = re.compile(r"/(\d{4}-\d{2}-\d{2})(?:/|$)")
_NAME_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})")
_KINDS = {"wet-besluit": "wet of AMvB", "regeling": "ministeriële regeling", "circulaire": "circulaire"}


def read(unit: SourceUnit) -> Iterator[Regulation]:
    """The regulation in one toestand file; a WTI file beside it adds titles, abbreviations and the authority.

    Raises:
        UnreadableSource: not well-formed, no BWB id, or no text of a regulation.
    """
    name = unit.main.name
    data = unit.main.read()
    root = parse(data, name=name)
    if local(root) != "toestand":
        raise UnreadableSource(name, f"is no toestand of a regulation (root element {local(root)})")
    regulation_id = _id_of(root, name)
    body = find(root, "wetgeving")
    if body is None:
        raise UnreadableSource(name, "holds no text of a regulation (wetgeving)", line=line_of(root))
    reading = linearise(root, inline=_DIALECT.inline, leave_out=_DIALECT.leave_out, marks={"li": ("li.nr", "nr")})
    date = _date_of(root, name)
    facts = _facts(unit)
    cutter = XmlCutter(regulation_id, reading, _DIALECT, identify=lambda element, ref: jci_text(ref, date=date))
    long_title = reading.text_of(find(body, "intitule"))
    cited = reading.text_of(find(body, "citeertitel"))
    title = cited or (facts.titles[0] if facts and facts.titles else "") or long_title or regulation_id
    names = [*(facts.titles if facts else ()), *(facts.abbreviations if facts else ()), long_title]
    yield Regulation(
        id=regulation_id,
        title=title,
        level="rijk",
        clauses=tuple(cutter.clauses(body)),
        long_title=long_title,
        kind=(facts.kind if facts else "") or _kind_of(body),
        authority=facts.authority if facts else "",
        official_id=jci_text(regulation_id, date=date),
        aliases=tuple(dict.fromkeys(one for one in names if one and one != title)),
        version_date=date,
        valid_from=date,
        format=FORMAT,
        source=name,
        source_sha256=hashlib.sha256(data).hexdigest(),
        licence="geen auteursrecht (artikel 11 Auteurswet)",
        address=f"https://wetten.overheid.nl/{regulation_id}" + (f"/{date}" if date else ""),
        reading_text=reading.text,
    )


def _id_of(root: etree._Element, name: str) -> str:
    stated = _ID.search(str(root.get("bwb-id") or ""))
    found = stated or _ID.search(name.rpartition("/")[2])
    if found is None:
        raise UnreadableSource(name, "a toestand without BWB id", line=line_of(root))
    return found[0]


def _date_of(root: etree._Element, name: str) -> str:
    """The day from which this toestand holds: stated by the repository, in the name of the file, or the newest article."""
    stated = _DATE.search(str(root.get("bwb-ng-vast-deel") or ""))
    if stated:
        return stated[1]
    in_name = _NAME_DATE.search(name.rpartition("/")[2])
    if in_name:
        return in_name[1]
    days = [str(one.get("inwerking")) for one in root.iter("{*}artikel") if _NAME_DATE.fullmatch(str(one.get("inwerking")))]
    return max(days, default="")


def _kind_of(body: etree._Element) -> str:
    return str(body.get("soort") or "") or next((_KINDS[local(child)] for child in body if local(child) in _KINDS), "")


def _facts(unit: SourceUnit) -> WtiFacts | None:
    for companion in unit.companions:
        if companion.name.lower().endswith(".wti"):
            return read_wti(companion.read(), name=companion.name)
    return None
