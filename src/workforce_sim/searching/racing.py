"""A race of designs: few simulations of all, more of those that may still win, all with the same random draws.

A design is out when it is surely worse than the best, by paired differences, or surely breaks a bound. Chapter:
``docs/model/searching.md``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from statistics import NormalDist
from typing import Any

import numpy as np
import polars as pl

from workforce_sim.draws import census_keys
from workforce_sim.errors import SimulationError
from workforce_sim.searching.figures import Figure, Floats, simulated
from workforce_sim.searching.goals import Bound, Goal
from workforce_sim.searching.levers import Design

FIRST = 4
"""Simulations of the first round; each round has about twice as many as the one before."""

SURE, LIKELY = 0.999, 0.95
"""Confidence with which a design is out; the lower one only until half of the designs are out."""

LEAST = 8
"""Simulations from which a design may be out with the lower confidence."""

LARGE, SAMPLE, SAMPLES = 40_000, 4_000, 6
"""From so many employees on, designs are first compared on samples of so many people, another one each time."""


@dataclass
class Entry:
    """A design in the race.

    Attributes:
        design: which.
        values: of each figure in the simulations so far.
        fate: why it is out; nothing while it may still win.
        rough: how often it was simulated on samples of people.
    """

    design: Design
    values: dict[Figure, Floats] = field(default_factory=dict)
    fate: str = ""
    rough: int = 0

    @property
    def count(self) -> int:
        """How many simulations there are."""
        return len(next(iter(self.values.values()), ()))

    def goal(self, goal: Goal) -> float:
        """Return the value of a goal."""
        return goal.of(self.values[goal.figure])

    def keeps(self, bounds: Iterable[Bound]) -> bool:
        """Return whether it keeps bounds so far."""
        return all(bound.keeps(self.values[bound.figure]) for bound in bounds)


@dataclass(frozen=True)
class Race:
    """What a race is about.

    Attributes:
        goals: one or several.
        bounds: that must be kept.
        census: of all designs.
        replicates: simulations of those that stay to the end.
        tell: called with how many designs are done of how many in a round, and simulations of it.
    """

    goals: tuple[Goal, ...]
    bounds: tuple[Bound, ...]
    census: Any
    replicates: int
    tell: Callable[[int, int, int], None] | None = None

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """All figures that goals and bounds look at."""
        return tuple(dict.fromkeys([*(g.figure for g in self.goals), *(b.figure for b in self.bounds)]))

    def run(self, entries: Sequence[Entry]) -> None:
        """Race until every design is out or has all simulations; those that are out already stay so."""
        self._sampled([entry for entry in entries if not entry.fate])
        for upto in self._rounds():
            racing = [entry for entry in entries if not entry.fate]
            for place, entry in enumerate(racing, start=1):
                self._simulate(entry, upto)
                if self.tell is not None:
                    self.tell(place, len(racing), upto)
            self._thinned([entry for entry in racing if not entry.fate], final=upto == self.replicates)

    def _rounds(self) -> list[int]:
        found, count = [], FIRST
        while count < self.replicates:
            found.append(count)
            count *= 2
        return [*found, self.replicates]

    def _simulate(self, entry: Entry, upto: int) -> None:
        """Simulate a design up to so many times; what was found on samples of people gives way."""
        wanted = range(0 if entry.rough else entry.count, upto)
        if not wanted:
            return
        try:
            found = self._figures(entry, self.census, wanted)
        except SimulationError as error:
            entry.fate = f"cannot be simulated: {str(error).splitlines()[0]}"
            return
        before = entry.values if not entry.rough else {}
        entry.values = {key: np.concatenate([before.get(key, _NOTHING), value]) for key, value in found.items()}
        entry.rough = 0

    def _figures(self, entry: Entry, census: Any, numbers: Sequence[int], scale: float = 1.0) -> dict[Figure, Floats]:
        if entry.design.config is None:
            raise AssertionError("a design that cannot be is never simulated")
        found = simulated(entry.design.config, self.figures, census, numbers)
        return {each: values * (1.0 if each.is_share else scale) for each, values in found.items()}

    def _sampled(self, entries: Sequence[Entry]) -> None:
        """Compare many designs of very many employees on samples of them first."""
        frame = self.census.frame
        if frame.height < LARGE or len(entries) <= 2:
            return
        samples = [(_sample(frame, number), number) for number in range(SAMPLES)]
        for place, entry in enumerate(entries, start=1):
            parts = [self._figures(entry, people, [n], frame.height / people.height) for people, n in samples]
            entry.values = {key: np.concatenate([part[key] for part in parts]) for key in self.figures}
            entry.rough = SAMPLES
            if self.tell is not None:
                self.tell(place, len(entries), 0)
        self._thinned(entries, final=False)

    # --- who is out ---

    def _thinned(self, entries: Sequence[Entry], *, final: bool) -> None:
        """Mark who is out."""
        for entry in entries:
            broken = next((bound for bound in self.bounds if self._breaks(entry, bound, final=final)), None)
            if broken is not None:
                entry.fate = f"breaks {broken.text}"
        left = [entry for entry in entries if not entry.fate]
        feasible = [entry for entry in left if entry.keeps(self.bounds)] or left
        if not feasible:
            return
        if len(self.goals) > 1:
            self._dominated(left, feasible)
        else:
            self._worse(left, feasible)

    def _breaks(self, entry: Entry, bound: Bound, *, final: bool) -> bool:
        values = entry.values[bound.figure]
        if np.isnan(values).any() or (final and not bound.keeps(values)):
            return True
        return _surely(-bound.slack(values), SURE)

    def _worse(self, left: list[Entry], feasible: list[Entry]) -> None:
        (goal,) = self.goals
        best = max(feasible, key=lambda entry: goal.sign * entry.goal(goal))
        behind = {id(entry): self._behind(best, entry, goal) for entry in left}
        self._out(left, behind, SURE)
        half = max(2, -(-len(left) // 2))
        if min(map(len, behind.values())) >= LEAST:
            still = sorted((e for e in left if not e.fate), key=lambda e: goal.sign * e.goal(goal))
            self._out(still[: max(0, len(still) - half)], behind, LIKELY)

    def _out(self, entries: Iterable[Entry], behind: dict[int, Floats], confidence: float) -> None:
        for entry in entries:
            if not entry.fate and _surely(behind[id(entry)], confidence):
                entry.fate = "worse"

    @staticmethod
    def _behind(best: Entry, entry: Entry, goal: Goal) -> Floats:
        """Return by how much a design is behind the best in each simulation that both have."""
        both = min(best.count, entry.count)
        one, other = best.values[goal.figure][:both], entry.values[goal.figure][:both]
        if goal.percent is None:
            return goal.sign * (one - other)
        gap = goal.sign * (goal.of(one) - goal.of(other))
        return gap + (one - other) - float((one - other).mean())

    def _dominated(self, left: list[Entry], feasible: list[Entry]) -> None:
        for entry in left:
            if any(self._beats(other, entry) for other in feasible if other is not entry and not other.fate):
                entry.fate = "worse in every goal"

    def _beats(self, other: Entry, entry: Entry) -> bool:
        """Return whether a design is surely better in some goal, and at least as good in every one."""
        gaps = [self._behind(other, entry, goal) for goal in self.goals]
        sure = [_surely(gap, SURE) for gap in gaps]
        return any(sure) and all(found or not gap.any() for found, gap in zip(sure, gaps, strict=True))


_NOTHING = np.empty(0)


def _sample(frame: pl.DataFrame, number: int) -> pl.DataFrame:
    """Return a sample of people, another one for each number: by their keys, in any order of rows."""
    keys = census_keys(frame["employee_id"])
    rank = np.argsort((keys * np.uint64(2 * number + 1) >> np.uint64(11)) + np.uint64(number), kind="stable")
    return frame[np.sort(rank[:SAMPLE])]


def _surely(gaps: Floats, confidence: float) -> bool:
    """Return whether the mean of gaps is above 0, by Student's t."""
    mean, spread = float(gaps.mean()), float(gaps.std(ddof=1)) if len(gaps) > 1 else math.inf
    if spread == 0:
        return mean > 0
    return mean > student(confidence, len(gaps) - 1) * spread / math.sqrt(len(gaps))


@cache
def student(confidence: float, freedom: int) -> float:
    """Return the quantile of Student's t: by bisection on its integral."""
    if freedom > 200:
        return NormalDist().inv_cdf(confidence)
    low, high = 0.0, 1e4
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _below(middle, freedom) < confidence else (low, middle)
    return (low + high) / 2


def _below(t: float, freedom: int) -> float:
    """Return the probability below t of Student's t, by Simpson's rule in the angle atan(t / sqrt(freedom))."""
    angle = np.linspace(0.0, math.atan(t / math.sqrt(freedom)), 201)
    weights = np.ones(201)
    weights[1:-1:2], weights[2:-1:2] = 4, 2
    area = float((weights * np.cos(angle) ** (freedom - 1)).sum()) * float(angle[1]) / 3
    scale = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(math.pi)
    return 0.5 + scale * area
