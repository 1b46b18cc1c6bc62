"""What Prometheus is told: requests, the stages of an answer, the queue, and what the archive holds."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.answer import AnswerEvent, Finished, PassagesFound
from retrieval.store import Store

# Seconds. An answer takes some 0.2 s on two cores; with an LLM some seconds.
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The measurements of one server. Safe from several threads."""

    def __init__(self) -> None:
        """All at zero."""
        self.registry = CollectorRegistry()
        registry = self.registry
        labels = ["route", "method", "status"]
        self._requests = Counter("wenbao_requests", "HTTP requests answered", labels, registry=registry)
        self._seconds = Histogram(
            "wenbao_request_seconds", "Time to the end of an answer", ["route"], buckets=_BUCKETS, registry=registry
        )
        self._stages = Histogram(
            "wenbao_stage_seconds",
            "Stages of an answer: queue, search, compose",
            ["stage"],
            buckets=_BUCKETS,
            registry=registry,
        )
        outcome = ["outcome"]
        self._answers = Counter(
            "wenbao_answers", "Questions: answered, refused, stopped, failed", outcome, registry=registry
        )
        self._inside = Gauge("wenbao_queue_inside", "Questions and searches that run or wait", registry=registry)
        self._refused = Gauge("wenbao_queue_refused", "Of them refused since the start: busy", registry=registry)
        self._holds = Gauge("wenbao_archive", "What the archive holds", ["what"], registry=registry)
        self._votes = Gauge("wenbao_feedback", "Votes on answers", ["vote"], registry=registry)
        self._ready = Gauge("wenbao_ready", "1 once the model is warm and until the server stops", registry=registry)

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one HTTP request; `route` is a path's template, of which there are few."""
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def stage(self, name: str, seconds: float) -> None:
        """Note how long one stage took."""
        self._stages.labels(name).observe(seconds)

    def timed(self, events: Iterable[AnswerEvent]) -> Iterator[AnswerEvent]:
        """The same events; the time between them and what came of the question is noted."""
        began, outcome = time.perf_counter(), "failed"
        try:
            for event in events:
                now = time.perf_counter()
                if isinstance(event, PassagesFound):
                    self.stage("search", now - began)
                    began = now
                elif isinstance(event, Finished):
                    self.stage("compose", now - began)
                    outcome = "refused" if event.answer.refused else "answered"
                yield event
            if outcome == "failed":
                outcome = "stopped"
        except GeneratorExit:
            outcome = "stopped" if outcome == "failed" else outcome
            raise
        finally:
            self._answers.labels(outcome).inc()

    def exposition(self, store: Store, *, inside: int, refused: int, ready: bool) -> bytes:
        """All of it in Prometheus' text format."""
        self._inside.set(inside)
        self._refused.set(refused)
        self._ready.set(ready)
        counts = store.counts()
        for what in ("articles", "passages", "vectors"):
            self._holds.labels(what).set(getattr(counts, what))
        for vote, count in zip(("up", "down"), store.vote_counts(), strict=True):
            self._votes.labels(vote).set(count)
        return generate_latest(self.registry)
