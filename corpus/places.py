"""Where municipalities lie."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


@cache
def provinces() -> dict[str, tuple[str, ...]]:
    """The municipalities of every province."""
    raw = tomllib.loads(files("corpus").joinpath("places.toml").read_text(encoding="utf-8"))
    return {province: tuple(names) for province, names in raw["provinces"].items()}


def province_of(municipality: str) -> str:
    """The province of a municipality, whatever the case of its name; "" when it is not known, or lies in two (Bergen)."""
    return _province_by_name().get(municipality.strip().casefold(), "")


@cache
def _province_by_name() -> dict[str, str]:
    return {name.casefold(): province for province, names in provinces().items() for name in names}
