"""Which keys have an effect in a run, and which another key switches off, section by section.

Each function of ``workforce``, ``plan`` and ``employer`` yields keys, or sections with all that they hold, and the
reason why their values have no effect; of a key that two of them yield, the first reason counts. What is yielded has
no effect whatever its value is, as long as the key that the reason names stays as it is. A section that names its
switch needs no function. ``ALWAYS`` are the keys, besides switches, that nothing switches off.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from workforce_sim.config import Config
from workforce_sim.config.effect import plan, workforce
from workforce_sim.config.effect.employer import employer_contributions, keys_of_sources, missing_sources
from workforce_sim.config.effect.off import Off, Said, switched_off

ALWAYS = (
    "simulation",
    "workforce.headcount",
    "workforce.levels",
    "workforce.levels[].name",
    "workforce.levels[].minimum",
    "terminations.retirement.eligible",
    "promotion.mode",
    "compensation.cola_rate",
    "compensation.merit_pool",
    "hiring.known",
    "hiring.seasonal",
    "hiring.time_to_fill",
    "actions",
    "departments",
    "compensation.other_pay",
    "compensation.merit_matrix.pool",
    "compensation.range_minimum",
    "compensation.range_maximum",
    "plan.enabled",
    "uncertainty.assumptions",
    "uncertainty.year_effects.growth",
    "uncertainty.year_effects.raises",
    "output",
    "random_seed",
)
"""Keys that nothing switches off, besides switches; sections with all that they hold."""


@dataclass(frozen=True)
class Live:
    """What has an effect under a configuration.

    Attributes:
        off: keys and sections that have none in the whole run, with the reason.
        by_year: those that have none while each of the run's rules is in force.
    """

    off: tuple[Off, ...]
    by_year: tuple[tuple[Off, ...], ...] = ()

    def why_not(self, key: str) -> str | None:
        """Return why a key has no effect; None where it has one. Places in lists and years do not matter."""
        plain = re.sub(r"\.\d{4}(?=\.|$)", "", re.sub(r"\[\d+\]", "[]", key))
        in_run, *each = (_reason(plain, off) for off in (self.off, *self.by_year))
        in_any = each[0] if each and None not in each else None
        return in_any if in_run is None else in_run


def _reason(key: str, off: Iterable[Off]) -> str | None:
    return next((why for name, why in off if key == name or key.startswith((f"{name}.", f"{name}["))), None)


def live(config: Config, *, given: bool = False) -> Live:
    """Return what has an effect under a configuration.

    Args:
        config: one of a replicate, with nothing left to be drawn.
        given: whether the census is given to the run, in place of that of the configuration.
    """
    in_run = (*workforce.census(config, given), *(off for section in _OF_RUN for off in section(config)))
    return Live(in_run, tuple(tuple(off for part in _OF_YEAR for off in part(each)) for each in config.versions))


_OF_RUN: tuple[Said, ...] = (*workforce.OF_RUN, *plan.OF_RUN, employer_contributions, missing_sources)
"""What reads the configuration of the run."""

_OF_YEAR: tuple[Said, ...] = (*plan.OF_YEAR, keys_of_sources, switched_off)
"""What reads the configuration in force in a year: its keys have no effect where they have none in any year."""
