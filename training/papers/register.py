"""An entry for the Dutch register of algorithms (Algoritmeregister), publication standard 1.0, as JSON and as CSV.

Names, lengths and values are those of the schema of the register, see ``training.papers.standard``. JSON is the body that its
interface takes. CSV is as the register gives its own entries out (MinBZK/Algoritmeregister, backend/app/controllers/
file_download.py and app/util/stringify.py): names of the interface as heads, lists as one text, UTF-8 with a byte order mark.
What the register gives out itself (``lars``) is not in it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping

from corpus.errors import InvalidOrganisation
from models.columns import BARRIERS, RELIEFS
from training.papers.facts import Facts, Figure
from training.papers.markdown import between, figure, number, share
from training.papers.organisation import Organisation
from training.papers.standard import Field, Link, Value, standard
from training.papers.wording import kind_name

_WEAKEST = 3

Entry = Mapping[str, Value]


def register_entry(facts: Facts, organisation: Organisation) -> Entry:
    """The fields by their name, in the order of the standard; empty ones too.

    Raises:
        InvalidOrganisation: a field lacks what the standard asks, or holds more than it allows.
    """
    slots = _slots(facts)
    entry = {field.name: _filled(field, slots, organisation) for field in standard()}
    faults = [f"{field.title}: missing" for field in standard() if field.required and not entry[field.name]]
    faults += [f"{field.title}: {fault}" for field in standard() for fault in field.faults(entry[field.name])]
    if faults:
        raise InvalidOrganisation("; ".join(faults))
    return entry


def entry_json(entry: Entry) -> str:
    """The entry as the interface of the register takes it; empty fields are left out."""
    told = {
        name: value
        if isinstance(value, str)
        else [{"title": one.title, "link": one.link} if isinstance(one, Link) else one for one in value]
        for name, value in entry.items()
        if value
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def entry_csv(entry: Entry) -> str:
    """The entry as one line under its heads; begins with a byte order mark, for spreadsheets guess wrong without it."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(entry)
    writer.writerow([flat(value) for value in entry.values()])
    return "\ufeff" + stream.getvalue()


def flat(value: Value) -> str:
    """A field as one text: choices with commas between; references numbered, as the register does it."""
    if isinstance(value, str):
        return value
    if any(isinstance(one, Link) for one in value):
        references = [one for one in value if isinstance(one, Link)]
        told = (", ".join(filter(None, (one.title, one.link))) for one in references)
        return ". ".join(f"{place}: {one}" for place, one in enumerate(told, start=1))
    return ", ".join(str(one) for one in value)


def _filled(field: Field, slots: Mapping[str, str], organisation: Organisation) -> Value:
    if field.asked:
        return organisation.value(field.name)
    if field.links:
        return field.links
    # A sentence for which there is no figure leaves a gap.
    return " ".join(field.text.format_map(slots).split())


def _slots(facts: Facts) -> dict[str, str]:
    return {
        "version": facts.version,
        "barriers": str(len(BARRIERS)),
        "reliefs": str(len(RELIEFS)),
        "usefulness": _usefulness(facts),
        "weakest": _weakest(facts),
        "unseen": _unseen(facts),
        "calibration": _calibration(facts),
        "learnt": _learnt(facts),
        "slow": _SLOW if facts.slow else "",
        "measured": _measured(facts),
        "agreement": _agreement(facts),
        "ranking": _ranking(facts),
    }


_SLOW = (
    "Wat die lezer niet zonder meer afdoet, leest een klein Nederlands taalmodel opnieuw; een gewogen som voegt beide samen."
)


def _told(one: Figure, *, as_share: bool = False) -> str:
    """A figure with its interval."""
    shown = share if as_share else figure
    if one.low is None or one.high is None:
        return shown(one.value)
    interval = f"{share(one.low)} tot {share(one.high)}" if as_share else between(one.low, one.high)
    return f"{shown(one.value)} (95%-interval {interval})"


