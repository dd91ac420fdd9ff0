"""Why a clause is flagged, in plain sentences that say no more than was found."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.taxonomy import taxonomy
from models.activities import DetectedActivity
from models.evidence import Evidence
from models.quantities import Comparison

MAX_QUOTATION = 160


def reason(
    *,
    kinds: Sequence[str],
    evidence: Sequence[Evidence],
    activity: DetectedActivity | None,
    place: str,
    comparisons: Sequence[Comparison] = (),
) -> str:
    """Why a clause is flagged, in plain Dutch (B1).

    Args:
        kinds: codes of the kinds of the clause, most probable first; may be empty.
        evidence: phrases of the clause; the first is quoted.
        activity: the activity of the initiative that the clause regulates, where one was found.
        place: where the clause stands: "artikel 2:4, eerste lid, APV Waterveen".
        comparisons: limits of the clause beside what the initiative states; the first is told.

    Returns:
        For instance: U hebt hiervoor waarschijnlijk vooraf toestemming nodig: «verboden zonder vergunning» (artikel 2:4,
        eerste lid, APV Waterveen). Dit gaat over: straat afsluiten.
    """
    opening = taxonomy().kind(kinds[0]).reason_nl if kinds else "Deze bepaling kan voor u gelden"
    sentence = f"{opening}{_quotation(evidence)} ({place})."
    if activity is not None:
        sentence += f" Dit gaat over: {activity.name.lower()} (u schrijft {_words_of(activity)})."
    for one in comparisons[:1]:
        verdict = "dat past daarbinnen" if one.within else "dat past daar niet binnen"
        sentence += f" Hier staat een grens: {one.limit.text}; u noemt {one.stated.text}: {verdict}, als het hetzelfde is."
    return sentence


def reason_en(
    *,
    kinds: Sequence[str],
    evidence: Sequence[Evidence],
    activity: DetectedActivity | None,
    place: str,
    comparisons: Sequence[Comparison] = (),
) -> str:
    """As ``reason``, in English; what is quoted stays Dutch."""
    opening = taxonomy().kind(kinds[0]).reason_en if kinds else "This clause may apply to you"
    sentence = f"{opening}{_quotation(evidence)} ({place})."
    if activity is not None:
        sentence += f" This is about: {activity.name_en.lower()} (you write {_words_of(activity)})."
    for one in comparisons[:1]:
        verdict = "within it" if one.within else "not within it"
        sentence += f" It sets a limit: {one.limit.text}; you state {one.stated.text}: {verdict}, if it is the same thing."
    return sentence


def _quotation(evidence: Sequence[Evidence]) -> str:
    return f": «{_shortened(evidence[0].text)}»" if evidence else ""


def _words_of(activity: DetectedActivity) -> str:
    return ", ".join(dict.fromkeys(f"“{mention.text}”" for mention in activity.evidence[:2]))


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
