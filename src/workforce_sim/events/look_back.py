"""What the pay of one year decides in the next: who is highly compensated, and whose catch-up must be Roth.

Chapter: ``docs/model/contributions.md``.
"""

from __future__ import annotations

import numpy as np

from workforce_sim.assumptions import Assumptions
from workforce_sim.dates import Days, Ints, PlanYear
from workforce_sim.plan.hce import counted_for_top_paid, highly_compensated, top_paid
from workforce_sim.plan.limits import ROTH_CATCH_UP_FROM
from workforce_sim.staff import Flags, Staff


def decide(pay: Ints, staff: Staff, last_day: Days | int, year: PlanYear, assumptions: Assumptions) -> dict[str, Flags]:
    """Return the columns of the staff that the pay of ``year`` decides for the next, of everybody employed in it."""
    config, nobody = assumptions.config, np.zeros(len(pay), dtype=bool)
    if not config.plan.enabled:
        return {"highly_paid": nobody, "roth_catch_up": nobody}
    threshold = assumptions.limits(year.year).highly_compensated_cents
    highly: Flags = highly_compensated(pay, threshold)
    if config.plan.testing.top_paid_group:
        highly &= _top_paid(pay, staff, last_day, year)
    wages = assumptions.limits(year.year + 1).roth_catch_up_wages_cents
    if wages is None or year.year + 1 < ROTH_CATCH_UP_FROM:
        return {"highly_paid": highly, "roth_catch_up": nobody}
    return {"highly_paid": highly, "roth_catch_up": pay > wages}


def _top_paid(pay: Ints, staff: Staff, last_day: Days | int, year: PlanYear) -> Flags:
    """Return who is in the top-paid group of the replicate."""
    counted = counted_for_top_paid(staff.hire, last_day, staff.birth, staff.full_time, year)
    flags = np.zeros(len(pay), dtype=bool)
    for replicate in np.unique(staff.replicate):
        rows = np.flatnonzero(staff.replicate == replicate)
        flags[rows] = top_paid(pay[rows], staff.key[rows], counted[rows])
    return flags
