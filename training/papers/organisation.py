"""What only an organisation knows of the algorithm that it uses, from a TOML file that it fills in itself.

The keys are the Dutch ones of ``algoritmeregister.toml`` (``asked``). ``deploy/organisatie.example.toml`` is such a file.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import InvalidOrganisation
from training.papers.standard import Field, Link, Value, standard


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """What an organisation tells. Attributes have the names of the register; checked when made.

    Raises:
        InvalidOrganisation: something is missing or not allowed; one sentence that names all of it.
    """

    organization: str
    contact_email: str  # of a desk, not of a person: the register is public
    status: str
    publication_category: str
    lawful_basis: str
    lawful_basis_grouping: tuple[Link, ...]
    category: tuple[str, ...] = ()
    begin_date: str = ""  # month
    end_date: str = ""  # month
    website: str = ""
    url: str = ""
    process_index_url: str = ""
    impacttoetsen_grouping: tuple[Link, ...] = ()  # those that were done
    impacttoetsen: str = ""  # why others were not
    provider: str = ""
    publiccode: str = ""
    source_id: str = ""

    def __post_init__(self) -> None:
        missing = [asked for asked, absent in self._wanted() if absent]
        faults = [f"{field.asked} {fault}" for field in _ASKED for fault in field.faults(self.value(field.name))]
        if self.end_date and self.status != "Buiten gebruik":
            faults.append("einddatum must stay empty while the status is not 'Buiten gebruik'")
        if missing:
            faults.insert(0, f"missing: {', '.join(missing)}")
        if faults:
            raise InvalidOrganisation("; ".join(faults))

    def value(self, name: str) -> Value:
        """What is told of a field of the register."""
        value: Value = getattr(self, name)
        return value

    def _wanted(self) -> list[tuple[str, bool]]:
        """Keys that may not be empty, and whether they are.

        Beside what the standard makes mandatory: the legal basis, the impact assessments (those that were done, or why none
        was), and the months that go with the status. The standard lets them be empty, and the public then reads that.
        """
        wanted = [(field.asked, not self.value(field.name)) for field in _ASKED if field.required]
        wanted += [
            ("begindatum", self.status in ("In gebruik", "Buiten gebruik") and not self.begin_date),
            ("einddatum", self.status == "Buiten gebruik" and not self.end_date),
            ("wettelijke_basis", not self.lawful_basis),
            ("verwijzingen_wettelijke_basis", not self.lawful_basis_grouping),
            ("impacttoetsen or toelichting_impacttoetsen", not (self.impacttoetsen_grouping or self.impacttoetsen)),
        ]
        return wanted


_ASKED = tuple(field for field in standard() if field.asked)


def load_organisation(path: Path) -> Organisation:
    """Read the file of an organisation.

    Raises:
        InvalidOrganisation: it cannot be read, or does not hold what it should; begins with the name of the file.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidOrganisation(f"{path}: cannot be read ({error})") from None
    unknown = sorted(set(raw) - {field.asked for field in _ASKED})
    if unknown:
        raise InvalidOrganisation(f"{path}: unknown keys: {', '.join(unknown)}")
    try:
        return Organisation(**{field.name: _value(raw.get(field.asked, _nothing(field))) for field in _ASKED})
    except InvalidOrganisation as error:
        raise InvalidOrganisation(f"{path}: {error}") from None


def _nothing(field: Field) -> str | list[str]:
    return [] if field.form in ("choices", "links") else ""


def _value(told: Any) -> Any:
    """A value of TOML as a record holds it; what cannot be one is left for the checks to refuse."""
    if isinstance(told, str):
        return " ".join(told.split())
    if isinstance(told, list):
        return tuple(_link(one) if isinstance(one, dict) else str(one) for one in told)
    return (str(told),)  # a number or a date: no field takes it


def _link(told: dict[str, Any]) -> Link | str:
    if not set(told) <= {"titel", "link"}:
        return str(told)
    return Link(title=str(told.get("titel", "")), link=str(told.get("link", "")))
