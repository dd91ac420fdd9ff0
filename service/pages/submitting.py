"""Telling an initiative: the form, what is read in it while it is written, and sending it."""

from __future__ import annotations

import hashlib
import secrets
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from service.api.access import Right, Services, ServicesHere
from service.api.messages import InitiatiefInvoer
from service.api.words import cleaned, composed
from service.identity.actor import Actor
from service.pages.forms import read
from service.pages.rendering import page, words
from service.pages.routing import Form, form_of, router, see
from service.pages.wording import activity_name
from service.work.first_reading import MOST, FirstReading, first_reading
from service.work.initiatives import submit, text_of
from service.work.places import municipalities

routes = router()

FIELDS = ("titel", "omschrijving", "gemeente", "datum")

Anybody = Annotated[Actor, Depends(Right("openbaar"))]


@routes.get("/")
def show(request: Request, services: ServicesHere, who: Anybody) -> Response:
    """What this is, and the form."""
    return _form(request, services, who, dict.fromkeys(FIELDS, ""))


@routes.post("/")
def send(request: Request, services: ServicesHere, who: Annotated[Actor, Depends(Right("initiatieven:indienen"))]) -> Response:
    """Submit; on to the secret link. Sent twice, it is submitted once."""
    values = _values(form_of(request))
    told, faults = read(InitiatiefInvoer, values, words(request))
    if told is None:
        return _form(request, services, who, values, faults=faults, status=400)
    address = request.client.host if request.client else ""
    services.limits.check("submissions", address)
    text = text_of({**told.model_dump(mode="json"), "datum": told.datum.isoformat() if told.datum else ""})
    done = submit(services.database, services.settings, text, by=who, key=_key(form_of(request)), network=address)
    return see(f"/mijn/{done.secret}")


@routes.post("/indienen/lezen")
async def read_along(request: Request, services: ServicesHere, who: Annotated[Actor, Depends(Right("toetsen"))]) -> Response:
    """What is read in a story so far: a part of the page for a script, the whole page without one. Nothing is kept."""
    values = _values(form_of(request))
    services.limits.check("checks", request.client.host if request.client else "")
    loaded = services.engine.loaded
    # No more than is read: these lines hold up everybody else.
    title, story, place = (cleaned(str(composed(values[name][: MOST + 1]))) for name in ("titel", "omschrijving", "gemeente"))
    found = await services.crowd.carry_out(lambda: first_reading(loaded, title=title, story=story, municipality=place))
    if request.headers.get("hx-request") == "true":
        return page(request, "submitting/read.html", who=who, reading=found, activity_name=activity_name(request))
    return _form(request, services, who, values, reading=found)


def _form(
    request: Request,
    services: Services,
    who: Actor,
    values: dict[str, str],
    *,
    faults: dict[str, str] | None = None,
    reading: FirstReading | None = None,
    status: int = 200,
) -> Response:
    filled: dict[str, Any] = {
        "values": values,
        "faults": {field: _told(request, field, told) for field, told in (faults or {}).items()},
        "reading": reading,
        # Another for each form that is opened: the same form twice is one initiative.
        "key": form_of(request).get("sleutel") if request.method == "POST" else secrets.token_urlsafe(16),
        "erased": "gewist" in request.query_params,
        "municipalities": () if services.engine.problem else municipalities(services.engine.loaded.store),
        "activity_name": activity_name(request),
    }
    return page(request, "submitting/form.html", who=who, status=status, **filled)


def _told(request: Request, field: str, told: str) -> str:
    """What is wrong with a field, in words of its own where it has them."""
    t = words(request)
    own = {(field, t("fault-missing")): f"submit-{field}-missing", (field, t("fault-other")): f"submit-{field}-unreadable"}
    name = own.get((field, told), "")
    return t(name) if name and t.has(name) else told


def _values(form: Form) -> dict[str, str]:
    return {field: form.get(field).strip() for field in FIELDS}


def _key(form: Form) -> str | None:
    """What makes a submission the same: the form that was opened, and what was written in it."""
    opened = form.get("sleutel")
    if not opened:
        return None
    return hashlib.sha256("\n".join([opened, *_values(form).values()]).encode()).hexdigest()
