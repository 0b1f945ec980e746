"""Ensembles: many replicates of one set of assumptions, their means and their spread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import polars as pl

from workforce_sim.config import Config
from workforce_sim.config.effect.notes import idle_draws
from workforce_sim.dates import period_label, year_label
from workforce_sim.display.by_year import bands_table
from workforce_sim.display.card import Card
from workforce_sim.display.passed_on import PassedOn
from workforce_sim.display.picture import Picture
from workforce_sim.display.plots import bands_plot
from workforce_sim.engine.own import OwnEvent
from workforce_sim.ensembles.bands import MEASURES, bands, measures
from workforce_sim.ensembles.batch import Job
from workforce_sim.ensembles.carrying import carried_out
from workforce_sim.ensembles.recording import finish, recorded
from workforce_sim.ensembles.spread import certain, chosen, unvaried
from workforce_sim.errors import RequestError, asked
from workforce_sim.plan.loading import load_config
from workforce_sim.result.result import Result
from workforce_sim.simulation.run import begin, joined
from workforce_sim.store.header import Header, Origin
from workforce_sim.store.writer import refuse_inputs
from workforce_sim.wording import counted
from workforce_sim.wording.progress import Count, simulations

if TYPE_CHECKING:
    from workforce_sim.ensembles.attribution import Attribution

LEAST = 30
"""Replicates before an ensemble can reach its target precision, and between later checks of it."""


@dataclass(frozen=True, repr=False)
class Ensemble(PassedOn):
    """Many replicates.

    Attributes:
        replicates: one row per replicate and year, columns of ``tables.SUMMARY``; sorted.
        config: the configuration that was simulated; replicates draw its uncertain assumptions.
        notes: what was imputed, ignored or dropped in the census; compliance warnings; requested sources that do not
            vary.
        kept: whole results of the requested replicates, by number.
        sure: the relative standard error that each measure of ``until`` reached; empty without it.
        origin: census and versions; for an ensemble on disk, those in its folder.
    """

    replicates: pl.DataFrame
    config: Config
    notes: tuple[str, ...] = ()
    kept: Mapping[int, Result] = field(default_factory=dict)
    sure: Mapping[str, float] = field(default_factory=dict)
    origin: Origin | Header = field(default=Origin(), compare=False)

    @cached_property
    def header(self) -> Header:
        """The request: configuration, fingerprint of the census, versions."""
        return self.origin if isinstance(self.origin, Header) else self.origin.header(self.config, self.notes)

    @cached_property
    def bands(self) -> pl.DataFrame:
        """One row per year and measure: mean and P5 to P95, each with its standard error; see ``ensembles.bands``."""
        return bands(self.replicates)

    @property
    def count(self) -> int:
        """How many replicates there are."""
        return self.replicates["replicate"].n_unique()

    def report(
        self, path: str | Path, *, discount_rate: float | None = None, attribution: Attribution | None = None
    ) -> Path:
        """Write one page about the ensemble, an HTML file for people to read, and return its path.

        Args:
            path: file to write, ending in ``.html``; an older report there is replaced.
            discount_rate: yearly rate for present values; 0.05 when left out.
            attribution: a result of ``attribution``: the page then shows chance, years and assumptions separately.

        Raises:
            RequestError: for a path that is no place for a report, or a rate below 0 or above 0.5.
            LedgerError: when the file cannot be written.
        """
        return self._page(path, rate=discount_rate, attribution=attribution)

    def __repr__(self) -> str:
        return f"<Ensemble of {counted(self.count, 'simulation')}, {self._span}>"

    def _card(self) -> Card:
        title = f"{counted(self.count, 'simulation')} of {self._span}: means"
        return Card(title, (bands_table(self.bands, self._year_label),), self.notes)

    def plot(self, measure: str) -> Picture:
        """Return a picture of a measure by year: its mean, and bands of percentiles.

        Args:
            measure: a measure of the summary, such as ``net_employer_cost``; ``_cents`` may be left out.

        Raises:
            RequestError: for another name, or a measure without values.
        """
        return bands_plot(self.bands, asked.measure_name(measure, measures(self.replicates)), self._year_label)

    def _year_label(self, year: int) -> str:
        return year_label(self.config.simulation, year)

    @property
    def _span(self) -> str:
        return period_label(self.config.simulation, self.replicates["year"].unique().sort().to_list())


def simulate_ensemble(
    config: Any = None,
    *,
    census: Any = None,
    replicates: int | Iterable[int] = 1_000,
    executor: Executor | None = None,
    progress: Count | bool | None = True,
    events: Iterable[int] = (),
    until: Mapping[str, float | str] | None = None,
    out: str | Path | None = None,
    spread: str | Iterable[str] | None = None,
    own_events: Iterable[OwnEvent] = (),
) -> Ensemble:
    """Simulate many replicates and keep their summaries.

    Replicate r is the result of ``simulate(..., replicate=r)``, to the cent, for any batches, workers or order.

    Args:
        config: path, dict or loaded configuration; the documented defaults when left out.
        census: path, frame or read census; what the configuration names when left out, else a synthetic one.
        replicates: how many, from 0, up to a million; or their numbers, below 2^31.
        executor: anything with the interface of ``concurrent.futures.Executor``: a process pool, or that of a cluster;
            left out, one thread for each processor.
        progress: called after each batch with how many replicates are done, and how many there are at most; True shows
            a line with the time left on a terminal or in a notebook.
        events: numbers of replicates whose whole results to keep.
        until: stop when the mean of a measure reaches its target precision in every year: its name, and the largest
            standard error as a share of the mean, such as ``{"net_employer_cost": "0.5%"}``; at least 30 are made.
        out: folder to write the replicates to, batch by batch, and the bands at the end; in the folder of the
            same ensemble it continues: see ``ensembles.recording``.
        spread: what varies between replicates: ``"chance"``, ``"year"``, ``"assumptions"`` or a set of them, with the
            others off; left out, all that the configuration has. See ``docs/model/uncertainty.md``.
        own_events: events of your own, made with ``event``.

    Raises:
        RequestError: for invalid replicates, ``until`` or ``spread``; for ``events`` or ``out`` if chance is off, since
            ``simulate`` does not give such replicates.
        ConfigError, CensusError, SimulationError: as ``simulate``.
        LedgerError: for a folder that holds anything else, is being written by another, or cannot be written.
    """
    wanted = asked.replicates(replicates)
    own = tuple(own_events)
    targets = relative_targets(until or {}, own)
    sources = chosen(spread)
    wanted_whole = _whole(events)
    if sources.common is not None and (wanted_whole or out is not None):
        raise RequestError("spread: events and out need replicates with chance of their own; add 'chance'")
    written = sources.held(load_config(config))
    if out is not None:
        refuse_inputs(Path(out), config, written.census.path if census is None else census)
    run = begin(certain(written), census=census, own=own)
    notes = (*run.notes, *idle_draws(written), *(unvaried(sources, written) if spread is not None else ()))
    job, folder = Job(written, run.opening, sources.common, own), None if out is None else Path(out)
    parts = carried_out(job, wanted, executor)
    if folder is not None:
        header = run.origin.header(written, notes)
        parts = recorded(folder, header, wanted, lambda numbers, keep: carried_out(job, numbers, executor, keep))
    with closing(parts), simulations(progress) as tell:
        found, sure = _collected(parts, len(written.simulation.years), len(wanted), tell, targets)
    kept = {r: whole(written, census, r, own) for r in wanted_whole}
    ensemble = Ensemble(found, written, notes, kept, sure, run.origin)
    if folder is not None:
        finish(folder, ensemble)
    return ensemble


class Configured(Protocol):
    """Anything that comes of one configuration."""

    @property
    def config(self) -> Config:
        """The configuration."""


def any_plan(found: Iterable[Configured]) -> bool:
    """Return whether any of several results has a plan; without one, people are told of payroll and headcount."""
    return any(each.config.plan.enabled for each in found)


def whole(config: Config, census: Any, replicate: int, own: Sequence[OwnEvent] = ()) -> Result:
    """Return the whole result of one replicate, in memory."""
    run = begin(config, census=census, replicate=replicate, own=own)
    return run.result(joined(list(run.years())))


def _whole(events: Iterable[int]) -> list[int]:
    """Return the numbers of the replicates whose whole results to keep, each once."""
    numbers = asked.numbers(events)
    if numbers is None:
        what = f"expected numbers of replicates from 0 to {asked.LAST_REPLICATE:,}"
        raise RequestError(f"events: {what} (got {events!r:.40})")
    return numbers


def relative_targets(until: Mapping[str, float | str], own: Sequence[OwnEvent] = ()) -> dict[str, float]:
    """Return the largest relative standard error by measure."""
    known = (*MEASURES, *(name for event in own for name in event.measures or ()))
    return {asked.measure_name(name, known, "until"): _share(name, value) for name, value in until.items()}


def _share(name: str, value: float | str) -> float:
    try:
        share = float(value[:-1]) / 100 if isinstance(value, str) and value.endswith("%") else float(value)
    except (TypeError, ValueError):
        share = 0.0
    if not 0 < share < 1:
        raise RequestError(f"until: {name}: expected a share such as 0.005 or '0.5%' (got {value!r})")
    return share


def _collected(
    batches: Iterable[pl.DataFrame],
    years: int,
    wanted: int,
    tell: Count | None,
    targets: Mapping[str, float],
) -> tuple[pl.DataFrame, dict[str, float]]:
    """Return the summaries of all replicates, or of those needed to reach the target precision."""
    parts: list[pl.DataFrame] = []
    done = 0
    for part in batches:
        parts.append(part)
        before, done = done, done + part.height // years
        if tell is not None:
            tell(done, wanted)
        for count in range((before // LEAST + 1) * LEAST, done + 1, LEAST) if targets else ():
            found = pl.concat(parts).head(count * years)
            sure = relative_errors(found, targets)
            if all(sure[name] <= largest for name, largest in targets.items()):
                return found, sure
    found = pl.concat(parts)
    return found, relative_errors(found, targets)


def relative_errors(replicates: pl.DataFrame, measures: Iterable[str]) -> dict[str, float]:
    """Return the largest standard error of each measure's mean over the years, as a share of it."""
    errors = {name: (pl.col(name).std() / pl.len().sqrt() / pl.col(name).mean().abs()).fill_nan(0) for name in measures}
    if not errors:
        return {}
    yearly = replicates.group_by("year").agg(**errors)
    return {name: float(yearly[name].fill_null(float("inf")).max() or 0.0) for name in errors}  # type: ignore[arg-type]
