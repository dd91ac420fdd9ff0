"""What this is, how the algorithm works, accessibility and privacy: what everybody may know."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Response

from service.api.access import Right, ServicesHere
from service.identity.actor import Actor
from service.pages.rendering import page
from service.pages.routing import router
from service.work.model_choice import known_models
from service.work.processing_log import REGISTER
from service.work.regulations import coverage

routes = router()

Anybody = Annotated[Actor, Depends(Right("openbaar"))]


@routes.get("/over")
def about(request: Request, services: ServicesHere, who: Anybody) -> Response:
    """What it is and is not, and what it searches."""
    holds = None if services.engine.problem else coverage(services.engine.loaded.store)
    return page(request, "about/about.html", who=who, coverage=holds)


@routes.get("/over/algoritme")
def algorithm(request: Request, services: ServicesHere, who: Anybody) -> Response:
    """The entry in the register of algorithms."""
    serving = "" if services.engine.problem else services.engine.loaded.model_version
    model = next((one for one in known_models(services.settings, serving=serving) if one.serving), None)
    holds = None if services.engine.problem else coverage(services.engine.loaded.store)
    return page(request, "about/algorithm.html", who=who, model=model, coverage=holds)


@routes.get("/over/toegankelijkheid")
def accessibility(request: Request, who: Anybody) -> Response:
    """The accessibility statement."""
    return page(request, "about/accessibility.html", who=who)


@routes.get("/over/privacy")
def privacy(request: Request, who: Anybody) -> Response:
    """What is kept of people, how long, and what they may ask."""
    processings = sorted(identifier.rpartition("/")[2] for identifier in REGISTER.values())
    return page(request, "about/privacy.html", who=who, processings=processings)
