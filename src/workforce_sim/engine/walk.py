"""The walk of salaries through a year, in date order; on one day: promotion, cost of living, lift to the minimum.

Chapters: ``docs/model/raises.md``, ``docs/model/pay-ranges.md``. Merit comes between two stretches of the walk, because
its pool needs all salaries just before it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from workforce_sim.config import Promotion
from workforce_sim.dates import Flags, Ints
from workforce_sim.engine.columns import Array, Columns, Described, Rows, Small
from workforce_sim.engine.context import Year
from workforce_sim.engine.groups import costs_of_living
from workforce_sim.engine.position import InRange
from workforce_sim.money import ppm, raised

WALKED: Described = {
    "cola_before_cents": (pl.Int64, "annual salary before the cost-of-living adjustment"),
    "cola_after_cents": (pl.Int64, "annual salary after it; the same where there is none"),
    "promotion_before_cents": (pl.Int64, "annual salary before the promotion"),
    "promotion_after_cents": (pl.Int64, "annual salary after it; the same where there is none"),
}
IN_RANGES: Described = {
    "lift_before_cents": (pl.Int64, "annual salary before the lift to the minimum of the range"),
    "lift_after_cents": (pl.Int64, "annual salary after it; the same where there is none"),
    "cola_lump_cents": (pl.Int64, "cost-of-living adjustment beyond the maximum of the range, paid once"),
    "merit_lump_cents": (pl.Int64, "merit increase beyond the maximum of the range, paid once"),
}
"""What the walk adds in runs with pay range rules; zeros before it."""


@dataclass
class Walk:
    """Salaries within the year; cents, of all staff.

    Attributes:
        staff, year: whose.
        salary, level: of the moment.
        found: the columns of ``WALKED``, and of ``IN_RANGES`` where the run has pay range rules, so far.
    """

    staff: Columns
    year: Year
    salary: Ints
    level: Small
    found: dict[str, Array]

    def through(self, happens: Callable[[int], Flags], promotions: Rows) -> None:
        """Apply the raises on fixed dates, and promotions before, between and after them.

        Args:
            happens: for a fixed date, whose raise of that day belongs to this stretch of the walk.
            promotions: rows of those whose promotions do.
        """
        for date, step in self._steps():
            early = self.staff["promotion_date"][promotions] <= date
            self._promote(promotions[early])
            gets = _there(self.staff, date) & happens(date)
            if gets.any():
                step(gets)
            promotions = promotions[~early]
        self._promote(promotions)

    def _steps(self) -> list[tuple[int, Callable[[Flags], None]]]:
        """Return the raises on fixed dates in the plan year, in order."""
        section = self.year.config.compensation
        steps = [(self.year.day(section.cola_date), self._adjust)]
        if section.range_minimum == "lift":
            steps.append((self.year.day(section.range_lift_date), self._lift))
        return sorted((step for step in steps if step[0] >= self.year.first), key=lambda step: step[0])

    def _promote(self, rows: Rows) -> None:
        if len(rows) == 0:
            return
        before = self.salary[rows]
        minimum = self.year.scale.minimum[self.staff["level"][rows] + 1]
        after = _promoted(before, self.staff["promotion_ppm"][rows], minimum, self.year.config.promotion)
        self.found["promotion_before_cents"][rows], self.found["promotion_after_cents"][rows] = before, after
        self.salary = self.salary.copy()
        self.salary[rows] = after
        if _has_ranges(self.year):
            self.level = self.level.copy()
            self.level[rows] += 1

    def _adjust(self, gets: Flags) -> None:
        """Apply the cost-of-living adjustment."""
        after = np.where(gets, raised(self.salary, _cola_rates(self.staff, self.year)), self.salary)
        self._enter("cola", gets, self.limited(after, "cola_lump_cents"))

    def _lift(self, gets: Flags) -> None:
        """Lift pay below the minimum of the range to it."""
        lifted = np.maximum(self.salary, self._ranges.minimum)
        low = gets & (lifted > self.salary)
        self._enter("lift", low, np.where(low, lifted, self.salary))

    def _enter(self, kind: str, gets: Flags, after: Ints) -> None:
        """Enter the salary before and after a raise for those who get it."""
        before, later = f"{kind}_before_cents", f"{kind}_after_cents"
        self.found[before] = np.where(gets, self.salary, self.found[before])
        self.found[later] = np.where(gets, after, self.found[later])
        self.salary = after

    @property
    def highest(self) -> int:
        """The highest salary of the moment, or lump sum so far."""
        lumps = (self.found[name] for name in self.found if name.endswith("_lump_cents"))
        return max(int(amounts.max(initial=0)) for amounts in (self.salary, *lumps))

    @property
    def _ranges(self) -> InRange:
        return InRange(self.year.scale, self.level, self.staff["full_time_ppm"])

    def limited(self, after: Ints, lump: str) -> Ints:
        """Return salaries after a raise that ends at the maximum of the range; what is beyond it is lost, or paid once.

        Args:
            after: salaries after the raise by its own rule.
            lump: the column of what is paid once.
        """
        rule = self.year.config.compensation.range_maximum
        if rule == "ignore":
            return after
        most = np.maximum(self.salary, self._ranges.maximum)
        kept = np.minimum(after, most)
        if rule == "lump_sum":
            self.found[lump] = self.found[lump] + after - kept
        return kept


def at_opening(staff: Columns, year: Year) -> Walk:
    """Return the walk at the start of the year, or of employment."""
    salary, size = staff["salary_cents"], len(staff)
    found = {"cola_before_cents": salary, "cola_after_cents": salary}
    found |= {name: np.zeros(size, dtype=np.int64) for name in ("promotion_before_cents", "promotion_after_cents")}
    return Walk(staff, year, salary, staff["level"], found | _in_ranges(staff, year))


def before_merit(staff: Columns, year: Year) -> Walk:
    """Return the walk just before the merit increases, from the columns of its first stretch."""
    found = {name: staff[name].copy() if name.startswith("promotion") else staff[name] for name in WALKED}
    level = staff.level_on(staff["merit_date"]) if _has_ranges(year) else staff["level"]
    return Walk(staff, year, staff["merit_before_cents"], level, found | _in_ranges(staff, year))


def _has_ranges(year: Year) -> bool:
    return "pay_ranges" in year.config.provisions


def _in_ranges(staff: Columns, year: Year) -> dict[str, Array]:
    return {name: staff[name] for name in IN_RANGES} if _has_ranges(year) else {}


def _there(staff: Columns, date: int) -> Flags:
    """Return who gets a raise of a fixed date: who is employed then, and hired before it."""
    return (staff["last_day"] >= date) & (~staff.flags("is_hire") | (staff.first_day < date))


def _cola_rates(staff: Columns, year: Year) -> Ints | int:
    """Return the cost-of-living increase in ppm: one for all, or that of each employee's replicate."""
    if year.config.departments:
        return costs_of_living(staff, year)
    rates = year.cost_of_living
    alike = len(set(rates)) == 1
    return rates[0] if alike else np.array(rates, dtype=np.int64)[staff["replicate"]]


def _promoted(salary: Ints, increase: Ints, minimum: Ints, section: Promotion) -> Ints:
    """Return salaries after promotion: raised, at least the new minimum, but never above the caps."""
    wished = np.maximum(raised(salary, increase), minimum)
    capped = np.minimum(wished, raised(salary, ppm(section.max_increase)))
    return np.minimum(capped, salary + section.max_amount_cents)
