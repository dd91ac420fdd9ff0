"""Who decides, by which procedure and within what term: as far as a clause says so, in its own words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from models.dutch import sentences

_AUTHORITY = re.compile(
    r"burgemeester en wethouders|het college(?: van burgemeester en wethouders)?|de burgemeester|gedeputeerde staten|"
    r"provinciale staten|het (?:dagelijks|algemeen) bestuur|de (?:gemeente)?raad\b(?! van)|"
    r"Onze Minister(?:s)?(?: van [A-Z][\w-]+(?:(?:,| en) [A-Z][\w-]+)*)?|Onze Ministers?|het bevoegd gezag|de inspecteur|"
    r"de Inspectie[\w ]{0,30}|de Autoriteit [A-Z]\w+(?: [A-Z]\w+)*|de raad van bestuur|het bestuursorgaan|de beheerder",
    re.IGNORECASE,
)
_DECIDES = re.compile(
    r"\b(?:kan|kunnen|verlee?n(?:t|en|d)|beslis\w*|besluit(?:en)?|stel(?:t|len)\s+\w+\s+vast|wijs(?:t|zen)|weiger\w*|"
    r"staa?t? toe|geeft|keurt|bepaalt|beoordeelt)\b",
    re.IGNORECASE,
)
_NUMBER = r"(?:\d+|een|één|twee|drie|vier|vijf|zes|zeven|acht|negen|tien|twaalf|dertien|zestien|twintig|zesentwintig)"
_TERM = re.compile(
    rf"\b(?:binnen|uiterlijk|ten\s*minste|minimaal|gedurende)\s+(?:een\s+termijn\s+van\s+)?{_NUMBER}\s+"
    r"(?:werkdag(?:en)?|dag(?:en)?|we(?:ek|ken)|maand(?:en)?|uur|ja(?:ar|ren))"
    r"(?:\s+(?:na|voor(?:dat)?|voorafgaand|vóór)\b[^,.;:]{0,60})?",
    re.IGNORECASE,
)
_PROCEDURES = (
    (re.compile(r"afdeling 3\.4 van de Algemene wet bestuursrecht", re.IGNORECASE), "uniforme openbare voorbereiding"),
    (re.compile(r"paragraaf 4\.1\.3\.3 van de Algemene wet bestuursrecht", re.IGNORECASE), "van rechtswege na de termijn"),
    (re.compile(r"\b(?:aanvraag|verzoek)\b", re.IGNORECASE), "op aanvraag"),
    (re.compile(r"\bambtshalve\b", re.IGNORECASE), "ambtshalve"),
)


@dataclass(frozen=True, kw_only=True)
class Procedure:
    """What a clause says of the way to a decision; "" where it says nothing."""

    decides: str
    procedure: str
    term: str

    def to_json(self) -> dict[str, str]:
        """The three by name."""
        return {"decides": self.decides, "procedure": self.procedure, "term": self.term}


def authorities_in(text: str) -> list[str]:
    """The authorities that a clause names, each once, in its own words and order."""
    return list({found.group().casefold(): found.group() for found in _AUTHORITY.finditer(text)}.values())


def procedure_of(text: str) -> Procedure:
    """Read a clause: the first authority in a sentence that decides anything, the first term, the first procedure."""
    decides = ""
    for start, end in sentences(text):
        found = _AUTHORITY.search(text, start, end)
        if found and _DECIDES.search(text, start, end):
            decides = found.group()
            break
    term = _TERM.search(text)
    return Procedure(
        decides=decides,
        procedure=next((name for pattern, name in _PROCEDURES if pattern.search(text)), ""),
        term=" ".join(term.group().split()) if term else "",
    )
