"""Termination rates by completed service, as HR tables have them, converted to rates by calendar year.

Chapter: ``docs/model/terminations.md``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any


@dataclass(frozen=True)
class RatesByCalendarYear:
    """Rates of a calendar year, ready for a configuration.

    Attributes:
        new_hire_termination_rate: share of hires who terminate in their year: ``workforce.new_hire_termination_rate``.
        rates: by completed years of tenure on January 1: ``terminations.rates``.
    """

    new_hire_termination_rate: float
    rates: list[dict[str, Any]]


def rates_by_calendar_year(shares: Sequence[float], age_from: int = 0) -> RatesByCalendarYear:
    """Convert an HR table by year of service to the rates of a configuration, which are by calendar year.

    An employee hired in the middle of a year is in the first year of service until the middle of the next. So the rate
    of the first year of service applies partly to the year's hires, and partly to employees of tenure 0 on January 1::

        table = rates_by_calendar_year([0.20, 0.12, 0.08])
        config = with_changes(config, {
            "workforce.new_hire_termination_rate": table.new_hire_termination_rate,        # 0.103716
            "terminations.rates": table.rates,
        })

    Hires are spread evenly over the year, and the hazard is constant within each year of service. As many hires of a
    year remain at the end of each calendar year as by the HR table. To get a table by age too, combine
    several: ``[*rates_by_calendar_year(young).rates, *rates_by_calendar_year(old, age_from=50).rates]``.

    Args:
        shares: share who terminate in the first, second, third ... year of service; the last holds for later years too.
        age_from: completed years of age from which the rates hold.

    Returns:
        The rate of the year's hires, and the rates by tenure on January 1, each with 6 decimals.

    Raises:
        ValueError: without shares, and for a share outside 0 to 1.
    """
    if not shares or not all(0 <= share <= 1 for share in shares):
        raise ValueError(f"need one share or more, each from 0 to 1 (got {list(shares)!r})")
    served, stay = [], 1.0
    for share in (*shares, shares[-1]):
        served.append(stay * _year_served(share))
        stay *= 1 - share
    rates = [1 - later / now if now else 1.0 for now, later in pairwise(served)]
    cells = [
        {"age_from": age_from, "tenure_from": tenure, "value": round(rate, 6)} for tenure, rate in enumerate(rates)
    ]
    return RatesByCalendarYear(round(1 - served[0], 6), cells)


def _year_served(share: float) -> float:
    """Return the average part of a year served, if a share terminates at a constant hazard."""
    if share in {0, 1}:
        return 1.0 - share
    return -share / math.log1p(-share)
