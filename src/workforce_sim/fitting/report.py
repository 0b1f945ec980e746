"""Reports of a fit and of a backtest: Markdown with pictures as SVG."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from workforce_sim.fitting.fit_text import fit_text
from workforce_sim.fitting.pictures import bars_svg, fan_svg, intervals_svg
from workforce_sim.fitting.verdict import backtest_text

if TYPE_CHECKING:
    from workforce_sim.fitting.backtest import Backtest
    from workforce_sim.fitting.fit import Fit

RATED = {"exits by tenure": "Exit rates by tenure, years", "exits by age": "Exit rates by age"}


def fit_report(fit: Fit) -> str:
    """Return the report of a fit: rates with intervals and priors, exposure, the years, every table, the keys."""
    parts = ["# What the censuses say", *_rates(fit.table), *_years(fit), "## Tables", _block(str(fit_text(fit)))]
    return "\n\n".join([*parts, "## Configuration", _block(fit.yaml(), "yaml")]) + "\n"


def _block(text: str, kind: str = "text") -> str:
    return f"```{kind}\n{text.rstrip()}\n```"


def _rates(table: pl.DataFrame) -> Iterator[str]:
    for kind, title in RATED.items():
        part = table.filter(pl.col("what") == kind)
        if part.is_empty():
            continue
        names = [cell.removeprefix("from ") for cell in part["cell"]]
        values = list(part.select("estimate", "low", "high").iter_rows())
        yield f"## {title}"
        yield "Points are what is believed, with their 90% intervals; hollow points are the prior at this level."
        yield intervals_svg(title, names, values, part["prior"].to_list())
        yield bars_svg("Exposure, years", names, part["exposure"].to_list())


def _years(fit: Fit) -> Iterator[str]:
    """Yield what each year was beside the mean one."""
    found = fit.estimates
    names = [str(part.after.date.year) for part in fit.parts]
    mean = found.exits.level.factor
    yield "## Years"
    yield bars_svg(
        "Exits of a year beside the mean year", names, [x / mean - 1 for x in found.exits.level.years], "+.0%"
    )
    yield bars_svg("Growth of headcount", names, found.growth.values.tolist(), "+.1%")
    if len(found.raises.total.values):
        yield bars_svg("Raises of those who stayed", names, found.raises.total.values.tolist(), "+.1%")


def backtest_report(test: Backtest) -> str:
    """Return the report of a backtest: the page, and a fan for each measure beside what happened."""
    parts = ["# Forecasts from past censuses", _block(backtest_text(test))]
    return "\n\n".join([*parts, *_fans(test.scores)]) + "\n"


def _fans(scores: pl.DataFrame) -> Iterator[str]:
    percentiles = ("p10", "p25", "p50", "p75", "p90")
    for (origin, measure), part in scores.group_by("origin", "measure", maintain_order=True):
        names = [str(date) for date in part["date"]]
        form = ".1%" if float(part["actual"].max()) <= 1 else ",.0f"  # type: ignore[arg-type]
        fans = list(part.select(percentiles).iter_rows())
        yield fan_svg(f"{measure} from {origin}", names, fans, part["actual"].to_list(), form)
