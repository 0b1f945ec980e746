"""What the command lines print: results as plain-text tables or as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from json import dumps
from typing import Any

from workforce_sim.explaining.years_text import Row, mix_table, plan_table, year_table
from workforce_sim.wording.terminal import printable

_GAP = "  "


def json_text(page: Any) -> str:
    """Return a result as JSON."""
    return dumps(page, indent=2, ensure_ascii=True, allow_nan=False)


def run_report(
    years: Sequence[Row],
    notes: Iterable[str],
    timings: Mapping[str, float],
    wall: float,
    mix: Sequence[Row] = (),
    opens: str = "",
) -> str:
    """Return all that is printed about a run: the years, the mix of levels, the notes, and where the time went.

    ``opens`` is the day of the census where it is no January 1.
    """
    parts = [year_table(years), plan_table(years), mix_table(mix, opens), note_list(notes), time_table(timings, wall)]
    return "\n\n".join(part for part in parts if part)


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
