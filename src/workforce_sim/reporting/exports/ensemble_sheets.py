"""The sheets of an ensemble: means by year, bands, totals over all years, every simulation, and what is behind them."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from workforce_sim.config import Config
from workforce_sim.dates import period_label
from workforce_sim.ensembles.ensemble import Ensemble
from workforce_sim.ensembles.spread import IN_WORDS, varying
from workforce_sim.reporting.exports.background import assumptions, made, notes
from workforce_sim.reporting.exports.band_rows import band_charts, bands_sheet, simulations_sheet, totals
from workforce_sim.reporting.exports.measure_rows import summary_sheet, year_cells
from workforce_sim.reporting.exports.sheet import Sheet
from workforce_sim.wording import counted


def ensemble_sheets(found: Ensemble) -> Iterator[Sheet]:
    """Yield the sheets of an ensemble."""
    table = found.bands
    years = table["year"].unique().sort().to_list()
    simulations = counted(found.count, "simulation")
    span = period_label(found.config.simulation, years)
    title = f"{simulations} of {span}"
    about = [f"Means over {simulations}. Amounts in dollars, rates in percent.", spread_words(found.config)]
    yield summary_sheet(title, year_cells(found.config.simulation, years), _means(table), about)
    yield Sheet("Ranges", "Ranges by year", about=about[1:], charts=list(band_charts(table, "Bands")))
    yield bands_sheet("Bands", "Mean and percentiles by year", table)
    yield bands_sheet("Totals", f"All years together, {span}", totals(found.replicates))
    yield simulations_sheet(found.replicates)
    yield assumptions(found.header)
    yield notes({"": found.notes})
    yield made({"": found.header}, [("Simulations", f"{found.count:,}")], {"": found.replicates})


def spread_words(config: Config) -> str:
    """Return what the ranges of an ensemble hold."""
    sources = varying(config)
    if sources == ("chance",):
        return "Ranges show chance only: every assumption is held at its value."
    return f"Ranges show {', '.join(IN_WORDS[source] for source in sources)} together."


def _means(table: pl.DataFrame) -> dict[str, list[float | None]]:
    """Return the means of each measure that has any, by year."""
    found = table.group_by("measure", maintain_order=True).agg(pl.col("mean").sort_by("year"))
    rows = zip(found["measure"], found["mean"].to_list(), strict=True)
    return {name: means for name, means in rows if any(mean is not None for mean in means)}
