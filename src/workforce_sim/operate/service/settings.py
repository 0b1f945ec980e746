"""What whoever runs the service decides: the folder, the limits, the token."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workforce_sim.errors import RequestError

TOKEN = "WORKFORCE_SIM_TOKEN"
"""The environment variable with the bearer token."""
LEAST_TOKEN = 16
"""Fewest characters of a token."""

MIB = 1 << 20


@dataclass(frozen=True)
class ServiceLimits:
    """What one job, and all of them together, may take.

    Attributes:
        staff: employees in any year of a job, as far as its target growth tells.
        years: plan years of a job.
        replicates: of an ensemble; of a comparison, of all scenarios together.
        memory: bytes of the process that carries out a job.
        seconds: of a job, from its start.
        waiting: jobs that wait at one time.
        upload: bytes of a census file.
        held: bytes of all censuses in memory that are not kept.
    """

    staff: int = 100_000
    years: int = 30
    replicates: int = 1_000
    memory: int = 2_048 * MIB
    seconds: float = 900.0
    waiting: int = 1_000
    upload: int = 64 * MIB
    held: int = 256 * MIB


@dataclass(frozen=True)
class Settings:
    """A service.

    Attributes:
        folder: where jobs, results and the index are kept, made for their owner alone.
        jobs: how many are carried out at one time, each in a process of its own.
        token: that every request must bear; None on loopback alone.
        limits: of jobs.
    """

    folder: Path
    jobs: int = 2
    token: str | None = field(default=None, repr=False)
    limits: ServiceLimits = field(default_factory=ServiceLimits)


def token_for(host: str, environment: Mapping[str, str]) -> str | None:
    """Return the token of the environment; None where there is none and nobody but this machine can ask.

    Raises:
        RequestError: without one for other addresses, or for one that is easily guessed.
    """
    token = environment.get(TOKEN) or None
    if token is None and not is_loopback(host):
        raise RequestError(
            f"{host}: other machines can reach this address, so a token is needed; set {TOKEN} to a secret of "
            f"{LEAST_TOKEN} characters or more, or serve on 127.0.0.1"
        )
    if token is not None and not (len(token) >= LEAST_TOKEN and token.isascii() and token.isprintable()):
        raise RequestError(f"{TOKEN}: expected {LEAST_TOKEN} printable ASCII characters or more")
    return token


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach an address."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
