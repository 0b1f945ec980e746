"""A race of designs: few simulations of all, more of those that may still win, all with the same random draws.

A design is out when it is surely worse than the best, by paired differences, or surely breaks a bound. Of designs that
are equal in every figure, one goes on for all of them. Chapter: ``docs/model/searching.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import numpy as np
import polars as pl

from workforce_sim.draws import census_keys
from workforce_sim.errors import SimulationError
from workforce_sim.searching.certainty import errors_above_0, student
from workforce_sim.searching.figures import Figure, Floats, simulated
from workforce_sim.searching.goals import Bound, Goal, looked_at
from workforce_sim.searching.levers import Design

FIRST = 4
"""Simulations of the first round; each round has about twice as many as the one before."""

SURE, LIKELY = 0.999, 0.95
"""Confidence with which a design is out; the lower one only until half of the designs are out."""

LEAST = 8
"""Simulations from which a design may be out with the lower confidence."""

EQUAL = 16
"""Simulations from which designs that were equal in all of them count as equal."""

LARGE, SAMPLE, SAMPLES = 40_000, 4_000, 6
"""From so many employees on, designs are first compared on samples of so many people, another one each time."""


@dataclass
class Contender:
    """A design in the race.

    Attributes:
        design: which.
        values: of each figure in the simulations so far; none where a figure has no value.
        fate: why it is out; nothing while it may still win.
        rough: whether its simulations are of samples of people.
        beaten_by: which one it is worse than, if that is why it is out.
        equal_to: the one that it is equal to in every figure of its simulations, and that was simulated on for both.
    """

    design: Design
    values: Mapping[Figure, Floats] = field(default_factory=dict)
    fate: str = ""
    rough: bool = False
    beaten_by: Contender | None = None
    equal_to: Contender | None = None

    @property
    def races(self) -> bool:
        """Whether it may win, and is simulated on."""
        return not self.fate and self.equal_to is None

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

    def behind(self, other: Contender, goal: Goal) -> Floats:
        """Return by how much it is behind another in each simulation that both have; of a percentile, about it."""
        both = min(self.count, other.count)
        own, its = (each.values[goal.figure][:both] for each in (self, other))
        gaps = goal.sign * (its - own)
        if goal.percent is None:
            return gaps
        return gaps - gaps.mean() + goal.sign * (goal.of(its) - goal.of(own))


@dataclass(frozen=True)
class Race:
    """What a race is about.

    Attributes:
        goals: one or several.
        bounds: that must be kept.
        census: of all designs.
        replicates: simulations of those that stay to the end.
        tell: called with how many designs are done of how many in a round, and simulations of it; 0 for samples.
    """

    goals: tuple[Goal, ...]
    bounds: tuple[Bound, ...]
    census: Any
    replicates: int
    tell: Callable[[int, int, int], None] | None = None

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """All figures that goals and bounds look at."""
        return looked_at(self.goals, self.bounds)

    def run(self, contenders: Sequence[Contender]) -> None:
        """Race until every design is out or has all simulations; those that are out already stay so."""
        self._sampled([each for each in contenders if not each.fate and not each.values])
        self._raced(contenders)
        while _back(contenders):
            self._raced(contenders)
        for each in contenders:
            if each.equal_to is not None:
                each.fate, each.beaten_by = each.equal_to.fate, each.equal_to.beaten_by

    def _raced(self, contenders: Sequence[Contender]) -> None:
        for upto in self._rounds():
            racing = [each for each in contenders if each.races]
            self._simulated(racing, upto, partial(self._simulate, upto=upto))
            self._thinned(racing, final=upto == self.replicates)
            if EQUAL <= upto < self.replicates:
                self._joined([each for each in racing if each.races], upto)

    def _rounds(self) -> list[int]:
        found, count = [], FIRST
        while count < self.replicates:
            found.append(count)
            count *= 2
        return [*found, self.replicates]

    def _simulated(self, racing: Sequence[Contender], upto: int, simulate: Callable[[Contender], None]) -> None:
        """Simulate designs; one that cannot be simulated, or has no value of some figure, is out."""
        for place, each in enumerate(racing, start=1):
            try:
                simulate(each)
            except SimulationError as error:
                each.fate = failed(error)
            else:
                without = next((figure for figure, values in each.values.items() if np.isnan(values).any()), None)
                if without is not None:
                    each.values, each.fate = {}, f"has no value: {without.name}"
            if self.tell is not None:
                self.tell(place, len(racing), upto)

    def _simulate(self, contender: Contender, upto: int) -> None:
        """Simulate a design up to so many times; what was found on samples of people gives way."""
        before = {} if contender.rough else contender.values
        wanted = range(0 if contender.rough else contender.count, upto)
        if wanted:
            found = self._figures(contender, self.census, wanted)
            contender.values = {key: np.concatenate([before.get(key, _NOTHING), found[key]]) for key in found}
            contender.rough = False

    def _figures(self, contender: Contender, census: Any, numbers: Sequence[int]) -> dict[Figure, Floats]:
        if contender.design.config is None:
            raise AssertionError("a design that cannot be is never simulated")
        return simulated(contender.design.config, self.figures, census, numbers)

    # --- on samples of people ---

    def _sampled(self, racing: Sequence[Contender]) -> None:
        """Compare many designs of very many employees on samples of them first."""
        frame = self.census.frame
        if frame.height < LARGE or len(racing) <= 2:
            return
        samples = [_sample(frame, number) for number in range(SAMPLES)]
        self._simulated(racing, 0, lambda each: self._estimate(each, samples))
        self._thinned(racing, final=False)

    def _estimate(self, contender: Contender, samples: Sequence[pl.DataFrame]) -> None:
        scale = self.census.frame.height / samples[0].height
        parts = [self._figures(contender, people, [number]) for number, people in enumerate(samples)]
        contender.values = {
            key: np.concatenate([part[key] for part in parts]) * (scale if key.adds_up else 1.0) for key in self.figures
        }
        contender.rough = True

    # --- who is equal ---

    def _joined(self, racing: Iterable[Contender], upto: int) -> None:
        """Let one of designs that are equal so far go on for all of them: the one with the lowest number."""
        first: dict[tuple[bytes, ...], Contender] = {}
        for each in sorted(racing, key=lambda each: (-each.count, each.design.number)):
            leader = first.setdefault(tuple(each.values[key][:upto].tobytes() for key in self.figures), each)
            each.equal_to = None if leader is each else leader

    # --- who is out ---

    def _thinned(self, racing: Sequence[Contender], *, final: bool) -> None:
        """Mark who is out."""
        for each in racing:
            broken = next((bound for bound in self.bounds if not each.fate and _breaks(each, bound, final=final)), None)
            if broken is not None:
                each.fate = f"breaks {broken.text}"
        left = [each for each in racing if not each.fate]
        feasible = [each for each in left if each.keeps(self.bounds)]
        if feasible and len(self.goals) > 1:
            self._dominated(left, feasible)
        elif feasible:
            self._worse(left, feasible)

    def _worse(self, left: list[Contender], feasible: list[Contender]) -> None:
        (goal,) = self.goals
        ranked = sorted(left, key=lambda each: goal.sign * each.goal(goal))
        best = max(feasible, key=ranked.index)
        _beat(left, best, goal, SURE)
        if min(each.count for each in left) >= LEAST:
            half = max(2, -(-len(left) // 2))
            still = [each for each in ranked if not each.fate]
            _beat(still[: max(0, len(still) - half)], best, goal, LIKELY)

    def _dominated(self, left: list[Contender], feasible: list[Contender]) -> None:
        for each in left:
            better = (other for other in feasible if other is not each and not other.fate and self._beats(other, each))
            each.beaten_by = next(better, None)
            each.fate = "worse in every goal" if each.beaten_by else ""

    def _beats(self, one: Contender, other: Contender) -> bool:
        """Return whether a design is surely better in some goal, and at least as good in every one."""
        gaps = [other.behind(one, goal) for goal in self.goals]
        sure = [_surely(gap, SURE) for gap in gaps]
        return any(sure) and all(found or not gap.any() for found, gap in zip(sure, gaps, strict=True))


def failed(error: SimulationError) -> str:
    """Return the fate of a design that cannot be simulated."""
    return f"cannot be simulated: {str(error).splitlines()[0]}"


_NOTHING = np.empty(0)


def _sample(frame: pl.DataFrame, number: int) -> pl.DataFrame:
    """Return a sample of people, another one for each number: by their keys, in any order of rows."""
    keys = census_keys(frame["employee_id"])
    rank = np.argsort((keys * np.uint64(2 * number + 1) >> np.uint64(11)) + np.uint64(number), kind="stable")
    return frame[np.sort(rank[:SAMPLE])]


def _back(contenders: Iterable[Contender]) -> list[Contender]:
    """Return designs to the race that were beaten by one that is now out for a reason of its own, such as a bound."""
    back = [each for each in contenders if (by := each.beaten_by) and by.fate and not by.beaten_by]
    for each in back:
        each.beaten_by, each.fate = None, ""
    return back


def _beat(racing: Iterable[Contender], best: Contender, goal: Goal, confidence: float) -> None:
    """Mark which designs are worse than the best, so surely."""
    for each in racing:
        if not each.fate and _surely(each.behind(best, goal), confidence):
            each.beaten_by, each.fate = best, "worse"


def _breaks(contender: Contender, bound: Bound, *, final: bool) -> bool:
    values = contender.values[bound.figure]
    return (final and not bound.keeps(values)) or _surely(-bound.slack(values), SURE)


def _surely(gaps: Floats, confidence: float) -> bool:
    """Return whether the mean of gaps is above 0, by Student's t."""
    return errors_above_0(gaps) > student(confidence, len(gaps) - 1)
