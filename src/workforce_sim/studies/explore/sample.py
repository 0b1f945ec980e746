"""Samples of the employees of a census, small enough to be simulated hundreds of times while somebody waits."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import polars as pl

from workforce_sim.census import Census
from workforce_sim.config import Config

SAMPLE = 1_000
"""Most employees of a sample."""


def samples(census: Census, config: Config, most: int = SAMPLE) -> tuple[Census, ...]:
    """Return samples of about equally many employees that together are the census.

    Each sample has every so-manieth employee by deferral rate and then by pay, so that its cost and participation are
    near those of all. What a configuration counts in employees or dollars, such as a layoff or a pool, does not shrink
    with a sample: of such a configuration the one sample is the census.
    """
    everybody = census.frame
    count = -(-everybody.height // most)
    if count <= 1 or config.is_planned or config.plan.profit_sharing.kind == "pool":
        return (census,)
    order = everybody.select(pl.arg_sort_by(pl.col("deferral_bp").fill_null(0), "salary_cents", "employee_id"))
    return tuple(_parts(census, order.to_series(), count))


def _parts(census: Census, order: pl.Series, count: int) -> Iterator[Census]:
    for first in range(count):
        yield dataclasses.replace(census, frame=census.frame[order.gather_every(count, first).sort()])