def _usefulness(facts: Facts) -> str:
    first, most = facts.found("unseen_initiatives", "precision_10"), facts.found("unseen_initiatives", "recall_100")
    if first is None or most is None:
        return "Hoe vaak dat gebeurt, is van dit model niet gemeten."
    return (
        f"Bij initiatieven die het model niet kende, deed van de eerste tien bepalingen gemiddeld "
        f"{_told(first, as_share=True)} er volgens beoordelaars toe, en stond van wat een plan wezenlijk belemmert "
        f"{_told(most, as_share=True)} in de eerste honderd."
    )


def _weakest(facts: Facts) -> str:
    if facts.quality is None or not facts.quality.kinds:
        return "Welke soorten bepalingen het het vaakst mist, is van dit model niet gemeten."
    kinds = sorted(facts.quality.kinds, key=lambda one: one.recall)[:_WEAKEST]
    named = ", ".join(f"{kind_name(one.kind).lower()} ({share(one.recall)})" for one in kinds)
    return f"In regelingen die het model niet kende, vond het het minst van: {named}."


def _unseen(facts: Facts) -> str:
    known, new = facts.found("unseen_initiatives", "ndcg_20"), facts.found("unseen_regulations", "ndcg_20")
    if known is None or new is None:
        return "Hoe goed het zoekt in regelingen die geen mens heeft beoordeeld, is van dit model niet gemeten."
    return (
        f"In regelingen die geen mens heeft beoordeeld, is de volgorde (nDCG@20) {_told(new)}; in beoordeelde {_told(known)}."
    )


def _calibration(facts: Facts) -> str:
    error = facts.read("ece_kinds")
    if error is None:
        return "Hoe goed kansen kloppen, is van dit model niet gemeten."
    return f"De kansen wijken gemiddeld {_told(error)} af van wat waar bleek (ECE, 0 is foutloos)."


def _learnt(facts: Facts) -> str:
    data = facts.data
    if "labels" not in data:
        return "Waarvan dit model leerde, is niet bewaard."
    told = f"Het model is gemaakt en gemeten met {number(data['labels'])} gelabelde bepalingen"
    if "regulations_with_labels" in data:
        told += f" uit {number(data['regulations_with_labels'])} regelingen"
    if {"grades", "initiatives"} <= set(data):
        told += f" en {number(data['grades'])} oordelen over bepalingen bij {number(data['initiatives'])} initiatieven"
    if "judged_clauses" in data:
        told += f", en met {number(data['judged_clauses'])} bepalingen die mensen in het gebruik beoordeelden"
    rest = f" Wat niet opnieuw is geleerd, komt van model {facts.champion}." if facts.lineage else ""
    return f"{told}.{rest}"


def _measured(facts: Facts) -> str:
    barriers, strength = facts.read("macro_f1_barriers"), facts.read("auc_any_strength")
    if barriers is None or strength is None:
        return "Hoe goed het leest, is van dit model niet gemeten."
    where = "regelingen die het niet kende"
    if facts.quality is not None:
        where = f"{number(facts.quality.clauses)} bepalingen uit {number(facts.quality.regulations)} {where}"
    told = f"macro-F1 over de soorten belemmering {_told(barriers)}; AUC van 'belemmert iets' {_told(strength)}"
    return f"Gemeten op {where}: {told}."


def _agreement(facts: Facts) -> str:
    barriers = facts.read("macro_f1_barriers")
    if barriers is None or barriers.readers is None:
        return ""
    return f"Twee zorgvuldige lezers halen onderling een macro-F1 van {figure(barriers.readers)}."


def _ranking(facts: Facts) -> str:
    own, nearest = facts.found("unseen_initiatives", "ndcg_20"), facts.found("nearest", "ndcg_20")
    if own is None:
        return "Hoe goed het zoekt, is van dit model niet gemeten."
    beside = f"; de meest gelijkende initiatieven volgen haalt {_told(nearest)}" if nearest is not None else ""
    return f"Volgorde voor initiatieven die het niet kende: nDCG@20 {_told(own)}{beside}."
