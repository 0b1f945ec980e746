"""A batch of replicates in one frame, up to their summaries, in any thread or process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Event

import polars as pl

from workforce_sim.census.opening import Opening
from workforce_sim.config import Config
from workforce_sim.config.drawing import Swap
from workforce_sim.engine.clock import Clock
from workforce_sim.engine.course import Course
from workforce_sim.engine.own import OwnEvent
from workforce_sim.engine.partitions import cut
from workforce_sim.engine.start import prepared
from workforce_sim.ensembles.spread import grouped

FEW, ROWS, ROWS_OF_FEW = 2, 300_000, 450_000
"""Employees of a batch at its opening, and of one of few workers: fewer make threads wait, more need memory."""


@dataclass(frozen=True)
class Job:
    """What the replicates of an ensemble share: sent once to each worker.

    Attributes:
        config: as written; each replicate draws its uncertain assumptions.
        opening: the completed census.
        common: the replicate whose draws all replicates share; None if each has its own.
        own: the user's own events.
        swap: draws of assumptions that each replicate takes from another one; none when left out.
    """

    config: Config
    opening: Opening
    common: int | None = None
    own: tuple[OwnEvent, ...] = ()
    swap: Swap | None = None


class GivenUp(Exception):  # noqa: N818 - it is no error: nobody waits for the batch any more
    """Raised within a batch that was cancelled."""


def summaries(job: Job, replicates: Sequence[int], given_up: Event | None = None) -> pl.DataFrame:
    """Return the summary of each replicate, as ``simulate(..., replicate=r)`` gives it; sorted.

    Raises:
        GivenUp: after the year in which it is cancelled.
    """
    found = []
    for config, numbers in grouped(job.config, replicates, job.swap):
        for part in _years(config, numbers, job):
            if given_up is not None and given_up.is_set():
                raise GivenUp
            found.append(part)
    return pl.concat(found).sort("replicate", "year")


def _years(config: Config, replicates: tuple[int, ...], job: Job) -> Iterator[pl.DataFrame]:
    """Yield the summaries of each year of replicates with the same configuration."""
    state, world = prepared(config, job.opening, replicates, job.common, own=job.own, named=False)
    course, clock = Course(world, tables=False), Clock()
    for number in config.simulation.years:
        tables, state = course.step(state, number, clock)
        yield tables.summary


def rows_of(workers: int) -> int:
    """Return how many employees a batch has at most."""
    return ROWS_OF_FEW if workers <= FEW else ROWS


def batches(replicates: Sequence[int], staff: int, workers: int = 1) -> list[Sequence[int]]:
    """Return the replicates in nearly equal parts of so many employees at most, as many for each worker."""
    workers = max(workers, 1)
    most = max(1, rows_of(workers) // max(staff, 1))
    parts = min(len(replicates), workers * -(-len(replicates) // (workers * most)))
    return [replicates[part] for part in cut(len(replicates), parts)]
