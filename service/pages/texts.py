"""All words of the pages, in Dutch and English: Fluent files (projectfluent.org), one per page, in ``texts/<language>``.

A word that stands in the law or in the taxonomy comes from there; this is the wording of the interface itself.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from markupsafe import Markup

Language = Literal["nl", "en"]
LANGUAGES: tuple[Language, ...] = ("nl", "en")
FOLDER = Path(__file__).parent / "texts"

_HERE = ZoneInfo("Europe/Amsterdam")


class Texts:
    """The words of one language, callable by the name of a message."""

    def __init__(self, language: Language) -> None:
        """Read all files of a language."""
        # Imported here: no start waits for what only pages need.
        from babel import dates, numbers
        from fluent.runtime import FluentBundle, FluentResource

        self.language, self._dates, self._numbers = language, dates, numbers
        # Marks around what is filled in (bidirectional isolates) would end up in what people copy.
        self._bundle = FluentBundle([language], use_isolating=False)
        for path in sorted((FOLDER / language).glob("*.ftl")):
            self._bundle.add_resource(FluentResource(path.read_text(encoding="utf-8")))
        self._plain: dict[str, str] = {}

    def __call__(self, name: str, /, **filled: object) -> str:
        """A message, with what is filled in.

        Raises:
            KeyError: there is no such message, or something to fill in lacks.
        """
        known = None if filled else self._plain.get(name)
        if known is not None:
            return known
        if not self._bundle.has_message(name) or (pattern := self._bundle.get_message(name).value) is None:
            raise KeyError(f"no text {name!r} in {self.language}")
        told, errors = self._bundle.format_pattern(pattern, filled)
        if errors:
            raise KeyError(f"text {name!r} in {self.language}: {errors[0]}")
        text = str(told)
        if not filled:
            self._plain[name] = text
        return text

    def has(self, name: str) -> bool:
        """Whether there is such a message."""
        return bool(self._bundle.has_message(name))

    def day(self, value: date | str) -> str:
        """A day in words; an ISO string is a day too, and an empty one stays empty."""
        if isinstance(value, str):
            if not value:
                return ""
            value = date.fromisoformat(value[:10])
        return str(self._dates.format_date(value, "d MMMM y", locale=self.language))

    def moment(self, value: datetime) -> str:
        """A moment, in Dutch time."""
        return str(self._dates.format_datetime(value.astimezone(_HERE), "d MMMM y HH:mm", locale=self.language))

    def share(self, value: float) -> str:
        """A probability or share 0..1 as a percentage."""
        return str(self._numbers.format_percent(value, "#,##0%", locale=self.language)).replace("\xa0", " ")

    def number(self, value: float) -> str:
        """A number with at most two decimals."""
        return str(self._numbers.format_decimal(value, "#,##0.##", locale=self.language))

    def figure(self, value: float) -> str:
        """A measure with three decimals: of a small deviation two would leave nothing."""
        return str(self._numbers.format_decimal(value, "#,##0.000", locale=self.language))

    def paragraphs(self, value: str) -> Markup:
        """A text that people wrote, its blank lines as paragraphs."""
        parts = [part.strip() for part in value.replace("\r\n", "\n").split("\n\n") if part.strip()]
        return Markup("").join(
            Markup('<p class="utrecht-paragraph">{}</p>').format(Markup("<br>").join(part.split("\n"))) for part in parts
        )


@cache
def texts(language: Language) -> Texts:
    """The words of one language, read once."""
    return Texts(language)
