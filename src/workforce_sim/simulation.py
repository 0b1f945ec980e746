"""Years one after another: from an opening to a ledger, snapshots and a summary."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import polars as pl

from workforce_sim import reference
from workforce_sim.census import Census, read_census
from workforce_sim.census.completion import complete
from workforce_sim.census.synthetic import synthetic_census
from workforce_sim.config import Config
from workforce_sim.config.load import load_config as load
from workforce_sim.config.load import overridden
from workforce_sim.context import World
from workforce_sim.errors import ConfigError
from workforce_sim.ledger import refuse_taken
from workforce_sim.loading import load_config
from workforce_sim.monitor import Clock
from workforce_sim.opening import Opening, Tables
from workforce_sim.plan.legality import plan_warnings
from workforce_sim.preparation import opening_staff, prepared
from workforce_sim.result import Result
from workforce_sim.year import State, step, tables

Progress = Callable[[int, int, int], None]
"""Called after each year with the year, how many are done, and how many there are."""


def simulate(
    config: Any = None,
    *,
    census: Any = None,
    start_year: int | None = None,
    end_year: int | None = None,
    seed: int | None = None,
    replicate: int = 0,
    engine: Literal["fast", "reference"] = "fast",
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> Result:
    """Simulate a workforce year by year.

    Args:
        config: path, dict or loaded configuration; the documented defaults when left out.
        census: path, frame or read census; what the configuration names when left out, else a synthetic one.
        start_year: overrides the configuration.
        end_year: overrides the configuration.
        seed: overrides the configuration.
        replicate: which of the seed's many worlds.
        engine: the fast engine, or the one-employee-at-a-time reference model; equal to the cent.
        out: new or empty folder to write the run to; ``output.path`` of the configuration when left out.
        progress: called after each year.

    Raises:
        ConfigError: for a configuration that cannot be used.
        CensusError: for a census that cannot be used.
        SimulationError: for assumptions that cannot be carried out.
    """
    chosen = overridden(load(config), start_year=start_year, end_year=end_year, seed=seed)
    folder = out or chosen.output.path
    if folder is not None:
        refuse_taken(Path(folder))
    run = begin(chosen, census=census, replicate=replicate, engine=engine)
    parts, numbers = [], run.config.simulation.years
    for done, (number, part) in enumerate(zip(numbers, run.years(), strict=True), start=1):
        parts.append(part)
        if progress is not None:
            progress(number, done, len(numbers))
    result = run.result(parts)
    if folder is not None:
        with run.clock("writing"):
            result.write(folder)
    return result


@dataclass(frozen=True)
class Run:
    """A run about to begin: everything is read, checked and prepared.

    Attributes:
        config: what is simulated.
        opening: the completed census.
        staff: the same as one replicate starts.
        notes: what was imputed, ignored or dropped; what the law has against the plan.
        clock: seconds by step, filled as the run goes on.
        years: gives the tables of one plan year after another, each computed when it is asked for; once.
    """

    config: Config
    opening: Opening
    staff: pl.DataFrame
    notes: tuple[str, ...]
    clock: Clock
    years: Callable[[], Iterator[Tables]]

    def result(self, parts: Sequence[Tables]) -> Result:
        """Return the years that were simulated, in order, as one result."""
        return Result(joined(parts), self.config, self.notes, self.staff, self.clock.seconds)


def begin(
    config: Any = None,
    *,
    census: Any = None,
    replicate: int = 0,
    engine: Literal["fast", "reference"] = "fast",
) -> Run:
    """Read, check and prepare everything; arguments and errors as for ``simulate``."""
    if int(replicate) != replicate or replicate < 0:
        raise ValueError(f"replicate must be a whole number, not negative (got {replicate!r})")
    if engine not in {"fast", "reference"}:
        raise ValueError(f"engine must be 'fast' or 'reference' (got {engine!r})")
    chosen = load_config(config)
    clock = Clock()
    with clock("census"):
        opening = complete(_census(chosen, census), chosen)
        _check_level_names(chosen, opening)
    with clock("preparation"):
        state, world = prepared(chosen, opening, (replicate,))
        staff = opening_staff(opening, state, chosen.simulation.start_year)
    notes = (*opening.notes, *(f"the law: {warning}" for warning in plan_warnings(chosen)))
    if engine == "reference":
        return Run(chosen, opening, staff, notes, clock, lambda: _reference(chosen, opening, replicate, clock))
    return Run(chosen, opening, staff, notes, clock, lambda: _fast(state, world, clock))


def run(config: Config, opening: Opening, replicates: tuple[int, ...], clock: Clock) -> Tables:
    """Run a batch of replicates in one frame; each gets exactly what it gets alone."""
    return joined(list(_fast(*prepared(config, opening, replicates), clock)))


def joined(parts: Sequence[Tables]) -> Tables:
    """Return the tables of several years as one."""
    return Tables(
        pl.concat([part.events for part in parts]),
        pl.concat([part.snapshots for part in parts]),
        pl.concat([part.summary for part in parts]).sort("replicate", "year"),
    )


def _fast(state: State, world: World, clock: Clock) -> Iterator[Tables]:
    for number in world.assumptions.config.simulation.years:
        outcome, state = step(state, number, world, clock)
        yield tables(outcome, clock)


def _reference(config: Config, opening: Opening, replicate: int, clock: Clock) -> Iterator[Tables]:
    found = reference.years(config, opening, replicate=replicate)
    for _ in config.simulation.years:
        with clock("reference model"):
            part = next(found)
        yield part


def _check_level_names(config: Config, opening: Opening) -> None:
    """Raise ``ConfigError`` when the configuration names a level that neither it nor the census has."""
    names = {level.name for level in opening.levels}
    mix = config.hiring.level_mix
    used = {"compensation.merit_factors": config.compensation.merit_factors, "hiring.level_mix": mix}
    for key, value in used.items():
        unknown = sorted(set(value) - names) if isinstance(value, dict) else []
        if unknown:
            have = ", ".join(level.name for level in opening.levels)
            raise ConfigError(f"{key}: no level is named {', '.join(unknown)}; the levels are {have}")


def _census(config: Config, census: Any) -> Census:
    if census is not None:
        return read_census(census, config)
    if config.census.path is not None:
        return read_census(config.census.path, config)
    as_of = dt.date(config.simulation.start_year, 1, 1)
    return synthetic_census(config.census.size, seed=config.random_seed, as_of=as_of)
