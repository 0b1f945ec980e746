"""What an event may read besides the staff: the world of a run and the plan year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import numpy as np
import polars as pl

from workforce_sim.config import Config
from workforce_sim.config.actions import Department
from workforce_sim.config.plan import Plan
from workforce_sim.config.values import ByYear
from workforce_sim.dates import NEVER, Ints, PlanYear, day_number, plan_year
from workforce_sim.draws import Draws, Keys, Stream, Uniforms
from workforce_sim.engine.assumptions import Assumptions
from workforce_sim.engine.clock import Clock
from workforce_sim.engine.hazard import HireExits, hire_exits
from workforce_sim.engine.pay_scale import PayScale
from workforce_sim.engine.year_effect import year_factors, year_shifts
from workforce_sim.errors import RequestError
from workforce_sim.money import PPM, half_up, scaled
from workforce_sim.plan.limits import Limits
from workforce_sim.plan.short_year import plan_of_months


@dataclass(frozen=True)
class Employer:
    """What later years need to know of an employer's census.

    Attributes:
        headcount: employees.
        level_counts: employees by level.
        department_shares: cumulative ppm of the departments, none last.
        first_curve: the row of the pay scale that its lowest level has.
    """

    headcount: int
    level_counts: list[int]
    department_shares: Ints
    first_curve: int = 0


@dataclass(frozen=True)
class World:
    """What is the same in all years of a run.

    Attributes:
        assumptions: the configuration, compiled.
        replicates: numbers of the replicates in this batch.
        employers: the employer of each replicate; one object where all are of the same.
        levels, departments: names by position; the last department is null.
        chance: the replicate whose draws all replicates share; None if each has its own.
        own: the user's own events.
        kept: columns of the staff besides those of ``STATE``, with their values for hires.
        union_shares: union employees of the census by department, ppm, none last; None where nobody needs to know.
        staffing: staff of the census by department and level, in runs where people's coming and going is planned.
        joiners: those who join by an acquisition, as staff of one replicate, with ``employed_from``.
    """

    assumptions: Assumptions
    replicates: tuple[int, ...]
    employers: tuple[Employer, ...]
    levels: pl.Series
    departments: pl.Series
    chance: int | None = None
    own: tuple[Any, ...] = ()
    kept: tuple[pl.Expr, ...] = ()
    union_shares: Ints | None = None
    staffing: Ints | None = None
    joiners: pl.DataFrame | None = None

    @property
    def employer(self) -> Employer:
        """The one employer of a run in which people's coming and going is planned."""
        return self.employers[0]

    @cached_property
    def several(self) -> bool:
        """Whether the batch has several employers."""
        return any(employer is not self.employer for employer in self.employers)

    @property
    def drawn_as(self) -> tuple[int, ...]:
        """For each replicate, the number of the replicate whose draws it uses."""
        return self.replicates if self.chance is None else (self.chance,) * len(self.replicates)

    @cached_property
    def department_names(self) -> list[str]:
        """The departments by position, without null."""
        return [name for name in self.departments.to_list() if name is not None]


CONSTANTS = ("year", "first_day", "cola_date", "escalation_date")
"""Values that are the same for all employees in a year, as columns beside the staff."""


