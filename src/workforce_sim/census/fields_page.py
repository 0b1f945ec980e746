"""The fields of a census as a page, and as an empty file."""

from __future__ import annotations

import textwrap

from workforce_sim.census.fields import FIELDS


def fields_table() -> str:
    """Return all fields as lines: name, what it holds, names recognized."""
    lines = []
    for field in FIELDS:
        lines.append(f"{field.name}{' (required)' if field.required else ''}: {field.about}")
        lines += textwrap.wrap(", ".join(field.written), 110, initial_indent="    ", subsequent_indent="    ")
    return "\n".join(lines)


_ASIDE = (
    "hourly_rate",
    "pay_basis",
    "pay_frequency",
    "scheduled_hours",
    "service_date",
    "as_of",
    "active",
    "full_time",
)
"""Fields that a file made for this program does not need."""


def template() -> str:
    """Return an empty census: the names of its columns."""
    return ",".join(field.name for field in FIELDS if field.name not in _ASIDE) + "\n"
