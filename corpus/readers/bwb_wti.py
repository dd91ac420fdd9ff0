"""What the repository says about a regulation: its WTI (wetstechnische informatie) and its manifest of versions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from corpus.errors import UnreadableSource
from corpus.safe_xml import find, line_of, local, parse, text_of

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, kw_only=True)
class WtiFacts:
    """What a WTI file says of a regulation as a whole."""

    id: str  # BWBR0018451
    titles: tuple[str, ...]  # citation titles, the present one first
    abbreviations: tuple[str, ...]  # "Wzt"
    authority: str  # the ministry that answers for it
    kind: str  # wet, AMvB, ministeriele-regeling, ...


@dataclass(frozen=True, kw_only=True)
class ManifestItem:
    """One version of a regulation in the repository."""

    label: str  # "2022-05-01_0"
    valid_from: str  # ISO date
    valid_until: str  # ISO date, the last day; empty: still in force
    file: str  # path below the regulation: "2022-05-01_0/xml/BWBR0045754_2022-05-01_0.xml"
    size: int  # bytes; 0 when not stated
    sha512: str  # hex; empty when not stated


def read_wti(data: bytes, *, name: str) -> WtiFacts:
    """The facts in a WTI file.

    Raises:
        UnreadableSource: not well-formed, or another kind of file.
    """
    root = parse(data, name=name)
    general = find(root, "algemene-informatie")
    if local(root) != "wetstechnische-informatie" or general is None:
        raise UnreadableSource(name, "is no WTI file (wetstechnische-informatie)", line=line_of(root))
    stated = [(str(one.get("geldig-tot") or "9999"), text_of(one)) for one in general.iter("{*}citeertitel")]
    return WtiFacts(
        id=str(root.get("bwb-id") or text_of(find(general, "identificatienummer"))),
        titles=tuple(dict.fromkeys(title for _, title in sorted(stated, reverse=True) if title)),
        abbreviations=tuple(dict.fromkeys(text for one in general.iter("{*}afkorting") if (text := text_of(one)))),
        authority=text_of(find(general, "eerstverantwoordelijke")),
        kind=text_of(find(general, "soort-regeling")),
    )


def read_manifest(data: bytes, *, name: str) -> tuple[ManifestItem, ...]:
    """The versions in a manifest of the repository that have an XML file, newest first.

    Raises:
        UnreadableSource: not well-formed, or another kind of file.
    """
    root = parse(data, name=name)
    if local(root) != "work":
        raise UnreadableSource(name, f"is no manifest (root element {local(root)})", line=line_of(root))
    items = [item for one in root.iter("{*}expression") for item in _items(one)]
    return tuple(sorted(items, key=lambda item: (item.valid_from, item.label), reverse=True))


def _items(expression: etree._Element) -> list[ManifestItem]:
    label = str(expression.get("label") or "")
    metadata = find(expression, "metadata")
    start, end = (_date(metadata, field) for field in ("datum_inwerkingtreding", "einddatum"))
    found = []
    for manifestation in expression.iter("{*}manifestation"):
        if manifestation.get("label") == "xml":
            size = text_of(find(manifestation, "size"))
            for item in manifestation.iter("{*}item"):
                if item.get("_deleted") != "true":
                    found.append(
                        ManifestItem(
                            label=label,
                            valid_from=start or label[:10],
                            valid_until="" if end.startswith("9999") else end,
                            file=f"{label}/xml/{item.get('label')}",
                            size=int(size) if size.isdigit() else 0,
                            sha512=text_of(find(manifestation, "hashcode")),
                        )
                    )
    return found


def _date(metadata: etree._Element | None, name: str) -> str:
    text = text_of(find(metadata, name)) if metadata is not None else ""
    return text[:10] if _DATE.match(text) else ""
