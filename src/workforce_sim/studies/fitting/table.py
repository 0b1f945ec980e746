"""Every estimate in one table: exposure, count, A/E, credibility, interval, prior."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import polars as pl

from workforce_sim.studies.fitting.credibility import Z90, freedom, student
from workforce_sim.studies.fitting.estimates import Estimates
from workforce_sim.studies.fitting.exits import Direction
from workforce_sim.studies.fitting.movement import Yearly
from workforce_sim.studies.fitting.priors import RAISE_MEAN

_NUMBERS = ("exposure", "count", "expected", "ae", "credibility", "estimate", "low", "high", "prior")
SCHEMA: dict[str, Any] = {"what": pl.String, "cell": pl.String, **dict.fromkeys(_NUMBERS, pl.Float64)}


def table(found: Estimates) -> pl.DataFrame:
    """Return one row per estimate.

    Columns: what, cell, exposure, count, expected by the prior, A/E, credibility, the value, ends of its 90% interval,
    the prior.
    """
    rows = [*_exits(found), *_yearly("growth", found.growth, 0.0), *_raises(found), *_entrants(found), *_plan(found)]
    return pl.DataFrame(rows, schema=SCHEMA)


def _row(what: str, cell: str, **values: float | None) -> dict[str, Any]:
    return {"what": what, "cell": cell, **{name: values.get(name) for name in _NUMBERS}}


def _exits(found: Estimates) -> Iterator[dict[str, Any]]:
    x = found.exits
    prior = float(x.expected.sum() / x.years.sum())
    low, high = (prior * end for end in x.level.interval)
    count, years, expected = float(x.actual.sum()), float(x.years.sum()), float(x.expected.sum())
    yield _row(
        "exit level",
        "all",
        exposure=years,
        count=count,
        expected=expected,
        ae=count / expected,
        credibility=x.level.credibility,
        estimate=x.rate,
        low=low,
        high=high,
        prior=prior,
    )
    for kind, direction in x.directions.items():
        yield from _cells(kind, direction, found)
    yield _row(
        "exit year effect", "spread", exposure=len(x.actual), estimate=x.level.spread, prior=x.level.prior_spread
    )


def _cells(kind: str, direction: Direction, found: Estimates) -> Iterator[dict[str, Any]]:
    """Yield rates of tenure and age, factors of groups."""
    x = found.exits
    rated = kind in ("tenure", "age")
    for i, name in enumerate(direction.names):
        exposed, expected = float(direction.exposure[i]), float(direction.expected[i])
        factor = float(direction.found.factors[i])
        base = expected / exposed if rated and exposed else 1.0
        spread = float(direction.found.errors[i])
        of_level = student(freedom(len(x.actual))) * x.level.error if rated else 0.0
        reach = math.hypot(Z90 * spread, of_level)
        estimate = base * factor
        yield _row(
            f"exits by {kind}",
            f"from {name}" if rated else name,
            exposure=exposed,
            count=float(direction.actual[i]),
            expected=expected,
            ae=float(direction.actual[i]) / expected if expected else None,
            credibility=float(direction.found.credibility[i]),
            estimate=estimate,
            low=estimate * math.exp(-reach),
            high=estimate * math.exp(reach),
            prior=base,
        )


def _yearly(what: str, found: Yearly, prior: float) -> Iterator[dict[str, Any]]:
    reach = student(freedom(len(found.values))) * found.error
    yield _row(
        what,
        "mean",
        exposure=len(found.values),
        credibility=found.credibility,
        estimate=found.mean,
        low=found.mean - reach,
        high=found.mean + reach,
        prior=prior,
    )
    spreads = {"estimate": found.spread, "prior": found.prior_spread}
    yield _row(f"{what} year effect", "spread", exposure=len(found.values), **spreads)


def _raises(found: Estimates) -> Iterator[dict[str, Any]]:
    r = found.raises
    yield from _yearly("raise", r.total, RAISE_MEAN)
    yield _row("common raise", "median", exposure=r.people, estimate=r.common)
    yield _row("jumps of pay", "share", exposure=r.people, count=r.jumps, estimate=r.jump_share)
    yield _row("merit", "pool", exposure=r.people, estimate=r.merit)
    yield _row("merit", "spread", exposure=r.people, estimate=r.merit_spread)


def _entrants(found: Estimates) -> Iterator[dict[str, Any]]:
    e = found.entrants
    n, low, high = e.leaving
    ends = {"low": low, "high": high} if e.leaving_seen else {}
    yield _row("hires who leave in the year", "share", exposure=e.leaving_seen, estimate=n, **ends)
    yield _row("pay of entrants to that of all", "ratio", exposure=e.people, estimate=e.relative)
    for level, share in e.mix.items():
        yield _row("level of entrants", level, exposure=e.people, estimate=share)


def _plan(found: Estimates) -> Iterator[dict[str, Any]]:
    for s in found.plan.shares:
        values = {"exposure": s.exposure, "count": s.count, "expected": s.exposure * s.prior}
        ends = {"estimate": s.value, "low": s.low, "high": s.high, "prior": s.prior}
        ratio = s.count / (s.exposure * s.prior) if s.exposure * s.prior else None
        yield _row(s.what, s.key, **values, **ends, ae=ratio, credibility=s.exposure / (s.exposure + s.people))
