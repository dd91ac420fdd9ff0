"""/v1/gebruikers, /v1/tokens and /v1/sessies"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Path, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service.api.access import COOKIE, Right, ServicesHere
from service.api.messages import AanmeldInvoer, GebruikerInvoer, GebruikerWijziging, TokenInvoer
from service.api.replies import Gebruiker, Sessie, Token
from service.api.routing import (
    LISTS,
    After,
    IfMatch,
    IfNoneMatch,
    Limit,
    Page,
    created,
    expected,
    formats,
    page,
    router,
    tagged,
)
from service.api.words import Identifier
from service.clock import now
from service.database.tables import ApiToken, LoginSession, Organisation, Role, User
from service.errors import Forbidden, NotAuthenticated, NotFound, Outdated
from service.identity.accounts import add_token, add_user, log_in, open_session, organisation_named
from service.identity.actor import Actor
from service.identity.secrets import secret_hash
from service.settings import Settings
from service.work import audit
from service.work.access import export_user
from service.work.retention import erase_user

routes = router("gebruikers")
UserId = Annotated[Identifier, Path(alias="id", description="Nummer van de gebruiker.")]
Administrator = Annotated[Actor, Depends(Right("gebruikers:beheren"))]


def _organisation(session: Session, identifier: str | None) -> Organisation | None:
    if identifier is None:
        return None
    return session.execute(select(Organisation).where(Organisation.id == identifier)).scalar_one_or_none()


def _reply(session: Session, user: User) -> Gebruiker:
    organisation = _organisation(session, user.organisation_id)
    return Gebruiker.of(user, organisation.name if organisation else None)


def _managed(session: Session, who: Actor, identifier: str) -> User:
    """A user that this administrator manages: of the own organisation, or any for one without organisation."""
    user = session.execute(select(User).where(User.id == identifier)).scalar_one_or_none()
    if user is None or user.erased or (who.organisation_id is not None and user.organisation_id != who.organisation_id):
        raise NotFound("Deze gebruiker bestaat niet, of u mag hem niet zien.")
    return user


@routes.get("/gebruikers", response_model=Page[Gebruiker], openapi_extra=formats(*LISTS), operation_id="gebruikersLijst")
def list_users(request: Request, services: ServicesHere, who: Administrator, after: After = None, limit: Limit = 50) -> Any:
    """De gebruikers van uw organisatie."""
    query = select(User).where(User.sequence > (after or 0), User.erased.is_(False))
    if who.organisation_id is not None:
        query = query.where(User.organisation_id == who.organisation_id)
    with services.database.reading() as session:
        rows = session.execute(query.order_by(User.sequence).limit(limit + 1)).scalars().all()
        items = [(row.sequence, _reply(session, row)) for row in rows]
    return page(request, items, limit)


@routes.post("/gebruikers", status_code=201, response_model=Gebruiker, operation_id="gebruikerToevoegen")
def create_user(services: ServicesHere, who: Administrator, told: GebruikerInvoer) -> Any:
    """Voeg een gebruiker toe."""
    with services.database.writing() as session:
        organisation = organisation_named(session, told.organisatie) if told.organisatie else None
        if who.organisation_id is not None and (organisation is None or organisation.id != who.organisation_id):
            raise Forbidden("U voegt alleen gebruikers van uw eigen organisatie toe.")
        user = add_user(
            session,
            name=told.naam,
            role=told.rol,
            email=told.email,
            password=told.wachtwoord,
            organisation=organisation,
            by=who,
        )
        reply = _reply(session, user)
    return created(reply, f"/v1/gebruikers/{user.id}", tag=str(user.version))


@routes.get("/ik", response_model=Gebruiker, operation_id="gebruikerZelf")
def read_self(request: Request, services: ServicesHere, who: Annotated[Actor, Depends(Right("eigen:lezen"))]) -> Any:
    """Wie u bent."""
    with services.database.reading() as session:
        user = session.execute(select(User).where(User.id == who.user_id)).scalar_one()
        return tagged(request, _reply(session, user), str(user.version))


@routes.get("/ik/gegevens", operation_id="gegevensZelf", response_model=dict[str, Any])
def export_self(services: ServicesHere, who: Annotated[Actor, Depends(Right("eigen:lezen"))]) -> Any:
    """Alles wat van u bewaard wordt (AVG, artikel 15)."""
    with services.database.writing() as session:
        user = session.execute(select(User).where(User.id == who.user_id)).scalar_one()
        return export_user(session, user, who)


@routes.get("/gebruikers/{id}", response_model=Gebruiker, operation_id="gebruikerLezen")
def read_user(
    request: Request, services: ServicesHere, who: Administrator, identifier: UserId, none_match: IfNoneMatch = None
) -> Any:
    """Een gebruiker."""
    with services.database.reading() as session:
        user = _managed(session, who, identifier)
        return tagged(request, _reply(session, user), str(user.version), none_match=none_match)


@routes.patch("/gebruikers/{id}", response_model=Gebruiker, operation_id="gebruikerWijzigen")
def change_user(
    request: Request,
    services: ServicesHere,
    who: Administrator,
    identifier: UserId,
    told: GebruikerWijziging,
    if_match: IfMatch = None,
) -> Any:
    """Wijzig een gebruiker; wie niet meer actief is, is meteen afgemeld."""
    version = expected(if_match)
    with services.database.writing() as session:
        user = _managed(session, who, identifier)
        if version is not None and version != user.version:
            raise Outdated("De gebruiker is intussen gewijzigd; haal hem opnieuw op.")
        changed = {}
        if told.naam is not None and told.naam != user.name:
            user.name, changed["naam"] = told.naam, "gewijzigd"
        if told.rol is not None and told.rol.value != user.role:
            changed["rol"] = f"{user.role} -> {told.rol.value}"
            user.role = Role(told.rol).value
        if told.actief is not None and told.actief != user.active:
            user.active, changed["actief"] = told.actief, str(told.actief)
            session.execute(delete(LoginSession).where(LoginSession.user_id == user.id))
        if changed:
            user.version += 1
            audit.record(session, who, "gebruiker.gewijzigd", f"gebruiker:{user.id}", changed)
        return tagged(request, _reply(session, user), str(user.version))


@routes.delete("/gebruikers/{id}", status_code=204, operation_id="gebruikerWissen")
def erase(services: ServicesHere, who: Administrator, identifier: UserId, if_match: IfMatch = None) -> Response:
    """Wis een persoon: naam, adres, aanmeldingen en ingediende initiatieven. Beoordelingen blijven, van niemand."""
    version = expected(if_match)
    with services.database.writing() as session:
        user = _managed(session, who, identifier)
        if version is not None and version != user.version:
            raise Outdated("De gebruiker is intussen gewijzigd; haal hem opnieuw op.")
        erase_user(session, user, who)
    return Response(status_code=204)


@routes.get("/gebruikers/{id}/gegevens", operation_id="gegevensVanGebruiker", response_model=dict[str, Any])
def export_of(services: ServicesHere, who: Administrator, identifier: UserId) -> Any:
    """Alles wat van een persoon bewaard wordt (AVG, artikel 15)."""
    with services.database.writing() as session:
        return export_user(session, _managed(session, who, identifier), who)


tokens = router("tokens")


@tokens.get("/tokens", response_model=Page[Token], openapi_extra=formats(*LISTS), operation_id="tokensLijst")
def list_tokens(
    request: Request,
    services: ServicesHere,
    who: Annotated[Actor, Depends(Right("eigen:lezen"))],
    after: After = None,
    limit: Limit = 50,
) -> Any:
    """Uw tokens."""
    query = select(ApiToken).where(ApiToken.user_id == who.user_id, ApiToken.sequence > (after or 0))
    with services.database.reading() as session:
        rows = session.execute(query.order_by(ApiToken.sequence).limit(limit + 1)).scalars().all()
    return page(request, [(row.sequence, Token.of(row)) for row in rows], limit)


@tokens.post("/tokens", status_code=201, response_model=Token, operation_id="tokenMaken")
def create_token(services: ServicesHere, who: Annotated[Actor, Depends(Right("eigen:beheren"))], told: TokenInvoer) -> Any:
    """Maak een token voor een programma. Het geheim is alleen nu te zien."""
    if not set(told.rechten) <= who.scopes:
        raise Forbidden("Een token kan geen token maken dat meer mag dan het zelf.")
    with services.database.writing() as session:
        user = session.execute(select(User).where(User.id == who.user_id)).scalar_one()
        secret, token = add_token(session, user, name=told.naam, scopes=list(told.rechten), days=told.dagen, by=who)
        reply = Token.of(token, secret)
    return created(reply, f"/v1/tokens/{token.id}")


TokenId = Annotated[Identifier, Path(alias="id", description="Nummer van het token.")]


def _own_token(session: Session, who: Actor, identifier: str) -> ApiToken:
    query = select(ApiToken).where(ApiToken.id == identifier, ApiToken.user_id == who.user_id, ApiToken.revoked.is_(None))
    token = session.execute(query).scalar_one_or_none()
    if token is None:
        raise NotFound("Dit token bestaat niet, of het is niet van u.")
    return token


@tokens.get("/tokens/{id}", response_model=Token, operation_id="tokenLezen")
def read_token(services: ServicesHere, who: Annotated[Actor, Depends(Right("eigen:lezen"))], identifier: TokenId) -> Any:
    """Een token van u; het geheim zelf is niet meer te zien."""
    with services.database.reading() as session:
        return Token.of(_own_token(session, who, identifier))


@tokens.delete("/tokens/{id}", status_code=204, operation_id="tokenIntrekken")
def revoke_token(
    services: ServicesHere, who: Annotated[Actor, Depends(Right("eigen:beheren"))], identifier: TokenId
) -> Response:
    """Trek een token in; het werkt meteen niet meer."""
    with services.database.writing() as session:
        token = _own_token(session, who, identifier)
        token.revoked = now()
        audit.record(session, who, "token.ingetrokken", f"token:{token.id}")
    return Response(status_code=204)


sessions = router("sessies")


@sessions.post("/sessies", status_code=201, response_model=Sessie, operation_id="aanmelden")
def create_session(
    request: Request, services: ServicesHere, who: Annotated[Actor, Depends(Right("openbaar"))], told: AanmeldInvoer
) -> Any:
    """Meld u aan met e-mailadres en wachtwoord; het antwoord zet een cookie."""
    settings = services.settings
    services.limits.check("logins", request.client.host if request.client else "")
    if not settings.local_accounts:
        raise Forbidden("Aanmelden gaat hier via uw organisatie.")
    with services.database.writing() as session:
        user, _ = log_in(session, settings, email=told.email, password=told.wachtwoord)
        opened = open_session(session, user, settings) if user is not None else None
    if opened is None or user is None:
        # The same words for a locked account: only an address that exists is ever locked.
        raise NotAuthenticated(
            "Het e-mailadres of het wachtwoord klopt niet, of het account is na te veel pogingen tijdelijk geblokkeerd."
        )
    secret, kept = opened
    reply = Sessie(gebruiker=user.id, naam=user.name, rol=user.role, csrf=kept.csrf, verloopt_op=kept.expires)
    response = JSONResponse(
        reply.model_dump(mode="json", by_alias=True), status_code=201, headers={"Location": "/v1/sessies/huidige"}
    )
    set_cookie(response, secret, settings)
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


@sessions.get("/sessies/huidige", response_model=Sessie, operation_id="sessieLezen")
def read_session(who: Annotated[Actor, Depends(Right("eigen:lezen"))]) -> Any:
    """Wie er is aangemeld, met het CSRF-token van deze sessie."""
    return Sessie(gebruiker=who.user_id or "", naam=who.name, rol=who.standing.value, csrf=who.csrf)


@sessions.delete("/sessies/huidige", status_code=204, operation_id="afmelden")
def close_session(request: Request, services: ServicesHere, who: Annotated[Actor, Depends(Right("eigen:lezen"))]) -> Response:
    """Meld u af."""
    cookie = request.cookies.get(COOKIE, "")
    with services.database.writing() as session:
        session.execute(delete(LoginSession).where(LoginSession.secret_hash == secret_hash(cookie)))
        audit.record(session, who, "gebruiker.afgemeld", f"gebruiker:{who.user_id}")
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, path="/")
    return response
