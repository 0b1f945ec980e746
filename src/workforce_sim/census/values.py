"""From a census's columns to ours: ids, dates, whole cents and basis points, names and flags, as Polars expressions.

Each value comes with a flag, ``bad <name>``, where the census holds something that cannot be read. Text is parsed digit
by digit, never through doubles, so "0.285" and "1.005" round half up as written.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from workforce_sim.census.columns import Field
from workforce_sim.config import Config

_ISO = "%Y-%m-%d"
_TIME = r"[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?$"
_AMOUNT = r"^[-+]?(\$ ?)?(([0-9]{1,3}(,[0-9]{3})+|[0-9]+)(\.[0-9]*)?|\.[0-9]+)"
_EXPONENT = r"[eE][-+]?[0-9]+"
_WIDEST = 10**12  # numbers beyond count as this, which every rule of size refuses: nothing overflows 64 bits
_MISSING = ("", "na", "n/a", "nan", "nat", "null", "none")  # of dates, numbers and flags, in lower case
LONGEST = 200
"""Most characters of an id, and bytes of a date, number or flag, that are read."""
_FLAGS = {
    **dict.fromkeys(("true", "t", "yes", "y", "1", "1.0"), True),
    **dict.fromkeys(("false", "f", "no", "n", "0", "0.0"), False),
}


def parsed(frame: pl.LazyFrame, fields: Mapping[Field, str], config: Config, *keep: str) -> pl.LazyFrame:
    """Return our columns of a census, a flag ``bad <name>`` for each field, and the columns to keep.

    Three steps that name what they make, so that nothing is computed twice. One row out per row in.
    """
    types = frame.collect_schema()
    given = {field: _begun(pl.col(column), types[column]).alias(_given(field)) for field, column in fields.items()}
    values = [_value(field, types[column], column, config).alias(field.column) for field, column in fields.items()]
    flags = [_bad(field, types[column]).alias(bad(field.name)) for field, column in fields.items()]
    named = frame.select(*keep, *given.values()).with_columns(values).with_columns(flags)
    return named.select(*keep, *(field.column for field in fields), *(bad(field.name) for field in fields))


def bad(name: str) -> str:
    """Return the name of the flag for what cannot be read in a field."""
    return f"bad {name}"


def _begun(source: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Return texts without what stands beyond the longest that is read, and one character of it."""
    if isinstance(dtype, pl.Enum) and not (dtype.categories.str.len_bytes() > LONGEST).any():
        return source
    return source.cast(pl.String).str.slice(0, LONGEST + 1) if _is_text(dtype) and dtype != pl.Null else source


def _given(field: Field) -> str:
    return f"given {field.name}"


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


def _is_text(dtype: pl.DataType) -> bool:
    return not (dtype.is_numeric() or dtype.is_temporal() or dtype == pl.Boolean)


def _value(field: Field, dtype: pl.DataType, column: str, config: Config) -> pl.Expr:
    """Return a field's value in our type; null where it is missing or cannot be read."""
    source = pl.col(_given(field))
    if field.kind == "id":
        name, prefix = _name(source, dtype), config.census.id_prefix
        return pl.lit(prefix) + name if prefix else name
    if field.kind == "name":
        return source if isinstance(dtype, pl.Enum) else _name(source, dtype)
    if field.kind == "date":
        return _date(source, dtype, config.census.date_format or _ISO)
    if field.kind == "flag":
        return source if dtype == pl.Boolean else _flag(source)
    holds_units = column == field.column != field.name  # one of ours, such as salary_cents
    return _number(source, dtype, 0 if holds_units else field.places)


def _bad(field: Field, dtype: pl.DataType) -> pl.Expr:
    """Return where something is given that has no value; in text, words for nothing give nothing."""
    source, unread, named = pl.col(_given(field)), pl.col(field.column).is_null(), field.kind in ("id", "name")
    if _is_text(dtype):
        lacks = pl.lit(value=True) if named else _stripped(source).str.to_lowercase().is_in(_MISSING)
        long = ~pl.lit(named) & (source.cast(pl.String).str.len_bytes() > LONGEST)
        return long.fill_null(value=False) | (unread & source.is_not_null() & ~lacks.fill_null(value=True))
    if named and dtype.is_float():  # whole numbers that a frame turned into doubles, NaN for nothing
        return unread & source.fill_nan(None).is_not_null()
    return unread & source.is_not_null()


def _stripped(source: pl.Expr) -> pl.Expr:
    return source.cast(pl.String).str.strip_chars()


def _name(source: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Return stripped text, or whole numbers in decimal; empty text is null."""
    if dtype.is_integer():
        return source.cast(pl.String)
    if dtype.is_float():
        return pl.when(source == source.floor()).then(source.cast(pl.Int64, strict=False)).cast(pl.String)
    text = _stripped(source)
    return pl.when(text != "").then(text)


def _date(source: pl.Expr, dtype: pl.DataType, form: str) -> pl.Expr:
    if dtype == pl.Date:
        return source
    if isinstance(dtype, pl.Datetime):
        return source.dt.date()
    text = _stripped(source)
    return (text.str.replace(_TIME, "") if form == _ISO else text).str.to_date(form, strict=False)


def _flag(source: pl.Expr) -> pl.Expr:
    return _stripped(source).str.to_lowercase().replace_strict(_FLAGS, default=None, return_dtype=pl.Boolean)


def _number(source: pl.Expr, dtype: pl.DataType, places: int) -> pl.Expr:
    """Return numbers in units of 10^-places, half up; those beyond 10^12 become 10^12."""
    if dtype.is_integer():
        return _scaled(source, places)
    if dtype.is_float():
        shorter = dtype != pl.Float64  # its text counts, not the double that it becomes
        return _rounded((source.cast(pl.String) if shorter else source).cast(pl.Float64), places)
    text = _stripped(source)
    bare = text.str.replace_all(r"[$, ]", "")
    is_number = text.str.contains(f"{_AMOUNT}({_EXPONENT})?$")
    with_exponent = _rounded(bare.cast(pl.Float64, strict=False), places)  # such as 5.2e4, or very many digits
    return pl.when(is_number).then(pl.coalesce(_digits(bare, places), with_exponent))


def _scaled(whole: pl.Expr, places: int) -> pl.Expr:
    widest = pl.lit(_WIDEST, dtype=pl.Int64)
    within = pl.when(whole > widest).then(widest).when(whole < -widest).then(-widest)
    return within.otherwise(whole.cast(pl.Int64, strict=False)) * 10**places


def _rounded(number: pl.Expr, places: int) -> pl.Expr:
    """Round doubles half up as their decimals read: up from the double whose text is half a unit more than whole."""
    within = number.clip(-_WIDEST, _WIDEST)
    below = (within * 10.0**places).floor()
    up = within >= (2 * below + 1) / (2 * 10.0**places)
    return pl.when(number.is_finite()).then(below.cast(pl.Int64, strict=False) + up.cast(pl.Int64))


def _digits(bare: pl.Expr, places: int) -> pl.Expr:
    """Return units from text such as ``52250.005``, half up from its digits; null with an exponent or from 10^12 on."""
    decimals = bare.str.extract(r"\.([0-9]*)$").fill_null("").str.pad_end(places + 1, "0").str.slice(0, places + 1)
    kept = (bare.str.extract(r"^[-+]?([0-9]*)(?:\.[0-9]*)?$") + decimals).cast(pl.Int64, strict=False)
    units = pl.when(bare.str.starts_with("-")).then(-1).otherwise(1) * ((kept + 5) // 10)
    return pl.when(kept < 10 ** (13 + places)).then(units)
