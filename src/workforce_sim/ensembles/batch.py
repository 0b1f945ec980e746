"""A batch of replicates in one frame, down to their summaries; wherever it is carried out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from workforce_sim.config import Config
from workforce_sim.monitor import Clock
from workforce_sim.opening import Opening
from workforce_sim.preparation import prepared
from workforce_sim.year import step, totals

ROWS = 300_000
"""Employees of a batch in one year: more do not fit the caches of a processor, fewer cost overhead."""


@dataclass(frozen=True)
class Job:
    """What the replicates of an ensemble share: shipped once to each place that works on it."""

    config: Config
    opening: Opening


def summaries(job: Job, replicates: Sequence[int]) -> pl.DataFrame:
    """Return the summary of each replicate, as ``simulate(..., replicate=r)`` gives it; sorted."""
    state, world = prepared(job.config, job.opening, tuple(replicates))
    clock, found = Clock(), []
    for number in job.config.simulation.years:
        outcome, state = step(state, number, world, clock)
        found.append(totals(outcome, clock))
    return pl.concat(found).sort("replicate", "year")


def batches(replicates: Sequence[int], staff: int, workers: int = 1) -> list[Sequence[int]]:
    """Return the replicates in parts of about ``ROWS`` employees, at least one for each worker."""
    most = max(1, min(ROWS // max(staff, 1), -(-len(replicates) // max(workers, 1))))
    return [replicates[i : i + most] for i in range(0, len(replicates), most)]
