"""Why a clause is flagged, in plain sentences that say no more than was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from corpus.taxonomy import taxonomy
from models.activities import DetectedActivity
from models.evidence import Evidence
from models.quantities import Comparison

MAX_QUOTATION = 160

Language = Literal["nl", "en"]


@dataclass(frozen=True, kw_only=True)
class _Wording:
    """How one language says it."""

    opening: str  # where no kind is known
    about: str
    limit: str
    within: str
    beyond: str


_WORDINGS: dict[Language, _Wording] = {
    "nl": _Wording(
        opening="Deze bepaling kan voor u gelden",
        about="Dit gaat over: {activity} (u schrijft {words}).",
        limit="Hier staat een grens: {limit}; u noemt {stated}: {verdict}, als het hetzelfde is.",
        within="dat past daarbinnen",
        beyond="dat past daar niet binnen",
    ),
    "en": _Wording(
        opening="This clause may apply to you",
        about="This is about: {activity} (you write {words}).",
        limit="It sets a limit: {limit}; you state {stated}: {verdict}, if it is the same thing.",
        within="within it",
        beyond="not within it",
    ),
}


def reason(
    *,
    kinds: Sequence[str],
    evidence: Sequence[Evidence],
    activity: DetectedActivity | None,
    place: str,
    comparisons: Sequence[Comparison] = (),
    language: Language = "nl",
) -> str:
    """Why a clause is flagged, in plain words (B1).

    Args:
        kinds: codes of the kinds of the clause, most probable first; may be empty.
        evidence: phrases of the clause; the first is quoted.
        activity: the activity of the initiative that the clause regulates, where one was found.
        place: where the clause stands: "artikel 2:4, eerste lid, APV Waterveen".
        comparisons: limits of the clause beside what the initiative states; the first is told.
        language: of the sentences; what is quoted stays Dutch.

    Returns:
        For instance: U hebt hiervoor waarschijnlijk vooraf toestemming nodig: «verboden zonder vergunning» (artikel 2:4,
        eerste lid, APV Waterveen). Dit gaat over: straat afsluiten.
    """
    wording, dutch = _WORDINGS[language], language == "nl"
    kind = taxonomy().kind(kinds[0]) if kinds else None
    opening = wording.opening if kind is None else kind.reason_nl if dutch else kind.reason_en
    quotation = f": «{_shortened(evidence[0].text)}»" if evidence else ""
    sentences = [f"{opening}{quotation} ({place})."]
    if activity is not None:
        words = ", ".join(dict.fromkeys(f"“{mention.text}”" for mention in activity.evidence[:2]))
        name = activity.name if dutch else activity.name_en
        sentences.append(wording.about.format(activity=name.lower(), words=words))
    for one in comparisons[:1]:
        verdict = wording.within if one.within else wording.beyond
        sentences.append(wording.limit.format(limit=one.limit.text, stated=one.stated.text, verdict=verdict))
    return " ".join(sentences)


def place_of(ref: str, title: str) -> str:
    """Where a clause stands, as a Dutch lawyer writes it: "artikel 5, tweede lid, Wet X"."""
    parts = []
    for part in ref.partition("~")[0].split("/")[1:]:
        kind, _, number = part.partition("-")
        parts.append(f"{_ORDINALS.get(number, number + 'e')} lid" if kind == "lid" else f"{kind} {number}".strip())
    return ", ".join([*parts, title])


_ORDINALS = {
    str(number): word
    for number, word in enumerate(
        [
            "eerste",
            "tweede",
            "derde",
            "vierde",
            "vijfde",
            "zesde",
            "zevende",
            "achtste",
            "negende",
            "tiende",
            "elfde",
            "twaalfde",
            "dertiende",
            "veertiende",
            "vijftiende",
            "zestiende",
            "zeventiende",
            "achttiende",
            "negentiende",
            "twintigste",
        ],
        start=1,
    )
}


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_QUOTATION else text[:MAX_QUOTATION].rsplit(" ", 1)[0] + " …"
