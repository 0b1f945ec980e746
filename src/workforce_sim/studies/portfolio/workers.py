"""Where loads are carried out: this process, processes of its own, or any executor such as that of a cluster."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass

from workforce_sim.ensembles.carrying import LOOK_UP, workers_of
from workforce_sim.ensembles.processes import MOST, processes
from workforce_sim.errors import SimulationError, asked
from workforce_sim.studies.portfolio.work import Done, Load, carry_out

AHEAD = 2
"""Loads submitted for each worker."""
PATIENCE = 3
"""Times that all processes may end without a load done in between."""


@dataclass(frozen=True)
class Workers:
    """Who carries out loads: so many processes, 1 being this one; or an executor in place of them."""

    processes: int = 1
    executor: Executor | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "processes", asked.within("workers", self.processes, 1, MOST))


def carried_out(loads: Sequence[Load], workers: Workers) -> Generator[tuple[Load, Done]]:
    """Yield the loads as they are done, in any order.

    Raises:
        SimulationError: when the worker processes keep ending.
    """
    if workers.executor is not None:
        yield from _submitted(list(loads), workers.executor, workers_of(workers.executor))
    elif workers.processes == 1 or len(loads) <= 1:
        yield from ((load, carry_out(load)) for load in loads)
    else:
        yield from _in_processes(list(loads), min(workers.processes, len(loads)))


def _in_processes(loads: list[Load], workers: int) -> Iterator[tuple[Load, Done]]:
    """Yield loads done by processes of our own; when one is killed, what was not done is given to new ones."""
    broken = 0
    while loads:
        try:
            with processes(workers) as pool:
                for load, done in _submitted(loads, pool, workers):
                    loads = [other for other in loads if other is not load]
                    broken = 0
                    yield load, done
        except BrokenExecutor:
            broken += 1
            if broken >= PATIENCE:
                what = f"worker processes ended {PATIENCE} times in a row, {len(loads):,} loads are left"
                raise SimulationError(f"{what}; was memory short? use fewer workers, and run it again") from None


def _submitted(loads: list[Load], executor: Executor, workers: int) -> Iterator[tuple[Load, Done]]:
    """Yield loads in the order in which they are done, a few ahead of each worker."""
    left = iter(loads)
    running: dict[Future[Done], Load] = {}
    try:
        for load in left:
            running[executor.submit(carry_out, load)] = load
            if len(running) >= AHEAD * workers:
                yield from _those_done(running)
        while running:
            yield from _those_done(running)
    finally:
        for future in running:
            future.cancel()


def _those_done(running: dict[Future[Done], Load]) -> Iterator[tuple[Load, Done]]:
    """Wait until any load is done, and yield all that are."""
    found: set[Future[Done]] = set()
    while not found:
        found = {future for future in running if future.done()}
        if not found:
            wait(running, LOOK_UP, FIRST_COMPLETED)
    for future in found:
        load = running.pop(future)
        yield load, future.result()
