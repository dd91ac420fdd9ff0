"""The kinds that clauses are labelled with: 13 barriers, 5 reliefs, 8 official rule qualifications."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of barrier (belemmeringssoort) or relief (ruimtesoort)."""

    code: str
    name_nl: str
    name_en: str
    definition_nl: str
    definition_en: str
    example_nl: str
    reason_nl: str  # opens the explanation of a flag, in plain Dutch
    reason_en: str


@dataclass(frozen=True, kw_only=True)
class Qualification:
    """One official value of the IMOW list activiteitregelkwalificatie."""

    code: str
    name_en: str
    definition_nl: str
    kinds: tuple[str, ...]  # codes of our kinds that usually go with it


@dataclass(frozen=True, kw_only=True)
class Taxonomy:
    """All kinds, in their fixed order."""

    version: str
    barriers: tuple[Kind, ...]
    reliefs: tuple[Kind, ...]
    qualifications: tuple[Qualification, ...]

    @property
    def barrier_codes(self) -> tuple[str, ...]:
        """Codes of the barrier kinds in order."""
        return tuple(kind.code for kind in self.barriers)

    @property
    def relief_codes(self) -> tuple[str, ...]:
        """Codes of the relief kinds in order."""
        return tuple(kind.code for kind in self.reliefs)

    @property
    def qualification_codes(self) -> tuple[str, ...]:
        """The official values in order."""
        return tuple(value.code for value in self.qualifications)

    def kind(self, code: str) -> Kind:
        """The barrier or relief with a code; raises KeyError."""
        return {kind.code: kind for kind in (*self.barriers, *self.reliefs)}[code]


@cache
def taxonomy() -> Taxonomy:
    """The taxonomy that ships with this version."""
    raw = tomllib.loads(files("corpus").joinpath("taxonomy.toml").read_text(encoding="utf-8"))
    return Taxonomy(
        version=raw["version"],
        barriers=tuple(Kind(**kind) for kind in raw["barrier"]),
        reliefs=tuple(Kind(**kind) for kind in raw["relief"]),
        qualifications=tuple(Qualification(**{**value, "kinds": tuple(value["kinds"])}) for value in raw["regelkwalificatie"]),
    )
