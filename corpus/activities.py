"""Activities: what people do, in their words and in the law's. The bridge between an initiative and a clause."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, kw_only=True)
class Activity:
    """One activity (activiteit)."""

    code: str  # stable, kebab-case: "alcohol-schenken"
    group: str
    name_nl: str
    name_en: str
    lay: tuple[str, ...]  # words and phrases of residents
    legal: tuple[str, ...]  # words and phrases of clauses, headings and titles


@dataclass(frozen=True, kw_only=True)
class Activities:
    """All activities, in a fixed order, with the version of the list."""

    version: str
    all: tuple[Activity, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes in order."""
        return tuple(activity.code for activity in self.all)


@cache
def activities() -> Activities:
    """The activities that ship with this version."""
    raw = tomllib.loads(files("corpus").joinpath("activities.toml").read_text(encoding="utf-8"))
    return Activities(
        version=raw["version"],
        all=tuple(
            Activity(**{**activity, "lay": tuple(activity["lay"]), "legal": tuple(activity["legal"])})
            for activity in raw["activity"]
        ),
    )
