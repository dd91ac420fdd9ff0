"""/health/live, /health/ready and /metrics: for machines that watch, outside the versioned interface"""

from __future__ import annotations

import hmac
import ipaddress

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from service.api.access import services_of
from service.errors import Forbidden, NotAuthenticated

routes = APIRouter(include_in_schema=False)


@routes.get("/health/live")
async def live() -> Response:
    """Whether the process runs at all."""
    return JSONResponse({"status": "ok"})


@routes.get("/health/ready")
async def ready(request: Request) -> Response:
    """Whether requests can be answered: database, store and model."""
    services = services_of(request)
    try:
        database = await run_in_threadpool(services.database.alive)
    except SQLAlchemyError:
        database = False
    problem = services.engine.problem
    whole = database and not problem
    content = {
        "status": "ok" if whole else "niet gereed",
        "gegevensbank": "ok" if database else "antwoordt niet",
        "model": problem or services.engine.loaded.model_version,
    }
    return JSONResponse(content, status_code=200 if whole else 503)


@routes.get("/metrics")
async def metrics(request: Request) -> Response:
    """Measures for Prometheus."""
    services = services_of(request)
    token = services.settings.metrics_token.get_secret_value()
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if token and not hmac.compare_digest(given.encode(), token.encode()):
        raise NotAuthenticated("De metingen vragen een token.")
    if not token and not _local(request.client.host if request.client else ""):
        raise Forbidden("Zonder REGELRUIMTE_METRICS_TOKEN zijn de metingen alleen op de machine zelf te lezen.")
    text = await run_in_threadpool(services.measures.text, services.database, services.engine)
    return PlainTextResponse(text, media_type="text/plain; version=0.0.4; charset=utf-8")


def _local(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
