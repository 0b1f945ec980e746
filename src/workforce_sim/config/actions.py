"""What is planned about people: known hires, seasons, freezes, layoffs, acquisitions, departments of their own."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, model_validator

from workforce_sim.config.values import (
    Date,
    Dollars,
    GrowthByYear,
    Listed,
    MonthDay,
    Name,
    PathText,
    PayChangeByYear,
    Printed,
    Section,
    Share,
    ShareByYear,
    Year,
    in_order,
    refuse,
)
from workforce_sim.money import PPM, cents, half_up, ppm

Count = Annotated[int, Field(ge=1, le=1_000_000)]
FULL_TIME_HOURS = 2080


class Position(Section):
    """What is known of planned hires: where they work, at what level and pay, for how many hours."""

    level: Name | None = None
    """Job level by name."""
    department: Name | None = None
    """Department by name; drawn like that of other hires when left out."""
    salary: Dollars | None = None
    """Pay a year for these hours, dollars; drawn for the level when left out."""
    hours: Annotated[int, Field(ge=1, le=FULL_TIME_HOURS)] = FULL_TIME_HOURS
    """Hours a year; full-time is 2,080."""

    @property
    def salary_cents(self) -> int | None:
        """The pay in whole cents."""
        return None if self.salary is None else cents(self.salary)

    @property
    def full_time_ppm(self) -> int:
        """The hours as a share of full-time, whole millionths."""
        return half_up(self.hours * PPM, FULL_TIME_HOURS)


class KnownHire(Position):
    """Hires that are certain, such as accepted offers and open requisitions: `level` is drawn when left out."""

    date: Date
    """Hire date; any day but a December 31."""
    count: Count = 1
    """How many are hired on this day."""

    @model_validator(mode="after")
    def _can_leave(self) -> KnownHire:
        if (self.date.month, self.date.day) == (12, 31):
            refuse([(("date",), "the last hire date of a year is December 30", str(self.date))])
        return self


def _one_number(count: int | None, share: float | None) -> None:
    if (count is None) == (share is None):
        raise ValueError("give count or share, one of the two")


class Season(Position):
    """Seasonal employees of each year: at the lowest level when `level` is left out."""

    hired: MonthDay
    """Hire date, "MM-DD"; any day but December 31."""
    ends: MonthDay
    """Last day, "MM-DD": in the year of hire where it is after `hired`, else in the next."""
    count: Count | None = None
    """How many each year; give this or `share`."""
    share: Share | None = None
    """How many each year, as a share of employees at the opening who are not seasonal."""

    @model_validator(mode="after")
    def _a_season(self) -> Season:
        _one_number(self.count, self.share)
        if self.hired == self.ends:
            raise ValueError("hired and ends must differ")
        if self.hired == "12-31":
            refuse([(("hired",), "the last hire date of a year is December 30", self.hired)])
        return self

    def number(self, staff: int) -> int:
        """Return how many a year hires, with so many opening staff who are not seasonal; nobody without staff."""
        if self.count is not None:
            return self.count if staff else 0
        return half_up(staff * ppm(self.share or 0.0), PPM)


class TimeToFill(Section):
    """How long the position of an employee who leaves stays open: evenly between two numbers of days."""

    shortest_days: Annotated[int, Field(ge=1, le=364)]
    """Fewest days from the last day of who leaves to the hire date."""
    longest_days: Annotated[int, Field(ge=1, le=364)]
    """Most days."""

    _in_order = model_validator(mode="after")(in_order)


class Freeze(Section):
    """A year in which a department, or everybody, hires nobody but known hires and seasonal employees."""

    year: Year
    """The plan year."""
    department: Name | None = None
    """Department by name; everybody when left out."""


Select = Literal["random", "shortest_service", "longest_service", "lowest_paid", "highest_paid"]


class Layoff(Section):
    """A layoff of some existing employees on one day."""

    date: Date
    """Last day of employment of those laid off."""
    count: Count | None = None
    """How many; all there are where fewer. Give this or `share`."""
    share: Share | None = None
    """How many, as a share of those who can be chosen."""
    department: Name | None = None
    """Department by name; all departments when left out."""
    level: Name | None = None
    """Job level by name; all levels when left out."""
    select: Select = "random"
    """Who is chosen first."""

    @model_validator(mode="after")
    def _a_number(self) -> Layoff:
        _one_number(self.count, self.share)
        return self

    def number(self, pool: int) -> int:
        """Return how many are laid off of those who can be chosen."""
        return half_up(pool * ppm(self.share or 0.0), PPM) if self.count is None else min(self.count, pool)


class Acquisition(Section):
    """An acquired employer, whose employees join on one day."""

    census: PathText
    """Its census, a file like `census.path`."""
    date: Date
    """First day with this employer."""
    prefix: Annotated[str, Field(min_length=1, max_length=50), Printed]
    """Text before every employee id of the file, to tell the two censuses apart."""
    service: Literal["credited", "new"] = "credited"
    """Whether service counts from the hire date of the file (`credited`) or from the first day (`new`)."""


class Actions(Section):
    """Planned actions: hiring freezes, layoffs, acquisitions."""

    freezes: Listed[Freeze] = ()
    """Hiring freezes, by year and department."""
    layoffs: Listed[Layoff] = ()
    """Layoffs, by date."""
    acquisitions: Listed[Acquisition] = ()
    """Acquired employers, each with its census."""

    def layoffs_of(self, year: int) -> list[Layoff]:
        """Return the layoffs of a year in the order in which they happen."""
        return sorted((one for one in self.layoffs if one.date.year == year), key=lambda one: one.date)

    @property
    def last_joining(self) -> dt.date | None:
        """The last day on which anybody joins by an acquisition."""
        return max((one.date for one in self.acquisitions), default=None)


class Department(Section):
    """Assumptions of one department, in place of those of the whole."""

    growth: GrowthByYear | None = None
    """Growth of its headcount a year; `simulation.target_growth_rate` when left out."""
    termination_rate: ShareByYear | None = None
    """Share of its existing employees who terminate in a year; `workforce.total_termination_rate` when left out."""
    promotion_rate: ShareByYear | None = None
    """By rates: its annual chance of promotion before factors; `promotion.base_rate` when left out."""
    cola_rate: PayChangeByYear | None = None
    """Its cost-of-living increase a year; `compensation.cola_rate` when left out."""
    merit_pool: ShareByYear | None = None
    """Its merit increases a year, a share of the payroll of recipients; `compensation.merit_pool` when left out."""
