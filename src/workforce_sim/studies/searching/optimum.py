"""The best of many designs: what a search found, how sure it is, and what each lever does.

Chapter: ``docs/model/searching.md``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from workforce_sim.config import Config
from workforce_sim.config.effect.notes import idle
from workforce_sim.config.written import yaml_text
from workforce_sim.display.card import Card, CardTable
from workforce_sim.display.displayed import Displayed
from workforce_sim.ensembles.indices import varies
from workforce_sim.errors import RequestError
from workforce_sim.reporting.pages.written import write_page
from workforce_sim.studies.searching.assumed import Assumed
from workforce_sim.studies.searching.assumed_text import assumed_notes, assumed_tables
from workforce_sim.studies.searching.certainty import chance, errors_above_0, standard_error
from workforce_sim.studies.searching.goals import Bound, Goal
from workforce_sim.studies.searching.levers import Design, Lever, how_many
from workforce_sim.studies.searching.optimum_page import optimum_page
from workforce_sim.studies.searching.racing import Contender
from workforce_sim.wording import counted, percent

SHOWN = 12
"""Designs in the text."""

NONE, BEST, TIED, FRONT = "no design is left", "best", "ties with the best", "on the front"


@dataclass(frozen=True, repr=False)
class Optimum(Displayed):
    """What a search found.

    Attributes:
        base: the configuration that levers change.
        levers: what could change.
        goals: what was wanted.
        bounds: what had to be kept.
        contenders: every design tried.
        best: the best design; of several goals the one at the knee of the front. None where no design is left.
        assumptions: how far the answer depends on uncertain assumptions; None when that was not asked.
    """

    base: Config
    levers: tuple[Lever, ...]
    goals: tuple[Goal, ...]
    bounds: tuple[Bound, ...]
    contenders: tuple[Contender, ...] = field(compare=False)
    best: Design | None
    assumptions: Assumed | None = field(default=None, compare=False)

    @property
    def config(self) -> Config:
        """The configuration of the best design.

        Raises:
            RequestError: when no design is left.
        """
        found, _ = self._winner()
        return found

    @property
    def written(self) -> str:
        """The configuration of the best design, as YAML: the keys that were set, and those of the levers.

        Raises:
            RequestError: when no design is left.
        """
        _, changes = self._winner()
        return yaml_text(self.base, changes, [f"The best design found for {self.wanted}"])

    def _winner(self) -> tuple[Config, Mapping[str, Any]]:
        """Return the configuration of the best design, and what it changes."""
        if self.best is None or self.best.config is None:
            raise RequestError(f"{self._why_none}; loosen a bound, or give the levers other values")
        return self.best.config, self.best.changes

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What else to know."""
        return tuple(self._notes())

    def _notes(self) -> Iterator[str]:
        tried, total, goal = len(self.contenders), how_many(self.levers), self.goals[0]
        if tried < total:
            yield f"{tried:,} of {total:,} designs were tried: some far from each other, then those around the best"
        values = {*self._common.values()}
        if self.has_levers and len(values) == 1:
            where = f"in every design, {counted(self._count, 'simulation')} of each"
            yield f"no lever moves {goal.what}: it is {goal.figure.shown(values.pop())} {where}"
            yield from self._idle_levers()
        if self.best is None:
            yield self._why_none
        ties = sum(not each.fate for each in self.contenders) - 1
        if ties > 0 and len(self.goals) == 1:
            yield f"{counted(ties, 'design')} cannot be told from the best with this many simulations"
        equal = [each.count for each in self.contenders if each.equal_to is not None]
        if equal:
            what = ", ".join(dict.fromkeys(goal.what for goal in self.goals))
            yield (
                f"{counted(len(equal), 'design')} had the same {what} as another in each of {_from_to(equal)} "
                "simulations; only that one was simulated further"
            )
        if self.assumptions is not None:
            yield from assumed_notes(self.assumptions)

    def _idle_levers(self) -> Iterator[str]:
        """Yield why levers have no effect in any design."""
        designs = (each.design for each in self.contenders)
        found = [set(idle(each.config, each.changes)) for each in designs if each.config is not None]
        yield from sorted(set.intersection(*found)) if found else ()

    @property
    def _why_none(self) -> str:
        fates = Counter(each.fate for each in self.contenders).most_common(3)
        return f"{NONE}: " + "; ".join(f"{fate} ({counted(count, 'design')})" for fate, count in fates)

    @cached_property
    def _known(self) -> list[Contender]:
        """The designs that were simulated, with everybody."""
        return [each for each in self.contenders if each.values and not each.rough]

    @cached_property
    def _count(self) -> int:
        """How many simulations all designs have that were simulated."""
        return min((each.count for each in self._known), default=0)

    @cached_property
    def _common(self) -> dict[tuple[int, ...], float]:
        """The first goal in the simulations that all designs have, by the places of each."""
        goal, count = self.goals[0], self._count
        return {each.design.places: goal.of(each.values[goal.figure][:count]) for each in self._known}

    @property
    def front(self) -> pl.DataFrame:
        """The designs that no other beats in every goal, as ``designs``; of one goal, the best and its ties."""
        return self.designs.filter(pl.col("outcome").is_in([BEST, TIED, FRONT]))

    @cached_property
    def designs(self) -> pl.DataFrame:
        """One row per design tried, best first.

        Columns: number (of the design), levers in words, simulations, of each goal and bound its measure (mean of the
        simulations, or the percentile that a goal asks for, with its number at the end of the name; dollars, fraction
        or count) and its standard error (null of a percentile), behind (mean paired difference from the best in the
        first goal) and behind_error, wins (how sure it is that the best is better), equal_to (number of the design with
        the same values of all goals in all its simulations, which was simulated on for both), outcome (best, ties with
        the best, on the front, or why it is out).
        """
        rows = [self._row(each) for each in self._ordered]
        names = [lever.name for lever in self.levers]
        figures = [name for each in map(_column, self._measured) for name in (each, f"{each}_error")]
        schema: dict[str, Any] = {"number": pl.Int64, **dict.fromkeys(names, pl.String), "simulations": pl.Int64}
        schema |= dict.fromkeys([*figures, "behind", "behind_error", "wins"], pl.Float64)
        schema |= {"equal_to": pl.Int64, "outcome": pl.String}
        return pl.DataFrame(rows, schema=schema, orient="row")

    @cached_property
    def sensitivity(self) -> pl.DataFrame:
        """How much of the spread of the first goal over designs comes from each lever.

        One row per lever: lever, first (share of the variance that the lever explains by itself), total (share that is
        left when all others are fixed; null unless every combination was tried), best, worst (its choices by the mean
        of the goal; null where no lever moves it). From the simulations that all designs have.
        """
        values = self._common
        complete = len(values) == how_many(self.levers)
        rows = [self._effect(at, lever, values, complete=complete) for at, lever in enumerate(self.levers)]
        schema = {"lever": pl.String, "first": pl.Float64, "total": pl.Float64, "best": pl.String, "worst": pl.String}
        return pl.DataFrame(rows, schema=schema, orient="row")

    def _effect(
        self, at: int, lever: Lever, values: Mapping[tuple[int, ...], float], *, complete: bool
    ) -> tuple[str, float | None, float | None, str | None, str | None]:
        sign, found = self.goals[0].sign, np.array([*values.values()])
        by_choice, by_others = (_means(values, key) for key in (lambda p: p[at], lambda p: (*p[:at], *p[at + 1 :])))
        means = {choice: mean for choice, (mean, _) in by_choice.items()}
        if not varies(found):
            return lever.name, 0.0 if len(found) else None, 0.0 if complete else None, None, None
        spread = float(found.var())
        ends = [lever.choices[pick(means, key=lambda at: sign * means[at])][0] for pick in (max, min)]
        best, worst = ends if ends[0] != ends[1] else (None, None)
        own = _spread_of(by_choice, len(found)) / spread
        total = 1 - _spread_of(by_others, len(found)) / spread if complete else None
        return lever.name, own, total, best, worst

    @cached_property
    def _measured(self) -> tuple[Goal, ...]:
        """What is measured of each design: what goals look at, and the means of what bounds do."""
        means = (Goal(bound.figure, 1) for bound in self.bounds)
        return tuple(dict.fromkeys([*(replace(goal, sign=1) for goal in self.goals), *means]))

    @cached_property
    def _ordered(self) -> list[Contender]:
        goal = self.goals[0]

        def rank(each: Contender) -> tuple[Any, ...]:
            known = bool(each.values)
            return each is not self._best, bool(each.fate), not known, -goal.sign * each.goal(goal) if known else 0.0

        return sorted(self.contenders, key=rank)

    @cached_property
    def _best(self) -> Contender | None:
        return next((each for each in self.contenders if each.design is self.best), None)

    def _row(self, contender: Contender) -> tuple[Any, ...]:
        cells = [cell for measured in self._measured for cell in _mean_and_error(contender, measured)]
        design, leader = contender.design, contender.equal_to
        equal = None if leader is None else leader.design.number
        return (
            design.number,
            *design.labels,
            contender.count,
            *cells,
            *self._gap(contender),
            equal,
            self._outcome(contender),
        )

    def _gap(self, contender: Contender) -> tuple[float | None, float | None, float | None]:
        """Return how far a design is behind the best, the error of that, and how sure it is that the best wins."""
        if self._best is None or contender is self._best or not contender.values or contender.rough:
            return None, None, None
        goal = self.goals[0]
        gaps = contender.behind(self._best, goal) / goal.figure.unit
        return float(gaps.mean()), standard_error(gaps), chance(errors_above_0(gaps), len(gaps) - 1)

    def _outcome(self, contender: Contender) -> str:
        if contender.fate:
            return contender.fate
        if contender is self._best:
            return BEST
        return FRONT if len(self.goals) > 1 else TIED

    # --- as people read it ---

    def report(self, path: str | Path) -> Path:
        """Write one page about the search, an HTML file for people to read, and return its path.

        Args:
            path: file to write, ending in ``.html``; an older report there is replaced.

        Raises:
            RequestError: for a path that is no place for a report.
            LedgerError: when the file cannot be written.
        """
        return write_page(path, optimum_page(self))

    def _card(self) -> Card:
        designs, *others = self.tables
        shown = replace(designs, rows=designs.rows[:SHOWN])
        return Card(f"{self.wanted}: {self.answer}", (shown, *others), self.notes)

    @property
    def wanted(self) -> str:
        """What was wanted, in words."""
        return ", ".join(goal.name for goal in self.goals)

    @property
    def answer(self) -> str:
        """The best design, in words."""
        if self.best is None:
            return NONE
        pairs = zip(self.levers, self.best.labels, strict=True)
        return ", ".join(f"{_short(lever.name)} {label}" for lever, label in pairs)

    @property
    def best_figures(self) -> list[tuple[str, str]]:
        """What is measured of the best design, in words."""
        values = {} if self._best is None else self._best.values
        return [(each.what, each.figure.shown(each.of(values[each.figure]))) for each in self._measured if values]

    @property
    def has_levers(self) -> bool:
        """Whether there are designs to compare."""
        return len(self._known) > 1

    @cached_property
    def tables(self) -> tuple[CardTable, ...]:
        """Designs, best first; what levers do, where there are designs to compare; what the answer depends on."""
        heading = [
            "",
            *(_short(lever.name) for lever in self.levers),
            *(each.what for each in self._measured),
            "simulations",
            "outcome",
        ]
        designs = CardTable(heading, [self._line(each) for each in self._ordered])
        levers = [self._moved()] if self.has_levers else []
        return (designs, *levers, *(assumed_tables(self.assumptions) if self.assumptions is not None else ()))

    def _moved(self) -> CardTable:
        rows = [
            [_short(name), percent(first, 0), "-" if total is None else percent(total, 0), high or "-", low or "-"]
            for name, first, total, high, low in self.sensitivity.drop_nulls("first").iter_rows()
        ]
        caption = f"What moves {self.goals[0].what}: share of its spread over the designs"
        return CardTable(["lever", "by itself", "in all", "best", "worst"], rows, caption)

    def _line(self, contender: Contender) -> list[str]:
        values = contender.values
        shown = [each.figure.shown(each.of(values[each.figure]) if values else None) for each in self._measured]
        leader, told = contender.equal_to, self._outcome(contender)
        if leader is not None:
            told = f"{told}, equal to {leader.design.number}"
        return [str(contender.design.number), *contender.design.labels, *shown, str(contender.count), told]

    def __repr__(self) -> str:
        found = "none is left" if self.best is None else f"design {self.best.number} is best"
        return f"<Optimum of {counted(len(self.contenders), 'design')}: {found}>"


