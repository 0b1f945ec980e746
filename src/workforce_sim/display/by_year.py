"""The main measures of a summary or of bands: a row each, with a column for each year and a small line over them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import polars as pl

from workforce_sim.display.card import CardTable, Cell, Trend
from workforce_sim.tables import EMPLOYER_MONEY, SUMMARY, names
from workforce_sim.wording.measures import label, shown

MAIN = (
    "headcount_closing",
    "hires",
    "terminations_opening_staff",
    "terminations_new_hires",
    "payroll_cents",
    "participation_rate",
    "average_deferral_rate",
    "deferral_cents",
    *EMPLOYER_MONEY,
    "net_employer_cost_cents",
    "employer_cost_share_of_payroll",
)
"""Measures that are shown if not all 0, before those of a user's own events."""

TREND = "Trend"
RANGE = "  5th to 95th percentile"

_KNOWN = frozenset(names(SUMMARY))


def main_of(measures: Iterable[str]) -> list[str]:
    """Return the measures to show: the main ones, then those of a user's own events."""
    there = list(measures)
    return [*(name for name in MAIN if name in there), *(name for name in there if name not in _KNOWN)]


def summary_table(summary: pl.DataFrame, named: Callable[[int], str] = str) -> CardTable:
    """Return the years of a summary, of several replicates their means; ``named`` writes a year."""
    rows = summary.group_by("year").agg(pl.exclude("replicate").mean()).sort("year")
    found = ((name, rows[name].to_list()) for name in main_of(rows.columns))
    return _table(map(named, rows["year"].to_list()), (_row(name, values) for name, values in found if any(values)))


def bands_table(bands: pl.DataFrame, named: Callable[[int], str] = str) -> CardTable:
    """Return the years of bands: means, and below them the range of 90% of simulations; ``named`` writes a year."""
    parts = {str(part["measure"][0]): part.sort("year") for part in bands.partition_by("measure", maintain_order=True)}
    rows = (row for name in main_of(parts) for row in _band_rows(name, parts[name]))
    return _table(map(named, bands["year"].unique().sort().to_list()), rows)


def _table(years: Iterable[str], rows: Iterable[Sequence[Cell]]) -> CardTable:
    return CardTable(("", *years, TREND), list(rows))


def _band_rows(measure: str, part: pl.DataFrame) -> Iterator[list[Cell]]:
    means, ends = part["mean"].to_list(), list(part.select("p5", "p95").iter_rows())
    if any(means):
        yield _row(measure, means)
    if any(low != high for low, high in ends):
        yield [RANGE, *(between(measure, low, high) for low, high in ends), ""]


def between(measure: str, low: float | None, high: float | None) -> str:
    """Return the range of values of a measure: ``$40.4M–$41.7M``."""
    if low is None or high is None:
        return shown(measure, None)
    return "–".join(shown(measure, round(end) if abs(end) >= 100 else end) for end in (low, high))


def _row(measure: str, values: Sequence[float | None]) -> list[Cell]:
    return [label(measure), *(shown(measure, value) for value in values), Trend(tuple(values))]
