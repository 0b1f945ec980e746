"""What a user's own event may read: the columns of the staff after each event of the model, as a table.

``python -m workforce_sim.explaining.staff_columns`` prints the table of ``docs/own-events.md``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import polars as pl

from workforce_sim.engine.event import Declared
from workforce_sim.engine.events.other_pay import declared
from workforce_sim.engine.state import STATE
from workforce_sim.engine.year import PLAN, WORKFORCE
from workforce_sim.tables import DataType

EVENTS = tuple(step for step in (*WORKFORCE, declared((), 0), *PLAN) if isinstance(step, Declared))
"""The events of the model in their order: one of a user's own comes after any.

Other pay has columns of its entries besides, which depend on the configuration.
"""

_ENDINGS = {"_cents": "cents", "_ppm": "millionths", "_bp": "basis points", "_date": "day", "_day": "day"}
_UNITS = {
    "salary_cents": "cents a year",
    "last_day": "day",
    "hire_day": "",
    "leave_days": "days",
    "hours_of_service": "hours",
    "vesting_years": "years",
    "years_before": "years",
    "excluded_class": "",
    "weight": "millionths",
    "chance": "0 to 1",
    "age": "years",
    "tenure": "years",
}


def table() -> str:
    """Return the table as Markdown: column, type, unit, the event that adds it, meaning."""
    lines = ["| column | type | unit | from | meaning |", "|---|---|---|---|---|"]
    lines += [f"| {' | '.join(cells)} |" for cells in _rows()]
    return "\n".join(lines) + "\n"


def _rows() -> Iterator[tuple[str, ...]]:
    """Yield a row for each column, where it comes first; it is there after all events that follow."""
    described = {name: ("opening", dtype, meaning) for name, (dtype, meaning) in STATE.items()}
    for event in EVENTS:
        described |= {name: ("opening", kept.dtype, kept.meaning) for name, kept in event.kept.items()}
        for name, dtype in event.adds.items():
            described.setdefault(name, (event.name, dtype, event.meanings[name]))
    for name, (place, dtype, meaning) in described.items():
        yield f"`{name}`", str(dtype), _unit(name, dtype), place, meaning


def _unit(name: str, dtype: DataType) -> str:
    by_ending = next((unit for ending, unit in _ENDINGS.items() if name.endswith(ending)), "")
    flag = "0 or 1" if dtype == pl.UInt8 and "cause" not in name else ""
    return _UNITS.get(name, by_ending or flag)


if __name__ == "__main__":
    sys.stdout.write(table())
