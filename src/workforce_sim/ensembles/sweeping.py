"""A grid of assumptions with the same random draws: every combination of the values given for some keys."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import polars as pl

from workforce_sim.config import Config, with_changes
from workforce_sim.config.match import FORMULAS
from workforce_sim.display.card import Card
from workforce_sim.display.passed_on import PassedOn
from workforce_sim.display.picture import Picture
from workforce_sim.engine.own import OwnEvent
from workforce_sim.ensembles.bands import measures
from workforce_sim.ensembles.cards import sweep_card
from workforce_sim.ensembles.ensemble import Ensemble, simulate_ensemble
from workforce_sim.ensembles.pairing import comparable, side_by_side
from workforce_sim.ensembles.plots import sweep_plot
from workforce_sim.ensembles.sweeping_text import readable
from workforce_sim.errors import ConfigError, RequestError, asked
from workforce_sim.plan.loading import load_config
from workforce_sim.simulation.run import census_of
from workforce_sim.store.header import Header, Origin
from workforce_sim.wording import counted, percent, value_text
from workforce_sim.wording.progress import Count, counting, simulations

FIXED = (
    *("random_seed", "census", "output"),
    *("simulation.start_year", "simulation.end_year", "simulation.opening_date"),
)
"""Keys that are the same in a whole grid: all combinations share random draws, years and employees."""

MATCHES = ("match", "discretionary_match")
"""Sections of the plan that each have one of the formulas of a match."""


@dataclass(frozen=True, repr=False)
class Sweep(PassedOn):
    """A grid, simulated.

    Attributes:
        combinations: one row per combination: its number from 0, and a column for each swept key, of numbers where all
            its values are numbers, else of words.
        ensembles: in the same order; the first one alone keeps its census.
    """

    combinations: pl.DataFrame
    ensembles: Sequence[Ensemble]

    @property
    def keys(self) -> list[str]:
        """The keys that were swept."""
        return self.combinations.columns[1:]

    @property
    def headers(self) -> dict[str, Header]:
        """The request, by number of the combination; only the first has the fingerprint of the census."""
        numbers = map(str, self.combinations["combination"])
        return {number: ensemble.header for number, ensemble in zip(numbers, self.ensembles, strict=True)}

    @cached_property
    def replicates(self) -> pl.DataFrame:
        """One row per combination, replicate and year: its number, and the measures of ``tables.SUMMARY``.

        A plan that is off costs 0.
        """
        numbers = self.combinations["combination"]
        return pl.concat(_numbered(number, part) for number, part in zip(numbers, self._summaries, strict=True))

    @cached_property
    def _summaries(self) -> list[pl.DataFrame]:
        return [comparable(ensemble.replicates, ensemble.config) for ensemble in self.ensembles]

    @cached_property
    def summary(self) -> pl.DataFrame:
        """One row per combination, year and measure.

        Columns: combination, the swept keys, year, measure, mean, mean_error, p5, p95, and the same four with
        ``difference_`` before them: of the paired differences from the first combination.
        """
        return self._measured.filter(pl.col("year").is_not_null())

    @cached_property
    def totals(self) -> pl.DataFrame:
        """One row per combination and measure: all years together, with errors of totals; columns as ``summary``."""
        return self._measured.filter(pl.col("year").is_null()).drop("year")

    @cached_property
    def results(self) -> pl.DataFrame:
        """One row per combination: its number, the swept keys, and the mean of each measure.

        Amounts, events and the cost as a share of payroll are those of all years together; headcounts and other shares
        are those of the last year.
        """
        total = self.totals.pivot("measure", index="combination", values="mean")
        last = self.summary.filter(pl.col("year") == pl.col("year").max())
        other = last.pivot("measure", index="combination", values="mean").drop(total.columns[1:])
        both = self.combinations.join(other, on="combination", how="left", maintain_order="left")
        found = both.join(total, on="combination", how="left", maintain_order="left")
        measured = [name for name in last["measure"].unique(maintain_order=True) if name in found.columns]
        return found.select("combination", *self.keys, *measured)

    @cached_property
    def _measured(self) -> pl.DataFrame:
        first = self._summaries[0]
        found = (side_by_side(first, each).drop("replicates") for each in self._summaries)
        numbers = self.combinations["combination"]
        rows = pl.concat(_numbered(number, part) for number, part in zip(numbers, found, strict=True))
        return self.combinations.join(rows, on="combination", how="left", maintain_order="left_right")

    def plot(self, measure: str, *, year: int | None = None) -> Picture:
        """Return a picture of a measure in a year: a heat map of two swept keys, else a row for each combination.

        Args:
            measure: a measure of the summary, such as ``net_employer_cost``; ``_cents`` may be left out.
            year: a plan year; the last one when left out.

        Raises:
            RequestError: for another name or year, or a measure without values.
        """
        name = asked.measure_name(measure, measures(self.ensembles[0].replicates))
        years = self.ensembles[0].config.simulation.years
        chosen = years[-1] if year is None else asked.whole(year)
        if chosen is None or chosen not in years:
            raise RequestError(f"year: {year!r:.40} is not among {years[0]} to {years[-1]}")
        return sweep_plot(self, name, chosen)

    def __repr__(self) -> str:
        combinations = counted(len(self.ensembles), "combination")
        count = counted(self.ensembles[0].count, "simulation")
        return f"<Sweep of {', '.join(self.keys)}: {combinations}, {count} of each>"

    def _card(self) -> Card:
        return sweep_card(self)

    def __str__(self) -> str:
        return readable(self)


def _numbered(number: int, part: pl.DataFrame) -> pl.DataFrame:
    return part.select(pl.lit(number, dtype=pl.Int32).alias("combination"), pl.all())


def sweep(
    config: Any,
    grid: Mapping[str, Iterable[Any]],
    *,
    census: Any = None,
    replicates: int | Iterable[int] = 100,
    executor: Executor | None = None,
    progress: Count | bool | None = True,
    own_events: Iterable[OwnEvent] = (),
) -> Sweep:
    """Simulate every combination of values with the same random draws.

    Args:
        config: path, dict or loaded configuration that the values are laid over; None for the documented defaults.
        grid: values by dotted key, such as ``{"compensation.cola_rate": [0.02, 0.03]}``, a row of a list by its place
            from 0, as ``plan.match.tiers[0].rate``: any key that ``compare`` prints. A formula of ``plan.match`` takes
            the place of the one in the configuration.
        census: as for ``simulate``; it is read once.
        replicates: how many of each combination, from 0; or their numbers.
        executor: as for ``simulate_ensemble``.
        progress: called with how many replicates are done of all combinations; True shows a line with the
            time left on a terminal or in a notebook.
        own_events: events of your own, made with ``event``; they happen in every combination.

    Returns:
        A ``Sweep``, its combinations in the order of the grid, the last key changing fastest: ``print`` it to read it.

    Raises:
        RequestError: for a grid without keys or values, or a key that must be the same in all combinations.
        ConfigError: for a key or value that a configuration cannot have, before anything is simulated.
        CensusError, SimulationError: as ``simulate_ensemble``.
    """
    values = _values(grid)
    base = load_config(config)
    refuse_uncertain(base, values)
    configs = [laid_over(base, dict(zip(values, row, strict=True))) for row in itertools.product(*values.values())]
    read = census_of(base, census)
    wanted = asked.replicates(replicates)
    own = tuple(own_events)
    with simulations(progress) as tell:
        ensembles = [
            simulate_ensemble(
                each,
                census=read,
                replicates=wanted,
                executor=executor,
                progress=counting(tell, place, len(configs)),
                own_events=own,
            )
            for place, each in enumerate(configs)
        ]
    first, *others = ensembles
    return Sweep(combinations_of(values), [first, *(replace(each, origin=Origin()) for each in others)])


def _values(grid: Mapping[str, Iterable[Any]]) -> dict[str, list[Any]]:
    """Return the values by key, refusing an invalid grid."""
    wrong = [key for key, found in grid.items() if isinstance(found, (str, Mapping)) or not isinstance(found, Iterable)]
    if not grid or wrong:
        raise RequestError(f"a sweep needs a list of values for each key (got {', '.join(wrong) or 'no key'})")
    values = {key: list(found) for key, found in grid.items()}
    for key, found in values.items():
        if not found:
            raise RequestError(f"{key}: a sweep needs at least one value for each key")
        refuse_fixed(key, "cannot vary in a sweep, which has")
        around = next((other for other in values if other != key and is_within(key, other)), None)
        if around is not None:
            raise RequestError(f"{key}: is a part of {around}; sweep one of the two")
    return values


def is_within(key: str, other: str) -> bool:
    """Return whether a key is another one or a part of it."""
    return key == other or key.startswith((f"{other}.", f"{other}["))


def refuse_fixed(key: str, said: str) -> None:
    """Raise ``RequestError`` for a key that is the same in all configurations that share random draws."""
    if any(is_within(key, fixed) or is_within(fixed, key) for fixed in FIXED):
        raise RequestError(f"{key}: {said} one seed, one census and the same years")


def refuse_uncertain(base: Config, keys: Iterable[str]) -> None:
    """Raise ``RequestError`` for a key that replicates draw: their draws would replace the given values."""
    drawn = [entry.key for entry in base.uncertainty.assumptions]
    for key in keys:
        both = next((other for other in drawn if is_within(key, other) or is_within(other, key)), None)
        if both is not None:
            raise RequestError(
                f"{key}: is drawn by uncertainty.assumptions, in place of the values given here; take {both} out of "
                "uncertainty.assumptions to give it values"
            )


def overridden_by(base: Config, chosen: Mapping[str, Any]) -> Config:
    """Return a configuration with other values at some keys; of the match, another formula takes the place of one.

    Raises:
        ConfigError: for one that cannot be.
    """
    return load_config(with_changes(base, {**_without_other_formulas(base, chosen), **chosen}))


def laid_over(base: Config, chosen: Mapping[str, Any]) -> Config:
    """Return the configuration of one combination.

    Raises:
        ConfigError: naming the combination too.
    """
    try:
        return overridden_by(base, chosen)
    except ConfigError as error:
        where = ", ".join(f"{key} = {words(value)}" for key, value in chosen.items())
        raise ConfigError(f"{error}\n  in the combination {where}") from None


def _without_other_formulas(base: Config, chosen: Mapping[str, Any]) -> dict[str, None]:
    """Return the formulas of matches that swept ones replace; of a table by year, which is changed as a whole, none."""
    found: dict[str, None] = {}
    for match in MATCHES:
        formulas = {f"plan.{match}.{name}" for name in FORMULAS}
        if formulas & {*chosen} and not isinstance(getattr(getattr(base.plan, match), "root", None), dict):
            found |= dict.fromkeys(formulas - {*chosen})
    return found


def combinations_of(values: Mapping[str, list[Any]]) -> pl.DataFrame:
    """Return the combinations of a grid: one row each, as ``Sweep.combinations``."""
    rows = list(itertools.product(*(_readable(found) for found in values.values())))
    numbered = [(number, *row) for number, row in enumerate(rows)]
    kinds = {key: pl.Float64 if are_numbers(found) else pl.String for key, found in values.items()}
    return pl.DataFrame(numbered, schema={"combination": pl.Int32, **kinds}, orient="row")


def _readable(found: list[Any]) -> Iterator[Any]:
    return iter([float(value) for value in found] if are_numbers(found) else [words(value) for value in found])


def are_numbers(found: list[Any]) -> bool:
    """Return whether values are all numbers."""
    return all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in found)


def words(value: Any) -> str:
    """Return a value of a grid in words: tiers of a match as ``50% to 6%``."""
    if isinstance(value, (list, tuple)) and value:
        return ", ".join(_tier(row) if isinstance(row, Mapping) else words(row) for row in value)
    return value_text(value)


def _tier(row: Mapping[str, Any]) -> str:
    if set(row) == {"up_to", "rate"} and are_numbers(list(row.values())):
        top = row["up_to"]
        return f"{percent(row['rate'])} to {percent(top) if top <= 1 else f'${top:,.10g}'}"
    return " ".join(f"{key} {words(value)}" for key, value in row.items())
