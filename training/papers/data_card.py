"""The data card: the labels that ship, and a snapshot of judgements where one is given (Gebru et al. 2021).

Of people there are only counts: how many reviewers, never which.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import UnreadableSource
from corpus.labels import (
    clause_labels,
    graded_pairs,
    initiatives,
    judged_regulations,
    reach_labels,
    reserved_regulations,
    section_labels,
)
from models.columns import KINDS
from training.agreement import graders_agreement, reach_agreement, readers_agreement
from training.papers.facts import Facts
from training.papers.markdown import figure, number, paper, table
from training.papers.wording import kind_name, named, prose
from training.reviews.rows import About, JudgedRow, rows_of
from training.splits import FROZEN_ONE_IN, frozen

_LEVELS = {"BWB": "rijk", "gm": "gemeente", "pv": "provincie", "ws": "waterschap", "CVDR": "lokaal"}
"""Level of government by how the id of a regulation begins: BWB, the codes of TOOI, and CVDR, which says "local" only."""

_STAMP = re.compile(r"[A-Z]+|[a-z]+(?=\d)")


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """The rows of a snapshot, with the hash of its file."""

    sha256: str
    rows: Sequence[JudgedRow]


def load_snapshot(path: Path) -> Snapshot:
    """Read a snapshot.

    Raises:
        UnreadableSource: it cannot be read, or a line is no judgement.
    """
    try:
        content = path.read_bytes()
        text = content.decode()
    except (OSError, ValueError) as error:
        raise UnreadableSource(path.name, f"cannot be read ({error})") from None
    return Snapshot(sha256=hashlib.sha256(content).hexdigest(), rows=rows_of(text.splitlines(), name=path.name))


def data_card(facts: Facts, snapshot: Snapshot | None = None) -> str:
    """The card as Markdown, in Dutch; the same labels and snapshot always give the same text."""
    return paper(
        [
            "# Datakaart: de gegevens van Regelruimte",
            _prose("what"),
            *_labels(facts),
            *_agreement(),
            *_graded(),
            *_held_out(facts),
            "## Grenzen",
            _prose("limits"),
            "## Mensen en rechten",
            _prose("personal"),
            _prose("licence"),
            "## Beoordelingen uit het gebruik",
            *(_snapshot(snapshot) if snapshot is not None else (_prose("snapshot_none"),)),
        ]
    )


def _prose(name: str) -> str:
    return prose("data_card", name)


def level_of(regulation: str) -> str:
    """The level of government of a regulation as far as its id tells: one of the names in ``kaarten.toml``."""
    stamp = _STAMP.match(regulation)
    found = stamp.group() if stamp else ""
    return next((level for start, level in _LEVELS.items() if found.startswith(start)), "overig")


def _counts(head: str, counted: Mapping[str, int], *, whole: int, order: Sequence[str] | None = None, group: str) -> str:
    """Counts with their share of a whole; in a given order, or the most frequent first."""
    codes = [code for code in order if code in counted] if order is not None else sorted(counted, key=lambda c: -counted[c])
    codes += [code for code in counted if code not in codes]
    name = kind_name if group == "kinds" else lambda code: named(group, code)
    return table((head, "aantal", "deel"), ((name(code), number(counted[code]), _part(counted[code], whole)) for code in codes))


def _part(count: int, whole: int) -> str:
    return f"{figure(100 * count / whole, digits=1)}%"


def _labels(facts: Facts) -> Iterator[str]:
    labels = clause_labels()
    regulations = {label.ref.partition("/")[0] for label in labels}
    yield "## Gelabelde bepalingen"
    yield f"{number(len(labels))} bepalingen uit {number(len(regulations))} regelingen."
    if isinstance(facts.data.get("labels"), int):
        yield f"Model {facts.version} is gemaakt en gemeten met {number(facts.data['labels'])} gelabelde bepalingen."
    yield _prose("content")
    yield "### Hoe ze zijn gemaakt"
    yield _prose("how")
    yield "### Hoe bepalingen zijn gekozen"
    yield _prose("chosen")
    yield _counts("Keuze", Counter(label.sample for label in labels), whole=len(labels), group="samples")
    yield "### Per overheid"
    levels = Counter(level_of(label.ref.partition("/")[0]) for label in labels)
    yield _counts("Overheid", levels, whole=len(labels), group="levels")
    yield "### Per soort"
    kinds = Counter(kind for label in labels for kind in (*label.barriers, *label.relief))
    yield _counts("Soort (een bepaling kan er meer hebben)", kinds, whole=len(labels), order=KINDS, group="kinds")
    yield "### Voor wie en hoe zwaar"
    yield _counts("Geldt voor", Counter(label.addressee for label in labels), whole=len(labels), group="addressees")
    strengths = Counter(str(label.strength) for label in labels)
    yield _counts("Zwaarte", strengths, whole=len(labels), order=sorted(strengths), group="strengths")
    yield "### Regelkwalificatie"
    yield _prose("qualification")
    asked = Counter(label.qualification for label in labels if label.qualification)
    yield table(("Regelkwalificatie", "aantal"), ((name, number(count)) for name, count in asked.most_common()))


def _agreement() -> Iterator[str]:
    yield "## Hoe gelijk lezers oordelen"
    for what, unit, group, told in (
        ("Tweede lezing van bepalingen", "clauses", "reading", readers_agreement()),
        ("Tweede oordeel over een bepaling bij een initiatief", "pairs", "agreement", graders_agreement()),
        ("Tweede schatting van hoeveel initiatieven een bepaling raakt", "clauses", "agreement", reach_agreement()),
    ):
        yield f"### {what}"
        yield f"{number(told[unit])} keer, zonder het eerste antwoord te zien."
        yield table(("Maat", "waarde"), ((named(group, name), figure(value)) for name, value in told.items() if name != unit))


def _graded() -> Iterator[str]:
    pairs, reach, sections = graded_pairs(), reach_labels(), section_labels()
    yield "## Initiatieven en oordelen"
    yield _prose("initiatives")
    yield (
        f"{number(len(initiatives()))} initiatieven, {number(len(pairs))} oordelen; {number(len(judged_regulations()))} "
        "regelingen zijn daarvoor zorgvuldig doorzocht."
    )
    grades = Counter(str(pair.grade) for pair in pairs)
    yield _counts("Oordeel", grades, whole=len(pairs), order=sorted(grades), group="grades")
    yield "## Bereik en activiteiten"
    yield f"{_prose('reach')} {number(len(reach))} bepalingen."
    counted = Counter(str(label.reach) for label in reach)
    yield _counts("Initiatieven die de bepaling raken", counted, whole=len(reach), order=sorted(counted), group="reach")
    some = sum(1 for section in sections if section.activities)
    yield f"{_prose('sections')} {number(len(sections))} delen, waarvan {number(some)} met een of meer activiteiten."


def _held_out(facts: Facts) -> Iterator[str]:
    labels = clause_labels()
    reserved = sorted(reserved_regulations())
    touched = sum(1 for label in labels if label.ref.partition("/")[0] in reserved)
    yield "## Gereserveerde regelingen"
    yield _prose("reserved")
    yield f"{number(len(reserved))} regelingen, met {number(touched)} labels: {', '.join(reserved)}."
    kept = [label for label in labels if frozen(label.ref.partition("/")[0])]
    regulations = {label.ref.partition("/")[0] for label in kept}
    yield "## Bevroren regelingen"
    yield _prose("frozen")
    yield (
        f"Het is er één op de {FROZEN_ONE_IN}. Van de gelabelde bepalingen staan er {number(len(kept))} in "
        f"{number(len(regulations))} bevroren regelingen."
    )
    if facts.lineage:
        yield f"Wat van model {facts.version} opnieuw is geleerd, leerde daar niet van. De rest is van model {facts.champion}."
    elif facts.frozen():
        yield f"Model {facts.version} leerde daar niet van."
    else:
        yield f"Van model {facts.version} is dat niet te zeggen: het is van vóór deze afspraak."


def _snapshot(snapshot: Snapshot) -> Iterator[str]:
    rows = snapshot.rows
    yield _prose("snapshot")
    yield table(
        ("Momentopname", "waarde"),
        [
            ("SHA-256", f"`{snapshot.sha256}`"),
            ("Beoordelingen", number(len(rows))),
            ("Initiatieven", number(len({row.initiatief for row in rows}))),
            ("Bepalingen", number(len({row.verwijzing for row in rows}))),
            ("Beoordelaars", number(len({row.beoordelaar for row in rows}))),
            ("Waarvan een jurist over anderen besliste", number(sum(row.beslecht for row in rows))),
        ],
    )
    if not rows:
        return
    yield _counts("Oordeel", Counter(row.oordeel for row in rows), whole=len(rows), group="verdicts")
    rejected = Counter(row.betreft for row in rows if not row.barrier)
    about = [one.value for one in About]
    yield _counts("Waarom afgewezen", rejected, whole=max(1, rejected.total()), order=about, group="about")
    kinds = Counter(kind for row in rows for kind in row.soorten)
    yield _counts("Soort (een bepaling kan er meer hebben)", kinds, whole=len(rows), order=KINDS, group="kinds")
    barriers = Counter(str(row.zwaarte) for row in rows if row.barrier)
    yield _counts("Zwaarte", barriers, whole=max(1, barriers.total()), order=sorted(barriers), group="strengths")
    yield _prose("snapshot_chosen")
    yield _counts("Hoe de bepaling bij een mens kwam", Counter(row.steekproef for row in rows), whole=len(rows), group="drawn")
