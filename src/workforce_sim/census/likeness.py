"""What the values of a column look like, from the first rows of a census."""

from __future__ import annotations

import polars as pl

from workforce_sim.census.fields import Kind

_SSN = r"^(SSN[ :#-]*[0-9]{9}|(SSN)?[ :#-]*[0-9]{3}[- ][0-9]{2}[- ][0-9]{4})$"
_NAME = r"^\p{L}[\p{L}'’.\-]*(( [\p{L}'’.\-]+)* ?, ?| )\p{L}[\p{L}'’.\- ]*$"
_WORD = r"^\p{L}[\p{L}'’.\-]{2,}$"
_CODE = "(USD|EUR|GBP|CAD|CHF)?"
_NUMBER = rf"^{_CODE}[-+($€£ ]*([0-9][0-9.,'’\s]*|\.[0-9]+)([eE][-+]?[0-9]+)?[)kKmM%€ -]*{_CODE}$"
_DATE = (
    r"^([0-9]{1,4}[-/. ][0-9A-Za-z]{1,9}[-/., ]+[0-9]{1,4}|[A-Za-z]{3,9}\.? [0-9]{1,2},? [0-9]{2,4}"
    r"|[0-9]{5,8}|[0-9]{2}[A-Za-z]{3}[0-9]{2,4})"
)
_STATUS = r"(?i)^(active|inactive|term|retire|leave|on leave|deceas|separat|resign|laid|ceased|loa)"
_BASIS = r"(?i)^(hourly|hrly|salar(y|ied)|annual(ly)?|monthly|weekly|bi-?weekly|semi-?monthly|per (hour|annum|day))$"
_LOOKED_AT = 100  # characters of a value
_MOST = 0.5
_DOLLARS = 100
"""A rate is at most 100%; what is more is dollars."""


def is_text(dtype: pl.DataType) -> bool:
    """Tell whether a column holds texts, or nothing at all."""
    return isinstance(dtype, pl.String | pl.Categorical | pl.Enum | pl.Null)


def _given(values: pl.Series) -> pl.Series:
    """Return the texts that are there, their beginnings without space around."""
    if values.dtype.is_nested() or values.dtype in (pl.Binary, pl.Object):
        return pl.Series([], dtype=pl.String)
    text = values.cast(pl.String).str.slice(0, _LOOKED_AT).str.strip_chars()
    return text.filter(text.is_not_null() & (text != ""))


def _share(values: pl.Series, pattern: str) -> float:
    given = _given(values)
    return float(given.str.contains(pattern).sum()) / len(given) if len(given) else 0.0


def is_blank(values: pl.Series) -> bool:
    """Tell whether a column has no value."""
    return (is_text(values.dtype) and _given(values).is_empty()) or values.null_count() == len(values)


def like_numbers_of_people(values: pl.Series) -> bool:
    """Tell whether values look like Social Security numbers."""
    return isinstance(values.dtype, pl.String) and _share(values, _SSN) >= _MOST


def like_names(values: pl.Series, *, vague: bool) -> bool:
    """Tell whether values look like names of people; single words only where the column's name allows it."""
    if not is_text(values.dtype):
        return False
    return _share(values, _NAME) > _MOST or (vague and _share(values, _WORD) > _MOST)


def like_status(values: pl.Series) -> bool:
    """Tell whether values are words of employment, such as Active and Terminated, rather than yes and no."""
    return isinstance(values.dtype, pl.String) and _share(values, _STATUS) > _MOST


def tells_of_work(values: pl.Series) -> bool:
    """Tell whether values are words of employment, or of what pay is for."""
    return like_status(values) or (isinstance(values.dtype, pl.String) and _share(values, _BASIS) > _MOST)


def in_dollars(values: pl.Series) -> bool:
    """Tell whether what may be a rate is too much for one."""
    number = (
        _given(values).str.replace_all(r"[$, ]", "").cast(pl.Float64, strict=False) if is_text(values.dtype) else values
    )
    if not number.dtype.is_numeric():
        return False
    positive = number.filter(number > 0)
    middle = positive.median()
    return isinstance(middle, float) and _DOLLARS < middle < 1e6


def fits(kind: Kind, values: pl.Series) -> bool:
    """Tell whether most values are such as a field of a kind has."""
    if kind in ("number", "rate"):
        return values.dtype.is_numeric() or _share(values, _NUMBER) > _MOST
    if kind == "date":
        return values.dtype.is_temporal() or (is_text(values.dtype) and _share(values, _DATE) > _MOST)
    return not is_blank(values)
