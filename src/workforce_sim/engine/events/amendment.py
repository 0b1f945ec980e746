"""What a change of the plan's rules means for existing employees: dates of eligibility and of automatic enrollment.

Chapter: ``docs/model/amendments.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from workforce_sim.config import Config
from workforce_sim.dates import NEVER, Days
from workforce_sim.engine.columns import FLAG, Array, Columns, Rows
from workforce_sim.engine.context import Year
from workforce_sim.engine.event import Kept, node
from workforce_sim.engine.events.eligibility import automatic_dates, past_due
from workforce_sim.plan.entry import entry_dates


def _dates_move(config: Config) -> bool:
    """Return whether the rules of eligibility or of automatic enrollment ever change."""
    return any(
        a.eligibility != b.eligibility or a.enrollment.auto_enrollment.rules != b.enrollment.auto_enrollment.rules
        for a, b in pairwise(map(config.at, config.turns))
    )


@node(adds={}, used=_dates_move)
def amendment(staff: Columns, year: Year) -> Mapping[str, Array]:
    """Determine anew when existing employees become eligible and are enrolled automatically, where rules change."""
    before = year.replaced
    if before is None:
        return {}
    there = ~staff.flags("is_hire")
    eligible, automatic = staff["eligibility_date"].copy(), staff["automatic_date"].copy()
    waiting = np.flatnonzero(there & (eligible >= year.first) & (eligible != NEVER))
    eligible[waiting] = _entry(staff, waiting, year)
    section = year.config.enrollment.auto_enrollment
    if section.rules == before.enrollment.auto_enrollment.rules:
        moved = waiting[(eligible[waiting] != staff["eligibility_date"][waiting]) & (automatic[waiting] != NEVER)]
        automatic[moved] = eligible[moved] + np.int32(section.window_days)
    else:
        rows = np.flatnonzero(there & (staff["deferral_bp"] == 0) & ~staff.flags("asked"))
        unasked = np.ones(len(rows), dtype=bool)
        automatic[rows] = automatic_dates(eligible[rows], staff["hire_date"][rows], section, year.first, unasked)
    return {"eligibility_date": eligible, "automatic_date": automatic}


def _entry(staff: Columns, rows: Rows, year: Year) -> Days:
    since = "plan_service_date" if "rehires" in year.config.provisions else "hire_date"
    found = entry_dates(staff[since][rows], staff["birth_date"][rows], year.config.eligibility)
    return np.maximum(found, np.int32(year.first))


@node(
    adds={"new_asked": (FLAG, "ever participated, or had the chance to opt out of automatic enrollment")},
    kept={"asked": Kept(FLAG, "participated before, or had the chance to opt out", census="opted_out")},
    used=_dates_move,
)
def asking(staff: Columns, year: Year) -> Mapping[str, Array]:
    """Add who participates or opts out, this year or before: nobody is enrolled automatically twice."""
    out = staff["deferral_bp"] == 0
    asked = staff.flags("asked") | ~out | staff.flags("opts_out") | (staff["joining_date"] != NEVER)
    if year.number == year.config.simulation.start_year:
        section = year.config.enrollment.auto_enrollment
        due = past_due(staff["eligibility_date"], staff["hire_date"], section, year.first)
        asked |= due & (staff["automatic_date"] == NEVER)
    return {"new_asked": asked.view(np.uint8)}
