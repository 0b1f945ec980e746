"""Rates and shares: percent or share of one, decided by the whole column; deferrals in dollars."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import polars as pl

from workforce_sim.census.amounts import half_up, read_numbers
from workforce_sim.census.fields import Field
from workforce_sim.census.headers import shown, unit
from workforce_sim.census.likeness import is_text
from workforce_sim.census.values import Values, bad, begun, falses
from workforce_sim.census.words import read_flags
from workforce_sim.wording import counted

Unit = Literal["percent", "share"]

_SMALL = 0.25
"""A deferral rate below this is hardly one in percent."""
_SEVERAL = 3
"""So many who defer do not all defer 1% or less."""
_USUAL = 0.35
"""Half of those who defer hardly defer more than this share of pay."""
_BP = 10_000
_OWNER_PPM = 50_100
_YES_NO = r"(?i)^(y|n|yes|no|true|false)$"


def read_rates(column: pl.Series, field: Field, told: Unit | None) -> Values:
    """Read rates or shares in units of 10^-places of one."""
    if column.name == field.column != field.name:  # one of ours, such as deferral_bp
        return read_numbers(column, 0)
    if field.name == "owner_share" and is_text(column.dtype) and begun(column).str.contains(_YES_NO).any():
        return _owners(column)
    bare, signed = _unsigned(column)
    number = _doubles(bare)
    positive = number.filter(number > 0)
    found = _unit(field.name, positive, column.name, told)
    if signed.any():
        mixed = int((number > 0).fill_null(value=False).sum()) - int((signed & (number > 0)).sum())
        found = "percent" if not mixed else found if mixed and found == "percent" else None
    if found is None:
        unknown = pl.repeat(None, len(column), dtype=pl.Int64, eager=True)
        return Values(unknown, falses(column), questions=(_question(field.name, column.name),))
    percent = found == "percent"
    values = read_numbers(bare, field.places - 2 if percent else field.places)
    return replace(values, form=found, notes=_notes(field, column.name, found, positive, bool(signed.any()), told))


def _owners(column: pl.Series) -> Values:
    """Read whether somebody owns more than 5% as a share just above it."""
    flags = read_flags(column)
    share = pl.select(pl.when(flags.values).then(_OWNER_PPM).when(~flags.values).then(0).cast(pl.Int64)).to_series()
    note = f"owner_share: {counted(int(flags.values.sum()), 'owner')} in words counted as just above 5%"
    return Values(share, flags.bad, form="yes and no", notes=(note,))


def _unsigned(column: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return values without percent signs, and where these were."""
    if not is_text(column.dtype):
        return column, column.is_null() & False
    text = begun(column)
    signed = text.str.contains(r"%$").fill_null(value=False)
    bare = text.str.replace(r" *%$", "") if signed.any() else text
    comma = bare.str.contains(r"^[0-9]{1,3},[0-9]{1,2}$").fill_null(value=False)
    return (bare.str.replace(",", ".", literal=True) if comma.any() else bare), signed


def _doubles(column: pl.Series) -> pl.Series:
    number = column.str.replace_all(r"[$, ]", "") if column.dtype == pl.String else column
    if number.dtype == pl.Null or not (number.dtype.is_numeric() or number.dtype == pl.String):
        return pl.Series([None] * len(column), dtype=pl.Float64)
    return number.cast(pl.Float64, strict=False).fill_nan(None)


def _unit(name: str, positive: pl.Series, header: str, told: Unit | None) -> Unit | None:
    """Return whether positive values are percent or shares; None where that cannot be told."""
    if told is not None:
        return told
    if positive.is_empty():
        return "share"
    numbers = [float(x) for x in (positive.min(), positive.median(), positive.max()) if isinstance(x, int | float)]
    least, middle, most = numbers
    says_percent = unit(header) == "percent"
    if name == "full_time_share":
        return "percent" if most > 2 else "share"
    if name == "owner_share":
        return "percent" if most > 1 else None if says_percent else "share"
    return _of_deferrals(len(positive), least, middle, most, says_percent=says_percent)


def _of_deferrals(count: int, least: float, middle: float, most: float, *, says_percent: bool) -> Unit | None:
    if says_percent:
        if most <= 0.3 or (most <= 1 and least < _SMALL and count >= _SEVERAL):
            return "share"
        return None if most <= 1 and least < _SMALL else "percent"
    if most > 1:
        return None if least < _SMALL else "percent"
    return "share" if middle <= _USUAL else None


def _question(name: str, column: str) -> str:
    return (
        f"{name}: column {shown(column)} may hold percent or shares of one; "
        "set census.rates to percent if 1 means 1%, to share if 1 means all of pay"
    )


def _notes(
    field: Field, header: str, found: Unit, positive: pl.Series, signed: bool, told: Unit | None
) -> tuple[str, ...]:
    if positive.is_empty() or (found == "share" and unit(header) != "percent"):
        return ()
    why = "judged by its values" if told is None and not signed and unit(header) != found else "as written"
    return (
        (f"{field.name} read as {found}s of one, {why}",)
        if found == "share"
        else (f"{field.name} read as percent, {why}: 1 is 1%",)
    )


def with_deferrals(rows: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Return rows with one deferral rate: Roth added, and dollars made rates by pay; and what was done."""
    notes: list[str] = []
    rate = _sum(rows, "deferral_bp", "roth_bp")
    if "roth_bp" in rows.columns:
        notes.append("deferral_rate: the Roth rate is added")
    dollars = _sum(rows, "deferral_cents", "roth_cents")
    if dollars is not None:
        pay = rows["salary_cents"]
        usable = (pay > 0) & (dollars >= 0) & (dollars < 10**12)
        made = pl.select(pl.when(usable).then(half_up(dollars * _BP, pay))).to_series()
        used = int((made.is_not_null() & (rate.is_null() if rate is not None else True)).sum())
        rate = made if rate is None else pl.select(pl.coalesce(rate, made)).to_series()
        made_of = f"deferral_rate: computed for {counted(used, 'row')} from dollar deferrals and annual pay"
        notes += [made_of] if used else []
    if rate is None:
        return rows, notes
    flagged = _any(rows, ("deferral_rate", "roth_rate", "deferral_amount", "roth_amount"))
    return rows.with_columns(rate.alias("deferral_bp"), flagged.alias(bad("deferral_rate"))), notes


def _sum(rows: pl.DataFrame, first: str, second: str) -> pl.Series | None:
    """Return the sum of two columns; of those there are, nothing counts as 0 where the other is known."""
    given = [rows[name].cast(pl.Int64) for name in (first, second) if name in rows.columns]
    if len(given) < 2:
        return given[0] if given else None
    one, other = given
    none = one.is_null() & other.is_null()
    return pl.select(pl.when(~none).then(one.fill_null(0) + other.fill_null(0))).to_series()


def _any(rows: pl.DataFrame, fields: tuple[str, ...]) -> pl.Series:
    flags = [rows[bad(name)] for name in fields if bad(name) in rows.columns]
    return pl.DataFrame(flags).select(pl.any_horizontal(pl.all())).to_series()
