"""The sources of an ensemble's spread: chance, years good or bad for all employees, uncertain assumptions.

Chapter: ``docs/model/uncertainty.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from workforce_sim.config import Config, with_changes
from workforce_sim.config.drawing import Swap, drawing
from workforce_sim.errors import RequestError
from workforce_sim.plan.loading import load_config

IN_WORDS = {"chance": "chance", "year": "good and bad years", "assumptions": "uncertain assumptions"}
SOURCES = tuple(IN_WORDS)
HELD_STILL = 0
"""The replicate whose draws all replicates share if chance is off."""

_OFF: dict[str, dict[str, Any]] = {
    "year": {"uncertainty.year_effects": {}},
    "assumptions": {"uncertainty.assumptions": ()},
}


@dataclass(frozen=True)
class Spread:
    """The sources that vary from replicate to replicate; the others are off."""

    sources: frozenset[str]

    @property
    def common(self) -> int | None:
        """The replicate whose draws all replicates share; None if each has its own."""
        return None if "chance" in self.sources else HELD_STILL

    def held(self, config: Config) -> Config:
        """Return a configuration with years and assumptions turned off if they do not vary."""
        off = [changes for source, changes in _OFF.items() if source not in self.sources]
        return with_changes(config, {key: value for changes in off for key, value in changes.items()})


def chosen(spread: str | Iterable[str] | None) -> Spread:
    """Return the requested sources: one, several, or all.

    Raises:
        RequestError: for none, or for an unknown source.
    """
    if spread is None:
        return Spread(frozenset(SOURCES))
    try:
        asked = frozenset([spread] if isinstance(spread, str) else spread)
    except TypeError:
        asked = frozenset()
    if not asked or not asked <= frozenset(SOURCES):
        raise RequestError(f"spread must be {', '.join(SOURCES)}, or a set of them (got {spread!r})")
    return Spread(asked)


def certain(config: Config) -> Config:
    """Return a configuration as written, without assumptions to draw."""
    return with_changes(config, _OFF["assumptions"]) if config.uncertainty.assumptions else config


def varying(config: Config) -> tuple[str, ...]:
    """Return the sources that a configuration has."""
    found = {"chance": True, "year": config.years_vary, "assumptions": bool(config.uncertainty.assumptions)}
    return tuple(source for source in SOURCES if found[source])


def unvaried(spread: Spread, config: Config) -> tuple[str, ...]:
    """Return a warning for each requested source that does not vary: alone, it makes all replicates equal."""
    idle = [source for source in SOURCES if source in spread.sources and source not in varying(config)]
    return tuple(f"spread: {source} does not vary: {_WHY[source]}" for source in idle)


_WHY = {
    "year": "uncertainty.year_effects needs growth or raises above 0, or terminations with headcount: stochastic",
    "assumptions": "uncertainty.assumptions names no key",
}


def grouped(
    config: Config, replicates: Sequence[int], swap: Swap | None = None
) -> list[tuple[Config, tuple[int, ...]]]:
    """Return the replicates by their own configuration: those that share one can share a frame."""
    found = drawing(config, swap)
    groups: dict[tuple[float, ...], list[int]] = {}
    for replicate in replicates:
        groups.setdefault(tuple(found.values(replicate).values()), []).append(replicate)
    return [(load_config(found.of(numbers[0])), tuple(numbers)) for numbers in groups.values()]
