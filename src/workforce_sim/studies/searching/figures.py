"""What a search looks at: one figure of each simulation, such as the cost of all years or participation in the last.

Chapter: ``docs/model/searching.md``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workforce_sim.config import Config
from workforce_sim.config.drawing import Swap
from workforce_sim.config.workforce import Simulation
from workforce_sim.dates import year_label
from workforce_sim.engine.own import OwnEvent, event
from workforce_sim.ensembles.bands import MEASURES
from workforce_sim.ensembles.ensemble import simulate_ensemble
from workforce_sim.ensembles.indices import swapped
from workforce_sim.ensembles.pairing import comparable
from workforce_sim.ensembles.totals import OF_PAYROLL, horizon
from workforce_sim.errors import RequestError
from workforce_sim.errors.asked import measure_name
from workforce_sim.tables import OF_A_DAY, SUMMARY
from workforce_sim.wording.measures import is_share, label, moved, shown

Floats = NDArray[np.float64]

_SAVING = re.compile(r"saving\s*>=\s*([0-9.]+)\s*%")
_AT = re.compile(r"(.*?)\s*(?:@|\bin\b)\s*([0-9]{4})")
_ELIGIBLE = "eligible"
SHORT = {"net_employer_cost_share": OF_PAYROLL, "employer_cost_share": OF_PAYROLL}
"""Other names of measures."""

_OF_PROVISIONS = [measure.name for measure in SUMMARY if measure.needs and measure.dtype == pl.Int64]
"""Amounts and counts that a run without some provision lacks."""


@dataclass(frozen=True)
class Figure:
    """A figure of a simulation.

    Attributes:
        measure: of the summary, or ``saving_BP``: who defers at least so many basis points at year end.
        year: its year; None for all years together, or the last one where years do not add up.
        when: the year as people read it.
    """

    measure: str
    year: int | None = None
    when: str = field(default="", compare=False)

    @property
    def name(self) -> str:
        """What people call it."""
        bp = _saving_bp(self.measure)
        what = label(self.measure) if bp is None else f"Share saving {bp / 100:g}% or more: eligible employees"
        return what if self.year is None else f"{what} in {self.when or self.year}"

    @property
    def unit(self) -> int:
        """How many of its units make one that people count in: 100 cents are a dollar."""
        return 100 if self.measure.endswith("_cents") else 1

    @property
    def is_share(self) -> bool:
        """Whether it is a share, not an amount or a count."""
        return _saving_bp(self.measure) is not None or is_share(self.measure)

    @property
    def adds_up(self) -> bool:
        """Whether its value for all people is the sum of those of their parts."""
        return not self.is_share and not self.measure.startswith("average_")

    def shown(self, value: float | None) -> str:
        """Return a value as people read it."""
        return shown(self._shown_as, value)

    def moved(self, difference: float | None) -> str:
        """Return a difference as people read it."""
        return moved(self._shown_as, difference)

    @property
    def _shown_as(self) -> str:
        return self.measure if _saving_bp(self.measure) is None else "participation_rate"

    def of(self, replicates: pl.DataFrame) -> Floats:
        """Return its value in each replicate, in their order; NaN without one.

        Args:
            replicates: one row per replicate and year, with the measures.
        """
        together = self.year is None and self.measure not in OF_A_DAY and not self._of_one_year
        rows = horizon(replicates) if together else _at(replicates, self.year)
        values = rows.sort("replicate").select(self._value().cast(pl.Float64)).to_series()
        return values.fill_null(np.nan).to_numpy()

    @property
    def _of_one_year(self) -> bool:
        return self.is_share and self.measure != OF_PAYROLL

    def _value(self) -> pl.Expr:
        return (
            pl.col(self.measure) / pl.col(_ELIGIBLE) if _saving_bp(self.measure) is not None else pl.col(self.measure)
        )


def _at(replicates: pl.DataFrame, year: int | None) -> pl.DataFrame:
    last = replicates["year"].max() if year is None else year
    return replicates.filter(pl.col("year") == last)


def figure(asked: str, simulation: Simulation, what: str = "measure") -> Figure:
    """Return the figure of a text: a measure, ``saving>=10%``, and a year after ``@``.

    Raises:
        RequestError: for another measure, or a year that is not simulated.
    """
    said = _AT.fullmatch(asked.strip())
    name, year = (said[1], int(said[2])) if said else (asked.strip(), None)
    years, when = simulation.years, "" if year is None else year_label(simulation, year)
    if year is not None and year not in years:
        raise RequestError(f"{what}: {year} is not among {years[0]} to {years[-1]}")
    saving = _SAVING.fullmatch(name)
    if saving:
        return Figure(f"saving_{_bp(saving[1], what)}", year, when)
    return Figure(measure_name(SHORT.get(name, name), MEASURES, what), year, when)


def _bp(percent: str, what: str) -> int:
    try:
        bp = round(float(percent) * 100)
    except ValueError:
        bp = 0
    if not 0 < bp <= 10_000:
        raise RequestError(f"{what}: saving>={percent}% must be above 0% and at most 100%")
    return bp


def _saving_bp(measure: str) -> int | None:
    found = re.fullmatch(r"saving_([0-9]+)", measure)
    return int(found[1]) if found else None


def simulated(
    config: Config,
    figures: Sequence[Figure],
    census: Any,
    replicates: int | Sequence[int],
    swap: Swap | None = None,
) -> dict[Figure, Floats]:
    """Return figures in each simulation, in their order; NaN without a value.

    Amounts and counts of what the configuration lacks are 0. With ``swap``, some draws of assumptions are those of
    other simulations.

    Raises:
        SimulationError: as ``simulate``.
    """
    own, numbers = _measured_by(figures), range(replicates) if isinstance(replicates, int) else replicates
    if swap is None:
        found = simulate_ensemble(config, census=census, replicates=numbers, progress=None, own_events=own).replicates
    else:
        found = swapped(config, swap, census, numbers, own)
    rows = comparable(found, config).with_columns(pl.col(_OF_PROVISIONS).fill_null(0))
    return {each: each.of(rows) for each in figures}


def _measured_by(figures: Iterable[Figure]) -> tuple[OwnEvent, ...]:
    """Return the events that count what the summary does not."""
    counted = {_saving_bp(each.measure) for each in figures} - {None}
    return tuple(_savers(bp) for bp in sorted(bp for bp in counted if bp is not None))


@cache
def _savers(bp: int) -> OwnEvent:
    """Return an event that counts who stays and defers at least so much, under the name of its measure."""
    saves = (pl.col("leaves") == 0) & (pl.col("new_deferral_bp") >= bp)

    def counting(staff: pl.LazyFrame, _: object) -> pl.LazyFrame:
        return staff

    counting.__name__ = f"counting_savers_of_{bp}"
    return event(after="account", measures={f"saving_{bp}": saves})(counting)
