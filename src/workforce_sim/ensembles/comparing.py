"""Scenarios with the same random draws: their differences, how precise these are, and who gains and loses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from workforce_sim.census import Census
from workforce_sim.config import Config
from workforce_sim.display.card import Card
from workforce_sim.display.passed_on import PassedOn
from workforce_sim.display.picture import Picture
from workforce_sim.engine.own import OwnEvent
from workforce_sim.ensembles import pairing, people
from workforce_sim.ensembles.bands import bands, measures
from workforce_sim.ensembles.cards import comparison_card
from workforce_sim.ensembles.comparing_text import readable
from workforce_sim.ensembles.cuts import adding_up, by_group, cut, taken_apart
from workforce_sim.ensembles.ensemble import Ensemble, simulate_ensemble, whole
from workforce_sim.ensembles.plots import comparison_plot
from workforce_sim.ensembles.scenario_file import scenario_file
from workforce_sim.ensembles.scenarios import loaded
from workforce_sim.ensembles.spread import certain
from workforce_sim.errors import RequestError, asked
from workforce_sim.result.summary import HIRED
from workforce_sim.share.suppression import LEAST
from workforce_sim.simulation.run import begin, census_of
from workforce_sim.store.header import Header
from workforce_sim.wording import PATHS, changes, counted, value_text
from workforce_sim.wording.progress import Count, counting, simulations
from workforce_sim.wording.terminal import printable

if TYPE_CHECKING:
    from workforce_sim.ensembles.attribution import Attribution


@dataclass(frozen=True, repr=False)
class Comparison(PassedOn):
    """Scenarios of one census, with the same random draws.

    Attributes:
        ensembles: by name of the scenario, the baseline first.
        configs: the configurations, in the same order.
        census: the census of all; None for a comparison that was read from its folder.
        own: the user's own events, in every scenario.
        groups: by name of the scenario, the data of ``by_group``: one row per replicate, year, cut (``by``) and
            group.
        saved: tables of groups of a comparison that was read from its folder, as they were written.
    """

    ensembles: Mapping[str, Ensemble]
    configs: Mapping[str, Config]
    census: Census | None = field(compare=False)
    own: tuple[OwnEvent, ...] = field(default=(), compare=False)
    groups: Mapping[str, pl.DataFrame] = field(default_factory=dict, compare=False)
    saved: Mapping[str, pl.DataFrame] = field(default_factory=dict, compare=False)
    _money: dict[int, dict[str, pl.DataFrame]] = field(default_factory=dict, compare=False)

    @property
    def baseline(self) -> str:
        """Name of the scenario that the others are compared with."""
        return next(iter(self.ensembles))

    @property
    def others(self) -> list[str]:
        """Names of the other scenarios."""
        return list(self.ensembles)[1:]

    @property
    def headers(self) -> dict[str, Header]:
        """The request, by name of the scenario: configuration, fingerprint of the census, versions."""
        return {name: ensemble.header for name, ensemble in self.ensembles.items()}

    @cached_property
    def replicates(self) -> pl.DataFrame:
        """One row per scenario, replicate and year: the measures of ``tables.SUMMARY``; a plan that is off costs 0."""
        return stacked(self._summaries.items())

    @cached_property
    def bands(self) -> pl.DataFrame:
        """One row per scenario, year and measure: mean and P5 to P95; see ``Ensemble.bands``."""
        return stacked((name, bands(summaries)) for name, summaries in self._summaries.items())

    @cached_property
    def differences(self) -> pl.DataFrame:
        """One row per scenario but the baseline, year and measure: bands of the paired differences, and ``narrowed``.

        Each value is of the scenario less the baseline in the same replicate; see ``ensembles.pairing.differences``.
        """
        return self._beside(pairing.differences)

    @cached_property
    def cost_per_point(self) -> pl.DataFrame:
        """One row per scenario but the baseline and year: net cost of a further percentage point of participation.

        See ``ensembles.pairing.cost_per_point``.
        """
        return self._beside(pairing.cost_per_point)

    @cached_property
    def totals(self) -> pl.DataFrame:
        """One row per scenario and measure: all years together, with errors of totals.

        Columns: scenario, measure, replicates, mean, mean_error, p5, p95, and the same four of the paired difference
        from the baseline, with ``difference_`` before them. Amounts and events are added up; of the cost as a share of
        payroll it is that of all years together.
        """
        base = self._summaries[self.baseline]
        return stacked((name, pairing.in_total(base, rows)) for name, rows in self._summaries.items())

    @property
    def made_by(self) -> list[str]:
        """The values of ``by`` in ``by_group``: ``hired``, then those requested."""
        if self.groups:
            return self.groups[self.baseline]["by"].unique(maintain_order=True).to_list()
        return [table.columns[1] for name, table in self.saved.items() if name.startswith("by_")]

    def by_group(self, by: str = HIRED, *, least: int | None = None) -> pl.DataFrame:
        """Return the measures of groups of employees in every replicate: of existing employees and future hires.

        Args:
            by: ``hired``, or what ``compare(by=...)`` named: ``department``, ``level``, ``age_band``, ``tenure_band``,
                ``pay_band``; in force at the end of each year or on leaving.
            least: hide groups of fewer employees, and the few others needed so that subtraction cannot reveal them:
                they are null, and ``suppressed`` says which. Left out, everything is shown.

        Returns:
            One row per scenario, group, year and measure: scenario, the group, year (null: all years together), measure
            (headcount_closing, eligible, participants, participation_rate, payroll_cents, deferral_cents, match_cents,
            nonelective_cents, employer_cents: these and further sources), and the columns of ``totals``.

        Raises:
            RequestError: for a ``by`` that was not requested, or a ``least`` below 2.
        """
        if by not in self.made_by:
            made = " and ".join(self.made_by) or "no group"
            raise RequestError(f"by: this comparison was made by {made} (got {by!r})")
        for name, table in self.saved.items():
            if name.startswith("by_") and by in table.columns:
                return table
        return by_group(self.groups, self.baseline, by, least)

    def _beside(self, measured: Any) -> pl.DataFrame:
        base = self._summaries[self.baseline]
        return stacked((name, measured(base, self._summaries[name])) for name in self.others)

    @cached_property
    def _summaries(self) -> dict[str, pl.DataFrame]:
        found = self.ensembles.items()
        return {name: pairing.comparable(ensemble.replicates, ensemble.config) for name, ensemble in found}

    @cached_property
    def configurations(self) -> pl.DataFrame:
        """One row per scenario but the baseline and key that differs: scenario, key, baseline, value."""
        rows = [
            (name, *row) for name in self.others for row in changed(self.configs[self.baseline], self.configs[name])
        ]
        return pl.DataFrame(
            rows, schema=dict.fromkeys(("scenario", "key", "baseline", "value"), pl.String), orient="row"
        )

    def persons(self, replicate: int = 0, *, by_year: bool = False) -> pl.DataFrame:
        """Return all employees of one simulation, hires included, in each scenario beside the baseline.

        A hire with the same id is the same person in both, as the draws are the same. The simulation is made in every
        scenario when it is first needed.

        Args:
            replicate: which of the seed's many worlds; any, also one that is not in the ensembles.
            by_year: a row for each year, instead of the sum over all years.

        Returns:
            One row per scenario but the baseline and person (and year): see ``ensembles.people.persons``.
        """
        found = self._found(replicate)
        base = found[self.baseline]
        return stacked((name, people.persons(base, found[name], by_year=by_year)) for name in self.others)

    def gains(self, by: str = "age_band", replicate: int = 0, *, least: int | None = None) -> pl.DataFrame:
        """Return who gains and who loses employer contributions over all years, by group.

        Args:
            by: ``age_band``, ``tenure_band``, ``level`` or ``pay_band``, of each person's first year.
            replicate: which of the seed's many worlds.
            least: hide cells of fewer persons, money that differs for fewer, all of a group of fewer, and as few more
                as keep those from being found by subtraction: they are null, and ``suppressed`` says in which rows.
                Left out, everything is shown. Of a comparison from its folder, what was hidden in it stays so.

        Returns:
            One row per scenario but the baseline and group: see ``ensembles.people.gains``.

        Raises:
            RequestError: for another ``by``, or a ``least`` below 2.
        """
        _ways(by)
        table = self.saved.get("gains")
        if table is not None and by in table.columns and replicate == 0:
            return table
        rows = self.persons(replicate)
        parts = ((part["scenario"][0], part) for part in rows.partition_by("scenario", maintain_order=True))
        return stacked((name, people.gains(part, by, least)) for name, part in parts)

    def report(
        self,
        path: str | Path,
        *,
        discount_rate: float | None = None,
        least: int | None = LEAST,
        attribution: Attribution | None = None,
    ) -> Path:
        """Write one page about the comparison, an HTML file for people to read, and return its path.

        One simulation of each scenario is made for it, to see who gains and who loses; not of a comparison that was
        read from its folder.

        Args:
            path: file to write, ending in ``.html``; an older report there is replaced.
            discount_rate: a year, of present values; 0.05 when left out.
            least: cells of fewer employees are hidden, as in ``gains``; None hides none, for internal use.
            attribution: what ``attribution`` found of the baseline: the page then tells chance, years and assumptions
                apart.

        Raises:
            RequestError: for a path that is no place for a report, or a rate below 0 or above 0.5.
            LedgerError: when the file cannot be written.
        """
        return self._page(path, rate=discount_rate, attribution=attribution, least=least)

    def _found(self, replicate: int) -> dict[str, pl.DataFrame]:
        """Return each employee's amounts of each year, by scenario; kept for the next call."""
        replicate = asked.replicate(replicate)
        if self.census is None:
            raise RequestError("a comparison read from its folder has no census: who gains is told by compare itself")
        if replicate not in self._money:
            named = self.configs.items()
            found = {name: people.money(whole(config, self.census, replicate, self.own)) for name, config in named}
            self._money[replicate] = people.alike(found)
        return self._money[replicate]

    def plot(self, measure: str, *, differences: bool = False) -> Picture:
        """Return a picture of a measure by year, a line for each scenario with its band.

        Args:
            measure: a measure of the summary, such as ``net_employer_cost``; ``_cents`` may be left out.
            differences: show how far the other scenarios are from the baseline, simulation by simulation.

        Raises:
            RequestError: for another name, or a measure without values.
        """
        name = asked.measure_name(measure, measures(self.ensembles[self.baseline].replicates))
        return comparison_plot(self, name, differences=differences)

    def __repr__(self) -> str:
        count = counted(self.ensembles[self.baseline].count, "simulation")
        return f"<Comparison of {printable(', '.join(self.ensembles))}: {count} of each>"

    def _card(self) -> Card:
        return comparison_card(self)

    def __str__(self) -> str:
        return readable(self)


