"""Goal seek: the value of one key at which a figure meets a target, with its Monte Carlo error.

Chapter: ``docs/model/searching.md``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from workforce_sim.config import Config, with_changes
from workforce_sim.config.changing import value_of
from workforce_sim.ensembles.sweeping import refuse_fixed, refuse_uncertain
from workforce_sim.errors import ConfigError, RequestError, SimulationError, WorkforceSimError, asked
from workforce_sim.plan.loading import load_config
from workforce_sim.simulation.run import census_of
from workforce_sim.studies.searching.certainty import standard_error
from workforce_sim.studies.searching.figures import Figure, Floats, figure, simulated
from workforce_sim.studies.searching.goals import amount
from workforce_sim.studies.searching.solution import Solution
from workforce_sim.wording import number
from workforce_sim.wording.progress import Tell, meter

FEW = 2
"""Simulations with which the value is looked for; all are used for the last steps."""

PLACES = (6, 4, 3, 2, 1, 0)
"""Decimals that a key may allow: rates are whole millionths, those of a match whole basis points."""

SEARCHES, FINISHES = 40, 4
CLOSE, MET = 1e-4, 1e-3
"""Shares of the target within which a search ends, and within which the target counts as met."""


def solve(
    config: Any,
    key: str,
    measure: str,
    target: float | str,
    *,
    low: float | str | None = None,
    high: float | str | None = None,
    census: Any = None,
    replicates: int = 20,
    progress: bool = True,
) -> Solution:
    """Find the value of a key at which the mean of a figure meets a target.

    All values are tried with the same random draws. Few simulations find the value, all of them correct it.

    Args:
        config: path, dict or loaded configuration.
        key: dotted key of a number, such as ``plan.match.tiers[0].rate``.
        measure: a measure of the summary such as ``net_employer_cost`` or ``employer_cost_share_of_payroll``; with a
            year as ``participation@2027``; ``saving>=10%`` for the share of eligible employees who defer that much.
            Without a year amounts are those of all years together, headcounts and shares those of the last year, and
            cost over payroll that of all years.
        target: dollars, fraction or count; or as text, ``3.5%`` or ``2.5M``.
        low: the least value to look at; left out, as far as the configuration allows.
        high: the largest value.
        census: as for ``simulate``; it is read once.
        replicates: simulations of the values tried last.
        progress: whether a terminal or a notebook shows how many values are tried.

    Raises:
        RequestError: for an unknown measure or one without a value, a key that holds no number, or bounds in the wrong
            order.
        ConfigError, CensusError, SimulationError: as ``simulate``.
    """
    base = load_config(config)
    before = _number_at(base, key)
    problem = _Problem(base, key, figure(measure, base.simulation), census_of(base, census))
    least, most = (None if end is None else _asked(name, end) for name, end in (("low", low), ("high", high)))
    goal, inside = _asked("target", target), problem.range_of(least, most)
    many = asked.within("replicates", replicates, 2, asked.MOST_REPLICATES)
    with meter(progress) as tell:
        return _Search(problem, goal, float(before), *inside, many, tell).solution()


def _number_at(base: Config, key: str) -> int | float:
    """Return the number at a key.

    Raises:
        ConfigError, RequestError: for a key that is not there, holds no number, or cannot be looked for.
    """
    refuse_fixed(key, "cannot be looked for; all values have")
    refuse_uncertain(base, [key])
    found = value_of(base, key)
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        raise RequestError(f"{key}: holds no single number; name a number, such as plan.match.tiers[0].rate")
    return found


def _asked(name: str, value: float | str) -> float:
    found = amount(value, name) if isinstance(value, str) else float(value)
    if not math.isfinite(found):
        raise RequestError(f"{name} must be a number (got {value!r:.40})")
    return found


@dataclass(frozen=True)
class _Problem:
    """The figure as a function of the key."""

    config: Config
    key: str
    figure: Figure
    census: Any

    def at(self, value: float, replicates: int) -> Floats:
        """Return the figure in each simulation, in dollars.

        Raises:
            RequestError, ConfigError, SimulationError: for a value that cannot be, or at which the figure has none.
        """
        found = simulated(self.changed(value), [self.figure], self.census, replicates)[self.figure]
        if np.isnan(found).any():
            raise RequestError(
                f"{self.figure.name} has no value where {self.key} = {number(value)}; name another measure"
            )
        return found / self.figure.unit

    def changed(self, value: float) -> Config:
        """Return the configuration with a value."""
        return with_changes(self.config, {self.key: round(value) if self.whole else value})

    @property
    def whole(self) -> bool:
        """Whether the key holds a whole number."""
        return isinstance(value_of(self.config, self.key), int)

    def range_of(self, low: float | None, high: float | None) -> tuple[float, float]:
        """Return the least and the largest value of the key within bounds, infinite without one.

        Raises:
            RequestError: for bounds in the wrong order, or without a value of the key between them.
        """
        if low is not None and high is not None and low >= high:
            raise RequestError(f"low must be below high (got {low:g} and {high:g})")
        least = -math.inf if low is None else self.rounded(low, ROUND_CEILING)
        most = math.inf if high is None else self.rounded(high, ROUND_FLOOR)
        if least > most:
            raise RequestError(f"{self.key} has no value from {low:g} to {high:g}; it has {self.places} decimals")
        return least, most

    def rounded(self, value: float, way: str = ROUND_HALF_EVEN) -> float:
        """Return the nearest value that the key can have."""
        return float(Decimal(repr(value)).quantize(Decimal(1).scaleb(-self.places), way))

    @cached_property
    def places(self) -> int:
        """How many decimals the key allows, by trying values next to that of the configuration."""
        if self.whole:
            return 0
        before = float(value_of(self.config, self.key))
        near = {places: (before + 10.0**-places, before - 10.0**-places) for places in PLACES}
        return next((p for p, both in near.items() if any(self._can_be(round(value, p)) for value in both)), PLACES[0])

    def _can_be(self, value: float) -> bool:
        try:
            self.changed(value)
        except ConfigError:
            return False
        return True


@dataclass(frozen=True)
class _Short:
    """No value meets the target."""

    closest: float
    why: str


_Point = tuple[float, float]
"""A value of the key, and by how much the figure is above the target there."""


@dataclass
class _Search:
    """A search under way."""

    problem: _Problem
    target: float
    before: float
    low: float
    high: float
    replicates: int
    tell: Tell | None
    steps: int = 0
    refused: WorkforceSimError | None = None

    def solution(self) -> Solution:
        """Return the solution, or the value that comes closest."""
        ends = self._ends()
        if isinstance(ends, _Short):
            return self._found({ends.closest: self.problem.at(ends.closest, self.replicates)}, 0.0, ends.why)
        near, slope = self._near(*ends)
        tried = self._finished(near, slope)
        stepped = self.problem.whole and slope != 0
        return self._found(tried, slope, _STEPS if stepped else _JUMPS)

    def _finished(self, near: float, slope: float) -> dict[float, Floats]:
        """Return the figure in all simulations at values ever closer to the target."""
        tried = {near: self.problem.at(near, self.replicates)}
        while len(tried) < FINISHES and not self._is_close([*tried.values()][-1]):
            value = self._corrected(tried, slope)
            found = None if value is None or value in tried else self._tried(value, self.replicates)
            if value is None or found is None:
                break
            tried[value] = found
        return tried

    def _is_close(self, found: Floats) -> bool:
        return abs(float(found.mean()) - self.target) <= max(standard_error(found) / 10, CLOSE * abs(self.target))

    def _found(self, tried: dict[float, Floats], slope: float, why: str) -> Solution:
        best = min(tried, key=lambda value: abs(float(tried[value].mean()) - self.target))
        reached, error = float(tried[best].mean()), standard_error(tried[best])
        met = abs(reached - self.target) <= max(2 * error, MET * abs(self.target))
        rows = [(value, float(found.mean()), standard_error(found)) for value, found in sorted(tried.items())]
        return Solution(
            self.problem.changed(best),
            self.problem.config,
            self.problem.key,
            self.problem.figure,
            self.target,
            self.before,
            best,
            error / abs(slope) if slope else None,
            reached,
            error,
            met,
            pl.DataFrame(rows, schema=["value", "mean", "error"], orient="row"),
            "" if met else why,
        )

    def _near(self, one: _Point, other: _Point) -> tuple[float, float]:
        """Return where few simulations meet the target, and how the figure moves per unit there."""
        (a, fa), (b, fb) = one, other
        for _ in range(SEARCHES):
            middle = self._between(a, b, fa / (fa - fb))
            now = None if middle is None else self._gap(middle)
            if middle is None or now is None:
                break
            (a, fa), (b, fb) = ((middle, now), (b, fb)) if (now < 0) == (fa < 0) else ((a, fa), (middle, now))
            if abs(now) <= CLOSE * max(abs(self.target), 1e-9):
                break
        return (a if abs(fa) < abs(fb) else b), (fb - fa) / (b - a)

    def _between(self, a: float, b: float, share: float) -> float | None:
        """Return a value between two, at a share of the way but not close to either; None where there is none."""
        places = (a + (b - a) * min(0.95, max(0.05, share)), (a + b) / 2)
        inside = (self.problem.rounded(value) for value in places)
        return next((value for value in inside if value not in (a, b)), None)

    def _ends(self) -> tuple[_Point, _Point] | _Short:
        """Return two values and the gaps there, one below the target and one above."""
        gaps: dict[float, float] = {}
        for value in self._probes():
            gap = self._gap(value)
            if gap is None:
                continue
            gaps[value] = gap
            below = [v for v in gaps if gaps[v] <= 0]
            above = [v for v in gaps if gaps[v] > 0]
            if below and above:
                _, a, b = min((abs(a - b), a, b) for a in below for b in above)
                return (a, gaps[a]), (b, gaps[b])
        if not gaps:
            raise self.refused or AssertionError("a search looks at one value or more")
        return _Short(min(gaps, key=lambda value: abs(gaps[value])), self._unreached(gaps))

    def _unreached(self, gaps: dict[float, float]) -> str:
        key, name = self.problem.key, self.problem.figure.name
        lowest, highest = min(gaps, key=gaps.__getitem__), max(gaps, key=gaps.__getitem__)
        least, most = (
            self.problem.figure.shown((gaps[value] + self.target) * self.problem.figure.unit)
            for value in (lowest, highest)
        )
        if len(gaps) == 1:
            return f"{key} can only be {number(lowest)} here; {name} is {least} there"
        if gaps[lowest] == gaps[highest]:
            return f"{name} does not depend on {key} here: it is {least} throughout"
        return (
            f"between {number(min(gaps))} and {number(max(gaps))} {name} goes only from {least} (at {number(lowest)}) "
            f"to {most} (at {number(highest)})"
        )

    def _probes(self) -> list[float]:
        """Return values to look at: that of the configuration, then further and further away, within the bounds."""
        size = max(abs(self.before), 1.0 if self.problem.whole else 0.01)
        spread = (self.before + side * size * 2.0**k for k in range(-6, 8, 2) for side in (1, -1))
        ends = (value for value in (self.low, self.high) if math.isfinite(value))
        values = [self.before, *(self.problem.rounded(value) for value in (*spread, *ends, 0.0, 1.0))]
        return [value for value in dict.fromkeys(values) if self.low <= value <= self.high]

    def _tried(self, value: float, replicates: int) -> Floats | None:
        """Return the figure in each simulation; None for a value that cannot be, or that gives none."""
        self.steps += 1
        if self.tell is not None:
            self.tell(f"{self.problem.key} = {number(value)}", min(self.steps, SEARCHES), SEARCHES)
        try:
            return self.problem.at(value, replicates)
        except (ConfigError, SimulationError, RequestError) as error:
            self.refused = self.refused or error
            return None

    def _gap(self, value: float) -> float | None:
        found = self._tried(value, FEW)
        return None if found is None else float(found.mean()) - self.target

    def _corrected(self, tried: dict[float, Floats], slope: float) -> float | None:
        """Return where a line through the nearest value tried meets the target; by the slope of few if only one is."""
        nearest = sorted(tried, key=lambda value: abs(float(tried[value].mean()) - self.target))[:2]
        means = [float(tried[value].mean()) for value in nearest]
        if len(nearest) == 2 and means[0] != means[1]:
            slope = (means[1] - means[0]) / (nearest[1] - nearest[0])
        if not slope:
            return None
        return min(self.high, max(self.low, self.problem.rounded(nearest[0] + (self.target - means[0]) / slope)))


_STEPS = "no allowed value comes closer: values of the key are whole steps"
_JUMPS = "the figure jumps past the target between neighboring values"
