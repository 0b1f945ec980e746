"""The best of many designs: what a search found, how sure it is, and what each lever does.

Chapter: ``docs/model/searching.md``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from workforce_sim.config import Config
from workforce_sim.config.written import changed_text
from workforce_sim.display.card import Card, CardTable
from workforce_sim.display.displayed import Displayed
from workforce_sim.errors import RequestError
from workforce_sim.searching.figures import Figure
from workforce_sim.searching.goals import Bound, Goal
from workforce_sim.searching.levers import (
    Design,
    Lever,
    how_many,
)
from workforce_sim.searching.racing import Entry, student
from workforce_sim.wording import counted, percent

SHOWN = 12
"""Designs in the text."""

_NOTHING = 1e-20
"""A variance of so small a part of the squares is of rounding."""

BEST, TIED, FRONT = "best", "ties with the best", "on the front"


@dataclass(frozen=True, repr=False)
class Optimum(Displayed):
    """What a search found.

    Attributes:
        base: the configuration that levers change.
        levers: what could change.
        goals: what was wanted.
        bounds: what had to be kept.
        entries: every design tried.
        best: the best design; of several goals the one at the knee of the front. None where no design keeps the bounds.
        notes: what else to know.
    """

    base: Config
    levers: tuple[Lever, ...]
    goals: tuple[Goal, ...]
    bounds: tuple[Bound, ...]
    entries: tuple[Entry, ...] = field(compare=False)
    best: Design | None
    notes: tuple[str, ...] = ()

    @property
    def config(self) -> Config:
        """The configuration of the best design.

        Raises:
            RequestError: when no design keeps the bounds.
        """
        found, _ = self._winner()
        return found

    def _winner(self) -> tuple[Config, Mapping[str, Any]]:
        """Return the configuration of the best design, and what it changes."""
        if self.best is None or self.best.config is None:
            raise RequestError(f"no design keeps the bounds; {self.notes[0] if self.notes else 'loosen one'}")
        return self.best.config, self.best.changes

    @property
    def written(self) -> str:
        """The configuration of the best design, as YAML: the keys that were set, and those of the levers.

        Raises:
            RequestError: when no design keeps the bounds.
        """
        _, changes = self._winner()
        return changed_text(self.base, changes, [f"The best design found for {_all_of(self.goals)}"])

    @property
    def front(self) -> pl.DataFrame:
        """The designs that no other beats in every goal, as ``designs``; of one goal, the best and its ties."""
        return self.designs.filter(pl.col("outcome").is_in([BEST, TIED, FRONT]))

    @cached_property
    def designs(self) -> pl.DataFrame:
        """One row per design tried, best first.

        Columns: number (of the design), levers in words, simulations, of each goal and bound its measure (mean of the
        simulations, or the percentile that a goal asks for; dollars, fraction or count) and its standard error, behind
        (mean paired difference from the best in the first goal, 0 or more) and behind_error, wins (how sure it is that
        the best is better), outcome (best, ties with the best, on the front, or why it is out).
        """
        rows = [self._row(entry) for entry in self._ordered]
        names = [lever.name for lever in self.levers]
        figures = [name for each in self._figures for name in (each, f"{each}_error")]
        schema: dict[str, Any] = {"number": pl.Int64, **dict.fromkeys(names, pl.String), "simulations": pl.Int64}
        schema |= dict.fromkeys([*figures, "behind", "behind_error", "wins"], pl.Float64) | {"outcome": pl.String}
        return pl.DataFrame(rows, schema=schema, orient="row")

    @cached_property
    def sensitivity(self) -> pl.DataFrame:
        """How much of the spread of the first goal over designs comes from each lever.

        One row per lever: lever, first (share of the variance that the lever explains by itself), total (share that is
        left when all others are fixed; null unless every combination was tried), best, worst (its choices by the mean
        of the goal). From the simulations that all designs have.
        """
        goal, tried = self.goals[0], [e for e in self.entries if e.values and not e.rough]
        common = min((entry.count for entry in tried), default=0)
        values = {e.design.places: goal.of(e.values[goal.figure][:common]) for e in tried}
        complete = len(values) == how_many(self.levers)
        rows = [self._effect(at, lever, values, complete=complete) for at, lever in enumerate(self.levers)]
        schema = {"lever": pl.String, "first": pl.Float64, "total": pl.Float64, "best": pl.String, "worst": pl.String}
        return pl.DataFrame(rows, schema=schema, orient="row")

    def _effect(
        self, at: int, lever: Lever, values: Mapping[tuple[int, ...], float], *, complete: bool
    ) -> tuple[str, float | None, float | None, str, str]:
        sign, found = self.goals[0].sign, np.array([*values.values()])
        spread = float(found.var()) if len(found) else 0.0
        by_choice, by_others = (_means(values, key) for key in (lambda p: p[at], lambda p: (*p[:at], *p[at + 1 :])))
        means = {choice: mean for choice, (mean, _) in by_choice.items()}
        ranked = sorted(means, key=lambda choice: sign * means[choice])
        best, worst = (lever.choices[choice][0] for choice in (ranked[-1], ranked[0])) if ranked else ("", "")
        if spread <= _NOTHING * float((found**2).sum()):
            return lever.name, 0.0 if len(found) else None, 0.0 if complete else None, best, worst
        own = _spread_of(by_choice, len(found)) / spread
        total = 1 - _spread_of(by_others, len(found)) / spread if complete else None
        return lever.name, own, total, best, worst

    @cached_property
    def _figures(self) -> list[str]:
        return [_named(figure.measure, figure.year) for figure in self._looked_at]

    @cached_property
    def _ordered(self) -> list[Entry]:
        goal = self.goals[0]

        def rank(entry: Entry) -> tuple[Any, ...]:
            known = bool(entry.values)
            mine = self.best is not None and entry.design.number == self.best.number
            return not mine, bool(entry.fate), not known, -goal.sign * entry.goal(goal) if known else 0.0

        return sorted(self.entries, key=rank)

    def _row(self, entry: Entry) -> tuple[Any, ...]:
        cells: list[Any] = []
        for figure in self._looked_at:
            values = entry.values.get(figure)
            unit = figure.unit
            goal = next((g for g in self.goals if g.figure == figure), None)
            if values is None:
                cells += [None, None]
            else:
                mean = float(values.mean()) if goal is None else goal.of(values)
                cells += [mean / unit, _error(values) / unit]
        return (entry.design.number, *entry.design.labels, entry.count, *cells, *self._gap(entry), self._outcome(entry))

    def _gap(self, entry: Entry) -> tuple[float | None, float | None, float | None]:
        """Return how far a design is behind the best, the error of that, and how sure it is that the best wins."""
        best = next((e for e in self.entries if self.best is not None and e.design == self.best), None)
        goal = self.goals[0]
        if best is None or entry is best or not entry.values or entry.rough:
            return None, None, None
        both = min(best.count, entry.count)
        gaps = goal.sign * (best.values[goal.figure][:both] - entry.values[goal.figure][:both])
        unit = goal.figure.unit
        mean, error = float(gaps.mean()), _error(gaps)
        return mean / unit, error / unit, _confidence(mean, error, both)

    def _outcome(self, entry: Entry) -> str:
        if entry.fate:
            return entry.fate
        if self.best is not None and entry.design.number == self.best.number:
            return BEST
        return FRONT if len(self.goals) > 1 else TIED

    # --- as people read it ---

    def _card(self) -> Card:
        goal = self.goals[0]
        best = "no design keeps the bounds" if self.best is None else self._said(self.best)
        heading = ["", *(_short(lever.name) for lever in self.levers), *self._heads, "outcome"]
        tables = [CardTable(heading, self._lines())]
        moved = self.sensitivity.filter(pl.col("first").is_not_null())
        rows = [
            [_short(name), percent(first, 0), "-" if total is None else percent(total, 0), high, low]
            for name, first, total, high, low in moved.iter_rows()
        ]
        caption = f"What moves {goal.figure.name}: share of its spread over the designs"
        tables.append(CardTable(["lever", "by itself", "in all", "best", "worst"], rows, caption))
        return Card(f"{_all_of(self.goals)}: {best}", tuple(tables), self.notes)

    @property
    def _heads(self) -> list[str]:
        return [figure.name for figure in self._looked_at]

    @property
    def _looked_at(self) -> list[Figure]:
        return list(dict.fromkeys([*(g.figure for g in self.goals), *(b.figure for b in self.bounds)]))

    def _lines(self) -> list[list[str]]:
        lines = []
        for entry in self._ordered[:SHOWN]:
            shown = [f.shown(float(entry.values[f].mean())) if f in entry.values else "-" for f in self._looked_at]
            lines.append([str(entry.design.number), *entry.design.labels, *shown, self._outcome(entry)])
        return lines

    def _said(self, design: Design) -> str:
        return ", ".join(
            f"{_short(lever.name)} {label}" for lever, label in zip(self.levers, design.labels, strict=True)
        )

    def __repr__(self) -> str:
        found = "none keeps the bounds" if self.best is None else f"design {self.best.number} is best"
        return f"<Optimum of {counted(len(self.entries), 'design')}: {found}>"


def _short(name: str) -> str:
    """Return the last part of a key in words."""
    return re.split(r"\.(?![0-9])", name)[-1].replace("_", " ")


def _all_of(goals: Sequence[Goal]) -> str:
    return ", ".join(goal.name for goal in goals)


def _named(measure: str, year: int | None) -> str:
    plain = measure.removesuffix("_cents")
    return plain if year is None else f"{plain}_{year}"


def _error(values: Any) -> float:
    return float(values.std(ddof=1) / math.sqrt(len(values))) if len(values) > 1 else 0.0


def _confidence(mean: float, error: float, count: int) -> float:
    """Return how sure it is that a mean difference is above 0; a half where there is none."""
    if error == 0:
        return 0.5 if mean == 0 else float(mean > 0)
    low, high = 0.5, 1 - 1e-12
    if mean < 0:
        return 1 - _confidence(-mean, error, count)
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if student(middle, count - 1) < mean / error else (low, middle)
    return (low + high) / 2


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
