"""A simulation, from a configuration and a census to a result; in memory, or recorded on disk year by year."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Any

from workforce_sim.config.load import overridden, read_config
from workforce_sim.engine.clock import Clock
from workforce_sim.engine.own import OwnEvent
from workforce_sim.engine.partitions import Large
from workforce_sim.engine.resume import carried
from workforce_sim.engine.streamed import merge
from workforce_sim.result.result import Result
from workforce_sim.simulation.run import Engine, Run, SimulatedYear, begin, joined
from workforce_sim.store.growing import GrowingYear
from workforce_sim.store.parquet import FAST
from workforce_sim.store.reading import Stored, opened
from workforce_sim.store.spool import spooling
from workforce_sim.store.writer import RunWriter, finished, refuse_foreign, refuse_inputs, writing
from workforce_sim.tables.output import Tables
from workforce_sim.wording.progress import Progress, years


def simulate(
    config: Any = None,
    *,
    census: Any = None,
    start_year: int | None = None,
    end_year: int | None = None,
    seed: int | None = None,
    replicate: int = 0,
    engine: Engine = "fast",
    out: str | Path | None = None,
    progress: Progress | bool | None = None,
    events: Sequence[OwnEvent] = (),
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
        out: folder to write the run to, year by year; ``output.path`` of the configuration when left out. A new or
            empty one, or that of the same run: an interrupted one goes on after its last committed year, one with
            fewer years is extended, and a finished one is returned as it is.
        progress: called after each year with the year, how many are done, and how many there are; True shows a line
            with the time left on a terminal or in a notebook.
        events: events of your own, made with ``event``; see ``docs/own-events.md``.

    Returns:
        The tables of all years, in memory; with ``out`` they are read from the folder when they are asked for.

    Raises:
        ConfigError: for a configuration that cannot be used.
        CensusError: for a census that cannot be used.
        LedgerError: for a folder that holds anything else, is being written by another, or cannot be written.
        SimulationError: for assumptions that cannot be carried out, and events that break the staff.
        RequestError: for events that no run could have.
    """
    chosen = overridden(read_config(config), start_year=start_year, end_year=end_year, seed=seed)
    folder = out or chosen.output.path
    if folder is not None:
        refuse_foreign(Path(folder))
        refuse_inputs(Path(folder), config, chosen.census.path if census is None else census)
    run = begin(
        chosen,
        census=census,
        replicate=replicate,
        engine=engine,
        in_order=folder is not None,
        own=events,
        large=None if folder is None else Large(),
    )
    with years(progress) as tell:
        return _simulated(run, None if folder is None else Path(folder), tell)


def _simulated(run: Run, folder: Path | None, progress: Progress | None) -> Result:
    wanted = run.config.simulation.years

    def tell(year: int) -> None:
        if progress is not None:
            progress(year, year - wanted.start + 1, len(wanted))

    if folder is not None:
        return recorded(run, folder, tell)
    parts = []
    for year in run.steps():
        parts.append(year.tables)
        tell(year.number)
    return run.result(joined(parts))


def recorded(run: Run, folder: Path, tell: Callable[[int], None]) -> Result:
    """Return the run from its folder, after simulating and writing the years that are not there yet."""
    header = run.header()
    if finished(folder, header):
        return run.result(opened(folder))
    with writing(folder, header, run.written_staff()) as writer:
        done = through_disk(run, writer) if run.through_the_disk else (year.number for year in committed(run, writer))
        with closing(done):
            for year in done:
                tell(year)
    return run.result(Stored(folder.absolute(), writer.header, tuple(writer.years)))


def simulated_years(run: Run, folder: Path | None, level: int = FAST) -> Generator[Tables]:
    """Yield the tables of all years in order; with a folder each once it is on disk, those found there included.

    ``level`` is that of compression, of a run that begins.
    """
    if folder is None:
        yield from run.years(in_order=True)
        return
    header = run.header(level)
    if finished(folder, header):
        yield from opened(folder).parts()
        return
    with writing(folder, header, run.written_staff()) as writer:
        yield from Stored(folder, writer.header, tuple(writer.years)).parts()
        yield from (year.tables for year in committed(run, writer))


def committed(run: Run, writer: RunWriter) -> Iterator[SimulatedYear]:
    """Yield each plan year that was not there yet once it is on disk; meanwhile the next one is computed."""
    done = Stored(writer.folder, writer.header, tuple(writer.years))
    with ThreadPoolExecutor(1, thread_name_prefix="workforce_sim-writer") as pool:
        waiting: Future[SimulatedYear] | None = None
        for year in run.steps(done, in_order=True):
            if waiting is not None:
                yield waiting.result()
            waiting = pool.submit(_commit, run, writer, year, {"seconds": run.clock.lap()})
        if waiting is not None:
            yield waiting.result()


def through_disk(run: Run, writer: RunWriter) -> Generator[int]:
    """Yield each plan year that was not there yet once it is on the disk; the staff go through it too.

    While the ledger of a year is put together, the next one is computed.
    """
    done = Stored(writer.folder, writer.header, tuple(writer.years))
    spooled = partial(spooling, writer.folder, run.large.room_for(run.opening.staff.height))
    with spooled() as here, spooled() as there, ThreadPoolExecutor(1) as pool:
        waiting: Future[int] | None = None
        stream, years, state = run.through_disk(done, (here, there))
        for number in years:
            if number in done.years:  # written without what goes on: it is computed again, and stays as it is
                with spooled() as nowhere:
                    state, _ = stream.step(state, number, run.clock, GrowingYear({}), nowhere)
                continue
            with ExitStack() as growing:
                files = growing.enter_context(writer.growing(number))
                aside = growing.enter_context(spooled())
                state, ledgers = stream.step(state, number, run.clock, files, aside)
                if waiting is not None:
                    yield waiting.result()
                files.made = {"seconds": run.clock.lap()}
                together = partial(merge, files, aside, ledgers)
                waiting = pool.submit(_finish, growing.pop_all(), together, number, run.clock)
        if waiting is not None:
            yield waiting.result()


def _finish(growing: ExitStack, together: Callable[[], None], number: int, clock: Clock) -> int:
    """Put the ledger of a year together and commit it."""
    with clock("writing"), growing:
        together()
    return number


def _commit(run: Run, writer: RunWriter, year: SimulatedYear, made: dict[str, Any]) -> SimulatedYear:
    kept = None if year.closing is None else carried(year.closing)
    with run.clock("writing"):
        writer.commit(year.number, year.tables, kept, made)
    return year
