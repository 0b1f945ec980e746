"""The forecast from an origin: runs from its census, read at the dates of later censuses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from workforce_sim.census.read import Census
from workforce_sim.config import Config, with_changes
from workforce_sim.config.plan import FIRST_YEAR
from workforce_sim.ensembles.ensemble import simulate_ensemble
from workforce_sim.studies.fitting.credibility import Floats, mean
from workforce_sim.studies.fitting.fit import Fit
from workforce_sim.studies.fitting.linking import Interval

FLOWS = ("exits", "hires")
"""Measures of an interval; the others are measures of a day."""


@dataclass(frozen=True)
class Paths:
    """Replicates from an origin: values at the opening and each year's end, flows of each year.

    Attributes:
        levels: by measure, one row per replicate, a column for the opening and one per year.
        flows: the same, cumulated from the opening.
        raises: growth of pay of employees who stay, one row per replicate, a column per year.
    """

    levels: dict[str, Floats]
    flows: dict[str, Floats]
    raises: Floats

    def at(self, measure: str, start: float, end: float) -> Floats:
        """Return a measure of each replicate at a time, or over the interval up to it, in years from the origin."""
        if measure in self.flows:
            return _read(self.flows[measure], end) - _read(self.flows[measure], start)
        if measure == "average pay":
            return _read(self.levels["payroll"], end) / np.maximum(_read(self.levels["headcount"], end), 1)
        return _read(self.levels[measure], end)

    def raised(self, start: float, end: float) -> Floats:
        """Return the yearly growth of pay of employees who stay, over an interval."""
        whole = np.concatenate([np.zeros((len(self.raises), 1)), np.cumsum(np.log1p(self.raises), axis=1)], axis=1)
        return np.asarray(np.expm1((_read(whole, end) - _read(whole, start)) / (end - start)))


def _read(path: Floats, at: float) -> Floats:
    """Return a path of each replicate at a time, linear between year ends."""
    year = min(int(at), path.shape[1] - 2)
    part = at - year
    return np.asarray(path[:, year] * (1 - part) + path[:, year + 1] * part)


def paths(fit: Fit, years: float, replicates: int) -> Paths:
    """Return a forecast of some years from the last census of a fit."""
    config = _config(fit, math.ceil(years - 1e-9))
    found = simulate_ensemble(config, census=_census(fit, config), replicates=replicates, progress=None).replicates
    wide = {name: _wide(found, name) for name in _TAKEN if name in found.columns}
    staff = fit.parts[-1].after.staff
    heads = _opened(wide["headcount_closing"], staff.height)
    roll = _opened(wide["salary_roll_cents"], float(staff["salary_cents"].sum()))
    levels = {"headcount": heads, "payroll": roll / 100}
    if config.plan.enabled:
        levels |= {
            "participation": _opened(wide["participation_rate_all"], participation(staff)),
            "average deferral": _opened(wide["average_deferral_rate"], average_deferral(staff)),
        }
    stay = wide["hires"] - wide["terminations_new_hires"]
    flows = dict(zip(FLOWS, map(_cumulated, (wide["terminations_opening_staff"], stay)), strict=True))
    return Paths(levels, flows, wide["average_salary_growth_continuing"])


_TAKEN = (
    "headcount_closing",
    "salary_roll_cents",
    "hires",
    "terminations_new_hires",
    "terminations_opening_staff",
    "average_salary_growth_continuing",
    "participation_rate_all",
    "average_deferral_rate",
)


def _wide(found: pl.DataFrame, name: str) -> Floats:
    """Return a measure with one row per replicate and a column per year."""
    years = found["year"].n_unique()
    return found.sort("replicate", "year")[name].cast(pl.Float64).fill_null(0.0).to_numpy().reshape(-1, years)


def _opened(path: Floats, opening: float) -> Floats:
    return np.concatenate([np.full((len(path), 1), opening), path], axis=1)


def _cumulated(flow: Floats) -> Floats:
    return _opened(np.cumsum(flow, axis=1), 0.0)


def _config(fit: Fit, years: int) -> Config:
    first = max(fit.config.simulation.start_year, FIRST_YEAR)
    span = {"simulation.start_year": first, "simulation.end_year": first + years - 1}
    return with_changes(fit.config, {**span, "plan.enabled": has_rates(fit.parts[-1].after.staff)})


def _census(fit: Fit, config: Config) -> Census:
    """Return the last census with its dates shifted so that it falls on the opening, a January 1."""
    opening = config.simulation.opening
    days = pl.duration(days=(opening - fit.parts[-1].after.date).days - 1)
    moved = fit.census.frame.with_columns(pl.col("hire_date", "birth_date") + days)
    return Census(moved, source="last census")


# --- actual values ---


def has_rates(staff: pl.DataFrame) -> bool:
    """Return whether a census has deferral rates."""
    return staff["deferral_bp"].null_count() < staff.height


def participation(staff: pl.DataFrame) -> float:
    """Return the share of staff who defer."""
    return int((staff["deferral_bp"].fill_null(0) > 0).sum()) / max(staff.height, 1)


def average_deferral(staff: pl.DataFrame) -> float:
    """Return the mean rate of those who defer."""
    rates = staff["deferral_bp"].filter(staff["deferral_bp"] > 0)
    return mean(rates) / 10_000


def happened(part: Interval) -> dict[str, float]:
    """Return the actual value of every measure, at the end of an interval or over it."""
    staff = part.after.staff
    pay = float(staff["salary_cents"].sum()) / 100
    found = {
        "headcount": float(staff.height),
        "exits": float((part.gone != "").sum()),
        "hires": float(part.entrants.height),
        "payroll": pay,
        "average pay": pay / staff.height,
    }
    if has_rates(staff):
        found |= {"participation": participation(staff), "average deferral": average_deferral(staff)}
    return found


def drivers(part: Interval) -> dict[str, float]:
    """Return the actual values of the drivers of the measures."""
    before, after = part.before.staff, part.after.staff
    both = part.both
    raised = float(both["salary_cents_after"].sum()) / max(float(both["salary_cents"].sum()), 1.0)
    average = mean(after["salary_cents"]) / mean(before["salary_cents"], 1.0)
    return {
        "rate": float((part.gone != "").sum()) / before.height,
        "growth": after.height / before.height - 1,
        "raise": raised ** (1 / part.years) - 1,
        "mix": average / raised - 1,
    }


def foretold(path: Paths, start: float, end: float) -> dict[str, Floats]:
    """Return the drivers in each replicate of a forecast."""
    heads = [_read(path.levels["headcount"], at) for at in (start, end)]
    raised = path.raised(start, end)
    pay = [path.at("average pay", 0.0, at) for at in (start, end)]
    return {
        "rate": path.at("exits", start, end) / np.maximum(heads[0], 1),
        "growth": heads[1] / np.maximum(heads[0], 1) - 1,
        "raise": raised,
        "mix": pay[1] / pay[0] / (1 + raised) ** (end - start) - 1,
    }


# --- two simple forecasts ---


@dataclass(frozen=True)
class Plain:
    """Forecasts by a flat rate and by last year's value, from the intervals before an origin.

    Attributes:
        rate, pay_growth: pooled, a year; staff stay as many as they are.
        last: the measures of the last interval.
        years: its length.
    """

    rate: float
    pay_growth: float
    last: dict[str, float]
    years: float

    def as_before(self, measure: str, start: float, end: float) -> float:
        """Return the last value of a measure; exits and hires continue at last year's rate."""
        found = self.last[measure]
        return found * (end - start) / self.years if measure in FLOWS else found

    def flat(self, measure: str, start: float, end: float) -> float:
        """Return the value of a measure at flat rates."""
        gone = self.last["headcount"] * self.rate * (end - start)
        grown = {name: self.last[name] * (1 + self.pay_growth) ** end for name in ("payroll", "average pay")}
        found = {"exits": gone, "hires": gone, **grown}
        return found.get(measure, self.last[measure])


def plain(parts: Sequence[Interval]) -> Plain:
    """Return the simple forecasts after some intervals."""
    years = sum(part.years for part in parts)
    gone = sum(float((part.gone != "").sum()) for part in parts)
    staff = sum(part.before.staff.height * part.years for part in parts)
    first, last = parts[0].before.staff, parts[-1].after.staff
    pay = mean(last["salary_cents"]) / mean(first["salary_cents"], 1.0)
    return Plain(gone / staff, pay ** (1 / years) - 1, happened(parts[-1]), parts[-1].years)


def times(parts: Sequence[Interval], origin: int, horizon: int) -> tuple[float, float]:
    """Return when the interval of a horizon begins and ends, in years from the origin."""
    start = sum(part.years for part in parts[origin : origin + horizon - 1])
    return start, start + parts[origin + horizon - 1].years
