"""What the command lines share: plain-text tables, one line a problem, exit codes. Imports nothing heavy."""

from __future__ import annotations

import argparse
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, TextIO

SUCCESS, FAILURE, USAGE, INTERRUPTED = 0, 1, 2, 130
FIRST_YEAR, LAST_YEAR = 1950, 2200
"""The years that a configuration may have."""

_PLAIN = str.maketrans({"─": "-", "–": "-", "…": "...", "’": "'", "“": '"', "”": '"'})
_GAP = "  "

Row = Mapping[str, Any]


def say(text: str) -> None:
    """Print a result on standard output."""
    _print(text, sys.stdout)


def complain(text: str) -> None:
    """Print a problem, a log line or progress on standard error; what could drive a terminal is escaped."""
    _print("\n".join(printable(line) for line in text.split("\n")), sys.stderr)


def _print(text: str, stream: TextIO | None) -> None:
    if stream is not None:  # a process may run with a closed stream
        print(_encodable(text, stream.encoding or "utf-8"), file=stream)


def _encodable(text: str, encoding: str) -> str:
    """Return the text with what the stream cannot show in plainer letters."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_PLAIN).encode(encoding, "backslashreplace").decode(encoding)
    return text


def printable(line: str) -> str:
    """Return a line with control characters written out."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in line)


def guarded(action: Callable[[], int], *, verbose: bool, tell: Callable[[BaseException], None] | None = None) -> int:
    """Run a command and return its exit code; what ends it is told: one line a problem, a traceback when verbose."""
    tell = tell or partial(_tell, verbose=verbose)
    try:
        code = action()
        if sys.stdout is not None:
            sys.stdout.flush()
    except KeyboardInterrupt as interrupt:
        tell(interrupt)
        return INTERRUPTED
    except BrokenPipeError:  # the reader has what it wanted, as with `| head`
        _give_up_stdout()
        return FAILURE
    except BaseException as error:  # the one place that turns errors, panics of Polars too, into lines
        tell(error)
        _flush_or_give_up()
        return FAILURE
    return code


def _tell(error: BaseException, *, verbose: bool) -> None:
    if verbose and not isinstance(error, KeyboardInterrupt):
        complain("".join(traceback.format_exception(error)).rstrip())
    complain(explained(error))


def _flush_or_give_up() -> None:
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        _give_up_stdout()


