"""The application: settings in, ASGI application out."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from importlib import import_module

from fastapi import FastAPI, Response
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from service.api.access import Services
from service.api.crowd import Crowd
from service.api.events import Streams
from service.api.limits import Limits
from service.api.measures import Measures
from service.api.openapi import document
from service.api.problems import add_handlers
from service.api.routes import checks, flags, health, initiatives, law, oversight, people, sessions, work
from service.api.shell import API_VERSION, Shell
from service.database.opening import Database
from service.engine import Engine, cores
from service.identity import oidc
from service.jobs.carrying import World
from service.jobs.embedded import EmbeddedWorker
from service.operation.logs import set_up_logs
from service.pages.routing import PROGRAMS, lost, refusing
from service.settings import Settings, settings_of
from service.work.reading import ReadingLog

WATCH_SECONDS = 30.0
"""How often a process looks whether the store or the model has changed."""

PAGES_SECONDS = 3.0
"""How long after it serves a process imports its pages, if nobody asked for one: a start would take a tenth longer by them."""

_log = logging.getLogger(__name__)


def create_app(settings: Settings, *, engine: Engine | None = None, run_jobs: bool | None = None) -> ASGIApp:
    """The service as an ASGI application.

    Args:
        settings: what the operator decided.
        engine: one that is loaded already; None to load in the background when the application starts.
        run_jobs: whether this process carries out jobs; None for yes on SQLite, no on PostgreSQL (``regelruimte worker`` does).
    """
    database = Database(settings.database_url)
    flagging = engine or Engine(settings)
    services = Services(
        settings=settings,
        database=database,
        engine=flagging,
        limits=Limits(settings),
        measures=Measures(),
        crowd=Crowd(max(1, cores() // settings.workers)),  # together the processes keep every core busy, and no more
        streams=Streams(),
        reading=ReadingLog(database),
    )
    worker = EmbeddedWorker(World(settings=settings, database=database, engine=flagging))
    embedded = settings.is_sqlite if run_jobs is None else run_jobs

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        ended = threading.Event()

        def keep_open() -> None:
            flagging.load()
            if not ended.wait(PAGES_SECONDS):
                _import_pages()
            while not ended.wait(WATCH_SECONDS):
                if flagging.changed():
                    flagging.load()

        threading.Thread(target=keep_open, name="load", daemon=True).start()
        services.reading.start()
        if embedded:
            worker.start()
        yield
        ended.set()
        services.reading.stop()
        if embedded:
            worker.stop()
        database.close()

    app = FastAPI(title="Regelruimte", version=API_VERSION, openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan)
    app.router.redirect_slashes = False
    app.state.services = services
    add_handlers(app)
    # The routes themselves, not routers within a router: the document and the table of rights are read off them.
    app.router.routes.extend([*routes_of(), *health.routes.routes, *oidc.routes.routes])
    app.router.default = _pages_of(app)

    @cache
    def described() -> bytes:
        return json.dumps(document(routes_of(), settings), ensure_ascii=False).encode()

    @app.get("/v1/openapi.json", include_in_schema=False)
    def openapi() -> Response:  # in a thread: writing the document, once, takes long
        return Response(described(), media_type="application/json", headers={"Access-Control-Allow-Origin": "*"})

    return Shell(app, settings=settings, limits=services.limits, measures=services.measures, refusing=refusing(app))


def routes_of() -> list[APIRoute]:
    """The routes of the interface, in the order of the document."""
    routers = (
        checks.routes,
        initiatives.routes,
        flags.routes,
        law.routes,
        work.models,
        work.snapshots,
        work.routes,
        people.routes,
        people.tokens,
        sessions.routes,
        oversight.routes,
    )
    return [route for router in routers for route in router.routes if isinstance(route, APIRoute)]


def _pages_of(app: FastAPI) -> ASGIApp:
    """What answers where no route is: the pages, which become routes when a first one is asked for."""
    nowhere = lost(app.router.default)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(PROGRAMS):
            await nowhere(scope, receive, send)
            return
        from service.pages.application import page_routes

        # Without a pause until the last line, so once, however many ask at the same time.
        app.router.routes.extend(page_routes())
        app.router.default = nowhere
        await app.router(scope, receive, send)

    return answer


def _import_pages() -> None:
    """So that the first who asks for a page does not wait for that, and pages that are broken are told of soon."""
    try:
        import_module("service.pages.application")
    except Exception:
        _log.exception("the pages cannot be imported")


def from_environment() -> ASGIApp:
    """What web processes of ``regelruimte serve`` call; their settings travel in the environment."""
    settings = settings_of()
    set_up_logs(settings.log_level)
    engine = Engine(settings)
    engine.load()  # before this process takes requests: its siblings take them meanwhile
    if settings.otel:
        from service.operation.tracing import traced

        return traced(create_app(settings, engine=engine), environ=os.environ)
    return create_app(settings, engine=engine)
