"""Fetching from the official repositories, politely and whole.

A file has its final name only when all of it is there. What was cut off is resumed; what was fetched before is asked for again
only if it changed. Busy servers (429, 5xx) are given time; a server's plain "no" (404, 410, 403) is believed.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_exponential_jitter

from corpus.errors import RepositoryProblem

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})
_PARTIAL, _NOT_MODIFIED, _RANGE_REFUSED = 206, 304, 416


@dataclass(frozen=True, kw_only=True)
class ClientSettings:
    """How the client behaves; times in seconds."""

    user_agent: str = "Regelruimte/0.1"
    delay: float = 0.5  # between two requests
    attempts: int = 5
    longest_wait: float = 60.0  # between two attempts, also when a server asks for more
    first_wait: float = 1.0
    timeout: float = 30.0  # without any byte
    max_bytes: int = 512 * 2**20


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """A file in the cache."""

    path: Path
    address: str
    sha256: str
    from_cache: bool  # nothing had to be fetched


class _Again(Exception):
    """Worth another attempt."""

    def __init__(self, reason: str, *, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.wait = wait


class PoliteClient:
    """An HTTP client with a cache folder, as a context manager.

    Args:
        cache: folder for fetched files; made when it does not exist.
        settings: delays, attempts and limits.
        hosts: hosts to which a redirect may lead besides the one that was asked.
    """

    def __init__(self, cache: Path, *, settings: ClientSettings | None = None, hosts: frozenset[str] = frozenset()) -> None:
        self._cache = cache
        self._settings = settings or ClientSettings()
        self._hosts = hosts
        self._last = 0.0
        headers = {"User-Agent": self._settings.user_agent, "Accept-Encoding": "identity"}
        self._http = httpx.Client(headers=headers, timeout=self._settings.timeout, follow_redirects=False)

    def __enter__(self) -> PoliteClient:
        self._cache.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def fetch(self, address: str, *, sha512: str = "") -> Fetched:
        """A file, from the cache when the server says it has not changed.

        Args:
            address: https, or http on this machine.
            sha512: hash (hex) that the repository states; empty when it states none.

        Raises:
            RepositoryProblem: one sentence that names the address and what happened.
        """
        _check(address, address, self._hosts)
        target = self._cache / _file_name(address)
        try:
            for attempt in Retrying(
                retry=retry_if_exception_type((_Again, httpx.TransportError)),
                stop=stop_after_attempt(self._settings.attempts),
                wait=self._wait,
                reraise=True,
            ):
                with attempt:
                    from_cache = self._once(address, target, sha512)
        except (_Again, httpx.TransportError) as error:
            reason = str(error) or type(error).__name__
            raise RepositoryProblem(f"{address}: {reason}, also after {self._settings.attempts} attempts") from None
        return Fetched(path=target, address=address, sha256=_hash(target, "sha256"), from_cache=from_cache)

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.wait if isinstance(error, _Again) else 0.0
        pause = wait_exponential_jitter(multiplier=self._settings.first_wait, jitter=self._settings.first_wait)(state)
        return min(max(asked, pause), self._settings.longest_wait)

    def _once(self, address: str, target: Path, sha512: str) -> bool:
        """One attempt; True when the cached file still holds."""
        part, about = target.with_suffix(target.suffix + ".part"), target.with_suffix(target.suffix + ".json")
        known = json.loads(about.read_text()) if about.exists() else {}
        have = part.stat().st_size if part.exists() else 0
        headers = {}
        if have and known.get("etag"):
            headers = {"Range": f"bytes={have}-", "If-Range": known["etag"]}
        elif target.exists():
            headers = {
                name: known[key]
                for name, key in (("If-None-Match", "etag"), ("If-Modified-Since", "modified"))
                if known.get(key)
            }
        self._be_polite()
        with self._send(address, headers) as response:
            if response.status_code == _NOT_MODIFIED and target.exists():
                return True
            if response.status_code == _RANGE_REFUSED:
                part.unlink(missing_ok=True)
                raise _Again("the server refused to resume")
            _expect(response, address)
            resumed = response.status_code == _PARTIAL
            about.write_text(
                json.dumps(
                    {
                        "address": address,
                        "etag": response.headers.get("ETag", ""),
                        "modified": response.headers.get("Last-Modified", ""),
                    }
                )
            )
            self._receive(response, part, have if resumed else 0, address)
        if sha512 and _hash(part, "sha512") != sha512.lower():
            part.unlink()
            raise _Again("what came in differs from the hash that the repository states")
        part.replace(target)
        return False

    def _send(self, address: str, headers: dict[str, str]) -> _Response:
        return _Response(self._http, address, headers, self._hosts)

    def _receive(self, response: httpx.Response, part: Path, have: int, address: str) -> None:
        total = have
        with part.open("ab" if have else "wb") as sink:
            for block in response.iter_bytes():
                total += len(block)
                if total > self._settings.max_bytes:
                    sink.close()
                    part.unlink()
                    raise RepositoryProblem(f"{address}: larger than {self._settings.max_bytes:,} bytes, so it was let go")
                sink.write(block)
        announced = response.headers.get("Content-Length", "")
        if announced.isdigit() and total - have != int(announced):
            raise _Again(f"broke off after {total - have:,} of {int(announced):,} bytes")

    def _be_polite(self) -> None:
        pause = self._last + self._settings.delay - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        self._last = time.monotonic()


class _Response:
    """A response after its redirects, each of which must lead to a host that is allowed."""

    def __init__(self, http: httpx.Client, address: str, headers: dict[str, str], hosts: frozenset[str]) -> None:
        self._http, self._address, self._headers, self._hosts = http, address, headers, hosts

    def __enter__(self) -> httpx.Response:
        address = self._address
        for _ in range(6):
            response = self._http.send(self._http.build_request("GET", address, headers=self._headers), stream=True)
            if not response.has_redirect_location:
                self._response = response
                return response
            location = str(response.url.join(response.headers["Location"]))
            response.close()
            _check(location, self._address, self._hosts)
            address = location
        raise RepositoryProblem(f"{self._address}: redirects without end")

    def __exit__(self, *_: object) -> None:
        self._response.close()


def _expect(response: httpx.Response, address: str) -> None:
    status = response.status_code
    if status in _LATER:
        after = response.headers.get("Retry-After", "")
        raise _Again(f"the server answered {status}", wait=float(after) if after.isdigit() else 0.0)
    if status in (404, 410):
        raise RepositoryProblem(f"{address}: is not there ({status})")
    if status not in (200, _PARTIAL):
        raise RepositoryProblem(f"{address}: the server answered {status}")


def _check(address: str, asked: str, hosts: frozenset[str]) -> None:
    parts, origin = urlsplit(address), urlsplit(asked)
    host = parts.hostname or ""
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK):
        raise RepositoryProblem(f"{asked}: leads to {address}, which is not https")
    if host != origin.hostname and host not in hosts:
        raise RepositoryProblem(f"{asked}: leads to another host ({host}), which is not an official repository")


def _file_name(address: str) -> str:
    """A readable name that no two addresses share."""
    last = urlsplit(address).path.rstrip("/").rpartition("/")[2] or "index"
    stem = "".join(character if character.isalnum() or character in "._-" else "-" for character in last)[-80:]
    return f"{hashlib.sha256(address.encode()).hexdigest()[:12]}-{stem}"


def _hash(path: Path, kind: str) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, kind).hexdigest()
