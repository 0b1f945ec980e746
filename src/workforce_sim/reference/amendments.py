"""The reference model, amendments: what a change of rules means for those employed at the opening of a later year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from workforce_sim.reference.eligibility import date_by_rules
from workforce_sim.reference.records import NEVER, Employee
from workforce_sim.reference.year import Year


def amend(staff: Sequence[Employee], year: Year) -> None:
    """Determine dates anew that are still to come on 1 January of a year after the start year."""
    simulation = year.run.config.simulation
    if year.year == simulation.start_year:
        return
    now = year.config.enrollment.auto_enrollment
    changed = now.rules != year.run.config.at(year.year - 1).enrollment.auto_enrollment.rules
    for employee in staff:
        if employee.eligibility_date is None:
            continue
        moved = _move_eligibility(employee, employee.eligibility_date, year)
        if changed:
            if employee.deferral_bp == 0 and not employee.has_been_asked:
                employee.automatic_date = _automatic_date(employee, employee.eligibility_date, year)
        elif moved and employee.automatic_date is not None:
            employee.automatic_date = later(employee.eligibility_date, now.window_days)


def later(day: dt.date, days: int) -> dt.date:
    """Return a day so many days later; NEVER stays."""
    return NEVER if day == NEVER else day + dt.timedelta(days=days)


def _move_eligibility(employee: Employee, before: dt.date, year: Year) -> bool:
    """Find the date of somebody who has not entered by the rules of the year; return whether it is another."""
    if before < year.first:
        return False
    date, employee.long_term_part_time = date_by_rules(employee, year.config.eligibility)
    employee.eligibility_date = max(date, year.first)
    return employee.eligibility_date != before


def _automatic_date(employee: Employee, entry: dt.date, year: Year) -> dt.date | None:
    """Return the automatic date of somebody who was never asked, by rules that are new."""
    rule = year.config.enrollment.auto_enrollment
    by_hire_date = employee.hire_date >= rule.hire_date_cutoff
    if not rule.enabled or not (by_hire_date or rule.everybody):
        return None
    due = later(entry, rule.window_days)
    if by_hire_date and due >= year.first:
        return due
    return max(due, later(year.first, rule.window_days))
