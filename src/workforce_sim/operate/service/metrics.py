"""What the service counts, in the text format of Prometheus; no label has anything of a request but its place."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

Samples = Iterable[tuple[Mapping[str, str], float]]
"""Labels and values."""
Now = Mapping[str, Samples]
"""What is measured at a moment, by name."""


class Metrics:
    """Requests and jobs since the service started, how many and how long, for all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, tuple[tuple[str, str], ...]], float] = defaultdict(float)

    def request(self, method: str, path: str, status: int, seconds: float) -> None:
        """Count a request to a place of the API."""
        self._add("workforce_sim_requests_total", 1, method=method, path=path, status=str(status))
        self._add("workforce_sim_request_seconds_total", seconds, path=path)

    def job(self, kind: str, state: str, seconds: float) -> None:
        """Count a job that ended."""
        self._add("workforce_sim_jobs_ended_total", 1, kind=kind, state=state)
        self._add("workforce_sim_job_seconds_total", seconds, kind=kind, state=state)

    def _add(self, name: str, value: float, **labels: str) -> None:
        with self._lock:
            self._counts[name, tuple(labels.items())] += value

    def text(self, now: Now) -> str:
        """Return all of it, with what is measured now."""
        with self._lock:
            counts = sorted(self._counts.items())
        lines: list[str] = []
        for name in dict.fromkeys(name for (name, _), _ in counts):
            lines += _metric(name, "counter", ((dict(labels), value) for (of, labels), value in counts if of == name))
        for name, samples in now.items():
            lines += _metric(name, "gauge", samples)
        return "\n".join([*lines, ""])


def _metric(name: str, kind: str, samples: Samples) -> Iterator[str]:
    yield f"# TYPE {name} {kind}"
    for labels, value in samples:
        told = ",".join(f'{label}="{text}"' for label, text in labels.items())
        yield f"{name}{{{told}}} {value:.10g}" if told else f"{name} {value:.10g}"
