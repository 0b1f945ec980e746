"""How far something is and how long it may still take: a line on a terminal or in a notebook. Imports nothing heavy.

Where nobody would see it there is none. It goes to standard error, is written over, and is gone at the end. With rich
installed a terminal shows a bar before it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any, TextIO

from workforce_sim.wording.terminal import complain, printable

Progress = Callable[[int, int, int], None]
"""Called after each year with the year, how many are done, and how many there are."""

Count = Callable[[int, int], None]
"""Called with how many simulations are done, and how many there are at most."""

Tell = Callable[[str, int, int], None]
Show = Callable[[str, float], None]
"""Shows a text and the share that is done; an empty text takes the line away."""

STARTING = "starting"
_WIDTH = 60


@contextmanager
def years(progress: Progress | bool | None, *, verbose: bool = False) -> Iterator[Progress | None]:
    """Give what tells of finished years: a line that somebody sees for True, else what is given."""
    if not isinstance(progress, bool):
        yield progress
        return
    with meter(progress, verbose=verbose) as tell:
        yield None if tell is None else lambda year, done, total: tell(years_done(year, done, total), done, total)


@contextmanager
def simulations(progress: Count | bool | None, *, verbose: bool = False) -> Iterator[Count | None]:
    """Give what tells of finished simulations: a line that somebody sees for True, else what is given."""
    if not isinstance(progress, bool):
        yield progress
        return
    with meter(progress, verbose=verbose) as tell:
        yield None if tell is None else lambda done, total: tell(simulations_done(done, total), done, total)


Employers = Callable[[int, int, float], None]
"""Called with how many employers are done, how many there are, and about which share of the work that was."""


@contextmanager
def employers(progress: Count | bool | None, *, verbose: bool = False) -> Iterator[Employers | None]:
    """Give what tells of finished employers: a line that somebody sees for True, else what is given."""
    if not isinstance(progress, bool):
        yield None if progress is None else lambda done, total, share: progress(done, total)
        return
    with meter(progress, verbose=verbose) as tell:
        yield (
            None
            if tell is None
            else lambda done, total, share: tell(f"{done:,} of {total:,} employers", round(_PARTS * share), _PARTS)
        )


_PARTS = 10_000


def counting(tell: Count | None, place: int, of: int) -> Count | None:
    """Return what tells how far one of several ensembles is as how far all are."""
    return None if tell is None else lambda done, total: tell(place * total + done, of * total)


def years_done(year: int, done: int, total: int) -> str:
    """Return how far a run is."""
    return f"{year} done, {done} of {total}"


def simulations_done(done: int, total: int) -> str:
    """Return how far an ensemble is."""
    return f"{done:,} of {total:,} simulations"


@contextmanager
def meter(wanted: bool = True, *, verbose: bool = False) -> Iterator[Tell | None]:
    """Give what shows a text and the time left, told how many are done of how many; None where nobody would see it.

    The line is gone when the block ends, however it ends. With ``verbose`` what is no terminal gets line after line.
    """
    show = line(verbose) if wanted else None
    if show is None:
        yield None
        return
    start = perf_counter()
    show(STARTING, 0.0)

    def tell(text: str, done: int, total: int) -> None:
        left = time_left(perf_counter() - start, done, total)
        show(f"{text}, {left}" if left else text, done / max(total, 1))

    try:
        yield tell
    finally:
        show("", 1.0)


def time_left(seconds: float, done: int, total: int) -> str:
    """Return about how long the rest takes, as long as what is done took; nothing below a second."""
    left = seconds * (total - done) / done if done else 0.0
    for least, unit, name in ((5400.0, 3600.0, "h"), (90.0, 60.0, "min"), (1.0, 1.0, "s")):
        if left >= least:
            return f"about {left / unit:.0f} {name} left"
    return ""


def line(verbose: bool) -> Show | None:
    """Return what shows a line where somebody sees it: in a notebook, on a terminal, or wherever, when verbose."""
    stream = sys.stderr
    if _kernel() is not None:
        return _in_notebook()
    if stream is None or not stream.isatty():
        return _lines if verbose else None
    return _with_bar(stream) or _plain(stream)


def _lines(text: str, share: float) -> None:
    if text and share:
        complain(text)


def _plain(stream: TextIO) -> Show:
    def show(text: str, share: float) -> None:
        print(f"{printable(text):<{_WIDTH}}\r", end="", file=stream, flush=True)

    return show


def _with_bar(stream: TextIO) -> Show | None:
    """Return what shows a line with a bar; None without rich, or on a terminal that can only write on."""
    try:
        from rich.console import Console  # noqa: PLC0415 - an extra
        from rich.progress_bar import ProgressBar  # noqa: PLC0415
        from rich.table import Table  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415
    except ImportError:
        return None
    console = Console(file=stream)
    if not console.is_terminal or console.is_dumb_terminal:
        return None

    def show(text: str, share: float) -> None:
        row = Table.grid(padding=(0, 1))
        row.add_row(ProgressBar(total=1.0, completed=share, width=24), Text(printable(text)))
        with console.capture() as drawn:
            console.print(row, end="")
        print(f"\r\x1b[2K{drawn.get().rstrip() if text else ''}", end="", file=stream, flush=True)

    return show


# --- in a notebook ---


def _kernel() -> Any:
    """Return the kernel that a notebook runs this process with; None elsewhere."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return getattr(shell, "kernel", None)


def _in_notebook() -> Show:
    from IPython.display import display  # type: ignore[import-not-found] # noqa: PLC0415 - it runs this process

    shown: list[Any] = []

    def show(text: str, share: float) -> None:
        if shown:
            shown[0].update(Bar(text, share))
        elif text:
            shown.append(display(Bar(text, share), display_id=True))

    return show


class Bar:
    """A bar with its text, as a notebook shows it."""

    def __init__(self, text: str, share: float) -> None:
        self.text, self.share = text, share

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        from html import escape  # noqa: PLC0415 - for notebooks alone

        return f'<progress max="1" value="{self.share:.4f}"></progress> {escape(self.text)}' if self.text else ""
