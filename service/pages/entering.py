"""Logging in and out, and choosing a password with the link of an administrator."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Response

from service.api.access import COOKIE, Right, ServicesHere
from service.api.routes.sessions import let_try, set_cookie
from service.errors import NotFound
from service.identity.accounts import close_session, log_in
from service.identity.actor import Actor, own_address
from service.identity.passwords import new_hash, use_link
from service.identity.secrets import MIN_PASSWORD
from service.pages.rendering import page
from service.pages.routing import form_of, router, see

routes = router()

_MAX_PASSWORD = 200

Anybody = Annotated[Actor, Depends(Right("openbaar"))]


@routes.get("/aanmelden")
def show(request: Request, who: Anybody) -> Response:
    """The form to log in."""
    return page(
        request, "entering/login.html", who=who, onward=own_address(request.query_params.get("verder", "")), refused=False
    )


@routes.post("/aanmelden")
def enter(request: Request, services: ServicesHere) -> Response:
    """Log in; who tries has no session yet, so there is no right to ask for."""
    form = form_of(request)
    let_try(request, services)
    onward = own_address(form.get("verder"))
    entered = log_in(
        services.database, services.settings, email=form.get("email")[:254], password=form.get("wachtwoord")[:1000]
    )
    if entered is None:
        return page(request, "entering/login.html", status=401, onward=onward, refused=True)
    response = see(onward or "/")
    set_cookie(response, entered[1], services.settings)
    return response


@routes.post("/afmelden")
def leave(request: Request, services: ServicesHere, who: Annotated[Actor, Depends(Right("eigen:lezen"))]) -> Response:
    """Log out."""
    with services.database.writing() as session:
        close_session(session, who, request.cookies.get(COOKIE, ""))
    response = see("/")
    response.delete_cookie(COOKIE, path="/")
    return response


@routes.get("/wachtwoord/{secret}")
def show_password(request: Request, who: Anybody, secret: str) -> Response:
    """The form to choose a password."""
    return page(request, "entering/password.html", who=who, secret=secret, fault="", done=False)


@routes.post("/wachtwoord/{secret}")
def choose_password(request: Request, services: ServicesHere, secret: str) -> Response:
    """Choose a password; all sessions of this person end."""
    let_try(request, services)
    chosen = form_of(request).get("wachtwoord")
    if not MIN_PASSWORD <= len(chosen) <= _MAX_PASSWORD:
        return page(request, "entering/password.html", status=400, secret=secret, fault="length", done=False)
    password_hash = new_hash(chosen)
    try:
        with services.database.writing() as session:
            use_link(session, secret, password_hash)
    except NotFound:
        return page(request, "entering/password.html", status=400, secret=secret, fault="link", done=False)
    return page(request, "entering/password.html", secret=secret, fault="", done=True)
