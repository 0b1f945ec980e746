"""A load of employers with one configuration, from their censuses to their folders of results, in any process.

Small employers share frames, as the replicates of an ensemble do: each goes on exactly as it would alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from workforce_sim.census.opening import Opening
from workforce_sim.config import Config
from workforce_sim.engine.clock import Clock
from workforce_sim.engine.course import Course
from workforce_sim.engine.membership import draws_participation
from workforce_sim.engine.partitions import Large
from workforce_sim.engine.start import prepared_together
from workforce_sim.ensembles.batch import Job, batches, summaries
from workforce_sim.errors import LedgerError, WorkforceSimError
from workforce_sim.errors.forking import refuse_forked
from workforce_sim.simulation.simulate import simulate
from workforce_sim.store.layout import make_folders, remove
from workforce_sim.studies.portfolio.clients import CENSUS, FOLDER, SIMULATION, Client, Failure
from workforce_sim.studies.portfolio.folder import RUNS, Identity, Simulated, commit, stored
from workforce_sim.studies.portfolio.reading import SYNTHETIC, Source, openings, source_of
from workforce_sim.studies.portfolio.totals import COMBINATION, totals

PACK = 60_000
"""Employees of a pack at its opening, times replicates: more need memory, fewer waste time."""


@dataclass(frozen=True)
class Load:
    """Employers with one configuration, simulated by one process.

    Attributes:
        config: of all of them, without a folder to write to.
        configuration: its hash.
        clients: the employers.
        replicates: simulations of each.
        out: the folder of the portfolio; None to check censuses only.
        keep: whether whole runs are kept.
        employees: of all of them, about.
    """

    config: Config
    configuration: str
    clients: tuple[Client, ...]
    replicates: int = 1
    out: Path | None = None
    keep: bool = False
    employees: int = 0


@dataclass(frozen=True)
class Success:
    """An employer that has results, by now or since before: its census, opening day, employees then, notes about it."""

    name: str
    census: str
    opens: dt.date
    employees: int
    notes: int


def _success(identity: Identity, load: Load, employees: int, notes: int) -> Success:
    census, opens = SYNTHETIC if identity.census == SYNTHETIC else "file", load.config.simulation.opening
    return Success(identity.name, census, opens, employees, notes)


@dataclass
class Done:
    """What became of a load: employers with results, those without, and the totals by ``COMBINATION``."""

    successes: list[Success] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    sums: list[pl.DataFrame] = field(default_factory=list)

    def take(self, simulated: Simulated, load: Load, combination: int) -> None:
        """Take in the results of an employer."""
        self.successes.append(_success(simulated.identity, load, simulated.employees, len(simulated.notes)))
        self.sums.append(simulated.summary.with_columns(pl.lit(combination, dtype=pl.UInt32).alias(COMBINATION)))

    def summed(self) -> Done:
        """Return the same with the results of employers added up."""
        whole = [totals(pl.concat(self.sums), [COMBINATION])] if self.sums else []
        return Done(self.successes, self.failures, whole)


@dataclass(frozen=True)
class _Ready:
    """An employer with its opening, to be simulated."""

    client: Client
    identity: Identity
    opening: Opening

    @property
    def size(self) -> int:
        return self.opening.staff.height

    def simulated(self, summary: pl.DataFrame) -> Simulated:
        """Return its results; simulations are numbered from 0."""
        number = (pl.col("replicate") - self.client.first).cast(pl.Int32).alias("replicate")
        return Simulated(self.identity, self.size, self.opening.notes, summary.with_columns(number))


def carry_out(load: Load) -> Done:
    """Simulate the employers of a load that have no results yet, write them, and return what became of all."""
    refuse_forked()
    done = Done()
    for ready in _packs(list(_ready(load, done)), load):
        if load.out is None:
            done.successes += [_success(one.identity, load, one.size, len(one.opening.notes)) for one in ready]
            continue
        found = list(_simulated(ready, load, done))
        commit(load.out, [simulated for simulated, _ in found])
        for simulated, client in found:
            done.take(simulated, load, client.combination)
            if not load.keep:
                remove(load.out / RUNS / client.name)
    return done.summed()


def _ready(load: Load, done: Done) -> Iterator[_Ready]:
    """Yield the employers to be simulated; those with results, and those that fail, are taken note of."""
    clients: list[Client] = []
    sources: list[Source] = []
    for client in load.clients:
        try:
            source = source_of(client, load.config)
            if not _is_there(client, source, load, done):
                clients.append(client)
                sources.append(source)
        except LedgerError as error:
            done.failures.append(Failure(client.name, FOLDER, str(error)))
        except (WorkforceSimError, OSError) as error:
            done.failures.append(Failure(client.name, CENSUS, str(error)))
    fingerprints = {client.name: source.fingerprint for client, source in zip(clients, sources, strict=True)}
    for client, found in openings(clients, sources, load.config):
        if isinstance(found, Failure):
            done.failures.append(found)
        else:
            yield _Ready(client, _identity(client, fingerprints[client.name], load), found)


def _is_there(client: Client, source: Source, load: Load, done: Done) -> bool:
    """Return whether an employer has its results already, which are taken in."""
    identity = _identity(client, source.fingerprint, load)
    there = None if load.out is None else stored(load.out, identity)
    if there is None:
        return False
    about, summary = there
    done.take(Simulated(identity, about.employees, tuple(about.notes), summary), load, client.combination)
    return True


def _identity(client: Client, census: str, load: Load) -> Identity:
    return Identity(client.name, load.configuration, census, client.first, load.replicates)


# --- packs ---


def _packs(ready: Sequence[_Ready], load: Load) -> Iterator[list[_Ready]]:
    """Yield employers that can share frames, about ``PACK`` employees in each; others one by one."""
    alike: dict[object, list[_Ready]] = {}
    for one in ready:
        if load.keep or one.size > PACK // 2 or not shares_frames(load.config, one.opening):
            yield [one]
        else:
            alike.setdefault(likeness(one.opening), []).append(one)
    for group in alike.values():
        yield from _cut(group, max(1, PACK // load.replicates))


def _cut(group: Sequence[_Ready], most: int) -> Iterator[list[_Ready]]:
    pack: list[_Ready] = []
    for one in group:
        if pack and sum(other.size for other in pack) + one.size > most:
            yield pack
            pack = []
        pack.append(one)
    yield pack


def likeness(opening: Opening) -> object:
    """Return what is equal for employers with one configuration that share a frame."""
    return opening.levels, draws_participation(opening.present)


def shares_frames(config: Config, opening: Opening) -> bool:
    """Return whether an employer can share a frame with others: no planned changes, classes, uncertain assumptions."""
    only_alone = config.is_planned or "classes" in config.provisions or config.uncertainty.assumptions
    return not only_alone and not opening.joiners.height


def _simulated(ready: list[_Ready], load: Load, done: Done) -> Iterator[tuple[Simulated, Client]]:
    """Yield the results of a pack; where it cannot be simulated each employer is tried alone, to find which."""
    try:
        found = _alone_or_together(ready, load)
    except (WorkforceSimError, OSError) as error:
        if len(ready) == 1:
            done.failures.append(Failure(ready[0].client.name, SIMULATION, str(error)))
            return
        for one in ready:
            yield from _simulated([one], load, done)
        return
    yield from ((one.simulated(summary), one.client) for one, summary in zip(ready, found, strict=True))


def _alone_or_together(ready: list[_Ready], load: Load) -> list[pl.DataFrame]:
    numbers = [range(one.client.first, one.client.first + load.replicates) for one in ready]
    if len(ready) > 1:
        return together(load.config, [one.opening for one in ready], numbers)
    one = ready[0]
    if load.keep or one.size > Large().above:
        return [pl.concat(_on_disk(one, number, load) for number in numbers[0])]
    job = Job(load.config, one.opening)
    return [pl.concat(summaries(job, part) for part in batches(numbers[0], one.size))]


def together(config: Config, starts: Sequence[Opening], numbers: Sequence[range]) -> list[pl.DataFrame]:
    """Return the summaries of employers that share frames, sorted by replicate and year."""
    state, world = prepared_together(config, starts, numbers)
    course, clock, years = Course(world, tables=False), Clock(), []
    for year in config.simulation.years:
        tables, state = course.step(state, year, clock)
        years.append(tables.summary)
    ends = [sum(map(len, numbers[: at + 1])) for at in range(len(numbers))]
    parts = zip(ends, numbers, strict=True)
    rows = [slice(end - len(own), end) for end, own in parts]
    return [pl.concat(year[part] for year in years).sort("replicate", "year") for part in rows]


def _on_disk(one: _Ready, number: int, load: Load) -> pl.DataFrame:
    """Return the summary of a run recorded year by year; very many staff pass through the disk."""
    assert load.out is not None
    make_folders(load.out / RUNS)
    place = load.out / RUNS / one.client.name
    config, census = load.config, one.client.census
    summary = simulate(config, census=census, replicate=number, out=place, progress=None).summary
    if load.replicates > 1:
        remove(place)
    return summary
