"""What a run or an ensemble assumes, key by key: the value, the default, and where each comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from workforce_sim.config import read_config
from workforce_sim.explaining.census_words import playing
from workforce_sim.store.header import Header
from workforce_sim.wording import ABSENT, PATHS, leaves, value_text

REQUIRED = (
    "simulation.start_year",
    "simulation.end_year",
    "simulation.target_growth_rate",
    "workforce.total_termination_rate",
    "random_seed",
)
"""Keys without a default; they are always set."""


class Choice(NamedTuple):
    """A key of a configuration that has an effect.

    Attributes:
        key: its dotted name.
        value: in a few words; of a path its last part, as the rest says nothing of the run.
        default: in a few words; ``required`` where there is none.
        is_set: whether it has no default or another value; a default that was written out cannot be told.
    """

    key: str
    value: str
    default: str
    is_set: bool


def choices(header: Header) -> list[Choice]:
    """Return the keys that have an effect in a run, sorted."""
    return sorted(_choice(key, value) for key, value in _playing(header))


def _playing(header: Header) -> Iterator[tuple[str, Any]]:
    found = playing(header.config, header.source)
    yield from (row for row in leaves(header.configuration) if found.why_not(row[0]) is None)


def _choice(key: str, value: Any) -> Choice:
    required = any(key == name or key.startswith(f"{name}.") for name in REQUIRED)
    known = _defaults().get(_YEAR.sub("", key), ABSENT)
    default = "required" if required else "-" if known is ABSENT else value_text(known)
    shown = Path(value).name if key in PATHS and value is not None else value_text(value)
    of_table = key.rpartition(".")[2].isdigit()
    return Choice(key, shown, default, required or known != value or of_table)


_YEAR = re.compile(r"\.[0-9]{4}(?=\.|$)")


@cache
def _defaults() -> dict[str, Any]:
    """Return every key of the documented configuration with its default."""
    return dict(leaves(read_config(None).model_dump(mode="json", by_alias=True)))
