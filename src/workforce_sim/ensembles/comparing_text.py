"""A comparison of scenarios as people read it: what was asked, the last year side by side, what participation costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import polars as pl

from workforce_sim.ensembles.wording import NONE, SHOWN, amount, error, gap, gaps, table, two_digits, values
from workforce_sim.share.suppression import HIDDEN
from workforce_sim.wording import columns, counted

if TYPE_CHECKING:
    from workforce_sim.ensembles.comparing import Comparison

AWAY = "hidden"
WIDTH = 12
"""Most letters of a scenario's name in the heading of a column."""


def readable(found: Comparison) -> str:
    """Return the whole comparison as text, at most 100 columns wide unless a configuration needs more."""
    parts = [*_headline(found)]
    for name in found.others:
        parts += [*_configuration(found, name), *_last_year(found, name), *_cost(found, name)]
    return "\n".join([*parts, *_notes(found)])


def _headline(found: Comparison) -> Iterator[str]:
    base = found.ensembles[found.baseline]
    years = base.config.simulation.years
    span = f"{years[0]} to {years[-1]}" if len(years) > 1 else str(years[0])
    count = counted(base.count, "replicate")
    yield f"{len(found.ensembles)} scenarios, {count} of each, {span}; the same census and common random numbers in all"


def _configuration(found: Comparison, name: str) -> Iterator[str]:
    rows = found.configurations.filter(pl.col("scenario") == name).drop("scenario").rows()
    yield from ("", f"{name} beside {found.baseline}: {counted(len(rows), 'difference')} in what was asked")
    yield from columns([("key", found.baseline, name), *rows] if rows else [], indent="  ")


def _last_year(found: Comparison, name: str) -> Iterator[str]:
    """Yield means of both, and the paired difference with its error, its percentiles and what pairing gained."""
    last = found.differences["year"].max()
    moved = _by_measure(found.differences, name, last)
    sides = [_by_measure(found.bands, side, last) for side in (found.baseline, name)]
    heading = (str(last), *(side[:WIDTH] for side in (found.baseline, name)))
    rows = [_row(measure, sides[0][measure], sides[1][measure], moved[measure]) for measure in _told(sides)]
    yield ""
    yield from table((*heading, "difference", "std error", "P5", "P95", "narrowed"), rows)


def _by_measure(frame: pl.DataFrame, scenario: str, year: Any) -> dict[str, dict[str, Any]]:
    rows = frame.filter((pl.col("scenario") == scenario) & (pl.col("year") == year))
    return {row["measure"]: row for row in rows.to_dicts()}


def _told(sides: list[dict[str, dict[str, Any]]]) -> list[str]:
    """Return the measures that are shown: those with a value, and no nonelective money where there is none."""
    return [name for name in SHOWN if any(side[name]["mean"] for side in sides)]


def _row(measure: str, one: dict[str, Any], other: dict[str, Any], moved: dict[str, Any]) -> tuple[str, ...]:
    means = values(measure, [one["mean"], other["mean"]])
    gap, *ends = gaps(measure, [moved[name] for name in ("mean", "p5", "p95")])
    narrowed = NONE if moved["narrowed"] is None else f"{two_digits(moved['narrowed'])} x"
    return (SHOWN[measure], *means, gap, error(measure, moved["mean_error"]), *ends, narrowed)


def _cost(found: Comparison, name: str) -> Iterator[str]:
    row = found.cost_per_point.filter(pl.col("scenario") == name).to_dicts()[-1:]
    if not row:
        return
    per_point, uncertain = row[0]["cents_per_point"], row[0]["cents_per_point_error"]
    year, points = row[0]["year"], f"{row[0]['points']:+.2f} pt"
    told = f"no difference of participation of the eligible to divide the cost by ({points})"
    if per_point is not None:
        error = f"standard error {amount(uncertain)}"
        told = f"{amount(per_point)} net a point of participation of the eligible ({error}; {points})"
    yield from ("", f"cost in {year}: {told}")


def _notes(found: Comparison) -> Iterator[str]:
    """Yield what is to be said of the census and the plans, with the scenarios where it is not of all."""
    of: dict[str, list[str]] = {}
    for name, ensemble in found.ensembles.items():
        for note in ensemble.notes:
            of.setdefault(note, []).append(name)
    if of:
        yield from ("", "notes")
    for note, names in of.items():
        yield f"  {note}" if len(names) == len(found.ensembles) else f"  {', '.join(names)}: {note}"


def gains_table(gains: pl.DataFrame) -> Iterator[str]:
    """Yield the lines of who gains and who loses by group, a table for each scenario; cells that are hidden say so."""
    by = gains.columns[1]
    money = {"employer money": "mean_employer_cents", "own deferrals": "mean_deferral_cents"}
    for part in gains.partition_by("scenario", maintain_order=True):
        rows = [[str(row[by]), *_gain_cells(row, money.values())] for row in part.to_dicts()]
        yield from (
            "",
            f"{part['scenario'][0]}: who gains and who loses in replicate 0, mean difference a person over all years",
        )
        yield from table((by, "persons", "gain", "lose", "same", *(name for name in money), "in one only"), rows)


def _gain_cells(row: dict[str, Any], money: Iterable[str]) -> Iterator[str]:
    nothing = AWAY if row.get(HIDDEN) and row["persons"] != 0 else NONE
    yield from (AWAY if row[name] is None else f"{row[name]:,}" for name in ("persons", "gain", "lose", "same"))
    yield from (nothing if row[name] is None else gap(name, row[name]) for name in money)
    apart = [row[name] for name in ("baseline_only", "scenario_only")]
    yield AWAY if None in apart else f"{sum(apart):,}"
