"""What has no effect: a key or a section, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

Off = tuple[str, str]
"""A key or a section, and why it has no effect."""


def each(section: str, names: Iterable[str], why: str) -> Iterator[Off]:
    """Yield some keys of a section with one reason."""
    yield from ((f"{section}.{name}", why) for name in names)
