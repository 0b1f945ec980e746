"""Who is there: simulation years, headcount, levels, census."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from workforce_sim.config.values import (
    Dollars,
    Factor,
    GrowthByYear,
    Listed,
    Section,
    ShareByYear,
    Year,
    date_given,
    refuse,
)
from workforce_sim.money import cents, scaled

MAX_LEVELS = 5_000
"""Most levels that a run may have."""


def _opening(value: Any) -> Any:
    try:
        return None if value is None else date_given(value)
    except ValueError:
        raise ValueError("must be a date, such as 2025-07-01") from None


class Simulation(Section):
    """Plan years, and growth of the workforce."""

    start_year: Year
    """First plan year; the census is the closing of the year before, or that of `opening_date`."""
    end_year: Year
    """Last plan year, included."""
    opening_date: Annotated[dt.date | None, BeforeValidator(_opening)] = None
    """First day of the first plan year, the first of a month in `start_year`; January 1 when left out."""
    target_growth_rate: GrowthByYear
    """Growth of headcount a year, as a fraction; one number or a table by year."""

    @property
    def years(self) -> range:
        """The plan years, in order."""
        return range(self.start_year, self.end_year + 1)

    @property
    def opening(self) -> dt.date:
        """First day of the first plan year, on which the census is."""
        return self.opening_date or dt.date(self.start_year, 1, 1)

    @property
    def opens(self) -> str:
        """The opening in words: the start year, or the opening date of a short first year."""
        return str(self.start_year if self.opening.month == 1 else self.opening)

    def too_early(self, date: dt.date) -> bool:
        """Return whether a date is in the start year but before the opening: nothing happens on it."""
        return date.year == self.start_year and date < self.opening

    @model_validator(mode="after")
    def _opens_in_start_year(self) -> Simulation:
        opening, year = self.opening, self.start_year
        if opening.year != year:
            what = f"must be in start_year, {year}; change it, or leave it out for January 1"
            refuse([(("opening_date",), what, str(opening))])
        if opening.day != 1:
            refuse([(("opening_date",), f"must be the first day of a month, such as {year}-07-01", str(opening))])
        return self

    @model_validator(mode="after")
    def _years_in_order(self) -> Simulation:
        if self.end_year < self.start_year:
            refuse([(("end_year",), f"must not be before start_year, {self.start_year}", self.end_year)])
        return self


class Percentiles(Section):
    """Pay of a level at five percentiles, dollars a year."""

    p10: Dollars
    """10th percentile, dollars a year."""
    p25: Dollars
    """25th percentile, dollars a year."""
    p50: Dollars
    """Median, dollars a year."""
    p75: Dollars
    """75th percentile, dollars a year."""
    p90: Dollars
    """90th percentile, dollars a year."""

    @property
    def cents(self) -> tuple[int, int, int, int, int]:
        """The five amounts in whole cents."""
        values = [cents(x) for x in (self.p10, self.p25, self.p50, self.p75, self.p90)]
        return (values[0], values[1], values[2], values[3], values[4])


def _bare(name: str) -> str:
    if name != name.strip():
        raise ValueError("must not begin or end with a space, as names in a census do not")
    return name


class Level(Section):
    """One job level; levels are listed from the lowest to the highest."""

    name: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_bare)]
    """Name as the census spells it."""
    minimum: Dollars | None = None
    """Bottom of the pay range in the start year, dollars a year."""
    midpoint: Dollars | None = None
    """Middle of the pay range, for compa-ratios; the median pay of hires when `hiring.pay` is `uniform`."""
    maximum: Dollars | None = None
    """Top of the pay range in the start year, dollars a year."""
    percentiles: Percentiles | None = None
    """Pay of hires at five percentiles; from the census when left out."""
    termination_factor: Factor = 1.0
    """Relative termination risk, at most 3 decimals."""
    promotion_factor: Factor = 1.0
    """Relative chance of promotion out of this level, at most 3 decimals; by vacancies only 0 matters: none."""

    @model_validator(mode="after")
    def _in_order(self) -> Level:
        if (self.minimum is None) != (self.maximum is None):
            raise ValueError("minimum and maximum go together")
        if self.midpoint is not None and self.minimum is None:
            raise ValueError("midpoint needs minimum and maximum")
        middle = list(self.percentiles.cents) if self.percentiles else []
        ends = self.range_cents
        knots = [ends[0], *middle, ends[1]] if ends else middle
        center = self.midpoint_cents
        if knots != sorted(knots) or (ends and center is not None and not ends[0] <= center <= ends[1]):
            raise ValueError("pay must rise: minimum, p10, p25, p50, p75, p90, maximum, with midpoint inside the range")
        return self

    @property
    def range_cents(self) -> tuple[int, int] | None:
        """Minimum and maximum in whole cents; None where the level has no range."""
        if self.minimum is None or self.maximum is None:
            return None
        return cents(self.minimum), cents(self.maximum)

    @property
    def midpoint_cents(self) -> int | None:
        """Midpoint in whole cents; None where the level has none."""
        return None if self.midpoint is None else cents(self.midpoint)

    @property
    def termination_milli(self) -> int:
        """Termination factor in whole thousandths."""
        return scaled(self.termination_factor, 3)

    @property
    def promotion_milli(self) -> int:
        """Promotion factor in whole thousandths."""
        return scaled(self.promotion_factor, 3)


def _distinct_names(levels: tuple[Level, ...] | None) -> tuple[Level, ...] | None:
    if levels is not None and len({level.name for level in levels}) != len(levels):
        raise ValueError("level names must differ")
    if levels is not None and len(levels) > MAX_LEVELS:
        raise ValueError(f"at most {MAX_LEVELS:,} levels (there are {len(levels):,})")
    if levels is not None and not levels:
        raise ValueError("at least one level, or leave the key out to take them from the census")
    return levels


class Workforce(Section):
    """Termination rates, headcount and job levels."""

    total_termination_rate: ShareByYear
    """Share of existing employees who terminate in a year; one number or a table by year."""
    new_hire_termination_rate: ShareByYear = ShareByYear(0.25)
    """Share of new hires who terminate in their first year; must be below 1 in a year that needs hires."""
    headcount: Literal["exact", "stochastic"] = "exact"
    """`exact` closes each year on its target; `stochastic` lets terminations vary."""
    max_hires_ratio: Annotated[float, Field(gt=0, le=1000)] = 10.0
    """More hires than this multiple of the opening headcount are an error."""
    levels: Annotated[Listed[Level] | None, AfterValidator(_distinct_names)] = None
    """Job levels from the lowest to the highest; from the census when left out."""
