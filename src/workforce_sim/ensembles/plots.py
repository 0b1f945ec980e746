"""A measure of a comparison over its years, and of a sweep over its combinations, as pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl

from workforce_sim.dates import year_label
from workforce_sim.display.by_year import between
from workforce_sim.display.card import CardTable, Cell
from workforce_sim.display.markup.charts.lines import ChartLine
from workforce_sim.display.markup.charts.planes import heat_map
from workforce_sim.display.markup.charts.rows import Dot, dots
from workforce_sim.display.markup.elements import Element
from workforce_sim.display.picture import Picture
from workforce_sim.display.plots import BANDS, OUTER, years_plot
from workforce_sim.ensembles.wording import swept
from workforce_sim.errors import RequestError
from workforce_sim.wording import counted
from workforce_sim.wording.measures import label, moved, shown

if TYPE_CHECKING:
    from workforce_sim.ensembles.comparing import Comparison
    from workforce_sim.ensembles.sweeping import Sweep

Row = Mapping[str, Any]


def comparison_plot(found: Comparison, measure: str, *, differences: bool) -> Picture:
    """Return a line with its band for each scenario; of differences, for each but the baseline."""
    table = found.differences if differences else found.bands
    rows = table.filter(pl.col("measure") == measure).sort("year")
    parts = rows.partition_by("scenario", maintain_order=True, as_dict=True)
    lines = [_line(name, parts[name,]) for name in (found.others if differences else found.ensembles)]
    count = counted(found.ensembles[found.baseline].count, "simulation")
    beside = f"Difference from {found.baseline}, simulation by simulation. " if differences else ""
    note = f"{beside}Means of {count}; bands: {BANDS}."
    text = moved if differences else shown
    what = f"{label(measure)}, difference" if differences else label(measure)
    years = rows["year"].unique().sort().to_list()
    named = partial(year_label, found.ensembles[found.baseline].config.simulation)
    return years_plot(what, years, lines, note, partial(text, measure), named)


def _line(name: str, part: pl.DataFrame) -> ChartLine:
    low, high = (part[end].to_list() for end in OUTER)
    return ChartLine(name, part["mean"].to_list(), [(low, high)])


def sweep_plot(found: Sweep, measure: str, year: int) -> Picture:
    """Return a heat map of two keys, else a point with its range for each combination."""
    wanted = (pl.col("measure") == measure) & (pl.col("year") == year) & pl.col("mean").is_not_null()
    rows = found.summary.filter(wanted).to_dicts()
    if not rows:
        raise RequestError(f"{measure}: has no value in {year}; is plan.enabled false?")
    count = counted(found.ensembles[0].count, "simulation")
    two = len(found.keys) == 2
    drawn = _grid(found.keys, rows, measure) if two else _points(found.keys, rows, measure)
    note = f"Means of {count} of each combination" + ("." if two else f"; whiskers: {BANDS}.")
    table = CardTable((*found.keys, "Mean", BANDS), [*_figures(found.keys, rows, measure)], left=len(found.keys))
    return Picture(f"{label(measure)}, {year_label(found.ensembles[0].config.simulation, year)}", note, drawn, table)


def _grid(keys: Sequence[str], rows: Sequence[Row], measure: str) -> Element:
    values = {(swept(row[keys[0]]), swept(row[keys[1]])): row["mean"] for row in rows}
    down, across = (list(dict.fromkeys(pair[i] for pair in values)) for i in (0, 1))
    cells = [[values.get((one, other)) for other in across] for one in down]
    return heat_map(label(measure), (keys[1], across), (keys[0], down), cells, lambda value: shown(measure, value))


def _points(keys: Sequence[str], rows: Sequence[Row], measure: str) -> Element:
    found = [Dot(", ".join(swept(row[key]) for key in keys), row["mean"], row["p5"], row["p95"]) for row in rows]
    return dots(label(measure), found, lambda value: shown(measure, value))


def _figures(keys: Sequence[str], rows: Sequence[Row], measure: str) -> Iterator[list[Cell]]:
    for row in rows:
        names = [swept(row[key]) for key in keys]
        yield [*names, shown(measure, row["mean"]), between(measure, row["p5"], row["p95"])]
