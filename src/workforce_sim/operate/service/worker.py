"""A process that carries out one task after another, watched from outside: its time, its memory, whether it lives."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from time import monotonic
from typing import Any

import psutil

from workforce_sim.operate.service.settings import MIB, TOKEN

CHECK = "check"
"""The kind of a task that only reads a census; others are the kinds of jobs."""
RESULT, TABLES = "result.json", "tables"
"""What a job writes to its folder."""
LOOK = 0.1
"""Seconds between two looks at a worker that says nothing."""
MOST_TASKS = 200
"""A worker is replaced after so many tasks, or when it keeps half of the memory that a task may take."""

_COMMAND = (sys.executable, "-m", "workforce_sim.operate.service.work")


class WorkerEndedError(Exception):
    """The worker was ended, or ended by itself, before it answered; the message says why."""


class Worker:
    """A process for tasks, started when there is one; used by one thread at a time.

    Args:
        threads: of Polars.
        memory: bytes that the process may use.
    """

    def __init__(self, threads: int, memory: int) -> None:
        self._threads, self._memory = threads, memory
        self._process: subprocess.Popen[bytes] | None = None
        self._tasks = 0
        self.bytes = 0

    def carry_out(
        self,
        task: Mapping[str, Any],
        content: bytes,
        *,
        seconds: float,
        told: Callable[[int, int], None] = lambda done, of: None,
        unwanted: Callable[[], bool] = lambda: False,
    ) -> dict[str, Any]:
        """Have a task carried out and return ``answer`` or ``failed``; see ``work``.

        Args:
            task: its fields.
            content: file of a census.
            seconds: after which it is ended.
            told: called with how much is done, and how much there is to do.
            unwanted: looked at meanwhile; the worker is ended when it is true.

        Raises:
            WorkerEndedError: when it took more time or memory than it may, was unwanted, or crashed.
        """
        try:
            process = self._ready()
            _send(process, task, content)
            for line in self._lines(process, monotonic() + seconds, unwanted):
                if "done" not in line:
                    self._let_go_when_worn(process)
                    return line
                told(line["done"], line["of"])
            raise WorkerEndedError(f"its process ended ({_code(process)}), as it does when the machine has no memory")
        except BaseException as error:
            self.end()
            if isinstance(error, OSError):
                raise WorkerEndedError(f"its process cannot be reached ({error.strerror})") from None
            raise

    def _ready(self) -> subprocess.Popen[bytes]:
        """Return the process, a new one where the last has ended."""
        if self._process is None or self._process.poll() is not None:
            self.end()
            kept = {name: value for name, value in os.environ.items() if name != TOKEN}
            environment = {**kept, "POLARS_MAX_THREADS": str(self._threads)}
            pipe = subprocess.PIPE
            self._process = subprocess.Popen(
                _COMMAND,
                env=environment,
                bufsize=0,
                stdin=pipe,
                stdout=pipe,
                start_new_session=True,  # or Ctrl-C would reach it too, and its job would fail
            )
            self._tasks = 0
        self._tasks += 1
        return self._process

    def _lines(
        self, process: subprocess.Popen[bytes], end: float, unwanted: Callable[[], bool]
    ) -> Iterator[dict[str, Any]]:
        """Yield what the process says until it ends."""
        assert process.stdout is not None
        said, source = b"", process.stdout.fileno()
        while True:
            if select.select([source], [], [], LOOK)[0]:
                part = os.read(source, 1 << 16)
                if not part:
                    return
                *lines, said = (said + part).split(b"\n")
                yield from map(json.loads, lines)
            self._look(process, end, unwanted)

    def _look(self, process: subprocess.Popen[bytes], end: float, unwanted: Callable[[], bool]) -> None:
        if unwanted():
            raise WorkerEndedError("cancelled")
        if monotonic() > end:
            raise WorkerEndedError("took more time than a job may; ask for less, or have the limit raised")
        self.bytes = _used(process)
        if self.bytes > self._memory:
            raise WorkerEndedError(f"took more memory than a job may ({self._memory // MIB:,} MiB); ask for less")

    def _let_go_when_worn(self, process: subprocess.Popen[bytes]) -> None:
        self.bytes = _used(process)
        if self._tasks >= MOST_TASKS or self.bytes > self._memory // 2:
            self.end()

    def end(self) -> None:
        """End the process; the next task starts another."""
        process, self._process, self.bytes = self._process, None, 0
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            with suppress(OSError):
                pipe.close()


def _send(process: subprocess.Popen[bytes], task: Mapping[str, Any], content: bytes) -> None:
    assert process.stdin is not None
    for part in (json.dumps({**task, "bytes": len(content)}).encode() + b"\n", content):
        left = memoryview(part)
        while left:
            left = left[process.stdin.write(left) :]


def _used(process: subprocess.Popen[bytes]) -> int:
    try:
        return int(psutil.Process(process.pid).memory_info().rss)
    except psutil.Error:
        return 0


def _code(process: subprocess.Popen[bytes]) -> str:
    code = process.wait()
    return f"signal {-code}" if code < 0 else f"exit code {code}"
