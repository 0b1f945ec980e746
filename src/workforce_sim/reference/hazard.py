"""The reference model, terminations: when the year's hires leave, by days since hire."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from workforce_sim.config import Config
from workforce_sim.money import PPM, half_up, ppm
from workforce_sim.reference.chance import cumulated_days
from workforce_sim.reference.opening_date import first_day, in_months, months_of

MOST_DAYS = 365
"""From 1 January to 31 December of a leap year."""
EVERYBODY = 10**12
"""Who is there on the hire date, in millionths of a millionth."""

HireDates = Sequence[tuple[int, int]]
"""Of each day on which people are hired, the days left to 31 December and its weight."""


@dataclass(frozen=True)
class Hazard:
    """When the hires of one year leave."""

    gone: Sequence[int]
    """G(0), G(1), ... G(365): days, or the share gone by then in ppm."""
    share_ppm: int
    """n: the share of the hires who leave in their first year; of a short year, n1."""
    key: str
    """The key of the configuration that sets n."""
    is_share: bool
    """Whether G is a share, so that it is each one's chance where everybody leaves freely."""


def hire_hazard(config: Config, year: int) -> Hazard:
    """Return what ``terminations.new_hire_hazard`` says of one year's hires."""
    kind, key = config.terminations.new_hire_hazard, "workforce.new_hire_termination_rate"
    share_ppm = config.workforce.new_hire_termination_rate.ppm(year)
    first = first_day(config, year)
    if kind == "days_left":
        return Hazard(range(MOST_DAYS + 1), in_months(share_ppm, months_of(config, year)), key, is_share=False)
    dates = hire_dates(config.hiring.month_weights, year)
    if isinstance(kind, str):
        gone = level_curve(share_ppm, dates)
        mean_ppm = share_ppm if first == dt.date(year, 1, 1) else _mean(gone, _from(first, dates))
        return Hazard(gone, mean_ppm, key, is_share=True)
    gone = curve_through(kind)
    return Hazard(gone, _mean(gone, _from(first, dates)), "terminations.new_hire_hazard", is_share=True)


def hire_dates(month_weights: Sequence[float] | None, year: int) -> HireDates:
    """Return days left and weight of each day from 1 January to 30 December."""
    days = dt.date(year, 12, 31).timetuple().tm_yday
    profile = cumulated_days(month_weights, year) or range(days + 1)
    return [(days - day, profile[day] - profile[day - 1]) for day in range(1, days)]


def _from(first: dt.date, dates: HireDates) -> HireDates:
    """Return the hire dates from a day on; each weighs 1 where they weigh nothing."""
    left = dates[first.timetuple().tm_yday - 1 :]
    return left if any(weight for _, weight in left) else [(days, 1) for days, _ in left]


def _mean(gone: Sequence[int], dates: HireDates) -> int:
    """Return the mean of G over hire dates, half up."""
    return half_up(_weighted(gone, dates), sum(weight for _, weight in dates))


def level_curve(share_ppm: int, dates: HireDates) -> Sequence[int]:
    """Return G at the one daily survival at which the share leaves on average over the hire dates."""
    wanted = share_ppm * sum(weight for _, weight in dates)

    def too_few_leave(survival: int) -> bool:
        return _weighted(_gone_at(survival), dates) < wanted

    return _gone_at(bisect_left(range(EVERYBODY + 1), True, key=too_few_leave) - 1)


def _gone_at(survival: int) -> Sequence[int]:
    """Return G for a daily survival in millionths of a millionth."""
    staying = [EVERYBODY]
    for _ in range(MOST_DAYS):
        staying.append(staying[-1] * survival // EVERYBODY)
    return [(EVERYBODY - s) // PPM for s in staying]


def curve_through(shares: Mapping[int, float]) -> Sequence[int]:
    """Return G on straight lines through (0, 0) and the shares by day, on the last line ever after, at most 10^6."""
    knots = [(0, 0), *((day, ppm(share)) for day, share in sorted(shares.items()))]
    lines = list(pairwise(knots))
    return [min(PPM, _on_line(k, lines)) for k in range(MOST_DAYS + 1)]


def _on_line(k: int, lines: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> int:
    (a, low), (b, high) = next((line for line in lines if k <= line[1][0]), lines[-1])
    return half_up((b - k) * low + (k - a) * high, b - a)


def _weighted(gone: Sequence[int], dates: HireDates) -> int:
    return sum(weight * gone[days] for days, weight in dates)
