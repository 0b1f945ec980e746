"""A measure of a run or of an ensemble as a picture over its years."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import polars as pl

from workforce_sim.display.card import CardTable, Cell
from workforce_sim.display.markup.charts.canvas import Form
from workforce_sim.display.markup.charts.lines import ChartLine, line_chart
from workforce_sim.display.picture import Picture
from workforce_sim.errors import RequestError
from workforce_sim.wording import counted
from workforce_sim.wording.measures import label, shown

OUTER, INNER = ("p5", "p95"), ("p25", "p75")
BANDS = "the 5th to 95th percentile"


def summary_plot(summary: pl.DataFrame, measure: str, named: Callable[[int], str]) -> Picture:
    """Return a measure of a run by year, of several replicates their mean; ``named`` writes a year."""
    rows = summary.group_by("year").agg(pl.col(measure).mean()).sort("year")
    count = summary["replicate"].n_unique()
    note = "" if count == 1 else f"Mean of {counted(count, 'simulation')}."
    line = ChartLine(label(measure), rows[measure].to_list())
    return years_plot(label(measure), rows["year"].to_list(), [line], note, _form(measure), named)


def bands_plot(bands: pl.DataFrame, measure: str, named: Callable[[int], str]) -> Picture:
    """Return a measure of an ensemble by year as a fan chart: its mean, and 50% and 90% of simulations."""
    rows = bands.filter(pl.col("measure") == measure).sort("year")
    ends = [(rows[low].to_list(), rows[high].to_list()) for low, high in (OUTER, INNER)]
    line = ChartLine(label(measure), rows["mean"].to_list(), ends)
    count = counted(int(rows["replicates"].max() or 0), "simulation")  # type: ignore[arg-type]
    note = f"Mean of {count}. Bands: {BANDS} (light), the 25th to 75th (dark)."
    return years_plot(label(measure), rows["year"].to_list(), [line], note, _form(measure), named)


def years_plot(
    what: str,
    years: Sequence[int],
    lines: Sequence[ChartLine],
    note: str,
    form: Form,
    named: Callable[[int], str],
) -> Picture:
    """Return lines over years; ``form`` writes a value, ``named`` a year."""
    if not any(value is not None for line in lines for value in line.values):
        raise RequestError(f"{what}: there is no value in any year; is plan.enabled false?")
    names = [*map(named, years)]
    span = " to ".join(dict.fromkeys((names[0], names[-1])))
    drawn = line_chart(what, names, lines, form)
    rows = [row for line in lines for row in _figures(line, form)]
    return Picture(f"{what}, {span}", note, drawn, CardTable(("", *names), rows))


def _form(measure: str) -> Form:
    return lambda value: shown(measure, value)


def _figures(line: ChartLine, form: Form) -> Iterable[list[Cell]]:
    yield [line.name, *("-" if value is None else form(value) for value in line.values)]
    for low, high in line.bands[:1]:
        ends = zip(low, high, strict=True)
        yield [f"  {BANDS}", *("-" if a is None or b is None else f"{form(a)}–{form(b)}" for a, b in ends)]
