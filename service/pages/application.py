"""All pages, and the files that they ask for."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from service.pages import (
    about,
    adding,
    adjudicating,
    entering,
    law,
    models,
    practising,
    queue,
    returning,
    reviewing,
    submitting,
)
from service.pages.assets import assets, takes_gzip

_files = APIRouter(include_in_schema=False, redirect_slashes=False)


@_files.get("/bestanden/{digest}/{name}")
def read_file(request: Request, digest: str, name: str) -> Response:
    """A stylesheet, script, font or picture. The address changes with the content, so a browser may keep it."""
    asset = assets().get(name)
    if asset is None:
        raise HTTPException(404)
    # While a new version comes up, its pages may ask the old one: that answers, and nobody keeps it under the new address.
    # A font is asked for under the address of its stylesheet.
    known = any(digest == one.digest for one in assets().values())
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable" if known else "no-cache",
        "Vary": "Accept-Encoding",
    }
    if asset.packed is not None and takes_gzip(request.headers.get("accept-encoding", "")):
        return Response(asset.packed, media_type=asset.media_type, headers={**headers, "Content-Encoding": "gzip"})
    return Response(asset.content, media_type=asset.media_type, headers=headers)


def page_routes() -> list[APIRoute]:
    """The routes of all pages."""
    routers = (
        _files,
        about.routes,
        entering.routes,
        adjudicating.routes,
        law.routes,
        models.routes,
        practising.routes,
        queue.routes,
        adding.routes,
        reviewing.routes,
        submitting.routes,
        returning.routes,
    )
    return [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
