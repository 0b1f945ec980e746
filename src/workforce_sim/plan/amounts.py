"""What the public formulas take and give: dollars of one person, or a column of a frame.

Inside, every amount is whole cents, an ``int`` or an int64 array alike.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from numbers import Integral, Real
from typing import Any, TypeVar

import numpy as np
import polars as pl
from pydantic import BaseModel, ValidationError

from workforce_sim.config.values import TAGS, KeyPath
from workforce_sim.errors import ConfigError
from workforce_sim.money import MAX_SALARY_CENTS

T = TypeVar("T")
Model = TypeVar("Model", bound=BaseModel)

MOST_YEARS = 120

_NEEDED: dict[str | None, tuple[str, ...]] = {
    None: (),
    "tenure": ("tenure_years",),
    "age": ("age",),
    "points": ("tenure_years", "age"),
}
"""What each grading needs to know of somebody."""


def smaller(a: Any, b: Any) -> Any:
    """Return the smaller of two whole numbers, element by element where one is an array."""
    return np.minimum(a, b) if isinstance(a, np.ndarray) or isinstance(b, np.ndarray) else min(a, b)


def larger(a: Any, b: Any) -> Any:
    """Return the larger of two whole numbers, element by element where one is an array."""
    return np.maximum(a, b) if isinstance(a, np.ndarray) or isinstance(b, np.ndarray) else max(a, b)


def by_band(bands: Sequence[tuple[int, T]], place: Any, amount: Callable[[T], Any]) -> Any:
    """Return ``amount`` of the band that each place is in: the last band that starts at it or below.

    Args:
        bands: (start, rule), in rising order from 0.
        place: years or points of one person or an array of them; ignored where there is one band.
        amount: computes everybody's amount by one rule.
    """
    if len(bands) == 1:
        return amount(bands[0][1])
    if not isinstance(place, np.ndarray):
        return amount(next(rule for start, rule in reversed(bands) if start <= place))
    result = amount(bands[0][1])
    for start, rule in bands[1:]:
        result = np.where(place >= start, amount(rule), result)
    return result


def in_cents(dollars: Any, what: str) -> Any:
    """Return dollars in whole cents, to the nearest, halves upwards: one amount or a Polars column.

    Raises:
        TypeError: for anything but a number or a Polars Series.
        ValueError: for missing, negative or infinite amounts, or more than 100 million dollars; with the count.
    """
    if isinstance(dollars, Decimal):
        exact = dollars.scaleb(2) if dollars.is_finite() else Decimal(-1)
        return int(_checked(exact, what, MAX_SALARY_CENTS).quantize(Decimal(1), ROUND_HALF_UP))
    if isinstance(dollars, Real):
        return math.floor(_checked(100 * dollars, what, MAX_SALARY_CENTS) + 0.5)
    column = _column(dollars, what).cast(pl.Float64).to_numpy() * 100
    return np.floor(_checked(column, what, MAX_SALARY_CENTS) + 0.5).astype(np.int64)


def in_years(years: Any, what: str) -> Any:
    """Return completed years, one or a Polars column of whole numbers, as an integer or an int64 array.

    Raises:
        ValueError: for anything but whole numbers from 0 to 120.
    """
    if isinstance(years, Integral):
        return _checked(int(years), what, MOST_YEARS)
    if not (isinstance(years, pl.Series) and years.dtype.is_integer()):
        raise ValueError(f"{what} must be completed years, whole numbers")
    return _checked(_column(years, what).cast(pl.Int64).to_numpy(), what, MOST_YEARS)


def in_dollars(amount: Any, name: str) -> Any:
    """Return whole cents as dollars: a float, or a Polars column of this name for an array."""
    return pl.Series(name, amount / 100) if isinstance(amount, np.ndarray) else amount / 100


def place_of(graded_by: str | None, tenure_years: Any, age: Any) -> Any:
    """Return what picks the band: tenure, age, points (age + tenure), or 0 for a formula that is the same for all.

    Raises:
        ValueError: when the formula needs a tenure or an age that is not given.
    """
    known = {"tenure_years": tenure_years, "age": age}
    needed = _NEEDED[graded_by]
    missing = [name for name in needed if known[name] is None]
    if missing:
        raise ValueError(f"the formula goes by {graded_by}; give {' and '.join(missing)}")
    return sum((in_years(known[name], name) for name in needed), start=0)


def model_of(kind: type[Model], values: Any) -> Model:
    """Return a section of the configuration from what a caller gave.

    Raises:
        ConfigError: naming every key that is wrong.
    """
    if isinstance(values, kind):
        return values
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        lines = [_line(line["loc"], line["msg"]) for line in error.errors()]
        raise ConfigError("\n".join(lines)) from None


def _line(path: KeyPath, what: str) -> str:
    where = ".".join(str(part) for part in path if part not in TAGS)
    return (f"{where}: " if where else "") + what.removeprefix("Value error, ")


def _column(values: Any, what: str) -> pl.Series:
    if not isinstance(values, pl.Series):
        raise TypeError(f"{what}: expected a number or a Polars Series, not {type(values).__name__}")
    if values.null_count():
        raise ValueError(f"{what}: {values.null_count()} of {len(values)} values are missing; fill them first")
    if not (values.dtype.is_numeric() or values.is_empty()):
        raise TypeError(f"{what}: expected numbers, not {values.dtype}")
    return values


def _checked(amount: Any, what: str, most: int) -> Any:
    good = (amount >= 0) & (amount <= most)
    if not np.all(good):
        raise ValueError(
            f"{what}: {np.size(good) - np.count_nonzero(good)} of {np.size(good)} values are not {_range(most)}"
        )
    return amount


def _range(most: int) -> str:
    return "dollars from 0 to 100 million" if most == MAX_SALARY_CENTS else f"whole numbers from 0 to {most}"
