"""From a census's columns to ours: ids, dates, whole cents and basis points, names and flags, as Polars expressions.

Each value comes with a flag, ``bad <name>``, where the census holds something that cannot be read. Text is parsed digit
by digit, never through doubles, so "0.285" and "1.005" round half up as written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from workforce_sim.census_columns import Field
from workforce_sim.config import Config

_ISO = "%Y-%m-%d"
_TIME = r"[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?$"
_AMOUNT = r"^(-?)\$?([0-9]{1,3}(?:,[0-9]{3})+|[0-9]*)(?:\.([0-9]*))?$"
_WIDEST = 10.0**12  # amounts from here on cannot be read: nothing overflows 64 bits
_MISSING = ("", "na", "n/a", "nan", "nat", "null", "none")  # of dates, numbers and flags, in lower case
_FLAGS = {"true": True, "t": True, "yes": True, "y": True, "1": True, "1.0": True} | {
    "false": False, "f": False, "no": False, "n": False, "0": False, "0.0": False
}  # fmt: skip


@dataclass(frozen=True)
class Value:
    """How one column is read, and where it holds something that cannot be."""

    value: pl.Expr
    bad: pl.Expr = field(default_factory=lambda: pl.lit(value=False))


def expressions(fields: Mapping[Field, str], types: Mapping[str, pl.DataType], config: Config) -> list[pl.Expr]:
    """Return our columns, and the flags of what cannot be read, as expressions of the census's columns."""
    values = {field: _read(field, column, types[column], config) for field, column in fields.items()}
    ours = [value.value.alias(field.column) for field, value in values.items()]
    return ours + [value.bad.alias(bad(field.name)) for field, value in values.items()]


def bad(name: str) -> str:
    """Return the name of the flag for what cannot be read in a field."""
    return f"bad {name}"


def expected(field: Field, dtype: pl.DataType, config: Config) -> str | None:
    """Return what a column should hold when its type cannot be read at all, else None."""
    if dtype == pl.Null or isinstance(dtype, pl.String | pl.Categorical | pl.Enum):
        return None
    fits = {
        "id": dtype.is_integer() or dtype.is_float(),
        "name": dtype.is_integer() or dtype.is_float(),
        "number": dtype.is_numeric(),
        "flag": dtype == pl.Boolean or dtype.is_integer() or dtype.is_float(),
        "date": dtype == pl.Date or isinstance(dtype, pl.Datetime) or _dated_numbers(dtype, config),
    }
    wanted = {
        "id": "text or whole numbers",
        "name": "text or whole numbers",
        "number": "numbers",
        "flag": "true and false",
        "date": "dates, or text (numbers such as 20240131 need census.date_format)",
    }
    return None if fits[field.kind] else wanted[field.kind]


def _dated_numbers(dtype: pl.DataType, config: Config) -> bool:
    return dtype.is_integer() and config.census.date_format is not None


def _read(field: Field, column: str, dtype: pl.DataType, config: Config) -> Value:
    source = pl.col(column)
    if field.kind == "id":
        return _id(source, dtype, config.census.id_prefix or "")
    if field.kind == "name":
        return _name(source, dtype)
    if field.kind == "date":
        return _date(source, dtype, config.census.date_format or _ISO)
    if field.kind == "flag":
        return _flag(source, dtype)
    whole = _is_whole(field, column)
    return _number(source, dtype, 0 if whole else field.places)


def _is_whole(field: Field, column: str) -> bool:
    """Tell whether a column is one of ours, such as ``salary_cents``, and holds whole units already."""
    return column == field.column != field.name


def _text(source: pl.Expr) -> pl.Expr:
    """Return stripped text; empty text is null."""
    stripped = source.cast(pl.String).str.strip_chars()
    return pl.when(stripped != "").then(stripped)


def _given(source: pl.Expr) -> pl.Expr:
    """Return stripped text; empty text and words for nothing are null."""
    stripped = source.cast(pl.String).str.strip_chars()
    return pl.when(~stripped.str.to_lowercase().is_in(_MISSING)).then(stripped)


def _whole(source: pl.Expr, dtype: pl.DataType) -> Value:
    """Return whole numbers as decimal text."""
    if dtype.is_integer():
        return Value(source.cast(pl.String))
    number = source.fill_nan(None).cast(pl.Float64)
    text = pl.when(number == number.floor()).then(number.cast(pl.Int64, strict=False)).cast(pl.String)
    return _checked(number, text)


def _id(source: pl.Expr, dtype: pl.DataType, prefix: str) -> Value:
    plain = _whole(source, dtype) if dtype.is_numeric() else Value(_text(source))
    return Value(pl.lit(prefix) + plain.value if prefix else plain.value, plain.bad)


def _name(source: pl.Expr, dtype: pl.DataType) -> Value:
    if isinstance(dtype, pl.Enum):
        return Value(source)
    return _whole(source, dtype) if dtype.is_numeric() else Value(_text(source))


def _date(source: pl.Expr, dtype: pl.DataType, form: str) -> Value:
    if dtype == pl.Date:
        return Value(source)
    if isinstance(dtype, pl.Datetime):
        return Value(source.dt.date())
    given = _given(source)
    day = given.str.replace(_TIME, "") if form == _ISO else given
    date = day.str.to_date(form, strict=False)
    return _checked(given, date)


def _flag(source: pl.Expr, dtype: pl.DataType) -> Value:
    if dtype == pl.Boolean:
        return Value(source)
    given = _given(source)
    flag = given.str.to_lowercase().replace_strict(_FLAGS, default=None, return_dtype=pl.Boolean)
    return _checked(given, flag)


def _number(source: pl.Expr, dtype: pl.DataType, places: int) -> Value:
    """Return numbers in units of 10^-places, half up; from 10^12 on they cannot be read."""
    if dtype.is_integer():
        return _checked(source, _scaled(source.cast(pl.Int64, strict=False), places))
    if dtype.is_float():
        return _checked(source, _rounded(source.cast(pl.Float64), places))
    given = _given(source)
    with_exponent = _rounded(given.cast(pl.Float64, strict=False), places)  # such as 5.2e4
    return _checked(given, pl.coalesce(_digits(given, places), with_exponent))


def _checked(given: pl.Expr, value: pl.Expr) -> Value:
    return Value(value, given.is_not_null() & value.is_null())


def _scaled(whole: pl.Expr, places: int) -> pl.Expr:
    return pl.when(whole.abs() < int(_WIDEST)).then(whole * 10**places)


def _rounded(number: pl.Expr, places: int) -> pl.Expr:
    """Round doubles half up as their decimals read: the nudge is wider than a double's error, finer than a digit."""
    units = (number * 10.0**places + 0.50001).floor()
    return pl.when(number.abs() < _WIDEST).then(units).cast(pl.Int64, strict=False)


def _digits(text: pl.Expr, places: int) -> pl.Expr:
    """Return units from text such as ``$52,250.00``, half up from its digits; null where it is none."""
    parts = text.str.extract_groups(_AMOUNT).struct
    whole = parts.field("2").str.replace_all(",", "", literal=True)
    decimals = parts.field("3").fill_null("")
    kept = whole + decimals.str.pad_end(places + 1, "0").str.slice(0, places + 1)
    units = (kept.cast(pl.Int64, strict=False) + 5) // 10
    has_digits = (whole != "") | (decimals != "")
    signed = pl.when(parts.field("1") == "-").then(-units).otherwise(units)
    return pl.when(has_digits & (units < 10 ** (12 + places))).then(signed)
