"""How a measure of the summary comes about: whom it sums or counts over, by group and of one employee."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import polars as pl

from workforce_sim.explaining.queries import collected
from workforce_sim.money import half_up
from workforce_sim.result.result import Result
from workforce_sim.result.summary import grouped, measures, refuse_groups
from workforce_sim.tables import SUMMARY, WORKING
from workforce_sim.tables.declared import Measure
from workforce_sim.wording import bp_percent, dollars

MEASURES = {column.name: column for column in (*SUMMARY, *WORKING) if isinstance(column, Measure)}
"""Measures of the summary, and the sums that they are derived from."""

GROUPS = ("level", "department", "hired", "age_band")
"""Ways of grouping that an explanation has unless others are asked for."""

NO_GROUP = "none"
COST = ("match_cents", "nonelective_cents", "profit_sharing_cents", "discretionary_match_cents", "restored_cents")
"""Measures that the net employer cost adds up, before forfeitures."""

EMPLOYEES = "employees"
"""Column of parts: how many employees of the year a group has."""


class Ratio(NamedTuple):
    """A measure that divides one sum by another: ``part / (scale x whole) - less``; salaries half up to the cent."""

    part: str
    whole: str
    scale: int = 1
    less: int = 0

    def of(self, sums: Mapping[str, int]) -> float | None:
        """Return the measure of some sums; None where it divides by nothing."""
        part, whole = sums[self.part], sums[self.whole]
        if not whole:
            return None
        return half_up(part, whole) if self.part in _SALARIES else part / (self.scale * whole) - self.less


_SALARIES = ("salary_roll_cents",)
RATIOS = {
    "participation_rate": Ratio("participants", "eligible"),
    "participation_rate_all": Ratio("participants", "headcount_closing"),
    "average_deferral_rate": Ratio("_deferral_bp", "participants", 10_000),
    "retirement_eligible_share": Ratio("retirement_eligible", "headcount_closing"),
    "average_compa_ratio": Ratio("_compa_ratios", "_in_ranges", 1_000_000),
    "average_salary_cents": Ratio("salary_roll_cents", "headcount_closing"),
    "average_salary_growth_continuing": Ratio("_continuing_closing", "_continuing_opening", 1, 1),
    "employer_cost_share_of_payroll": Ratio("net_employer_cost_cents", "payroll_cents"),
}
NET_COST, USED, COST_SHARE = "net_employer_cost_cents", "forfeitures_used_cents", "employer_cost_share_of_payroll"


def terms(measure: str, run: Result) -> list[str]:
    """Return the sums over people or ledger rows that a measure adds up or divides, of those that the run has."""
    ratio, provisions = RATIOS.get(measure), run.config.provisions
    if ratio is not None:
        return [*terms(ratio.part, run), *terms(ratio.whole, run)]
    if measure == NET_COST:
        return [name for name in COST if MEASURES[name].applies(provisions)]
    return [measure] if measure in MEASURES and measure != USED else []


def rule(measure: str) -> str:
    """Return in words what a measure is, and what it adds up, counts or divides, over whom."""
    declared, ratio = MEASURES.get(measure), RATIOS.get(measure)
    if declared is None:
        return "A measure of an event of your own: see what the event declares"
    how = _how(declared) if ratio is None else _ratio_words(ratio)
    return f"{declared.meaning}: {how}" if how else declared.meaning


def _how(declared: Measure) -> str:
    if declared.counts is not None:
        cause = f" of cause {declared.counts.cause}" if declared.counts.cause else ""
        return f"the number of ledger rows of type {declared.counts.event}{cause}"
    return "" if declared.sums is None else _sum_words(declared)


def _ratio_words(ratio: Ratio) -> str:
    part, whole = (words(name) for name in ratio[:2])
    return f"{part} / {whole}{f', less {ratio.less}' if ratio.less else ''}"


def words(name: str) -> str:
    """Return what people read for a measure or for a sum that measures are derived from."""
    declared = MEASURES[name]
    return (declared.label or declared.meaning).lower()


def _sum_words(declared: Measure) -> str:
    assert declared.sums is not None
    roots = list(dict.fromkeys(declared.sums.meta.root_names()))
    if declared.unit == "employees":
        return f"the number of employees, by {' and '.join(roots)} of the snapshots"
    summed = [name for name in roots if name != "status"]
    whom = "employees on December 31" if "status" in roots else "all employees of the year, terminated ones included"
    return f"the sum of {' + '.join(summed)} of the snapshots over {whom}"


def sum_words(name: str, value: int) -> str:
    """Return a sum with its unit: dollars, rates in percent, or a count."""
    if name == "_deferral_bp":
        return bp_percent(value)
    money = "cents" in MEASURES[name].unit or name in ("_continuing_closing", "_continuing_opening")
    return dollars(value) if money else f"{value:,}"


# --- sums ---


def parts(run: Result, replicate: int, year: int, by: str, names: Iterable[str]) -> pl.DataFrame:
    """Return sums of a year by group.

    Args:
        run: the result.
        replicate: its number.
        year: the plan year.
        by: a way of grouping, as for ``summary_by``.
        names: the sums.

    Returns:
        One row per group, sorted: the group as text (``none`` without one), employees of the year, the sums.

    Raises:
        RequestError: for another ``by``.
    """
    refuse_groups([by], run.scan("snapshots").collect_schema().names())
    start = run.config.simulation.opening
    people = _of_year(run, "snapshots", replicate, year).with_columns(_group=grouped(by, start))
    found, wanted = measures(run.config.provisions), list(names)
    of_staff = {name: found.of_staff[name] for name in wanted if name in found.of_staff}
    rows = people.group_by("_group").agg(pl.len().cast(pl.Int64).alias(EMPLOYEES), **of_staff)
    counts = {name: found.of_events[name] for name in wanted if name in found.of_events}
    if counts:
        events = _of_year(run, "events", replicate, year).join(people.select("employee_id", "_group"), on="employee_id")
        counted = events.group_by("_group").agg(**counts)
        rows = rows.join(counted, on="_group", how="left", nulls_equal=True).with_columns(pl.col(*counts).fill_null(0))
    group = pl.col("_group").cast(pl.String).fill_null(NO_GROUP).alias(by)
    return collected(rows.sort("_group", nulls_last=True)).select(group, EMPLOYEES, *wanted)


def _of_year(run: Result, table: str, replicate: int, year: int) -> pl.LazyFrame:
    return run.scan(table).filter((pl.col("year") == year) & (pl.col("replicate") == replicate))


def of_person(run: Result, people: pl.DataFrame, events: pl.DataFrame, names: Iterable[str]) -> dict[str, int]:
    """Return what somebody counts in some sums of a year, from the snapshot and the ledger rows."""
    found, wanted = measures(run.config.provisions), list(names)
    of_staff = people.select(**{name: found.of_staff[name] for name in wanted if name in found.of_staff})
    counts = events.select(**{name: found.of_events[name] for name in wanted if name in found.of_events})
    return {
        **(of_staff.row(0, named=True) if of_staff.width else {}),
        **(counts.row(0, named=True) if counts.width else {}),
    }


def account(run: Result, replicate: int, year: int) -> int:
    """Return the account of forfeitures at the opening of a year, cents: of earlier years, less what they used."""
    before = run.summary.filter((pl.col("replicate") == replicate) & (pl.col("year") < year))
    made, used = (before[name].fill_null(0).to_list() for name in ("forfeitures_cents", USED))
    return sum(made) - sum(used)
