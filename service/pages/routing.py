"""How page routes behave: the language of a visit, forms, and mistakes told in a page."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from corpus.errors import UnknownRef
from service.api.access import services_of
from service.api.problems import status_of
from service.errors import NotAuthenticated, ServiceError
from service.pages.rendering import SECURITY, page
from service.pages.texts import LANGUAGES

LANGUAGE_COOKIE = "regelruimte_taal"
_YEAR = 365 * 24 * 3600
_FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 400

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
            asked = request.query_params.get("taal")
            language = asked or request.cookies.get(LANGUAGE_COOKIE)
            request.state.language = language if language in LANGUAGES else "nl"
            try:
                if request.method == "POST":
                    await _read_form(request)
                response = await handle(request)
            except NotAuthenticated:
                if request.method == "POST":
                    response = failed(request, 401)
                else:
                    back = quote(request.url.path + (f"?{request.url.query}" if request.url.query else ""), safe="")
                    response = see(f"/aanmelden?verder={back}")
            except ServiceError as error:
                response = failed(request, status_of(error), detail=error.detail)
            except HTTPException as error:
                response = failed(request, error.status_code)
            except UnknownRef:
                response = failed(request, 404)
            except RequestValidationError:
                response = failed(request, 400)
            response.headers.setdefault("Content-Security-Policy", SECURITY)
            response.headers.setdefault("Vary", "Cookie")
            if asked in LANGUAGES:
                secure = services_of(request).settings.secure_cookies
                response.set_cookie(LANGUAGE_COOKIE, asked, max_age=_YEAR, httponly=True, secure=secure, samesite="lax")
            return response

        return shown


def router() -> APIRouter:
    """A router for pages; they stand outside the OpenAPI document."""
    return APIRouter(route_class=PageRoute, include_in_schema=False, redirect_slashes=False)


def failed(request: Request, status: int, *, detail: str = "") -> Response:
    """The page that says what went wrong."""
    return page(request, "failed.html", status=status, code=status, detail=detail)


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
    request.state.form = Form(tuple(pairs))
    token = request.state.form.get("csrf")
    if token:
        request.scope["headers"] = [*request.scope["headers"], (b"x-csrf-token", token.encode())]
