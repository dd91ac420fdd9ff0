"""STOP: environment plans and water-board regulations under the Omgevingswet, with the OW files beside them.

A publication (``besluit.xml``) holds the text within the decision that adopts it; a download package (``Regeling/Tekst.xml``)
holds it alone, with its metadata in files beside it. What else is in the package is recognised by its content.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from lxml import etree

from corpus.errors import UnreadableSource
from corpus.readers.ow import Annotation, read_annotations
from corpus.readers.xml_clauses import Dialect, XmlCutter
from corpus.readers.xml_text import linearise
from corpus.records import Regulation, SourceFile, SourceUnit
from corpus.safe_xml import find, line_of, local, parse, text_of

FORMAT = "stop"

_TEXTS = frozenset({"RegelingCompact", "RegelingKlassiek", "RegelingVrijetekst", "RegelingTijdelijkdeel"})

_DIALECT = Dialect(
    heading="Kop",
    label="Label",
    number="Nummer",
    title="Opschrift",
    article=frozenset({"Artikel"}),
    lid="Lid",
    lid_number="LidNummer",
    lists=frozenset({"Lijst", "Begrippenlijst"}),
    item="Li",
    item_number="LiNummer",
    annex="Bijlage",
    text=frozenset({"Al", "table", "Groep", "Citaat", "Formule", "Tussenkop", "Kadertekst", "Inhoud"}),
    inline=frozenset(
        {
            "IntRef",
            "ExtRef",
            "IntIoRef",
            "ExtIoRef",
            "ContextAnchor",
            "sup",
            "sub",
            "b",
            "i",
            "u",
            "strong",
            "abbr",
            "NieuweTekst",
            "VerwijderdeTekst",
            "Noot",
        }
    ),
    leave_out=frozenset({"Noot", "VerwijderdeTekst", "Figuur", "Redactioneel", "Gereserveerd", "InleidendeTekst"}),
    skip=frozenset(
        {
            "RegelingOpschrift",
            "Aanhef",
            "Sluiting",
            "Toelichting",
            "AlgemeneToelichting",
            "Motivering",
            "ArtikelgewijzeToelichting",
            "Inhoudsopgave",
            "WijzigArtikel",
        }
    ),
    repealed="Vervallen",
    links={"IntRef": "ref", "ExtRef": "ref"},
)

_AUTHORITY = re.compile(r"\b(gm\d{4}|pv\d{2}|ws\d{4}|mnre\d{4})\b")
_LEVELS = {"gm": "gemeente", "pv": "provincie", "ws": "waterschap", "mn": "rijk"}
_KINDS = {
    "omgevingsplan": "omgevingsplan",
    "waterschapsverordening": "waterschapsverordening",
    "omgevingsverordening": "omgevingsverordening",
}
_DATE = re.compile(r"nld@(\d{4}-\d{2}-\d{2})")


def is_stop_text(root_name: str) -> bool:
    """Whether a file with this root element holds the text of a regulation."""
    return root_name in _TEXTS or root_name in ("AanleveringBesluit", "OfficielePublicatie", "AanleveringKennisgeving")


def read(unit: SourceUnit) -> Iterator[Regulation]:
    """The regulation in a publication or download package, with the official annotations of its clauses.

    Raises:
        UnreadableSource: not well-formed, no text of a regulation, or no identification.
    """
    name = unit.main.name
    data = unit.main.read()
    root = parse(data, name=name)
    body = root if local(root) in _TEXTS else next((found for found in root.iter() if local(found) in _TEXTS), None)
    if body is None:
        raise UnreadableSource(name, "holds no text of a regulation (RegelingCompact or the like)", line=line_of(root))
    for mark in [element for element in body.iter() if element.get("wijzigactie") == "verwijder"]:
        _remove(mark)
    metadata = [root, *(_parsed(companion) for companion in unit.companions if _is_metadata(companion.basename))]
    expression = _expression(root, body, metadata)
    authority = _AUTHORITY.search(expression)
    if authority is None:
        raise UnreadableSource(name, "no FRBRExpression that says whose regulation this is", line=line_of(root))
    code = authority[1]
    title = _first(metadata, "citeertitel") or _first(metadata, "officieleTitel") or text_of(find(body, "RegelingOpschrift"))
    kind = next((kind for word, kind in _KINDS.items() if word in f"{title} {expression}".lower()), "")
    regulation_id = code if kind else f"{code}-{expression.split('/nld@')[0].rpartition('/')[2]}".lower()
    reading = linearise(body, inline=_DIALECT.inline, leave_out=_DIALECT.leave_out)
    annotations = read_annotations(unit.companions)
    cutter = XmlCutter(
        regulation_id,
        reading,
        _DIALECT,
        identify=lambda element, ref: str(element.get("wId") or ""),
        annotate=lambda element, article: _annotation(annotations, element, article),
    )
    valid_from = _first(metadata, "juridischWerkendVanaf") or _first(metadata, "geldigVanaf")
    version = _DATE.search(expression)
    yield Regulation(
        id=regulation_id,
        title=title or regulation_id,
        level=_LEVELS[code[:2]],
        clauses=tuple(cutter.clauses(body)),
        long_title=text_of(find(body, "RegelingOpschrift")),
        kind=kind,
        authority=_authority_name(title, code),
        official_id=expression,
        version_date=version[1] if version else valid_from,
        valid_from=valid_from,
        format=FORMAT,
        source=name,
        source_sha256=hashlib.sha256(data).hexdigest(),
        licence="geen auteursrecht (artikel 11 Auteurswet)",
        address=f"https://identifier.overheid.nl{expression}",
        reading_text=reading.text,
    )


def _annotation(
    annotations: dict[str, Annotation], element: etree._Element, article: etree._Element | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is said of a lid; what is said of its article where nothing is said of any of its leden."""
    own = annotations.get(str(element.get("wId")))
    if own is None and article is not None and article is not element:
        siblings = [annotations.get(str(lid.get("wId"))) for lid in article if local(lid) == _DIALECT.lid]
        own = annotations.get(str(article.get("wId"))) if not any(siblings) else None
    return (own.qualifications, own.activities) if own else ((), ())


def _expression(root: etree._Element, body: etree._Element, metadata: list[etree._Element]) -> str:
    """The identification of the regulation, not of the decision that it came with."""
    stated = str(body.get("wordt") or "")
    if stated:
        return stated
    found = [text_of(one) for part in metadata for one in part.iter("{*}FRBRExpression")]
    regulations = [one for one in found if "/act/" in one]
    return next(iter(regulations or found), "")


def _first(metadata: list[etree._Element], name: str) -> str:
    return next((text for part in metadata for one in part.iter("{*}" + name) if (text := text_of(one))), "")


def _is_metadata(basename: str) -> bool:
    return basename.lower() in ("identificatie.xml", "metadata.xml", "versiemetadata.xml", "momentopname.xml")


def _parsed(companion: SourceFile) -> etree._Element:
    return parse(companion.read(), name=companion.name)


def _authority_name(title: str, code: str) -> str:
    """The name in the title where it has one ("Omgevingsplan gemeente Ermelo"), otherwise the code."""
    named = re.search(r"(?:gemeente|waterschap|provincie)\s+([A-Z][\w' -]+?)(?:\s*\(|$)", title)
    return named[1].strip() if named else code


def _remove(element: etree._Element) -> None:
    """Take an element out, but leave the text behind it."""
    parent = element.getparent()
    if parent is None:
        return
    previous = element.getprevious()
    if element.tail:
        if previous is not None:
            previous.tail = (previous.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)
