"""A backtest in sentences, with the thresholds that they use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from workforce_sim.display.card import Card, CardTable, cells
from workforce_sim.studies.fitting.labels import label
from workforce_sim.wording import columns, counted, percent

if TYPE_CHECKING:
    from workforce_sim.studies.fitting.backtest import Backtest

LOW, HIGH, BIAS = 0.70, 0.95, 0.05
"""The 80% band is right when it covers from LOW to HIGH of the values; a median error up to BIAS is no bias."""
WIDTHS = {"headcount": 0.12, "exits": 0.40, "hires": 0.80, "payroll": 0.12}
"""Widest useful 80% band, as a share of the actual value."""

_OFF = {
    "rate": "the termination rate",
    "growth": "headcount growth",
    "raise": "raises",
    "mix": "the pay mix (pay of new hires compared with pay of terminated employees)",
}


def verdict(test: Backtest) -> str:
    """Return a sentence for each measure, one for the driver that was off most often, and the thresholds."""
    return "\n".join([*(_sentence(row) for row in test.measures.to_dicts()), *_missed(test), _thresholds()])


def _thresholds() -> str:
    inside = f"{percent(LOW, 0)} to {percent(HIGH, 0)}"
    return (
        f"thresholds: an 80% band is right if {inside} of the values are within it; "
        f"a median error up to {percent(BIAS, 0)} is no bias"
    )


def _sentence(row: dict[str, Any]) -> str:
    covered, width = row["cover_80"], row["width_80"]
    right = "is right" if LOW <= covered <= HIGH else ("is too narrow" if covered < LOW else "is wide")
    values = counted(row["forecasts"], "value")
    band = f"the 80% band {right}: {percent(covered, 0)} of {values} within it, {percent(width, 0)} wide"
    limit = WIDTHS.get(row["measure"])
    wide = f" (more than {percent(limit, 0)} is of little use)" if limit is not None and width > limit else ""
    error = row["median_error"]
    bias = (
        "no bias" if abs(error) <= BIAS else f"forecasts {'high' if error > 0 else 'low'}, median {percent(error, 1)}"
    )
    better = [
        f"{_better(row[f'skill_{other}'])} {what}" for other, what in (("flat", "a flat rate"), ("last", "last year"))
    ]
    return f"{label(row['measure'])}: {band}{wide}; {bias}; {', '.join(better)}"


def _better(skill: float) -> str:
    return f"{percent(abs(skill), 0)} {'better than' if skill >= 0 else 'worse than'}"


def _missed(test: Backtest) -> Iterator[str]:
    far = test.missed.filter(test.missed["off"].abs() > 1)
    if far.is_empty():
        return
    counts = far["driver"].value_counts().sort("count", "driver", descending=[True, False])
    name, count = counts.row(0)
    share = f"{count} of {counted(test.missed.height, 'forecast')}"
    yield f"farthest off: {_OFF[name]}, in {share} more than one standard deviation from the actual value"


def backtest_text(test: Backtest) -> str:
    """Return a backtest as text: scores by measure, what was off, and the verdict."""
    scores, off = columns(measure_rows(test), right=range(1, 10)), columns(missed_rows(test), right=(3, 4, 5))
    return "\n".join([_title(test), "", *scores, "", *off, "", verdict(test)])


def backtest_card(test: Backtest) -> Card:
    """Return a backtest as a notebook shows it, with the verdict as notes."""
    (heading, *scores), (far, *off) = measure_rows(test), missed_rows(test)
    tables = CardTable(heading, cells(scores)), CardTable(far, cells(off), left=3)
    return Card(_title(test), tables, tuple(verdict(test).split("\n")))


def _title(test: Backtest) -> str:
    first, last = test.origins[0], test.origins[-1]
    return f"forecasts from {counted(len(test.origins), 'census', 'censuses')}, {first} to {last}"


def measure_rows(test: Backtest) -> list[list[str]]:
    """Return the scores by measure, under a heading."""
    head = ["measure", "forecasts", "median error", "within 50%", "80%", "90%", "width"]
    rows = [[*head, "vs flat rate", "vs last year", "PIT"]]
    for row in test.measures.to_dicts():
        names = ("median_error", "cover_50", "cover_80", "cover_90", "width_80", "skill_flat", "skill_last")
        places = (1, 0, 0, 0, 1, 0, 0)
        shares = [percent(row[name], place) for name, place in zip(names, places, strict=True)]
        rows.append([label(row["measure"]), str(row["forecasts"]), *shares, f"{row['pit']:.2f}"])
    return rows


def missed_rows(test: Backtest) -> list[list[str]]:
    """Return the driver that was farthest off, by origin and census, under a heading."""
    off = [["forecast from", "census", "farthest off", "actual", "forecast", "deviations"]]
    for row in test.missed.to_dicts():
        values = (percent(row["actual"], 2), percent(row["mean"], 2), f"{row['off']:+.1f}")
        off.append([str(row["origin"]), str(row["date"]), label(row["driver"]), *values])
    return off
