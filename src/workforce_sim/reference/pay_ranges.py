"""The reference model, pay ranges: the range of a level, the position of a salary in it, and its two ends."""

from __future__ import annotations

from typing import NamedTuple

from workforce_sim.config import Level
from workforce_sim.money import PPM, half_up

MOST_PAY_CENTS = 10**11
MOST_COMPA_PPM = 10**10


class Range(NamedTuple):
    """The pay range of a level in one year, full-time pay in cents."""

    minimum: int
    midpoint: int
    maximum: int


def start_range(level: Level) -> Range | None:
    """Return the range of a level in the start year; None without one, or with a maximum of 0."""
    if level.range_cents is None or level.range_cents[1] == 0:
        return None
    minimum, maximum = level.range_cents
    midpoint = half_up(minimum + maximum, 2) if level.midpoint_cents is None else level.midpoint_cents
    return Range(minimum, midpoint, maximum)


def own(end: int, full_time_ppm: int) -> int:
    """Return an end of a range for somebody's full-time share."""
    return half_up(end * full_time_ppm, PPM)


def full_time_pay(salary: int, full_time_ppm: int) -> int:
    """Return the salary of the same work full time, within the bound of salaries."""
    return min(MOST_PAY_CENTS, half_up(PPM * salary, full_time_ppm))


def compa_ratio(salary: int, full_time_ppm: int, band: Range | None) -> int | None:
    """Return full-time pay over the midpoint, ppm; None without a range or with a midpoint of 0."""
    if band is None or band.midpoint == 0:
        return None
    return min(MOST_COMPA_PPM, half_up(PPM * full_time_pay(salary, full_time_ppm), band.midpoint))


def range_penetration(salary: int, full_time_ppm: int, band: Range | None) -> int | None:
    """Return how far full-time pay is from minimum to maximum, ppm; None without a range or where both are equal."""
    if band is None or band.minimum == band.maximum:
        return None
    return half_up(PPM * (full_time_pay(salary, full_time_ppm) - band.minimum), band.maximum - band.minimum)


def stop_at(maximum: int, before: int, after: int) -> tuple[int, int]:
    """Return the salary after a raise that stops at a maximum, and the excess; a cut stays a cut."""
    salary = after if after <= before else max(before, min(after, maximum))
    return salary, max(0, after - salary)
