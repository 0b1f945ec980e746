"""Charts of a fit and of a backtest, each with its figures, for the page and for Markdown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from workforce_sim.display.markup.charts.bars import Bars, bar_chart
from workforce_sim.display.markup.charts.lines import ChartLine, line_chart
from workforce_sim.display.markup.charts.rows import Dot, dots
from workforce_sim.display.markup.elements import Element
from workforce_sim.reporting.pages.values import Form, alike, count, share, signed, span
from workforce_sim.studies.fitting.labels import label
from workforce_sim.wording import capital

if TYPE_CHECKING:
    from workforce_sim.studies.fitting.fit import Fit

PRIOR = "prior"
SHOWN = 14
"""Most rows of a chart; the table has the others."""
_OF_YEARS = {
    "exits by tenure": "Termination rates by tenure",
    "exits by age": "Termination rates by age",
}
_FACTORS = {
    "exits by level": "Terminations by level, relative to the average",
    "exits by department": "Terminations by department, relative to the average",
}
_DEVIATION = signed(share)


class Chart(NamedTuple):
    """A chart: what it shows, the heading and rows of its figures, and how to read it."""

    caption: str
    picture: Element
    heading: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""


def fit_charts(fit: Fit) -> Iterator[Chart]:
    """Yield charts of the estimates with intervals and priors, of their exposure, and of each year."""
    for kind, title in {**_OF_YEARS, **_FACTORS}.items():
        part = fit.table.filter(pl.col("what") == kind)
        if part.height:
            yield from _estimates(part, title, factors=kind in _FACTORS)
    plan = fit.table.filter(pl.col("cell").str.starts_with("enrollment."), pl.col("low") < pl.col("high"))
    if plan.height:
        yield _intervals(plan["what"].to_list(), plan, "Participants, a year", share)
    yield from _years(fit)


def _estimates(part: pl.DataFrame, title: str, *, factors: bool) -> Iterator[Chart]:
    shown = part.sort("exposure", descending=True).head(SHOWN) if part.height > SHOWN else part
    names = [str(cell) for cell in shown["cell"]] if factors else _spans(shown["cell"].to_list())
    yield _intervals(names, shown, title, _factor if factors else share)
    what = f"Exposure by {str(shown['what'][0]).removeprefix('exits by ')}, person-years"
    exposed = shown["exposure"].to_list()
    picture = bar_chart(what, names, [Bars("Exposure", exposed)], count)
    yield Chart(what, picture, ["", "Person-years"], [[n, count(x)] for n, x in zip(names, exposed, strict=True)])


def _intervals(names: Sequence[str], part: pl.DataFrame, title: str, write: Form) -> Chart:
    rows = part.select("estimate", "low", "high", "prior").rows()
    every = [Dot(name, value, low, high, prior) for name, (value, low, high, prior) in zip(names, rows, strict=True)]
    cells = [
        [name, write(v), span(low, high, write), write(prior)]
        for name, (v, low, high, prior) in zip(names, rows, strict=True)
    ]
    about = "Points are estimates, lines their 90% intervals, hollow points the prior."
    heading = ["", "Value", "90% interval", "Prior"]
    return Chart(title, dots(title, every, write, beside=PRIOR), heading, cells, about)


def _factor(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _spans(cells: Sequence[str]) -> list[str]:
    """Return bands of years as text: 0, 3-4, 30 and over."""
    starts = [int(cell.removeprefix("from ")) for cell in cells]
    ends = [*(start - 1 for start in starts[1:]), None]
    return [
        f"{start} and over" if end is None else str(start) if start == end else f"{start}-{end}"
        for start, end in zip(starts, ends, strict=True)
    ]


def _years(fit: Fit) -> Iterator[Chart]:
    found = fit.estimates
    mean = found.exits.level
    yield _bars("Terminations of a year, compared with the mean year", fit, (mean.years / mean.factor - 1).tolist())
    yield _bars("Growth of headcount, a year", fit, found.growth.values.tolist())
    if len(found.raises.total.values) == len(fit.parts):
        yield _bars("Raises of those who stayed, a year", fit, found.raises.total.values.tolist())


def _bars(title: str, fit: Fit, values: Sequence[float]) -> Chart:
    names = _dated([part.after.date for part in fit.parts])
    rows = [[name, _DEVIATION(value)] for name, value in zip(names, values, strict=True)]
    return Chart(title, bar_chart(title, names, [Bars("Year", values)], _DEVIATION), ["Up to", "Value"], rows)


# --- a backtest ---


def backtest_charts(scores: pl.DataFrame) -> Iterator[Chart]:
    """Yield a chart of all forecasts of a measure beside the actual values, and a fan chart of each longer forecast."""
    measure = str(scores["measure"][0])
    write = writer(measure, scores["actual"].to_list())
    yield _forecasts(measure, scores, write)
    for _, part in scores.group_by("origin", maintain_order=True):
        if part.height > 1:
            yield _fan(measure, part, write)


def writer(measure: str, values: Sequence[float]) -> Form:
    """Return the function that writes values of a measure."""
    if measure in ("payroll", "average pay"):
        in_cents = alike("payroll_cents", [100 * value for value in values])
        return lambda value: in_cents(100 * value)
    return count if max(values, default=0.0) > 1 else share


def _forecasts(measure: str, scores: pl.DataFrame, write: Form) -> Chart:
    rows = scores.to_dicts()
    title = f"{capital(label(measure))}: every forecast and the actual value"
    ends, starts = (_dated([row[name] for row in rows]) for name in ("date", "origin"))
    names = [f"{end} from {start}" for end, start in zip(ends, starts, strict=True)]
    every = [Dot(n, r["p50"], r["p10"], r["p90"], r["actual"]) for n, r in zip(names, rows, strict=True)]
    heading = ["Census", "Forecast from", "Median", "80% band", "Actual"]
    cells = [
        [str(r["date"]), str(r["origin"]), write(r["p50"]), span(r["p10"], r["p90"], write), write(r["actual"])]
        for r in rows
    ]
    about = "Points are the median forecast, lines its 80% band, hollow points the actual value."
    return Chart(title, dots(title, every, write, beside="actual"), heading, cells, about)


def _fan(measure: str, part: pl.DataFrame, write: Form) -> Chart:
    origin, last = part["origin"][0], float(part["last"][0])
    names = _dated([origin, *part["date"]])
    path: dict[str, list[float]] = {name: [last, *part[name]] for name in ("actual", "p10", "p25", "p50", "p75", "p90")}
    bands = [(path["p10"], path["p90"]), (path["p25"], path["p75"])]
    title = f"{capital(label(measure))}, forecast from {origin}"
    lines = [ChartLine("Median forecast", path["p50"], bands), ChartLine("Actual", path["actual"])]
    heading = ["Census", "P10", "P25", "Median", "P75", "P90", "Actual"]
    order = ("p10", "p25", "p50", "p75", "p90", "actual")
    cells: list[list[str]] = [[n, *(write(path[p][i]) for p in order)] for i, n in enumerate(names)][1:]
    about = "Shaded: the middle 80% and 50% of simulations. Lines start at the census of the forecast."
    return Chart(title, line_chart(title, names, lines, write), heading, cells, about)


def _dated(dates: Sequence[dt.date]) -> list[str]:
    """Return the years of dates, with the months if a year has several dates."""
    alone = len({date.year for date in dates}) == len(set(dates))
    return [str(date.year) if alone else f"{date:%Y-%m}" for date in dates]
