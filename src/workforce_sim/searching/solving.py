"""Goal seek: the value of one key at which a figure meets a target, with its Monte Carlo error.

Chapter: ``docs/model/searching.md``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from workforce_sim.config import Config, with_changes
from workforce_sim.config.changing import value_of
from workforce_sim.config.written import changed_text
from workforce_sim.display.card import Card, CardTable
from workforce_sim.display.displayed import Displayed
from workforce_sim.errors import ConfigError, RequestError, SimulationError, asked
from workforce_sim.plan.loading import load_config
from workforce_sim.run import census_of
from workforce_sim.searching.certainty import standard_error
from workforce_sim.searching.figures import Figure, Floats, figure, simulated
from workforce_sim.searching.goals import amount
from workforce_sim.wording import number
from workforce_sim.wording.progress import Tell, meter

FEW = 2
"""Simulations with which the value is looked for; all are used for the last steps."""

PLACES = (6, 4, 3, 2, 1, 0)
"""Decimals that a key may allow: rates are whole millionths, those of a match whole basis points."""

SEARCHES, FINISHES = 40, 4
CLOSE, MET = 1e-4, 1e-3
"""Shares of the target within which a search ends, and within which the target counts as met."""

SAME = 4
"""From so many values on with one and the same figure, the key is taken to have no effect on it."""


@dataclass(frozen=True, repr=False)
class Solution(Displayed):
    """The value of a key that meets a target.

    Attributes:
        config: the configuration with it.
        base: the configuration before.
        key: what was changed.
        figure: what was to meet the target.
        target: in dollars, a fraction, or a count.
        before: the value in the configuration.
        value: the value found.
        value_error: its standard error, from the simulations; None where the figure does not move near it.
        reached: the mean of the figure at that value.
        reached_error: its standard error.
        met: whether the target lies within two standard errors, or within a thousandth.
        tried: one row per value that all simulations were made of: value, mean, error.
        why: why the target is not met; nothing if it is.
    """

    config: Config
    base: Config = field(repr=False)
    key: str
    figure: Figure
    target: float
    before: float
    value: float
    value_error: float | None
    reached: float
    reached_error: float
    met: bool
    tried: pl.DataFrame = field(compare=False)
    why: str = ""

    @property
    def written(self) -> str:
        """The configuration with the value, as YAML: the keys that were set, and this one."""
        value = round(self.value) if isinstance(value_of(self.base, self.key), int) else self.value
        return changed_text(self.base, {self.key: value}, [f"{self.key}: found for {self.figure.name}"])

    def _card(self) -> Card:
        name, unit = self.figure.name, self.figure.unit
        error = "-" if self.value_error is None else f"{self.value_error:.2g}"
        rows = [
            [self.key, number(self.before), number(self.value), error],
            [name, "", self.figure.shown(self.reached * unit), self.figure.shown(self.reached_error * unit)],
            ["target", "", self.figure.shown(self.target * unit), ""],
        ]
        title = f"{self.key} = {number(self.value)} meets the target" if self.met else "The target is not met"
        notes = (self.why,) if self.why else ()
        return Card(title, (CardTable(["", "before", "found", "std error"], rows),), notes)

    def __repr__(self) -> str:
        said = "meets" if self.met else "does not meet"
        return f"<Solution: {self.key} = {number(self.value)} {said} {self.figure.measure}>"


def solve(
    config: Any,
    key: str,
    measure: str,
    target: float | str,
    *,
    low: float | None = None,
    high: float | None = None,
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
    before = value_of(base, key)
    if isinstance(before, bool) or not isinstance(before, (int, float)):
        raise RequestError(f"{key}: holds no single number; name a number, such as plan.match.tiers[0].rate")
    if isinstance(target, str):
        target = amount(target)
    if low is not None and high is not None and low >= high:
        raise RequestError(f"low must be below high (got {low:g} and {high:g})")
    if not math.isfinite(target):
        raise RequestError(f"target must be a number (got {target!r:.40})")
    what = figure(measure, base.simulation.years)
    many = asked.within("replicates", replicates, 2, asked.MOST_REPLICATES)
    problem = _Problem(base, key, what, census_of(base, census), isinstance(before, int))
    with meter(progress) as tell:
        return _Search(problem, float(target), float(before), low, high, many, tell).solution()


@dataclass(frozen=True)
class _Problem:
    """The figure as a function of the key."""

    config: Config
    key: str
    figure: Figure
    census: Any
    whole: bool

    def at(self, value: float, replicates: int) -> Floats | None:
        """Return the figure in each simulation, in dollars; None for a value that cannot be, or that gives none."""
        try:
            found = simulated(self.changed(value), [self.figure], self.census, replicates)[self.figure]
        except (ConfigError, SimulationError):
            return None
        return None if np.isnan(found).any() else found / self.figure.unit

    def changed(self, value: float) -> Config:
        """Return the configuration with a value."""
        return with_changes(self.config, {self.key: round(value) if self.whole else value})

    def rounded(self, value: float) -> float:
        """Return the nearest value that the key can have."""
        return float(round(value)) if self.whole else round(value, self.places)

    @cached_property
    def places(self) -> int:
        """How many decimals the key allows, by trying values next to that of the configuration."""
        before = float(value_of(self.config, self.key))
        near = {places: (before + 10.0**-places, before - 10.0**-places) for places in PLACES}
        return next((p for p, both in near.items() if any(self._can_be(round(value, p)) for value in both)), PLACES[0])

    def _can_be(self, value: float) -> bool:
        try:
            self.changed(value)
        except ConfigError:
            return False
        return True


@dataclass
class _Search:
    """A search under way."""

    problem: _Problem
    target: float
    before: float
    low: float | None
    high: float | None
    replicates: int
    tell: Tell | None
    steps: int = 0

    def solution(self) -> Solution:
        """Return the solution, or the value that comes closest."""
        near, slope, why = self._near()
        value: float | None = near
        tried: dict[float, Floats] = {}
        while value is not None and value not in tried and len(tried) < FINISHES:
            self._told(value)
            found = self.problem.at(value, self.replicates)
            if found is None:
                break
            tried[value] = found
            value = None if why or self._is_close(found) else self._corrected(tried, slope)
        if not tried:
            raise RequestError(
                why or f"{self.problem.figure.name} has no value where {self.problem.key} = {number(near)}"
            )
        best = min(tried, key=lambda value: abs(float(tried[value].mean()) - self.target))
        return self._found(best, tried, slope, why)

    def _is_close(self, found: Floats) -> bool:
        return abs(float(found.mean()) - self.target) <= max(standard_error(found) / 10, CLOSE * abs(self.target))

    def _found(self, best: float, tried: dict[float, Floats], slope: float, why: str) -> Solution:
        reached, error = float(tried[best].mean()), standard_error(tried[best])
        met = abs(reached - self.target) <= max(2 * error, MET * abs(self.target))
        if not met and not why:
            why = "no allowed value comes closer: values of the key are whole steps" if self._stepped(slope) else _JUMPS
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

    def _stepped(self, slope: float) -> bool:
        return self.problem.whole and slope != 0

    def _near(self) -> tuple[float, float, str]:
        """Return where few simulations meet the target, how the figure moves per unit there, and why it does not."""
        ends = self._ends()
        if ends is None:
            return self.before, 0.0, self._why_not
        (a, fa), (b, fb) = ends
        for _ in range(SEARCHES):
            middle = self._between(a, b, fa / (fa - fb))
            now = None if middle is None else self._gap(middle)
            if middle is None or now is None:
                break
            (a, fa), (b, fb) = ((middle, now), (b, fb)) if (now < 0) == (fa < 0) else ((a, fa), (middle, now))
            if abs(now) <= CLOSE * max(abs(self.target), 1e-9):
                break
        return (a if abs(fa) < abs(fb) else b), (fb - fa) / (b - a), ""

    def _between(self, a: float, b: float, share: float) -> float | None:
        """Return a value between two, at a share of the way but not close to either; None where there is none."""
        places = (a + (b - a) * min(0.95, max(0.05, share)), (a + b) / 2)
        inside = (self.problem.rounded(value) for value in places)
        return next((value for value in inside if value not in (a, b)), None)

    _why_not: str = ""

    def _ends(self) -> tuple[tuple[float, float], tuple[float, float]] | None:
        """Return two values and the gaps there, one below the target and one above; None with ``_why_not``."""
        gaps: dict[float, float] = {}
        for value in self._probes():
            gap = self._gap(value)
            if gap is None:
                continue
            gaps[value] = gap
            if len(gaps) >= SAME and len({*gaps.values()}) == 1:
                break
            below = [v for v in gaps if gaps[v] <= 0]
            above = [v for v in gaps if gaps[v] > 0]
            if below and above:
                pairs = ((abs(a - b), a, b) for a in below for b in above)
                _, a, b = min(pairs)
                return (a, gaps[a]), (b, gaps[b])
        values = {value: gap + self.target for value, gap in gaps.items()}
        self._why_not = self._unreached(values)
        return None

    def _unreached(self, values: dict[float, float]) -> str:
        unit, shown = self.problem.figure.unit, self.problem.figure.shown
        name = self.problem.figure.name
        if not values:
            return f"{name} has no value here"
        if len(values) > 1 and max(values.values()) == min(values.values()):
            return (
                f"{name} does not depend on {self.problem.key} here: it is {shown(self._any(values) * unit)} throughout"
            )
        lowest, highest = min(values, key=values.__getitem__), max(values, key=values.__getitem__)
        return (
            f"between {number(min(values))} and {number(max(values))} {name} goes only from "
            f"{shown(values[lowest] * unit)} (at {number(lowest)}) to {shown(values[highest] * unit)} "
            f"(at {number(highest)})"
        )

    @staticmethod
    def _any(values: dict[float, float]) -> float:
        return next(iter(values.values()))

    def _probes(self) -> list[float]:
        """Return values to look at: that of the configuration, then further and further away, within the bounds."""
        size = max(abs(self.before), 1.0 if self.problem.whole else 0.01)
        spread = [self.before, *(self.before + side * size * 2.0**k for k in range(-6, 8, 2) for side in (1, -1))]
        low = self.low if self.low is not None else -math.inf
        high = self.high if self.high is not None else math.inf
        inside = [value for value in spread if low <= value <= high]
        ends = [value for value in (self.low, self.high) if value is not None]
        natural = [0.0, 1.0] if self.low is None and self.high is None else []
        return list(dict.fromkeys(self.problem.rounded(value) for value in [*inside, *ends, *natural]))

    def _gap(self, value: float) -> float | None:
        self._told(value)
        found = self.problem.at(value, FEW)
        return None if found is None else float(found.mean()) - self.target

    def _corrected(self, tried: dict[float, Floats], slope: float) -> float | None:
        """Return where a line through the nearest value tried meets the target; by the slope of few if only one is."""
        nearest = sorted(tried, key=lambda value: abs(float(tried[value].mean()) - self.target))[:2]
        means = [float(tried[value].mean()) for value in nearest]
        if len(nearest) == 2 and means[0] != means[1]:
            slope = (means[1] - means[0]) / (nearest[1] - nearest[0])
        return self.problem.rounded(nearest[0] + (self.target - means[0]) / slope) if slope else None

    def _told(self, value: float) -> None:
        self.steps += 1
        if self.tell is not None:
            self.tell(f"{self.problem.key} = {number(value)}", min(self.steps, SEARCHES), SEARCHES)


_JUMPS = "the figure jumps past the target between neighboring values"
