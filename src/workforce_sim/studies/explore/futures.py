"""The simulations of designs: a few at a time, each kept, so that a picture comes soon and grows sharper."""

from __future__ import annotations

import json
import math
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from workforce_sim.config import Config
from workforce_sim.ensembles.comparing import compare
from workforce_sim.ensembles.ensemble import simulate_ensemble
from workforce_sim.ensembles.pairing import comparable
from workforce_sim.ensembles.spread import varying
from workforce_sim.reporting.pages.horizon import DISCOUNT_RATE
from workforce_sim.reporting.pages.results import page_of
from workforce_sim.simulation.run import census_of
from workforce_sim.studies.explore.design import ExploredDesign
from workforce_sim.studies.explore.sample import samples
from workforce_sim.studies.explore.turns import Turns
from workforce_sim.studies.searching.figures import Figure, Floats

FIRST, MORE, MORE_OF_ALL = 20_000, 30_000, 100_000
"""Employees of a batch, in all its simulations: of the first one, of a later one, of a later one without a sample."""

OF_SAMPLES, OF_ALL = 300, 100
"""Simulations after which a design is done."""

REPORTED = 1_000_000
"""Employees of a report in all its simulations; of these there are 10 to 100."""

KEPT = 60
"""Designs whose simulations are kept; the one that was not simulated for longest goes first."""

FIRST_PICTURE, SHARPER, WHOLE = range(3)
"""How urgent a batch is."""


@dataclass(frozen=True)
class FuturesBatch:
    """Some simulations of a design.

    Attributes:
        rows: one row per simulation and year, columns of ``tables.SUMMARY``.
        sample: number of the sample, from 0.
        scale: how many employees of the census stand behind each that was simulated.
        notes: of the simulations.
    """

    rows: pl.DataFrame
    sample: int
    scale: float
    notes: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many simulations there are."""
        return self.rows["replicate"].n_unique()


@dataclass(frozen=True)
class DesignFutures:
    """The simulations of a design so far, as figures of the whole census.

    Attributes:
        design: which.
        batches: the simulations, each batch of another sample.
        narrow: by how much the range of the whole census is narrower than that of a sample.
    """

    design: ExploredDesign
    batches: tuple[FuturesBatch, ...]
    narrow: float

    @property
    def years(self) -> range:
        """The plan years."""
        return self.design.config.simulation.years

    @property
    def count(self) -> int:
        """How many simulations there are."""
        return simulations(self.batches)

    def of(self, figure: Figure) -> Floats:
        """Return a figure in each simulation, scaled up to the whole census; NaN where there is none."""
        return figure.of(self._rows) * (self._of_each("scale") if figure.adds_up else 1.0)

    def with_range_of_all(self, values: Floats) -> Floats:
        """Return values of the first simulations around their mean as those of the whole census are.

        How far samples are from each other is no chance of the whole census: what counts is how far the values of one
        sample are from the mean of that sample.
        """
        samples, known = self._of_each("sample")[: len(values)], ~np.isnan(values)
        counts = np.maximum(np.bincount(samples[known], minlength=samples.max() + 1), 1)
        sums = np.bincount(samples[known], values[known], minlength=len(counts))
        middle = sums.sum() / max(known.sum(), 1)
        lost = math.sqrt((len(values) - 1) / max(len(values) - len(np.unique(samples)), 1))  # by as many means
        return middle + self.narrow * lost * (values - (sums / counts)[samples])

    @cached_property
    def _rows(self) -> pl.DataFrame:
        return pl.concat([batch.rows for batch in self.batches])

    def _of_each(self, attribute: str) -> Any:
        """Return an attribute of the batch of each simulation."""
        return np.repeat([getattr(batch, attribute) for batch in self.batches], [batch.count for batch in self.batches])


class Futures:
    """Simulations of designs of one census.

    Args:
        config: what the designs change; names the census.
    """

    def __init__(self, config: Config) -> None:
        self.everybody = census_of(config, None)
        self.samples = samples(self.everybody, config)
        self._turns = Turns()
        self._kept: OrderedDict[str, tuple[FuturesBatch, ...]] = OrderedDict()

    @property
    def has_samples(self) -> bool:
        """Whether designs are first simulated on samples."""
        return len(self.samples) > 1

    def target(self, *, whole: bool) -> int:
        """Return after how many simulations a design is done."""
        return OF_ALL if whole else OF_SAMPLES

    def grown(
        self, design: ExploredDesign, have: int, *, whole: bool, wanted: Callable[[], bool]
    ) -> DesignFutures | None:
        """Return the simulations of a design: more than there were, unless it is done; None if nobody waits any more.

        Args:
            design: which.
            have: how many simulations were seen; none for a first picture.
            whole: whether the whole census is simulated, not samples of it.
            wanted: whether anybody still waits.

        Raises:
            CensusError, SimulationError: as ``simulate``.
        """
        key = json.dumps([whole, sorted(design.moved.items())])
        batches = self._kept.get(key, ())
        if simulations(batches) <= have < self.target(whole=whole):
            with self._turns.turn((WHOLE if whole else SHARPER) if have else FIRST_PICTURE):
                if not wanted():
                    return None
                batches = self._more(key, design, have, whole=whole)
        return DesignFutures(design, batches, self._narrow(design, whole=whole))

    def report(self, designs: Sequence[ExploredDesign]) -> bytes:
        """Return the report of one design, or of the comparison of two, of the whole census."""
        count = min(max(REPORTED // max(len(self.everybody), 1), 10), 100)
        if len(designs) > 1:
            configs = {each.name: each.config for each in designs}
            return page_of(compare(configs, census=self.everybody, replicates=count, progress=None), DISCOUNT_RATE)
        found = simulate_ensemble(designs[0].config, census=self.everybody, replicates=count, progress=None)
        return page_of(found, DISCOUNT_RATE)

    def _more(self, key: str, design: ExploredDesign, have: int, *, whole: bool) -> tuple[FuturesBatch, ...]:
        """Simulate a design a few more times, unless another request has just done so."""
        batches = self._kept.get(key, ())
        if simulations(batches) <= have:
            batches = (*batches, self._batch(design, batches, whole=whole))
        self._kept[key] = batches
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return batches

    def _batch(self, design: ExploredDesign, batches: Sequence[FuturesBatch], *, whole: bool) -> FuturesBatch:
        """Return the next simulations of a design, of the next sample."""
        sample = 0 if whole else len(batches) % len(self.samples)
        census = self.everybody if whole else self.samples[sample]
        size = (MORE_OF_ALL if whole else MORE) if batches else FIRST
        done = simulations(batches)
        upto = min(done + max(1, size // max(len(census), 1)), self.target(whole=whole))
        found = simulate_ensemble(design.config, census=census, replicates=range(done, upto), progress=None)
        rows = comparable(found.replicates, design.config)
        return FuturesBatch(rows, sample, len(self.everybody) / max(len(census), 1), found.notes)

    def is_too_wide(self, design: ExploredDesign, *, whole: bool) -> bool:
        """Return whether ranges stay those of a sample: only chance evens out over more employees."""
        return self.has_samples and not whole and len(varying(design.config)) > 1

    def _narrow(self, design: ExploredDesign, *, whole: bool) -> float:
        """Return the share of a sample's range that the whole census has, as far as it is known."""
        as_it_is = whole or self.is_too_wide(design, whole=whole)
        return 1.0 if as_it_is else math.sqrt(1 / len(self.samples))


def simulations(batches: Sequence[FuturesBatch]) -> int:
    """Return how many simulations there are in batches."""
    return sum(batch.count for batch in batches)
