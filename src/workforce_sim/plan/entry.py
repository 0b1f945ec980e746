"""Entry into the plan: the day an employee may join by the plan, and the latest day the law allows.

Chapters: ``docs/model/eligibility.md``, ``docs/model/legality.md``. Dates are days since 1970-01-01.
"""

from __future__ import annotations

import numpy as np

from workforce_sim.config.eligibility import EntryRule
from workforce_sim.dates import NEVER, Days, Ints, months_after, years_after
from workforce_sim.plan.service import has_hours, may_be_part_time, part_time_wait, period_end

_MONTHS = {"monthly": 1, "quarterly": 3, "semiannual": 6, "annual": 12}


def entry_dates(hire: Days, birth: Days, rule: EntryRule, full_time_ppm: Ints | None = None) -> Days:
    """Return the first entry date on or after both the wait and the minimum age; never without the hours.

    Args:
        hire: first days of employment.
        birth: dates of birth.
        rule: wait, age and entry dates.
        full_time_ppm: hours as a share of full-time, millionths; None for employees who have the hours.
    """
    date = next_entry(np.maximum(waited(hire, rule), anniversaries(birth, rule.minimum_age)), rule)
    if full_time_ppm is None or not rule.by_hours:
        return date
    return np.where(has_hours(full_time_ppm, rule), date, NEVER)


def part_time_entry(hire: Days, birth: Days, rule: EntryRule, full_time_ppm: Ints) -> Days:
    """Return the entry date of long-term part-time employees; never for others."""
    date = next_entry(part_time_wait(hire, birth, rule), rule)
    return np.where(may_be_part_time(full_time_ppm, rule), date, NEVER)


def waited(hire: Days, rule: EntryRule) -> Days:
    """Return when the wait is over; with service by hours, for those who have them."""
    unit, number = rule.waiting_period
    if rule.by_hours:
        return period_end(hire, np.full(len(hire), number // 12, dtype=np.int64), rule.service.periods)
    return hire + np.int32(number) if unit == "days" else months_after(hire, number)


def anniversaries(dates: Days, years: int) -> Days:
    """Return each date plus whole years; February 29 becomes March 1 where the year has none."""
    return years_after(dates, np.full(len(dates), years, dtype=np.int64))


def next_entry(dates: Days, rule: EntryRule) -> Days:
    """Return the first entry date on or after each date."""
    every = _MONTHS.get(rule.entry)
    return dates if every is None else _month_start(dates, every)


def latest_lawful(met: Days) -> Days:
    """Return the latest lawful entry of those who met age and service on these days, IRC 410(a)(4).

    The earlier of the first January 1 after, and 6 months after.
    """
    return np.minimum(_month_start(met + np.int32(1), 12), months_after(met, 6))


def _month_start(dates: Days, every: int) -> Days:
    """Return the first day, on or after each date, of a month whose number from January 1970 ``every`` divides."""
    started = (dates - np.int32(1)).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    first = (started // every + 1) * every
    return np.asarray(first.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64), dtype=np.int32)
