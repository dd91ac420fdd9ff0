"""XML of official publications (gemeenteblad, staatscourant): the text of a regulation as it was announced."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from corpus.errors import UnreadableSource
from corpus.readers.cvdr import DIALECT
from corpus.readers.document import slug
from corpus.readers.xml_clauses import XmlCutter
from corpus.readers.xml_text import linearise
from corpus.records import Regulation, SourceUnit
from corpus.safe_xml import find, line_of, local, parse

FORMAT = "op-xml"

_LEVELS = {
    "gemeenteblad": "gemeente",
    "gmb": "gemeente",
    "provincieblad": "provincie",
    "prb": "provincie",
    "waterschapsblad": "waterschap",
    "wsb": "waterschap",
    "staatsblad": "rijk",
    "stb": "rijk",
    "staatscourant": "rijk",
    "stcrt": "rijk",
}


def read(unit: SourceUnit) -> Iterator[Regulation]:
    """The regulation in one publication.

    Raises:
        UnreadableSource: not well-formed, or without text of a regulation.
    """
    name = unit.main.name
    data = unit.main.read()
    root = parse(data, name=name)
    body = next((found for tag in ("regeling-tekst", "regeling", "tekst") if (found := find(root, tag)) is not None), None)
    if body is None:
        raise UnreadableSource(name, "holds no text of a regulation", line=line_of(root))
    reading = linearise(root, inline=DIALECT.inline, leave_out=DIALECT.leave_out, marks={"li": ("li.nr", "nr")})
    parent = body.getparent()
    whole = parent if local(body) == "regeling-tekst" and parent is not None else body
    titles = [reading.text_of(one) for tag in ("intitule", "titel") for one in root.iter("{*}" + tag)]
    title = next((one for one in titles if one and not one.isupper()), name)  # the first title is that of the bulletin
    regulation_id = slug(unit.main.basename)
    start = " ".join(re.findall(r"<([\w-]+)", data[:3000].decode("utf-8", errors="ignore"))).lower()
    level = next((level for word, level in _LEVELS.items() if word in f"{start} {name.lower()}"), "overig")
    cutter = XmlCutter(regulation_id, reading, DIALECT, identify=lambda element, ref: "")
    yield Regulation(
        id=regulation_id,
        title=title,
        level=level,
        clauses=tuple(cutter.clauses(whole)),
        format=FORMAT,
        source=name,
        source_sha256=hashlib.sha256(data).hexdigest(),
        licence="geen auteursrecht (artikel 11 Auteurswet)",
        reading_text=reading.text,
    )
