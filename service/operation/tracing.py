"""Traces by OpenTelemetry, for those who want them: pip install "regelruimte[otel]"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.types import ASGIApp

from corpus.errors import UsageError


def traced(app: ASGIApp, *, environ: Mapping[str, str]) -> ASGIApp:
    """The application, with a span for every request; where spans go is said by the standard variables OTEL_*.

    Raises:
        UsageError: the extra is not installed.
    """
    try:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise UsageError('REGELRUIMTE_OTEL needs the extra "otel": pip install "regelruimte[otel]"') from None
    name = environ.get("OTEL_SERVICE_NAME", "regelruimte")
    provider = TracerProvider(resource=Resource.create({"service.name": name}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    wrapped: ASGIApp = OpenTelemetryMiddleware(
        app, tracer_provider=provider, default_span_details=details, server_request_hook=without_secrets
    )
    return wrapped


_ADDRESSES = ("http.target", "http.url", "url.path", "url.full", "url.query")


def details(scope: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Name and attributes of the spans of a request."""
    return f"{scope.get('method', '')} {_beginning(scope)}".strip(), {}


def without_secrets(span: Any, scope: Mapping[str, Any]) -> None:
    """Of an address only its beginning: secret links and the codes of a log-in stand in the rest."""
    for name in _ADDRESSES:
        span.set_attribute(name, _beginning(scope))


def _beginning(scope: Mapping[str, Any]) -> str:
    return "/" + str(scope.get("path", "")).lstrip("/").partition("/")[0]
