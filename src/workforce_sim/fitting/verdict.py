"""What a backtest says in words, with the thresholds it goes by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from workforce_sim.display.card import Card, Table, cells
from workforce_sim.wording import columns, percent

if TYPE_CHECKING:
    from workforce_sim.fitting.backtest import Backtest

LOW, HIGH, BIAS = 0.70, 0.95, 0.05
"""Coverage of the 80% band that is taken for right, and the median error that is taken for none."""
WIDTHS = {"headcount": 0.12, "exits": 0.40, "hires": 0.80, "payroll": 0.12}
"""Widest 80% band that is of use, as a share of the actual value."""

_OFF = {
    "rate": "the exit rate",
    "growth": "growth",
    "raise": "raises",
    "mix": "the mix of pay, of those who come and go",
}


def verdict(test: Backtest) -> str:
    """Return a sentence for each measure, one for what was off most often, and the thresholds."""
    return "\n".join([*(_sentence(row) for row in test.measures.to_dicts()), *_missed(test), _thresholds()])


def _thresholds() -> str:
    inside = f"{percent(LOW, 0)} to {percent(HIGH, 0)}"
    return (
        f"thresholds: a band holds with {inside} of the values within it; {percent(BIAS, 0)} of median error is no bias"
    )


def _sentence(row: dict[str, Any]) -> str:
    covered, width = row["cover_80"], row["width_80"]
    right = "holds" if LOW <= covered <= HIGH else ("is too narrow" if covered < LOW else "is wide")
    band = f"the 80% band {right}: {percent(covered, 0)} of {row['forecasts']} within it, {percent(width, 0)} wide"
    limit = WIDTHS.get(row["measure"])
    wide = f" (more than {percent(limit, 0)} is of little use)" if limit is not None and width > limit else ""
    error = row["median_error"]
    bias = (
        "no bias" if abs(error) <= BIAS else f"forecasts {'high' if error > 0 else 'low'}, median {percent(error, 1)}"
    )
    better = [
        f"{_better(row[f'skill_{other}'])} {what}" for other, what in (("flat", "a flat rate"), ("last", "last year"))
    ]
    return f"{row['measure']}: {band}{wide}; {bias}; {', '.join(better)}"


def _better(skill: float) -> str:
    return f"{percent(abs(skill), 0)} {'better than' if skill >= 0 else 'worse than'}"


def _missed(test: Backtest) -> Iterator[str]:
    far = test.missed.filter(test.missed["off"].abs() > 1)
    if far.is_empty():
        return
    counts = far["driver"].value_counts().sort("count", "driver", descending=[True, False])
    name, count = counts.row(0)
    share = f"{count} of {test.missed.height} forecasts"
    yield f"farthest off: {_OFF[name]}, in {share} more than one standard deviation from what happened"


def backtest_text(test: Backtest) -> str:
    """Return a backtest as a page: scores by measure, what was off, and the verdict."""
    scores, off = columns(measure_rows(test), right=range(1, 10)), columns(missed_rows(test), right=(3, 4, 5))
    return "\n".join([_title(test), "", *scores, "", *off, "", verdict(test)])


def backtest_card(test: Backtest) -> Card:
    """Return a backtest as a notebook shows it, the verdict as notes."""
    (heading, *scores), (far, *off) = measure_rows(test), missed_rows(test)
    tables = Table(heading, cells(scores)), Table(far, cells(off), left=3)
    return Card(_title(test), tables, tuple(verdict(test).split("\n")))


def _title(test: Backtest) -> str:
    return f"{len(test.origins)} origins, {test.origins[0]} to {test.origins[-1]}"


def measure_rows(test: Backtest) -> list[list[str]]:
    """Return the scores by measure, after a heading."""
    head = ["measure", "forecasts", "median error", "within 50%", "80%", "90%", "width", "to flat", "to last", "PIT"]
    rows = [head]
    for row in test.measures.to_dicts():
        names = ("median_error", "cover_50", "cover_80", "cover_90", "width_80", "skill_flat", "skill_last")
        places = (1, 0, 0, 0, 1, 0, 0)
        shares = [percent(row[name], place) for name, place in zip(names, places, strict=True)]
        rows.append([row["measure"], str(row["forecasts"]), *shares, f"{row['pit']:.2f}"])
    return rows


def missed_rows(test: Backtest) -> list[list[str]]:
    """Return the driver that was farthest off, by origin and census, after a heading."""
    off = [["origin", "census", "farthest off", "actual", "forecast", "deviations"]]
    for row in test.missed.to_dicts():
        values = (percent(row["actual"], 2), percent(row["mean"], 2), f"{row['off']:+.1f}")
        off.append([str(row["origin"]), str(row["date"]), row["driver"], *values])
    return off
