"""Groups of employees in a comparison as text: what each costs, and who gains and loses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl

from workforce_sim.ensembles.cuts import EMPLOYER, NO_DEPARTMENT
from workforce_sim.ensembles.wording import NONE, SHOWN, error, gap, gaps, table, values
from workforce_sim.result.summary import HIRED
from workforce_sim.share.suppression import HIDDEN
from workforce_sim.wording import shortened

AWAY = "hidden"
WIDTH = 12
"""Most characters of a scenario's name in the heading of a column."""

LABELS = {**SHOWN, EMPLOYER: "employer contributions"}
TITLES = {
    "hired": "existing employees and future hires",
    "department": "department",
    "level": "level",
    "age_band": "age",
    "tenure_band": "years of service",
    "pay_band": "salary",
}


def costs_table(
    rows: pl.DataFrame, scenarios: tuple[str, str], measures: Mapping[str, bool], years: str, last: str
) -> Iterator[str]:
    """Yield the lines of what groups cost in a scenario beside the baseline; cells that are hidden say so.

    Args:
        rows: what ``Comparison.by_group`` gives.
        scenarios: the one to compare with, and the one that is told of.
        measures: what to show, and whether it adds up over years; what does not is that of the last year.
        years: of the comparison, in words.
        last: the last of them, in words.
    """
    by, (baseline, name), lines = rows.columns[1], scenarios, []
    for measure, adds_up in measures.items():
        when = pl.col("year").is_null() if adds_up else pl.col("year") == pl.col("year").max()
        part = rows.filter((pl.col("measure") == measure) & when)
        sides = [part.filter(pl.col("scenario") == side).to_dicts() for side in (baseline, name)]
        lines.append((LABELS[measure], *[""] * 6))
        lines += [
            (f"  {shortened(other[by], 24)}", *_costs(measure, one, other)) for one, other in zip(*sides, strict=True)
        ]
    groups = TITLES[by] if by == HIRED else f"by {TITLES[by]}"
    of_last = "" if all(measures.values()) else f"; participation in {last}"
    yield f"{name}: {groups}; {years}{of_last}"
    yield from table(("", baseline[:WIDTH], name[:WIDTH], "difference", "std error", "P5", "P95"), lines)


def _costs(measure: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[str]:
    if one.get(HIDDEN) or other.get(HIDDEN):
        yield from (AWAY,) * 6
        return
    yield from values(measure, [one["mean"], other["mean"]])
    moved, *ends = gaps(measure, [other[f"difference_{name}"] for name in ("mean", "p5", "p95")])
    yield from (moved, error(measure, other["difference_mean_error"]), *ends)


def gains_table(gains: pl.DataFrame) -> Iterator[str]:
    """Yield the lines of who gains and who loses by group, a table for each scenario; cells that are hidden say so."""
    by = gains.columns[1]
    money = {"contributions": "mean_employer_cents", "own deferrals": "mean_deferral_cents"}
    for part in gains.partition_by("scenario", maintain_order=True):
        rows = [
            [NO_DEPARTMENT if row[by] is None else str(row[by]), *_gain_cells(row, money.values())]
            for row in part.to_dicts()
        ]
        about = "who gains and who loses employer contributions; means over all years, simulation 0"
        yield from ("", f"{part['scenario'][0]}: {about}")
        yield from table((TITLES[by], "employees", "gain", "lose", "same", *money, "in one only"), rows)


def _gain_cells(row: Mapping[str, Any], money: Iterable[str]) -> Iterator[str]:
    nothing = AWAY if row.get(HIDDEN) and row["persons"] != 0 else NONE
    yield from (AWAY if row[name] is None else f"{row[name]:,}" for name in ("persons", "gain", "lose", "same"))
    yield from (nothing if row[name] is None else gap(name, row[name]) for name in money)
    apart = [row[name] for name in ("baseline_only", "scenario_only")]
    yield AWAY if None in apart else f"{sum(apart):,}"


def hidden_note(gains: pl.DataFrame, least: int) -> Iterator[str]:
    """Yield what is hidden, if anything."""
    if HIDDEN in gains.columns and gains[HIDDEN].any():
        yield from (
            "",
            f"hidden: cells of fewer than {least} people, and others that would give them away by subtraction;",
        )
        yield "--no-suppression shows them, for internal use"
