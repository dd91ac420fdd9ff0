"""Asks a running service what its OpenAPI document cannot show: whether it keeps the NLGov REST API Design Rules.

    python tests/web/probe.py URL [--token TOKEN]

`probe` returns one sentence per rule that is not met. It only reads: what it posts is never valid, and the methods that it
sends beside GET are those that the document does not list. The ids in the sentences are those of the standard (Logius, 2.0
and 2.1); "RFC" names the rule of HTTP itself where the standard refers to it.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import quote

import httpx

DOCUMENT = "/v1/openapi.json"
# Collections that everybody may read, most telling first.
PUBLIC = ("/v1/regelingen", "/v1/activiteiten")
FOREIGN = "https://vreemd.example"
MEMBERS = ("type", "title", "status", "detail", "instance")
YEAR = 365 * 24 * 3600  # seconds

SEMVER = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")
ETAG = re.compile(r'(W/)?"[\x21\x23-\x7e]*"')
INSIDE = re.compile(r'Traceback|File "|\bline \d+, in |site-packages|\.py\b|sqlalchemy|psycopg|sqlite3|pydantic', re.IGNORECASE)
SERVER_SOFTWARE = re.compile(r"\d|uvicorn|gunicorn|hypercorn|granian|daphne|python|werkzeug", re.IGNORECASE)
SECURITY = "/core/transport/security-headers"
NO_STORE = {"Cache-Control": r"\bno-store\b"}
# What is wrong where none of the headers is so.
SECURITY_HEADERS = {
    "X-Content-Type-Options: nosniff is missing": {"X-Content-Type-Options": "^nosniff$"},
    "Content-Security-Policy is missing": {"Content-Security-Policy": r"\S"},
    "nothing forbids framing": {"Content-Security-Policy": "frame-ancestors", "X-Frame-Options": "^(deny|sameorigin)$"},
    "Referrer-Policy is missing": {"Referrer-Policy": r"\S"},
}
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(?P<zone>Z|[+-]\d\d:?\d\d)?")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer of the service, under the name that sentences give it."""

    name: str
    response: httpx.Response

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def media_type(self) -> str:
        return self.header("Content-Type").partition(";")[0].strip().lower()

    def header(self, name: str) -> str:
        return str(self.response.headers.get(name, ""))

    def body(self) -> Any:
        """The JSON of the answer, None where it has none."""
        try:
            return json.loads(self.response.content)
        except ValueError:
            return None


