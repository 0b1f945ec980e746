"""What a writer in a process of its own does, for tests to kill, limit or let race.

It says ``ready`` when all is imported. Then each thing that it is sent, arguments laid over those it began with, is
a run, with ``rows`` one whose staff go through the disk in partitions of so many, with ``book`` a portfolio. It ends
with what came of it: the fingerprint, or the kind and the text of the error.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock
from typing import Any

from workforce_sim import WorkforceSimError, simulate, simulate_portfolio
from workforce_sim.engine.partitions import Large
from workforce_sim.simulation.run import begin
from workforce_sim.simulation.simulate import recorded
from workforce_sim.studies.portfolio import loads

SYSTEM_CALLS = ("open", "close", "mkdir", "fsync", "replace", "unlink", "rmdir", "chmod", "pwrite", "ftruncate")
"""What the store asks of the operating system besides the bytes of tables: each is a moment to die at."""

_made = 0
_counting = Lock()


def watch(at: float) -> None:
    """Count those calls, and die by SIGKILL before the one with this number; at half a number: after the one below."""

    def wrapped(call: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*arguments: Any, **named: Any) -> Any:
            global _made  # noqa: PLW0603 - counts over all threads of the process
            with _counting:
                _made += 1
                number = _made
            if number == at:
                os.kill(os.getpid(), signal.SIGKILL)
            try:
                return call(*arguments, **named)
            finally:
                if number == at - 0.5:
                    os.kill(os.getpid(), signal.SIGKILL)

        return watched

    for name in SYSTEM_CALLS:
        setattr(os, name, wrapped(getattr(os, name)))


def limit(size: int) -> None:
    """Let no file grow above so many bytes, as a full disk would not."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


def become_ordinary() -> None:
    """Give up the superuser's right to read and write everything (Linux); others have none."""
    version_3, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    if os.geteuid() == 0 and ctypes.CDLL(None).capset(version_3, none):
        raise OSError("capset failed")


def simulated(asked: dict[str, Any], test: Connection) -> dict[str, Any]:
    def tell(year: int, done: int, of: int) -> None:
        test.send(year)
        test.recv()

    try:
        if "book" in asked:
            loads.MOST = asked.get("most", loads.MOST)
            simulate_portfolio(asked["book"], out=asked["out"], progress=None)
            return {"pid": os.getpid(), "calls": _made}
        if "rows" in asked:
            run = begin(asked["config"], in_order=True, large=Large(0, asked["rows"], 0))
            result = recorded(run, Path(asked["out"]), lambda year: None)
        else:
            result = simulate(asked["config"], out=asked["out"], progress=tell if asked.get("tell") else None)
        found = {"fingerprint": result.fingerprint}
    except WorkforceSimError as error:
        found = {"error": type(error).__name__, "says": str(error)}
    return {**found, "pid": os.getpid(), "calls": _made}


def main(test: Connection, asked: dict[str, Any]) -> None:
    """Carry out what the other end of a connection asks for until it is closed."""
    if "limit" in asked:
        limit(asked["limit"])
    if asked.get("ordinary"):
        become_ordinary()
    if "kill_at" in asked:
        watch(asked["kill_at"])
    test.send("ready")
    with suppress(EOFError):
        while True:
            test.send(simulated({**asked, **test.recv()}, test))
