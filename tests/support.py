"""What the tests of the model's laws share: a run on either engine, and how its tables are compared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import pytest
from hypothesis import settings
from polars.testing import assert_frame_equal

from workforce_sim import reference
from workforce_sim.census import Census
from workforce_sim.census.completion import complete
from workforce_sim.census.opening import Opening
from workforce_sim.census.synthetic import synthetic_census
from workforce_sim.config import Config, with_changes
from workforce_sim.config.values import ByYear
from workforce_sim.engine.clock import Clock
from workforce_sim.money import half_up
from workforce_sim.result.result import Result
from workforce_sim.simulation import run as engine
from workforce_sim.store import ledger
from workforce_sim.tables import CENSUS, EVENT_TYPE, completed
from workforce_sim.tables.output import Tables
from workforce_sim.wording import leaves

SHOWN = 3
TABLES = ("events", "snapshots", "summary")
RATES = {"total_termination_rate": 0.12, "new_hire_termination_rate": 0.25}


def examples(count: int) -> int:
    """Return how many examples a test takes: ``count`` in the thorough profile, in proportion in the others."""
    return max(1, count * settings().max_examples // 100)


def few(cases: Iterable[Any], of: int, arguments: int = 1) -> list[Any]:
    """Return cases much alike, of so many arguments: one in ``of`` runs on every change, the others are slow."""
    return [_slow(case, arguments) if number % of else case for number, case in enumerate(cases)]


def _slow(case: Any, arguments: int) -> Any:
    return pytest.param(*(case if arguments > 1 else (case,)), marks=pytest.mark.slow)


@dataclass(frozen=True, repr=False)
class Scenario:
    """A census and what is assumed about it."""

    census: Census
    config: Config

    def __repr__(self) -> str:
        return "\n".join(self._told())

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """Print the same where a property fails; Hypothesis would print every key and column."""
        for line in self._told():
            printer.break_()
            printer.text(line)

    def _told(self) -> Iterator[str]:
        """Yield the keys that differ from the defaults, and the first of the staff."""
        asked = self.config.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        staff = self.census.frame
        yield f"Scenario of {staff.height} of staff; keys that differ from the defaults:"
        yield from (f"    {key}: {value!r}" for key, value in leaves(asked))
        yield f"  staff, the first {SHOWN}, without nulls:"
        for row in staff.head(SHOWN).iter_rows(named=True):
            yield "    " + ", ".join(f"{name} {value}" for name, value in row.items() if value is not None)

    @property
    def opening(self) -> Opening:
        return complete(self.census, self.config)

    def changed(self, changes: Mapping[str, Any]) -> Scenario:
        """Return the scenario with other values at dotted keys."""
        return Scenario(self.census, with_changes(self.config, changes))


def configured(start_year: int = 2025, end_year: int | None = None, **sections: Any) -> Config:
    """Return a configuration; a section given is laid over growth of 3%, 12% leavers and 25% of hires."""
    years = {"start_year": start_year, "end_year": start_year if end_year is None else end_year}
    simulated = {"target_growth_rate": 0.03, **sections.pop("simulation", {}), **years}
    workforce = {**RATES, **sections.pop("workforce", {})}
    return Config.model_validate({"random_seed": 42, **sections, "simulation": simulated, "workforce": workforce})


def first_day(config: Config, year: int) -> dt.date:
    """Return the first day of a plan year: January 1, or the opening date of a short first year."""
    opening = config.simulation.opening
    return opening if year == opening.year else dt.date(year, 1, 1)


def growth_ppm(config: Config, year: int, rate: ByYear) -> int:
    """Return the growth of a plan year: of a short one that of its months."""
    return half_up(rate.ppm(year) * (13 - first_day(config, year).month), 12)


def synthetic(size: int, config: Config, seed: int = 42) -> Scenario:
    """Return a scenario of invented staff."""
    as_of = config.simulation.opening
    return Scenario(synthetic_census(size, seed=seed, as_of=as_of), config)


def census_of(**columns: Sequence[Any]) -> Census:
    """Return a census of these columns of ``tables.CENSUS``; the others are null."""
    dtypes = {column.name: column.dtype for column in CENSUS if column.name not in ("level", "department")}
    frame = pl.DataFrame(columns, schema_overrides={"level": pl.String, "department": pl.String, **dtypes})
    return Census(completed(frame, CENSUS))


def fast(scenario: Scenario, replicates: tuple[int, ...] = (0,)) -> Tables:
    """Run the fast engine."""
    return engine.run(scenario.config, scenario.opening, replicates, Clock())


def slow(scenario: Scenario, replicate: int = 0) -> Tables:
    """Run the reference model."""
    return reference.simulate(scenario.config, scenario.opening, replicate=replicate)


def result_of(scenario: Scenario, tables: Tables) -> Result:
    """Return tables as ``simulate`` gives them."""
    return Result(tables, scenario.config)


def fingerprint(scenario: Scenario) -> str:
    """Return the fingerprint of the fast engine's run."""
    return ledger.fingerprint(fast(scenario))


def table(tables: Tables, name: str) -> pl.DataFrame:
    """Return a table in its written order."""
    return ledger.ordered(getattr(tables, name), name)


def assert_same(left: Tables, right: Tables) -> None:
    """Assert that all three tables are equal, row for row and cent for cent."""
    for name in TABLES:
        assert_frame_equal(table(left, name), table(right, name), check_exact=True)


def only(tables: Tables, condition: pl.Expr) -> Tables:
    """Return the rows of all three tables that a condition on replicate or year keeps."""
    return Tables(*(getattr(tables, name).filter(condition) for name in TABLES))


def of_type(events: pl.DataFrame, *kinds: str) -> pl.DataFrame:
    """Return the ledger rows of these types."""
    return events.filter(pl.any_horizontal(pl.col("event_type") == pl.lit(kind, dtype=EVENT_TYPE) for kind in kinds))