def stacked(named: Iterable[tuple[str, pl.DataFrame]]) -> pl.DataFrame:
    """Return the tables of scenarios as one, with their names in the first column."""
    return pl.concat([table.select(pl.lit(name).alias("scenario"), pl.all()) for name, table in named])


def changed(first: Config, second: Config) -> Iterator[tuple[str, str, str]]:
    """Yield key and both values, as text, of each difference between two configurations except paths of files."""
    before, after = (config.model_dump(mode="json", by_alias=True) for config in (first, second))
    for key, one, other in changes(before, after):
        if key not in PATHS:
            yield key, value_text(one), value_text(other)


def _named(scenarios: Mapping[str, Any] | str | Path) -> Mapping[str, Any]:
    """Return scenarios by name, of a file of them too."""
    if isinstance(scenarios, Mapping):
        return scenarios
    found = scenario_file(Path(scenarios))
    if found is None:
        raise RequestError(
            f"{scenarios}: is one configuration, and a comparison needs two or more: name another after it, as in "
            "today.yaml proposed.yaml, or give one file with extends and scenarios"
        )
    return found.configs()


def compare(
    scenarios: Mapping[str, Any] | str | Path,
    *,
    census: Any = None,
    replicates: int | Iterable[int] = 100,
    executor: Executor | None = None,
    progress: Count | bool | None = True,
    baseline: str | None = None,
    own_events: Iterable[OwnEvent] = (),
    by: str | Iterable[str] = (),
) -> Comparison:
    """Simulate scenarios of one census with the same random draws: replicate r of each has the same draws.

    Args:
        scenarios: paths, dicts or loaded configurations by name; at least two. They must agree in seed, years and
            census, or what differs between them would not be the assumptions alone. Or a file of scenarios, which has
            ``extends`` (a configuration) and ``scenarios`` (names with their differences).
        census: path, frame or read census; what the configurations name when left out, else a synthetic one.
        replicates: how many of each, from 0; or their numbers.
        executor: as for ``simulate_ensemble``.
        progress: called with how many replicates are done of all scenarios; True shows a line with the
            time left on a terminal or in a notebook.
        baseline: the scenario that the others are compared with; the first when left out.
        own_events: events of your own, made with ``event``; they happen in every scenario.
        by: groups to follow in every replicate besides existing employees and future hires: ``department``, ``level``,
            ``age_band``, ``tenure_band``, ``pay_band``; see ``Comparison.by_group``.

    Returns:
        A ``Comparison``: ``print`` it to read it.

    Raises:
        RequestError: for fewer than two scenarios, a baseline that is none of them, or another ``by``.
        ConfigError: for configurations that cannot be used, or that differ in seed, years or census.
        CensusError, SimulationError: as ``simulate_ensemble``.
    """
    configs = loaded(_named(scenarios), baseline, given=census is not None)
    read = census_of(next(iter(configs.values())), census)
    wanted = asked.replicates(replicates)
    own, ways = tuple(own_events), (HIRED, *_ways(by))
    ensembles: dict[str, Ensemble] = {}
    groups: dict[str, pl.DataFrame] = {}
    with simulations(progress) as tell:
        for place, (name, config) in enumerate(configs.items()):
            run = begin(certain(config), census=read, own=own)
            cuts = [cut(way, run.opening, config) for way in ways]
            ensemble = simulate_ensemble(
                config,
                census=read,
                replicates=wanted,
                executor=executor,
                progress=counting(tell, place, len(configs)),
                own_events=(*own, adding_up(cuts, config)),
            )
            own_measures, groups[name] = taken_apart(ensemble.replicates, cuts)
            ensembles[name] = replace(ensemble, replicates=own_measures, origin=run.origin)
    return Comparison(ensembles, configs, read, own, groups)


def _ways(by: str | Iterable[str]) -> list[str]:
    """Return the groups to follow, each once."""
    wanted = list(dict.fromkeys([by] if isinstance(by, str) else by))
    wrong = [name for name in wanted if name not in people.GROUPS]
    if wrong:
        raise RequestError(f"by must be {', '.join(people.GROUPS[:-1])} or {people.GROUPS[-1]} (got {wrong[0]!r})")
    return wanted
