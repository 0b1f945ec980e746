"""Comparisons, sweeps and attributions as notebooks show them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from workforce_sim.config.workforce import Simulation
from workforce_sim.dates import period_label, year_label
from workforce_sim.display.by_year import TREND, main_of
from workforce_sim.display.card import Card, CardTable, Cell, Trend, cells
from workforce_sim.ensembles.ensemble import any_plan
from workforce_sim.ensembles.totals import COST, OF_PAYROLL
from workforce_sim.ensembles.wording import error, swept
from workforce_sim.wording import counted, with_names
from workforce_sim.wording.measures import label, moved, shown

if TYPE_CHECKING:
    from workforce_sim.ensembles.attribution import Attribution
    from workforce_sim.ensembles.comparing import Comparison
    from workforce_sim.ensembles.sweeping import Sweep

SAME_DRAWS = "all scenarios use the same census and the same random draws"
ENDS = "5th–95th percentile"
SWEPT = ("headcount_closing", "participation_rate", COST, OF_PAYROLL)
"""Measures that a sweep shows of each combination, the cost with its difference from the first."""

SWEPT_WITHOUT_PLAN = ("headcount_closing", "average_salary_cents", "payroll_cents")
"""The same where no combination has a plan."""


def comparison_card(found: Comparison) -> Card:
    """Return the scenarios and the measures that differ: means by year, and the difference in the last."""
    base = found.ensembles[found.baseline]
    simulation, years = base.config.simulation, found.bands["year"].unique().sort().to_list()
    span = period_label(simulation, years)
    title = f"{len(found.ensembles)} scenarios, {counted(base.count, 'simulation')} of each, {span}; {SAME_DRAWS}"
    asked = CardTable(("Scenario", "Key", found.baseline, "Value"), cells(found.configurations.rows()), left=4)
    measures = main_of(found.bands["measure"].unique(maintain_order=True))
    differing = set(found.differences.filter((pl.col("mean") != 0) | (pl.col("p5") != pl.col("p95")))["measure"])
    labels = [year_label(simulation, year) for year in years]
    heading = ("", "Scenario", *labels, TREND, f"Difference {labels[-1]}", "Std. error", ENDS)
    rows = [row for name in measures if name in differing for row in _scenarios(found, name, years)]
    return Card(
        title, (asked, CardTable(heading, rows, left=2), _totals(found)), (*_same(measures, differing), *notes(found))
    )


def _totals(found: Comparison) -> CardTable:
    """Return totals over the years of measures that differ, and their differences from the baseline."""
    table = found.totals
    differs = (pl.col("difference_mean") != 0) | (pl.col("difference_p5") != pl.col("difference_p95"))
    differing = table.filter(differs)["measure"].unique(maintain_order=True)
    heading = ("", "Scenario", "Total", f"Difference from {found.baseline}", "Std. error", ENDS)
    parts = [table.filter(pl.col("measure") == name).to_dicts() for name in main_of(differing)]
    rows = [_total(row, place) for part in parts for place, row in enumerate(part)]
    return CardTable(heading, rows, "All years together", left=2)


def _total(row: Mapping[str, Any], place: int) -> list[Cell]:
    measure = row["measure"]
    apart = {name: row[f"difference_{name}"] for name in ("mean", "mean_error", "p5", "p95")}
    ends = _difference(measure, apart) if place else [""] * 3
    return [label(measure) if place == 0 else "", row["scenario"], shown(measure, row["mean"]), *ends]


def _scenarios(found: Comparison, measure: str, years: list[int]) -> Iterator[list[Cell]]:
    for place, name in enumerate(found.ensembles):
        of_scenario = (pl.col("scenario") == name) & (pl.col("measure") == measure)
        means = found.bands.filter(of_scenario).sort("year")["mean"].to_list()
        apart = found.differences.filter(of_scenario & (pl.col("year") == years[-1])).to_dicts()
        ends = _difference(measure, apart[0]) if apart else [""] * 3
        head = label(measure) if place == 0 else ""
        yield [head, name, *(shown(measure, mean) for mean in means), Trend(tuple(means)), *ends]


def _difference(measure: str, row: Mapping[str, Any]) -> list[str]:
    ends = f"{moved(measure, row['p5'])} to {moved(measure, row['p95'])}"
    return [moved(measure, row["mean"]), error(measure, row["mean_error"]), ends]


def _same(measures: Iterable[str], differing: set[str]) -> Iterator[str]:
    same = [label(name) for name in measures if name not in differing]
    if same:
        yield f"The same in all scenarios: {', '.join(same)}"


def notes(found: Comparison) -> list[str]:
    """Return the notes of all scenarios, each once, with the scenarios where it is not of all."""
    return with_names({name: ensemble.notes for name, ensemble in found.ensembles.items()})


def sweep_card(found: Sweep) -> Card:
    """Return the combinations, with the last year of each and how its cost differs from that of the first."""
    count = counted(found.ensembles[0].count, "simulation")
    combinations = counted(len(found.ensembles), "combination")
    simulation, years = found.ensembles[0].config.simulation, found.summary["year"].unique().sort().to_list()
    draws = SAME_DRAWS.replace("scenarios", "combinations")
    title = f"{combinations}, {count} of each, {period_label(simulation, years)}; {draws}"
    told = SWEPT if any_plan(found.ensembles) else SWEPT_WITHOUT_PLAN
    last = year_label(simulation, years[-1])
    heading = ("", *found.keys, *(f"{label(name)} {last}" for name in told), "Difference", "Std. error", TREND)
    rows = [_combination(row, found.summary, told) for row in found.combinations.rows()]
    return Card(title, (CardTable(heading, rows, left=1 + len(found.keys)),), found.ensembles[0].notes)


def _combination(values: tuple[Any, ...], summary: pl.DataFrame, measures: Sequence[str]) -> list[Cell]:
    part = summary.filter(pl.col("combination") == values[0]).sort("year")
    last = {row["measure"]: row for row in part.filter(pl.col("year") == part["year"].max()).to_dicts()}
    cost = measures[2]
    costs = part.filter(pl.col("measure") == cost)["mean"].to_list()
    apart = moved(cost, last[cost]["difference_mean"]), error(cost, last[cost]["difference_mean_error"])
    return [*map(swept, values), *(shown(name, last[name]["mean"]) for name in measures), *apart, Trend(tuple(costs))]


def attribution_card(found: Attribution) -> Card:
    """Return the share of the variance that each source makes, a row for each measure and year."""
    whole = found.ensembles["all"]
    sources = found.table["source"].unique(maintain_order=True).to_list()
    parts = found.table.partition_by("year", "measure", maintain_order=True)
    heading = ("", "Year", "Standard deviation", *(name.capitalize() for name in sources if name != "all"))
    title = f"Where the spread comes from: shares of the variance, {counted(whole.count, 'simulation')} of each"
    rows = [_sources(part.to_dicts(), whole.config.simulation) for part in parts]
    return Card(title, (CardTable(heading, rows, left=2),))


def _sources(rows: list[dict[str, Any]], simulation: Simulation) -> list[Cell]:
    measure, year = rows[0]["measure"], year_label(simulation, rows[0]["year"])
    shares = {row["source"]: row for row in rows}
    sd = shares.pop("all")["sd"]
    return [label(measure), year, shown(measure, sd), *map(_share, shares.values())]


def _share(row: Mapping[str, Any]) -> str:
    if row["share"] is None:
        return "-"
    return f"{100 * row['share']:.1f} ± {100 * row['share_error']:.1f}%"
