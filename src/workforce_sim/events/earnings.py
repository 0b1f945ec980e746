"""Pay through the year: the salary of a day, and what is earned through it.

Chapter: ``docs/model/raises.md``. Salaries change on at most three days, so both are sums of a few steps and need no
table of days.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workforce_sim.context import Employed
from workforce_sim.dates import NEVER, Days, Ints, PlanYear
from workforce_sim.events.compensation import Dates, Walk
from workforce_sim.events.promotion import Promotions
from workforce_sim.money import half_up
from workforce_sim.staff import Rows

Step = tuple[NDArray[np.int32], Ints]
"""Dates of one kind of raise, and what each added to the annual salary; both by row."""


@dataclass(frozen=True)
class Pay:
    """What everybody employed in the year is paid on each of its days."""

    employed: Employed
    when: Dates
    promotions: Promotions
    walk: Walk
    year: PlanYear

    @cached_property
    def _steps(self) -> tuple[Step, ...]:
        when, walk, promotions = self.when, self.walk, self.promotions
        date = np.full(len(self.employed.staff), NEVER, dtype=np.int32)
        gain = np.zeros(len(date), dtype=np.int64)
        date[promotions.rows] = promotions.date
        gain[promotions.rows] = promotions.salary_after - promotions.salary_before
        cola = np.broadcast_to(np.int32(when.cola), date.shape)
        return (
            (cola, walk.cola_after - walk.cola_before),
            (when.merit, walk.merit_after - walk.merit_before),
            (date, gain),
        )

    def _of(self, rows: Rows) -> Iterator[tuple[Days, Ints]]:
        return ((date[rows], gain[rows]) for date, gain in self._steps)

    def salary_on(self, rows: Rows, date: Days) -> Ints:
        """Return the annual salary of some rows on a day each, after that day's raises."""
        salary = self.employed.staff.salary[rows]
        return sum((gain * (day <= date) for day, gain in self._of(rows)), start=salary)

    def through(self, rows: Rows, date: Days) -> Ints:
        """Return what some rows earn from 1 January through a day each, within their employment; half up."""
        first = np.maximum(self.employed.staff.hire[rows], np.int32(self.year.first))
        after = date.astype(np.int64) + 1
        start: Any = self.employed.staff.salary[rows] * np.maximum(after - first, 0)
        total = sum((gain * np.maximum(after - day, 0) for day, gain in self._of(rows)), start=start)
        return half_up(total, self.year.days)

    @cached_property
    def earned(self) -> Ints:
        """Pay of the year of everybody, cents; half up."""
        employed, when, walk, promotions = self.employed, self.when, self.walk, self.promotions
        after_last = employed.last_day.astype(np.int64) + 1
        total = employed.staff.salary * (after_last - employed.first_day(self.year))
        total += (walk.cola_after - walk.cola_before) * (after_last - when.cola)
        total += (walk.merit_after - walk.merit_before) * (after_last - when.merit)
        gained = promotions.salary_after - promotions.salary_before
        total[promotions.rows] += gained * (after_last[promotions.rows] - promotions.date)
        return half_up(total, self.year.days)
