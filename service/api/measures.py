"""What Prometheus reads at /metrics."""

from __future__ import annotations

import os
import threading
import time

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import func, select

from service.clock import now
from service.database.opening import Database
from service.database.tables import FlagRow, Initiative, Job, Judgement, Verdict
from service.engine import Engine
from service.work.judgements import standing_only
from service.work.watching import Code, watch

FRESH_SECONDS = 10.0
"""How long an answer of the database counts as the present one: counting all rows takes time, and anybody may scrape often."""

WATCHED_SECONDS = 300.0
"""The same for what is compared with the last ninety days: that changes in days, and asks far more."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 10.0)


class Measures:
    """Counters of this process; with several processes their sum, through the folder PROMETHEUS_MULTIPROC_DIR."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "regelruimte_requests_total",
            "Requests by method, route and status",
            ["method", "route", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "regelruimte_request_seconds", "Time to answer, in seconds", ["route"], buckets=_BUCKETS, registry=self._registry
        )
        self._flags = Counter("regelruimte_flags_shown_total", "Flags given by quick checks", registry=self._registry)
        self._asking = threading.Lock()
        self._told, self._told_at = b"", float("-inf")
        self._watched, self._watched_at, self._watched_of = b"", float("-inf"), ""

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request. A method is any word that somebody sends, so those that do not exist count as one."""
        self._requests.labels(method if method in _METHODS else "other", route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def flags(self, number: int) -> None:
        """Count flags that were given."""
        self._flags.inc(number)

    def text(self, database: Database, engine: Engine) -> bytes:
        """All measures in the text format of Prometheus; those of the database are at most FRESH_SECONDS old."""
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            counted = CollectorRegistry()
            MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
        else:
            counted = self._registry
        with self._asking:
            if time.monotonic() - self._told_at > FRESH_SECONDS:
                asked = CollectorRegistry()
                asked.register(_Asked(database, engine))
                self._told, self._told_at = generate_latest(asked), time.monotonic()
            version = "" if engine.problem else engine.loaded.model_version
            if time.monotonic() - self._watched_at > WATCHED_SECONDS or version != self._watched_of:
                asked = CollectorRegistry()
                asked.register(_Watched(database, version))
                self._watched, self._watched_at, self._watched_of = generate_latest(asked), time.monotonic(), version
            return generate_latest(counted) + self._told + self._watched


class _Asked(Collector):
    """What the database and the engine know."""

    def __init__(self, database: Database, engine: Engine) -> None:
        self._database = database
        self._engine = engine

    def collect(self) -> list[GaugeMetricFamily]:
        """One reading of everything."""
        jobs = GaugeMetricFamily("regelruimte_jobs", "Jobs by kind and status", labels=["kind", "status"])
        oldest = GaugeMetricFamily("regelruimte_oldest_waiting_job_seconds", "Age of the oldest job that waits")
        initiatives = GaugeMetricFamily("regelruimte_initiatives", "Initiatives by status", labels=["status"])
        judgements = GaugeMetricFamily("regelruimte_judgements", "Judgements by model version and verdict", labels=["verdict"])
        anchors = GaugeMetricFamily("regelruimte_flags", "Flags by anchor", labels=["anchor"])
        rejected = GaugeMetricFamily(
            "regelruimte_rejected_share_recent", "Share of the latest 200 judgements that reject the model: a rise is drift"
        )
        model = GaugeMetricFamily("regelruimte_model_info", "Model that serves", labels=["version", "corpus"])
        with self._database.reading() as session:
            for kind, status, count in session.execute(
                select(Job.kind, Job.status, func.count()).group_by(Job.kind, Job.status)
            ):
                jobs.add_metric([kind, status], count)
            first = session.execute(select(func.min(Job.created)).where(Job.status == "wachtend")).scalar()
            oldest.add_metric([], (now() - first).total_seconds() if first else 0.0)
            for status, count in session.execute(select(Initiative.status, func.count()).group_by(Initiative.status)):
                initiatives.add_metric([status], count)
            for verdict, count in session.execute(select(Judgement.verdict, func.count()).group_by(Judgement.verdict)):
                judgements.add_metric([verdict], count)
            for anchor, count in session.execute(select(FlagRow.anchor, func.count()).group_by(FlagRow.anchor)):
                anchors.add_metric([anchor], count)
            told = select(Judgement.verdict).where(standing_only()).order_by(Judgement.sequence.desc()).limit(200)
            latest = list(session.execute(told).scalars())
            if latest:
                rejected.add_metric([], sum(one == Verdict.REJECTED.value for one in latest) / len(latest))
        if not self._engine.problem:
            model.add_metric([self._engine.loaded.model_version, self._engine.loaded.corpus[:12]], 1)
        return [jobs, oldest, initiatives, judgements, anchors, rejected, model]


class _Watched(Collector):
    """What became of the model that serves, over the whole service."""

    def __init__(self, database: Database, version: str) -> None:
        self._database = database
        self._version = version

    def collect(self) -> list[GaugeMetricFamily]:
        """One reading; nothing while no model serves."""
        if not self._version:
            return []
        alarm = GaugeMetricFamily("regelruimte_model_alarm", "1 while an alarm stands", labels=["code", "version"])
        scores = GaugeMetricFamily("regelruimte_model_shift", "Stability index of the probabilities, now against before")
        inputs = GaugeMetricFamily(
            "regelruimte_inputs_shift", "Stability index of what is told, now against before", labels=["of"]
        )
        rejected = GaugeMetricFamily(
            "regelruimte_rejection_share",
            "Share of judged flags that people reject, of this model and before",
            labels=["model"],
        )
        with self._database.reading() as session:
            found = watch(session, None, self._version)
        raised = {one.code for one in found.alarms}
        for code in Code:
            alarm.add_metric([code.value, self._version], float(code in raised))
        if found.scores_shift is not None:
            scores.add_metric([], found.scores_shift)
        for of, value in found.inputs_shift.items():
            inputs.add_metric([of.value], value)
        for version, share in found.rejected.items():
            rejected.add_metric([version], share)
        return [alarm, scores, inputs, rejected]