def _short(name: str) -> str:
    """Return the last part of a key in words."""
    return re.split(r"\.(?![0-9])", name)[-1].replace("_", " ")


def _from_to(counts: Sequence[int]) -> str:
    """Return counts in words: ``16``, or ``16 to 32``."""
    low, high = min(counts), max(counts)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _column(measured: Goal) -> str:
    """Return the name of a column: a measure, its year, its percentile."""
    figure = measured.figure
    parts = [figure.measure.removesuffix("_cents"), figure.year, measured.percent and f"p{measured.percent}"]
    return "_".join(str(part) for part in parts if part)


def _mean_and_error(contender: Contender, measured: Goal) -> tuple[float | None, float | None]:
    """Return what is measured of a design, and its standard error; None for that of a percentile."""
    values = contender.values.get(measured.figure)
    if values is None:
        return None, None
    values = values / measured.figure.unit
    return measured.of(values), standard_error(values) if measured.percent is None else None


def _means(values: Mapping[tuple[int, ...], float], key: Any) -> dict[Any, tuple[float, int]]:
    """Return the mean and count of values by a part of their places."""
    groups: dict[Any, list[float]] = {}
    for places, value in values.items():
        groups.setdefault(key(places), []).append(value)
    return {group: (sum(found) / len(found), len(found)) for group, found in groups.items()}


def _spread_of(groups: Mapping[Any, tuple[float, int]], count: int) -> float:
    """Return the variance of group means, by their counts."""
    mean = sum(value * size for value, size in groups.values()) / count
    return sum(size * (value - mean) ** 2 for value, size in groups.values()) / count
