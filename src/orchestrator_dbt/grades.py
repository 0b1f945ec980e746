"""A letter for a measured improvement over the reference model."""

from __future__ import annotations

TARGET = 0.82
"""The documented target: 82 % less time."""

_GRADES = ((0.95, "A+"), (0.90, "A"), (TARGET, "B"), (0.50, "C"), (0.0, "D"))


def grade(improvement: float) -> str:
    """Return the grade of an improvement, 1 - time / time of the reference model: ``B`` meets the target."""
    return next((letter for least, letter in _GRADES if improvement >= least), "F")
