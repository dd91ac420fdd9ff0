"""OW files: what an authority itself says of its rules under the IMOW standard.

A chain of references leads from a rule to its clause::

    RegelVoorIedereen --artikelOfLid--> Regeltekst (wId) --> Artikel or Lid in the text
                      --activiteitaanduiding--> Activiteit (naam), activiteitregelkwalificatie
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from lxml import etree

from corpus.records import SourceFile
from corpus.safe_xml import find, local, parse, text_of

_HREF = "{http://www.w3.org/1999/xlink}href"
_SPELLING = {"andersgeduid": "AndersGeduid", "anders geduid": "AndersGeduid"}


@dataclass(frozen=True, kw_only=True)
class Annotation:
    """What is said of one clause; values in order of first appearance, each once."""

    qualifications: tuple[str, ...]
    activities: tuple[str, ...]


@dataclass
class _Objects:
    wid_of: dict[str, str] = field(default_factory=dict)  # Regeltekst -> wId
    name_of: dict[str, str] = field(default_factory=dict)  # Activiteit -> naam
    rules: list[tuple[str, str, str]] = field(default_factory=list)  # Regeltekst, Activiteit, qualification


def read_annotations(files: Iterable[SourceFile]) -> dict[str, Annotation]:
    """Annotations by wId, from all OW files of a package in any order.

    Files that are empty (it happens in real publications) or no OW files are passed over.

    Raises:
        UnreadableSource: a file is not well-formed XML.
    """
    objects = _Objects()
    for file in files:
        data = file.read()
        if data.strip() and b"owBestand" in data[:4000]:
            _collect(parse(data, name=file.name), objects)
    found: dict[str, tuple[dict[str, None], dict[str, None]]] = {}
    for regeltekst, activity, qualification in objects.rules:
        wid = objects.wid_of.get(regeltekst)
        if wid:
            qualifications, activities = found.setdefault(wid, ({}, {}))
            if qualification:
                qualifications[qualification] = None
            if activity in objects.name_of:
                activities[objects.name_of[activity]] = None
    return {wid: Annotation(qualifications=tuple(q), activities=tuple(a)) for wid, (q, a) in found.items()}


def _collect(root: etree._Element, objects: _Objects) -> None:
    for element in root.iter():
        name = local(element)
        if name == "Regeltekst":
            objects.wid_of[text_of(find(element, "identificatie"))] = str(element.get("wId") or "")
        elif name == "Activiteit":
            objects.name_of[text_of(find(element, "identificatie"))] = text_of(find(element, "naam"))
        elif name in ("RegelVoorIedereen", "Instructieregel", "Omgevingswaarderegel"):
            texts = [str(ref.get(_HREF) or "") for ref in element.iter("{*}RegeltekstRef")]
            pairs = [_activity(one) for one in element.iter("{*}activiteitaanduiding")] or [("", "")]
            objects.rules += [(text, activity, value) for text in texts for activity, value in pairs]


def _activity(element: etree._Element) -> tuple[str, str]:
    ref = next(element.iter("{*}ActiviteitRef"), None)
    value = text_of(next(element.iter("{*}activiteitregelkwalificatie"), None)).rpartition("/")[2]
    return (str(ref.get(_HREF) or "") if ref is not None else ""), _SPELLING.get(value.lower(), value)
