"""``python -m benchmarks.forecasts``: how well forecasts of the City of Baltimore and of its departments hold.

Prints what ``docs/model/fitting.md`` says of bands, skill and exits: coverage, width and CRPS of rolling origins, for
the city and for each department of 60 employees or more as an employer of its own, and the log loss of the next year's
exits. Not in CI: it takes eight minutes of a processor. Needs the panel of 2011 to 2016 beside the project.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl

import workforce_sim as ws
from workforce_sim.studies.fitting.credibility import Floats
from workforce_sim.studies.fitting.estimates import risks
from workforce_sim.studies.fitting.exposure import Exposure, Ints, exposure
from workforce_sim.studies.fitting.scoring import by_measure

PANEL = Path(__file__).parents[2] / "shared/data/baltimore/baltimore_panel_2011_2016.parquet"
LAST_HIRES = ("2011-05-10", "2012-06-19", "2013-07-01", "2014-06-28", "2015-06-29", "2016-06-27")
DAYS = {int(day[:4]): dt.date.fromisoformat(day) for day in LAST_HIRES}
MEASURES = ("headcount", "exits", "hires", "payroll")
TENURES = (0, 1, 2, 5, 10, 20)
"""Where the six bands of raw rates begin."""
SIZES = (30, 150, 500)

Censuses = dict[dt.date, pl.DataFrame]


class Unit(NamedTuple):
    """An employer of its own: its name, how many it employs on average and at least, its censuses."""

    name: str
    staff: float
    fewest: int
    censuses: Censuses


def censuses(rows: pl.DataFrame) -> Censuses:
    """Return the censuses of some rows of the panel."""
    columns = [pl.col("person_id").alias("employee_id"), "hire_date", "annual_salary"]
    return {day: rows.filter(pl.col("fiscal_year") == year).select(columns) for year, day in DAYS.items()}


def departments(panel: pl.DataFrame) -> list[Unit]:
    """Return the departments that are in every census, smallest first."""
    named = panel.with_columns(department=pl.col("agency_id").str.slice(0, 3)).partition_by("department", as_dict=True)
    units = [_unit(str(name), rows) for (name,), rows in sorted(named.items())]
    return sorted((unit for unit in units if unit.fewest), key=lambda unit: unit.staff)


def _unit(name: str, rows: pl.DataFrame) -> Unit:
    found = censuses(rows)
    heads = [frame.height for frame in found.values()]
    return Unit(name, float(np.mean(heads)), min(heads), found)


# --- bands ---


def scores(units: list[Unit], replicates: int) -> pl.DataFrame:
    """Return the scores of rolling origins of every unit, with how many intervals were known."""
    place = {day: known for known, day in enumerate(DAYS.values())}
    tests = [ws.backtest(unit.censuses, replicates=replicates, progress=False).scores for unit in units]
    return pl.concat(tests).with_columns(known=pl.col("origin").replace_strict(place))


def tell(title: str, found: pl.DataFrame) -> None:
    """Print coverage, width and skill of the four measures."""
    four = found.filter(pl.col("measure").is_in(MEASURES))
    inside = four.select(pl.col("actual").is_between("p10", "p90").mean()).item()
    print(f"\n{title}: {inside:.0%} of {four.height:,} values within the 80% band")
    print(f"{'':<12}  {'forecasts':>9}  {'median error':>12}  {'80%':>5}  {'width':>6}  {'flat':>5}  {'last':>5}")
    for row in by_measure(four).to_dicts():
        shares = (
            f"{row['cover_80']:>5.0%}  {row['width_80']:>6.1%}  {row['skill_flat']:>+5.0%}  {row['skill_last']:>+5.0%}"
        )
        print(f"{row['measure']:<12}  {row['forecasts']:>9}  {row['median_error']:>+12.1%}  {shares}")


# --- the next year's exits ---


def losses(unit: Unit) -> Iterator[tuple[float, float, float]]:
    """Yield the log loss of each next year's exits: by the fit, by raw rates, by raw rates with half an exit more."""
    days = list(unit.censuses)
    for place in range(2, len(days)):
        known = ws.fit({day: unit.censuses[day] for day in days[:place]})
        after = ws.fit({day: unit.censuses[day] for day in days[: place + 1]}).parts[-1]
        left = after.left.astype(np.float64)
        before = known.parts[-1].after
        order = after.before.staff.select("employee_id").join(
            before.staff.with_columns(risk=risks(known.estimates.exits, before)),
            on="employee_id",
            maintain_order="left",
        )
        now, people = exposure([after]), exposure(known.parts)
        raw = raw_rates(people, now.tenure, 0.0), raw_rates(people, now.tenure, 0.5)
        yield loss(order["risk"].to_numpy(), left), loss(raw[0], left), loss(raw[1], left)


def raw_rates(people: Exposure, tenure: Ints, more: float) -> Floats:
    """Return exits over exposure of the band of each tenure."""
    size = len(TENURES)
    band = np.searchsorted(TENURES, people.tenure, side="right") - 1
    rates = (people.by(band, people.left, size) + more) / (people.by(band, people.years, size) + 2 * more + 1e-9)
    return np.asarray(rates[np.searchsorted(TENURES, tenure, side="right") - 1])


def loss(risk: Floats, left: Floats) -> float:
    p = np.clip(risk, 1e-6, 1 - 1e-6)
    return float(-(left * np.log(p) + (1 - left) * np.log(1 - p)).sum())


def tell_losses(units: list[Unit]) -> None:
    """Print the log loss of exits, compared with raw rates, by size and for each large unit."""
    found = [(unit, np.array(list(losses(unit)))) for unit in units]
    print(f"\nlog loss of the next year's exits, compared with raw rates in {len(TENURES)} bands of tenure")
    for low, high in zip(SIZES, (*SIZES[1:], np.inf), strict=True):
        some = [loss for unit, loss in found if low <= unit.staff < high]
        print(f"from {low:>3} employees, {len(some):>2} units: {_compared(np.concatenate(some))}")
    for unit, each in found:
        if unit.staff >= SIZES[-1]:
            years = ", ".join(f"{own / raw - 1:+.1%}" for own, raw, _ in each)
            print(f"{unit.name}, {unit.staff:,.0f} employees: {_compared(each)}; by year {years}")


def _compared(each: Floats) -> str:
    own, raw, smoothed = each.sum(axis=0)
    return f"{own / raw - 1:+.2%}; with half an exit more {own / smoothed - 1:+.2%}"


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks.forecasts", description="Forecasts of a city, scored.")
    options.add_argument("--panel", type=Path, default=PANEL)
    options.add_argument(
        "--replicates", type=int, default=200, help="of a forecast of the city; half of a department's"
    )
    given = options.parse_args()
    if not given.panel.exists():
        raise SystemExit(f"{given.panel}: no such file; name the panel with --panel")
    panel = pl.read_parquet(given.panel).filter("regular")
    city, parts = _unit("city", panel), departments(panel)
    whole = scores([city], given.replicates)
    for known, title in ((1, "all origins"), (2, "from two intervals on"), (3, "from three intervals on")):
        tell(f"City, {title}", whole.filter(pl.col("known") >= known))
    each = scores([part for part in parts if part.fewest >= 60], given.replicates // 2)
    tell("Departments of 60 and more", each)
    tell("Departments, two censuses", each.filter(pl.col("known") == 1))
    tell_losses([part for part in parts if part.fewest >= SIZES[0]] + [city])


if __name__ == "__main__":
    main()
