"""One row for each person: several rows are refused, picked or merged, as the configuration says."""

from __future__ import annotations

import polars as pl

from workforce_sim.census.table import ROW
from workforce_sim.config.census import CensusSection
from workforce_sim.wording import counted

_ID = "employee_id"
_SUMMED = ("salary_cents", "deferral_cents", "roth_cents", "prior_year_pay_cents")
_EARLIEST = ("hire_date", "original_hire_date", "service_date")


def one_each(rows: pl.DataFrame, section: CensusSection) -> tuple[pl.DataFrame, list[str], int]:
    """Return one row a person, what was done, and how many rows were merged into others or left out."""
    how = section.several_rows
    if how == "refuse" or _ID not in rows.columns:
        return rows, [], 0
    known = rows.filter(pl.col(_ID).is_not_null())
    twice = known.filter(pl.col(_ID).is_duplicated())
    if twice.is_empty():
        return rows, [], 0
    people = twice[_ID].n_unique()
    kept = _picked(twice, how)
    once = rows.filter(~pl.col(_ID).is_in(twice[_ID].unique().implode()) | pl.col(_ID).is_null())
    made = pl.concat([once, kept.select(once.columns)]).sort(ROW)
    gone = rows.height - made.height
    what = (
        "merged: pay added up, all else from the row with the highest pay"
        if how == "sum_pay"
        else f"picked: {_WHICH[how]}"
    )
    return made, [f"{counted(people, 'employee')} with {counted(twice.height, 'row')}, one {what}"], gone


_WHICH = {
    "first": "the first",
    "last": "the last",
    "latest": "the latest year or date",
    "highest_pay": "the highest pay",
}


def _picked(twice: pl.DataFrame, how: str) -> pl.DataFrame:
    """Return one row of each person."""
    if how in ("first", "last"):
        ordered = twice.sort(ROW, descending=how == "last")
    elif how == "latest" and "as_of" in twice.columns:
        ordered = twice.sort([_moment(twice["as_of"]), ROW], descending=[True, True], nulls_last=True)
    else:
        ordered = twice.sort("salary_cents", ROW, descending=[True, False], nulls_last=True)
    first = ordered.unique(_ID, keep="first", maintain_order=True)
    if how != "sum_pay":
        return first
    summed = [pl.col(name).sum() for name in _SUMMED if name in twice.columns]
    earliest = [pl.col(name).min() for name in _EARLIEST if name in twice.columns]
    merged = twice.group_by(_ID).agg(*summed, *earliest)
    return first.drop(merged.columns[1:]).join(merged, on=_ID, how="left").select(twice.columns)


def _moment(words: pl.Series) -> pl.Series:
    """Return years or dates in an order: as numbers where they all are, else by their year, then as text."""
    number = words.cast(pl.Float64, strict=False)
    if number.null_count() == words.null_count():
        return number
    dates = words.str.to_date("%m/%d/%Y", strict=False)
    return (dates.cast(pl.String) if dates.null_count() == words.null_count() else words).rename("moment")


def several(rows: pl.DataFrame) -> str:
    """Return what is known of people with several rows, and how to choose among them."""
    years = rows["as_of"].n_unique() if "as_of" in rows.columns else 0
    if years > 1:
        return (
            f"the rows are of {years} years or dates: keep one row per employee, or set census.several_rows to latest"
        )
    return "keep one row per employee, or set census.several_rows (latest, first, last, highest_pay or sum_pay)"