@dataclass(kw_only=True)
class Conversation:
    """The questions put to one service; keeps every answer, so that what holds for all can be checked over all."""

    client: httpx.Client
    token: str | None
    answers: list[Answer] = field(default_factory=list)

    def ask(self, method: str, path: str, *, content: str | None = None, **headers: str) -> Answer:
        """Puts one question; `Content_Type="..."` sends the header Content-Type. A body goes with the token."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        told = "".join(f", {name}: {value}" for name, value in sent.items())
        if content is not None and self.token is not None:
            sent["Authorization"] = f"Bearer {self.token}"
        response = self.client.request(method, path, headers=sent, content=content)
        answer = Answer(name=f"{method} {path}{told}", response=response)
        self.answers.append(answer)
        return answer


def probe(base_url: str, *, token: str | None = None) -> list[str]:
    """Takes the address before /v1 and, for what is not public, a token. Returns a sentence per rule that is not met."""
    # A connection per question, so that an answer that breaks one cannot spoil the next.
    limits = httpx.Limits(max_keepalive_connections=0)
    with httpx.Client(base_url=base_url.rstrip("/"), timeout=30, follow_redirects=False, limits=limits) as client:
        talk = Conversation(client=client, token=token)
        try:
            # The document comes first: what is asked afterwards depends on it.
            first = talk.ask("GET", DOCUMENT, Origin=FOREIGN)
        except httpx.TransportError as error:
            return [f"The service at {base_url} cannot be reached: {error}."]
        document = first.body() if isinstance(first.body(), dict) else {}
        found = list(document_is_published(first, document))
        # Paths start below /v1, as the standard has it; where they repeat it, the questions still go to the right place.
        document["paths"] = {path.removeprefix("/v1"): described for path, described in document.get("paths", {}).items()}
        for check in (collections, missing_things, other_methods, negotiation, bodies, validators, strangers):
            try:
                found += check(talk, document)
            except httpx.TransportError as error:
                found.append(
                    f"/core/http-response-code: {error.request.method} {error.request.url} is left unanswered: {error}."
                )
        version = str(document.get("info", {}).get("version", ""))
        found += every_answer(talk.answers, version=version, secure=base_url.startswith("https://"))
    return list(dict.fromkeys(found))


# --- One question at a time ---------------------------------------------------------------------------------------------


def expect(answer: Answer, *statuses: int, rule: str, what: str = "") -> Iterator[str]:
    """One sentence where the answer has another status."""
    if answer.status not in statuses:
        wanted = " or ".join(str(status) for status in statuses)
        yield f"{rule}: {answer.name[:120]}{what and f' ({what})'} answers {answer.status} and not {wanted}."


def document_is_published(answer: Answer, document: dict[str, Any]) -> Iterator[str]:
    rule = "/core/publish-openapi"
    if answer.status != 200:
        yield from expect(answer, 200, rule=rule)
        return
    if answer.media_type not in ("application/json", "application/vnd.oai.openapi+json") or "paths" not in document:
        yield f"{rule}: {DOCUMENT} is not an OpenAPI document in JSON ({answer.media_type or 'no media type'})."
    if answer.header("Access-Control-Allow-Origin") != "*":
        yield f"{rule}: {DOCUMENT} lacks Access-Control-Allow-Origin: *, so web pages of others cannot read it."


def collections(talk: Conversation, _document: dict[str, Any]) -> Iterator[str]:
    for path in PUBLIC:
        answer = talk.ask("GET", path)
        yield from expect(answer, 200, rule="/core/http-response-code")
        if answer.status == 200 and not isinstance(answer.body(), dict):
            yield f"house/return-objects: GET {path} does not answer with a JSON object."
        head = talk.ask("HEAD", path)
        yield from expect(head, answer.status, rule="/core/http-methods", what="RFC 9110, 9.3.2")


def missing_things(talk: Conversation, _document: dict[str, Any]) -> Iterator[str]:
    for path in ("/v1/bestaat-niet", f"{PUBLIC[0]}/bestaat-niet"):
        yield from expect(talk.ask("GET", path), 404, rule="/core/http-response-code")
    for path in (*PUBLIC, DOCUMENT):
        yield from expect(talk.ask("GET", f"{path}/"), 404, rule="/core/no-trailing-slash")
    for path in PUBLIC:
        answer = talk.ask("GET", f"{path}?bestaatNiet=1")
        yield from expect(answer, 400, rule="/core/error-handling/invalid-input", what="unknown query key")
    # Identifications that trip a careless database layer: a null byte, bytes that are no UTF-8, a very long one.
    for name in ("%00", "%C3%28", "9" * 500):
        yield from expect(talk.ask("GET", f"{PUBLIC[0]}/{name}"), 400, 404, 414, rule="/core/http-response-code")


def other_methods(talk: Conversation, document: dict[str, Any]) -> Iterator[str]:
    rule = "/core/http-methods"
    for path in (DOCUMENT, PUBLIC[0]):
        described = document["paths"].get(path.removeprefix("/v1"), {})
        free = [method for method in ("PUT", "PATCH", "DELETE", "POST") if method.lower() not in described]
        # PROPFIND is a registered method that no API of ours has.
        for method in (*free[:1], "PROPFIND"):
            answer = talk.ask(method, path)
            yield from expect(answer, 405, rule=rule, what="not supported")
            if answer.status == 405 and "GET" not in answer.header("Allow"):
                yield f"{rule}: the 405 on {answer.name} lacks the header Allow (RFC 9110, 15.5.6)."
        answer = talk.ask("OPTIONS", path)
        yield from expect(answer, 200, 204, 405, rule=rule)
        if "GET" not in answer.header("Allow"):
            yield f"{rule}: {answer.name} does not say in Allow what is supported (RFC 9110, 9.3.7)."


def negotiation(talk: Conversation, _document: dict[str, Any]) -> Iterator[str]:
    for path in PUBLIC:
        for accept, status in (("application/x-bestaat-niet", 406), ("text/html;q=0.1, application/*;q=0.9", 200)):
            yield from expect(talk.ask("GET", path, Accept=accept), status, rule="Validate content types")


def bodies(talk: Conversation, document: dict[str, Any]) -> Iterator[str]:
    path = posting_path(document, has_token=talk.token is not None)
    if path is None:
        yield "No POST with a body is open to this probe (give a token): 415 and 400 on wrong bodies remain unproven."
        return
    wrong = [
        ("a media type that is not supported", "text/plain", "tekst", 415),
        ("no media type", "", "tekst", 415),
        ("malformed JSON", "application/json", '{"', 400),
        ("JSON that is not an object", "application/json", "[]", 400),
        ("JSON nested 5000 deep", "application/json", "[" * 5000 + "]" * 5000, 400),
    ]
    for what, media_type, content, status in wrong:
        answer = talk.ask("POST", path, Content_Type=media_type, content=content)
        if answer.status in (401, 403):
            yield f"POST {path} answers {answer.status} to this probe: 415 and 400 on wrong bodies remain unproven."
            return
        rule = "Validate content types" if status == 415 else "/core/error-handling/invalid-input"
        yield from expect(answer, status, rule=rule, what=what)


def is_public(operation: dict[str, Any], document: dict[str, Any]) -> bool:
    secured = operation.get("security", document.get("security", []))
    return not secured or {} in secured


def posting_path(document: dict[str, Any], *, has_token: bool) -> str | None:
    """A collection that takes a body from this probe; logging in and making tokens is left alone."""
    for path, described in document["paths"].items():
        operation = described.get("post", {})
        takes_body = "requestBody" in operation and "{" not in path and path not in ("/sessies", "/tokens")
        if takes_body and (has_token or is_public(operation, document)):
            return f"/v1{path}"
    return None


def validators(talk: Conversation, document: dict[str, Any]) -> Iterator[str]:
    """ETag and 304 (RFC 9110, 8.8.3 and 13.1.2) on the first thing of each public collection that has things."""
    rule = "RFC 9110, 13.1.2"
    for path in PUBLIC:
        single = re.compile(re.escape(path.removeprefix("/v1")) + r"/\{[^/]+\}")
        readable = any(single.fullmatch(key) and "get" in described for key, described in document["paths"].items())
        things = first_list(talk.ask("GET", path).body())
        if not readable or not things:
            continue
        if "id" not in things[0]:
            yield f"{rule}: the things in GET {path} have no id to ask for, so ETag remains unproven."
            continue
        address = f"{path}/{quote(str(things[0]['id']), safe='')}"
        answer = talk.ask("GET", address)
        yield from expect(answer, 200, rule="/core/http-response-code")
        etag = answer.header("ETag")
        if not ETAG.fullmatch(etag):
            yield f"RFC 9110, 8.8.3: GET {address} has no proper ETag ({etag or 'none'})."
            continue
        again = talk.ask("GET", address, If_None_Match=etag)
        yield from expect(again, 304, rule=rule)
        if again.status == 304 and (again.response.content or again.header("ETag") != etag):
            yield f"{rule}: the 304 on GET {address} has a body or another ETag."
        yield from expect(talk.ask("GET", address, If_None_Match='"een-andere"'), 200, rule=rule)


def first_list(body: Any) -> list[dict[str, Any]]:
    """The things in the JSON of a collection: the first list of objects in it."""
    for value in body.values() if isinstance(body, dict) else [body]:
        if isinstance(value, list) and value and isinstance(value[0], dict):
            return value
        if isinstance(value, dict) and (inner := first_list(value)):
            return inner
    return []


def strangers(talk: Conversation, document: dict[str, Any]) -> Iterator[str]:
    """What is not public asks who is there; what is public does not lend out a visitor's session to other web pages."""
    for path, described in document["paths"].items():
        if "{" in path or "get" not in described or is_public(described["get"], document):
            continue
        answer = talk.ask("GET", f"/v1{path}")
        yield from expect(answer, 401, rule="RFC 9110, 15.5.2", what="without a token")
        if answer.status == 401 and not answer.header("WWW-Authenticate"):
            yield f"RFC 9110, 15.5.2: the 401 on {answer.name} lacks WWW-Authenticate."
    for path in (DOCUMENT, PUBLIC[0]):
        answer = talk.ask("GET", path, Origin=FOREIGN)
        if answer.header("Access-Control-Allow-Origin") and answer.header("Access-Control-Allow-Credentials").lower() == "true":
            yield f"/core/transport/cors: GET {path} lets any origin read with a visitor's credentials."


