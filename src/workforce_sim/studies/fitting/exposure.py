"""Employees exposed to termination, one row per employee and interval, as arrays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workforce_sim.config.events import RateCell
from workforce_sim.studies.fitting.credibility import Floats
from workforce_sim.studies.fitting.linking import Interval
from workforce_sim.studies.fitting.panel import Snapshot

Ints = NDArray[np.int64]
REAL_BIRTHS, SAME_DAY = 0.9, 0.2


@dataclass(frozen=True)
class Exposure:
    """The exposed employees.

    Attributes:
        interval: place of the interval.
        years: exposure.
        left: 1 for exits.
        tenure: completed years.
        age: completed years; -1 if unknown.
        groups: names by kind of group: level, department; null without one.
    """

    interval: Ints
    years: Floats
    left: Floats
    tenure: Ints
    age: Ints
    groups: pl.DataFrame

    def by(self, cell: Ints, values: Floats, size: int) -> Floats:
        """Return the sum of values by cell, without cells below 0."""
        known = cell >= 0
        return np.bincount(cell[known], weights=values[known], minlength=size).astype(np.float64)


def exposure(parts: Sequence[Interval]) -> Exposure:
    """Return the employees exposed in some intervals."""
    staff = [part.before.staff for part in parts]
    return Exposure(
        interval=np.repeat(np.arange(len(parts)), [frame.height for frame in staff]),
        years=np.concatenate([part.exposure for part in parts]),
        left=np.concatenate([part.left for part in parts]).astype(np.float64),
        tenure=np.concatenate([tenures(part.before) for part in parts]),
        age=np.concatenate([ages(part.before) for part in parts]),
        groups=pl.concat([frame.select("level", "department") for frame in staff]),
    )


def tenures(snapshot: Snapshot) -> Ints:
    """Return completed years since hire."""
    return _completed(snapshot.staff["hire_date"], snapshot.date).clip(0)


def ages(snapshot: Snapshot) -> Ints:
    """Return completed years since birth, -1 if birth dates are not real."""
    births = snapshot.staff["birth_date"]
    if not real_births(births):
        return np.full(len(births), -1, dtype=np.int64)
    found = _completed(births.fill_null(snapshot.date), snapshot.date)
    return np.where(births.is_null().to_numpy(), -1, found)


def real_births(births: pl.Series) -> bool:
    """Return whether birth dates are given and vary as real ones do: imputed ones fall on a few days."""
    given = births.drop_nulls()
    if len(given) < REAL_BIRTHS * len(births):
        return False
    counts = np.bincount((given.dt.month().cast(pl.Int64) * 100 + given.dt.day()).to_numpy())
    return bool(counts.max(initial=0) <= max(SAME_DAY * len(given), 5))


def _completed(days: pl.Series, at: dt.date) -> Ints:
    year, month, day = (getattr(days.dt, part)().cast(pl.Int64).to_numpy() for part in ("year", "month", "day"))
    return np.asarray(at.year - year - ((month * 100 + day) > at.month * 100 + at.day), dtype=np.int64)


def prior_rates(cells: Sequence[RateCell], age: Ints, tenure: Ints, hired: Floats) -> Floats:
    """Return the rate of a table for each employee; averaged over ages at hire if the age is unknown.

    Args:
        cells: the table.
        age: completed years, -1 for not known.
        tenure: completed years.
        hired: share of hires by completed age, from 0.
    """
    dense = np.zeros((121, 101))
    for cell in cells:
        dense[cell.age_from :, cell.tenure_from :] = cell.value
    t = np.minimum(tenure, 100)
    found = dense[np.clip(age, 0, 120), t]
    at_hire = np.flatnonzero(hired)
    averages = np.array([hired[at_hire] @ dense[np.minimum(at_hire + years, 75), years] for years in range(101)])
    return np.where(age < 0, averages[t], found)
