"""Values as people read them: dollars, percents, plain tables, and configurations key by key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from decimal import Decimal

ABSENT = object()
"""Stands for a key that one of two configurations does not have."""

PATHS = frozenset({"census.path", "output.path"})
"""Keys that say where files lie: no result depends on them."""

_MOST = 40


def dollars(cents: int | None) -> str:
    """Return an amount in dollars and cents."""
    if cents is None:
        return "-"
    return f"{'-' if cents < 0 else ''}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def whole_dollars(cents: float | None) -> str:
    """Return an amount in whole dollars: ``$81,300``."""
    return "-" if cents is None else f"{'-' if cents < 0 else ''}${abs(cents) / 100:,.0f}"


_LARGE = ((9.995e10, 1e11, "B"), (9.995e7, 1e8, "M"), (1e6, 1e5, "K"))
"""From so many cents, in units of so many cents, with this letter; what would round to 1,000 takes the next unit."""


def short_dollars(cents: float | None) -> str:
    """Return an amount as a sentence has it: ``$950``, ``$62.7K``, ``$62.7M``, ``$1.40B``."""
    if cents is None:
        return "-"
    size, sign = abs(cents), "-" if cents < 0 else ""
    for least, unit, letter in _LARGE:
        if size >= least:
            return f"{sign}${_three_digits(size / unit)}{letter}"
    return whole_dollars(cents)


def _three_digits(value: float) -> str:
    return f"{value:.2f}" if value < 9.995 else f"{value:.1f}" if value < 99.95 else f"{value:,.0f}"


def percent(share: float | Decimal | None, places: int | None = None) -> str:
    """Return a share of one in percent: as many decimals as it has, or so many."""
    if share is None:
        return "-"
    exact = _exact(share) * 100
    return f"{exact.normalize():f}%" if places is None else f"{exact:.{places}f}%"


def in_percent(values: Iterable[float]) -> bool:
    """Return whether values of one key read as percents: none is above 2, and not all are whole numbers."""
    found = list(values)
    return all(abs(value) <= 2 for value in found) and any(value % 1 for value in found)


def bp_percent(bp: int | None) -> str:
    """Return whole basis points in percent."""
    return "-" if bp is None else percent(_exact(bp) / 10_000)


def number(value: float) -> str:
    """Return a number as short as it can be written exactly."""
    return f"{_exact(value).normalize():f}"


def _exact(value: float | Decimal) -> Decimal:
    from decimal import Decimal  # noqa: PLC0415 - a command line answers --help without it

    return Decimal(str(value))


def counted(count: int, one: str, more: str | None = None) -> str:
    """Return how many there are of something: ``1 person``, ``2 persons``."""
    return f"{count:,} {one if count == 1 else more or f'{one}s'}"


def signed(value: float, text: str) -> str:
    """Return the text of a size with the sign of its value; without one where it reads as nothing."""
    nothing = not any(digit in text for digit in "123456789")
    return text if nothing else f"{'-' if value < 0 else '+'}{text}"


def period(years: Sequence[int]) -> str:
    """Return years in words: ``2025 to 2029``."""
    return str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"


def capital(text: str) -> str:
    """Return text that begins with a capital letter."""
    return f"{text[0].upper()}{text[1:]}"


def shortened(text: str, most: int) -> str:
    """Return a text of so many letters at most, with three dots where it was cut."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


def told_once(lines: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """Return each line once, with the names of those that have it."""
    found: dict[str, list[str]] = {}
    for name, of_name in lines.items():
        for line in of_name:
            found.setdefault(line, []).append(name)
    return found


def with_names(lines: Mapping[str, Iterable[str]]) -> list[str]:
    """Return each line once, with the names of those that have it where it is not of all."""
    found = told_once(lines).items()
    return [line if len(names) == len(lines) else f"{', '.join(names)}: {line}" for line, names in found]


def value_text(value: Any) -> str:
    """Return a value of a configuration in a few words."""
    if value is ABSENT:
        return "not there"
    if isinstance(value, (list, tuple)):
        text = ", ".join(value_text(item) for item in value) or "none"
        return text if len(text) <= _MOST else f"table of {counted(len(value), 'row')}"
    if isinstance(value, Mapping):
        text = ", ".join(f"{name}: {value_text(item)}" for name, item in sorted(value.items(), key=_named)) or "none"
        return text if len(text) <= _MOST else f"table of {counted(len(value), 'key')}"
    return _scalar_text(value)


def _named(item: tuple[Any, Any]) -> str:
    return str(item[0])


def _scalar_text(value: Any) -> str:
    if value is None:
        return "left out"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return number(value)
    return str(value)


def leaves(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the dotted key and value of everything in nested data; a list is one value."""
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from leaves(inner, f"{key}.{name}".strip("."))
    else:
        yield key, value


def changes(first: Any, second: Any, key: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield key and both values of whatever differs between two nested data.

    Lists of one length are told row by row; a table by year beside one that is none, as a whole.
    """
    if isinstance(first, Mapping) and isinstance(second, Mapping) and _by_year(first) == _by_year(second):
        for name in sorted({*first, *second}, key=str):
            yield from changes(first.get(name, ABSENT), second.get(name, ABSENT), f"{key}.{name}".strip("."))
    elif isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        for place, (one, other) in enumerate(zip(first, second, strict=True)):
            yield from changes(one, other, f"{key}[{place}]")
    elif first != second:
        yield key, first, second


def _by_year(table: Mapping[Any, Any]) -> bool:
    return bool(table) and all(str(name).isdigit() for name in table)


def columns(rows: Sequence[Sequence[str]], *, right: Sequence[int] = (), indent: str = "") -> list[str]:
    """Return rows of text as aligned lines; columns whose numbers are in ``right`` end at one place."""
    if not rows:
        return []
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [indent + "  ".join(_cell(row, i, w, right) for i, w in enumerate(widths)).rstrip() for row in rows]


def _cell(row: Sequence[str], place: int, width: int, right: Sequence[int]) -> str:
    return row[place].rjust(width) if place in right else row[place].ljust(width)
