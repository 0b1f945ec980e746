"""The kinds of value that a configuration holds: rates, shares, factors, dates of the year, values by year.

A model keeps what the user wrote; the properties beside it give the whole numbers that the engines use.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, RootModel, model_validator

from workforce_sim.money import ppm, scaled


class Section(BaseModel):
    """A frozen section of the configuration: unknown keys are errors, numbers are strict."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, use_attribute_docstrings=True)


def _decimals(places: int) -> Callable[[float], float]:
    def check(value: float) -> float:
        scaled(value, places)
        return value

    return check


def _date(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError as error:
            raise ValueError("expected a date written YYYY-MM-DD") from error
    return value


def _month_day(value: str) -> str:
    if not re.fullmatch(r"\d\d-\d\d", value):
        raise ValueError("expected a day of the year written MM-DD")
    try:
        dt.date(2000, int(value[:2]), int(value[3:]))
    except ValueError as error:
        raise ValueError("expected a day of the year written MM-DD") from error
    return value


def _months(value: tuple[float, ...]) -> tuple[float, ...]:
    if sum(value) <= 0:
        raise ValueError("at least one month needs a weight above 0")
    return value


Share = Annotated[float, Field(ge=0, le=1), AfterValidator(_decimals(6))]
"""A fraction of one, at most 6 decimals."""

GrowthRate = Annotated[float, Field(gt=-1, le=1), AfterValidator(_decimals(6))]
"""A fraction of one that may be negative: above -1, at most 1; at most 6 decimals."""

ShareBelowOne = Annotated[float, Field(ge=0, lt=1), AfterValidator(_decimals(6))]

Factor = Annotated[float, Field(ge=0, le=50), AfterValidator(_decimals(3))]
"""A relative factor from 0 to 50, at most 3 decimals; 1 changes nothing."""

MeritFactor = Annotated[float, Field(ge=0, le=50), AfterValidator(_decimals(4))]
"""A relative factor from 0 to 50, at most 4 decimals."""

Dollars = Annotated[float, Field(ge=0, le=100_000_000), AfterValidator(_decimals(2))]
"""An amount of dollars, at most 2 decimals."""

Date = Annotated[dt.date, BeforeValidator(_date)]
MonthDay = Annotated[str, AfterValidator(_month_day)]
"""A day of any year, MM-DD; 02-29 counts as 1 March in a year without it."""

MonthWeights = Annotated[
    tuple[Annotated[float, Field(ge=0, le=1000), AfterValidator(_decimals(6))], ...],
    Field(min_length=12, max_length=12, strict=False),
    AfterValidator(_months),
]
"""Twelve weights, January to December; any scale, at most 6 decimals."""

Year = Annotated[int, Field(ge=1950, le=2200)]
Age = Annotated[int, Field(ge=0, le=120)]
Tenure = Annotated[int, Field(ge=0, le=100)]


class _ByYear(RootModel[Any]):
    """One value, or a table by year in which each value holds until the next."""

    model_config = ConfigDict(frozen=True, strict=True, allow_inf_nan=False)

    @model_validator(mode="after")
    def _not_empty(self) -> _ByYear:
        if isinstance(self.root, dict) and not self.root:
            raise ValueError("a table by year needs at least one year")
        return self

    @property
    def first_year(self) -> int | None:
        """The first year of the table; None for one value that holds always."""
        return min(self.root) if isinstance(self.root, dict) else None

    def at(self, year: int) -> float:
        """Return the value in force in ``year``, as it was written."""
        if not isinstance(self.root, dict):
            return float(self.root)
        return float(self.root[max(y for y in self.root if y <= year)])

    def ppm(self, year: int) -> int:
        """Return the value in force in ``year`` in whole millionths."""
        return ppm(self.at(year))


class ShareByYear(_ByYear):
    """A share of one, or a table of them by year."""

    root: Share | dict[Year, Share]


class ShareBelowOneByYear(_ByYear):
    """A share below one, or a table of them by year."""

    root: ShareBelowOne | dict[Year, ShareBelowOne]


class GrowthByYear(_ByYear):
    """A growth rate above -1 and at most 1, or a table of them by year."""

    root: GrowthRate | dict[Year, GrowthRate]


class AgeFactor(Section):
    """A factor from an age or tenure on, until the next one."""

    start: Age = Field(alias="from")
    """Completed years from which the factor holds."""
    factor: Factor
    """Relative factor, at most 3 decimals."""

    @property
    def milli(self) -> int:
        """The factor in whole thousandths."""
        return scaled(self.factor, 3)


def _starts_at_zero(bands: tuple[Any, ...]) -> tuple[Any, ...]:
    starts = [band.start for band in bands]
    if not starts or starts[0] != 0:
        raise ValueError("the first band must start from 0, so that everybody has one")
    if any(a >= b for a, b in zip(starts, starts[1:], strict=False)):
        raise ValueError("bands must be listed in rising order, each start once")
    return bands


FactorBands = Annotated[tuple[AgeFactor, ...], Field(strict=False), AfterValidator(_starts_at_zero)]
"""Bands listed in rising order from 0; the last has no upper end."""


def band_at(bands: tuple[Any, ...], years: int) -> Any:
    """Return the band that holds at completed ``years``: the last whose start is not above it."""
    return next(band for band in reversed(bands) if band.start <= years)


def sums_to_one(shares: dict[str, float] | list[float], what: str) -> None:
    """Raise ``ValueError`` unless shares add up to exactly 1 at 6 decimals."""
    values = list(shares.values()) if isinstance(shares, dict) else shares
    total = sum(ppm(value) for value in values)
    if total != 1_000_000:
        raise ValueError(f"{what} must add up to exactly 1 (they add up to {total / 1_000_000:.6f})")
