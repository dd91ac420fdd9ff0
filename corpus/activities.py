"""Activities: what people do, in their words and in the law's. The bridge between an initiative and a clause."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Activity:
    """One activity (activiteit)."""

    code: str  # stable, kebab-case: "alcohol-schenken"
    group: str
    name_nl: str
    name_en: str
    lay: tuple[str, ...]  # words and phrases of residents
    legal: tuple[str, ...]  # words and phrases of clauses, headings and titles
    rtr: tuple[str, ...] = ()  # names in the register of the Omgevingswet (Registratie Toepasbare Regels)


@dataclass(frozen=True, kw_only=True)
class Activities:
    """All activities, in a fixed order, with the version of the list."""

    version: str
    all: tuple[Activity, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes in order."""
        return tuple(activity.code for activity in self.all)


@dataclass(frozen=True, kw_only=True)
class ToldActivity:
    """A sentence as a resident would write it, with the activities that it tells."""

    text: str
    activities: tuple[str, ...]


@cache
def activities() -> Activities:
    """The activities that ship with this version."""
    raw = tomllib.loads(files("corpus").joinpath("activities.toml").read_text(encoding="utf-8"))
    return Activities(version=raw["version"], all=tuple(activity_of(row) for row in raw["activity"]))


def activity_of(row: dict[str, Any]) -> Activity:
    """An activity from a table of TOML or an object of JSON."""
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
    return Activity(**values)


@cache
def told_activities() -> tuple[ToldActivity, ...]:
    """Sentences written for this project, to learn from; some tell no activity."""
    lines = files("corpus").joinpath("told_activities.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    return tuple(ToldActivity(text=row["text"], activities=tuple(row["activities"])) for row in rows)
