"""Why a clause is flagged, in one plain sentence that says no more than was found."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.taxonomy import taxonomy
from models.activities import DetectedActivity
from models.evidence import Evidence

MAX_QUOTATION = 160


def reason(
    *,
    kinds: Sequence[str],
    evidence: Sequence[Evidence],
    activity: DetectedActivity | None,
    place: str,
) -> str:
    """One sentence for a flag.

    Args:
        kinds: codes of the kinds of the clause, most probable first; may be empty.
        evidence: phrases of the clause; the first is quoted.
        activity: the activity of the initiative that the clause regulates, where one was found.
        place: where the clause stands: "artikel 2:4, eerste lid, APV Waterveen".

    Returns:
        For instance: U hebt hiervoor waarschijnlijk vooraf toestemming nodig: «verboden zonder vergunning» (artikel 2:4,
        eerste lid, APV Waterveen). Dit gaat over: straat afsluiten.
    """
    opening = taxonomy().kind(kinds[0]).reason_nl if kinds else "Deze bepaling kan voor u gelden"
    quotation = f": «{_shortened(evidence[0].text)}»" if evidence else ""
    sentence = f"{opening}{quotation} ({place})."
    if activity is not None:
        words = ", ".join(dict.fromkeys(f"“{mention.text}”" for mention in activity.evidence[:2]))
        sentence += f" Dit gaat over: {activity.name.lower()} (u schrijft {words})."
    return sentence


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
