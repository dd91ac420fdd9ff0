"""A real OpenID Connect provider for the tests: it tells the truth until a test tells it otherwise.

It follows OpenID Connect Core 1.0 and RFC 7636 (PKCE) on its own side too: a service that forgets its part is refused.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT_ID = "regelruimte"
CLIENT_SECRET = "geheim-van-de-aanmelddienst-voor-de-test"


@dataclass
class Lies:
    """How a provider misbehaves; as made, it does not."""

    claims: dict[str, Any] = field(default_factory=dict)  # over those of the identity token; None leaves one out
    discovered: dict[str, Any] = field(default_factory=dict)  # over the description; None leaves one out
    algorithm: str = "RS256"  # or "none", or "HS256" with the client secret as key
    other_key: bool = False  # sign with a key that is not published, under the name of the one that is
    published: Any = None  # instead of the key set
    answered: Any = None  # instead of the answer of the token endpoint
    broken: bool = False  # every answer is 500


@dataclass
class Provider:
    """A provider on a port of its own, that approves everything as ``person``."""

    issuer: str
    redirect_uri: str = ""  # the one that is registered
    person: dict[str, Any] = field(default_factory=dict)  # claims of who sits at the browser
    lies: Lies = field(default_factory=Lies)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, auto_kid=True))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)  # code → what was asked
    refused: list[str] = field(default_factory=list)  # what the service did wrong
    secrets: list[str] = field(default_factory=list)  # everything that must never be kept: codes, tokens

    def rotate(self) -> None:
        """A new key under a new name; the old one is published no more."""
        self.key = RSAKey.generate_key(2048, auto_kid=True)

    def _refusal(self, why: str) -> Response:
        self.refused.append(why)
        return JSONResponse({"error": "invalid_request", "error_description": why}, status_code=400)

    async def discovery(self, request: Request) -> Response:
        """OpenID Connect Discovery 1.0, section 4.2"""
        told = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            **self.lies.discovered,
        }
        return self._unless_broken({name: value for name, value in told.items() if value is not None})

    async def keys(self, request: Request) -> Response:
        """The keys that sign."""
        published = {"keys": [self.key.as_dict(private=False)]}
        return self._unless_broken(published if self.lies.published is None else self.lies.published)

    async def authorize(self, request: Request) -> Response:
        """Approve, and send the browser back with a code."""
        asked = dict(request.query_params)
        if asked.get("client_id") != CLIENT_ID or asked.get("redirect_uri") != self.redirect_uri:
            return self._refusal("client_id or redirect_uri is not registered")
        if asked.get("response_type") != "code" or "openid" not in asked.get("scope", "").split():
            return self._refusal("response_type or scope")
        if asked.get("code_challenge_method") != "S256" or len(asked.get("code_challenge", "")) != 43:
            return self._refusal("no PKCE")
        if not asked.get("state") or not asked.get("nonce"):
            return self._refusal("no state or nonce")
        code = secrets.token_urlsafe(24)
        self.codes[code] = asked
        self.secrets.append(code)
        return RedirectResponse(f"{self.redirect_uri}?{urlencode({'code': code, 'state': asked['state']})}", status_code=302)

    async def token(self, request: Request) -> Response:
        """Exchange a code, once."""
        if self.lies.broken or self.lies.answered is not None:
            return self._unless_broken(self.lies.answered)
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {basic}":
            return self._refusal("client secret")
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None or form.get("grant_type") != "authorization_code":
            return self._refusal("code is unknown or was used")
        if form.get("redirect_uri") != asked["redirect_uri"]:
            return self._refusal("redirect_uri")
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return self._refusal("code_verifier")
        told = {"access_token": secrets.token_urlsafe(24), "token_type": "Bearer", "id_token": self._identity(asked["nonce"])}
        self.secrets += [told["access_token"], told["id_token"]]
        return JSONResponse(told, headers={"Cache-Control": "no-store"})

    def _identity(self, nonce: str) -> str:
        moment = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "iat": moment, "exp": moment + 300, "nonce": nonce, **self.person}
        claims = {name: value for name, value in (claims | self.lies.claims).items() if value is not None}
        header = {"alg": self.lies.algorithm, "kid": self.key.kid}
        if self.lies.algorithm == "HS256":
            return jwt.encode(header, claims, OctKey.import_key(CLIENT_SECRET))
        if self.lies.algorithm == "none":  # by hand: libraries refuse to write one
            parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, claims))
            return ".".join([*parts, ""])
        signing = RSAKey.generate_key(2048) if self.lies.other_key else self.key
        return jwt.encode(header, claims, signing, algorithms=[self.lies.algorithm])

    def _unless_broken(self, content: Any) -> Response:
        return Response(status_code=500) if self.lies.broken else JSONResponse(content)


@contextmanager
def served(app: Any, port: int) -> Iterator[None]:
    """An ASGI application over real HTTP, in a thread."""
    config = uvicorn.Config(app, port=port, log_config=None, access_log=False, ws="none", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name=f"served-{port}", daemon=True)
    thread.start()
    end = time.monotonic() + 20
    while not server.started:
        assert thread.is_alive() and time.monotonic() < end, f"nothing listens on port {port}"
        time.sleep(0.01)
    yield
    server.should_exit = True
    thread.join(20)


@contextmanager
def provider_on(port: int) -> Iterator[Provider]:
    """A provider that listens; its ``redirect_uri`` is for the test to register."""
    provider = Provider(issuer=f"http://127.0.0.1:{port}")
    routes = [
        Route("/.well-known/openid-configuration", provider.discovery),
        Route("/authorize", provider.authorize),
        Route("/token", provider.token, methods=["POST"]),
        Route("/keys", provider.keys),
    ]
    with served(Starlette(routes=routes), port):
        yield provider
