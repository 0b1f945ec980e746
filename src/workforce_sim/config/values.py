"""The kinds of value that a configuration holds: rates, shares, factors, dates of the year, values by year.

A model keeps what the user wrote; the properties beside it give the whole numbers that the engines use.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Callable, Collection, Iterable
from itertools import islice, pairwise
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    RootModel,
    Tag,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from workforce_sim.money import ppm, scaled

T = TypeVar("T")
KeyPath = tuple[str | int, ...]
"""Where a value stands: its keys and list indices from the top."""

ONE_VALUE, BY_YEAR, BY_NAME = "<one value>", "<by year>", "<by name>"
MAX_TOLD = 200
"""How many problems of one kind are told; more than a report shows."""

MAX_NAMES, MAX_NAME = 10, 40
"""How many names a message holds, and how many characters of each."""

TAGS = frozenset({ONE_VALUE, BY_YEAR, BY_NAME})
"""Shapes that a value may have; pydantic puts them into the location of an error."""


class Section(BaseModel):
    """A frozen section of the configuration: unknown keys are errors, numbers are strict."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    switch: ClassVar[str] = ""
    """The key that turns the section on, if it has one: while it is false or 0, no other key has an effect."""

    @model_validator(mode="before")
    @classmethod
    def _empty_is_allowed(cls, value: Any) -> Any:
        """A section whose keys are all left out reads as nothing."""
        return {} if value is None else value


def refuse(problems: Iterable[tuple[KeyPath, str, Any]], kind: str = "value_error") -> None:
    """Raise one ``ValidationError`` that holds each (path, what, value); without problems do nothing."""
    lines = [
        InitErrorDetails(type=PydanticCustomError(kind, what), loc=path, input=value) for path, what, value in problems
    ]
    if lines:
        raise ValidationError.from_exception_data("Config", lines)


def value_at(data: Any, path: KeyPath) -> Any:
    """Return what stands at a path; an ellipsis where there is nothing."""
    for part in path:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return ...
    return data


def some(names: Collection[str]) -> str:
    """Return names in a row, the first 10 of them, the long ones cut."""
    shown = [name if len(name) <= MAX_NAME else f"{name[: MAX_NAME - 3]}..." for name in islice(names, MAX_NAMES)]
    more = f" and {len(names) - MAX_NAMES:,} more" if len(names) > MAX_NAMES else ""
    return ", ".join(shown) + more


def in_order(section: Any) -> Any:
    """Raise ``ValueError`` where the longest of a section is below its shortest."""
    if section.longest_days < section.shortest_days:
        raise ValueError("longest_days must not be below shortest_days")
    return section


def decimals(places: int) -> Callable[[float], float]:
    """Return a check that a number has so many decimals at most; more is a ``ValueError``."""

    def check(value: float) -> float:
        scaled(value, places)
        return value

    return check


def date_given(value: Any) -> dt.date:
    """Return a date, or one written YYYY-MM-DD; anything else is a ``ValueError``."""
    try:
        if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            return dt.date.fromisoformat(value)
        if type(value) is dt.date:
            return value
    except ValueError:
        pass
    raise ValueError("expected a date written YYYY-MM-DD")


def _month_day(value: Any) -> str:
    try:
        if isinstance(value, str) and re.fullmatch(r"[0-9]{2}-[0-9]{2}", value):
            dt.date(2000, int(value[:2]), int(value[3:]))
            return value
    except ValueError:
        pass
    raise ValueError("expected a day of the year written MM-DD, in quotes")


def _months(value: tuple[float, ...]) -> tuple[float, ...]:
    if sum(value) <= 0:
        raise ValueError("at least one month needs a weight above 0")
    return value


def listed(value: Any) -> Any:
    """Return a list as the tuple that a frozen model keeps; anything else as it is."""
    return tuple(value) if isinstance(value, list) else value


