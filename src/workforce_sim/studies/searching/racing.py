"""A race of designs: few simulations of all, more of those that may still win, all with the same random draws.

A design is out when it is surely worse than the best, by paired differences, or surely breaks a bound. Of designs that
are equal in every goal, one goes on for all of them. Chapter: ``docs/model/searching.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import numpy as np
import polars as pl

from workforce_sim.config import Config
from workforce_sim.draws import census_keys
from workforce_sim.errors import SimulationError
from workforce_sim.studies.searching.certainty import errors_above_0, surely_above_0
from workforce_sim.studies.searching.figures import Figure, Floats, simulated
from workforce_sim.studies.searching.goals import Bound, Goal, looked_at
from workforce_sim.studies.searching.levers import Design
from workforce_sim.tables.pay import PAYROLL
from workforce_sim.tables.people import HEADCOUNT

FIRST = 4
"""Simulations of the first round; each round has about twice as many as the one before."""

SURE, LIKELY = 0.999, 0.95
"""Confidence with which a design is out; the lower one only until half of the designs are out."""

LEAST = 8
"""Simulations from which a design may be out with the lower confidence."""

EQUAL = 8
"""Simulations from which designs count as equal whose goals were the same in all of them."""

MANY = 50_000
"""Employees of all these simulations together from which the goals say enough; with fewer, their witnesses too."""

WITNESSES = {True: ("payroll_cents",), False: ("payroll_cents", "deferral_cents")}
"""Amounts that show what one employee does differently: for figures of the workforce, and of the plan."""

_OF_WORKFORCE = frozenset(measure.name for measure in (*HEADCOUNT, *PAYROLL))

LARGE, SAMPLE, SAMPLES = 40_000, 4_000, 6
"""From so many employees on, designs are first compared on samples of so many people, another one each time."""


Simulate = Callable[[Config, Sequence[Figure], Any, Sequence[int]], Mapping[Figure, Floats]]


@dataclass
class Contender:
    """A design in the race.

    Attributes:
        design: which.
        values: of each figure in the simulations so far; none where a figure has no value.
        fate: why it is out; nothing while it may still win.
        rough: whether its simulations are of samples of people.
        beaten_by: which one it is worse than, if that is why it is out.
        equal_to: the one that it is equal to in every goal in all its simulations, and that was simulated on for both.
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
        simulate: gives figures of a configuration in some simulations.
    """

    goals: tuple[Goal, ...]
    bounds: tuple[Bound, ...]
    census: Any
    replicates: int
    tell: Callable[[int, int, int], None] | None = None
    simulate: Simulate = simulated

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """All figures that goals and bounds look at, and the witnesses."""
        return tuple(dict.fromkeys((*looked_at(self.goals, self.bounds), *self._witnesses)))

    @cached_property
    def _witnesses(self) -> tuple[Figure, ...]:
        """Amounts that differ wherever one employee makes a goal differ that is no amount itself."""
        measures = [goal.figure.measure for goal in self.goals if goal.figure.unit == 1]
        names = (name for measure in measures for name in WITNESSES[measure in _OF_WORKFORCE])
        return tuple(map(Figure, dict.fromkeys(names)))

    def run(self, contenders: Sequence[Contender]) -> None:
        """Race until every design is out or has all simulations; those that are out already stay so."""
        self._sampled([each for each in contenders if not each.fate and not each.values])
        self._raced(contenders)
        while _back(contenders):
            self._raced(contenders)

    def settle(self, contenders: Iterable[Contender]) -> None:
        """When all races are over, give designs the fate of the one raced for them; one may break a bound itself."""
        for each in contenders:
            if each.equal_to is not None and not each.fate:
                leader = _leader(each)
                each.beaten_by = leader.beaten_by
                each.fate = leader.fate or self._broken(each, final=True)

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

    def _figures(self, contender: Contender, census: Any, numbers: Sequence[int]) -> Mapping[Figure, Floats]:
        if contender.design.config is None:
            raise AssertionError("a design that cannot be is never simulated")
        return self.simulate(contender.design.config, self.figures, census, numbers)

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
        """Let one of designs that are equal so far go on for all of them: the one that keeps bounds most clearly."""
        looked = [goal.figure for goal in self.goals]
        looked += self._witnesses if self.census.frame.height * upto < MANY else ()
        groups: dict[tuple[bytes, ...], list[Contender]] = {}
        for each in racing:
            groups.setdefault(tuple(each.values[key][:upto].tobytes() for key in looked), []).append(each)
        for group in groups.values():
            leader = max(group, key=lambda each: (each.count, self._room(each), -each.design.number))
            for each in group:
                each.equal_to = leader if each is not leader and each.count == upto else None

    def _room(self, contender: Contender) -> float:
        """Return how many standard errors a design is away from the bound that it keeps least."""
        rooms = (errors_above_0(bound.room(contender.values[bound.figure])) for bound in self.bounds)
        return min(rooms, default=0.0)

    # --- who is out ---

    def _thinned(self, racing: Sequence[Contender], *, final: bool) -> None:
        """Mark who is out."""
        for each in racing:
            each.fate = each.fate or self._broken(each, final=final)
        left = [each for each in racing if not each.fate]
        feasible = [each for each in left if each.keeps(self.bounds)]
        if feasible and len(self.goals) > 1:
            self._dominated(left, feasible)
        elif feasible:
            self._worse(left, feasible)

    def _broken(self, contender: Contender, *, final: bool) -> str:
        """Return which bound a design surely breaks, or in the end on average."""
        broken = (bound for bound in self.bounds if _breaks(contender, bound, final=final))
        return next((f"breaks {bound.text}" for bound in broken), "")

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
        sure = [surely_above_0(gap, SURE) for gap in gaps]
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


def _back(contenders: Iterable[Contender]) -> bool:
    """Return designs to the race whose better or equal is now out for a reason of its own, such as a bound."""
    beaten = [each for each in contenders if _is_out_itself(each.beaten_by)]
    for each in beaten:
        each.beaten_by, each.fate = None, ""
    waiting = [each for each in contenders if not each.fate and _is_out_itself(each.equal_to)]
    for each in waiting:
        each.equal_to = None
    return bool(beaten or waiting)


def _leader(contender: Contender) -> Contender:
    """Return the design that was simulated on for one: what this is equal to may itself wait for another."""
    while contender.equal_to is not None:
        contender = contender.equal_to
    return contender


def _is_out_itself(contender: Contender | None) -> bool:
    """Return whether a design is out, and not because another is better."""
    return contender is not None and bool(contender.fate) and contender.beaten_by is None


def _beat(racing: Iterable[Contender], best: Contender, goal: Goal, confidence: float) -> None:
    """Mark which designs are worse than the best, so surely."""
    for each in racing:
        if not each.fate and surely_above_0(each.behind(best, goal), confidence):
            each.beaten_by, each.fate = best, "worse"


def _breaks(contender: Contender, bound: Bound, *, final: bool) -> bool:
    """Return whether a bound is broken; samples of people vary more than everybody, and say nothing of shares."""
    if contender.rough and bound.share is not None:
        return False
    values = contender.values[bound.figure]
    return (final and not bound.keeps(values)) or bound.surely_breaks(values, SURE)