# --- What holds for every answer ------------------------------------------------------------------------------------------


def every_answer(answers: list[Answer], *, version: str, secure: bool) -> Iterator[str]:
    """One sentence per rule, with the answers that break it."""
    rules: list[tuple[str, Callable[[Answer], bool]]] = [
        ("/core/version-header: API-Version is not the full version of the API", lambda a: tells_version(a, version)),
        *((f"{SECURITY}: {what}", partial(has, patterns)) for what, patterns in SECURITY_HEADERS.items()),
        # The document is the same for everybody, and may be kept.
        (f"{SECURITY}: Cache-Control: no-store is missing", lambda a: DOCUMENT in a.name or has(NO_STORE, a)),
        (f"{SECURITY}: Strict-Transport-Security of a year is missing", lambda a: not secure or is_strict(a)),
        ("/core/hide-implementation: X-Powered-By or Server tells which software runs", lambda a: not leaks(a)),
        ("/core/http-response-code: the service breaks", lambda a: a.status < 500),
        ("/core/http-response-code: an error shows the inside of the service", lambda a: not shows_inside(a)),
        (f"/core/error-handling/problem-details: an error is no problem+json with {', '.join(MEMBERS)}", is_sound_problem),
        ("/core/date-time/timezone: a moment is not in UTC with Z", lambda a: not local_moments(a.body())),
    ]
    for sentence, met in rules:
        # A 304 repeats only what would change the kept answer (RFC 9110, 15.4.5); the version is asked of it all the same.
        asked = [answer for answer in answers if answer.status != 304 or "version-header" in sentence]
        wrong = list(dict.fromkeys(answer.name[:120] for answer in asked if not met(answer)))
        if wrong:
            yield f"{sentence}, on {'; '.join(wrong[:3])}{f' and {len(wrong) - 3} more' if len(wrong) > 3 else ''}."


