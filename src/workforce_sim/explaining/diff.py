"""What differs between two runs: settings, results, and the first difference of each employee.

Years whose tables are the same are recognized by their hashes and not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from workforce_sim.dates import date_of, plan_year, year_label
from workforce_sim.display.card import Card
from workforce_sim.display.displayed import Displayed
from workforce_sim.errors import RequestError
from workforce_sim.explaining.diff_text import bearing, difference_card, readable
from workforce_sim.explaining.differing import KEYS, differing, first_each, with_kinds
from workforce_sim.explaining.queries import collected, part, run_of
from workforce_sim.result.result import Result
from workforce_sim.store.header import Header
from workforce_sim.store.layout import table_file
from workforce_sim.store.ledger import TABLES, year_digest
from workforce_sim.store.reading import Stored
from workforce_sim.store.writer import read_manifest
from workforce_sim.tables import EVENT_KINDS
from workforce_sim.wording import PATHS, changes, counted, value_text

PERSONS: dict[str, Any] = {
    "replicate": pl.Int32,
    "employee_id": pl.String,
    "kind": pl.String,
    "year": pl.Int32,
    "date": pl.Date,
    "what": pl.String,
    "a": pl.String,
    "b": pl.String,
}


@dataclass(frozen=True, repr=False)
class RunDifference(Displayed):
    """How run b differs from run a.

    Attributes:
        names: of both runs: their folders, without where they lie.
        configuration: key, a, b of each key of the configuration that differs, and of what else a run is: its
            replicate, engine, census fingerprint and versions. Where files lie is left out.
        summary: year, measure, a, b, difference, percent, of the years of both.
        persons: one row for each employee who differs, with the first difference: kind, year, date, what (an event, a
            value of one, or a column of the snapshot), a, b; ``in`` says in whose tables it is.
        years: plan years of both runs, of a only, and of b only.
        people: how many employees both runs have in the years of both, a only, and b only.
        same_years: plan years whose tables are the same.
        last: the last year of both, as people read it: of a, and of b.
    """

    names: tuple[str, str]
    configuration: pl.DataFrame
    summary: pl.DataFrame
    persons: pl.DataFrame
    years: tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]
    people: tuple[int, int, int] | None
    same_years: tuple[int, ...]
    last: tuple[str, str]

    @property
    def identical(self) -> bool:
        """Whether the tables of both runs are the same."""
        return self.same_years == self.years[0] and not self.years[1] and not self.years[2]

    @cached_property
    def counts(self) -> pl.DataFrame:
        """Employees by kind of their first difference, the most first, with the changed keys that bear on it."""
        counted_kinds = self.persons.group_by("kind").agg(persons=pl.len().cast(pl.Int64))
        changed = self.configuration["key"].to_list()
        rows = counted_kinds.sort("persons", "kind", descending=[True, False])
        keys = [bearing(kind, changed) for kind in rows["kind"]]
        return rows.with_columns(pl.Series("keys", keys, dtype=pl.List(pl.String)))

    def __repr__(self) -> str:
        return f"<RunDifference: {counted(self.persons.height, 'employee')} in {counted(self.counts.height, 'kind')}>"

    def _card(self) -> Card:
        return difference_card(self)

    def __str__(self) -> str:
        return readable(self)


def diff_runs(a: Result | str | Path, b: Result | str | Path) -> RunDifference:
    """Compare two runs: configurations key by key, summaries year by year, and person by person who differs and why.

    Args:
        a: a result, in memory or on disk, or the folder of a run.
        b: another one; what is said of a difference is said of b beside a.

    Returns:
        A ``RunDifference``: ``print`` it to read it.

    Raises:
        RequestError: when the runs have no plan year in common, or hold several replicates that are not the same.
        FileNotFoundError, LedgerError: as ``read_run``, for a path.
    """
    first, second = map(run_of, (a, b))
    years = _years(first, second)
    one_replicate = _one_replicate(first, second)
    same = tuple(_same_years(first, second, years[0]))
    changed = [year for year in years[0] if year not in same]
    persons = _persons(first, second, changed, one_replicate)
    people = _people(first, second, years[0], one_replicate) if changed else None
    summary = _summary(first, second, one_replicate)
    names = _name(first), _name(second)
    last = _last_label(first, years[0]), _last_label(second, years[0])
    return RunDifference(names, _configuration(first, second), summary, persons, years, people, same, last)


def _name(run: Result) -> str:
    return "a run in memory" if run.folder is None else run.folder.name


def _last_label(run: Result, years: Sequence[int]) -> str:
    return year_label(run.config.simulation, years[-1])


def _years(a: Result, b: Result) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    of_a, of_b = (set(run.summary["year"].to_list()) for run in (a, b))
    both = tuple(sorted(of_a & of_b))
    if not both:
        spans = " and ".join(f"{min(years)} to {max(years)}" for years in (of_a, of_b))
        raise RequestError(f"the runs have no plan year in common ({spans}); compare runs that overlap")
    return both, tuple(sorted(of_a - of_b)), tuple(sorted(of_b - of_a))


def _one_replicate(a: Result, b: Result) -> bool:
    """Return whether each run is one replicate, so that their numbers need not agree."""
    of_a, of_b = (sorted(run.summary["replicate"].unique().to_list()) for run in (a, b))
    if len(of_a) == len(of_b) == 1:
        return True
    if of_a != of_b:
        raise RequestError(
            f"one run has {counted(len(of_a), 'simulation')}, the other {len(of_b)}, and not the same; "
            "compare one replicate with one, or the same ones"
        )
    return False


# --- which years are the same ---


def _same_years(a: Result, b: Result, years: Iterable[int]) -> Iterator[int]:
    """Yield the years whose tables are the same, as the hashes of the files or else of the values say."""
    by_files = {year: _file_hashes(a, year) for year in years}
    left = [year for year in years if by_files[year] is None or by_files[year] != _file_hashes(b, year)]
    yield from (year for year in years if year not in left)
    for year in left:
        if year_digest(part(a, year)) == year_digest(part(b, year)):
            yield year


def _file_hashes(run: Result, year: int) -> list[str] | None:
    """Return the hashes of a year's tables as its manifest has them; None of a run in memory."""
    if run.folder is None:
        return None
    files = read_manifest(run.folder, year).files
    return [files[table_file(name)].sha256 for name in TABLES]


