"""How routes behave: unknown query keys are refused, content types negotiated, lists paged."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Annotated, Any, Generic, TypeVar

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from service.api.words import Reply
from service.errors import Outdated, PreconditionMissing

JSON, CSV, LINES, EVENTS = "application/json", "text/csv", "application/jsonl", "text/event-stream"
LISTS = (JSON, CSV, LINES)
"""Formats of a list."""

MAX_PAGE = 200

After = Annotated[
    int | None,
    Query(alias="na", ge=0, le=2**53, description="Cursor: `volgende` van de vorige bladzijde."),
]
Limit = Annotated[int, Query(alias="limiet", ge=1, le=MAX_PAGE, description="Hoeveel er hoogstens terugkomen.")]
IfMatch = Annotated[str | None, Header(alias="If-Match", max_length=200, description="De ETag van wat u wijzigt.")]
IfNoneMatch = Annotated[str | None, Header(alias="If-None-Match", max_length=500, description="De ETag van wat u al hebt.")]


class Route(APIRoute):
    """A route that takes only what it knows, and gives only what was asked."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The framework's handler behind our checks."""
        handle = super().get_route_handler()
        known = _query_keys(self)
        formats = tuple((self.openapi_extra or {}).get("x-formaten", (JSON,)))
        reads_body = self.body_field is not None

        async def checked(request: Request) -> Response:
            unknown = [key for key in request.query_params if key not in known]
            if unknown:
                raise RequestValidationError(
                    [{"loc": ("query", key), "type": "extra_forbidden", "ctx": {}} for key in unknown[:20]]
                )
            request.state.format = _negotiated(",".join(request.headers.getlist("accept")) or "*/*", formats)
            if reads_body and request.headers.get("content-type", "").partition(";")[0].strip().casefold() != JSON:
                raise HTTPException(415)
            return await handle(request)

        return checked


def router(tag: str) -> APIRouter:
    """A router for one resource."""
    return APIRouter(prefix="/v1", route_class=Route, tags=[tag], redirect_slashes=False)


def formats(*names: str) -> dict[str, Any]:
    """For ``openapi_extra``: in which formats a route answers."""
    return {"x-formaten": list(names)}


def _query_keys(route: APIRoute) -> frozenset[str]:
    keys: set[str] = set()

    def collect(dependant: Any) -> None:
        keys.update(field.alias for field in dependant.query_params)
        for child in dependant.dependencies:
            collect(child)

    collect(route.dependant)
    return frozenset(keys)


def _negotiated(accept: str, offered: Sequence[str]) -> str:
    """The offered format that is wanted most (RFC 9110, section 12.5.1); raises 406 when none is.

    What a format is worth says the most specific range that it falls in. Of equals comes first what was named first.
    """
    ranges: dict[str, tuple[float, int]] = {}  # quality, and place in the order of asking
    for place, part in enumerate(accept.casefold().split(",")):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        ranges.setdefault(name, (_quality(parameters), place))
    wanted = []
    for own in offered:
        matching = (own, own.partition("/")[0] + "/*", "*/*")
        quality, place = next((ranges[name] for name in matching if name in ranges), (0.0, 0))
        if quality > 0:
            wanted.append((-quality, place, own))
    if wanted:
        return min(wanted, key=lambda one: one[:2])[2]
    if ranges.get("application/problem+json", (0.0, 0))[0] > 0:
        return offered[0]  # who asks for the shape of our errors takes them for granted
    raise HTTPException(406)


def _quality(parameters: Iterable[str]) -> float:
    """The weight of a range, 0..1; 0 when it cannot be read."""
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                quality = float(parameter[2:])
            except ValueError:
                return 0.0
            return quality if 0 <= quality <= 1 else 0.0
    return 1.0


Item = TypeVar("Item", bound=BaseModel)


class Page(Reply, Generic[Item]):
    """Een bladzijde van een lijst."""

    resultaten: list[Item]
    volgende: int | None = Field(description="Cursor voor `na`; null op de laatste bladzijde.")


def page(request: Request, items: Sequence[tuple[int, Item]], limit: int) -> Any:
    """An answer with a list, in the format that was asked.

    Args:
        request: decides the format.
        items: (cursor, item), one more than the limit when there is a next page.
        limit: items on a page.
    """
    shown, following = items[:limit], items[limit - 1][0] if len(items) > limit else None
    headers = {}
    if following is not None:
        headers["Link"] = f'<{request.url.include_query_params(na=following)}>; rel="next"'
    rows = [item for _, item in shown]
    if request.state.format == CSV:
        return Response(csv_of(row.model_dump(mode="json", by_alias=True) for row in rows), media_type=CSV, headers=headers)
    if request.state.format == LINES:
        return Response("".join(row.model_dump_json(by_alias=True) + "\n" for row in rows), media_type=LINES, headers=headers)
    content = {"resultaten": [row.model_dump(mode="json", by_alias=True) for row in rows], "volgende": following}
    return JSONResponse(content, headers=headers)


_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would run instead of show (OWASP, CSV injection)."""


def csv_of(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows with the same keys as CSV (RFC 4180) that no spreadsheet runs; "" for no rows."""
    stream = io.StringIO()
    writer: Any = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(stream, fieldnames=list(row), lineterminator="\r\n")
            writer.writeheader()
        writer.writerow({name: _cell(value) for name, value in row.items()})
    return stream.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False)
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def tagged(request: Request, reply: Reply, tag: str, *, none_match: str | None = None, status: int = 200) -> Response:
    """An answer with one thing and its ETag; empty with 304 when who asks has it already."""
    headers = {"ETag": f'"{tag}"'}
    if none_match is not None and any(
        part.strip().removeprefix("W/").strip('"') in (tag, "*") for part in none_match.split(",")
    ):
        return Response(status_code=304, headers=headers)
    return JSONResponse(reply.model_dump(mode="json", by_alias=True), status_code=status, headers=headers)


def created(reply: Reply, location: str, *, tag: str | None = None) -> Response:
    """An answer with what was made, and where it stands from now on."""
    headers = {"Location": location, **({"ETag": f'"{tag}"'} if tag is not None else {})}
    return JSONResponse(reply.model_dump(mode="json", by_alias=True), status_code=201, headers=headers)


def tag_of(if_match: str) -> str | None:
    """The ETag of what a change is meant for; None for any (``*``)."""
    tag = if_match.strip().removeprefix("W/").strip('"')
    return None if tag == "*" else tag


def expected(if_match: str | None) -> int | None:
    """The version that a change is meant for; None for any (``*``).

    Raises:
        PreconditionMissing: there is no If-Match.
        Outdated: it is no ETag of ours, so it cannot be the present one.
    """
    if if_match is None:
        raise PreconditionMissing("Geef in de kop If-Match de ETag mee van wat u wijzigt.")
    tag = tag_of(if_match)
    if tag is not None and (not tag.isdecimal() or len(tag) > 15):
        raise Outdated("De ETag in If-Match hoort niet bij wat u wijzigt.")
    return None if tag is None else int(tag)
