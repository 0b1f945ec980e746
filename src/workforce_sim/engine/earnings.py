"""Pay through the year: the salary of a day, and what is earned through it.

Chapter: ``docs/model/raises.md``. Salaries change on a few days, so both are sums of a few steps and need no table of
days. Lump sums of ``docs/model/pay-ranges.md`` are earned on their day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from workforce_sim.dates import NEVER, Days, Ints
from workforce_sim.engine.columns import Array, Columns, Rows
from workforce_sim.engine.context import Year
from workforce_sim.engine.event import with_arrays
from workforce_sim.money import half_up

_RAISES = ("cola", "merit", "promotion")
_LUMPS = ("cola", "merit")


def lumps_of(year: Year) -> tuple[str, ...]:
    """Return the kinds of raise of which a part may be paid once."""
    return _LUMPS if year.config.compensation.range_maximum == "lump_sum" else ()


class Pay:
    """The salary of all employees of the year on each of its days.

    Attributes:
        kinds: the kinds of other pay that count beside it: none.
    """

    kinds: frozenset[str] = frozenset()

    def __init__(self, staff: Columns, year: Year) -> None:
        self.staff = staff
        self.year = year
        section = year.config.compensation
        self.fixed = {
            "cola": np.int32(year.day(section.cola_date)),
            "lift": np.int32(year.day(section.range_lift_date)),
        }
        self.raises = (*_RAISES, "lift") if section.in_ranges else _RAISES
        self.lumps = lumps_of(year)

    @property
    def earned(self) -> Ints:
        """Each employee's pay of the year, cents; half up."""
        return self.staff["earnings_cents"]

    def _steps(self, rows: Rows, date: Days) -> Iterator[tuple[Rows, Ints, Days]]:
        """Yield by kind of raise: which of some rows have had it on a day each, what it added, days since and with."""
        for kind in self.raises:
            since = date - self.date(kind, rows)
            which = np.flatnonzero(since >= 0)
            raised = rows.take(which)
            gain = self.staff[f"{kind}_after_cents"].take(raised) - self.staff[f"{kind}_before_cents"].take(raised)
            yield which, gain, since.take(which) + np.int32(1)

    def date(self, kind: str, rows: Rows) -> Any:
        """Return the date of a kind of raise, one for all or that of some rows."""
        return self.fixed[kind] if kind in self.fixed else self.staff[f"{kind}_date"].take(rows)

    def salary_on(self, rows: Rows, date: Days) -> Ints:
        """Return the annual salary of some rows on a day each, after that day's raises."""
        salary = self.staff["salary_cents"].take(rows)
        for which, gain, _ in self._steps(rows, date):
            salary[which] += gain
        return salary

    def through(self, rows: Rows, date: Days) -> Ints:
        """Return what some rows earn from January 1 through a day each, within their employment; half up."""
        total = self.to_date(rows, date)
        if "leave" in self.year.config.provisions:
            away = np.flatnonzero(self.staff["leave_days"][rows])
            total[away] -= self.unpaid(rows[away], date[away])
        lumps = (self.staff[f"{kind}_lump_cents"][rows] * (self.date(kind, rows) <= date) for kind in self.lumps)
        return sum(lumps, start=half_up(total, self.year.days))

    def unpaid(self, rows: Rows, date: Days) -> Ints:
        """Return what leave takes from the pay of some rows, on leave this year, through a day each, as ``to_date``."""
        last = np.minimum(date, self.staff["leave_last_day"][rows])
        before = self.staff["leave_first_day"][rows] - np.int32(1)
        return np.maximum(self.to_date(rows, last) - self.to_date(rows, before), 0)

    def to_date(self, rows: Rows, date: Days) -> Ints:
        """Return the sum of the salaries of each day through a day each, within employment and whether paid or not."""
        first = np.maximum(self.staff.first_day.take(rows), np.int32(self.year.first))
        total = self.staff["salary_cents"].take(rows) * np.maximum(date.astype(np.int64) + 1 - first, 0)
        for which, gain, days in self._steps(rows, date):
            total[which] += gain * days
        return total


def earned(staff: Columns, walked: Mapping[str, Array], year: Year) -> Ints:
    """Return each employee's pay of the year, cents, half up; ``walked`` has the salaries after each raise."""
    after_last = staff["last_day"].astype(np.int64) + 1
    total = staff["salary_cents"] * (after_last - np.maximum(staff.first_day, np.int32(year.first)))
    cola = year.day(year.config.compensation.cola_date)
    total += (walked["cola_after_cents"] - walked["cola_before_cents"]) * (after_last - cola)
    total += (walked["merit_after_cents"] - staff["merit_before_cents"]) * (after_last - staff["merit_date"])
    rows = np.flatnonzero(staff["promotion_date"] != NEVER)
    gained = walked["promotion_after_cents"][rows] - walked["promotion_before_cents"][rows]
    total[rows] += gained * (after_last[rows] - staff["promotion_date"][rows])
    if year.config.compensation.in_ranges:
        total += (walked["lift_after_cents"] - walked["lift_before_cents"]) * (after_last - staff["lift_date"])
    if "leave" in year.config.provisions:
        _take_leave(total, staff, walked, year)
    found = half_up(total, year.days)
    return sum((walked[f"{kind}_lump_cents"] for kind in lumps_of(year)), start=found)


def _take_leave(total: Ints, staff: Columns, walked: Mapping[str, Array], year: Year) -> None:
    """Take what leave takes from the pay of the year."""
    rows = np.flatnonzero(staff["leave_days"])
    some = Columns(with_arrays(staff.frame[rows], {name: values[rows] for name, values in walked.items()}))
    total[rows] -= Pay(some, year).unpaid(np.arange(len(rows)), some["leave_last_day"])
