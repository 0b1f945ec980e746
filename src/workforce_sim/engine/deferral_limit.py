"""What each employee may defer: catch-up by age, and the plan's limit for the highly compensated.

Chapter: ``docs/model/contributions.md``.
"""

from __future__ import annotations

import numpy as np

from workforce_sim.dates import Flags, Ints, years_and_days
from workforce_sim.engine.columns import Columns, Rows
from workforce_sim.engine.context import Year
from workforce_sim.money import half_up
from workforce_sim.plan.limits import catch_up_limit

BP = 10_000


def catch_up_of(rows: Rows, staff: Columns, year: Year) -> Ints:
    """Return what some rows may defer beyond section 402(g), by the age attained by 31 December.

    0 if it would have to be Roth and the plan does not allow Roth.
    """
    plan = year.config.plan
    age = year.number - years_and_days(staff["birth_date"][rows])[0]
    offered = {"catch_up": plan.catch_up, "super_catch_up": plan.super_catch_up}
    by_age = np.array([catch_up_limit(years, year.limits, **offered) for years in range(65)], dtype=np.int64)
    extra = by_age[np.minimum(age, 64)]
    return extra if plan.roth.available else np.where(staff.flags("roth_catch_up")[rows], 0, extra)


def limited_bp(year: Year) -> int | None:
    """Return the share of pay that the highly compensated may defer in a year; None without such a limit."""
    limit = year.config.plan.hce_deferral_limit
    return None if limit is None else limit.bp(year.number)


def highly_compensated(rows: Rows, staff: Columns) -> Flags:
    """Return who of some rows is highly compensated."""
    return np.asarray(staff.flags("highly_paid")[rows] | staff.flags("owner")[rows])


def base_of(rows: Rows, compensation: Ints, staff: Columns, year: Year) -> Ints:
    """Return what some rows may defer without catch-up: section 402(g), or the plan's limit where it is lower.

    Args:
        rows: whose.
        compensation: pay of the year's staff since entry, within section 401(a)(17).
        staff: of the year.
        year: the plan year.
    """
    base, most = np.full(len(rows), year.limits.elective_deferral_cents, dtype=np.int64), limited_bp(year)
    if most is not None:
        high = highly_compensated(rows, staff)
        base[high] = np.minimum(base[high], half_up(most * compensation[rows[high]], BP))
    return base


def highest_rates(rows: Rows, staff: Columns, year: Year) -> Ints | None:
    """Return the highest rate of some rows, bp: the plan's limit for the highly compensated without catch-up.

    None without such a limit.
    """
    most = limited_bp(year)
    if most is None:
        return None
    lowered = highly_compensated(rows, staff) & (catch_up_of(rows, staff, year) == 0)
    return np.where(lowered, np.int32(most), np.int32(BP))
