"""Groups of employees in many replicates: cost, deferrals and participation, year by year and in total.

The sums of a group are measures of an event that changes nothing, so that they come with each replicate's summary.
Employees count in their group at the end of the year or at termination, as in ``summary_by``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import polars as pl

from workforce_sim.census.opening import Opening
from workforce_sim.config import Config
from workforce_sim.dates import day_number
from workforce_sim.engine.context import Year
from workforce_sim.engine.event import Declared
from workforce_sim.engine.events.termination import LEAVES
from workforce_sim.engine.own import OwnEvent
from workforce_sim.engine.year import steps_of
from workforce_sim.ensembles.pairing import side_by_side
from workforce_sim.result.summary import BANDS, EXISTING, FUTURE, HIRED, band_labels, band_position
from workforce_sim.share.suppression import HIDDEN, suppress_small
from workforce_sim.tables import EMPLOYER_MONEY

NO_DEPARTMENT = "no department"

_STAYS = ~LEAVES
_SUMS = {
    "headcount_closing": _STAYS,
    "payroll_cents": pl.col("earnings_cents"),
}
_PLAN_SUMS = {
    "eligible": _STAYS & (pl.col("eligibility_date") <= pl.col("last_day")),
    "participants": _STAYS & (pl.col("new_deferral_bp") > 0),
    "deferral_cents": pl.col("pre_tax_cents") + pl.col("roth_cents"),
    "match_cents": pl.col("match_cents"),
    "nonelective_cents": pl.col("nonelective_cents"),
}
SUMS = (*_SUMS, *_PLAN_SUMS)
"""Measures added up over the employees of a group."""

FURTHER = EMPLOYER_MONEY[2:]
"""Employer contributions that not every run has; groups have them within ``employer_cents``."""

EMPLOYER, PARTICIPATION = "employer_cents", "participation_rate"
"""Measures computed from these: employer contributions of all sources; participants over eligible."""

_STAFF = {"age_band": "age", "tenure_band": "tenure", "pay_band": "new_salary_cents"}
_EVENT = "groups_of_a_comparison"
_SEPARATOR = "\x1f"


class Cut(NamedTuple):
    """A way of grouping: the names of its groups, and each employee's position among them."""

    by: str
    groups: Sequence[str]
    number: pl.Expr


def cut(by: str, opening: Opening, config: Config) -> Cut:
    """Return a way of grouping the staff of a run."""
    if by == HIRED:
        start = day_number(config.simulation.opening)
        return Cut(by, (EXISTING, FUTURE), (pl.col("hire_date") >= start).cast(pl.UInt32))
    if by in BANDS:
        edges = BANDS[by]
        return Cut(by, band_labels(edges.edges), band_position(_STAFF[by], edges.edges, edges.unit))
    if by == "level":
        return Cut(by, [level.name for level in opening.levels], pl.col("new_level").cast(pl.UInt32))
    column = opening.staff["department"]
    known = column.dtype.categories.to_list() if isinstance(column.dtype, pl.Enum) else []
    return Cut(by, [*known, NO_DEPARTMENT], pl.col("department").cast(pl.UInt32))


def _unchanged(staff: pl.LazyFrame, year: Year) -> pl.LazyFrame:
    return staff


def adding_up(cuts: Sequence[Cut], config: Config) -> OwnEvent:
    """Return an event that adds up the groups of some cuts."""
    enabled = config.plan.enabled
    *_, last = (step for step in steps_of(config) if isinstance(step, Declared))
    further = {name: pl.col(name) for name in FURTHER if name.removesuffix("_cents") in config.provisions}
    sums = {**_SUMS, **(_PLAN_SUMS | further if enabled else {})}
    measures = {
        _SEPARATOR.join((_EVENT, each.by, str(place), name)): pl.when(each.number == place).then(amount).otherwise(0)
        for each in cuts
        for place in range(len(each.groups))
        for name, amount in ((name, amount.cast(pl.Int64)) for name, amount in sums.items())
    }
    return OwnEvent(_EVENT, _unchanged, {}, (), {}, after=last.name, measures=measures)


def taken_apart(replicates: pl.DataFrame, cuts: Sequence[Cut]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return summaries without the sums of groups, and the sums: one row per replicate, year, cut and group."""
    own = [name for name in replicates.columns if name.startswith(f"{_EVENT}{_SEPARATOR}")]
    return replicates.drop(own), pl.concat(_rows(replicates, cuts))


def _rows(replicates: pl.DataFrame, cuts: Sequence[Cut]) -> Iterator[pl.DataFrame]:
    for each in cuts:
        for place, group in enumerate(each.groups):
            named = {name: _SEPARATOR.join((_EVENT, each.by, str(place), name)) for name in (*SUMS, *FURTHER)}
            sums = (
                (pl.col(column) if column in replicates.columns else pl.lit(0, dtype=pl.Int64)).alias(name)
                for name, column in named.items()
            )
            labels = pl.lit(each.by).alias("by"), pl.lit(group).alias("group")
            yield replicates.select("replicate", "year", *labels, *sums)


def by_group(sums: Mapping[str, pl.DataFrame], baseline: str, by: str, least: int | None = None) -> pl.DataFrame:
    """Return the measures of groups in each scenario, beside the baseline.

    Args:
        sums: what ``taken_apart`` gives of each scenario.
        baseline: the scenario to compare with.
        by: the cut.
        least: groups of fewer employees (mean at year end), and the few others needed so that subtraction cannot reveal
            them, are null, and ``suppressed`` says which; None hides none.

    Returns:
        One row per scenario, group with anybody in it, year and measure: scenario, the group, year (null: all years
        together), and the columns of ``pairing.side_by_side``.
    """
    found = [
        side_by_side(*(_measured(side, by, group) for side in (sums[baseline], rows))).select(
            pl.lit(name).alias("scenario"), pl.lit(group).alias(by), pl.all()
        )
        for name, rows in sums.items()
        for group in _there(sums, by)
    ]
    return pl.concat(found) if least is None else _suppressed(pl.concat(found), by, least)


def _there(sums: Mapping[str, pl.DataFrame], by: str) -> list[str]:
    """Return the groups with employees, in order."""
    rows = pl.concat([each.filter(by=by) for each in sums.values()])
    paid = rows.group_by("group", maintain_order=True).agg(pl.col("payroll_cents").max())
    return paid.filter(pl.col("payroll_cents") > 0)["group"].to_list()


def _suppressed(found: pl.DataFrame, by: str, least: int) -> pl.DataFrame:
    people = found.filter((pl.col("measure") == "headcount_closing") & pl.col("year").is_not_null())
    counts = people.select("scenario", "year", by, people=pl.col("mean").ceil().cast(pl.Int64))
    marked = suppress_small(counts, count="people", least=least, by=by)
    away = pl.col(by).is_in(marked.filter(HIDDEN)[by].unique().implode())
    shown = pl.exclude("scenario", by, "year", "measure")
    return found.with_columns(pl.when(~away).then(shown).name.keep(), away.alias(HIDDEN))


def _measured(rows: pl.DataFrame, by: str, group: str) -> pl.DataFrame:
    """Return the sums of a group and the computed measures: one row per replicate and year."""
    part = rows.filter(by=by, group=group)
    rate = pl.when(pl.col("eligible") > 0).then(pl.col("participants") / pl.col("eligible"))
    employer = pl.sum_horizontal(EMPLOYER_MONEY)
    return part.select("replicate", "year", *SUMS, employer.alias(EMPLOYER), rate.alias(PARTICIPATION))
