"""A search of many designs for the best one.

Chapter: ``docs/model/searching.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workforce_sim.config import Config
from workforce_sim.ensembles.ensemble import whole
from workforce_sim.errors import ConfigError, SimulationError, asked
from workforce_sim.plan.legality import plan_warnings
from workforce_sim.plan.loading import load_config
from workforce_sim.plan.testing import nondiscrimination
from workforce_sim.simulation.run import census_of
from workforce_sim.studies.searching.assumed import LEAST, assumed, refuse_certain, rivals
from workforce_sim.studies.searching.goals import TESTS, WARNINGS, Goal, bounds_of, goals_of
from workforce_sim.studies.searching.levers import (
    MOST,
    Design,
    Lever,
    around,
    designs_of,
    how_many,
    levers_of,
    placed,
    spread_out,
)
from workforce_sim.studies.searching.optimum import Optimum
from workforce_sim.studies.searching.racing import Contender, Race, failed
from workforce_sim.wording.progress import Tell, meter

SPREAD, STEPS = 200, 50
"""Designs tried first where there are too many for all, and steps from the best to its neighbors."""


def optimize(
    config: Any,
    levers: Mapping[str, Any],
    goal: str | Iterable[str],
    *,
    subject_to: str | Iterable[str] = (),
    census: Any = None,
    replicates: int = 50,
    assumptions: int | None = None,
    progress: bool = True,
) -> Optimum:
    """Search the designs that levers make for the best one, all with the same random draws.

    Up to 1,000 designs are all tried; of more, 200 far from each other, then what lies around the best. Designs that
    are surely worse, or surely break a bound, get no more simulations; of designs whose goals are the same in each of
    8 simulations or more, one gets more (``equal_to`` in the result).

    Args:
        config: path, dict or loaded configuration.
        levers: by dotted key its values, a list or a text such as ``3%:10%:1%`` or ``simple, stretch``; or by any name
            a dict of named sets of keys: ``{"plan": {"today": {}, "richer": {"plan.match": {"preset": "stretch"}}}}``.
        goal: ``maximize MEASURE`` or ``minimize MEASURE``, or several. A measure is one of the summary, also in a year
            (``participation@2027``), a percentile of it (``minimize p90 of net_employer_cost``), or ``saving>=10%``,
            the share of eligible employees who defer that much at year end. Without a year amounts are of all years
            together, headcounts and shares of the last year.
        subject_to: bounds: ``MEASURE<=NUMBER`` or ``>=``, on the mean or ``in 9 of 10`` simulations; ``no failed test``
            (tests of every year of the first simulation) and ``no compliance warning``. Amounts are dollars.
        census: as for ``simulate``; it is read once.
        replicates: simulations of the designs that stay to the end.
        assumptions: also say how far the answer depends on each uncertain assumption of the configuration; from so many
            simulations of each, 10 or more: ``assumptions * (keys + 3)`` of the best design and the runner-up.
        progress: whether a terminal or a notebook shows how far the search is.

    Raises:
        RequestError: for levers, goals or bounds that cannot be read; for ``assumptions`` where none is uncertain.
        ConfigError, CensusError, SimulationError: as ``simulate``.
    """
    base, many = load_config(config), asked.within("replicates", replicates, 2, asked.MOST_REPLICATES)
    found, goals = levers_of(levers), goals_of(goal, base.simulation)
    if assumptions is not None:
        asked.within("assumptions", assumptions, LEAST, asked.MOST_REPLICATES)
        refuse_certain(base)
    bounds, compliance = bounds_of(subject_to, base.simulation)
    with meter(progress) as tell:
        race = Race(goals, bounds, census_of(base, census), many, _telling(tell))
        tried = _Search(base, found, race, compliance).contenders()
        _refuse_all_impossible(tried)
        race.settle(tried)
        best, depends = best_of(tried, goals), None
        if best is not None and assumptions is not None:
            depends = assumed(_compared(best, tried, race), goals[0], race.census, assumptions, _blocks_told(tell))
    return Optimum(base, found, goals, bounds, tuple(tried), None if best is None else best.design, depends)


def _compared(best: Contender, tried: Sequence[Contender], race: Race) -> list[Contender]:
    """Return the best design, and of one goal those that come close to it."""
    return [best, *(rivals(best, tried, race.goals[0], race.bounds) if len(race.goals) == 1 else [])]


def _blocks_told(tell: Tell | None) -> Any:
    return None if tell is None else lambda done, of: tell(f"assumptions, part {done} of {of}", done, of)


def _refuse_all_impossible(contenders: Sequence[Contender]) -> None:
    """Raise ``ConfigError`` when no design can be."""
    if all(each.design.config is None for each in contenders):
        raise ConfigError("\n".join(sorted({each.design.problem for each in contenders})[:3]))


def _telling(tell: Tell | None) -> Any:
    if tell is None:
        return None
    return lambda done, of, upto: tell(
        f"design {done} of {of}, {upto} simulations" if upto else f"design {done} of {of}, samples", done, of
    )


@dataclass
class _Search:
    """A search under way."""

    base: Config
    levers: tuple[Lever, ...]
    race: Race
    compliance: frozenset[str]

    def contenders(self) -> list[Contender]:
        """Return all designs tried."""
        total = how_many(self.levers)
        if total <= MOST:
            return self._raced(placed(self.levers, number) for number in range(total))
        tried = self._raced(spread_out(self.levers, SPREAD))
        for _ in range(STEPS):
            best = best_of(tried, self.race.goals)
            near = set(around(self.levers, best.design.places)) if best else set()
            more = sorted(near - {each.design.places for each in tried})
            if best is None or not more:
                break
            tried += self._raced(more, [best])
        return tried

    def _raced(self, places: Iterable[tuple[int, ...]], others: Iterable[Contender] = ()) -> list[Contender]:
        """Return new designs, raced with each other and with others."""
        new = [Contender(each, fate=self._fate(each)) for each in designs_of(self.base, self.levers, places)]
        self.race.run([*new, *others])
        return new

    def _fate(self, design: Design) -> str:
        """Return why a design is out before it is raced."""
        if design.config is None:
            return f"cannot be: {design.problem}"
        try:
            return self._unlawful(design.config)
        except SimulationError as error:
            return failed(error)

    def _unlawful(self, config: Config) -> str:
        """Return which compliance bound a design breaks."""
        warnings = plan_warnings(config) if WARNINGS in self.compliance else ()
        if warnings:
            return f"compliance warning: {warnings[0]}"
        if TESTS not in self.compliance or not config.plan.enabled:
            return ""
        run = whole(config, self.race.census, 0)
        for year in config.simulation.years:
            failed = [test.test for test in nondiscrimination(run, year).tests if test.outcome == "failed"]
            if failed:
                return f"fails {failed[0]} in {year}"
        return ""


def best_of(contenders: Sequence[Contender], goals: Sequence[Goal]) -> Contender | None:
    """Return the best design of a race that is over; of several goals the one at the knee of the front."""
    left = [each for each in contenders if each.races]
    if not left:
        return None
    if len(goals) > 1:
        return _knee(left, goals)
    return max(left, key=lambda each: (goals[0].sign * each.goal(goals[0]), -each.design.number))


def _knee(front: Sequence[Contender], goals: Sequence[Goal]) -> Contender:
    """Return the design of a front nearest to the best of every goal, each goal in parts of its range."""
    values = np.array([[goal.sign * each.goal(goal) for goal in goals] for each in front])
    high, low = values.max(axis=0), values.min(axis=0)
    short = (high - values) / np.where(high > low, high - low, 1.0)
    return front[int(np.argmin((short**2).sum(axis=1)))]
