"""The sources of the spread of an ensemble: chance, years, assumptions, and their interaction.

Chapter: ``docs/model/uncertainty.md``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from workforce_sim.config import Config
from workforce_sim.dates import year_label
from workforce_sim.display.card import Card
from workforce_sim.display.displayed import Displayed
from workforce_sim.ensembles.bands import MEASURES, Values
from workforce_sim.ensembles.cards import attribution_card
from workforce_sim.ensembles.ensemble import Ensemble, simulate_ensemble
from workforce_sim.ensembles.spread import SOURCES, varying
from workforce_sim.ensembles.wording import SHOWN, table, value
from workforce_sim.errors import RequestError
from workforce_sim.errors.asked import MOST_REPLICATES, measure_name, whole, within
from workforce_sim.plan.loading import load_config
from workforce_sim.simulation.run import census_of
from workforce_sim.wording import counted
from workforce_sim.wording.progress import Count, counting, simulations

FEWEST = 10
ALL, REST = "all", "interaction"
ROWS = (*SOURCES, REST, ALL)
DEFAULT = ("headcount_closing", "payroll_cents", "net_employer_cost_cents")

SCHEMA: dict[str, Any] = {
    "year": pl.Int32,
    "measure": pl.String,
    "source": pl.Enum(ROWS),
    "sd": pl.Float64,
    "variance": pl.Float64,
    "variance_error": pl.Float64,
    "share": pl.Float64,
    "share_error": pl.Float64,
}


@dataclass(frozen=True, repr=False)
class Attribution(Displayed):
    """The variance of measures by source.

    Attributes:
        table: one row per year, measure and source: ``chance``, ``year``, ``assumptions``, ``interaction`` (what is
            left of all) and ``all``; sd in the unit of the measure (null of a rest below 0), variance, share of the
            variance of all, and the standard errors of the last two. Null where no replicate has a value.
        ensembles: with which it was made, by source; sources that the configuration does not have are missing.
    """

    table: pl.DataFrame
    ensembles: Mapping[str, Ensemble] = field(compare=False)

    def __repr__(self) -> str:
        return f"<Attribution over {counted(self.ensembles[ALL].count, 'simulation')}>"

    def _card(self) -> Card:
        return attribution_card(self)

    def __str__(self) -> str:
        return readable(self)


def attribution(
    config: Any = None,
    *,
    census: Any = None,
    replicates: int = 200,
    measures: Iterable[str] = DEFAULT,
    years: Iterable[int] | None = None,
    executor: Executor | None = None,
    progress: Count | bool | None = True,
) -> Attribution:
    """Return how much of the spread of measures each source makes alone.

    An ensemble is simulated for each source of the configuration, with the others off, and one with all. All
    have the same replicates and therefore the same draws.

    Args:
        config: path, dict or loaded configuration; the documented defaults when left out.
        census: path, frame or read census; what the configuration names when left out, else a synthetic one.
        replicates: how many of each, at least 10.
        measures: names of summary measures, ``_cents`` may be left out.
        years: plan years; the last one when left out.
        executor: as for ``simulate_ensemble``.
        progress: called with how many simulations are done of all sources; True shows a line with the time left on a
            terminal or in a notebook.

    Raises:
        RequestError: for fewer replicates, for unknown measures or years.
        ConfigError, CensusError, SimulationError: as ``simulate``.
    """
    replicates = within("replicates", replicates, FEWEST, MOST_REPLICATES)
    chosen = load_config(config)
    names, asked = _measures(measures), _years(chosen, years)
    read = census_of(chosen, census)
    sources = varying(chosen)
    spreads: dict[str, Iterable[str]] = {source: {source} for source in sources}
    if len(sources) > 1:
        spreads[ALL] = sources
    with simulations(progress) as tell:
        ensembles = {
            name: simulate_ensemble(
                chosen,
                census=read,
                replicates=replicates,
                executor=executor,
                spread=spread,
                progress=counting(tell, place, len(spreads)),
            )
            for place, (name, spread) in enumerate(spreads.items())
        }
    ensembles.setdefault(ALL, ensembles[sources[0]])
    rows = [row for year in asked for name in names for row in _rows(ensembles, name, year)]
    return Attribution(pl.DataFrame(rows, schema=SCHEMA, orient="row"), ensembles)


def _measures(measures: Iterable[str]) -> list[str]:
    given = [measures] if isinstance(measures, str) else list(measures)
    if not given:
        raise RequestError(f"measures: give at least one of {', '.join(MEASURES)}")
    return [measure_name(name, MEASURES, "measures") for name in given]


def _years(config: Config, years: Iterable[int] | None) -> list[int]:
    simulated = config.simulation.years
    asked = [simulated[-1]] if years is None else list(years)
    wrong = [year for year in asked if whole(year) not in simulated]
    if wrong or not asked:
        raise RequestError(f"years: {wrong or 'none'} are not among {simulated[0]} to {simulated[-1]}")
    return asked


# --- one measure of one year ---


def _rows(ensembles: Mapping[str, Ensemble], measure: str, year: int) -> Iterator[tuple[Any, ...]]:
    values = _values(ensembles, measure, year)
    if len(values[ALL]) < FEWEST:
        yield from ((year, measure, row, *[None] * 5) for row in ROWS)
        return
    squares = {row: _squares(values.get(row, np.zeros_like(values[ALL]))) for row in (*SOURCES, ALL)}
    squares[REST] = squares[ALL] - sum(squares[source] for source in SOURCES)
    whole = float(squares[ALL].mean())
    for row in ROWS:
        variance = float(squares[row].mean())
        error = mean_error(squares[row]) if row == REST else variance_error(values[row]) if row in values else 0.0
        sd = math.sqrt(variance) if variance >= 0 else None
        yield year, measure, row, sd, variance, error, *share_of(squares[row], squares[ALL], whole)


def _values(ensembles: Mapping[str, Ensemble], measure: str, year: int) -> dict[str, Values]:
    """Return the values of the replicates that have one in every ensemble, by source."""
    columns = [
        ensemble.replicates.filter(pl.col("year") == year)[measure].cast(pl.Float64).alias(name)
        for name, ensemble in ensembles.items()
    ]
    frame = pl.DataFrame(columns).drop_nulls()
    return {name: frame[name].to_numpy() for name in frame.columns}


def _squares(values: Values) -> Values:
    """Return squared deviations whose mean is the sample variance."""
    return (values - values.mean()) ** 2 * (len(values) / (len(values) - 1))


def mean_error(values: Values) -> float:
    """Return the standard error of a mean."""
    return float(values.std(ddof=1) / math.sqrt(len(values)))


def variance_error(values: Values) -> float:
    """Return the standard error of a sample variance, from the fourth moment.

    Source: E. Cho, M. J. Cho, "Variance of sample variance", Proceedings of the Survey Research Methods Section, ASA,
    2008: Var(v) = (mu4 - sigma^4 (n - 3) / (n - 1)) / n.
    """
    n, v = len(values), float(values.var(ddof=1))
    fourth = float(((values - values.mean()) ** 4).mean())
    return math.sqrt(max(0.0, fourth - v * v * (n - 3) / (n - 1)) / n)


def share_of(part: Values, squares: Values, whole: float) -> tuple[float | None, float | None]:
    """Return a share of the variance of all and its standard error, by linearization of the ratio of two means."""
    if not whole:
        return None, None
    share = float(part.mean()) / whole
    return share, mean_error(part - share * squares) / whole


# --- as text ---


def readable(found: Attribution) -> str:
    """Return the shares as text, a line for each measure and year."""
    lines = table(("", "year", "sd of all", *(f"{name} %" for name in ROWS[:-1])), _lines(found))
    count = counted(found.ensembles[ALL].count, "simulation")
    about = f"shares of the variance, {count} for each source, +- standard error, without that of replicate 0's draws"
    return "\n".join([about, "", *lines])


def _lines(found: Attribution) -> Iterator[tuple[str, ...]]:
    simulation = found.ensembles[ALL].config.simulation
    for (year, measure), part in found.table.group_by("year", "measure", maintain_order=True):
        by_source = {row["source"]: row for row in part.to_dicts()}
        name, sd = str(measure), by_source[ALL]["sd"]
        shares = (_cell(by_source[row]) for row in ROWS[:-1])
        yield SHOWN.get(name, name), year_label(simulation, int(str(year))), value(name, sd), *shares


def _cell(row: Mapping[str, Any]) -> str:
    return "-" if row["share"] is None else f"{100 * row['share']:.1f} +- {100 * row['share_error']:.1f}"
