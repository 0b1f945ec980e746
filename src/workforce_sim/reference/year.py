"""The reference model: what a run and a plan year know before anything happens.

A run keeps what the census says about hires; a year has its days, the scalars of its draws and its pay
ranges. Everything here is computed once, not once per person.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache, cached_property
from typing import Any

from workforce_sim import draws
from workforce_sim.config import Config, Level
from workforce_sim.config.values import band_at
from workforce_sim.draws import Stream
from workforce_sim.errors import SimulationError
from workforce_sim.money import PPM, half_up, percentile, quota, raised, refuse_growth, scaled
from workforce_sim.plan.limits import Limits, limits
from workforce_sim.reference.chance import DAY, cumulated_days, cumulative, date_between, day_of_year
from workforce_sim.reference.classes import union_chance
from workforce_sim.reference.hazard import Hazard, hire_hazard
from workforce_sim.reference.opening_date import MONTHS, first_day, limits_in_months, months_of
from workforce_sim.reference.pay_ranges import Range, start_range
from workforce_sim.reference.records import Employee, Former
from workforce_sim.reference.uncertainty import exit_factor

Knots = list[tuple[int, int]]
"""Points (millionths of the draw, pay in cents) of hires, straight lines between them."""

PERCENTS = (10, 25, 50, 75, 90)
ENOUGH_FOR_PERCENTILES = 30


class Run:
    """One replicate: the configuration, the levels, and what the census says about future hires."""

    def __init__(self, config: Config, levels: Sequence[Level], census: Sequence[Employee], replicate: int) -> None:
        _levels_are_known(config, levels)
        self.config = config
        self.levels = levels
        self.replicate = replicate
        self.headcount = len(census)
        self.union_chance = union_chance(census, config.random_seed)
        self.former: list[Former] = []
        """Who has left and will return."""
        self.level_counts = count_levels(census, len(levels))
        self.departments, self.department_ppm = _departments(census)
        groups: dict[str | None, list[Employee]] = {name: [] for name in (*config.groups, None)}
        for employee in census:
            groups[group_of(employee.department, config)].append(employee)
        self.group_levels = {name: count_levels(staff, len(levels)) for name, staff in groups.items()}
        self.rest_departments, self.rest_department_ppm = _departments(groups[None])
        self.paths = {name: PPM * len(staff) for name, staff in groups.items()}
        """P: the path of each group at the opening of the year, in millionths."""
        self.pay_knots = [_start_knots(config, levels, place, census) for place in range(len(levels))] if census else []


class Year:
    """One plan year of a run."""

    def __init__(self, run: Run, year: int) -> None:
        config = run.config.at(year)
        self.run = run
        self.config = config
        self.year = year
        self.january_1 = dt.date(year, 1, 1)
        self.first = first_day(config, year)
        """F: 1 January, or the opening date in a short first year."""
        self.last = dt.date(year, 12, 31)
        self.months = months_of(config, year)
        self.length = (self.last - self.first + DAY).days
        """B: the days of the plan year."""
        self.days = (self.last - self.january_1 + DAY).days
        """D: the days of the calendar year."""
        self.exact = config.workforce.headcount == "exact"
        self.exit_factor_ppm = exit_factor(config, year, run.replicate)
        growth = [config.range_growth.ppm(y) for y in range(config.simulation.start_year + 1, year + 1)]
        self.pay_knots = [[(u, _grown(pay, growth)) for u, pay in knots] for knots in run.pay_knots]
        refuse_growth(max((pay for knots in self.pay_knots for _, pay in knots), default=0), year)
        self.ranges = [_grown_range(start_range(level), growth) for level in run.levels]
        ranges = [level.range_cents for level in run.levels]
        self.minimums = [None if ends is None else _grown(ends[0], growth) for ends in ranges]
        self._scalars = {stream: draws.decision(config.random_seed, year, stream) for stream in Stream}

    @cached_property
    def annual_limits(self) -> Limits:
        """The statutory limits of the calendar year; only with a plan."""
        return limits_of(self.config, self.year)

    @cached_property
    def limits(self) -> Limits:
        """The limits that hold in the plan year: in a short one, those of its months."""
        return limits_in_months(self.annual_limits, self.months)

    @cached_property
    def _due(self) -> tuple[int, int]:
        """Weights of the months: v of those from the first day on, and V of all twelve."""
        weights = self.config.terminations.month_weights or [1.0] * MONTHS
        monthly = [scaled(weight, 6) for weight in weights]
        return sum(monthly[self.first.month - 1 :]), sum(monthly)

    def in_year(self, yearly_ppm: int) -> int:
        """Return what the plan year has of a termination rate a year of existing employees, half up."""
        due, whole = self._due
        return half_up(yearly_ppm * due, whole)

    @property
    def leaving_ppm(self) -> int:
        """The termination rate of existing employees, of a short year that of its months."""
        return self.in_year(self.config.workforce.total_termination_rate.ppm(self.year))

    def as_given(self, weight: int) -> int:
        """Return the weight of a table of rates that applies as given: of a short year, unless it is certain."""
        return weight if weight >= PPM else self.in_year(weight)

    @cached_property
    def hazard(self) -> Hazard:
        """When the year's hires leave."""
        return hire_hazard(self.config, self.year)

    def is_certain(self, weight: int) -> bool:
        """Whether somebody leaves for certain: by a configured table of rates, whatever else the year brings."""
        return self.config.terminations.rates is not None and weight >= PPM

    @property
    def rates_as_given(self) -> bool:
        """Whether a configured table of rates decides as it stands: in stochastic mode."""
        return not self.exact and self.config.terminations.rates is not None

    def u(self, employee: Employee, stream: Stream, name: str | None = None) -> float:
        """Return an employee's draw in [0, 1) for one decision of the year, or for the one of a name of its kind."""
        scalar = self._scalars[stream]
        return draws.uniform(employee.person, scalar if name is None else draws.named(scalar, name))


