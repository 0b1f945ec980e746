"""One employee of a plan year, as the engine's functions take the staff: arrays of one."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from workforce_sim.config import Config
from workforce_sim.dates import NEVER, Ints, date_of, year_label
from workforce_sim.engine.columns import Columns
from workforce_sim.engine.plan_pay import Kind, PlanPay, Since
from workforce_sim.engine.sources import place_of
from workforce_sim.explaining.rebuilt import Rebuilt
from workforce_sim.explaining.worked.steps import Step, span

ONLY = np.array([0])
"""The rows of one employee."""


class One:
    """One employee of a plan year.

    Attributes:
        staff: the employee's row.
        year: the plan year.
        counted: the pay that the plan counts.
        whole: everybody of the year where something is shared out among all; else this employee alone.
    """

    def __init__(self, whole: Rebuilt, place: int) -> None:
        self.whole, self.year = whole, whole.year
        self.staff: Columns = whole.one(place)
        self.counted = PlanPay(self.staff, self.year)

    def __getitem__(self, name: str) -> int:
        return int(self.staff[name][0])

    @property
    def config(self) -> Config:
        """The configuration in force in the year."""
        return self.year.config

    @property
    def label(self) -> str:
        """The plan year as people read it."""
        return year_label(self.config.simulation, self.year.number)

    @property
    def in_plan(self) -> bool:
        """Whether in the plan on any day of the year."""
        return bool(self.counted.in_plan[0])

    @property
    def defers(self) -> bool:
        """Whether with a deferral rate above 0 on any day of the year."""
        return len(self.counted.rows) > 0

    @property
    def first(self) -> int:
        """First day of employment in the year."""
        return max(int(self.staff.first_day[0]), self.year.first)

    def place(self, graded_by: str | None) -> int:
        """Return the tenure, points or age by which a formula goes; 0 where it goes by none."""
        return int(place_of(graded_by, ONLY, self.counted)[0])

    def segments(self, kind: Kind, since: Since | None = None) -> list[tuple[Ints, Ints]]:
        """Return rates and pay of the segments of ``PlanPay.segments``, of somebody who defers."""
        return next(spans for rows, spans in self.counted.segments(kind, since) if len(rows))

    @cached_property
    def employed(self) -> Step:
        """The days of employment in the year."""
        days = self["last_day"] - self.first + 1
        return Step("employed", f"{span(self.first, self['last_day'])}: {days} of {self.year.days} days")

    @property
    def eligible(self) -> Step:
        """When eligible, or that it is not in the year."""
        date = self["eligibility_date"]
        if date == NEVER:
            return Step("not eligible in the year", "no eligibility date; the timeline says why")
        return Step("eligible", f"since {date_of(date)}")


def row_of(values: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return an amount as an array of one."""
    return np.array([values], dtype=np.int64)
