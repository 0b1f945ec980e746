"""The employers of a book with their configurations, each checked: what can be said before any census is read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workforce_sim.config import Config, overridden, read_config
from workforce_sim.ensembles.scenario_file import ScenarioFile, scenario_file
from workforce_sim.ensembles.sweeping import overridden_by
from workforce_sim.errors import ConfigError, WorkforceSimError
from workforce_sim.errors.asked import LAST_REPLICATE, MOST_REPLICATES
from workforce_sim.plan.loading import load_config
from workforce_sim.studies.portfolio.book import Book, EmployerRow

BOOK, CONFIGURATION, CENSUS, SIMULATION, FOLDER = "book", "configuration", "census", "simulation", "folder"
"""Where an employer may fail."""


@dataclass(frozen=True)
class Client:
    """An employer ready to be read.

    Attributes:
        name: of the employer.
        census: its path; None for the configuration's, or a synthetic one.
        combination: the number of its values of the grouping columns.
        first: the number of its first simulation: the n-th is ``simulate(..., replicate=first + n)``.
    """

    name: str
    census: str | None
    combination: int
    first: int


@dataclass(frozen=True)
class Failure:
    """An employer that could not be simulated: at which stage, and why."""

    name: str
    stage: str
    problem: str


@dataclass(frozen=True)
class Clients:
    """Employers by configuration, in the order of the book.

    Attributes:
        configs: each configuration once.
        of_config: the employers of each configuration.
        combinations: the values of the grouping columns, by number.
        failures: employers without a usable configuration, and rows that name none.
    """

    configs: list[Config]
    of_config: list[list[Client]]
    combinations: list[tuple[str | None, ...]]
    failures: list[Failure] = field(default_factory=list)


def first_number(name: str) -> int:
    """Return the number of an employer's first simulation: it comes from its name alone.

    So employers with the same seed and the same ids draw differently, and an employer draws the same in every book.
    """
    digest = hashlib.sha256(name.encode()).digest()
    return int.from_bytes(digest[:8]) % (LAST_REPLICATE - MOST_REPLICATES)


def clients_of(book: Book, default: Any, years: Mapping[str, int | None]) -> Clients:
    """Return the employers of a book with their configurations.

    Args:
        book: as read.
        default: the configuration of employers without one, as ``load_config`` takes it.
        years: arguments of ``overridden``, for all employers.
    """
    known = _Configurations(default, years)
    found = Clients([], [], [], [Failure(name, BOOK, problem) for name, problem in book.problems])
    place: dict[int, int] = {}
    combinations: dict[tuple[str | None, ...], int] = {}
    for employer in book.employers:
        try:
            config = known.of(employer)
        except (WorkforceSimError, OSError, TypeError) as error:
            found.failures.append(Failure(employer.name, CONFIGURATION, str(error)))
            continue
        at = place.setdefault(id(config), len(found.configs))
        if at == len(found.configs):
            found.configs.append(config)
            found.of_config.append([])
        combination = combinations.setdefault(employer.groups, len(combinations))
        census = None if employer.census is None else str(employer.census.absolute())
        found.of_config[at].append(Client(employer.name, census, combination, first_number(employer.name)))
    found.combinations.extend(combinations)
    return found


class _Configurations:
    """Configurations, each read once."""

    def __init__(self, default: Any, years: Mapping[str, int | None]) -> None:
        self._default, self._years = default, years
        self._files: dict[Path, ScenarioFile | Config | str] = {}
        self._made: dict[tuple[Path | None, str | None, str], Config] = {}

    def of(self, employer: EmployerRow) -> Config:
        """Return the configuration of an employer, with its overrides, the same object for the same values."""
        key = employer.configuration, employer.scenario, json.dumps(employer.overrides, sort_keys=True, default=str)
        if key not in self._made:
            self._made[key] = self._new(employer)
        return self._made[key]

    def _new(self, employer: EmployerRow) -> Config:
        config = self._scenario(employer)
        chosen = overridden_by(config, employer.overrides) if employer.overrides else config
        return load_config(overridden(chosen, **self._years))

    def _scenario(self, employer: EmployerRow) -> Config:
        if employer.configuration is None:
            if employer.scenario is not None:
                raise ConfigError(f"scenario {employer.scenario}: name its file under configuration")
            return read_config(self._default)
        return _chosen(employer, self._file(employer.configuration))

    def _file(self, path: Path) -> ScenarioFile | Config:
        """Return a file as read; what is wrong with it is said of every employer that names it."""
        if path not in self._files:
            try:
                self._files[path] = scenario_file(path) or read_config(path)
            except (WorkforceSimError, OSError) as error:
                self._files[path] = str(error)
        found = self._files[path]
        if isinstance(found, str):
            raise ConfigError(found)
        return found


def _chosen(employer: EmployerRow, file: ScenarioFile | Config) -> Config:
    path, name = employer.configuration, employer.scenario
    if isinstance(file, Config):
        if name is not None:
            raise ConfigError(f"{path}: has no scenarios, so none is named {name}")
        return file
    if name is None or name not in file.changes:
        have = ", ".join(file.changes)
        what = "holds scenarios; name one under scenario" if name is None else f"no scenario is named {name}"
        raise ConfigError(f"{path}: {what}; there are {have}")
    return file.config(name)
