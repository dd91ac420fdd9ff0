"""One shape for everything that goes wrong: problem details (RFC 9457).

    {"type", "title", "status", "detail", "instance", "fouten": [{"plek", "melding", "soort"}]}

``detail`` is Dutch, for who asked; the text of an exception never leaves the house. ``instance`` names the request, as the log
does.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.routing import Match

from corpus.errors import InvalidInitiative, UnknownRef
from service.api.access import COOKIE
from service.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    NotAuthenticated,
    NotFound,
    Outdated,
    PreconditionMissing,
    ServiceError,
    SessionEnded,
    TooManyRequests,
    Unavailable,
)

MEDIA_TYPE = "application/problem+json"

_STATUS: dict[type[ServiceError], int] = {
    InvalidInput: 400,
    NotAuthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Outdated: 412,
    PreconditionMissing: 428,
    TooManyRequests: 429,
    Unavailable: 503,
}

_TITLES = {
    400: "De invoer klopt niet",
    404: "Niet gevonden",
    405: "Deze methode bestaat hier niet",
    406: "Dit formaat is er niet",
    413: "Te groot",
    415: "Dit formaat wordt niet gelezen",
    500: "Er ging iets mis",
    503: "Even niet beschikbaar",
}

_DETAILS = {
    400: "Het verzoek kan niet worden gelezen.",
    404: "Dit adres bestaat niet.",
    405: "Deze methode bestaat niet voor dit adres; de kop Allow noemt welke wel.",
    406: "Het antwoord bestaat niet in het formaat dat de kop Accept vraagt.",
    413: "Het verzoek is te groot.",
    415: "De inhoud moet application/json zijn.",
    500: "Er ging iets mis in de dienst. De fout is vastgelegd onder het nummer in instance.",
    503: "De gegevensbank antwoordt nu niet; probeer het zo nog eens.",
}

_log = logging.getLogger(__name__)


def problem(
    request_id: str,
    status: int,
    *,
    title: str | None = None,
    detail: str | None = None,
    kind: str | None = None,
    fields: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """An answer that says what went wrong."""
    content: dict[str, Any] = {
        "type": f"urn:regelruimte:probleem:{kind or status}",
        "title": title or _TITLES.get(status, "Er ging iets mis"),
        "status": status,
        "detail": detail or _DETAILS.get(status, "Het verzoek kan niet worden uitgevoerd."),
        "instance": f"urn:uuid:{request_id}",
    }
    if fields:
        content["fouten"] = [dict(field) for field in fields]
    return JSONResponse(content, status_code=status, media_type=MEDIA_TYPE, headers=dict(headers or {}))


def add_handlers(app: FastAPI) -> None:
    """Turn every error of every route into a problem."""
    app.add_exception_handler(ServiceError, _service_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(UnknownRef, _unknown_ref)
    app.add_exception_handler(InvalidInitiative, _unreadable)
    app.add_exception_handler(OperationalError, _database_error)
    app.add_exception_handler(PoolTimeout, _database_error)
    app.add_exception_handler(IntegrityError, _collision)
    app.add_exception_handler(DBAPIError, _database_error)
    app.add_exception_handler(Exception, _bug)


def broken(request_id: str, error: BaseException) -> JSONResponse:
    """The answer to a bug; the log gets where it happened, without the words it may quote."""
    frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)[-8:]]
    _log.error("bug", extra={"request": request_id, "error": type(error).__name__, "frames": frames})
    return problem(request_id, 500)


def request_id_of(request: Request) -> str:
    """The number of a request, given by service.api.shell."""
    return str(request.scope.get("state", {}).get("request_id", "00000000-0000-0000-0000-000000000000"))


def status_of(error: ServiceError) -> int:
    """The status that tells of an error."""
    return next(number for kind, number in _STATUS.items() if isinstance(error, kind))


async def _service_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ServiceError)
    status = status_of(error)
    headers: dict[str, str] = {}
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="regelruimte"'
    if isinstance(error, TooManyRequests | Unavailable):
        headers["Retry-After"] = str(error.retry_after)
    fields = []
    if isinstance(error, InvalidInput):
        fields = [{"plek": one.place, "melding": one.message, "soort": one.kind} for one in error.problems]
    answer = problem(request_id_of(request), status, title=error.title, detail=error.detail, fields=fields, headers=headers)
    if isinstance(error, SessionEnded):
        answer.delete_cookie(COOKIE, path="/")
    return answer


async def _validation_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    fields = [
        {
            "plek": ".".join(str(part) for part in one["loc"] if part != "body") or "body",
            "melding": _message(one),
            "soort": str(one["type"]).replace("_", "-"),
        }
        for one in error.errors()
    ]
    return problem(request_id_of(request), 400, detail="Een of meer velden kloppen niet.", fields=fields[:50])


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(sorted(_methods(request)))
    return problem(request_id_of(request), error.status_code, headers=headers)


async def _bug(request: Request, error: Exception) -> JSONResponse:
    return broken(request_id_of(request), error)


async def _unknown_ref(request: Request, error: Exception) -> JSONResponse:
    return problem(request_id_of(request), 404, detail="Deze regeling of bepaling staat niet in de verzameling.")


async def _unreadable(request: Request, error: Exception) -> JSONResponse:
    return problem(request_id_of(request), 400, detail="Het initiatief heeft geen tekst om te lezen.")


async def _collision(request: Request, error: Exception) -> JSONResponse:
    # Two requests made the same thing at the same moment; this one came second.
    return problem(request_id_of(request), 409, title=Conflict.title, detail="Dit bestaat intussen al; haal het opnieuw op.")


async def _database_error(request: Request, error: Exception) -> JSONResponse:
    _log.error("database", extra={"request": request_id_of(request), "error": type(error).__name__})
    if isinstance(error, OperationalError | PoolTimeout) or getattr(error, "connection_invalidated", False):
        return problem(request_id_of(request), 503, headers={"Retry-After": "5"})
    return broken(request_id_of(request), error)


def _methods(request: Request) -> set[str]:
    """All methods of all routes at the address: the framework names those of the first alone."""
    found: set[str] = set()
    for route in request.app.routes:
        match, _ = route.matches(request.scope)
        if match is not Match.NONE:
            found |= set(getattr(route, "methods", None) or ())
    return found | ({"HEAD"} if "GET" in found else set())


_MESSAGES = {
    "missing": "Dit veld ontbreekt.",
    "extra_forbidden": "Dit veld bestaat niet.",
    "string_too_short": "Minstens {min_length} tekens.",
    "string_too_long": "Hoogstens {max_length} tekens.",
    "string_pattern_mismatch": "De tekst heeft niet de vorm die gevraagd is.",
    "string_type": "Dit moet tekst zijn.",
    "string_unicode": "De tekst is geen geldige Unicode.",
    "int_parsing": "Dit moet een geheel getal zijn.",
    "int_type": "Dit moet een geheel getal zijn.",
    "int_from_float": "Dit moet een geheel getal zijn.",
    "int_parsing_size": "Dit getal is te groot.",
    "float_parsing": "Dit moet een getal zijn.",
    "float_type": "Dit moet een getal zijn.",
    "finite_number": "Dit moet een eindig getal zijn.",
    "bool_parsing": "Dit moet true of false zijn.",
    "bool_type": "Dit moet true of false zijn.",
    "greater_than_equal": "Minstens {ge}.",
    "less_than_equal": "Hoogstens {le}.",
    "enum": "Kies uit: {expected}.",
    "literal_error": "Kies uit: {expected}.",
    "too_long": "Hoogstens {max_length}.",
    "too_short": "Minstens {min_length}.",
    "list_type": "Dit moet een lijst zijn.",
    "model_attributes_type": "Dit moet een object zijn.",
    "dict_type": "Dit moet een object zijn.",
    "uuid_parsing": "Dit is geen UUID.",
    "uuid_type": "Dit is geen UUID.",
    "date_from_datetime_parsing": "Schrijf een dag als 2026-06-28.",
    "date_parsing": "Schrijf een dag als 2026-06-28.",
    "date_type": "Schrijf een dag als 2026-06-28.",
    "json_invalid": "Dit is geen geldige JSON.",
}


def _message(one: Mapping[str, Any]) -> str:
    template = _MESSAGES.get(str(one["type"]), "De waarde klopt niet.")
    try:
        return template.format(**{name: _in_dutch(value) for name, value in one.get("ctx", {}).items()})
    except (KeyError, IndexError):
        return "De waarde klopt niet."


def _in_dutch(value: Any) -> Any:
    """The library words a choice as ``'a', 'b' or 'c'``."""
    return value.replace("' or '", "' of '") if isinstance(value, str) else value
