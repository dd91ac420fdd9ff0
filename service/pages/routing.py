"""How page routes behave: the language of a visit, forms, and mistakes told in a page."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from sqlalchemy.exc import IntegrityError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from corpus.errors import UnknownRef
from service.api.access import COOKIE, services_of
from service.api.problems import broken, request_id_of, status_of
from service.api.shell import Refusing, TooLarge
from service.database.opening import database_failed
from service.errors import NotAuthenticated, ServiceError, SessionEnded, TooManyRequests, Unavailable
from service.identity.actor import ANONYMOUS
from service.pages.rendering import SECURITY, language_of, page
from service.pages.texts import LANGUAGES

LANGUAGE_COOKIE = "regelruimte_taal"
_YEAR = 365 * 24 * 3600
_FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 400
PROGRAMS = ("/v1", "/health", "/metrics")
"""What programs ask, whatever they say that they accept."""

_GONE = 499
"""For log and measures: there is nobody left to answer."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Form:
    """What a form sent."""

    pairs: tuple[tuple[str, str], ...]

    def get(self, name: str, default: str = "") -> str:
        """The first value of a field."""
        return next((value for key, value in self.pairs if key == name), default)

    def all(self, name: str) -> list[str]:
        """Every value of a field: of boxes that were ticked."""
        return [value for key, value in self.pairs if key == name]


def form_of(request: Request) -> Form:
    """What the form of a POST sent."""
    form: Form = request.state.form
    return form


def see(address: str) -> Response:
    """Go on there: after a form, so that going back does not send it again."""
    return RedirectResponse(address, status_code=303)


