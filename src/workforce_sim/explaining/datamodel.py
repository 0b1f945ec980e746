"""``docs/data-model.md``, printed from the tables.

``python -m workforce_sim.explaining.datamodel > docs/data-model.md`` writes the page anew.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

import polars as pl

from workforce_sim.draws import Stream
from workforce_sim.store.header import FORMAT
from workforce_sim.tables import EVENT_KINDS, NAME, STATUSES, TABLES, Column, DataType, EventType, causes_of

_INTRO = """\
# Data model

Printed from `src/workforce_sim/tables/` and `draws.py`; a test keeps this page current. Change the code, then
run `python -m workforce_sim.explaining.datamodel > docs/data-model.md`.

Money is in whole cents and rates in whole basis points or millionths. Dates are calendar days; both the first and the
last day of employment are days worked. The owner is the only event that may change a column. Columns of the plan
(marked) are null without a plan (`plan.enabled: false`). `workforce-sim run verify` checks the bounds.
"""

_ABOUT = {
    "census": "The input: one row per employee at the opening date, with complete data.",
    "events": "The ledger: one row per dated fact about one employee, append only.",
    "snapshots": "One row per plan year and employee employed at any time in it.",
    "summary": "One row per plan year.",
}

_EVENT_TYPES = """\
In the order within a day. A row fills only the columns that its type sets. Only events marked *often* can happen more
than once a year to an employee. The keys are those that decide an event, or the beginnings of their names."""


def page(kinds: Sequence[EventType] = EVENT_KINDS) -> str:
    """Return the whole page as Markdown, ending in a newline."""
    parts = [_INTRO]
    for name, table in TABLES.items():
        parts.append(f"## {name}\n\n{_ABOUT[name]}\n\n{_columns(table)}")
    parts.append(f"## Event types\n\n{_EVENT_TYPES}\n\n{_event_types(kinds)}")
    parts.append(f"## Values\n\nEnums, in sort order.\n\n{_values(kinds)}")
    parts.append(f"## Streams\n\nOne number per kind of random decision; numbers never change.\n\n{_streams()}")
    parts.append(f"## Format\n\nA run on disk with these tables is of format `{FORMAT}`.\n")
    return "\n".join(parts)


def _columns(table: Iterable[Column]) -> str:
    rows = [(f"`{c.name}`", _type(c.dtype), c.unit, _bounds(c), c.meaning, c.owner, "yes" * c.in_plan) for c in table]
    return _markdown(("column", "type", "unit", "bounds", "meaning", "owner", "of the plan"), rows)


def _bounds(column: Column) -> str:
    if column.lowest is None:
        return ""
    return f"from {column.lowest:,}" + ("" if column.highest is None else f" to {column.highest:,}")


def _event_types(kinds: Iterable[EventType]) -> str:
    rows = [
        (
            f"`{k.name}`",
            k.words,
            _listed(k.sets),
            _listed(k.causes),
            "yes" * k.often,
            "yes" * k.in_plan,
            _listed(k.keys),
        )
        for k in kinds
    ]
    return _markdown(("event type", "in words", "sets", "causes", "often", "of the plan", "keys"), rows)


def _listed(values: Iterable[str]) -> str:
    return ", ".join(f"`{value}`" for value in values)


def _values(kinds: Sequence[EventType]) -> str:
    enums = {"event_type": [kind.name for kind in kinds], "cause": causes_of(kinds), "status": STATUSES}
    return _markdown(("column", "values"), [(f"`{name}`", _listed(values)) for name, values in enums.items()])


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
