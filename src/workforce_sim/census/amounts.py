"""Numbers as they are written: digit by digit, never through doubles, so "0.285" and "1.005" round half up.

A column shows by itself whether its comma ends the whole dollars.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from workforce_sim.census.likeness import is_text
from workforce_sim.census.values import Values, begun, is_missing, too_long
from workforce_sim.wording import counted

_AMOUNT = r"^[-+]?(\$ ?)?(([0-9]{1,3}(,[0-9]{3})+|[0-9]+)(\.[0-9]*)?|\.[0-9]+)"
_EXPONENT = r"[eE][-+]?[0-9]+"
_WIDEST = 10**12  # numbers beyond count as this, which every rule of size refuses: nothing overflows 64 bits
_SURE = 10**9  # a double below this is far closer to its decimals than to half a unit
_COMMA = r"^[-+]?([0-9]{1,3}(\.[0-9]{3})+|[0-9]+)(,[0-9]+)?$"
_SHOWS_COMMA = r"^[-+]?([0-9]{1,3}(\.[0-9]{3})+,[0-9]+|[0-9]{4,},[0-9]{1,2}|[0-9]{1,3}(\.[0-9]{3}){2,})$"
_CENTS = r"^[-+]?[0-9]{1,3},[0-9]{1,2}$"
_DOTTED = r"^[0-9]{2,3}\.[0-9]{3}$"
_PLAINER = (
    ("[\u00a0\u202f\u2009]", " "),
    (r"^\((.*)\)$", "-$1"),
    (r"^(.*[0-9])-$", "-$1"),
    (r"(?i)^([-+]?) ?(US\$|C\$|€|£|USD|EUR|GBP|CAD|CHF) ?", "$1"),
    (r"(?i) ?(€|£|USD|EUR|GBP|CAD|CHF)$", ""),
    ("^([-+]?[0-9]{1,3})['’]([0-9]{3})['’]?([0-9]{3})?", "$1$2$3"),
    (r"(?i)^(.*[0-9]) ?k$", "${1}e3"),
    (r"(?i)^(.*[0-9]) ?m$", "${1}e6"),
)
_SPACED = r"^([-+]?[0-9]{1,3})( [0-9]{3})+([.,][0-9]+)?$"


def read_numbers(column: pl.Series, places: int, name: str = "") -> Values:
    """Read numbers in units of 10^-places, half up; those beyond 10^12 become 10^12."""
    if not is_text(column.dtype):
        shorter = not column.dtype.is_integer() and column.dtype != pl.Float64  # its text counts, not a double of it
        given = column.cast(pl.String) if shorter else column
        values = _eager(_scaled if column.dtype.is_integer() else _of_doubles, given, places)
        return Values(values, values.is_null() & column.is_not_null())
    text = begun(column)
    values = _quick(text, places)
    unread = values.is_null()
    if not unread.any() and not _dotted(text, name):
        return Values(values, too_long(text))
    given = ~is_missing(text)
    if not (unread & given).any() and not _dotted(text.filter(given), name):
        return Values(values, too_long(text))
    return _plainer(text, values, given, places, name)


def _quick(text: pl.Series, places: int) -> pl.Series:
    """Return numbers as doubles read them, where these cannot be wrong; the others digit by digit."""
    number = text.cast(pl.Float64, strict=False)
    units = number * 10.0**places
    sure = number.is_between(-_SURE, _SURE) & ((units - units.floor() - 0.5).abs() > 0.001)
    whole = pl.select(pl.when(sure).then((units + 0.5).floor())).to_series().cast(pl.Int64)
    left = (whole.is_null() & text.is_not_null()).arg_true()
    return whole.scatter(left, _eager(_of_text, text.gather(left), places)) if len(left) else whole


def _plainer(text: pl.Series, values: pl.Series, given: pl.Series, places: int, name: str) -> Values:
    """Read again what could not be read, without currencies, parentheses, thousands; with a decimal comma if shown."""
    long = too_long(text)
    bare = text
    for pattern, by in _PLAINER:
        bare = bare.str.replace(pattern, by)
    spaced = bare.str.contains(_SPACED).fill_null(value=False)
    bare = pl.select(pl.when(spaced).then(bare.str.replace_all(" ", "")).otherwise(bare)).to_series()
    shown = bare.filter(given & ~long)
    comma = _dotted(shown, name) or _ends_by_comma(shown)
    if comma:
        bare = bare.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
        values = _eager(_of_text, bare, places)
    else:
        again = given & values.is_null()
        values = pl.select(pl.coalesce(values, pl.when(again).then(_eager(_of_text, bare, places)))).to_series()
    notes = []
    if comma:
        notes.append(f"{name}: a comma ends the whole number, as 1.234,56")
    thousands = int(text.filter(given).str.contains(r"(?i)[0-9] ?[km]$").sum())
    if thousands:
        notes.append(f"{name}: {counted(thousands, 'value')} in thousands or millions (k, m)")
    return Values(values, long | (given & values.is_null()), notes=tuple(notes))


def _ends_by_comma(text: pl.Series) -> bool:
    """Tell whether a comma ends the whole number in a column: all fit, and some fit nothing else."""
    if not text.str.contains(_COMMA).all():
        return False
    return bool(text.str.contains(_SHOWS_COMMA).any() or (len(text) > 1 and text.str.contains(_CENTS).any()))


def _dotted(text: pl.Series, name: str) -> bool:
    """Tell whether a dot parts thousands in all amounts of pay, as 52.000."""
    if name != "annual_salary" or len(text) < 2 or not text.slice(0, 1).str.contains(_DOTTED).any():
        return False
    return bool(text.str.contains(_DOTTED).all())


def _eager(read: Callable[[pl.Expr, int], pl.Expr], column: pl.Series, places: int) -> pl.Series:
    frame = column.rename("given").to_frame().lazy()
    return frame.select(read(pl.col("given"), places)).collect(engine="in-memory").to_series()


def _of_doubles(source: pl.Expr, places: int) -> pl.Expr:
    return _rounded(source.cast(pl.Float64), places)


def _of_text(text: pl.Expr, places: int) -> pl.Expr:
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
    half = (2 * below + 1) / (within * 0 + 2 * 10.0**places)  # a number would be inverted first
    up = within >= half
    return pl.when(number.is_finite()).then(below.cast(pl.Int64, strict=False) + up.cast(pl.Int64))


def _digits(bare: pl.Expr, places: int) -> pl.Expr:
    """Return units from text such as ``52250.005``, half up from its digits; null with an exponent or from 10^12 on."""
    decimals = bare.str.extract(r"\.([0-9]*)$").fill_null("").str.pad_end(places + 1, "0").str.slice(0, places + 1)
    kept = (bare.str.extract(r"^[-+]?([0-9]*)(?:\.[0-9]*)?$") + decimals).cast(pl.Int64, strict=False)
    units = pl.when(bare.str.starts_with("-")).then(-1).otherwise(1) * ((kept + 5) // 10)
    return pl.when(kept < 10 ** (13 + places)).then(units)


def half_up(numerator: pl.Series, denominator: pl.Series | int) -> pl.Series:
    """Return quotients of whole numbers above 0, half up."""
    return (2 * numerator + denominator) // (2 * denominator)
