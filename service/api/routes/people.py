"""/v1/gebruikers and /v1/tokens"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Path, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.api.access import Right, ServicesHere
from service.api.messages import GebruikerInvoer, GebruikerWijziging, TokenInvoer
from service.api.replies import Gebruiker, Token, Wachtwoordlink
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
from service.database.tables import ApiToken, Organisation, User
from service.errors import Forbidden, NotAuthenticated, NotFound
from service.identity.accounts import add_token, add_user
from service.identity.actor import Actor
from service.identity.managing import change, end_access, held, keep_an_administrator, managed
from service.identity.organisations import organisation_named
from service.identity.passwords import new_hash, new_link
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
    password_hash = new_hash(told.wachtwoord) if told.wachtwoord else None
    with services.database.writing() as session:
        organisation = organisation_named(session, told.organisatie, by=who) if told.organisatie else None
        if who.organisation_id is not None and (organisation is None or organisation.id != who.organisation_id):
            raise Forbidden("U voegt alleen gebruikers van uw eigen organisatie toe.")
        user = add_user(
            session,
            name=told.naam,
            role=told.rol,
            email=told.email,
            password_hash=password_hash,
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
        user = managed(session, who, identifier)
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
    """Wijzig een gebruiker; wie een andere rol krijgt of niet meer actief is, is meteen afgemeld en zijn tokens kwijt."""
    version = expected(if_match)
    with services.database.writing() as session:
        user = held(session, who, identifier, expected_version=version)
        change(session, user, name=told.naam, role=told.rol, active=told.actief, by=who)
        return tagged(request, _reply(session, user), str(user.version))


@routes.delete("/gebruikers/{id}", status_code=204, operation_id="gebruikerWissen")
def erase(services: ServicesHere, who: Administrator, identifier: UserId, if_match: IfMatch = None) -> Response:
    """Wis een persoon: naam, adres, aanmeldingen en ingediende initiatieven. Beoordelingen blijven, van niemand."""
    version = expected(if_match)
    with services.database.writing() as session:
        user = held(session, who, identifier, expected_version=version)
        keep_an_administrator(session, user)
        end_access(session, user)
        erase_user(session, user, who)
    return Response(status_code=204)


@routes.get("/gebruikers/{id}/gegevens", operation_id="gegevensVanGebruiker", response_model=dict[str, Any])
def export_of(services: ServicesHere, who: Administrator, identifier: UserId) -> Any:
    """Alles wat van een persoon bewaard wordt (AVG, artikel 15)."""
    with services.database.writing() as session:
        return export_user(session, managed(session, who, identifier), who)


@routes.post(
    "/gebruikers/{id}/wachtwoordlinks",
    response_model=Wachtwoordlink,
    openapi_extra={"x-verwerking": True},
    operation_id="wachtwoordlinkMaken",
)
def create_password_link(services: ServicesHere, who: Administrator, identifier: UserId) -> Any:
    """Laat een gebruiker een nieuw wachtwoord kiezen. De link is alleen nu te zien, werkt een keer, en 24 uur lang."""
    if not services.settings.local_accounts:
        raise Forbidden("Aanmelden gaat hier via uw organisatie.")
    with services.database.writing() as session:
        secret, until = new_link(session, held(session, who, identifier, expected_version=None), by=who)
    return Wachtwoordlink(geheim=secret, verloopt_op=until)


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
        # Held, so that no token is made for someone who is being switched off.
        user = session.execute(select(User).where(User.id == who.user_id).with_for_update()).scalar_one()
        if not user.active:
            raise NotAuthenticated("Dit account is uitgezet.")
        secret, token = add_token(session, user, name=told.naam, scopes=list(told.rechten), days=told.dagen, by=who)
        reply = Token.of(token, secret)
    return created(reply, f"/v1/tokens/{token.id}")


TokenId = Annotated[Identifier, Path(alias="id", description="Nummer van het token.")]


def _own_token(session: Session, who: Actor, identifier: str, *, changing: bool = False) -> ApiToken:
    query = select(ApiToken).where(ApiToken.id == identifier, ApiToken.user_id == who.user_id, ApiToken.revoked.is_(None))
    token = session.execute(query.with_for_update() if changing else query).scalar_one_or_none()
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
        token = _own_token(session, who, identifier, changing=True)
        token.revoked = now()
        audit.record(session, who, "token.ingetrokken", f"token:{token.id}")
    return Response(status_code=204)
