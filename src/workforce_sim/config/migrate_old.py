"""What the translation of an old configuration reads from, and what takes up what it finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

Old = Mapping[str, Any]
Band = tuple[int, Mapping[str, Any]]

NO_SCHEDULE = "the status asks for a schedule that the file does not hold"


class Found(Protocol):
    """What takes up translations: see ``migrate.Migration``."""

    def put(self, old: str, new: str, value: Any) -> None:
        """Set a key of ours."""

    def told(self, old: str, new: str) -> None:
        """Tell of a setting that has had its say in what was put at a key of ours."""

    def value(self, new: str) -> Any:
        """Return what was put at a key of ours; None for nothing."""

    def remove(self, new: str) -> None:
        """Take back what was put at a key of ours."""

    def by_hand(self, old: str, why: str) -> None:
        """Tell of what changes results and has to be written by hand."""

    def left_out(self, old: str, why: str) -> None:
        """Tell of what changes nothing."""


def value_at(old: Old, key: str) -> Any:
    """Return what stands at a dotted key; None for nothing."""
    value: Any = old
    for name in key.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def first_of(old: Old, *keys: str) -> tuple[str, Any]:
    """Return the first of some keys that holds something, and what; else the last one and None."""
    return next(
        ((key, value_at(old, key)) for key in keys if value_at(old, key) not in (None, [], {}, "")), (keys[-1], None)
    )


_STARTS = ("service_years_min", "min_years", "min_points", "min_age")
_ENDS = ("service_years_max", "max_years", "max_points", "max_age")


def bands(rows: Sequence[Mapping[str, Any]]) -> Iterator[Band]:
    """Yield bands from 0 on without gaps: where the old schedule has none, one that pays nothing."""
    reached: int | None = 0
    for row in sorted(rows, key=lambda row: _named(row, _STARTS) or 0):
        start, end = _named(row, _STARTS) or 0, _named(row, _ENDS)
        if reached is not None and start > reached:
            yield reached, {}
        yield start, row
        reached = end
    if reached:
        yield reached, {}


def _named(row: Mapping[str, Any], names: Sequence[str]) -> int | None:
    return next((int(row[name]) for name in names if row.get(name) is not None), None)