def group_of(department: str | None, config: Config) -> str | None:
    """Return the group of a department in a planned year: a listed department, or None for the rest."""
    return department if department in config.groups else None


def limits_of(config: Config, year: int) -> Limits:
    """Return the statutory limits of a calendar year under the plan's assumptions."""
    rule = config.plan.limits
    return limits(year, inflation=rule.inflation, wage_growth=rule.wage_growth, overrides=rule.overrides)


def day_of(
    fixed: str | None, month_weights: Sequence[float] | None, stream: Stream, year: Year, first: dt.date
) -> Callable[[Employee], dt.date]:
    """Return the date of an event by person: the fixed one, or one drawn; at the earliest ``first``."""
    if fixed is not None:
        same = max(day_of_year(year.year, fixed), first)
        return lambda employee: same
    profile = cumulated_days(month_weights, year.year)
    return lambda employee: date_between(year.u(employee, stream), first, year.last, profile)


def count_levels(staff: Sequence[Employee], levels: int) -> list[int]:
    """Return how many of the staff are at each level."""
    counts = Counter(employee.level for employee in staff)
    return [counts[place] for place in range(levels)]


def milli_at(bands: tuple[Any, ...] | None) -> Callable[[int], int]:
    """Return the factor at completed years, in thousandths; 1,000 for factors that are not configured."""
    if bands is None:
        return lambda years: 1000
    return cache(lambda years: int(band_at(bands, years).milli))


def _grown(pay: int, growth_ppm: Sequence[int]) -> int:
    for rate in growth_ppm:
        pay = raised(pay, rate)
    return pay


def _grown_range(band: Range | None, growth_ppm: Sequence[int]) -> Range | None:
    return None if band is None else Range(*(_grown(pay, growth_ppm) for pay in band))


def _departments(census: Sequence[Employee]) -> tuple[list[str | None], list[int]]:
    """Return the departments by name, null last, and their cumulative shares; none without departments."""
    counts = Counter(employee.department for employee in census)
    named = sorted(name for name in counts if name is not None)
    if not named:
        return [], []
    names: list[str | None] = [*named, None] if None in counts else [*named]
    return names, cumulative(quota(PPM, [counts[name] for name in names]))


def _start_knots(config: Config, levels: Sequence[Level], place: int, census: Sequence[Employee]) -> Knots:
    """Return the pay of hires at a level in the start year."""
    level = levels[place]
    middle = _percentiles(level, place, census)
    lowest, highest = level.range_cents or (middle[0], middle[-1])
    if config.hiring.pay == "percentiles":
        return [(0, lowest), *zip([PPM * p // 100 for p in PERCENTS], middle, strict=True), (PPM, highest)]
    if level.midpoint_cents is None:
        return [(0, lowest), (PPM, highest)]
    return [(0, lowest), (PPM // 2, level.midpoint_cents), (PPM, highest)]


def _percentiles(level: Level, place: int, census: Sequence[Employee]) -> list[int]:
    """Return p10 to p90 of a level: as configured, or those of the census at the level if many enough, else of all."""
    if level.percentiles is not None:
        return list(level.percentiles.cents)
    salaries = sorted(employee.salary_cents for employee in census if employee.level == place)
    if len(salaries) < ENOUGH_FOR_PERCENTILES:
        salaries = sorted(employee.salary_cents for employee in census)
    values = [percentile(salaries, p) for p in PERCENTS]
    if level.range_cents is None:
        return values
    lowest, highest = level.range_cents
    return [min(max(value, lowest), highest) for value in values]


def _levels_are_known(config: Config, levels: Sequence[Level]) -> None:
    names = {level.name for level in levels}
    for key, value in (
        ("hiring.level_mix", config.hiring.level_mix),
        ("promotion.from_within", config.promotion.from_within),
        ("compensation.merit_factors", config.compensation.merit_factors),
    ):
        unknown = sorted(set(value) - names) if isinstance(value, dict) else []
        if unknown:
            raise SimulationError(
                f"{key} names {len(unknown)} levels that the opening does not have ({', '.join(unknown)}); "
                f"use its levels: {', '.join(level.name for level in levels)}"
            )