def _written(value: Any) -> Any:
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def _without_controls(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must not hold line breaks or other characters that cannot be printed")
    return text


def _year(value: Any) -> Any:
    return int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{4}", value) else value


def each_once(listed: tuple[Any, ...]) -> tuple[Any, ...]:
    """Raise ``ValueError`` where something is listed twice."""
    if len(set(listed)) < len(listed):
        raise ValueError("each must be listed once")
    return listed


Listed = Annotated[tuple[T, ...], BeforeValidator(listed)]
"""A list in YAML, a tuple here; anything without an order, such as a set, is refused."""

SomeOnce = Annotated[Listed[T], Field(min_length=1), AfterValidator(each_once)]
"""A list of at least one, each once."""

Printed = AfterValidator(_without_controls)
"""Keeps text on one line, so that messages may hold it."""

Name = Annotated[str, Field(min_length=1, max_length=100)]
"""The name of a level or department."""

PathText = Annotated[str, Field(min_length=1, max_length=1000), Printed, BeforeValidator(_written)]
"""The path of a file or folder, as text."""


Share = Annotated[float, Field(ge=0, le=1), AfterValidator(decimals(6))]
"""A fraction of one, at most 6 decimals."""

PositiveShare = Annotated[float, Field(gt=0, le=1), AfterValidator(decimals(6))]
"""A fraction of one above 0, at most 6 decimals."""

GrowthRate = Annotated[float, Field(gt=-1, le=1), AfterValidator(decimals(6))]
"""A fraction of one that may be negative: above -1, at most 1; at most 6 decimals."""

PayChange = Annotated[float, Field(ge=-0.5, le=1), AfterValidator(decimals(6))]
"""A fraction of pay that may be negative: from -0.5 to 1; at most 6 decimals."""

RateFactor = Annotated[float, Field(ge=0, le=10), AfterValidator(decimals(6))]
"""A factor of rates from 0 to 10, at most 6 decimals; 1 changes nothing."""

Factor = Annotated[float, Field(ge=0, le=50), AfterValidator(decimals(3))]
"""A relative factor from 0 to 50, at most 3 decimals; 1 changes nothing."""

MeritFactor = Annotated[float, Field(ge=0, le=50), AfterValidator(decimals(4))]
"""A relative factor from 0 to 50, at most 4 decimals."""

Dollars = Annotated[float, Field(ge=0, le=100_000_000), AfterValidator(decimals(2))]
"""An amount of dollars, at most 2 decimals."""

Date = Annotated[dt.date, BeforeValidator(date_given)]
MonthDay = Annotated[str, BeforeValidator(_month_day), Field(json_schema_extra={"pattern": "^[0-9]{2}-[0-9]{2}$"})]
"""A day of any year, MM-DD; 02-29 counts as March 1 in a year without it."""

MonthWeights = Annotated[
    tuple[Annotated[float, Field(ge=0, le=1000), AfterValidator(decimals(6))], ...],
    Field(min_length=12, max_length=12),
    BeforeValidator(listed),
    AfterValidator(_months),
]
"""Twelve weights, January to December; any scale, at most 6 decimals."""

LAST_YEAR = 2200
Year = Annotated[int, Field(ge=1950, le=LAST_YEAR)]
Age = Annotated[int, Field(ge=0, le=120)]
Tenure = Annotated[int, Field(ge=0, le=100)]


YearKey = Annotated[Year, BeforeValidator(_year)]
"""A year as the key of a table; may be written as text, as JSON has no other keys."""


def _shape_by_year(value: Any) -> str:
    return BY_YEAR if isinstance(value, dict) else ONE_VALUE


OneOrByYear = Annotated[
    Annotated[T, Tag(ONE_VALUE)]
    | Annotated[
        dict[YearKey, T],
        Tag(BY_YEAR),
        Field(json_schema_extra={"minProperties": 1, "propertyNames": {"pattern": "^[0-9]{4}$"}}),
    ],
    Discriminator(_shape_by_year),
]
"""One value, or a table by year."""


def shape_by_name(value: Any) -> str:
    """Return whether a value is a table by name, for a union of that and one value."""
    return BY_NAME if isinstance(value, dict) else ONE_VALUE


Word = TypeVar("Word")
WordOrByName = Annotated[
    Annotated[Word, Tag(ONE_VALUE)] | Annotated[dict[str, T], Tag(BY_NAME)], Discriminator(shape_by_name)
]
"""One of a few words, or one value, or else a table by name."""


def _day_since(value: Any) -> Any:
    return int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,3}", value) else value


def _each_day_once(value: Any) -> Any:
    if isinstance(value, dict) and len({_day_since(day) for day in value}) != len(value):
        raise ValueError("a curve names a day twice")
    return value


def _never_falling(curve: dict[int, float]) -> dict[int, float]:
    days = sorted(curve)
    if not days:
        raise ValueError("a curve needs at least one day")
    if any(curve[a] > curve[b] for a, b in pairwise(days)):
        raise ValueError("shares gone by a day must not fall from one day to a later one")
    return {day: curve[day] for day in days}


DayKey = Annotated[int, Field(ge=1, le=365), BeforeValidator(_day_since)]
"""Days since hire as the key of a table; may be written as text, as JSON has no other keys."""

CurveByDay = Annotated[
    dict[DayKey, Share],
    BeforeValidator(_each_day_once),
    AfterValidator(_never_falling),
    Field(json_schema_extra={"minProperties": 1, "propertyNames": {"pattern": "^[0-9]{1,3}$"}}),
]
"""Shares gone by days since hire, in the order of the days."""

WordOrCurve = Annotated[
    Annotated[Word, Tag(ONE_VALUE)] | Annotated[CurveByDay, Tag(BY_NAME)], Discriminator(shape_by_name)
]
"""One of a few words, or a curve by days."""


def each_year_once(value: Any) -> Any:
    """Raise ``ValueError`` for a table that names a year as a number and as text."""
    if isinstance(value, dict) and len({str(year) for year in value}) != len(value):
        raise ValueError("a table by year names a year twice")
    return value


class ByYear(RootModel[Any]):
    """One value, or a table by year in which each value holds until the next."""

    model_config = ConfigDict(frozen=True, strict=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _each_year_once(cls, value: Any) -> Any:
        if isinstance(value, dict) and not value:
            raise ValueError("a table by year needs at least one year")
        return each_year_once(value)

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


class ShareByYear(ByYear):
    """A share of one, or a table of them by year."""

    root: OneOrByYear[Share]


class PayChangeByYear(ByYear):
    """A change of pay from -0.5 to 1, or a table of them by year."""

    root: OneOrByYear[PayChange]


class FactorByYear(ByYear):
    """A factor of rates from 0 to 10, or a table of them by year."""

    root: OneOrByYear[RateFactor]


class GrowthByYear(ByYear):
    """A growth rate above -1 and at most 1, or a table of them by year."""

    root: OneOrByYear[GrowthRate]


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


def starts_at_zero(bands: tuple[Any, ...]) -> tuple[Any, ...]:
    """Raise ``ValueError`` unless bands are listed in rising order from 0."""
    starts = [band.start for band in bands]
    if not starts or starts[0] != 0:
        raise ValueError("the first band must start from 0, so that everybody has one")
    if any(a >= b for a, b in pairwise(starts)):
        raise ValueError("bands must be listed in rising order, each start once")
    return bands


FactorBands = Annotated[Listed[AgeFactor], AfterValidator(starts_at_zero)]
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
