"""Sections with a switch: a key without which no other key of the section has an effect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from workforce_sim.config.values import ByYear, Section


def switched(section: Section, prefix: str = "") -> Iterator[tuple[str, Section]]:
    """Yield each section with a switch that a section holds, by its dotted key."""
    for name in type(section).model_fields:
        inner = getattr(section, name)
        if isinstance(inner, Section):
            if inner.switch:
                yield f"{prefix}{name}", inner
            yield from switched(inner, f"{prefix}{name}.")


def is_on(section: Section, years: Iterable[int]) -> bool:
    """Return whether the switch of a section is on in any of some years."""
    value = getattr(section, section.switch)
    return any(value.at(year) for year in years) if isinstance(value, ByYear) else bool(value)


def ever_on(section: Section, start: int) -> bool:
    """Return whether the switch of a section is on in any year from the start on, also one after the run."""
    table = getattr(getattr(section, section.switch), "root", None)
    later = [year for year in table if year > start] if isinstance(table, dict) else []
    return is_on(section, (start, *later))
