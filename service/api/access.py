"""From a request to who asks, and whether they may."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from service.api.crowd import Crowd
from service.api.events import Streams
from service.api.limits import Limits
from service.api.measures import Measures
from service.database.opening import Database
from service.engine import Engine
from service.errors import Forbidden, NotAuthenticated, SessionEnded
from service.identity.accounts import actor_of_bearer, actor_of_cookie
from service.identity.actor import ANONYMOUS, Actor, Standing
from service.identity.policies import allowed
from service.settings import Settings
from service.work.reading import ReadingLog

COOKIE = "regelruimte_sessie"
_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, kw_only=True)
class Services:
    """What the handlers work with."""

    settings: Settings
    database: Database
    engine: Engine
    limits: Limits
    measures: Measures
    crowd: Crowd
    streams: Streams
    reading: ReadingLog


def services_of(request: Request) -> Services:
    """The services of the application that a request came to."""
    services: Services = request.app.state.services
    return services


ServicesHere = Annotated[Services, Depends(services_of)]


class Right:
    """A permission that a route asks for; gives who asks to the handler."""

    def __init__(self, permission: str) -> None:
        self.permission = permission

    def __call__(self, request: Request) -> Actor:
        """Who asks.

        Raises:
            NotAuthenticated: nobody that is known, where someone must be.
            Forbidden: known, and not allowed; or a browser's request that another site may have made.
        """
        actor = _who(request, public=self.permission == "openbaar")
        request.state.who = actor  # for the page that says what went wrong
        if allowed(actor, self.permission):
            return actor
        if actor.standing is Standing.ANONYMOUS:
            raise NotAuthenticated("Meld u aan, of geef een token of geheime link mee in de kop Authorization.")
        raise Forbidden("U hebt hier het recht niet voor.")


def _who(request: Request, *, public: bool) -> Actor:
    services = services_of(request)
    header = request.headers.get("authorization")
    if header is not None:
        scheme, _, secret = header.partition(" ")
        if scheme.casefold() != "bearer" or not secret:
            raise NotAuthenticated("De kop Authorization moet beginnen met Bearer.")
        with services.database.reading() as session:
            return actor_of_bearer(session, secret.strip())
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        return ANONYMOUS
    with services.database.reading() as session:
        actor = actor_of_cookie(session, cookie)
    if actor is None:
        if public:
            return ANONYMOUS
        # Not as somebody without account: what someone who thinks to be logged in submits would be nobody's.
        raise SessionEnded("Uw sessie is afgelopen; meld u opnieuw aan.")
    if request.method in _UNSAFE:
        _check_origin(request, actor, services.settings)
    return actor


def _check_origin(request: Request, actor: Actor, settings: Settings) -> None:
    """A browser sends its cookie with whatever a page asks: only a page of ours knows the CSRF token."""
    origin = request.headers.get("origin")
    if origin == "null" and request.headers.get("sec-fetch-site") == "same-origin":
        origin = None  # our pages tell no referrer, and then browsers hide the origin of a form too (Fetch, section 3.2)
    if origin is not None and origin != settings.origin:
        raise Forbidden("Dit verzoek komt van een andere website.")
    if not hmac.compare_digest(request.headers.get("x-csrf-token", "").encode(), actor.csrf.encode()):
        raise Forbidden("Het CSRF-token ontbreekt of klopt niet.")
