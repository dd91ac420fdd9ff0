"""Dutch names of what is measured, and the prose of the cards, from ``kaarten.toml``; it holds no figures."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from corpus.taxonomy import taxonomy
from training.papers.markdown import points


@cache
def _raw() -> dict[str, Any]:
    raw: dict[str, Any] = tomllib.loads(files("training.papers").joinpath("kaarten.toml").read_text(encoding="utf-8"))
    return raw


def named(group: str, code: str) -> str:
    """The Dutch name of a code; the code itself where it has none, so that nothing measured is left out."""
    return str(_raw()["names"][group].get(code, f"`{code}`"))


def prose(card: str, name: str) -> str:
    """A piece of prose of a card, a paragraph or a list; line ends within a sentence do not count."""
    text = str(_raw()[card][name]).strip()
    if text.startswith("- "):
        return points(" ".join(one.split()) for one in text[2:].split("\n- "))
    return " ".join(text.split())


def kind_name(code: str) -> str:
    """The Dutch name of a barrier or relief; the code itself where this version does not know it."""
    try:
        return taxonomy().kind(code).name_nl
    except KeyError:
        return code
