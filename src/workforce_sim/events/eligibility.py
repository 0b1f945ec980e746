"""Eligibility: from when an employee may join the plan; found once, on the census or on hire.

Chapter: ``docs/model/eligibility.md``.
"""

from __future__ import annotations

import numpy as np

from workforce_sim.config.root import Eligibility
from workforce_sim.context import Context, Employed
from workforce_sim.dates import NEVER, Days, years_after
from workforce_sim.draws import Draws, Keys, Stream
from workforce_sim.frames import Events
from workforce_sim.money import PPM, ppm
from workforce_sim.staff import Flags, selection

_MONTHS = {"monthly": 1, "quarterly": 3, "semiannual": 6, "annual": 12}


def dates(hire: Days, birth: Days, section: Eligibility) -> Days:
    """Return the first entry date on or after both the waiting period and the minimum age."""
    age = np.full(len(birth), section.minimum_age, dtype=np.int64)
    both = np.maximum(hire + np.int32(section.waiting_period_days), years_after(birth, age))
    months = _MONTHS.get(section.entry)
    return both if months is None else _entry(both, months)


def _entry(dates: Days, months: int) -> Days:
    """Return the first day, on or after each date, of a month whose number from January 1970 ``months`` divides."""
    started = (dates - np.int32(1)).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    first = (started // months + 1) * months
    return np.asarray(first.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64), dtype=np.int32)


def excluded(person: Keys, section: Eligibility, seed: int) -> Flags:
    """Return who is excluded by chance, once and for all."""
    return Draws(seed, 0).of(person, Stream.EXCLUDED) < ppm(section.excluded_share) / PPM


def of_hires(hire: Days, birth: Days, person: Keys, context: Context) -> Days:
    """Return the eligibility dates of the year's hires; never for the excluded."""
    section = context.config.eligibility
    out = excluded(person, section, context.config.random_seed)
    return np.where(out, NEVER, dates(hire, birth, section))


def record(employed: Employed, context: Context) -> Events:
    """Return one row for everybody whose eligibility date falls in the year while employed."""
    staff = employed.staff
    reached = (staff.eligible >= context.year.first) & (staff.eligible <= employed.last_day)
    rows = selection(reached & (staff.deferral == 0))
    return Events("eligibility", rows, staff.eligible[rows])
