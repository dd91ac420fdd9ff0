"""What can go wrong between a request and its answer.

ServiceError                       each knows the words for the person who asked; only service.api turns it into a status
├── InvalidInput                   something in the request is wrong; names the field
├── NotAuthenticated               who asks is not known
│   └── SessionEnded               the session of the cookie is over
├── Forbidden                      who asks may not do this
├── NotFound                       there is no such thing, or not for who asks
├── Conflict                       it does not fit what is there
│   └── KeyReused                  an Idempotency-Key came back with another request
├── Outdated                       the thing has changed since it was read (If-Match)
├── PreconditionMissing            a change without If-Match
├── TooManyRequests                slow down
└── Unavailable                    the service cannot do it now, and will later
"""

from __future__ import annotations

from dataclasses import dataclass

from corpus.errors import RegelruimteError


@dataclass(frozen=True, kw_only=True)
class FieldProblem:
    """What is wrong with one field of a request."""

    place: str  # "omschrijving", "query.limiet", "soorten.0"
    message: str  # Dutch, for a person
    kind: str  # a stable word for programs, as "te-kort"


class ServiceError(RegelruimteError):
    """Something that the service tells who asked."""

    title = "Er ging iets mis"

    def __init__(self, detail: str) -> None:
        self.detail = detail
        super().__init__(detail)


class InvalidInput(ServiceError):
    """Something in the request is wrong."""

    title = "De invoer klopt niet"

    def __init__(self, detail: str, *problems: FieldProblem) -> None:
        self.problems = problems
        super().__init__(detail)


class NotAuthenticated(ServiceError):
    """Who asks is not known."""

    title = "Aanmelden is nodig"


class SessionEnded(NotAuthenticated):
    """The session of the cookie is over."""


class Forbidden(ServiceError):
    """Who asks may not do this."""

    title = "Dit mag niet"


class NotFound(ServiceError):
    """There is no such thing, or not for who asks."""

    title = "Niet gevonden"


class Conflict(ServiceError):
    """It does not fit what is there."""

    title = "Dit past niet bij wat er al is"


class KeyReused(Conflict):
    """An Idempotency-Key came back with another request."""


class Outdated(ServiceError):
    """The thing has changed since it was read."""

    title = "Intussen gewijzigd"


class PreconditionMissing(ServiceError):
    """A change without If-Match."""

    title = "If-Match ontbreekt"


class TooManyRequests(ServiceError):
    """Slow down."""

    title = "Te veel verzoeken"

    def __init__(self, detail: str, *, retry_after: int) -> None:
        self.retry_after = retry_after  # seconds
        super().__init__(detail)


class Unavailable(ServiceError):
    """The service cannot do it now, and will later."""

    title = "Even niet beschikbaar"

    def __init__(self, detail: str, *, retry_after: int = 5) -> None:
        self.retry_after = retry_after  # seconds
        super().__init__(detail)
