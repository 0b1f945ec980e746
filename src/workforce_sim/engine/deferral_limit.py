"""What each employee may defer: catch-up by age.

Chapter: ``docs/model/contributions.md``.
"""

from __future__ import annotations

import numpy as np

from workforce_sim.dates import Ints, years_and_days
from workforce_sim.engine.columns import Columns, Rows
from workforce_sim.engine.context import Year
from workforce_sim.plan.limits import catch_up_limit


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