@dataclass(frozen=True)
class Year:
    """One plan year of a run, as events see it.

    Attributes:
        world: what holds for the whole run.
        number: the calendar year.
        scale: pay of hires.
        forfeitures: the account of forfeitures at the opening, cents, by replicate.
        clock: seconds by event.
        former: those who left and will come back; None without rehires.
        given: the outcomes of decisions over all employees, for the rows at hand.
    """

    world: World
    number: int
    scale: PayScale
    forfeitures: list[int]
    clock: Clock = field(default_factory=Clock)
    former: pl.DataFrame | None = None
    given: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def calendar(self) -> PlanYear:
        """The days of the year."""
        return plan_year(self.world.assumptions.config.simulation, self.number)

    @property
    def first(self) -> int:
        """First day of the plan year, days since 1970-01-01: January 1, or the opening of a short first year."""
        return self.calendar.first

    @property
    def last(self) -> int:
        """December 31, days since 1970-01-01."""
        return self.calendar.last

    @property
    def days(self) -> int:
        """Days of the calendar year, 365 or 366."""
        return self.calendar.days

    def has(self, date: dt.date) -> bool:
        """Return whether a date is in the plan year."""
        return self.first <= day_number(date) <= self.last

    def day(self, month_day: str) -> int:
        """Return the date of ``MM-DD``, days since 1970-01-01; 02-29 is March 1 in other than leap years."""
        return self.calendar.day(month_day)

    @property
    def constants(self) -> dict[str, int]:
        """The values of ``CONSTANTS``: the year, and days since 1970-01-01."""
        cola, escalation = self.config.compensation.cola_date, self.config.enrollment.escalation.date
        values = self.number, self.first, self.day(cola), self.day(escalation)
        return dict(zip(CONSTANTS, values, strict=True))

    def coming(self, month_day: str) -> int:
        """Return the date of ``MM-DD``; never where it is before the first day of the plan year."""
        date = self.day(month_day)
        return date if date >= self.first else int(NEVER)

    def level(self, name: str) -> int:
        """Return the position of a job level: its value in the staff's column ``level``.

        Raises:
            RequestError: when no level has the name.
        """
        return _position("level", name, self.world.levels)

    def department(self, name: str) -> int:
        """Return the position of a department: its value in the staff's column ``department``.

        Raises:
            RequestError: when no department has the name.
        """
        return _position("department", name, self.world.departments.drop_nulls())

    @cached_property
    def assumptions(self) -> Assumptions:
        """The configuration in force in the year, compiled."""
        return self.world.assumptions.at(self.number)

    @property
    def config(self) -> Config:
        """The configuration in force in the year."""
        return self.assumptions.config

    @cached_property
    def replaced(self) -> Config | None:
        """The configuration of the year before, where another comes into force in this one; else None."""
        return self.config_in(self.number - 1) if self.number in self.world.assumptions.config.turns[1:] else None

    @cached_property
    def vesting_changes(self) -> list[int]:
        """The years of the run, up to this one, from which other vesting rules hold."""
        years = [year for year in self.world.assumptions.config.turns[1:] if year <= self.number]
        rules = {year: self.config_in(year).plan.vesting for year in years}
        return [year for year in years if rules[year] != self.config_in(year - 1).plan.vesting]

    def config_in(self, number: int) -> Config:
        """Return the configuration in force in another year."""
        return self.world.assumptions.config.at(number)

    @property
    def limits(self) -> Limits:
        """The statutory limits of the plan year."""
        return self.yearly_limits.of_months(self.calendar.months)

    @property
    def yearly_limits(self) -> Limits:
        """The statutory limits of the calendar year."""
        return self.assumptions.limits(self.number)

    @cached_property
    def plan(self) -> Plan:
        """The plan in force, with fixed dollars of the plan year; ``config.plan`` has those of a whole year."""
        return plan_of_months(self.config.plan, self.calendar)

    @cached_property
    def factors(self) -> list[int]:
        """The year's factor on all termination rates in each replicate, ppm."""
        config = self.config
        return year_factors(config.year_effect, config.random_seed, self.world.replicates, self.number)

    def leaving(self, rate: ByYear) -> int:
        """Return the year's rate of terminations of existing employees, ppm: that of the months of the plan year."""
        due, whole = self._leaving_months
        return half_up(rate.ppm(self.number) * due, whole)

    def leaving_weights(self, weights: Ints) -> Ints:
        """Return termination weights, ppm, of which those that apply as given are of the months of the plan year."""
        if not (self.calendar.short and self.assumptions.rates_as_given):
            return weights
        due, whole = self._leaving_months
        return np.where(weights < PPM, half_up(weights * due, whole), weights)

    @cached_property
    def _leaving_months(self) -> tuple[int, int]:
        """Return the weight of the terminations due in the plan year, and that of the calendar year."""
        weights = self.config.terminations.month_weights
        months = [1] * 12 if weights is None else [scaled(weight, 6) for weight in weights]
        return sum(months[-self.calendar.months :]), sum(months)

    def growths(self, number: int, section: Department | None = None) -> list[int]:
        """Return the growth of headcount of a year up to this one in each replicate, ppm; of all, or a department."""
        shifts = self._shifts(self.config.uncertainty.year_effects.growth, number, Stream.YEAR_GROWTH)
        own = None if section is None else section.growth
        rate = (own or self.config.simulation.target_growth_rate).ppm(number)
        share = plan_year(self.config.simulation, number).share
        return [share(max(1 - PPM, min(PPM, rate + shift))) for shift in shifts]

    @cached_property
    def cost_of_living(self) -> list[int]:
        """The year's cost-of-living increase in each replicate, ppm."""
        return self.costs_of_living(self.config.compensation.cola_rate)

    def costs_of_living(self, rate: ByYear) -> list[int]:
        """Return the year's cost-of-living increase at a rate, in each replicate, ppm."""
        shifts = self._shifts(self.config.uncertainty.year_effects.raises, self.number, Stream.YEAR_RAISES)
        return [max(-PPM // 2, min(PPM, rate.ppm(self.number) + shift)) for shift in shifts]

    def _shifts(self, spread: float, number: int, stream: Stream) -> list[int]:
        return year_shifts(spread, self.config.random_seed, self.world.replicates, number, stream)

    @cached_property
    def hire_exits(self) -> HireExits:
        """How many of the year's hires terminate within it, and how soon."""
        return hire_exits(self.config, self.calendar)

    @property
    def replicates(self) -> int:
        """How many replicates are in the batch."""
        return len(self.world.replicates)

    def draw(self, persons: Keys, stream: int, name: str = "") -> Uniforms:
        """Return this year's draw in [0, 1) of each employee for one kind of decision, or the one of a name."""
        return Draws(self.config.random_seed, self.number).of(persons, stream, name)

    def draws(self, staff: pl.LazyFrame, **streams: int) -> pl.LazyFrame:
        """Add draws in [0, 1) for all employees, one column for each name and stream.

        ``year.draws(staff, _u=ws.Stream.user("bonus"))`` adds ``_u``.
        """
        return staff.with_columns(
            pl.col("person").map_batches(partial(_drawn, year=self, stream=stream), pl.Float64).alias(name)
            for name, stream in streams.items()
        )


def _position(what: str, name: str, names: pl.Series) -> int:
    known = names.cast(pl.String).to_list()
    if name not in known:
        raise RequestError(f"no {what} is named {name!r}; there are {', '.join(known) or 'none'}")
    return known.index(name)


def _drawn(persons: pl.Series, year: Year, stream: int) -> pl.Series:
    return pl.Series(year.draw(persons.to_numpy(), stream))
