"""The configuration of one replicate: each uncertain assumption with the value that is drawn for it.

Chapter: ``docs/model/uncertainty.md``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from statistics import NormalDist

from pydantic import ValidationError

from workforce_sim.config.changing import changed_data
from workforce_sim.config.document import Node, Problem
from workforce_sim.config.problems import found_in, place_of, report
from workforce_sim.config.root import Config
from workforce_sim.config.uncertainty import FARTHEST, Assumption, places_of
from workforce_sim.config.values import KeyPath
from workforce_sim.draws import Stream, census_key, shared_draw
from workforce_sim.errors import ConfigError
from workforce_sim.money import scaled

_FIXED = (
    *("census", "output", "random_seed", "uncertainty"),
    *("simulation.start_year", "simulation.end_year", "simulation.opening_date"),
)
"""Keys that say what is simulated, not how it goes: no replicate may have its own."""
_PLACES = (6, 4, 3, 2)
_LEAST = 2.0**-53
_NOTHING_DRAWN = {"uncertainty.assumptions": ()}


@dataclass(frozen=True)
class Swap:
    """Some draws of each replicate taken from another one.

    Attributes:
        draws: their names.
        by: how far on the other replicate is.
    """

    draws: frozenset[str]
    by: int


@dataclass(frozen=True)
class Drawing:
    """A configuration that is ready to be drawn.

    Attributes:
        config: as it is written.
        places: decimals that the key of each assumption takes, in their order.
        swap: draws that are those of another replicate; none when left out.
    """

    config: Config
    places: tuple[int, ...]
    swap: Swap | None = None

    def values(self, replicate: int) -> dict[str, float]:
        """Return the value of each uncertain key in a replicate."""
        seed, entries = self.config.random_seed, self.config.uncertainty.assumptions
        draws = [
            shared_draw(seed, self._replicate(entry, replicate), 0, Stream.ASSUMPTION, census_key(entry.drawn_by))
            for entry in entries
        ]
        return {e.key: value(e, places, u) for e, places, u in zip(entries, self.places, draws, strict=True)}

    def _replicate(self, entry: Assumption, replicate: int) -> int:
        """Return the replicate whose draw an assumption has."""
        if self.swap is None or entry.drawn_by not in self.swap.draws:
            return replicate
        return replicate + self.swap.by

    def notes(self, replicate: int) -> tuple[str, ...]:
        """Return the notes about a replicate: values that were drawn."""
        return tuple(f"uncertain: {key} is {number} here" for key, number in self.values(replicate).items())

    def of(self, replicate: int) -> Config:
        """Return the configuration of a replicate, with nothing left to be drawn; as it is where nothing is uncertain.

        Raises:
            ConfigError: for values that can be used one by one but not together.
        """
        if not self.places:
            return self.config
        try:
            return _with(self.config, self.values(replicate))
        except ValidationError as error:
            text = report(found_in(error, None), None)
            raise ConfigError(f"uncertainty.assumptions, as drawn in replicate {replicate}: {text}") from None


def drawing(config: Config, swap: Swap | None = None) -> Drawing:
    """Return a configuration ready to be drawn: what its uncertain keys take is found out once."""
    return Drawing(config, tuple(_places(config, entry) for entry in config.uncertainty.assumptions), swap)


def value(entry: Assumption, places: int, u: float) -> float:
    """Return the value of a distribution at a draw, with as many decimals as the key takes."""
    if entry.kind == "values":
        return entry.numbers[int(u * len(entry.numbers))]
    if entry.kind in ("normal", "lognormal"):
        return _bell(entry, places, u)
    units = [scaled(number, places) for number in entry.numbers]
    whole = _uniform(units[0], units[1], u) if entry.kind == "uniform" else _triangular(units[0], units[1], units[2], u)
    return whole if places == 0 else whole / 10**places


def _uniform(a: int, b: int, u: float) -> int:
    return a + int(u * (b - a + 1))


def _triangular(a: int, m: int, b: int, u: float) -> int:
    if u * (b - a) < m - a:
        return math.floor(a + math.sqrt(u * (b - a) * (m - a)) + 0.5)
    return math.floor(b - math.sqrt((1 - u) * (b - a) * (b - m)) + 0.5)


def _bell(entry: Assumption, places: int, u: float) -> float:
    z = NormalDist().inv_cdf(max(u, _LEAST))
    x = entry.at(max(-FARTHEST, min(FARTHEST, z)))
    whole = math.floor(x * 10**places + 0.5)
    return whole if places == 0 else whole / 10**places


def _places(config: Config, entry: Assumption) -> int:
    """Return the most decimals that a key takes, found by trying a value just above one that it takes."""
    bell = entry.kind in ("normal", "lognormal")
    low, high = entry.numbers[0] if bell else min(entry.numbers), max(entry.tried)
    for places in _PLACES:
        near = Decimal(str(low)) + Decimal(1).scaleb(-places)
        if near <= Decimal(str(high)) and _refusal(config, entry.key, float(near)) is None:
            return places
    return places_of(low) if bell else max(places_of(number) for number in entry.numbers)


# --- what is wrong with the assumptions ---


def wrong_assumptions(config: Config, root: Node | None) -> list[Problem]:
    """Return what is wrong with uncertain keys: names that are none, values that the key itself refuses."""
    found = []
    for i, entry in enumerate(config.uncertainty.assumptions):
        path: KeyPath = ("uncertainty", "assumptions", i)
        found += [Problem(place_of(root, path, at_key=False), path, what) for what in _wrong(config, entry)]
    return found


def _wrong(config: Config, entry: Assumption) -> list[str]:
    """Return what is wrong with an assumption: its ends, and the number with the most decimals, are tried."""
    if any(entry.key == key or entry.key.startswith(f"{key}.") for key in _FIXED):
        return [f"{entry.key}: defines what is simulated and is not an assumption; it cannot be uncertain"]
    refusals = [_refusal(config, entry.key, number) for number in sorted(entry.tried)]
    return [refusal for refusal in refusals if refusal is not None][:1]


def _refusal(config: Config, key: str, number: float) -> str | None:
    """Return what a configuration has against a number at a key; None where it takes it."""
    try:
        changed = _with(config, {key: number})
    except ConfigError as error:
        return str(error)
    except ValidationError as error:
        return "; ".join(report(found_in(error, None), None).split("\n"))
    if changed.fills_vacancies != config.fills_vacancies:
        return f"{key}: without it promotion is by vacancies, which uses no rate; set promotion.mode to rates"
    return None


def _with(config: Config, values: dict[str, float]) -> Config:
    return Config.model_validate(changed_data(config, {**_NOTHING_DRAWN, **values}))