class PageRoute(APIRoute):
    """A route that answers with a page, whatever happens."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The framework's handler behind ours."""
        handle = super().get_route_handler()

        async def shown(request: Request) -> Response:
            return await as_page(request, handle)

        return shown

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The address of a form may be visited too, by going back or by another language: that is told in a page."""
        methods = self.methods or set()
        if scope["method"] != "GET" or "GET" in methods:
            await super().handle(scope, receive, send)
            return

        async def refuse(request: Request) -> Response:
            response = failed(request, 405)
            response.headers["Allow"] = ", ".join(sorted(methods))
            return response

        await (await as_page(Request(scope, receive, send), refuse))(scope, receive, send)


async def as_page(request: Request, handle: Callable[[Request], Awaitable[Response]]) -> Response:
    """What a handler answers; a page that says what went wrong where it does not."""
    asked = request.query_params.get("taal")
    language = asked or request.cookies.get(LANGUAGE_COOKIE)
    request.state.language = language if language in LANGUAGES else "nl"
    try:
        if any("\x00" in told for told in (request.scope["path"], *request.query_params.values())):
            raise HTTPException(400)  # no text of ours holds it, and PostgreSQL stores none that does
        if request.method == "POST":
            await _read_form(request)
        response = await handle(request)
    except NotAuthenticated as error:
        if request.method == "POST":
            response = failed(request, 401)
        else:
            back = quote(request.url.path + (f"?{request.url.query}" if request.url.query else ""), safe="")
            response = see(f"/aanmelden?verder={back}")
        if isinstance(error, SessionEnded):
            response.delete_cookie(COOKIE, path="/")
    except ServiceError as error:
        response = failed(request, status_of(error), detail=error.detail)
        if isinstance(error, TooManyRequests | Unavailable):
            response.headers["Retry-After"] = str(error.retry_after)
    except HTTPException as error:
        response = failed(request, error.status_code, told=error.detail)
    except UnknownRef:
        response = failed(request, 404)
    except RequestValidationError:
        response = failed(request, 400)
    except IntegrityError:
        response = failed(request, 409)  # two requests made the same thing at the same moment; this one came second
    except TooLarge:
        response = failed(request, 413)
    except ClientDisconnect:
        response = Response(status_code=_GONE)
    except Exception as error:
        response = failed(request, _status_of_fault(request, error))
        if response.status_code == 503:
            response.headers["Retry-After"] = "5"
    response.headers.setdefault("Content-Security-Policy", SECURITY)
    response.headers.setdefault("Vary", "Cookie")
    if asked in LANGUAGES:
        secure = services_of(request).settings.secure_cookies
        response.set_cookie(LANGUAGE_COOKIE, asked, max_age=_YEAR, httponly=True, secure=secure, samesite="lax")
    return response


def _status_of_fault(request: Request, error: Exception) -> int:
    """503 when the database is away, which passes; 500 for a bug, which the log is told."""
    if database_failed(error):
        _log.error("database", extra={"request": request_id_of(request), "error": type(error).__name__})
        return 503
    return broken(request_id_of(request), error).status_code


def router() -> APIRouter:
    """A router for pages; they stand outside the OpenAPI document."""
    return APIRouter(route_class=PageRoute, include_in_schema=False, redirect_slashes=False)


def failed(request: Request, status: int, *, detail: str = "", told: str = "") -> Response:
    """The page that says what went wrong.

    Args:
        status: of the answer.
        detail: Dutch words of an error of the service, for Dutch visits.
        told: name of a text that says it, where there is one: a page raises ``HTTPException(404, "failed-link")``.
    """
    who = getattr(request.state, "who", ANONYMOUS)
    return page(request, "failed.html", who=who, status=status, code=status, detail=detail, told=told)


def lost(otherwise: ASGIApp) -> ASGIApp:
    """What answers at an address that is nothing: a page to a browser, and what it was to a program."""

    async def nothing(request: Request) -> Response:
        raise HTTPException(404)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "GET" and _wants_page(scope):
            await (await as_page(Request(scope, receive, send), nothing))(scope, receive, send)
        else:
            await otherwise(scope, receive, send)

    return answer


def refusing(app: FastAPI) -> Refusing:
    """How requests that never come to a route are refused (service.api.shell): with a page, where a browser asks."""

    kept: dict[tuple[int, str], bytes] = {}

    def refusal(scope: Scope, status: int, headers: Mapping[str, str]) -> ASGIApp | None:
        if not _wants_page(scope):
            return None

        async def refuse(request: Request) -> Response:
            language = language_of(request)
            if (status, language) not in kept:
                # As at the start page: the same for all, and made once, for who asks too often must cost nothing.
                start = {**request.scope, "path": "/", "raw_path": b"/", "query_string": b""}
                kept[status, language] = bytes(failed(Request(start), status).body)
            return HTMLResponse(kept[status, language], status_code=status, headers=dict(headers))

        async def answer(_: Scope, receive: Receive, send: Send) -> None:
            asked = {**scope, "app": app, "method": "GET"}  # a form that was sent is not read
            await (await as_page(Request(asked, receive, send), refuse))(scope, receive, send)

        return answer

    return refusal


def _wants_page(scope: Scope) -> bool:
    """Whether a browser asks for something that people read."""
    return "text/html" in Headers(scope=scope).get("accept", "") and not scope["path"].startswith(PROGRAMS)


async def _read_form(request: Request) -> None:
    """Read the fields; the CSRF token of a form counts as the header that a script would send."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise HTTPException(403)
    if request.headers.get("content-type", "").partition(";")[0].strip().casefold() != _FORM:
        raise HTTPException(415)
    try:
        body = (await request.body()).decode("utf-8")
        pairs = parse_qsl(body, keep_blank_values=True, strict_parsing=bool(body), max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError:
        raise HTTPException(400) from None
    if any("\x00" in value for _, value in pairs):
        raise HTTPException(400)
    request.state.form = Form(tuple(pairs))
    token = request.state.form.get("csrf")
    if token:
        # In place: the headers were read above, and are kept as the list that they were read from.
        request.scope["headers"].append((b"x-csrf-token", token.encode()))
