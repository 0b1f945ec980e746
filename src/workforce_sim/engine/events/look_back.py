"""What pay of one year decides in the next: who is highly compensated, and whose catch-up must be Roth.

Chapter: ``docs/model/contributions.md``.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from workforce_sim.dates import Flags, Ints, PlanYear
from workforce_sim.engine.assumptions import Assumptions
from workforce_sim.engine.columns import FLAG, Array, Columns
from workforce_sim.engine.context import Year
from workforce_sim.engine.event import Settlement, node
from workforce_sim.plan.hce import counted_for_top_paid, highly_compensated, top_paid
from workforce_sim.plan.limits import ROTH_CATCH_UP_FROM
from workforce_sim.plan.people import pay_of_calendar_year


@node(
    adds={
        "new_highly_paid": (FLAG, "highly compensated next year, by pay of this one"),
        "new_roth_catch_up": (FLAG, "whether catch-up must be Roth next year, by pay of this one"),
    },
    snapshot={"hce": (pl.col("highly_paid") | pl.col("owner")) != 0},
)
def look_back(staff: Columns, year: Year) -> Mapping[str, Array]:
    """Add who will be highly compensated in the next year, and whose catch-up must then be Roth."""
    group = year.given.get(TOP_PAID.name)
    pay = pay_of_year(staff, year)
    found = decided(pay, None if group is None else group[staff.rows], year.calendar, year.assumptions)
    return {f"new_{name}": flags.view(np.uint8) for name, flags in found.items()}


def pay_of_year(staff: Columns, year: Year) -> Ints:
    """Return pay of the calendar year: that before a short plan year is estimated from the opening salary."""
    calendar, earned = year.calendar, staff["earnings_cents"]
    if not calendar.short:
        return earned
    salary = np.where(staff.flags("is_hire"), 0, staff["salary_cents"])
    return pay_of_calendar_year(earned, salary, staff.first_day, calendar)


def decided(pay: Ints, group: Flags | None, year: PlanYear, assumptions: Assumptions) -> dict[str, Flags]:
    """Return the columns that pay of ``year`` decides for the next year, for all employees of the year.

    Args:
        pay: of the year, cents.
        group: who is in the top-paid group; None if the plan does not elect it.
        year: the year of the pay.
        assumptions: the configuration, compiled.
    """
    highly: Flags = np.asarray(highly_compensated(pay, assumptions.limits(year.year).highly_compensated_cents))
    if group is not None:
        highly = highly & group
    wages = assumptions.limits(year.year + 1).roth_catch_up_wages_cents
    if wages is None or year.year + 1 < ROTH_CATCH_UP_FROM:
        return {"highly_paid": highly, "roth_catch_up": np.zeros(len(pay), dtype=bool)}
    return {"highly_paid": highly, "roth_catch_up": np.asarray(pay > wages)}


# --- the top-paid group ---


def counted(
    hire: Array, last_day: Array | int, staff: Columns, pay: Ints, year: PlanYear, through: int | None = None
) -> dict[str, Array]:
    """Return what determines the top-paid group: pay, keys, replicates, and who counts in its size.

    ``through`` is the last day that counts, where it is not that of the year.
    """
    counts = counted_for_top_paid(hire, last_day, staff["birth_date"], staff["full_time_ppm"], year, through)
    return {"pay": pay, "key": staff["key"], "replicate": staff["replicate"], "counts": counts}


def groups(parts: list[dict[str, Array]]) -> list[Flags]:
    """Return who is in the top-paid group of the replicate, for each partition."""
    pay, key, replicate, counts = (np.concatenate([part[name] for part in parts]) for name in parts[0])
    flags = np.zeros(len(pay), dtype=bool)
    for number in np.unique(replicate):
        rows = np.flatnonzero(replicate == number)
        flags[rows] = top_paid(pay[rows], key[rows], counts[rows])
    return np.split(flags, np.cumsum([len(part["key"]) for part in parts])[:-1])


TOP_PAID = Settlement(
    "top-paid group",
    needed=lambda year: year.config_in(year.number + 1).plan.testing.top_paid_group,
    ask=lambda staff, year: counted(
        staff.served_since,
        staff["last_day"],
        staff,
        pay_of_year(staff, year),
        year.calendar,
    ),
    settle=lambda parts, year: groups(parts),
)
