"""One small tree of errors. A message says what, where, how many, and what to do; never a personal value."""

from __future__ import annotations


class WorkforceSimError(Exception):
    """The root of everything this library raises on purpose."""


class ConfigError(WorkforceSimError, ValueError):
    """A configuration that cannot be used; every problem is listed, one a line."""


class CensusError(WorkforceSimError, ValueError):
    """A census that cannot be used; every broken rule with its count and first rows."""


class SimulationError(WorkforceSimError, RuntimeError):
    """Assumptions that cannot be simulated, such as more terminations than employees."""


class LedgerError(WorkforceSimError, RuntimeError):
    """A run on disk that cannot be written, read or trusted."""


class RequestError(WorkforceSimError, ValueError):
    """A question that a run cannot answer, or something that cannot be shared as asked."""
