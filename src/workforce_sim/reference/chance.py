"""The reference model, chapters 1 and 2: completed years, days of the year, and chance.

Plain Python, one employee at a time. Each function is one sentence of the model document.
"""

from __future__ import annotations

import calendar
import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from workforce_sim.money import PPM, half_up, scaled

DAY = dt.timedelta(days=1)


def completed_years(since: dt.date, on: dt.date) -> int:
    """Return whole years from ``since`` to ``on``; 29 February has its anniversary on 1 March in other years."""
    return on.year - since.year - ((on.month, on.day) < (since.month, since.day))


def completed_months(since: dt.date, on: dt.date) -> int:
    """Return whole months: the largest number of months after ``since`` that end on ``on`` or before."""
    months = 12 * (on.year - since.year) + on.month - since.month
    return months if months_after(since, months) <= on else months - 1


def months_after(day: dt.date, months: int) -> dt.date:
    """Return the same day months later, or the last day of a month without it; whole years are anniversaries."""
    years, rest = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, rest + 1
    last = calendar.monthrange(year, month)[1]
    if day.day > last and months % 12 == 0:
        return dt.date(year, 3, 1)
    return dt.date(year, month, min(day.day, last))


def day_of_year(year: int, month_day: str) -> dt.date:
    """Return the day MM-DD of a year; 02-29 is 1 March in a year without it."""
    month, day = int(month_day[:2]), int(month_day[3:])
    if (month, day) == (2, 29) and not calendar.isleap(year):
        return dt.date(year, 3, 1)
    return dt.date(year, month, day)


def years_before(day: dt.date, years: int) -> dt.date:
    """Return the same day that many years earlier; 29 February becomes 28 where that year has none."""
    year = day.year - years
    if (day.month, day.day) == (2, 29) and not calendar.isleap(year):
        return dt.date(year, 2, 28)
    return day.replace(year=year)


def cumulated_days(weights: Sequence[float] | None, year: int) -> list[int] | None:
    """Return W(0), W(1), ... W(D): the weights of days in billionths, cumulated from 1 January; None for even ones."""
    if weights is None:
        return None
    daily: list[int] = []
    for month, weight in enumerate(weights, start=1):
        days = calendar.monthrange(year, month)[1]
        daily += [half_up(scaled(weight, 6) * 1000, days)] * days
    return list(accumulate(daily, initial=0))


def date_between(u: float, first: dt.date, last: dt.date, profile: list[int] | None = None) -> dt.date:
    """Return the day that a draw picks in [first, last], both of one year: evenly, or by cumulated weights of days.

    Where all these days weigh nothing, evenly.
    """
    a, b = first.timetuple().tm_yday, last.timetuple().tm_yday
    if profile is None or profile[b] == profile[a - 1]:
        return first + dt.timedelta(days=int(u * ((last - first).days + 1)))
    before = profile[a - 1]
    x = u * (profile[b] - before)
    return first + dt.timedelta(days=bisect_right(range(a, b + 1), x, key=lambda d: profile[d] - before))


def whole_between(u: float, lowest: int, highest: int) -> int:
    """Return the whole number that a draw picks in lowest..highest, both included."""
    return lowest + int(u * (highest - lowest + 1))


def millionths(u: float) -> int:
    """Return floor(u 10^6), the place of a draw among cumulative millionths."""
    return int(u * PPM)


def cumulative(shares_ppm: Sequence[int]) -> list[int]:
    """Return shares cumulated in their order, the last 10^6."""
    return list(accumulate(shares_ppm))


def taking_order(chances: Sequence[float], draws: Sequence[float], keys: Sequence[int]) -> list[int]:
    """Return the positions of those with q > 0 in the order in which an exact choice takes them.

    Pareto sampling with permanent random numbers (Rosén 1997): certain ones first, then by rising
    ``Q = (u (1 - q)) / (q (1 - u))``, ties by key.
    """

    def place(i: int) -> tuple[int, float, int]:
        u, q = draws[i], chances[i]
        if q >= 1:
            return (0, 0.0, keys[i])
        return (1, (u * (1 - q)) / (q * (1 - u)), keys[i])

    return sorted((i for i, q in enumerate(chances) if q > 0), key=place)


def chances_in_proportion(weights: Sequence[int], number_ppm: int) -> list[float]:
    """Return each one's chance q of being chosen, in proportion to whole weights and adding up to the number to choose.

    Who would get more than certainty gets q = 1 and leaves the number and the sum, again and again
    until nobody does; the others get q = c w.

    Args:
        weights: relative weights, 0 or more.
        number_ppm: how many are to be chosen, in millionths.
    """
    chances = [0.0] * len(weights)
    rest = [i for i, weight in enumerate(weights) if weight > 0]
    while certain := _certain(rest, weights, number_ppm):
        for i in certain:
            chances[i] = 1.0
        number_ppm -= PPM * len(certain)
        rest = [i for i in rest if chances[i] == 0.0]
    if rest and number_ppm > 0:
        c = (number_ppm / PPM) / sum(weights[i] for i in rest)
        for i in rest:
            chances[i] = c * weights[i]
    return chances


def _certain(rest: list[int], weights: Sequence[int], number_ppm: int) -> list[int]:
    if number_ppm <= 0:
        return []
    whole = PPM * sum(weights[i] for i in rest)
    return [i for i in rest if number_ppm * weights[i] >= whole]
