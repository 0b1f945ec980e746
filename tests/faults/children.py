"""Writers in processes of their own, started, told to begin, and ended."""

from __future__ import annotations

import multiprocessing
from functools import cache
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from typing import Any

PATIENCE = 120
"""Seconds after which a process that should have ended is taken for hanging."""


@cache
def _processes() -> ForkServerContext:
    """Return what starts processes; one of them imports once for all the others and runs nothing."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.child"])
    return context


def _writer(test: Connection, asked: dict[str, Any]) -> None:
    from tests.faults.child import main  # needs POSIX

    main(test, asked)


class Writer:
    """A process that simulates into folders when it is told to; see ``child.py``."""

    def __init__(self, **asked: Any) -> None:
        self._ours, theirs = _processes().Pipe()
        self.process = _processes().Process(target=_writer, args=(theirs, asked), daemon=True)
        self.process.start()
        theirs.close()

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.wait()
        self._ours.close()

    @property
    def pid(self) -> int:
        assert self.process.pid is not None
        return self.process.pid

    def wait(self) -> None:
        """Wait for its end."""
        self.process.join(PATIENCE)
        assert self.process.exitcode is not None

    def told(self) -> Any:
        """Return the next thing it tells; None when it has died."""
        try:
            return self._ours.recv()
        except (EOFError, ConnectionResetError):
            return None

    def ready(self) -> Writer:
        """Wait until it has imported everything."""
        assert self.told() == "ready"
        return self

    def begin(self, **asked: Any) -> None:
        """Let it simulate, or go on after a year that it told."""
        self._ours.send(asked)

    def outcome(self) -> dict[str, Any] | None:
        """Wait for the end of the run and return what came of it; None when the process died."""
        found: dict[str, Any] | None = self.told()
        return found

    def run(self, **asked: Any) -> dict[str, Any] | None:
        """Simulate from beginning to end."""
        self.ready().begin(**asked)
        return self.outcome()
