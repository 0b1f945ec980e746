"""All estimates from some intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from workforce_sim.config import Config, Level
from workforce_sim.config.events import AgeBand
from workforce_sim.draws import HIRE_ID
from workforce_sim.studies.fitting.credibility import Floats
from workforce_sim.studies.fitting.deferrals import PlanShares, plan_shares
from workforce_sim.studies.fitting.entrants import Entrants, entrants
from workforce_sim.studies.fitting.exits import Exits, exits
from workforce_sim.studies.fitting.exposure import Exposure, ages, exposure, prior_rates, tenures
from workforce_sim.studies.fitting.leveling import Leveled
from workforce_sim.studies.fitting.linking import Interval
from workforce_sim.studies.fitting.movement import NOTHING, Raises, Yearly, growth, raises
from workforce_sim.studies.fitting.panel import Snapshot
from workforce_sim.studies.fitting.priors import SHARE_PEOPLE


@dataclass(frozen=True)
class Estimates:
    """The estimates.

    Attributes:
        exits: rates and factors of exits.
        rate: yearly rate of the last census's staff in a mean year.
        growth: of headcount, a year.
        raises: of those who stay.
        entrants: of those who are new.
        plan: shares of the plan; empty without deferral rates.
        levels: of the last census, lowest first.
        named: whether censuses name them.
        age_bands: of hires.
        departments: factors of the last census's departments.
        ids_of_hires: whether an id of the last census looks like those of hires, and no prefix is configured.
        hazard: the configured hazard of hires.
        exit_months: weights of the months of exit; None without termination dates.
    """

    exits: Exits
    rate: float
    growth: Yearly
    raises: Raises
    entrants: Entrants
    plan: PlanShares
    levels: tuple[Level, ...]
    named: bool
    age_bands: tuple[AgeBand, ...]
    departments: dict[str, float]
    ids_of_hires: bool
    hazard: Any
    exit_months: tuple[float, ...] | None


def estimated(given: Leveled, parts: Sequence[Interval], config: Config) -> Estimates:
    """Return the estimates of some intervals."""
    people = exposure(parts)
    prior = prior_rates(config.terminations.rate_table, people.age, people.tenure, ages_at_hire(config))
    found = exits(people, prior, np.array([part.years for part in parts]))
    dates = _exit_dates(given)
    first_year = float(found.level.factor * found.base * found.directions["tenure"].factors[0])
    new = entrants(parts, given.levels, config, first_year, dated=len(dates) > 0)
    moved = raises(parts, given.levels[-1].name, named=given.named) if given.panel.pay_known else NOTHING
    return Estimates(
        exits=found,
        rate=float(risks(found, parts[-1].after).mean()),
        growth=growth(parts, found.rate, found.level.spread),
        raises=moved,
        entrants=new,
        plan=plan_shares(parts, config),
        levels=given.levels,
        named=given.named,
        age_bands=config.hiring.ages,
        departments=_departments(found, parts[-1].after),
        ids_of_hires=_of_hires(parts[-1].after, config),
        hazard=config.terminations.new_hire_hazard,
        exit_months=_months(dates),
    )


def ages_at_hire(config: Config) -> Floats:
    """Return the share of hires by completed age, from 0."""
    found = np.zeros(121)
    for band in config.hiring.ages:
        found[band.start : band.end] += band.weight / (band.end - band.start)
    return found / found.sum()


def risks(found: Exits, census: Snapshot) -> Floats:
    """Return the yearly rate of each employee of a census in a mean year, at most 1."""
    now = Exposure(
        interval=np.zeros(census.staff.height, dtype=np.int64),
        years=np.ones(census.staff.height),
        left=np.zeros(census.staff.height),
        tenure=tenures(census),
        age=ages(census),
        groups=census.staff.select("level", "department"),
    )
    return np.minimum(found.risks({kind: _cells(found, kind, now) for kind in found.directions}), 1.0)


def _cells(found: Exits, kind: str, now: Exposure) -> np.ndarray:
    """Return the fitted cell of employees of another census, -1 for none."""
    direction = found.directions[kind]
    if kind in ("tenure", "age"):
        values = now.tenure if kind == "tenure" else now.age
        return np.where(values < 0, -1, np.searchsorted(direction.starts, values, side="right") - 1)
    where = {name: place for place, name in enumerate(direction.names)}
    return now.groups[kind].replace_strict(where, default=-1, return_dtype=pl.Int64).fill_null(-1).to_numpy()


def _departments(found: Exits, last: Snapshot) -> dict[str, float]:
    """Return the factor of each department of the last census."""
    direction = found.directions.get("department")
    if direction is None:
        return {}
    there = set(last.staff["department"].drop_nulls())
    factors = zip(direction.names, direction.factors.tolist(), strict=True)
    return {name: factor for name, factor in factors if name in there}


def _of_hires(last: Snapshot, config: Config) -> bool:
    alike = last.staff["employee_id"].str.contains(HIRE_ID).any()
    return config.census.id_prefix is None and bool(alike)


def _exit_dates(given: Leveled) -> pl.Series:
    return pl.concat([snapshot.others["termination_date"] for snapshot in given.panel.snapshots]).drop_nulls()


def _months(days: pl.Series) -> tuple[float, ...] | None:
    """Return weights of the months of some days, 1 on average."""
    if len(days) < 12:
        return None
    counts = np.bincount(days.dt.month().to_numpy(), minlength=13)[1:] + 2 * SHARE_PEOPLE / 12
    return tuple((counts / counts.mean()).tolist())
