"""The fitted configuration, key by key, each with the source of its value."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workforce_sim.config import Config, with_changes
from workforce_sim.config.workforce import Workforce
from workforce_sim.dates import PlanYear, day_number
from workforce_sim.studies.fitting.credibility import widened
from workforce_sim.wording import counted, percent

if TYPE_CHECKING:
    from workforce_sim.studies.fitting.estimates import Estimates
    from workforce_sim.studies.fitting.panel import Snapshot

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


def keys(found: Estimates, base: Config, opening: dt.date) -> Keys:
    """Return the fitted keys of a run that opens on a day."""
    raised = _common_raise(base, opening)
    parts = (_simulation(found, base, opening), _workforce(found, base, raised=raised), _terminations(found))
    rest = (_hiring(found), _promotion(found), _compensation(found), found.plan.entries(), _uncertainty(found))
    return Keys(tuple(entry for part in (*parts, *rest) for entry in part))


def opening_of(census: Snapshot) -> dt.date:
    """Return when a run from a census opens: on the first day of a month on or after its date.

    A run has those hired before it opens, so a census with somebody hired on its own date opens a month later.
    """
    first = census.date.replace(day=1)
    if first == census.date and census.staff["hire_date"].max() != first:
        return first
    return (first + dt.timedelta(days=31)).replace(day=1)


def january_after(census: Snapshot) -> dt.date:
    """Return the first January 1 on or after the date of a census."""
    date = census.date
    return date if (date.month, date.day) == (1, 1) else dt.date(date.year + 1, 1, 1)


def _common_raise(base: Config, opening: dt.date) -> bool:
    """Return whether the common raise of the first year comes on or after the opening."""
    return PlanYear(opening.year).day(base.compensation.cola_date) >= day_number(opening)


def _simulation(found: Estimates, base: Config, opening: dt.date) -> Iterator[Entry]:
    g = found.growth
    last = opening.year + len(base.simulation.years) - 1
    if found.ids_of_hires:
        yield "census.id_prefix", "C-", "some ids look like the ids that new hires get"
    january = opening.month == 1
    starts = "the January 1 after the last census" if january else "the year of the opening date"
    yield "simulation.start_year", opening.year, starts
    yield "simulation.end_year", last, "as many years as in the given configuration"
    if not january:
        yield "simulation.opening_date", opening, "the first of a month on or after the last census"
    elif base.simulation.opening_date is not None:
        yield "simulation.opening_date", None, "January 1"
    seen = f"mean of {counted(len(g.values), 'interval')} is {percent(float(g.values.mean()), 2)}"
    yield "simulation.target_growth_rate", _growth(found), f"{seen}, credibility {g.credibility:.2f}"


def _workforce(found: Estimates, base: Config, *, raised: bool) -> Iterator[Entry]:
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
    if base.workforce.max_hires_ratio == Workforce.model_fields["max_hires_ratio"].default:
        why = "the highest there is: after a year of very many terminations many are hired"
        yield "workforce.max_hires_ratio", 1000.0, why
    named = "as in the census" if found.named else "five, from pay, because the census has none"
    since, growth = ("a year after the census", found.raises.ranges) if raised else ("as in the census", 0.0)
    yield "workforce.levels", [*_levels(found, growth)], f"{named}; termination factor; pay of hires, {since}"


def _levels(found: Estimates, raised: float) -> Iterator[dict[str, Any]]:
    direction = found.exits.directions.get("level")
    factors = {} if direction is None else dict(zip(direction.names, direction.factors.tolist(), strict=True))
    for level in found.levels:
        entry = {k: v for k, v in level.model_dump().items() if v is not None and k in ("name", "minimum", "maximum")}
        entry["termination_factor"] = _milli(factors.get(level.name, 1.0))
        curve = found.entrants.percentiles.get(level.name)
        if curve is not None:
            entry["percentiles"] = _percentiles(curve, raised, level.range_cents)
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
