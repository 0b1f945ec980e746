"""Writers in processes of their own, started, told to begin, and ended."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

CHILD = Path(__file__).with_name("child.py")
PATIENCE = 120
"""Seconds after which a process that should have ended is taken for hanging."""


class Writer:
    """A process that simulates into folders when it is told to; see ``child.py``."""

    def __init__(self, **asked: Any) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(CHILD), json.dumps(asked, default=str)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)
        self._input.close()
        self._output.close()

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def _input(self) -> IO[str]:
        assert self.process.stdin is not None
        return self.process.stdin

    @property
    def _output(self) -> IO[str]:
        assert self.process.stdout is not None
        return self.process.stdout

    def line(self) -> str:
        """Return the next line it prints; empty when it has died."""
        return self._output.readline().strip()

    def ready(self) -> Writer:
        """Wait until it has imported everything."""
        assert self.line() == "ready"
        return self

    def begin(self, **asked: Any) -> None:
        """Let it simulate, or go on after a year that it told."""
        self._input.write(json.dumps(asked, default=str) + "\n")
        self._input.flush()

    def outcome(self) -> dict[str, Any] | None:
        """Wait for the end of the run and return what came of it; None when the process died."""
        line = self.line()
        return json.loads(line) if line else None

    def run(self, **asked: Any) -> dict[str, Any] | None:
        """Simulate from beginning to end."""
        self.ready().begin(**asked)
        return self.outcome()
