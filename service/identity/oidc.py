"""Log-in through the organisation (OpenID Connect): authorization code with PKCE, by Authlib.

The provider says who someone is; a claim says in which role and for which organisation. Someone without a role that we know is
not let in. What must survive the way to the provider and back (state, nonce, PKCE verifier) travels in a cookie that is
encrypted with the key of the service and lives ten minutes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
import unicodedata
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from service.clock import now
from service.database.tables import Role, User
from service.errors import Forbidden, NotFound, Unavailable
from service.identity.accounts import open_session
from service.identity.actor import own_address
from service.identity.managing import end_access
from service.identity.organisations import organisation_named
from service.settings import Settings
from service.work import audit

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

routes = APIRouter(include_in_schema=False)

_COOKIE = "regelruimte_aanmelden"
_SECONDS = 600
_ALGORITHMS = ["RS256", "PS256", "ES256"]
"""Signatures that are believed; never "none", never one with a shared secret (RFC 8725)."""

_ADDRESSES = ("authorization_endpoint", "token_endpoint", "jwks_uri")
"""What the description of a provider must hold."""

_LEEWAY = 60
"""Seconds that the clocks of provider and service may differ."""


@routes.get("/aanmelden/organisatie")
async def begin(request: Request) -> Response:
    """Send a browser to the provider."""
    settings = _settings(request)
    provider = await _provider(settings)
    verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
    async with _client(settings) as client:
        address, state = client.create_authorization_url(
            provider["authorization_endpoint"], nonce=nonce, code_verifier=verifier
        )
    onward = own_address(request.query_params.get("verder", "")) or "/"
    told = {"state": state, "nonce": nonce, "verifier": verifier, "until": time.time() + _SECONDS, "onward": onward}
    kept = json.dumps(told)
    response = RedirectResponse(address, status_code=302)
    response.set_cookie(
        _COOKIE,
        _box(settings).encrypt(kept.encode()).decode(),
        max_age=_SECONDS,
        httponly=True,
        secure=settings.secure_cookies,
        samesite="lax",
        path="/aanmelden",
    )
    return response


@routes.get("/aanmelden/terug")
async def come_back(request: Request) -> Response:
    """Take a browser back from the provider, and log its person in."""
    from service.api.access import services_of
    from service.api.routes.sessions import set_cookie

    settings, services = _settings(request), services_of(request)
    kept = _kept(settings, request.cookies.get(_COOKIE, ""))
    if not secrets.compare_digest(request.query_params.get("state", "").encode(), kept["state"].encode()):
        raise Forbidden("Het aanmelden is niet hier begonnen; begin opnieuw.")
    if "code" not in request.query_params:
        raise Forbidden("De organisatie heeft het aanmelden geweigerd.")
    provider = await _provider(settings)
    claims = await _claims(settings, provider, request.query_params["code"], kept)

    def enter() -> str:
        with services.database.writing() as session:
            return open_session(session, _user(session, settings, claims), settings)[0]

    try:
        secret = await run_in_threadpool(enter)
    except IntegrityError:
        # Two first log-ins at the same moment made the same organisation or person: the other's is there by now.
        secret = await run_in_threadpool(enter)
    response = RedirectResponse(kept["onward"], status_code=303)
    set_cookie(response, secret, settings)
    response.delete_cookie(_COOKIE, path="/aanmelden")
    return response


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.services.settings
    if not settings.oidc_issuer:
        raise NotFound("Aanmelden via een organisatie staat hier niet aan.")
    return settings


def _client(settings: Settings) -> Any:
    from authlib.integrations.httpx_client import AsyncOAuth2Client  # takes long to import, and few log in so

    return AsyncOAuth2Client(
        settings.oidc_client_id,
        settings.oidc_client_secret.get_secret_value(),
        redirect_uri=f"{settings.public_url.rstrip('/')}/aanmelden/terug",
        scope="openid profile email",
        code_challenge_method="S256",
        timeout=10,
    )


def _box(settings: Settings) -> Fernet:
    from cryptography.fernet import Fernet  # few log in so

    digest = hashlib.sha256(b"oidc:" + settings.secret_key.get_secret_value().encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))


def _kept(settings: Settings, cookie: str) -> dict[str, Any]:
    from cryptography.fernet import InvalidToken

    try:
        kept: dict[str, Any] = json.loads(_box(settings).decrypt(cookie.encode()))
    except (InvalidToken, ValueError):
        raise Forbidden("Het aanmelden is niet hier begonnen, of het duurde te lang; begin opnieuw.") from None
    if time.time() > kept["until"]:
        raise Forbidden("Het aanmelden duurde te lang; begin opnieuw.")
    return kept


async def _provider(settings: Settings) -> dict[str, Any]:
    """The provider's own description (OpenID Connect Discovery 1.0)."""
    found = await _fetched(f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer") != settings.oidc_issuer:
        raise Unavailable("De aanmelddienst noemt zich anders dan is ingesteld.")
    if not all(isinstance(found.get(name), str) for name in _ADDRESSES):
        raise Unavailable("De aanmelddienst van de organisatie antwoordt niet zoals het hoort.")
    return found


async def _fetched(address: str) -> dict[str, Any]:
    import httpx

    try:
        async with httpx.AsyncClient(timeout=10) as client:
            answer = await client.get(address)
            answer.raise_for_status()
            content = answer.json()
    except (httpx.HTTPError, ValueError):
        raise Unavailable("De aanmelddienst van de organisatie antwoordt niet.") from None
    if not isinstance(content, dict):
        raise Unavailable("De aanmelddienst van de organisatie antwoordt niet zoals het hoort.")
    return content


async def _claims(settings: Settings, provider: dict[str, Any], code: str, kept: dict[str, Any]) -> dict[str, Any]:
    """Exchange the code, and check all of the identity token (OpenID Connect Core 1.0, section 3.1.3.7)."""
    import httpx  # and the others, see _client
    from authlib.integrations.base_client import OAuthError
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    async with _client(settings) as client:
        try:
            token = await client.fetch_token(provider["token_endpoint"], code=code, code_verifier=kept["verifier"])
        except (OAuthError, httpx.HTTPError, ValueError):
            raise Forbidden("De organisatie bevestigt het aanmelden niet; begin opnieuw.") from None
    published = await _fetched(provider["jwks_uri"])
    try:
        keys = KeySet.import_key_set(published)  # type: ignore[arg-type]
    except (JoseError, KeyError, TypeError, ValueError):
        raise Unavailable("De aanmelddienst van de organisatie antwoordt niet zoals het hoort.") from None
    rules = jwt.JWTClaimsRegistry(
        leeway=_LEEWAY,
        iss={"essential": True, "value": settings.oidc_issuer},
        aud={"essential": True, "value": settings.oidc_client_id},
        exp={"essential": True},
        nonce={"essential": True, "value": kept["nonce"]},
        sub={"essential": True},
    )
    try:
        claims = jwt.decode(token["id_token"], keys, algorithms=_ALGORITHMS).claims
        rules.validate(claims)
        ours = settings.oidc_client_id
        # Where it is for others too, it must name us as the party that it was made for.
        if claims.get("azp", ours if claims["aud"] in (ours, [ours]) else None) != ours:
            raise ValueError("the token was made for another client")
    except (JoseError, KeyError, TypeError, ValueError):
        raise Forbidden("Het bewijs van de organisatie klopt niet; begin opnieuw.") from None
    return dict(claims)


def _user(session: Session, settings: Settings, claims: dict[str, Any]) -> User:
    """The account of a person, made at the first log-in; role and organisation follow the provider every time."""
    subject = _readable(str(claims["sub"]), most=255)
    name = _readable(str(claims.get("name") or claims.get("preferred_username") or "medewerker"))[:200]
    role, organisation = _place(settings, claims)
    organisation_id = organisation_named(session, organisation).id if organisation else None
    query = select(User).where(User.oidc_issuer == settings.oidc_issuer, User.oidc_subject == subject)
    user = session.execute(query.with_for_update()).scalar_one_or_none()
    if user is None:
        user = User(oidc_issuer=settings.oidc_issuer, oidc_subject=subject, role=role.value, name="", created=now())
        session.add(user)
        session.flush()
        audit.record(session, "systeem", "gebruiker.toegevoegd", f"gebruiker:{user.id}", {"rol": role.value, "via": "oidc"})
    else:
        if not user.active:
            raise Forbidden("Dit account is uitgezet.")
        _follow(session, user, role, organisation_id, name)
    user.role, user.organisation_id, user.name = role.value, organisation_id, name
    session.flush()
    return user


def _follow(session: Session, user: User, role: Role, organisation_id: str | None, name: str) -> None:
    """Tell the trail, and whoever holds an ETag, what the provider changed of someone."""
    changed = {}
    if name != user.name:
        changed["naam"] = "gewijzigd"
    if role.value != user.role:
        changed["rol"] = f"{user.role} -> {role.value}"
    if organisation_id != user.organisation_id:
        changed["organisatie"] = "gewijzigd"
    if changed.keys() & {"rol", "organisatie"}:
        end_access(session, user)
    if changed:
        user.version += 1
        audit.record(session, "systeem", "gebruiker.gewijzigd", f"gebruiker:{user.id}", {**changed, "via": "oidc"})


def _place(settings: Settings, claims: dict[str, Any]) -> tuple[Role, str | None]:
    """In which role someone comes, and for which organisation."""
    named = _words(claims.get(settings.oidc_role_claim))
    if settings.oidc_service_role and settings.oidc_service_role.casefold() in named:
        return Role.ADMINISTRATOR, None
    known = [role for role in Role if role.value in named]
    if not known:
        raise Forbidden("Uw organisatie geeft u geen rol in deze dienst.")
    role, told = known[-1], claims.get(settings.oidc_organisation_claim)
    organisation = _readable(told, most=200) if isinstance(told, str) and told.strip() else None
    if role is Role.ADMINISTRATOR and organisation is None:
        # An administrator without organisation would manage the whole service: a claim that is missing must not give that.
        raise Forbidden("Het bewijs van uw organisatie noemt u beheerder, maar zegt niet van welke organisatie.")
    return role, organisation


def _words(claim: Any) -> set[str]:
    """The roles in a claim, which may be one word, words with spaces, or a list; the most powerful of ours counts."""
    named = claim.split() if isinstance(claim, str) else claim if isinstance(claim, list) else []
    return {str(one).casefold() for one in named}


def _readable(text: str, *, most: int | None = None) -> str:
    """A word of a claim. What tells people or organisations apart is refused when it is too long: cut, two could be one."""
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text) or (most and len(text) > most):
        raise Forbidden("Het bewijs van uw organisatie bevat een naam die hier niet kan worden bewaard.")
    return text
