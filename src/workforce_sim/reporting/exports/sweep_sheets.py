"""The sheets of a sweep: every combination with its values beside its results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from workforce_sim.dates import period_label, year_label
from workforce_sim.ensembles.pairing import MEASURED
from workforce_sim.ensembles.sweeping import Sweep
from workforce_sim.reporting.exports.background import assumptions, made, notes
from workforce_sim.reporting.exports.band_rows import simulations_sheet
from workforce_sim.reporting.exports.ensemble_sheets import spread_words
from workforce_sim.reporting.exports.sheet import CellKind, Row, Series, Sheet, SheetChart, in_unit, kind_of
from workforce_sim.tables import EMPLOYER_MONEY
from workforce_sim.wording import counted
from workforce_sim.wording.measures import label

SHOWN = (
    "net_employer_cost_cents",
    "employer_cost_share_of_payroll",
    "participation_rate",
    "average_deferral_rate",
    "match_cents",
    *EMPLOYER_MONEY[1:],
    "deferral_cents",
    "payroll_cents",
    "headcount_closing",
)
CHARTED = ("net_employer_cost_cents", "participation_rate")
HEAD = ("Mean", "Standard error of the mean", "P5", "P95")


def sweep_sheets(found: Sweep) -> Iterator[Sheet]:
    """Yield the sheets of a sweep."""
    first = found.ensembles[0]
    simulation = first.config.simulation
    simulations = counted(first.count, "simulation")
    about = [
        f"Means over {simulations} of each combination; all use the same random draws.",
        spread_words(first.config),
    ]
    yield _last_year(found, f"Sweep of {', '.join(found.keys)}: {year_label(simulation, simulation.years[-1])}", about)
    yield _measures(
        found, "Totals", f"All years together, {period_label(simulation, simulation.years)}", found.totals, about
    )
    yield _measures(found, "By year", "Every measure by year", found.summary)
    yield simulations_sheet(found.replicates)
    yield assumptions(first.header, "combination 0")
    yield notes({str(number): each.notes for number, each in enumerate(found.ensembles)})
    facts = [("Combinations", f"{len(found.ensembles):,}"), ("Simulations of each", f"{first.count:,}")]
    names = [f"combination {number}" for number in found.headers]
    results = dict(zip(names, (each.replicates for each in found.ensembles), strict=True))
    yield made(dict(zip(names, found.headers.values(), strict=True)), facts, results)


def _last_year(found: Sweep, title: str, about: list[str]) -> Sheet:
    last = found.summary.filter(pl.col("year") == found.summary["year"].max())
    means = {(row[0], row[1]): row[2] for row in last.select("combination", "measure", "mean").iter_rows()}
    numbers = found.combinations["combination"].to_list()
    shown = [name for name in SHOWN if any(means.get((number, name)) for number in numbers)]
    kinds = [kind_of(name, [means.get((number, name)) for number in numbers]) for name in shown]
    rows = [
        Row([*row, *(in_unit(name, means.get((row[0], name)), kind) for name, kind in zip(shown, kinds, strict=True))])
        for row in found.combinations.iter_rows()
    ]
    head = ["Combination", *found.keys, *map(label, shown)]
    charts = [_chart(name, head.index(label(name)), len(rows)) for name in CHARTED if name in shown]
    return Sheet("Summary", title, head, [*_key_kinds(found), *kinds], rows, about, len(found.keys) + 1, charts)


def _key_kinds(found: Sweep) -> list[CellKind | None]:
    kinds = (CellKind.CHOSEN if dtype.is_numeric() else CellKind.TEXT for dtype in found.combinations.dtypes[1:])
    return [CellKind.YEAR, *kinds]


def _chart(measure: str, column: int, count: int) -> SheetChart:
    series = Series((-1, column), (0, column), (count - 1, column))
    return SheetChart(
        f"{label(measure)} by combination", "column", [series], ((0, 0), (count - 1, 0)), kind_of(measure)
    )


def _measures(found: Sweep, name: str, title: str, table: pl.DataFrame, about: Sequence[str] = ()) -> Sheet:
    """Return every measure of every combination, of each year where the table has one."""
    of_year = ["year"] if "year" in table.columns else []
    rows = []
    for row in table.filter(pl.col("mean").is_not_null()).iter_rows(named=True):
        measure = row["measure"]
        values = [row[column] for column in MEASURED]
        kind = kind_of(measure, values)
        keys = [row["combination"], *(row[key] for key in found.keys), label(measure), *(row[key] for key in of_year)]
        rows.append(Row([*keys, *(in_unit(measure, value, kind) for value in values)], kind))
    head = ["Combination", *found.keys, "Measure", *map(str.capitalize, of_year), *HEAD]
    kinds = [*_key_kinds(found), CellKind.TEXT, *(CellKind.YEAR for _ in of_year)]
    return Sheet(name, title, head, kinds, rows, about, len(found.keys) + 2)
