"""How the employers of a book are shared out: small ones together, large ones alone, the largest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from workforce_sim.config import Config
from workforce_sim.studies.portfolio.clients import Client

EMPLOYEES = 60_000
"""Employees of a load, about: more need memory."""
SIMULATED = 20 * EMPLOYEES
"""Employees of a load times simulations, about: half a minute, so that a scheduler has little to do."""
MOST = 500
"""Employers of a load."""
BYTES = 30
"""Of a census file for each employee, about: loads need not be equal, and nothing depends on how they are cut."""
FIXED = 50
"""Employees that take as long as what every employer takes."""


@dataclass(frozen=True)
class LoadShare:
    """Employers for one load: which configuration they have, and about how many employees."""

    config: int
    clients: tuple[Client, ...]
    employees: int


def shares(configs: Sequence[Config], of_config: Sequence[Iterable[Client]], replicates: int) -> list[LoadShare]:
    """Return the employers in shares for one load each, the largest share first."""
    found = [
        share
        for at, clients in enumerate(of_config)
        for share in _cut(at, [(client, _employees(client, configs[at])) for client in clients], replicates)
    ]
    return sorted(found, key=lambda share: -share.employees)


def _cut(config: int, clients: Iterable[tuple[Client, int]], replicates: int) -> Iterator[LoadShare]:
    taken: list[Client] = []
    employees, most = 0, min(EMPLOYEES, SIMULATED // replicates)
    for client, count in sorted(clients, key=lambda one: -one[1]):
        if taken and (employees + count > most or len(taken) >= MOST):
            yield LoadShare(config, tuple(taken), employees)
            taken, employees = [], 0
        taken.append(client)
        employees += count + FIXED
    if taken:
        yield LoadShare(config, tuple(taken), employees)


def _employees(client: Client, config: Config) -> int:
    """Return about how many employees an employer has."""
    path = client.census or config.census.path
    if path is None:
        return config.census.size
    try:
        return Path(path).stat().st_size // BYTES
    except (OSError, ValueError):
        return 0  # several files, or one that is missing: said when it is read
