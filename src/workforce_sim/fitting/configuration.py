"""The fitted configuration, key by key, each with the source of its value."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workforce_sim.config import Config, with_changes
from workforce_sim.fitting.credibility import widened
from workforce_sim.wording import counted, percent

if TYPE_CHECKING:
    from workforce_sim.fitting.estimates import Estimates

MAX_DOLLARS = 100_000_000
"""The highest pay that a configuration allows."""

Entry = tuple[str, Any, str]
"""A dotted key, its value, and the source of the value."""


@dataclass(frozen=True)
class Keys:
    """The keys that the fit sets.

    Attributes:
        entries: keys with values and sources, in the order of the configuration.
    """

    entries: tuple[Entry, ...]

    @property
    def changes(self) -> dict[str, Any]:
        """The values by key."""
        return {key: value for key, value, _ in self.entries}

    def config(self, base: Config) -> Config:
        """Return a configuration with the fitted keys in place."""
        return with_changes(base, self.changes)


def keys(found: Estimates, base: Config, first: int) -> Keys:
    """Return the fitted keys of a run that starts in the year ``first``."""
    last = first + len(base.simulation.years) - 1
    parts = (_simulation(found, first, last), _workforce(found), _terminations(found))
    rest = (_hiring(found), _promotion(found), _compensation(found), found.plan.entries(), _uncertainty(found))
    return Keys(tuple(entry for part in (*parts, *rest) for entry in part))


def opening_year(date: dt.date) -> int:
    """Return the first plan year after a census."""
    return date.year if (date.month, date.day) == (1, 1) else date.year + 1


def _simulation(found: Estimates, first: int, last: int) -> Iterator[Entry]:
    g = found.growth
    if found.ids_of_hires:
        yield "census.id_prefix", "C-", "some ids look like the ids that new hires get"
    yield "simulation.start_year", first, "the January 1 after the last census"
    yield "simulation.end_year", last, "as many years as in the given configuration"
    seen = f"mean of {counted(len(g.values), 'interval')} is {percent(float(g.values.mean()), 2)}"
    yield "simulation.target_growth_rate", _growth(found), f"{seen}, credibility {g.credibility:.2f}"


def _workforce(found: Estimates) -> Iterator[Entry]:
    x = found.exits
    about = f"{int(x.actual.sum()):,} terminations in {x.years.sum():,.0f} person-years, A/E {x.level.factor:.3f}"
    yield "workforce.total_termination_rate", _rate(found), f"{about}; employees of the last census, mean year"
    h = found.entrants
    how = (
        f"of {h.leaving_seen:,} hires"
        if h.leaving_seen
        else "no termination dates: half a year of the rate at tenure 0"
    )
    yield "workforce.new_hire_termination_rate", _six(min(h.leaving[0], 0.95)), how
    if not isinstance(found.hazard, dict):
        yield "terminations.new_hire_hazard", "level", "one hazard through the year"
    yield "workforce.headcount", "stochastic", "terminations and hires vary, so that years differ"
    named = "as in the census" if found.named else "five, from pay, because the census has none"
    yield "workforce.levels", [*_levels(found)], f"{named}; termination factor; pay of hires, a year after the census"


def _levels(found: Estimates) -> Iterator[dict[str, Any]]:
    direction = found.exits.directions.get("level")
    factors = {} if direction is None else dict(zip(direction.names, direction.factors.tolist(), strict=True))
    for level in found.levels:
        entry = {k: v for k, v in level.model_dump().items() if v is not None and k in ("name", "minimum", "maximum")}
        entry["termination_factor"] = _milli(factors.get(level.name, 1.0))
        curve = found.entrants.percentiles.get(level.name)
        if curve is not None:
            entry["percentiles"] = _percentiles(curve, found.raises.ranges, level.range_cents)
        yield entry


def _percentiles(curve: tuple[float, ...], raised: float, limits: tuple[int, int] | None) -> dict[str, float]:
    low, high = limits or (0, 100 * MAX_DOLLARS)
    cents = [min(max(math.floor(pay * (1 + raised) + 0.5), low), high) for pay in curve]
    return {f"p{p}": pay / 100 for p, pay in zip((10, 25, 50, 75, 90), cents, strict=True)}


def _terminations(found: Estimates) -> Iterator[Entry]:
    yield "terminations.rates", None, "replaced by the factors below: the rate is the total above"
    for kind in ("age", "tenure"):
        direction = found.exits.directions.get(kind)
        if direction is None:
            yield f"terminations.{kind}_factors", None, "birth dates are missing or imputed: no factors by age"
            continue
        mean = float((direction.factors @ direction.exposure) / direction.exposure.sum())
        bands = [
            {"from": start, "factor": _milli(factor / mean)}
            for start, factor in zip(direction.starts, direction.factors.tolist(), strict=True)
        ]
        yield (
            f"terminations.{kind}_factors",
            bands,
            f"{int(direction.actual.sum()):,} terminations, shrunk to the default table",
        )
    if found.departments:
        factors = {name: _milli(factor) for name, factor in found.departments.items()}
        yield "terminations.department_factors", factors, "relative risk, shrunk to 1"
    if found.exit_months is not None:
        yield "terminations.month_weights", _weights(found.exit_months), "termination dates"


def _hiring(found: Estimates) -> Iterator[Entry]:
    h = found.entrants
    yield "hiring.level_mix", _shares(h.mix), counted(h.people, "new employee")
    growth = f"as average pay: raises and {percent(found.raises.mix, 2)} a year; pay of hires stays in proportion to it"
    yield "hiring.range_growth", _ranges(found), growth
    if h.ages is not None:
        bands = [
            {"from": band.start, "to": band.end, "weight": round(weight, 3)}
            for band, weight in zip(found.age_bands, h.ages, strict=True)
        ]
        yield "hiring.ages", bands, "birth dates of hires, and the default"
    if h.months is not None:
        yield "hiring.month_weights", _weights(h.months), "hire dates"


def _promotion(found: Estimates) -> Iterator[Entry]:
    r = found.raises
    low, high = _six(r.jump_lowest), _six(max(r.jump_highest, r.jump_lowest))
    yield "promotion.mode", "rates", "levels follow pay, not vacancies"
    yield "promotion.base_rate", _six(r.jump_share), f"{r.jumps:,} large raises of {r.people:,} below the top level"
    yield "promotion.age_factors", [{"from": 0, "factor": 1}], "the same for all"
    yield "promotion.tenure_factors", [{"from": 0, "factor": 1}], "the same for all"
    yield "promotion.minimum_tenure", 0, "counted among all who stay"
    yield "promotion.increase", {"lowest": low, "highest": high}, "size of large raises above the common raise"
    yield "promotion.max_increase", max(0.3, high), "at least the highest increase"


def _compensation(found: Estimates) -> Iterator[Entry]:
    r = found.raises
    seen = f"pay of those in two censuses rose by {percent(r.total.mean, 2)} a year"
    yield "compensation.cola_rate", _cola(found), f"{seen}; median raise {percent(r.common, 2)}"
    yield "compensation.merit_pool", _six(min(r.merit, 1.0)), "raises other than common and large ones"
    yield "compensation.merit_minimum_tenure", 0, "counted among all who stay"


def _uncertainty(found: Estimates) -> Iterator[Entry]:
    x, g, r = found.exits.level, found.growth, found.raises.total
    spreads = {"terminations": x.spread, "growth": g.spread, "raises": r.spread}
    n = len(x.years)
    effects = {name: _six(min(widened(spread, n), 1.0)) for name, spread in spreads.items()}
    yield (
        "uncertainty.year_effects",
        effects,
        f"how much years differ; widened, as {counted(n, 'interval')} are few",
    )
    rate, raised = _rate(found), widened(r.error, n)
    yield (
        "uncertainty.assumptions",
        [
            {
                "key": "workforce.total_termination_rate",
                "lognormal": [rate, _at_most(widened(x.error, n), -math.log(rate))],
            },
            _normal("simulation.target_growth_rate", _growth(found), widened(g.error, n), -1),
            {**_normal("compensation.cola_rate", _cola(found), raised, -0.5), "draw": "raises"},
            {**_normal("hiring.range_growth", _ranges(found), raised, -0.5), "draw": "raises"},
        ],
        "uncertainty that the censuses leave; raises of employees and pay of hires are high or low together",
    )


def _normal(key: str, value: float, error: float, least: float) -> dict[str, Any]:
    """Return a normal distribution of a key between ``least`` and 1."""
    return {"key": key, "normal": [value, _at_most(error, value - least, 1 - value)]}


def _at_most(error: float, *rooms: float) -> float:
    """Return an error, reduced so that three of them fit on each side of the value."""
    return _six(max(min(error, *(room / 3.001 for room in rooms)), 1e-6))


def _rate(found: Estimates) -> float:
    return _six(min(max(found.rate, 0.0001), 0.95))


def _growth(found: Estimates) -> float:
    return _six(min(max(found.growth.mean, -0.9), 0.9))


def _cola(found: Estimates) -> float:
    return _six(min(max(found.raises.cola, -0.4), 0.9))


def _ranges(found: Estimates) -> float:
    return _six(min(max(found.raises.ranges, -0.4), 0.9))


def _six(value: float) -> float:
    return round(value, 6)


def _milli(factor: float) -> float:
    return round(min(max(factor, 0.001), 50.0), 3)


def _weights(weights: tuple[float, ...]) -> list[float]:
    return [round(weight, 3) for weight in weights]


def _shares(mix: dict[str, float]) -> dict[str, float]:
    """Return shares of 6 decimals that add up to 1; the largest takes the rounding difference."""
    shares = {name: math.floor(share * 10**6) for name, share in mix.items()}
    most = max(shares, key=lambda name: shares[name])
    shares[most] += 10**6 - sum(shares.values())
    return {name: share / 10**6 for name, share in shares.items()}
