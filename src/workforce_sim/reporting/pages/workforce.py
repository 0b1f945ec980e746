"""Who works here: age and years of service of the first and the last year, and the deferral rates."""

from __future__ import annotations

import polars as pl

from workforce_sim.dates import plan_year
from workforce_sim.display.markup.charts.bars import Bars, bar_chart
from workforce_sim.display.markup.charts.rows import pyramid
from workforce_sim.display.markup.elements import Element
from workforce_sim.explaining.queries import collected
from workforce_sim.reporting.pages.parts import PageSection, figure, figures, note
from workforce_sim.reporting.pages.values import count
from workforce_sim.result.result import Result
from workforce_sim.result.summary import BANDS, band
from workforce_sim.share.few import has_few

TITLES = {"age_band": "Employees by age", "tenure_band": "Employees by years of service"}
MOST_RATE = 15
"""Per cent; higher deferral rates are one class."""
CLASSES = [*(f"{rate}%" for rate in range(MOST_RATE)), f"{MOST_RATE}%+"]


def workforce_section(result: Result, years: list[int], least: int | None = None) -> PageSection:
    """Return pyramids of age and of years of service of the first and the last year; none with a band of too few."""
    ends = sorted({years[0], years[-1]})
    found = {by: _bands(result, by, ends) for by in TITLES}
    drawn = [_pyramid(by, ends, *bands) for by, bands in found.items() if not _has_few(bands[1], least)]
    day = "the first day of the plan year" if _short(result, years[0]) else "January 1"
    about = f"Employees at year end. Ages and years of service are those of {day}, for new hires of the hire date."
    return PageSection("workforce", "Age and years of service", [figures(*drawn), note(about)] if drawn else [])


def _short(result: Result, year: int) -> bool:
    return plan_year(result.config.simulation, year).short


def _has_few(counts: dict[int, dict[str, int]], least: int | None) -> bool:
    return has_few([number for of_year in counts.values() for number in of_year.values()], least)


def _bands(result: Result, by: str, years: list[int]) -> tuple[list[str], dict[int, dict[str, int]]]:
    """Return the bands in rising order, and how many employees each has at the end of each year."""
    banded = band(*BANDS[by]).alias("band")
    there = result.scan("snapshots").filter(pl.col("year").is_in(years), pl.col("termination_date").is_null())
    found = collected(there.select("year", banded).group_by("year", "band").len())
    counts: dict[int, dict[str, int]] = {year: {} for year in years}
    for year, name, number in found.iter_rows():
        counts[year][name] = number
    return list(found.schema["band"].categories), counts  # type: ignore[attr-defined]


def _pyramid(by: str, years: list[int], names: list[str], counts: dict[int, dict[str, int]]) -> Element:
    sides = [(f"End of {year}", [counts[year].get(name, 0) for name in names]) for year in (years[0], years[-1])]
    rows = [[name, *(count(values[i]) for _, values in sides)] for i, name in enumerate(names)]
    heading = ["Band", *(name for name, _ in sides)]
    return figure(TITLES[by], pyramid(TITLES[by], names, sides[0], sides[1], count), heading, rows)


def rates_section(result: Result, years: list[int], least: int | None = None) -> PageSection:
    """Return how many eligible employees defer at each rate in the first and the last year; not where too few do."""
    if not result.config.plan.enabled:
        return PageSection("rates", "Deferral rates", [])
    ends = sorted({years[0], years[-1]})
    counts = _rates(result, ends)
    if has_few([number for of_year in counts.values() for number in of_year], least):
        return PageSection("rates", "Deferral rates", [])
    series = [Bars(f"End of {year}", counts[year]) for year in ends]
    title = "Deferral rates of eligible employees"
    rows = [[name, *(count(counts[year][i]) for year in ends)] for i, name in enumerate(CLASSES)]
    chart = bar_chart(title, CLASSES, series, count)
    about_it = "Number of employees at year end, by whole percent of pay; 0% are eligible and do not defer."
    drawn = figure(title, chart, ["Rate", *(bars.name for bars in series)], rows, note=about_it)
    return PageSection("rates", "Deferral rates", [drawn])


def _rates(result: Result, years: list[int]) -> dict[int, list[float]]:
    """Return for each year how many eligible employees defer each whole percent at its end."""
    whole = (pl.col("deferral_bp").fill_null(0) // 100).clip(0, MOST_RATE).alias("rate")
    eligible = pl.col("termination_date").is_null() & pl.col("eligibility_date").is_not_null()
    there = result.scan("snapshots").filter(pl.col("year").is_in(years), eligible)
    counts = {year: [0.0] * len(CLASSES) for year in years}
    for year, rate, number in collected(there.select("year", whole).group_by("year", "rate").len()).iter_rows():
        counts[year][rate] = float(number)
    return counts
