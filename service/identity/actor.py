"""Who asks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from service.database.tables import Role


class Standing(StrEnum):
    """What someone is to the service: without account, with the secret link of one initiative, or in a role."""

    ANONYMOUS = "anoniem"
    LINK = "link"
    SUBMITTER = Role.SUBMITTER.value
    REVIEWER = Role.REVIEWER.value
    LAWYER = Role.LAWYER.value
    ADMINISTRATOR = Role.ADMINISTRATOR.value  # of one organisation
    SERVICE_ADMINISTRATOR = "dienstbeheerder"  # the same role, without organisation: of the whole service


class Scope(StrEnum):
    """What a token lets a program do of all that its owner may."""

    READ = "lezen"
    SUBMIT = "indienen"
    REVIEW = "beoordelen"
    ADMINISTER = "beheren"


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who asks, and with what right."""

    standing: Standing
    user_id: str | None = None
    organisation_id: str | None = None
    initiative_id: str | None = None  # of a secret link
    scopes: frozenset[Scope] = frozenset(Scope)  # narrower for a token
    name: str = ""
    csrf: str = ""  # of a browser session

    @property
    def role(self) -> str:
        """As an account names it; the standing of who has none."""
        whole = self.standing is Standing.SERVICE_ADMINISTRATOR
        return Role.ADMINISTRATOR.value if whole else self.standing.value

    @property
    def label(self) -> str:
        """As the audit trail names it: never a name of a person."""
        if self.user_id:
            return f"gebruiker:{self.user_id}"
        return f"link:{self.initiative_id}" if self.initiative_id else self.standing.value


ANONYMOUS = Actor(standing=Standing.ANONYMOUS)
SYSTEM = "systeem"
"""Name in the audit trail of what no person did."""


def own_address(address: str) -> str:
    """A page of ours to go on to after logging in; "" for any other address."""
    return address if address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable() else ""
