"""What a reviewer chooses from the queue, and in what order: as an address has it, and as the database is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_

from corpus.taxonomy import taxonomy
from service.clock import now
from service.database.tables import FlagRow, Initiative, Verdict
from service.work.flags import is_put_blind, put_blind, told_chance

NEAR_HALF = 0.15
"""How far from 0.5 a probability says little either way: a judgement teaches a model most there (uncertainty sampling,
Lewis and Gale 1994)."""

DIFFER = 0.2
"""From how far apart the probabilities of two models are called different."""

NONE = "-"
"""What stands in an address for "of no municipality", "of no activity"."""

AGES = {"week": timedelta(days=7), "maand": timedelta(days=30)}
"""Younger than this; "ouder" is the rest."""

OPEN = "geen"
"""Which verdict the flags of an open queue have."""

DOUBTS = ("helft", "modellen", "oordeel")
"""Near one half; two models differ; a model contradicts what people decided, so it may be a slip."""

FLAGGED, SAMPLED = "signaal", "steekproef"
ORIGINS = (FLAGGED, SAMPLED)
"""How a clause came before reviewers: a model or a person flagged it, or it was drawn (service.work.sampling)."""

VERDICTS = (OPEN, "alle", *(one.value for one in Verdict if one is not Verdict.TAKEN_BACK))
ORDERS = ("oudste", "nieuwste", "kans", "twijfel")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which flags someone wants to see; "" for all. The names are those of the address."""

    gemeente: str = ""
    activiteit: str = ""
    soort: str = ""
    zwaarte: str = ""  # "0".."3"
    ouderdom: str = ""  # of the initiative: "week", "maand", "ouder"
    twijfel: str = ""  # of DOUBTS
    oordeel: str = OPEN  # of VERDICTS
    herkomst: str = FLAGGED  # of ORIGINS
    volgorde: str = "oudste"  # of ORDERS

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Wanted:
        """From an address; what is unknown there asks for nothing."""
        known: dict[str, tuple[str, ...]] = {
            "soort": taxonomy().barrier_codes,
            "zwaarte": ("0", "1", "2", "3"),
            "ouderdom": (*AGES, "ouder"),
            "twijfel": DOUBTS,
            "oordeel": VERDICTS,
            "herkomst": ORIGINS,
            "volgorde": ORDERS,
        }
        told = {field.name: query.get(field.name, "")[:100].replace("\x00", "") for field in fields(cls)}
        return cls(**{name: value for name, value in told.items() if value and value in known.get(name, (value,))})

    @property
    def query(self) -> dict[str, str]:
        """As an address has it: what differs from the open queue."""
        usual = asdict(Wanted())
        return {name: value for name, value in asdict(self).items() if value != usual[name]}


def conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    """What the filters ask of flags joined with their initiatives."""
    near_half, differing = doubts()
    found: list[ColumnElement[bool]] = []
    if wanted.gemeente:
        found.append(Initiative.municipality == ("" if wanted.gemeente == NONE else wanted.gemeente))
    if wanted.activiteit:
        found.append(FlagRow.activity == ("" if wanted.activiteit == NONE else wanted.activiteit))
    if wanted.soort:
        found.append(FlagRow.kinds.contains(f" {wanted.soort} ", autoescape=True))
    if wanted.zwaarte:
        found.append(FlagRow.strength == int(wanted.zwaarte))
    if wanted.ouderdom:
        found.append(age_of() == wanted.ouderdom)
    if wanted.twijfel:
        found.append({"helft": near_half, "modellen": differing, "oordeel": FlagRow.doubted.is_(True)}[wanted.twijfel])
    if wanted.oordeel == OPEN:
        found.append(waiting(wanted))
    elif wanted.oordeel not in (OPEN, "alle"):
        found.append(FlagRow.verdict == wanted.oordeel)
    found.append(FlagRow.sample != "" if wanted.herkomst == SAMPLED else or_(FlagRow.current, FlagRow.verdict != ""))
    return found


def waiting(wanted: Wanted) -> ColumnElement[bool]:
    """What is still to be judged: what nobody judged; of verdicts in doubt, those that are still in doubt."""
    return FlagRow.doubted.is_(True) if wanted.twijfel == "oordeel" else FlagRow.verdict == ""


def doubts() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Whether the probability is near one half, and whether two models differ."""
    near_half = func.abs(told_chance() - 0.5) <= NEAR_HALF
    differing = and_(FlagRow.p_before.is_not(None), func.abs(FlagRow.p - FlagRow.p_before) >= DIFFER)
    return near_half, and_(~put_blind(), differing)


def origin_of() -> ColumnElement[str]:
    """How a flag came before reviewers: of ORIGINS, or both with a space between."""
    return case((put_blind(), SAMPLED), (FlagRow.sample != "", f"{FLAGGED} {SAMPLED}"), else_=FLAGGED)


def age_of() -> ColumnElement[str]:
    """How old the initiative is: of AGES, or "ouder"."""
    moment = now()
    return case(*((Initiative.created > moment - age, name) for name, age in AGES.items()), else_="ouder")


def order_of(wanted: Wanted) -> tuple[Any, ...]:
    """What flags are ordered by, smallest first; the last tells all of them apart."""
    match wanted.volgorde:
        case "kans":
            return -told_chance(), FlagRow.sequence
        case "twijfel":
            return func.abs(told_chance() - 0.5), FlagRow.sequence
        case "nieuwste":
            return -Initiative.sequence, -told_chance(), FlagRow.sequence
    return Initiative.sequence, -told_chance(), FlagRow.sequence


def place_in_order(wanted: Wanted, flag: FlagRow, initiative: Initiative) -> tuple[float, ...]:
    """The same of one flag."""
    chance = 0.0 if is_put_blind(flag) else flag.p
    match wanted.volgorde:
        case "kans":
            return -chance, flag.sequence
        case "twijfel":
            return abs(chance - 0.5), flag.sequence
        case "nieuwste":
            return -initiative.sequence, -chance, flag.sequence
    return initiative.sequence, -chance, flag.sequence
