"""Assumptions changed as little as possible, so that a run meets known facts.

Chapter: ``docs/model/fitting.md#calibration``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from workforce_sim.config import Config, with_changes
from workforce_sim.config.changing import flattened
from workforce_sim.dates import plan_year
from workforce_sim.display.card import Card, CardTable, cells
from workforce_sim.display.displayed import Displayed
from workforce_sim.ensembles.bands import MEASURES
from workforce_sim.ensembles.ensemble import simulate_ensemble
from workforce_sim.errors import ConfigError, RequestError, SimulationError
from workforce_sim.errors.asked import measure_name
from workforce_sim.plan.loading import load_config
from workforce_sim.studies.fitting.credibility import Floats
from workforce_sim.wording import columns, counted, number
from workforce_sim.wording.progress import Tell, meter, simulations_done

STEPS, HALVINGS, CLOSE, SLOPE, LEAST = 6, 5, 1e-3, 0.2, 0.01
MOVES = {
    "headcount_closing": "simulation.target_growth_rate",
    "terminations_opening_staff": "workforce.total_termination_rate",
    "payroll": "compensation.cola_rate",
    "average_salary": "compensation.cola_rate",
    "average_salary_growth_continuing": "compensation.merit_pool",
    "participation_rate": "enrollment.conversion",
    "participation_rate_all": "enrollment.conversion",
    "average_deferral_rate": "enrollment.change.step",
    "deferral": "enrollment.change.step",
    "match": "enrollment.match_seeking",
    "net_employer_cost": "enrollment.match_seeking",
}
"""The key that is changed for a fact if none is named."""


@dataclass(frozen=True, repr=False)
class Calibration(Displayed):
    """A configuration that meets facts.

    Attributes:
        config: the configuration with the changed keys.
        moved: one row per key: key, before, after.
        facts: one row per target: measure, target, before, after, met; amounts in dollars.
    """

    config: Config
    moved: pl.DataFrame
    facts: pl.DataFrame

    @cached_property
    def met(self) -> bool:
        """Whether every fact is met within a thousandth."""
        return bool(self.facts["met"].all())

    def _moved(self) -> list[list[str]]:
        return [["key", "before", "after"], *([k, number(a), number(b)] for k, a, b in self.moved.rows())]

    def _facts(self) -> list[list[str]]:
        facts = [["fact", "target", "before", "after", "met"]]
        for name, target, before, after, met in self.facts.rows():
            facts.append([name, *(f"{x:,.6g}" for x in (target, before, after)), "yes" if met else "no"])
        return facts

    def _card(self) -> Card:
        (keys, *moved), (heading, *facts) = self._moved(), self._facts()
        title = f"{counted(len(moved), 'key')} moved to meet {counted(len(facts), 'fact')}"
        return Card(title, (CardTable(keys, cells(moved)), CardTable(heading, cells(facts))))

    def __str__(self) -> str:
        return "\n".join([*columns(self._moved(), right=(1, 2)), "", *columns(self._facts(), right=(1, 2, 3))])

    def __repr__(self) -> str:
        return f"<Calibration of {self.moved.height} keys to {self.facts.height} facts>"


def calibrate(
    config: Any,
    targets: Mapping[str, float],
    *,
    census: Any = None,
    moving: Iterable[str] | None = None,
    year: int | None = None,
    replicates: int = 20,
    progress: bool = True,
) -> Calibration:
    """Change assumptions as little as possible, so that the mean of an ensemble meets known facts.

    Args:
        config: path, dict or loaded configuration; its distributions of assumptions are not used.
        targets: the facts of a year, by measure of the summary: ``{"payroll": 41.2e6, "participation_rate": 0.81}``;
            amounts in dollars.
        census: as for ``simulate``.
        moving: dotted keys that may change; left out, one for each fact.
        year: the year that is known; when left out the first of the configuration, or the year after a short first one,
            also where the configuration ends before it.
        replicates: of each run; all runs have the same random draws.
        progress: whether a terminal or a notebook shows how far the steps and their simulations are, with the time left
            if all steps are needed.

    Raises:
        RequestError: for a measure that does not exist, or a key that holds no number.
        ConfigError, CensusError, SimulationError: as ``simulate``.
    """
    whole = load_config(config)
    asked = with_changes(whole, {"uncertainty.assumptions": ()})
    if not targets:
        raise RequestError("targets: name at least one measure and its value, such as payroll=41200000")
    names = [measure_name(name, MEASURES, "targets") for name in targets]
    keys = list(dict.fromkeys(_key(name) for name in targets)) if moving is None else list(moving)
    start = np.array([_value(asked, key) for key in keys])
    wanted = np.array([float(value) for value in targets.values()])
    with meter(progress) as tell:
        told = _Told(tell, len(keys))
        problem = _Problem(asked, keys, names, census, year or _first_whole_year(asked), replicates, told)
        first = problem.outcome(start)
        found, last = _solved(problem, start, first, wanted)
    values = dict(zip(keys, found.tolist(), strict=True))
    met = np.abs(last - wanted) <= CLOSE * np.maximum(np.abs(wanted), 1e-9)
    return Calibration(
        with_changes(whole, values),
        pl.DataFrame({"key": keys, "before": start, "after": found}),
        pl.DataFrame({"measure": list(targets), "target": wanted, "before": first, "after": last, "met": met}),
    )


def _first_whole_year(config: Config) -> int:
    first = plan_year(config.simulation, config.simulation.start_year)
    return first.year + first.short


@dataclass
class _Told:
    """Tells how far it is: the step, its run (an ensemble each), and the simulations of that."""

    tell: Tell | None
    keys: int
    step: int = 0
    run: int = 0

    def begin(self, step: int) -> None:
        """Take note of a step that begins."""
        self.step, self.run = step, 0

    def __call__(self, done: int, count: int) -> None:
        """Tell how many simulations of a run are done."""
        if self.tell is not None:
            share = (self.step - 1 + (self.run + done / count) / (2 * self.keys + HALVINGS)) / STEPS
            step = f"step {self.step}, at most {STEPS}" if self.step else "as configured"
            self.tell(f"{step}: {simulations_done(done, count)}", round(_PARTS * max(share, 0.0)), _PARTS)
        self.run += done == count


_PARTS = 10_000


@dataclass(frozen=True)
class _Problem:
    """The measures as a function of the keys."""

    config: Config
    keys: list[str]
    measures: list[str]
    census: Any
    year: int
    replicates: int
    told: _Told

    def outcome(self, values: Floats) -> Floats:
        """Return the measures of the year, amounts in dollars."""
        span = {"simulation.end_year": self.year}
        config = with_changes(self.config, {**dict(zip(self.keys, values.tolist(), strict=True)), **span})
        found = simulate_ensemble(config, census=self.census, replicates=self.replicates, progress=self.told).replicates
        means = found.filter(pl.col("year") == self.year).select(pl.col(self.measures).mean()).row(0)
        absent = [name for name, value in zip(self.measures, means, strict=True) if value is None]
        if absent:
            raise RequestError(f"targets: {absent[0]} has no value in {self.year}")
        return np.array([m / 100 if n.endswith("_cents") else m for m, n in zip(means, self.measures, strict=True)])

    def possible(self, values: Floats) -> Floats | None:
        """Return the measures; None for values that are not allowed."""
        try:
            return self.outcome(values)
        except (ConfigError, SimulationError):
            return None


def _solved(problem: _Problem, start: Floats, first: Floats, wanted: Floats) -> tuple[Floats, Floats]:
    """Return the values of the keys and the measures after at most six smallest steps."""
    at, now = start, first
    scale, size = np.maximum(np.abs(start), LEAST), np.maximum(np.abs(wanted), 1e-9)
    for step in range(1, STEPS + 1):
        problem.told.begin(step)
        if (np.abs(now - wanted) <= CLOSE * size).all():
            break
        slopes = _slopes(problem, at, now, scale) / size[:, None]
        change = scale * (np.linalg.pinv(slopes, rcond=1e-6) @ ((wanted - now) / size))
        tried = _halved(problem, at, change, np.abs((now - wanted) / size).sum(), wanted, size)
        if tried is None:
            break
        at, now = tried
    return at, now


def _halved(
    problem: _Problem, at: Floats, step: Floats, worst: float, wanted: Floats, size: Floats
) -> tuple[Floats, Floats] | None:
    """Return the first of a step, its half, its quarter, ... that is possible and improves; None without one."""
    for halved in range(HALVINGS):
        values = np.round(at + step / 2**halved, 6)
        found = problem.possible(values)
        if found is not None and np.abs((found - wanted) / size).sum() < worst:
            return values, found
    return None


def _slopes(problem: _Problem, at: Floats, now: Floats, scale: Floats) -> Floats:
    """Return how much each measure changes with each key, relative to its size."""
    found = []
    for i, size in enumerate(scale):
        for side in (SLOPE, -SLOPE):
            values = at.copy()
            values[i] = round(at[i] + side * size, 6)
            moved = problem.possible(values)
            if moved is not None:
                found.append((moved - now) / side)
                break
        else:
            found.append(np.zeros(len(now)))
    return np.array(found).T


def _key(name: str) -> str:
    plain = name.removesuffix("_cents")
    if plain not in MOVES:
        raise RequestError(
            f"targets: {name}: say in moving which key may move; that is known of {', '.join(MOVES)} only"
        )
    return MOVES[plain]


def _value(config: Config, key: str) -> float:
    value = dict(flattened(config.model_dump(by_alias=True))).get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise RequestError(f"moving: {key}: holds no single number; name another key, or one year of a table")
    return float(value)
