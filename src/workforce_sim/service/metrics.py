"""What the service counts, in the text format of Prometheus; no label has anything of a request but its place."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

Labels = Mapping[str, str]
Sample = tuple[str, Labels, float]
"""What follows the name of a metric, such as ``_sum``; labels; value."""

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
"""Seconds of requests that are told apart."""


class Metrics:
    """Counts of requests and jobs since the service started, for all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._within: Counter[tuple[str, float]] = Counter()
        self._request_seconds: dict[str, float] = defaultdict(float)
        self._jobs: Counter[tuple[str, str]] = Counter()
        self._job_seconds: dict[tuple[str, str], float] = defaultdict(float)

    def request(self, method: str, path: str, status: int, seconds: float) -> None:
        """Count a request to a place of the API."""
        with self._lock:
            self._requests[method, path, status] += 1
            self._request_seconds[path] += seconds
            for bucket in BUCKETS:
                self._within[path, bucket] += seconds <= bucket

    def job(self, kind: str, state: str, seconds: float) -> None:
        """Count a job that ended."""
        with self._lock:
            self._jobs[kind, state] += 1
            self._job_seconds[kind, state] += seconds

    def text(self, now: Mapping[str, Iterable[tuple[Labels, float]]]) -> str:
        """Return all of it.

        Args:
            now: what is measured at this moment, by name: labels and values.
        """
        with self._lock:
            lines = [*self._counted()]
        for name, samples in now.items():
            lines += _metric(name, "gauge", (("", labels, value) for labels, value in samples))
        return "\n".join([*lines, ""])

    def _counted(self) -> Iterator[str]:
        requests = (
            ("", {"method": method, "path": path, "status": str(status)}, float(count))
            for (method, path, status), count in self._requests.items()
        )
        yield from _metric("workforce_sim_requests_total", "counter", requests)
        yield from _metric("workforce_sim_request_seconds", "histogram", self._histogram())
        jobs = (("", _of(job), float(count)) for job, count in self._jobs.items())
        yield from _metric("workforce_sim_jobs_ended_total", "counter", jobs)
        seconds = (("", _of(job), float(seconds)) for job, seconds in self._job_seconds.items())
        yield from _metric("workforce_sim_job_seconds_total", "counter", seconds)

    def _histogram(self) -> Iterator[Sample]:
        for path, seconds in self._request_seconds.items():
            count = float(sum(n for (_, place, _), n in self._requests.items() if place == path))
            for bucket in BUCKETS:
                yield "_bucket", {"path": path, "le": str(bucket)}, float(self._within[path, bucket])
            yield "_bucket", {"path": path, "le": "+Inf"}, count
            yield "_sum", {"path": path}, float(seconds)
            yield "_count", {"path": path}, count


def _of(job: tuple[str, str]) -> Labels:
    return {"kind": job[0], "state": job[1]}


def _metric(name: str, kind: str, samples: Iterable[Sample]) -> Iterator[str]:
    yield f"# TYPE {name} {kind}"
    for suffix, labels, value in samples:
        told = ",".join(f'{label}="{text}"' for label, text in labels.items())
        yield f"{name}{suffix}{{{told}}} {value:.10g}" if told else f"{name}{suffix} {value:.10g}"