# --- what was asked ---


def _configuration(a: Result, b: Result) -> pl.DataFrame:
    known = [_asked(_header(run)) for run in (a, b)]
    rows = [(key, value_text(x), value_text(y)) for key, x, y in changes(known[0], known[1]) if key not in PATHS]
    return pl.DataFrame(rows, schema=dict.fromkeys(("key", "a", "b"), pl.String), orient="row")


def _header(run: Result) -> Header:
    return run.tables.header if isinstance(run.tables, Stored) else run.origin.header(run.config, run.notes)


def _asked(header: Header) -> dict[str, Any]:
    """Return everything that a run was asked to be, by section."""
    known = asdict(header)
    census = {**known["configuration"]["census"], "fingerprint": header.census}
    beside = {name: known[name] for name in ("replicate", "engine", "versions")}
    return {**known["configuration"], **beside, "census": census}


# --- what came out ---


def _summary(a: Result, b: Result, one_replicate: bool) -> pl.DataFrame:
    """Return every measure of the years of both, side by side."""
    keys = ["year", "measure"] if one_replicate else ["replicate", "year", "measure"]
    long = (_measures(run.summary, keys[:-1]) for run in (a, b))
    both = next(long).join(next(long), on=keys, how="inner", suffix="_b", maintain_order="left")
    gap = pl.col("value_b") - pl.col("value")
    share = pl.when(pl.col("value") != 0).then(100 * gap / pl.col("value").abs())
    return both.select(*keys, a="value", b="value_b", difference=gap, percent=share)


def _measures(summary: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    numbers = summary.with_columns(pl.exclude("replicate", "year").cast(pl.Float64)).sort("replicate", "year")
    values = [name for name in summary.columns if name not in {"replicate", "year"}]
    return numbers.unpivot(values, index=keys, variable_name="measure", value_name="value")


# --- who differs ---


def _persons(a: Result, b: Result, years: Iterable[int], one_replicate: bool) -> pl.DataFrame:
    """Return the first difference of everybody who differs, year after year until one is found."""
    schema = {**{name: dtype for name, dtype in PERSONS.items() if name != "kind"}, "in": pl.String}
    found = pl.DataFrame(schema=schema)
    for year in years:
        opens = min(date_of(plan_year(run.config.simulation, year).first) for run in (a, b))
        rows = differing(part(a, year), part(b, year), one_replicate=one_replicate, opens=opens)
        new = first_each(rows).join(found.lazy(), on=KEYS, how="anti", maintain_order="left")
        named = new.with_columns(year=pl.lit(year, dtype=pl.Int32)).select(*schema).collect(engine="in-memory")
        found = pl.concat([found, named])
    kinds = with_kinds(found, _dates(a, b, one_replicate)) if found.height else found.with_columns(kind=pl.lit(""))
    return kinds.select(*PERSONS, "in").sort("year", "date", *KEYS)


def _dates(a: Result, b: Result, one_replicate: bool) -> pl.DataFrame:
    """Return the first date of each event that lasts, by person, in both runs."""
    on = [*KEYS, "event_type"]
    names = [kind.name for kind in EVENT_KINDS if kind.lasting]
    lasting = pl.any_horizontal([pl.col("event_type") == pl.lit(name) for name in names])
    first = [
        _numbered(run.scan("events"), one_replicate)
        .filter(lasting)
        .group_by(on)
        .agg(first=pl.col("effective_date").min())
        .with_columns(pl.col("event_type").cast(pl.String))
        for run in (a, b)
    ]
    return collected(first[0].join(first[1], on=on, how="full", coalesce=True, suffix="_b"))


def _numbered(rows: pl.LazyFrame, one_replicate: bool) -> pl.LazyFrame:
    return rows.with_columns(replicate=pl.lit(0, dtype=pl.Int32)) if one_replicate else rows


def _people(a: Result, b: Result, years: tuple[int, ...], one_replicate: bool) -> tuple[int, int, int]:
    """Return how many employees are in both runs, in a only and in b only, in the years of both."""
    asked = [
        _numbered(run.scan("snapshots").filter(pl.col("year").is_in(years)), one_replicate).select(KEYS).unique()
        for run in (a, b)
    ]
    of_a, of_b = map(collected, asked)
    both = of_a.join(of_b, on=KEYS, how="semi").height
    return both, of_a.height - both, of_b.height - both