def has(patterns: dict[str, str], answer: Answer) -> bool:
    """Whether one of the headers is as it must be."""
    return any(re.search(pattern, answer.header(header), re.IGNORECASE) for header, pattern in patterns.items())


def tells_version(answer: Answer, version: str) -> bool:
    """Whether the header has a semantic version: that of the document, where the document tells one."""
    told = answer.header("API-Version")
    return SEMVER.fullmatch(told) is not None and told == (version or told)


def is_strict(answer: Answer) -> bool:
    age = re.search(r"max-age=(\d+)", answer.header("Strict-Transport-Security"))
    return age is not None and int(age[1]) >= YEAR


def leaks(answer: Answer) -> bool:
    return bool(answer.header("X-Powered-By")) or SERVER_SOFTWARE.search(answer.header("Server")) is not None


def shows_inside(answer: Answer) -> bool:
    return answer.status >= 400 and INSIDE.search(answer.response.text) is not None


def is_sound_problem(answer: Answer) -> bool:
    """Whether an error is a problem (RFC 9457) that agrees with its own status; true for what is not an error."""
    if answer.status < 400 or answer.name.startswith("HEAD "):
        return True
    body = answer.body()
    if answer.media_type != "application/problem+json" or not isinstance(body, dict):
        return False
    texts = all(isinstance(body.get(member), str) and body[member] for member in MEMBERS if member != "status")
    return texts and body.get("status") == answer.status


def local_moments(body: Any) -> list[str]:
    """The moments in a JSON body that are not in UTC, written with T and Z."""
    if isinstance(body, dict):
        return [moment for value in body.values() for moment in local_moments(value)]
    if isinstance(body, list):
        return [moment for value in body for moment in local_moments(value)]
    match = MOMENT.fullmatch(body) if isinstance(body, str) else None
    return [] if match is None or (match["zone"] == "Z" and "T" in match[0]) else [match[0]]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Asks a running service whether it keeps the NLGov REST API Design Rules.")
    parser.add_argument("url", help="the address before /v1")
    parser.add_argument("--token", help="a token, for what is not public")
    given = parser.parse_args(arguments)
    found = probe(given.url, token=given.token)
    print("\n".join(found) if found else "Every rule that was asked about is met.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
