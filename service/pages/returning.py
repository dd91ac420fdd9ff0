"""Coming back to an initiative: with its secret link, or logged in as who submitted it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Response
from starlette.exceptions import HTTPException

from service.api.access import Right, Services, ServicesHere, services_of
from service.errors import NotAuthenticated
from service.identity.accounts import actor_of_bearer
from service.identity.actor import Actor
from service.identity.policies import allowed, may_withdraw
from service.identity.secrets import LINK_PREFIX
from service.pages.rendering import page
from service.pages.routing import router, see
from service.pages.wording import activity_name
from service.work.flags import told_text
from service.work.initiatives import erase, own_initiatives, visible_initiative, withdraw
from service.work.outcome import Stage
from service.work.quoting import Law
from service.work.telling import outcome_of, stage_of

routes = router()

Anybody = Annotated[Actor, Depends(Right("openbaar"))]


class Holder(Right):
    """A permission over the one initiative of an address, which ends in a secret link or, for who is logged in, its id."""

    def __call__(self, request: Request) -> Actor:
        """Who holds the link, whoever is logged in at that browser; otherwise who is logged in.

        Raises:
            HTTPException: nobody holds such a link (any more). The way to the log-in would carry the secret along.
        """
        key = request.path_params["key"]
        if not key.startswith(LINK_PREFIX):
            return super().__call__(request)
        try:
            with services_of(request).database.reading() as session:
                actor = actor_of_bearer(session, key)
        except NotAuthenticated:
            raise HTTPException(404, "failed-link") from None
        if not allowed(actor, self.permission):
            raise HTTPException(404, "failed-link")
        return actor


def _id(key: str, holder: Actor) -> str:
    return holder.initiative_id or key


@routes.get("/mijn")
def list_own(request: Request, services: ServicesHere, who: Annotated[Actor, Depends(Right("initiatieven:lijst"))]) -> Response:
    """What who is logged in submitted."""
    with services.database.reading() as session:
        rows = own_initiatives(session, who)
        own = [(row, told_text(row).titel, stage_of(session, row)) for row in rows]
    services.reading.note("initiatief gelezen", [row.id for row in rows])
    return page(request, "submitting/own.html", who=who, own=own)


@routes.get("/mijn/{key}")
def show(
    request: Request,
    services: ServicesHere,
    who: Anybody,
    holder: Annotated[Actor, Depends(Holder("signalen:lezen"))],
    key: str,
) -> Response:
    """Where an initiative stands, and what was found."""
    identifier = _id(key, holder)
    with services.database.reading() as session:
        row = visible_initiative(session, holder, identifier)
        stage = stage_of(session, row)
        outcome = outcome_of(session, row, _law(services)) if stage is Stage.READ else None
    services.reading.note("initiatief gelezen", [identifier])
    told = told_text(row)
    response = page(
        request,
        "submitting/outcome.html",
        who=who,
        initiative=row,
        told=told,
        told_spans=[mention for one in row.activities for mention in one["evidence"]],
        stage=stage.value,
        outcome=outcome,
        link=f"{services.settings.public_url.rstrip('/')}/mijn/{key}" if holder.initiative_id else "",
        activity_name=activity_name(request),
    )
    return _unlisted(response)


@routes.get("/mijn/{key}/{act}")
def ask(
    request: Request,
    services: ServicesHere,
    who: Anybody,
    holder: Annotated[Actor, Depends(Holder("initiatieven:intrekken"))],
    key: str,
    act: str,
) -> Response:
    """Are you sure?"""
    if act not in _ACTS:
        raise HTTPException(404)
    with services.database.reading() as session:
        row = visible_initiative(session, holder, _id(key, holder))
    if not may_withdraw(holder, row):
        raise HTTPException(404)
    return _unlisted(page(request, f"submitting/{_ACTS[act]}.html", who=who, title=told_text(row).titel, back=f"/mijn/{key}"))


_ACTS = {"intrekken": "withdraw", "wissen": "erase"}


@routes.post("/mijn/{key}/intrekken")
def take_back(
    services: ServicesHere, holder: Annotated[Actor, Depends(Holder("initiatieven:intrekken"))], key: str
) -> Response:
    """Withdraw."""
    with services.database.writing() as session:
        withdraw(session, holder, _id(key, holder), expected_version=None)
    return see(f"/mijn/{key}")


@routes.post("/mijn/{key}/wissen")
def wipe(services: ServicesHere, holder: Annotated[Actor, Depends(Holder("initiatieven:intrekken"))], key: str) -> Response:
    """Erase; nothing is left to come back to."""
    with services.database.writing() as session:
        erase(session, holder, _id(key, holder), expected_version=None)
    return see("/?gewist=1")


def _law(services: Services) -> Law:
    return Law(None if services.engine.problem else services.engine.loaded.store)


def _unlisted(response: Response) -> Response:
    """The address is a secret: no search engine keeps it (and no other site hears it, see Referrer-Policy)."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response
