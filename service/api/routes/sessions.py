"""/v1/sessies and /v1/wachtwoorden: who comes in by a browser"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.responses import JSONResponse

from service.api.access import COOKIE, Right, Services, ServicesHere
from service.api.messages import AanmeldInvoer, WachtwoordInvoer
from service.api.replies import Sessie
from service.api.routing import router
from service.errors import Forbidden, NotAuthenticated
from service.identity.accounts import close_session, log_in
from service.identity.actor import Actor
from service.identity.passwords import new_hash, use_link
from service.settings import Settings

routes = router("sessies")


@routes.post("/sessies", status_code=201, response_model=Sessie, operation_id="aanmelden")
def create_session(
    request: Request, services: ServicesHere, who: Annotated[Actor, Depends(Right("openbaar"))], told: AanmeldInvoer
) -> Any:
    """Meld u aan met e-mailadres en wachtwoord; het antwoord zet een cookie."""
    let_try(request, services)
    entered = log_in(services.database, services.settings, email=told.email, password=told.wachtwoord)
    if entered is None:
        # The same words for a locked account: only an address that exists is ever locked.
        raise NotAuthenticated(
            "Het e-mailadres of het wachtwoord klopt niet, of het account is na te veel pogingen tijdelijk geblokkeerd."
        )
    user, secret, kept = entered
    reply = Sessie(gebruiker=user.id, naam=user.name, rol=user.role, csrf=kept.csrf, verloopt_op=kept.expires)
    response = JSONResponse(
        reply.model_dump(mode="json", by_alias=True), status_code=201, headers={"Location": "/v1/sessies/huidige"}
    )
    set_cookie(response, secret, services.settings)
    return response


def set_cookie(response: Response, secret: str, settings: Settings) -> None:
    """The cookie of a session: no script reads it, no other site sends it."""
    response.set_cookie(
        COOKIE,
        secret,
        max_age=settings.session_hours * 3600,
        httponly=True,
        secure=settings.secure_cookies,
        samesite="lax",
        path="/",
    )


@routes.get("/sessies/huidige", response_model=Sessie, operation_id="sessieLezen")
def read_session(who: Annotated[Actor, Depends(Right("eigen:lezen"))]) -> Any:
    """Wie er is aangemeld, met het CSRF-token van deze sessie."""
    return Sessie(gebruiker=who.user_id or "", naam=who.name, rol=who.role, csrf=who.csrf)


@routes.delete("/sessies/huidige", status_code=204, operation_id="afmelden")
def log_out(request: Request, services: ServicesHere, who: Annotated[Actor, Depends(Right("eigen:lezen"))]) -> Response:
    """Meld u af. Een token is geen sessie: het blijft werken tot het verloopt of wordt ingetrokken."""
    response = Response(status_code=204)
    if not who.csrf:  # a token: there is no session, and the cookie beside it may be of somebody else
        return response
    with services.database.writing() as session:
        close_session(session, who, request.cookies.get(COOKIE, ""))
    response.delete_cookie(COOKIE, path="/")
    return response


@routes.post("/wachtwoorden", status_code=204, openapi_extra={"x-verwerking": True}, operation_id="wachtwoordKiezen")
def choose_password(
    request: Request, services: ServicesHere, who: Annotated[Actor, Depends(Right("openbaar"))], told: WachtwoordInvoer
) -> Response:
    """Kies een nieuw wachtwoord, met de link van de beheerder. Wie was aangemeld, is overal afgemeld."""
    let_try(request, services)
    password_hash = new_hash(told.wachtwoord)
    with services.database.writing() as session:
        use_link(session, told.geheim, password_hash)
    return Response(status_code=204)


def let_try(request: Request, services: Services) -> None:
    """Whether somebody may try to come in, here and this often.

    Raises:
        TooManyRequests: there were too many tries from here this minute.
        Forbidden: people log in elsewhere.
    """
    """Count an attempt to come in with a password; raises TooManyRequests, or Forbidden where nobody comes in so."""
    services.limits.check("logins", request.client.host if request.client else "")
    if not services.settings.local_accounts:
        raise Forbidden("Aanmelden gaat hier via uw organisatie.")
