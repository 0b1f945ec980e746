"""New employees: levels, pay, ages and months of hires, and how many terminate in their year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from workforce_sim.config import Config, Level
from workforce_sim.config.events import AgeBand
from workforce_sim.studies.fitting.credibility import Floats, mean, share
from workforce_sim.studies.fitting.exposure import real_births
from workforce_sim.studies.fitting.linking import Interval
from workforce_sim.studies.fitting.panel import Snapshot
from workforce_sim.studies.fitting.priors import HIRES, PEOPLE, SHARE_PEOPLE

PERCENTS = (10, 25, 50, 75, 90)
_WEIGHTS = (0.175, 0.2, 0.25, 0.2, 0.175)
"""Weight of each percentile in the mean of the pay curve of a level without a range."""


@dataclass(frozen=True)
class Entrants:
    """Hires, as the configuration has them.

    Attributes:
        people: how many there were.
        mix: share by level.
        percentiles: pay in cents by level, at the last census; none for an empty level.
        relative: mean pay of entrants over that of all employees.
        leaving: share who terminate in the year of hire, with its interval.
        leaving_seen: hires with a known end.
        ages: weights of the age bands; None if birth dates are not real.
        months: weights of hire by month; None with too few dates.
    """

    people: int
    mix: dict[str, float]
    percentiles: dict[str, tuple[float, ...]]
    relative: float
    leaving: tuple[float, float, float]
    leaving_seen: int
    ages: tuple[float, ...] | None
    months: tuple[float, ...] | None


def entrants(
    parts: Sequence[Interval], levels: Sequence[Level], config: Config, first_year_rate: float, *, dated: bool
) -> Entrants:
    """Return the estimates of the new employees.

    Args:
        parts: the intervals.
        levels: the levels of the last census.
        config: whose shares and ages are the prior.
        first_year_rate: termination rate at tenure 0.
        dated: whether censuses have termination dates, which show who was hired and terminated between them.
    """
    last = parts[-1].after
    new = pl.concat([_deflated(part, last) for part in parts])
    names = [level.name for level in levels]
    counts = new["level"].value_counts().sort("level")
    seen = dict(counts.iter_rows())
    at = {name: last.staff.filter(pl.col("level") == name)["salary_cents"].to_numpy() for name in names}
    total = sum(seen.get(name, 0) for name in names)
    prior = {name: len(pay) / last.staff.height for name, pay in at.items()}
    mix = {name: (seen.get(name, 0) + PEOPLE * prior[name]) / (total + PEOPLE) for name in names}
    pays = {name: new.filter(pl.col("level") == name)["pay"].to_numpy() for name in names}
    percentiles = {name: curve for name in names if (curve := _curve(pays[name], at[name])) is not None}
    relative = mean(new["pay"]) / mean(last.staff["salary_cents"], 1.0)
    leaving, count = _leaving(parts, config, first_year_rate, dated=dated)
    hired = new.filter("hired")
    return Entrants(
        new.height, mix, percentiles, relative, leaving, count, _ages(hired, config), _months(hired["hire_date"])
    )


def _deflated(part: Interval, last: Snapshot) -> pl.DataFrame:
    """Return entrants with their pay scaled to the last census."""
    ratio = mean(last.staff["salary_cents"], 1.0) / mean(part.after.staff["salary_cents"], 1.0)
    frame = part.after.staff.with_columns(new=part.new).filter(pl.col("new") != "")
    return frame.select(
        "level", "hire_date", "birth_date", pay=pl.col("salary_cents") * ratio, hired=pl.col("new") == "hire"
    )


def _curve(pay: Floats, incumbents: Floats) -> tuple[float, ...] | None:
    """Return pay of hires at five percentiles of a level; the curve has the mean of the hires."""
    if not len(incumbents):
        return None
    if len(pay) >= PEOPLE:
        found, mean = np.percentile(pay, PERCENTS), float(pay.mean())
    else:
        own = float(pay.sum()) / float(incumbents.mean()) if len(pay) else 0.0
        found, mean = np.percentile(incumbents, PERCENTS), float(incumbents.mean())
        scale = (own + PEOPLE) / (len(pay) + PEOPLE)
        found, mean = found * scale, mean * scale
    return tuple((found * mean / float(found @ np.array(_WEIGHTS))).tolist())


def _leaving(
    parts: Sequence[Interval], config: Config, rate: float, *, dated: bool
) -> tuple[tuple[float, float, float], int]:
    if not dated:
        n = 1 - (1 - min(rate, 0.99)) ** 0.5
        return (n, n, n), 0
    gone = sum(part.hired_and_left for part in parts)
    hires = gone + sum(int((part.new == "hire").sum()) for part in parts)
    prior = config.workforce.new_hire_termination_rate.at(config.simulation.start_year)
    return share(gone, hires, prior, HIRES), hires


def _ages(hired: pl.DataFrame, config: Config) -> tuple[float, ...] | None:
    """Return weights of the bands of age at hire."""
    bands: tuple[AgeBand, ...] = config.hiring.ages
    if not hired.height or not real_births(hired["birth_date"]):
        return None
    known = hired.filter(pl.col("birth_date").is_not_null())
    ages = ((known["hire_date"] - known["birth_date"]).dt.total_days() / 365.25).to_numpy()
    counts, _ = np.histogram(ages, [bands[0].start, *(band.end for band in bands)])
    prior = np.array([band.weight for band in bands])
    return tuple((counts + 2 * SHARE_PEOPLE * prior / prior.sum()).tolist())


def _months(days: pl.Series) -> tuple[float, ...] | None:
    """Return weights of the months of some days, 1 on average."""
    if len(days) < 12:
        return None
    counts = np.bincount(days.dt.month().to_numpy(), minlength=13)[1:] + 2 * SHARE_PEOPLE / 12
    return tuple((counts / counts.mean()).tolist())
