"""What spreads an ensemble: chance, years that are good or bad for everybody, assumptions that are not known.

Chapter: ``docs/model/uncertainty.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from workforce_sim.config import Config, with_changes
from workforce_sim.config.drawing import drawing
from workforce_sim.errors import RequestError
from workforce_sim.plan.loading import load_config

SOURCES = ("chance", "year", "assumptions")
HELD_STILL = 0
"""The replicate whose draws of persons all replicates have where chance is held still."""

_OFF: dict[str, dict[str, Any]] = {
    "year": {"uncertainty.year_effects.terminations": 0.0},
    "assumptions": {"uncertainty.assumptions": ()},
}


@dataclass(frozen=True)
class Spread:
    """The sources that vary from replicate to replicate; the others are held still."""

    sources: frozenset[str]

    @property
    def common(self) -> int | None:
        """The replicate whose random numbers of persons all have; None where each has its own."""
        return None if "chance" in self.sources else HELD_STILL

    def held(self, config: Config) -> Config:
        """Return a configuration in which years and assumptions are off where they are held still."""
        off = [changes for source, changes in _OFF.items() if source not in self.sources]
        return with_changes(config, {key: value for changes in off for key, value in changes.items()})


def idle(spread: str | Iterable[str] | None, config: Config) -> tuple[str, ...]:
    """Return notes of what is asked to vary and does not: sources that a configuration lacks, and drawn keys.

    Args:
        spread: the sources that were asked for by name; None where all that there are were.
        config: as it is written.
    """
    asked = frozenset() if spread is None else chosen(spread).sources
    lacking = [source for source in SOURCES if source in asked and source not in varying(config)]
    return (*(f"spread: {source} varies nothing, for {_LACKS[source]}" for source in lacking), *_idle_draws(config))


_LACKS = {
    "year": "uncertainty.year_effects.terminations is 0, or workforce.headcount is exact and fixes how many leave",
    "assumptions": "uncertainty.assumptions is empty",
}


def _idle_draws(config: Config) -> Iterator[str]:
    """Yield a note for each drawn key that nothing depends on."""
    as_given = config.workforce.headcount == "stochastic" and config.terminations.rates is not None
    total = "workforce.total_termination_rate"
    for key in (entry.key for entry in config.uncertainty.assumptions):
        if as_given and (key == total or key.startswith(f"{total}.")):
            yield f"uncertainty.assumptions: {key}: no effect, because terminations.rates are used as given"
        elif not config.plan.enabled and key.startswith(_OF_PLAN):
            yield f"uncertainty.assumptions: {key}: no effect, because plan.enabled is false"


_OF_PLAN = ("plan.", "enrollment.", "eligibility.")


def chosen(spread: str | Iterable[str] | None) -> Spread:
    """Return the sources that are asked for: one, several, or all that there are.

    Raises:
        RequestError: for none, or for what is no source.
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
    """Return a configuration as it is written, with no assumption left to be drawn."""
    return with_changes(config, _OFF["assumptions"]) if config.uncertainty.assumptions else config


def varying(config: Config) -> tuple[str, ...]:
    """Return the sources that a configuration has."""
    found = {"chance": True, "year": config.year_effect > 0, "assumptions": bool(config.uncertainty.assumptions)}
    return tuple(source for source in SOURCES if found[source])


def grouped(config: Config, replicates: Sequence[int]) -> list[tuple[Config, tuple[int, ...]]]:
    """Return the replicates by their own configuration: those that share one can share a frame."""
    found = drawing(config)
    groups: dict[tuple[float, ...], list[int]] = {}
    for replicate in replicates:
        groups.setdefault(tuple(found.values(replicate).values()), []).append(replicate)
    return [(load_config(found.of(numbers[0])), tuple(numbers)) for numbers in groups.values()]
