"""The fields of the Dutch register of algorithms (Algoritmeregister), publication standard 1.0, and what may stand in them.

The fields are data, in ``algoritmeregister.toml``, which names the official sources. Mandatory are name, short description,
organisation, status, contact, publication category, language and version of the standard; where another field is empty, the
register says so, or leaves it out.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

Form = Literal["text", "choice", "choices", "month", "contact", "address", "links"]

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_ADDRESS = re.compile(r"https://[^\s/]+\S*")
_MAIL = re.compile(r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)+")


@dataclass(frozen=True, kw_only=True)
class Link:
    """A reference: what it is called, and where it stands."""

    title: str
    link: str = ""


Value = str | tuple[str, ...] | tuple[Link, ...]
"""What a field holds: text, a list of choices, or references."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of the standard."""

    name: str  # in the interface of the register
    title: str  # as people see it
    section: str
    form: Form
    longest: int | None = None  # characters of the text, or of the address of a reference; choices: how many
    longest_title: int | None = None  # characters of the title of a reference
    link_optional: bool = False  # whether a reference may lack an address
    required: bool = False
    permitted: tuple[str, ...] = ()
    asked: str = ""  # under which key an organisation tells it; empty: it follows from the model or the software
    text: str = ""  # what is true everywhere, with {names} to fill in
    links: tuple[Link, ...] = ()  # the same, of references

    def faults(self, value: Value) -> Iterator[str]:
        """Why a value may not stand here, as ends of a sentence; nothing that is missing, see ``required``."""
        if not value:
            return
        if isinstance(value, str) != (self.form not in ("choices", "links")):
            yield f"must be {'text' if self.form not in ('choices', 'links') else 'a list'}"
        elif isinstance(value, str):
            yield from self._faults_of_text(value)
        elif self.form == "choices":
            if self.longest is not None and len(value) > self.longest:
                yield f"holds {len(value)} values, at most {self.longest} are allowed"
            for one in value:
                if one not in self.permitted:
                    yield f"{one!r} is none of {', '.join(self.permitted)}"
        else:
            for one in value:
                yield from self._faults_of_link(one)

    def _faults_of_text(self, value: str) -> Iterator[str]:
        if self.longest is not None and len(value) > self.longest:
            yield f"has {len(value)} characters, at most {self.longest} are allowed"
        if self.permitted and value not in self.permitted:
            yield f"{value!r} is none of {', '.join(self.permitted)}"
        if self.form == "month" and not _MONTH.fullmatch(value):
            yield "must be a month, written as 2026-11"
        if self.form == "address" and not _ADDRESS.fullmatch(value):
            yield "must be an address that begins with https://"
        if self.form == "contact" and not (_MAIL.fullmatch(value) or _ADDRESS.fullmatch(value)):
            yield "must be an e-mail address, or an address that begins with https://"

    def _faults_of_link(self, value: str | Link) -> Iterator[str]:
        if not isinstance(value, Link):
            yield "must hold tables with titel and link"
        elif not value.title:
            yield "a reference has no title"
        elif self.longest_title is not None and len(value.title) > self.longest_title:
            yield f"a title has {len(value.title)} characters, at most {self.longest_title} are allowed"
        elif not (value.link or self.link_optional):
            yield f"{value.title!r} has no link"
        elif value.link and not _ADDRESS.fullmatch(value.link):
            yield f"the link of {value.title!r} must begin with https://"
        elif self.longest is not None and len(value.link) > self.longest:
            yield f"a link has {len(value.link)} characters, at most {self.longest} are allowed"


@cache
def standard() -> tuple[Field, ...]:
    """The fields in the order of the schema."""
    raw = tomllib.loads(files("training.papers").joinpath("algoritmeregister.toml").read_text(encoding="utf-8"))
    return tuple(
        Field(
            **{
                **one,
                "permitted": tuple(one.get("permitted", ())),
                "links": tuple(Link(**link) for link in one.get("links", ())),
                "text": " ".join(one.get("text", "").split()),
            }
        )
        for one in raw["field"]
    )
