"""Vesting: the share that is the employee's own, and what the law asks of a schedule.

Chapter: ``docs/model/vesting.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

import numpy as np
import polars as pl

from workforce_sim.config.plan import Plan
from workforce_sim.config.vesting import Vesting, schedule_bp
from workforce_sim.money import Whole, half_up
from workforce_sim.plan.amounts import in_years, model_of
from workforce_sim.tables import SOURCES

BP = 10_000

KEEPS_SCHEDULE_YEARS = 3
"""Completed years of service with which an employee may keep a schedule that is changed, section 411(a)(10)(B)."""


def share_bp(schedule: Sequence[int], years: Any, full: Any = False) -> Any:
    """Return the vested share in basis points at completed years; an integer, or an int64 array for an array.

    Args:
        schedule: shares at 0, 1, 2, ... completed years; the last holds on.
        years: completed years from hire.
        full: whether everything is vested all the same: at normal retirement age, on death or disability.
    """
    if not isinstance(years, np.ndarray):
        return BP if full else schedule[min(years, len(schedule) - 1)]
    shares = np.asarray(schedule, dtype=np.int64)[np.minimum(years, len(schedule) - 1)]
    return np.where(full, BP, shares)


def vested_cents(balance_cents: Whole, share: Whole) -> Whole:
    """Return the vested part of a balance, half up; what is left is forfeited at termination."""
    return half_up(balance_cents * share, BP)


def vested_share(schedule: str | Sequence[float], years: int | pl.Series) -> Any:
    """Return the vested share in whole basis points after completed years of service.

    Args:
        schedule: a name such as ``graded_6``, or shares at 0, 1, 2, ... completed years; the last is 1 and holds on.
        years: completed years from hire, one number or a column of a Polars frame.

    Returns:
        An integer, or a column ``vested_share_bp``.

    Raises:
        ConfigError: for a schedule that cannot be read.
        TypeError: for arguments of another kind.
        ValueError: for years that are missing, negative or not whole.

    Source: ``cliff_3`` and ``graded_6`` are the slowest of IRC 411(a)(2)(B), ``qaca_2`` that of 401(k)(13)(D)(iii)(I);
    the others are faster ones in common use.
    """
    if not isinstance(schedule, (str, list, tuple, np.ndarray, pl.Series)):
        raise TypeError(
            "schedule: expected a name such as graded_6, or a list of shares at 0, 1, 2, ... completed years, not "
            f"{type(schedule).__name__}"
        )
    shares = schedule if isinstance(schedule, str) else list(schedule)
    vesting = model_of(Vesting, {"match": shares}, ("plan", "vesting"), named="schedule")
    found = share_bp(vesting.match_bp, in_years(years, "years"))
    return pl.Series("vested_share_bp", found) if isinstance(found, np.ndarray) else found


def slower_than_law(schedule: Sequence[int]) -> bool:
    """Return whether a schedule is slower than both that the law allows: a 3-year cliff, and 2 to 6 years graded.

    It must be at least one of the two at every number of years, IRC 411(a)(2)(B).
    """
    return all(slower(schedule, name) for name in ("cliff_3", "graded_6"))


def vesting_warnings(plan: Plan) -> list[str]:
    """Return compliance warnings about the vesting of any plan, each with its section of the Code."""
    vesting = plan.vesting
    found = [
        f"plan.vesting.{source}: slower than both 3-year cliff and 2-to-6-year graded vesting (IRC 411(a)(2)(B))"
        for source in SOURCES
        if slower_than_law(vesting.of(source))
    ]
    if vesting.normal_retirement_age > 65:
        found.append(
            "plan.vesting.normal_retirement_age: full vesting is required at 65, or 5 years after joining if later "
            "(IRC 411(a)(8))"
        )
    return found


def most_service_years(schedule: Sequence[int]) -> int:
    """Return the years of service that contributions with a schedule may ask for: 1, or 2 where all is vested at once.

    IRC 410(a)(1)(A)(ii) and (B)(i).
    """
    return 1 if slower(schedule, "immediate") else 2


def slower(schedule: Sequence[int], name: str) -> bool:
    """Return whether a schedule vests less than a named one after some number of years."""
    return any(own < least for own, least in zip_longest(schedule, schedule_bp(name), fillvalue=BP))
