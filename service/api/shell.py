"""What surrounds every request: a number, limits, security headers, measuring, a log line.

Plain ASGI, for it stands in every way.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from service.api.limits import Limits
from service.api.measures import Measures
from service.api.problems import broken, problem
from service.errors import TooManyRequests
from service.settings import Settings

API_VERSION = "1.0.0"
"""Of the interface; semantic versioning. The major number stands in every path."""

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

Refusing = Callable[[Scope, int, Mapping[str, str]], Application | None]
"""How a request is refused: given its scope, the status and headers; None for as a program is told."""

_log = logging.getLogger("service.access")


class TooLarge(Exception):
    """More came in than is read."""


class Shell:
    """Surrounds an ASGI application."""

    def __init__(self, app: Application, *, settings: Settings, limits: Limits, measures: Measures, refusing: Refusing) -> None:
        self._app = app
        self._refusing = refusing
        self._limits = limits
        self._measures = measures
        self._most = settings.max_body_bytes
        self._headers = _headers(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = str(uuid.uuid4())
        scope.setdefault("state", {})["request_id"] = request_id
        started, status, seen = time.perf_counter(), 500, 0
        head = scope["method"] == "HEAD"
        if head:
            # Same answer, without its content. The server keeps its own scope: it must know that it answers HEAD.
            scope = {**scope, "method": "GET"}
        begun = large = False

        async def counted() -> MutableMapping[str, Any]:
            nonlocal seen, large
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._most:
                large = True
                raise TooLarge
            return message

        async def answer(message: MutableMapping[str, Any]) -> None:
            nonlocal status, begun
            if large and not begun:
                return  # the application took our refusal to read on for a body that cannot be read
            if message["type"] == "http.response.start":
                begun, status = True, message["status"]
                own = {name for name, _ in message["headers"]}
                extra = [pair for pair in self._headers if pair[0] not in own]
                message["headers"] = [*message["headers"], *extra, (b"x-request-id", request_id.encode())]
            elif head and message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        try:
            self._limits.check("requests", _address(scope))
            self._refuse_stated(scope)
            await self._app(scope, counted, answer)
            if large:
                raise TooLarge
        except TooLarge:
            large = False
            refusal = self._refusing(scope, 413, {}) or problem(request_id, 413)
            await refusal(scope, receive, answer)
        except TooManyRequests as error:
            again = {"Retry-After": str(error.retry_after)}
            told = problem(request_id, 429, title=error.title, detail=error.detail, headers=again)
            await (self._refusing(scope, 429, again) or told)(scope, receive, answer)
        except Exception as error:
            if not begun:  # otherwise the application has answered for itself, and told the log
                await broken(request_id, error)(scope, receive, answer)
        finally:
            took = time.perf_counter() - started
            route = getattr(scope.get("route"), "path", "") or "(geen)"
            self._measures.request(scope["method"], route, status, took)
            # The path template, not the path: secret links and refs stay out of the log.
            _log.info(
                "request",
                extra={
                    "request": request_id,
                    "method": "HEAD" if head else scope["method"],
                    "route": route,
                    "status": status,
                    "ms": round(took * 1000, 1),
                },
            )

    def _refuse_stated(self, scope: Scope) -> None:
        """Not even begin to read what says of itself that it is too much."""
        stated = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
        if stated.isdigit() and int(stated) > self._most:
            raise TooLarge


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return client[0] if client else ""


def _headers(settings: Settings) -> list[tuple[bytes, bytes]]:
    headers = {
        "api-version": API_VERSION,
        "cache-control": "no-store",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
    }
    if settings.secure_cookies:
        headers["strict-transport-security"] = "max-age=31536000; includeSubDomains"
    return [(name.encode(), value.encode()) for name, value in headers.items()]
