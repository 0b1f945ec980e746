"""What has no effect: a key or a section, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from workforce_sim.config import Config
from workforce_sim.config.switches import is_on, switched
from workforce_sim.config.values import ByYear, Section

Off = tuple[str, str]
"""A key or a section, and why it has no effect."""

Said = Callable[[Config], Iterator[Off]]
"""Yields what has no effect under a configuration."""


def each(section: str, names: Iterable[str], why: str) -> Iterator[Off]:
    """Yield some keys of a section with one reason."""
    yield from ((f"{section}.{name}", why) for name in names)


def but(section: type[Section], *names: str) -> list[str]:
    """Return the keys of a section but for some."""
    return [name for name in section.model_fields if name not in names]


def switched_off(config: Config) -> Iterator[Off]:
    """Yield the keys of each section whose switch is off."""
    for name, section in switched(config):
        if not is_on(section, config.simulation.years):
            switch = section.switch
            value = "false" if getattr(section, switch) is False else 0
            yield from each(name, but(type(section), switch), f"{name}.{switch} is {value}")


def always(config: Config, value: ByYear, rate: float) -> bool:
    """Return whether a rate is in force in every year of a run."""
    return all(value.at(year) == rate for year in config.simulation.years)
