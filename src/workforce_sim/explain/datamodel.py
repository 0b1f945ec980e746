"""``docs/data-model.md``, printed from the tables.

``python -m workforce_sim.explain.datamodel > docs/data-model.md`` writes the page anew.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

import polars as pl

from workforce_sim.draws import Stream
from workforce_sim.tables import EVENT_CAUSE, EVENT_TYPE, NAME, STATUS, TABLES, Column, DataType

_INTRO = """\
# Data model

Printed from `src/workforce_sim/tables.py` and `draws.py`; a test keeps this page equal to them. Change the code, then
run `python -m workforce_sim.explain.datamodel > docs/data-model.md`.

Money is in whole cents and rates in whole basis points or millionths. Dates are calendar days; both the first and the
last day of employment are days worked. The owner is the one event that may change a column. Columns of the plan
are null without one (`plan.enabled: false`).
"""

_ABOUT = {
    "census": "The input: one row per employee at the opening date, complete.",
    "events": "The ledger: one row per dated fact about one employee, append only.",
    "snapshots": "One row per plan year and employee employed at any time in it.",
    "summary": "One row per plan year.",
}

_ENUMS = {"event_type": EVENT_TYPE, "cause": EVENT_CAUSE, "status": STATUS}


def page() -> str:
    """Return the whole page as Markdown, ending in a newline."""
    parts = [_INTRO]
    for name, table in TABLES.items():
        parts.append(f"## {name}\n\n{_ABOUT[name]}\n\n{_columns(table)}")
    parts.append(f"## Values\n\nEnums, in the order in which they sort.\n\n{_values()}")
    parts.append(f"## Streams\n\nOne number per kind of random decision, fixed for ever.\n\n{_streams()}")
    return "\n".join(parts)


def _columns(table: Iterable[Column]) -> str:
    rows = [(f"`{c.name}`", _type(c.dtype), c.unit, c.meaning, c.owner) for c in table]
    return _markdown(("column", "type", "unit", "meaning", "owner"), rows)


def _values() -> str:
    rows = [(f"`{name}`", ", ".join(f"`{v}`" for v in enum.categories)) for name, enum in _ENUMS.items()]
    return _markdown(("column", "values"), rows)


def _streams() -> str:
    rows = [(str(stream.value), stream.name.lower().replace("_", " ")) for stream in Stream]
    return _markdown(("stream", "decision"), rows)


def _type(dtype: DataType) -> str:
    if dtype is NAME:
        return "Enum of the run's names"
    return "Enum" if isinstance(dtype, pl.Enum) else str(dtype)


def _markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table without the columns that no row fills."""
    body = list(rows)
    kept = [i for i in range(len(header)) if any(row[i] for row in body)]
    lines = [[header[i] for i in kept], ["---"] * len(kept), *([row[i] for i in kept] for row in body)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


if __name__ == "__main__":
    sys.stdout.write(page())
