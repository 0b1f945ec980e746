"""What the public formulas take and give: dollars of one person, or a column of a frame.

Inside, every amount is whole cents, an ``int`` or an int64 array alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from difflib import get_close_matches
from fractions import Fraction
from numbers import Integral, Rational, Real
from typing import Any, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from workforce_sim.config.keys import keys_of, meant
from workforce_sim.config.values import TAGS, KeyPath
from workforce_sim.errors import ConfigError
from workforce_sim.money import MAX_SALARY_CENTS, half_up

T = TypeVar("T")
Model = TypeVar("Model", bound=BaseModel)

MOST_DOLLARS = MAX_SALARY_CENTS // 100
MOST_YEARS = 120
MOST_COMPARED = 40

_LONG = Context(prec=30)
"""Room for every amount in cents, whatever the caller's own context."""

COLUMN = "a list or a Polars Series"
"""What counts as a column; a NumPy array of one dimension does, too."""

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
    """Return dollars in whole cents, to the nearest, halves upwards: one amount, or an array for a column.

    A number counts as its shortest decimal text reads: 0.285 is 29 cents, though the double is a little less.

    Raises:
        TypeError: for anything but a number or a column of numbers.
        ValueError: for missing, negative or infinite amounts, or more than 100 million dollars; with the count.
    """
    _refuse_flag(dollars, what)
    if isinstance(dollars, Rational):
        exact = _checked(Fraction(int(dollars.numerator), int(dollars.denominator)), what, MOST_DOLLARS)
        return half_up(100 * exact.numerator, exact.denominator)
    if isinstance(dollars, (Real, Decimal)):
        written = Decimal(str(dollars))
        return _nearest(_checked(written if written.is_finite() else Decimal(-1), what, MOST_DOLLARS))
    column = _numbers(dollars, what)
    doubles = _checked(_doubles(column), what, MOST_DOLLARS)
    if isinstance(column.dtype, pl.Decimal):
        return np.array([_nearest(amount) for amount in column], dtype=np.int64)
    below = np.floor(100 * doubles)
    return (below + (doubles >= (2 * below + 1) / 200)).astype(np.int64)  # the double whose text is half a cent more


def _nearest(dollars: Decimal) -> int:
    return int(dollars.quantize(Decimal("0.01"), ROUND_HALF_UP, _LONG).scaleb(2, _LONG))


def _doubles(column: pl.Series) -> NDArray[np.float64]:
    whole = column.dtype == pl.Float64 or not column.dtype.is_float()
    return column.cast(pl.Float64).to_numpy() if whole else _as_read(column.to_numpy())


def _as_read(numbers: NDArray[Any]) -> NDArray[np.float64]:
    """Return the doubles nearest to the decimal texts of other floats: of a single 0.285 that of 0.285."""
    return numbers.astype(str).astype(np.float64)


def in_years(years: Any, what: str) -> Any:
    """Return completed years, one or a column of whole numbers, as an integer or an int64 array.

    Raises:
        TypeError: for anything but a number or a column of numbers.
        ValueError: for anything but whole numbers from 0 to 120.
    """
    _refuse_flag(years, what)
    if isinstance(years, Integral):
        return _checked(int(years), what, MOST_YEARS)
    if isinstance(years, (Real, Decimal)):
        raise ValueError(f"{what} must be completed years, whole numbers")
    column = _numbers(years, what)
    if not (column.dtype.is_integer() or column.is_empty()):
        raise ValueError(f"{what} must be completed years, whole numbers")
    return _checked(column.cast(pl.Int64).to_numpy(), what, MOST_YEARS)


def same_length(**columns: Any) -> None:
    """Raise ``ValueError`` unless those of the arguments that are columns have one entry each for the same people."""
    lengths = {name: len(column) for name, column in columns.items() if isinstance(column, (np.ndarray, pl.Series))}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise ValueError(f"columns must be equally long ({said})")


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
    places = {name: in_years(known[name], name) for name in needed}
    same_length(**places)
    return sum(places.values(), start=0)


def model_of(kind: type[Model], values: Any, at: KeyPath, named: str | None = None) -> Model:
    """Return a section of the configuration from what a caller gave.

    Args:
        kind: of the section.
        values: its keys, or the section itself.
        at: its path in a configuration, where the names of its keys are looked up.
        named: what the caller calls the one key that it has; as it is when left out.

    Raises:
        ConfigError: naming every key that is wrong.
    """
    if isinstance(values, kind):
        return values
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        lines = error.errors(include_url=False)
        raise ConfigError("\n".join(_line(line, at, named) for line in lines)) from None


def _line(line: ErrorDetails, at: KeyPath, named: str | None) -> str:
    """Return a problem as key path and what is wrong; of an unknown name or key, with what may be meant."""
    path, what, given = [part for part in line["loc"] if part not in TAGS], line["msg"], line["input"]
    if line["type"] == "literal_error" and isinstance(given, str):
        known = re.findall(r"'([^']+)'", line["ctx"]["expected"])
        hint = "".join(f"; did you mean {close}?" for close in get_close_matches(given[:MOST_COMPARED], known, n=1))
        what = f"unknown name{hint} (known: {', '.join(known)})"
    if line["type"] == "extra_forbidden":
        guess = meant((*at, *path))
        what = f"unknown key ({f'did you mean {guess}?' if guess else f'known: {_known_keys((*at, *path[:-1]))}'})"
    where = ".".join(map(str, path if named is None else [named, *path[1:]]))
    return (f"{where}: " if where else "") + what.removeprefix("Value error, ")


def _known_keys(path: KeyPath) -> str:
    return ", ".join(keys_of(path))


def as_series(values: Any, what: str, expected: str = COLUMN) -> pl.Series:
    """Return a column as a Polars Series, from one, a list or tuple, or a NumPy array of one dimension.

    Raises:
        TypeError: for anything else.
    """
    if isinstance(values, pl.Series):
        return values
    if isinstance(values, np.ndarray) and values.ndim == 1:
        other = values.dtype.kind == "f" and values.dtype != np.float64
        values = (_as_read(values) if other else values).tolist()
    if not isinstance(values, (list, tuple)):
        raise TypeError(f"{what}: expected {expected}, not {type(values).__name__}")
    try:
        return pl.Series(what, values, strict=False)
    except (TypeError, ValueError, pl.exceptions.PolarsError):
        raise TypeError(f"{what}: expected one kind of value in {expected}") from None


def _refuse_flag(value: Any, what: str) -> None:
    if isinstance(value, bool):
        raise TypeError(f"{what}: expected a number, {COLUMN}, not bool")


def _numbers(values: Any, what: str) -> pl.Series:
    column = as_series(values, what, f"a number, {COLUMN}")
    if column.null_count():
        raise ValueError(f"{what}: {column.null_count()} of {len(column)} values are missing; fill them first")
    if not (column.dtype.is_numeric() or column.is_empty()):
        raise TypeError(f"{what}: expected numbers, not {column.dtype}")
    return column


def _checked(amount: Any, what: str, most: int) -> Any:
    good = (amount >= 0) & (amount <= most)
    if not np.all(good):
        raise ValueError(
            f"{what}: {np.size(good) - np.count_nonzero(good)} of {np.size(good)} values are not {_range(most)}"
        )
    return amount


def _range(most: int) -> str:
    return "dollars from 0 to 100 million" if most == MOST_DOLLARS else f"whole numbers from 0 to {most}"