def _give_up_stdout() -> None:
    """Send what is left to nowhere, or Python complains again when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def explained(error: BaseException) -> str:
    """Return what an error says to a user, one line a problem."""
    from workforce_sim.errors import WorkforceSimError  # noqa: PLC0415 - a command line answers --help without it

    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'standard output'}: {error.strerror}"
    if isinstance(error, (WorkforceSimError, OSError)):  # before memory: what is refused up front says why
        return str(error)
    if isinstance(error, MemoryError):
        return "not enough memory; simulate fewer years or a smaller census, or close other programs"
    what = str(error).split("\n", 1)[0]
    return f"an error of the program itself, please report it with what --verbose shows: {type(error).__name__}: {what}"


def whole_number(text: str) -> int:
    """Read a whole number of a command line."""
    if not re.fullmatch(r"-?[0-9]{1,30}", text):
        raise argparse.ArgumentTypeError(f"expected a whole number, got {printable(text)!r}")
    return int(text)


def positive(text: str) -> int:
    """Read a whole number of 1 or more of a command line."""
    number = whole_number(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of 1 or more, got {number}")
    return number


def year_number(text: str) -> int:
    """Read a year of a command line, one that a configuration may have."""
    number = whole_number(text)
    if not FIRST_YEAR <= number <= LAST_YEAR:
        raise argparse.ArgumentTypeError(f"expected a year from {FIRST_YEAR} to {LAST_YEAR}, got {number}")
    return number


def file_name(text: str) -> str:
    """Read the name of a file of a command line."""
    if not text:
        raise argparse.ArgumentTypeError("expected the name of a file, got an empty text")
    return text


def shower(verbose: bool) -> Callable[[int, int, int], None] | None:
    """Return a callback that shows the progress of years on standard error; none where nobody would see it."""
    tick = ticker(verbose)
    return None if tick is None else lambda year, done, total: tick(f"{year} done, {done} of {total}", done == total)


def ticker(verbose: bool) -> Callable[[str, bool], None] | None:
    """Return what shows how far something is, and whether that is the end; none where nobody would see it."""
    stream = sys.stderr
    terminal = stream is not None and stream.isatty()
    if not (terminal or verbose):
        return None

    def show(text: str, ended: bool) -> None:
        if terminal:  # one line, written over, gone at the end
            text = f"{'' if ended else text:<40}\r"
        print(text, end="" if terminal else "\n", file=stream, flush=True)

    return show


def run_report(years: Sequence[Row], notes: Iterable[str], timings: Mapping[str, float], wall: float) -> str:
    """Return all that is printed about a run: the years, the notes, and where the time went."""
    parts = [year_table(years), plan_table(years), note_list(notes), time_table(timings, wall)]
    return "\n\n".join(part for part in parts if part)


def year_table(years: Sequence[Row]) -> str:
    """Return the years of a summary as a table: people, payroll in dollars, and average pay."""
    unit, divisor = _unit(max((row["payroll_cents"] or 0 for row in years), default=0))
    columns = [
        ("", "year", [str(row["year"]) for row in years]),
        ("opening", "staff", _counts(years, "headcount_opening")),
        ("", "hires", _counts(years, "hires")),
        ("leavers,", "staff", _counts(years, "terminations_opening_staff")),
        ("of them", "reduced", _counts(years, "reductions")),
        ("leavers,", "hires", _counts(years, "terminations_new_hires")),
        ("promo-", "tions", _counts(years, "promotions")),
        ("cola", "raises", _counts(years, "cola_raises")),
        ("merit", "raises", _counts(years, "merit_raises")),
        ("closing", "staff", _counts(years, "headcount_closing")),
        ("payroll", "$", [_amount(row["payroll_cents"], divisor, unit) for row in years]),
        ("average", "pay $", [_amount(row["average_salary_cents"], 100) for row in years]),
    ]
    reduced = any(row["reductions"] for row in years)
    return _table([column for column in columns if reduced or column[1] != "reduced"])


def plan_table(years: Sequence[Row]) -> str:
    """Return the plan as a table: who takes part, what is saved and what it costs; nothing without one."""
    if any(row["participants"] is None for row in years):
        return ""
    unit, divisor = _unit(max((row["deferral_cents"] for row in years), default=0))
    money = {
        ("defer-", "rals $"): "deferral_cents",
        ("", "match $"): "match_cents",
        ("non-", "elective $"): "nonelective_cents",
        ("forfeitures", "used $"): "forfeitures_used_cents",
        ("net cost to", "employer $"): "net_employer_cost_cents",
    }
    columns = [
        ("", "year", [str(row["year"]) for row in years]),
        ("", "eligible", _counts(years, "eligible")),
        ("partici-", "pants", _counts(years, "participants")),
        ("of the", "eligible", _percents(years, "participation_rate")),
        ("average", "deferral", _percents(years, "average_deferral_rate")),
        *((*heading, [_amount(row[name], divisor, unit) for row in years]) for heading, name in money.items()),
        ("of", "payroll", _percents(years, "employer_cost_share_of_payroll")),
    ]
    unused = {"elective $": "nonelective_cents", "used $": "forfeitures_used_cents"}
    empty = {heading for heading, name in unused.items() if not any(row[name] for row in years)}
    return _table([column for column in columns if column[1] not in empty])


def time_table(timings: Mapping[str, float], wall: float) -> str:
    """Return where the time of a run went: seconds by step, which may overlap, and from start to end."""
    if not timings:
        return ""
    rows = {**timings, "start to end": wall}
    width = max(len(name) for name in ("where the time went", *rows))
    places = 3 if wall < 100 else 1
    lines = [f"{name:<{width}}{_GAP}{seconds:>7,.{places}f}" for name, seconds in rows.items()]
    beside = ["(steps that ran side by side overlap)"] if sum(timings.values()) > wall else []
    return "\n".join([f"{'where the time went':<{width}}{_GAP}seconds", *lines, *beside])


def pairs(rows: Mapping[str, str]) -> str:
    """Return names and values, one pair a line."""
    width = max(map(len, rows))
    return "\n".join(f"{name:<{width}}{_GAP}{value}" for name, value in rows.items())


def note_list(notes: Iterable[str]) -> str:
    """Return notes one a line, under a heading."""
    lines = [f"  {printable(note)}" for note in notes]
    return "\n".join(["notes", *lines]) if lines else ""


def _table(columns: Sequence[tuple[str, str, list[str]]]) -> str:
    """Return columns of two headings and cells, right aligned, with a rule under the headings."""
    widths = [max(map(len, (first, second, *cells))) for first, second, cells in columns]
    rule = ["─" * width for width in widths]
    cells = zip(*(cells for _, _, cells in columns), strict=True)
    lines = [[c[0] for c in columns], [c[1] for c in columns], rule, *cells]
    return "\n".join(_GAP.join(text.rjust(w) for text, w in zip(line, widths, strict=True)).rstrip() for line in lines)


def _counts(rows: Sequence[Row], name: str) -> list[str]:
    return ["-" if row[name] is None else f"{row[name]:,}" for row in rows]


def _percents(rows: Sequence[Row], name: str) -> list[str]:
    return ["-" if row[name] is None else f"{100 * row[name]:.1f} %" for row in rows]


def _unit(most_cents: int) -> tuple[str, int]:
    """Return the unit that fits the largest amount, and the cents in one of it."""
    return (" m", 10**8) if most_cents >= 10**8 else ("", 100)


def _amount(cents: int | None, divisor: int, unit: str = "") -> str:
    return "-" if cents is None else f"{cents / divisor:,.{1 if unit else 0}f}{unit}"
