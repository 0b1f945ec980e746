"""Bands as sheets: each measure with its mean and percentiles, years below each other, and lines of them as charts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import polars as pl

from workforce_sim.ensembles.bands import PERCENTS, bands, measures
from workforce_sim.ensembles.pairing import MEASURED, paired
from workforce_sim.ensembles.totals import horizon, with_year
from workforce_sim.reporting.exports.measure_rows import YEAR
from workforce_sim.reporting.exports.sheet import (
    CellKind,
    Row,
    Series,
    Sheet,
    SheetChart,
    difference_kind,
    in_unit,
    kind_of,
)
from workforce_sim.reporting.exports.workbook import INSTEAD
from workforce_sim.wording.measures import label

VALUES = ("mean", "mean_error", *(f"p{percent}" for percent in PERCENTS))
HEAD = ("Mean", "Standard error of the mean", *(f"P{percent}" for percent in PERCENTS))
PLOTTED = ("net_employer_cost_cents", "headcount_closing", "participation_rate", "payroll_cents")
MOST_SIMULATED = 20_000
"""Rows of single simulations in a workbook; more take long to write, and to open."""

KindOf = Callable[[str, Sequence[float | None]], CellKind]

P5, P95 = 2, len(VALUES) - 1
KEYS = {"scenario": "Scenario", "combination": "Combination", "replicate": "Simulation", "year": YEAR}
ABOUT = (
    "P5 to P95: nine of ten simulations lie between them. The standard error shows the precision of the mean. Measures "
    "that are 0 throughout are left out."
)


def bands_sheet(
    name: str, title: str, table: pl.DataFrame, about: Sequence[str] = (ABOUT,), *, differences: bool = False
) -> Sheet:
    """Return bands as a sheet, measure by measure.

    Args:
        name: of the sheet.
        title: in its first row.
        table: columns of ``bands``, one of ``KEYS`` before them; ``year`` may be missing.
        about: lines below the title.
        differences: whether values are differences: of shares, in percentage points.
    """
    keys = [key for key in KEYS if key in table.columns and key != "year"]
    of_year = ["year"] if "year" in table.columns else []
    ordered = sorted_by_measure(table, keys)
    kind = difference_kind if differences else kind_of
    rows = [_row(row, [*keys, *of_year], kind) for row in ordered.iter_rows(named=True)]
    head = ["Measure", *(KEYS[key] for key in (*keys, *of_year)), *HEAD]
    kinds = [CellKind.TEXT, *(CellKind.TEXT for _ in keys), *(CellKind.YEAR for _ in of_year)]
    return Sheet(name, title, head, kinds, rows, about, frozen=len(kinds))


def sorted_by_measure(table: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """Return bands measure by measure, then in the order of the table; measures that are always nothing left out."""
    names = table["measure"].unique(maintain_order=True)
    place = table["measure"].replace_strict(names, range(len(names)), return_dtype=pl.Int64)
    there = (pl.col("mean").is_not_null() & (pl.col("mean") != 0)).any().over("measure")
    return table.with_columns(_place=place).filter(there).sort("_place", maintain_order=True).drop("_place")


def _row(row: dict[str, Any], keys: Sequence[str], kind_of_values: KindOf) -> Row:
    measure, values = str(row["measure"]), [row[name] for name in VALUES]
    kind = kind_of_values(measure, values)
    shown = (in_unit(measure, value, kind) for value in values)
    return Row([label(measure), *(row[key] for key in keys), *shown], kind)


def band_charts(table: pl.DataFrame, of: str) -> Iterator[SheetChart]:
    """Yield a chart of mean, P5 and P95 over the years for measures that people ask for.

    Args:
        table: columns of ``bands``, of one ensemble.
        of: name of the sheet that ``bands_sheet`` made of it.
    """
    rows = sorted_by_measure(table, [])["measure"].to_list()
    for measure in PLOTTED:
        if measure in rows:
            first, last = rows.index(measure), len(rows) - 1 - rows[::-1].index(measure)
            yield SheetChart(
                f"{label(measure)}: mean, and nine of ten simulations",
                "line",
                [
                    Series((-1, 2), (first, 2), (last, 2), color=0),
                    Series((-1, 2 + P5), (first, 2 + P5), (last, 2 + P5), dashed=True, color=0),
                    Series((-1, 2 + P95), (first, 2 + P95), (last, 2 + P95), dashed=True, color=0),
                ],
                ((first, 1), (last, 1)),
                kind_of(measure),
                of=of,
            )


def totals(replicates: pl.DataFrame) -> pl.DataFrame:
    """Return the bands of all years together: the total of each simulation, and then their spread.

    Args:
        replicates: one row per replicate and year, columns of ``tables.SUMMARY``.

    Returns:
        One row per measure that adds up over years: columns of ``bands`` without the year.
    """
    return bands(with_year(horizon(replicates))).drop("year")


def total_differences(base: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """Return the same of the paired differences of two scenarios: of ``other`` less ``base``."""
    whole = (with_year(horizon(each)) for each in (base, other))
    return bands(paired(*whole)).drop("year")


def groups_sheet(name: str, title: str, table: pl.DataFrame, about: Sequence[str]) -> Sheet:
    """Return measures of groups as a sheet: each group and year with its mean, its range and how it differs.

    Args:
        name: of the sheet.
        title: in its first row.
        table: what ``Comparison.by_group`` gives; a year that is null is all years together.
        about: lines below the title.
    """
    group = table.columns[1]
    rows = []
    for row in sorted_by_measure(table, []).iter_rows(named=True):
        measure = row["measure"]
        own, moved = [row[name] for name in MEASURED], [row[f"difference_{name}"] for name in MEASURED]
        kind, apart = kind_of(measure, own), difference_kind(measure, moved)
        found = [in_unit(measure, value, kind) for value in own]
        gaps = [in_unit(measure, value, apart) for value in moved]
        year = "all years" if row["year"] is None else row["year"]
        cells = [label(measure), row["scenario"], str(row[group]), year, *found, *gaps]
        rows.append(Row(cells, kind, (len(gaps), apart)))
    head = ["Measure", "Scenario", "Group", YEAR, *HEADS, *(f"Difference: {each}" for each in HEADS)]
    return Sheet(name, title, head, [CellKind.TEXT, CellKind.TEXT, CellKind.TEXT, CellKind.YEAR], rows, about, frozen=4)


HEADS = ("mean", "standard error", "P5", "P95")


def simulations_sheet(replicates: pl.DataFrame) -> Sheet:
    """Return every measure of every simulation; where they are too many, a line that says where they are."""
    title = "Every simulation"
    if replicates.height > MOST_SIMULATED:
        many = f"{replicates.height:,} rows are too many to be handy in a workbook (more than {MOST_SIMULATED:,});"
        return Sheet("Simulations", title, about=[f"{many} {INSTEAD}"])
    keys = [key for key in KEYS if key in replicates.columns]
    names = [name for name in measures(replicates) if name not in keys and _has_any(replicates[name])]
    kinds = [CellKind.TEXT if key == "scenario" else CellKind.YEAR for key in keys]
    units = [kind_of(name) for name in names]
    rows = [
        Row([*row[: len(keys)], *map(in_unit, names, row[len(keys) :], units)])
        for row in replicates.select(*keys, *names).iter_rows()
    ]
    head = [*(KEYS[key] for key in keys), *map(label, names)]
    return Sheet("Simulations", title, head, [*kinds, *units], rows, frozen=len(keys))


def _has_any(column: pl.Series) -> bool:
    return bool((column != 0).any())
