"""What a change of the plan's rules means for existing employees: dates of eligibility and of automatic enrollment.

Chapter: ``docs/model/amendments.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from workforce_sim.config import Config
from workforce_sim.dates import NEVER, Days
from workforce_sim.engine.columns import FLAG, Array, Columns
from workforce_sim.engine.context import Year
from workforce_sim.engine.event import KeptColumn, node
from workforce_sim.engine.events.eligibility import automatic_dates, past_due, rules_of


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
    entry = _entry(staff, year) if before.eligibility != year.config.eligibility else {}
    eligible = entry.get("eligibility_date", staff["eligibility_date"])
    return {**entry, "automatic_date": _automatic(staff, eligible, before, year)}


def _entry(staff: Columns, year: Year) -> dict[str, Array]:
    """Return eligibility dates, and what runs with hours keep with them, of everybody."""
    eligible, hours = staff["eligibility_date"].copy(), "hours" in year.config.provisions
    open_date = (eligible >= year.first) & (eligible != NEVER)
    if hours:
        open_date |= staff.flags("lacks_hours")
    waiting = np.flatnonzero(open_date & ~staff.flags("is_hire"))
    found = rules_of(staff, waiting, year)
    eligible[waiting] = np.maximum(found.date, np.int32(year.first))
    if not hours:
        return {"eligibility_date": eligible}
    part_time, lacks = staff["long_term_part_time"].copy(), staff["lacks_hours"].copy()
    part_time[waiting], lacks[waiting] = found.part_time, found.date == NEVER
    return {"eligibility_date": eligible, "long_term_part_time": part_time, "lacks_hours": lacks}


def _automatic(staff: Columns, eligible: Days, before: Config, year: Year) -> Days:
    """Return dates of automatic enrollment under these eligibility dates.

    Under the rules of the year before, who has a date or never had the hours follows the eligibility date.
    """
    automatic, section = staff["automatic_date"].copy(), year.config.enrollment.auto_enrollment
    free = ~staff.flags("is_hire") & (staff["deferral_bp"] == 0) & ~staff.flags("asked")
    if section.rules != before.enrollment.auto_enrollment.rules:
        rows = np.flatnonzero(free)
    else:
        moved = eligible != staff["eligibility_date"]
        dated = moved & (automatic != NEVER)
        automatic[dated] = np.where(eligible[dated] == NEVER, NEVER, eligible[dated] + np.int64(section.window_days))
        rows = np.flatnonzero(free & moved & (staff["eligibility_date"] == NEVER))
    unasked = np.ones(len(rows), dtype=bool)
    automatic[rows] = automatic_dates(eligible[rows], staff["hire_date"][rows], section, year.first, unasked)
    return automatic


@node(
    adds={"new_asked": (FLAG, "ever participated, or had the chance to opt out of automatic enrollment")},
    kept={"asked": KeptColumn(FLAG, "participated before, or had the chance to opt out", census="opted_out")},
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
