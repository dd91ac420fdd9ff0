"""Traces by OpenTelemetry, for those who want them: pip install "regelruimte[otel]"."""

from __future__ import annotations

from collections.abc import Mapping

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
    wrapped: ASGIApp = OpenTelemetryMiddleware(app, tracer_provider=provider)
    return wrapped
