"""What the answers of the three functions have in common: how a failure is told, and a grade for an improvement."""

from __future__ import annotations

import logging

from workforce_sim.operate import failures

log = logging.getLogger("orchestrator_dbt")

TARGET = 0.82
"""The documented target: 82% less time than the reference model."""

_GRADES = ((0.95, "A+"), (0.90, "A"), (TARGET, "B"), (0.50, "C"), (0.0, "D"))


def grade(improvement: float, *, ran: bool) -> str:
    """Return the grade of an improvement, 1 - time / time of the reference model: ``B`` meets the target."""
    return next((letter for least, letter in _GRADES if ran and improvement >= least), "F")


def failed(error: Exception | None) -> dict[str, str]:
    """Log a failure and return what an answer says of it; nothing where there was none."""
    if error is None:
        return {}
    failures.failed(log, error)
    return {"error": str(error), "error_type": type(error).__name__}
