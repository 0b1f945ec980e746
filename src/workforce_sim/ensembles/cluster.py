"""The workers of a cluster of ``dask.distributed`` as an executor; the extra ``[cluster]`` brings what it needs."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from workforce_sim.errors import RequestError

SECONDS = 30
"""To wait for a scheduler."""


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """Give the workers behind a scheduler as an executor.

    Args:
        address: of the scheduler, such as ``tcp://10.0.0.5:8786``. Workers need this library in the same version.

    Raises:
        RequestError: when the library is missing, nobody answers at the address, or there is no worker.
    """
    try:
        from distributed import Client  # noqa: PLC0415 - only who has a cluster needs it
    except ImportError:
        raise RequestError("a scheduler needs dask.distributed: pip install 'workforce-sim[cluster]'") from None
    connected: Any = Client  # has no types
    try:
        client = connected(address, timeout=SECONDS)
    except (OSError, ValueError) as error:
        raise RequestError(f"{address}: no scheduler answers ({type(error).__name__}); is it running?") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=SECONDS)
        except TimeoutError:
            raise RequestError(f"{address}: no worker yet; start some with: dask worker {address}") from None
        yield client.get_executor()
