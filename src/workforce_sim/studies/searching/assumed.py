"""How far the answer of a search depends on what a configuration is not sure of: its uncertain assumptions.

Chapter: ``docs/model/searching.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from workforce_sim.config import Config
from workforce_sim.config.drawing import Swap, drawing
from workforce_sim.ensembles.indices import draws_of, index
from workforce_sim.errors import RequestError
from workforce_sim.studies.searching.certainty import standard_error
from workforce_sim.studies.searching.figures import Floats, simulated
from workforce_sim.studies.searching.goals import Bound, Goal
from workforce_sim.studies.searching.levers import Design
from workforce_sim.studies.searching.racing import Contender

LEAST = 10
"""Simulations from which there are indices."""

RIVALS = 3
"""Designs that the best is compared with at most, the closest ones."""

CHANCE = "chance"
"""The row of all that is no assumption: chance, with good and bad years."""

FEW = 5
"""Values of an assumption up to which each has a row; of more, each third of the simulations has one."""


class Blocks(NamedTuple):
    """A figure of a design, by simulation.

    Attributes:
        one: in some simulations.
        other: in as many others.
        swapped: in the first ones, with each draw in turn from the others; last with their chance.
    """

    one: Floats
    other: Floats
    swapped: tuple[Floats, ...]

    def less(self, other: Blocks) -> Blocks:
        """Return the difference from another design, simulation by simulation."""
        swapped = (one - two for one, two in zip(self.swapped, other.swapped, strict=True))
        return Blocks(self.one - other.one, self.other - other.other, tuple(swapped))


@dataclass(frozen=True)
class Assumed:
    """How far the answer of a search depends on uncertain assumptions.

    Attributes:
        goal: what is looked at.
        designs: the best, the runner-up, and others that come close.
        assumptions: the uncertain keys; those with one draw together.
        drawn: the value of the first key of each, by simulation.
        values: the figure of each design, by simulation, all with the same draws.
        best: what the indices of the best are from.
        runner_up: those of the runner-up; None without one.
    """

    goal: Goal
    designs: tuple[Design, ...]
    assumptions: tuple[str, ...]
    drawn: tuple[Floats, ...] = field(compare=False)
    values: tuple[Floats, ...] = field(compare=False)
    best: Blocks = field(compare=False)
    runner_up: Blocks | None = field(compare=False)

    @property
    def count(self) -> int:
        """In how many simulations the designs are compared."""
        return len(self.values[0])

    @cached_property
    def indices(self) -> pl.DataFrame:
        """How much of the spread of the first goal over simulations comes from each assumption.

        One row per assumption, last chance (with good and bad years), of the best design, of the runner-up, and of the
        lead of the best over it. Columns: of (``best``, ``runner-up``, ``lead``), assumption (its keys), first (share
        of the variance that it makes by itself), total (share that would be left with all others fixed), and the
        standard errors of both; null where nothing varies.
        """
        found = {"best": self.best}
        if self.runner_up is not None:
            found |= {"runner-up": self.runner_up, "lead": self.best.less(self.runner_up)}
        rows = [(of, name, *cells) for of, blocks in found.items() for name, cells in self._indices(blocks)]
        shares = ("first", "first_error", "total", "total_error")
        schema = {"of": pl.String, "assumption": pl.String, **dict.fromkeys(shares, pl.Float64)}
        return pl.DataFrame(rows, schema=schema, orient="row")

    def _indices(self, blocks: Blocks) -> Iterator[tuple[str, tuple[float | None, ...]]]:
        one, other, *swapped = _known([blocks.one, blocks.other, *blocks.swapped])
        for name, values in zip((*self.assumptions, CHANCE), swapped, strict=True):
            yield name, index(one, other, values)

    @cached_property
    def winners(self) -> pl.DataFrame:
        """How often each of the designs is the best of them.

        One row per design: number, best_in (share of the simulations; of equal designs the one counts that the search
        ranks higher), the mean of the first goal's figure and its standard error (dollars, fraction or count).
        """
        shares, unit = np.bincount(self._first, minlength=len(self.designs)) / self.count, self.goal.figure.unit
        rows = [
            (design.number, float(share), float(values.mean()) / unit, standard_error(values) / unit)
            for design, share, values in zip(self.designs, shares, self.values, strict=True)
        ]
        schema = {"number": pl.Int64, **dict.fromkeys(("best_in", "mean", "mean_error"), pl.Float64)}
        return pl.DataFrame(rows, schema=schema, orient="row")

    @cached_property
    def _first(self) -> Any:
        """Which design is the best in each simulation, by its place."""
        return np.argmax(self.goal.sign * np.array(self.values), axis=0)

    @cached_property
    def leads(self) -> pl.DataFrame:
        """How the lead of the best over the runner-up depends on each assumption.

        One row per assumption and part of its values, from low to high: each value where there are at most five, else
        a third of the simulations. Columns: assumption, low and high (its values there), simulations, lead (by how much
        the best is better on average; dollars, fraction or count) and its standard error, best_in (share of these
        simulations in which none of the designs is better). No rows without a runner-up.
        """
        pairs = zip(self.assumptions, self.drawn, strict=True) if len(self.designs) > 1 else ()
        rows = [(name, *row) for name, drawn in pairs for row in self._leads(drawn)]
        schema: dict[str, Any] = {
            "assumption": pl.String,
            "low": pl.Float64,
            "high": pl.Float64,
            "simulations": pl.Int64,
        }
        schema |= dict.fromkeys(("lead", "lead_error", "best_in"), pl.Float64)
        return pl.DataFrame(rows, schema=schema, orient="row")

    def _leads(self, drawn: Floats) -> Iterator[tuple[Any, ...]]:
        gaps = self.goal.sign * (self.values[0] - self.values[1]) / self.goal.figure.unit
        for part in _parts(drawn):
            error = standard_error(gaps[part]) if len(part) > 1 else None
            lead, best_in = float(gaps[part].mean()), float((self._first[part] == 0).mean())
            yield float(drawn[part].min()), float(drawn[part].max()), len(part), lead, error, best_in


def _known(values: Sequence[Floats]) -> list[Floats]:
    """Return values in the simulations in which all have one."""
    known = np.isfinite(np.array(values)).all(axis=0)
    return [each[known] for each in values]


def _parts(values: Floats) -> list[Any]:
    """Return the places of values in parts, from low to high."""
    different = np.unique(values)
    if len(different) <= FEW:
        return [np.flatnonzero(values == each) for each in different]
    return np.array_split(np.argsort(values, kind="stable"), 3)


# --- simulated ---


def refuse_certain(config: Config) -> None:
    """Raise ``RequestError`` where no assumption of a configuration is uncertain."""
    if not config.uncertainty.assumptions:
        raise RequestError(
            "assumptions: no key of the configuration is uncertain; name some under uncertainty.assumptions, such as "
            "{key: workforce.total_termination_rate, uniform: [0.10, 0.14]}"
        )


def rivals(best: Contender, contenders: Sequence[Contender], goal: Goal, bounds: Sequence[Bound]) -> list[Contender]:
    """Return the designs closest to the best, the closest first: none that breaks a bound or is always equal."""
    able = [each for each in contenders if (not each.fate or each.beaten_by) and each.equal_to is None]
    others = [each for each in able if each is not best and not each.rough and each.keeps(bounds)]
    gaps = [(each.behind(best, goal), each) for each in others]
    ranked = sorted(((float(gap.mean()), each) for gap, each in gaps if gap.any()), key=lambda pair: pair[0])
    return [each for _, each in ranked[:RIVALS]]


def assumed(
    contenders: Sequence[Contender], goal: Goal, census: Any, count: int, tell: Callable[[int, int], None] | None
) -> Assumed:
    """Return how far an answer depends on uncertain assumptions.

    Args:
        contenders: the best, and those to compare it with, the closest first.
        goal: what is looked at.
        census: of all designs.
        count: simulations of each block: two blocks, and for the first two designs one for each draw and for chance.
        tell: called with how many blocks are done of how many.

    Raises:
        ConfigError, SimulationError: as ``simulate``.
    """
    configs = [each.design.config for each in contenders if each.design.config is not None]
    draws = draws_of(configs[0])
    simulations = _Simulations(goal, census, count, tell, 2 * len(configs) + (len(draws) + 1) * len(configs[:2]))
    found = [simulations.blocks(config, draws if place < 2 else ()) for place, config in enumerate(configs)]
    drawn = [drawing(configs[0]).values(number) for number in range(2 * count)]
    firsts = [np.array([values[keys[0]] for values in drawn]) for keys in draws.values()]
    known = _known([*firsts, *(np.concatenate([each.one, each.other]) for each in found)])
    return Assumed(
        goal,
        tuple(each.design for each in contenders),
        tuple(", ".join(keys) for keys in draws.values()),
        tuple(known[: len(firsts)]),
        tuple(known[len(firsts) :]),
        found[0],
        found[1] if len(found) > 1 else None,
    )


@dataclass
class _Simulations:
    """The simulations of all blocks; ``of`` is how many blocks there are."""

    goal: Goal
    census: Any
    count: int
    tell: Callable[[int, int], None] | None
    of: int
    done: int = 0

    def blocks(self, config: Config, draws: Collection[str]) -> Blocks:
        """Return the blocks of a design: without draws, the two whose draws are all their own."""
        one, other = range(self.count), range(self.count, 2 * self.count)
        swaps = [(one, Swap(frozenset({name}), self.count)) for name in draws]
        swaps += [(other, Swap(frozenset(draws), -self.count))] if draws else []
        swapped = tuple(self._figure(config, numbers, swap) for numbers, swap in swaps)
        return Blocks(self._figure(config, one), self._figure(config, other), swapped)

    def _figure(self, config: Config, numbers: Sequence[int], swap: Swap | None = None) -> Floats:
        figure = self.goal.figure
        found = simulated(config, [figure], self.census, numbers, swap)[figure]
        self.done += 1
        if self.tell is not None:
            self.tell(self.done, self.of)
        return found
