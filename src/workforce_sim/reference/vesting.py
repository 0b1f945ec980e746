"""The reference model, vesting: schedules by name, and the share at a number of completed years."""

from __future__ import annotations

from collections.abc import Sequence

from workforce_sim.reference.match import bp

SCHEDULES = {
    "immediate": (10_000,),
    "cliff_1": (0, 10_000),
    "cliff_2": (0, 0, 10_000),
    "qaca_2": (0, 0, 10_000),
    "cliff_3": (0, 0, 0, 10_000),
    "graded_3": (0, 3_333, 6_667, 10_000),
    "graded_4": (0, 2_500, 5_000, 7_500, 10_000),
    "graded_5": (0, 2_000, 4_000, 6_000, 8_000, 10_000),
    "graded_6": (0, 0, 2_000, 4_000, 6_000, 8_000, 10_000),
}
"""Vested shares at 0, 1, 2, ... completed years, bp."""


def schedule_of(configured: str | Sequence[float]) -> Sequence[int]:
    """Return a schedule in bp: one by name, or shares of one's own."""
    return SCHEDULES[configured] if isinstance(configured, str) else [bp(share) for share in configured]


def share_at(schedule: Sequence[int], years: int) -> int:
    """Return the share at completed years; the last holds on."""
    return schedule[min(years, len(schedule) - 1)]
