"""CVDR XML: regulations of municipalities, provinces and water boards, as the official collection publishes them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from lxml import etree

from corpus.errors import UnreadableSource
from corpus.readers.xml_clauses import Dialect, XmlCutter
from corpus.readers.xml_text import linearise
from corpus.records import Regulation, SourceUnit
from corpus.safe_xml import find, line_of, parse, text_of

FORMAT = "cvdr-xml"

DIALECT = Dialect(
    heading="kop",
    label="label",
    number="nr",
    title="titel",
    article=frozenset({"artikel"}),
    lid="lid",
    lid_number="lidnr",
    lists=frozenset({"lijst"}),
    item="li",
    item_number="li.nr",
    annex="bijlage",
    text=frozenset({"al", "table", "tussenkop", "tekst", "al-groep", "structuurtekst", "kadertekst", "citaat"}),
    inline=frozenset({"vet", "cur", "ondlijn", "extref", "intref", "sup", "inf", "nadruk", "hl", "onderstreept", "br", "noot"}),
    leave_out=frozenset({"noot", "plaatje", "illustratie", "meta"}),
    skip=frozenset(
        {
            "meta",
            "intitule",
            "aanhef",
            "regeling-sluiting",
            "nota-toelichting",
            "toelichting",
            "ondertekening",
            "artikel.toelichting",
            "bijlage-sluiting",
        }
    ),
    links={"extref": "doc", "intref": "doc"},
)

_LEVELS = {"gemeente": "gemeente", "provincie": "provincie", "waterschap": "waterschap", "ministerie": "rijk"}
_IDENTIFIER = re.compile(r"(?:CVDR)?(\d+)(?:_(\d+))?")


def read(unit: SourceUnit) -> Iterator[Regulation]:
    """The regulation in one CVDR file.

    Raises:
        UnreadableSource: not well-formed, no identifier, or no text of a regulation.
    """
    name = unit.main.name
    data = unit.main.read()
    root = parse(data, name=name)
    stated = text_of(find(root, "identifier"))
    identifier = _IDENTIFIER.fullmatch(stated)
    if identifier is None:
        raise UnreadableSource(name, "a CVDR file without dcterms:identifier", line=line_of(root))
    body = find(root, "regeling")
    if body is None:
        raise UnreadableSource(name, "holds no text of a regulation (regeling)", line=line_of(root))
    regulation_id = f"CVDR{identifier[1]}"
    version = f"{regulation_id}_{identifier[2] or '1'}"
    reading = linearise(root, inline=DIALECT.inline, leave_out=DIALECT.leave_out, marks={"li": ("li.nr", "nr")})
    cutter = XmlCutter(regulation_id, reading, DIALECT, identify=lambda element, ref: _official_id(version, ref))
    creator = find(root, "creator")
    valid_from = text_of(find(root, "inwerkingtredingDatum"))
    title = text_of(find(root, "title")) or text_of(find(root, "intitule")) or regulation_id
    alternative = text_of(find(root, "alternative"))
    yield Regulation(
        id=regulation_id,
        title=title,
        level=_level_of(creator),
        clauses=tuple(cutter.clauses(body)),
        long_title=text_of(find(root, "intitule")),
        kind=text_of(find(root, "type")),
        authority=text_of(creator),
        official_id=version,
        aliases=(alternative,) if alternative and alternative != title else (),
        version_date=valid_from or text_of(find(root, "modified")),
        valid_from=valid_from,
        valid_until=text_of(find(root, "uitwerkingtredingDatum")),
        format=FORMAT,
        source=name,
        source_sha256=hashlib.sha256(data).hexdigest(),
        licence="vrij van auteursrecht en databankrecht",
        address=f"https://lokaleregelgeving.overheid.nl/{regulation_id}/{identifier[2] or '1'}",
        reading_text=reading.text,
    )


def _level_of(creator: etree._Element | None) -> str:
    scheme = str(creator.get("scheme") or "") if creator is not None else ""
    return _LEVELS.get(scheme.rpartition(":")[2].lower(), "overig")


def _official_id(version: str, ref: str) -> str:
    """CVDR numbers versions, not clauses; the parts follow as they do in a JCI."""
    parts = [part.partition("-") for part in ref.partition("~")[0].split("/")[1:]]
    return "&".join([version, *(f"{kind}={number or '1'}" for kind, _, number in parts)])
