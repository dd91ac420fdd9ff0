"""Reading an initiative: what comes in is text from a stranger."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from corpus.errors import InvalidInitiative

MAX_CHARACTERS = 250_000
"""Longest title and story together; a resident's story is a page, a project plan about a hundred."""

MIN_LETTERS = 10


@dataclass(frozen=True, kw_only=True)
class InitiativeText:
    """An initiative as residents tell it."""

    id: str
    titel: str
    omschrijving: str
    gemeente: str = ""
    datum: str = ""  # the day it is about, as 2026-06-28; "" for any day

    @property
    def text(self) -> str:
        """Title and story as one text; evidence offsets point into it."""
        return f"{self.titel}. {self.omschrijving}"


def initiative_of(row: Any, *, where: str, default_id: str) -> InitiativeText:
    """Check one initiative.

    Args:
        row: what the JSON held.
        where: begins every error message: file and line.
        default_id: the id where the initiative gives none.

    Raises:
        InvalidInitiative: no object, a field that is no text, no text at all, or too much of it.
    """
    if not isinstance(row, dict):
        raise InvalidInitiative(f'{where}: an initiative is an object with "titel" and "omschrijving"')
    values = {}
    for field in ("titel", "omschrijving", "gemeente", "datum"):
        value = row.get(field) or ""
        if not isinstance(value, str):
            raise InvalidInitiative(f'{where}: "{field}" is not a text')
        values[field] = _clean(value)
    identifier = row.get("id", default_id)
    if not isinstance(identifier, str | int):
        raise InvalidInitiative(f'{where}: "id" is not a text')
    if values["datum"]:
        try:
            values["datum"] = date.fromisoformat(values["datum"]).isoformat()
        except ValueError:
            raise InvalidInitiative(f'{where}: "datum" is not a day: {values["datum"]!r}; write 2026-06-28') from None
    told = values["titel"] + values["omschrijving"]
    if sum(character.isalpha() for character in told) < MIN_LETTERS:
        raise InvalidInitiative(f"{where}: the initiative has no text to read: tell what you want to do, where and when")
    if len(told) > MAX_CHARACTERS:
        raise InvalidInitiative(f"{where}: the initiative has {len(told):,} characters; at most {MAX_CHARACTERS:,} are read")
    return InitiativeText(id=str(identifier), **values)


def read_initiatives(path: Path) -> Iterator[InitiativeText]:
    """The initiatives in a JSON file (one object, or a list) or a JSONL file (one object a line).

    Raises:
        InvalidInitiative: the file cannot be read, or an initiative is wrong; names file and line.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise InvalidInitiative(f"{path}: no such file") from None
    except OSError as error:
        raise InvalidInitiative(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise InvalidInitiative(f"{path}: is not UTF-8 text") from None
    if not text.strip():
        raise InvalidInitiative(f"{path}: the file is empty")
    if path.suffix == ".jsonl":
        for number, line in enumerate(text.splitlines(), start=1):
            if line.strip():
                where = f"{path}, line {number}"
                yield initiative_of(_parsed(line, where), where=where, default_id=f"{path.stem}-{number}")
        return
    content = _parsed(text, str(path))
    if isinstance(content, list):
        for number, row in enumerate(content, start=1):
            yield initiative_of(row, where=f"{path}, initiative {number}", default_id=f"{path.stem}-{number}")
    else:
        yield initiative_of(content, where=str(path), default_id=path.stem)


def _parsed(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise InvalidInitiative(f"{where}: is nested too deeply") from None
    except ValueError as error:
        raise InvalidInitiative(f"{where}: no valid JSON ({error})") from None


def _clean(text: str) -> str:
    """Without control characters; composed, so that offsets count what a person sees."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(c if c in "\n\t" or unicodedata.category(c)[0] != "C" else " " for c in composed).strip()
