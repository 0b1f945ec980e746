"""The tables of an archive: totals of each year, groups and tests without small cells; of nobody alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

import polars as pl

from workforce_sim.census.opening import present
from workforce_sim.explaining.queries import collected
from workforce_sim.plan.findings import FigureInWords, Nondiscrimination
from workforce_sim.plan.testing import nondiscrimination
from workforce_sim.result.result import Result
from workforce_sim.result.summary import grouped, summary_by
from workforce_sim.share.csv_files import neutral
from workforce_sim.share.few import without_few
from workforce_sim.share.suppression import HIDDEN, suppress_small

SUMMARY_FILE, TESTS_FILE, CENSUS_FILE = "tables/summary.csv", "tables/tests.csv", "tables/census.csv"
GROUPS = ("level", "department", "age_band", "tenure_band")
EVERYBODY = "everybody"

COUNTS = ("employees", "headcount_opening", "headcount_closing")
_SHOWN = (*COUNTS, "payroll_cents", "deferring", "deferral_cents", "match_cents", "nonelective_cents")


def group_file(by: str) -> str:
    """Return the name of the table of groups."""
    return f"tables/by_{by}.csv"


def csv_bytes(frame: pl.DataFrame) -> bytes:
    """Return a table as CSV that a spreadsheet shows and does not run."""
    return neutral(frame).write_csv(quote_style="non_numeric").encode()


def grouped_tables(result: Result, least: int) -> dict[str, pl.DataFrame]:
    """Return the tables by group, by the name of their file: the census, and the years of each group.

    A group that is hidden in one is hidden in the other, as who is in a group at the opening could be taken off.
    """
    opening, start = result.opening, result.config.simulation.opening
    known = [by for by in GROUPS if not _is_empty(result, by)]
    yearly = {by: _years_of_groups(result, by, least) for by in known}
    if opening is None:
        return {group_file(by): table for by, table in yearly.items()}
    staff = present(opening).with_columns(
        age=_years_until(start, "birth_date"), tenure_years=_years_until(start, "hire_date")
    )
    ways = {EVERYBODY: pl.lit(EVERYBODY), **{by: grouped(by, start) for by in (*known, "pay_band")}}
    census = {by: _profile(staff, group, by, least) for by, group in ways.items()}
    for by in known:
        hidden = {*_hidden(census[by], "group"), *_hidden(yearly[by], by)}
        census[by], yearly[by] = _hide(census[by], "group", hidden, 2), _hide(yearly[by], by, hidden, 2)
    return {CENSUS_FILE: pl.concat(census.values()), **{group_file(by): table for by, table in yearly.items()}}


def _hidden(table: pl.DataFrame, group: str) -> list[str | None]:
    return table.filter(pl.col(HIDDEN))[group].cast(pl.String).to_list()


def _hide(table: pl.DataFrame, group: str, hidden: Collection[str | None], keys: int) -> pl.DataFrame:
    """Return a table in which these groups are hidden too; its first columns say which year and group it is."""
    flag = pl.col(group).cast(pl.String).is_in(list(hidden), nulls_equal=True)
    return table.with_columns(pl.when(~flag).then(pl.col(table.columns[keys:-1])), flag.alias(HIDDEN))


def _years_of_groups(result: Result, by: str, least: int) -> pl.DataFrame:
    """Return the years of each group, small ones hidden.

    ``employees`` counts all who were employed at any time in the year, ``deferring`` those of them who deferred.
    """
    rows = summary_by(result, by).join(_people(result, by), on=["replicate", "year", by], nulls_equal=True)
    shown = rows.sort("year", by).select("year", by, *_SHOWN)
    counts = [*COUNTS, *(["deferring"] if result.config.plan.enabled else [])]
    return suppress_small(shown, count=counts, least=least, by=by)


def _is_empty(result: Result, by: str) -> bool:
    return by == "department" and collected(result.scan("snapshots").select(pl.col(by).is_null().all())).item()


def _people(result: Result, by: str) -> pl.DataFrame:
    start = result.config.simulation.opening
    defers = (pl.col("pre_tax_cents").fill_null(0) + pl.col("roth_cents").fill_null(0)) > 0
    people = result.scan("snapshots").with_columns(grouped(by, start).alias(by))
    counted = people.group_by("replicate", "year", by).agg(
        pl.len().cast(pl.Int64).alias("employees"), defers.sum().cast(pl.Int64).alias("deferring")
    )
    return collected(counted)


def _profile(staff: pl.DataFrame, group: pl.Expr, by: str, least: int) -> pl.DataFrame:
    """Return how many employees each group of the census has, and their mean pay in whole dollars."""
    mean = (pl.col("salary_cents").mean() / 100).round(0).cast(pl.Int64).alias("mean_salary_dollars")
    rows = staff.group_by(group.alias("group")).agg(pl.len().cast(pl.Int64).alias("employees"), mean).sort("group")
    shown = suppress_small(
        rows.with_columns(pl.col("group").cast(pl.String)), count="employees", least=least, by="group"
    )
    return shown.select(pl.lit(by).alias("by"), pl.all())


def _years_until(day: dt.date, column: str) -> pl.Expr:
    """Return completed years from a date to the first day of a month."""
    date = pl.col(column)
    months = 12 * (day.year - date.dt.year()) + day.month - date.dt.month().cast(pl.Int32)
    return ((months - (date.dt.day() > 1).cast(pl.Int32)) // 12).alias(column)


def tests_of_years(result: Result, years: Sequence[int], least: int) -> list[Nondiscrimination]:
    """Return the tests of each year without figures of few; none without a plan."""
    if not result.config.plan.enabled:
        return []
    replicate = result.header.replicate
    return [without_few(nondiscrimination(result, year, replicate=replicate), least) for year in years]


def tests_table(found: Sequence[Nondiscrimination]) -> pl.DataFrame:
    """Return one row per year, test and figure: year, test, section, outcome, figure, value, unit, note."""
    rows = [
        (year.year, test.test, test.section, test.outcome, name, value, unit, test.note)
        for year in found
        for test in year.tests
        for name, value, unit in (test.in_words or [FigureInWords("", None, "")])
    ]
    columns = ("test", "section", "outcome", "figure", "value", "unit", "note")
    schema = {"year": pl.Int64, **{name: pl.Float64 if name == "value" else pl.String for name in columns}}
    return pl.DataFrame(rows, schema=schema, orient="row", strict=False)
