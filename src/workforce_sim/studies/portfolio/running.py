"""A book of clients simulated: checked, shared out to processes, written employer by employer, and added up."""

from __future__ import annotations

from concurrent.futures import Executor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from workforce_sim.config import Config
from workforce_sim.errors import asked
from workforce_sim.studies.portfolio.book import Book, read_book
from workforce_sim.studies.portfolio.clients import Clients, Failure, clients_of
from workforce_sim.studies.portfolio.folder import (
    EMPLOYERS_TABLE,
    RUNS,
    TOTALS_TABLE,
    begun,
    put_configuration,
    put_table,
)
from workforce_sim.studies.portfolio.loads import LoadShare, shares
from workforce_sim.studies.portfolio.portfolio import Portfolio, employers_table
from workforce_sim.studies.portfolio.totals import Sums
from workforce_sim.studies.portfolio.work import Done, Load, Success
from workforce_sim.studies.portfolio.workers import Workers, carried_out
from workforce_sim.wording.progress import Count, Employers, employers


@dataclass(frozen=True)
class AskedOfAll:
    """What is asked of every employer of a book.

    Attributes:
        config: of employers without one of their own.
        start_year, end_year, seed: override the configurations.
        replicates: simulations of each employer.
        keep: whether whole runs are kept.
    """

    config: Any = None
    start_year: int | None = None
    end_year: int | None = None
    seed: int | None = None
    replicates: int = 1
    keep: bool = False

    def __post_init__(self) -> None:
        most = 1 if self.keep else asked.MOST_REPLICATES
        object.__setattr__(self, "replicates", asked.within("replicates", self.replicates, 1, most))

    def clients(self, book: Book) -> Clients:
        """Return the employers of a book with their configurations."""
        return clients_of(
            book, self.config, {"start_year": self.start_year, "end_year": self.end_year, "seed": self.seed}
        )


@dataclass
class _Found:
    """What became of the employers so far."""

    successes: list[Success] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    sums: Sums = field(default_factory=Sums)

    def take(self, done: Done) -> None:
        """Take in what became of a load."""
        self.successes += done.successes
        self.failures += done.failures
        for part in done.sums:
            self.sums.add(part)


def simulate_portfolio(
    book: Any,
    *,
    out: str | Path,
    config: Any = None,
    start_year: int | None = None,
    end_year: int | None = None,
    seed: int | None = None,
    replicates: int = 1,
    keep: bool = False,
    workers: int = 1,
    executor: Executor | None = None,
    progress: Count | bool | None = True,
) -> Portfolio:
    """Simulate every employer of a book, and add up their summaries.

    An employer's n-th simulation is ``simulate(config, census=census, replicate=first + n)``, to the cent; ``first``
    comes from its name. An employer that fails is listed with the reason, and the others are simulated.

    Args:
        book: path of a folder of censuses or of a table (CSV, Parquet, YAML), or a frame; see ``docs/portfolio.md``.
        out: folder for the results; that of the same book continues where it was interrupted.
        config: for employers without a configuration of their own; the documented defaults when left out.
        start_year: overrides the configurations.
        end_year: overrides the configurations.
        seed: overrides the configurations.
        replicates: simulations of each employer.
        keep: whether the whole run of each employer is written too: every event and every employee, of one simulation.
        workers: processes; 1 is this one.
        executor: anything with the interface of ``concurrent.futures.Executor`` in place of processes, such as that of
            a cluster; its workers need the same files at the same paths.
        progress: called with how many employers are done, and how many there are; True shows a line with the time left
            on a terminal or in a notebook.

    Raises:
        FileNotFoundError: when there is no such book.
        RequestError: for what is no book, and numbers out of range.
        LedgerError: for a folder that holds anything else, is being written by another, or cannot be written.
        SimulationError: when worker processes keep ending.
    """
    wanted = AskedOfAll(config, start_year, end_year, seed, replicates, keep)
    with employers(progress) as tell:
        return book_simulated(read_book(book), Path(out), wanted, Workers(workers, executor), tell)


def book_simulated(book: Book, folder: Path, wanted: AskedOfAll, workers: Workers, tell: Employers | None) -> Portfolio:
    """Simulate every employer of a book; arguments and errors as for ``simulate_portfolio``."""
    clients, folder = wanted.clients(book), folder.absolute()
    with begun(folder, wanted.replicates, book.groups, [one.name for one in book.employers], keep=wanted.keep):
        found = _collected(_loads(clients, wanted, folder), workers, tell)
        table = employers_table(book, found.successes, [*clients.failures, *found.failures])
        totals = found.sums.named(book.groups, clients.combinations)
        put_table(folder / EMPLOYERS_TABLE, table)
        put_table(folder / TOTALS_TABLE, totals)
        with suppress(OSError):
            (folder / RUNS).rmdir()  # where no run is kept
    return Portfolio(folder, book.groups, table, totals)


def check_book(
    book: Any,
    *,
    config: Any = None,
    workers: int = 1,
    executor: Executor | None = None,
    progress: Count | bool | None = None,
) -> pl.DataFrame:
    """Check every employer of a book, its configuration and its census, and simulate none.

    Args:
        book: as for ``simulate_portfolio``, as are the others.
        config: of employers without one of their own.
        workers: processes.
        executor: in place of processes.
        progress: as there.

    Returns:
        One row per employer, as ``Portfolio.employers``: ``result`` is ``good`` or ``failed``.

    Raises:
        FileNotFoundError: when there is no such book.
        RequestError: for what is no book.
    """
    with employers(progress) as tell:
        return book_checked(read_book(book), AskedOfAll(config), Workers(workers, executor), tell)


def book_checked(book: Book, wanted: AskedOfAll, workers: Workers, tell: Employers | None) -> pl.DataFrame:
    """Check every employer of a book; arguments and errors as for ``check_book``."""
    clients = wanted.clients(book)
    found = _collected(_loads(clients, wanted, None), workers, tell)
    return employers_table(book, found.successes, [*clients.failures, *found.failures], good="good")


def _loads(clients: Clients, wanted: AskedOfAll, folder: Path | None) -> list[Load]:
    """Return the loads of all employers."""
    configs = [_without_output(config) for config in clients.configs]
    hashes = ["" if folder is None else put_configuration(folder, _deciding(config)) for config in configs]

    def load(share: LoadShare) -> Load:
        chosen = configs[share.config], hashes[share.config]
        return Load(*chosen, share.clients, wanted.replicates, folder, wanted.keep, share.employees)

    return [load(share) for share in shares(configs, clients.of_config, wanted.replicates)]


def _without_output(config: Config) -> Config:
    """Return a configuration that names no folder to write to."""
    return config.model_copy(update={"output": config.output.model_copy(update={"path": None})})


def _deciding(config: Config) -> dict[str, Any]:
    """Return a configuration as plain data, without paths: a census is known by its content."""
    data = config.model_dump(mode="json", by_alias=True)
    return {**data, "census": {**data["census"], "path": None}}


def _collected(loads: list[Load], workers: Workers, tell: Employers | None) -> _Found:
    """Return what became of all employers of the loads."""
    total, of = sum(len(load.clients) for load in loads), max(1, sum(load.employees for load in loads))
    found, count, done = _Found(), 0, 0
    with closing(carried_out(loads, workers)) as parts:
        for load, part in parts:
            found.take(part)
            count, done = count + len(load.clients), done + load.employees
            if tell is not None:
                tell(count, total, done / of)
    return found
