"""The records that every other module passes around: Source, Regulation, Clause and what belongs to them.

All are frozen and keyword-only, and validated when made, so that a reader cannot hand on half a record.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO

LEVELS = ("rijk", "provincie", "gemeente", "waterschap", "overig")
"""Levels of government (bestuurslagen) that make regulations."""

_REF = re.compile(r"[^\s/]+(?:/[^\s/]+)*")


@dataclass(frozen=True, kw_only=True)
class SourceFile:
    """One file as it came in: on disk, or inside an archive (then the name has ``!/`` in it)."""

    name: str  # as a person would point at it: "law.zip!/Regeling/Tekst.xml"
    size: int  # bytes
    open: Callable[[], BinaryIO]  # a fresh binary stream from the start of the file

    @property
    def basename(self) -> str:
        """Last part of the name, without folders or archive."""
        return re.split(r"[/\\]", self.name)[-1]

    @property
    def folder(self) -> str:
        """Everything before the basename; files of one package share it or a prefix of it."""
        return self.name[: len(self.name) - len(self.basename)].rstrip("/")

    def read(self) -> bytes:
        """The whole content."""
        with self.open() as stream:
            return stream.read()


@dataclass(frozen=True, kw_only=True)
class SourceUnit:
    """A main file and the files that belong to it (OW files of a STOP package, WTI of a toestand)."""

    main: SourceFile
    companions: tuple[SourceFile, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Span:
    """A run of characters that stands unchanged in both texts."""

    text_start: int  # offset in the clause text, characters
    source_start: int  # offset in the reading text of the source, characters
    length: int  # characters

    def __post_init__(self) -> None:
        if self.text_start < 0 or self.source_start < 0 or self.length <= 0:
            raise ValueError(f"not a span: {self!r}")


@dataclass(frozen=True, kw_only=True)
class Link:
    """A reference that the source itself marked up (extref, intref, ExtRef, a markdown link)."""

    start: int  # offset in the clause text
    end: int
    target: str  # as the source gives it: a JCI, a wId, a BWB id, a CVDR id


@dataclass(frozen=True, kw_only=True)
class Clause:
    """A bepaling: one `lid`, or an article without leden, with its list items; the smallest unit that is flagged."""

    ref: str  # stable id, "BWBR0009755/artikel-95a/lid-1"
    text: str  # whitespace collapsed, markup removed
    heading: str = ""  # the nearest heading (opschrift) above the text
    headings: tuple[str, ...] = ()  # chain of headings, outermost first: "Hoofdstuk 2 Vergunningen"
    lead_in: str = ""  # the sentence above a numbered list of which this clause is one item
    official_id: str = ""  # JCI 1.3, wId or CVDR id with article
    repealed: bool = False  # vervallen
    valid_from: str = ""  # ISO date; empty: that of the regulation
    spans: tuple[Span, ...] = ()  # where each run of the text stands in the reading text of the source
    links: tuple[Link, ...] = ()
    qualifications: tuple[str, ...] = ()  # official IMOW activiteitregelkwalificatie of this clause
    activities: tuple[str, ...] = ()  # official names of the activities that the clause is annotated with

    def __post_init__(self) -> None:
        if not _REF.fullmatch(self.ref):
            raise ValueError(f"not a ref: {self.ref!r}")
        end = 0
        for span in self.spans:
            if span.text_start < end or span.text_start + span.length > len(self.text):
                raise ValueError(f"{self.ref}: spans overlap or run past the text")
            end = span.text_start + span.length


@dataclass(frozen=True, kw_only=True)
class Regulation:
    """A regeling: one consolidated text with its clauses, in the order of the source."""

    id: str  # "BWBR0009755", "CVDR680781", "ws0665"
    title: str  # citeertitel
    level: str  # one of LEVELS
    clauses: tuple[Clause, ...]
    long_title: str = ""  # opschrift
    kind: str = ""  # wet, AMvB, ministeriële regeling, verordening, omgevingsplan, ...
    authority: str = ""  # bevoegd gezag: "Ermelo", "Waterschap Limburg", a ministry
    official_id: str = ""  # FRBR expression, JCI or CVDR id of the version
    aliases: tuple[str, ...] = ()  # official abbreviations and other citation titles
    version_date: str = ""  # ISO date of this version (or of the dump it comes from)
    valid_from: str = ""  # ISO date; empty: unknown
    valid_until: str = ""  # ISO date, exclusive; empty: still in force or unknown
    format: str = ""  # which reader made it
    source: str = ""  # name of the file it was read from
    source_sha256: str = ""  # of that file
    licence: str = ""
    address: str = ""  # where the official text can be seen
    reading_text: str = field(default="", repr=False, compare=False)  # what spans point into; not kept in the store

    def __post_init__(self) -> None:
        if not self.id or "/" in self.id or re.search(r"\s", self.id):
            raise ValueError(f"not a regulation id: {self.id!r}")
        if self.level not in LEVELS:
            raise ValueError(f"{self.id}: unknown level of government: {self.level!r}")
        for clause in self.clauses:
            if not clause.ref.startswith(f"{self.id}/"):
                raise ValueError(f"{clause.ref} does not belong to {self.id}")
