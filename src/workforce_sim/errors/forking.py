"""Processes made by fork: the threads of Polars are not in them, and what waits for these waits for ever.

Imported with the package, so that no fork is missed; imports nothing heavy.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from workforce_sim.errors import RequestError

if TYPE_CHECKING:
    from pathlib import Path

_known = {"began": False, "threads": False, "forked": False}


def refuse_forked() -> None:
    """Remember that a run begins here, which starts threads.

    Raises:
        RequestError: in a process that was forked from one in which threads of Polars were running.
    """
    if _known["forked"]:
        raise RequestError(
            "this process was forked after Polars started its threads, and would hang; make "
            'processes by spawn, as ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn"))'
        )
    _known["began"] = True


def _look_for_threads() -> None:
    from pathlib import Path  # noqa: PLC0415 - a command line that does not fork is not to wait for it

    _known["threads"] = _known["began"] or any(map(_is_of_polars, Path("/proc/self/task").glob("*/comm")))


def _is_of_polars(name: Path) -> bool:
    try:
        return name.read_text(encoding="ascii", errors="replace").strip().removeprefix("polars-").isdigit()
    except OSError:  # a thread that has ended meanwhile
        return False


def _remember_threads() -> None:
    _known["forked"] = _known["forked"] or _known["threads"]


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_look_for_threads, after_in_child=_remember_threads)
