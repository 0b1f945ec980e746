"""A fit: estimates from censuses, the fitted configuration, and warnings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import polars as pl

from workforce_sim.census.read import Census
from workforce_sim.config import Config, read_config
from workforce_sim.config.written import yaml_text
from workforce_sim.display.card import Card
from workforce_sim.errors import LedgerError
from workforce_sim.store.layout import private
from workforce_sim.studies.fitting.configuration import Keys, january_after, keys, opening_of
from workforce_sim.studies.fitting.estimates import Estimates, estimated
from workforce_sim.studies.fitting.fit_text import fit_card, fit_text
from workforce_sim.studies.fitting.leveling import with_levels
from workforce_sim.studies.fitting.linking import Interval, intervals
from workforce_sim.studies.fitting.paged import Paged
from workforce_sim.studies.fitting.panel import Panel, panel
from workforce_sim.studies.fitting.report import fit_report
from workforce_sim.studies.fitting.spelling import one_spelling
from workforce_sim.studies.fitting.table import table
from workforce_sim.studies.fitting.warnings import warnings
from workforce_sim.tables import CENSUS, completed
from workforce_sim.wording import counted
from workforce_sim.wording.progress import Tell, meter

BASE = {
    "simulation": {"start_year": 2025, "end_year": 2029, "target_growth_rate": 0.0},
    "workforce": {"total_termination_rate": 0.12},
    "random_seed": 42,
}


OF_RUNS = ("leaves_on", "joins_on")
"""Columns of a census that are found when it is read, and that no file has."""


@dataclass(frozen=True, repr=False)
class Fit(Paged):
    """Estimates from an employer's own censuses.

    Attributes:
        config: the given configuration with the fitted keys in place, ready to run.
        estimates: every estimate, with its experience.
        parts: the intervals, with employees linked.
        keys: the fitted keys, each with the source of its value.
        warnings: what to check before using it.
        base: the given configuration.
    """

    config: Config
    estimates: Estimates
    parts: tuple[Interval, ...]
    keys: Keys
    warnings: tuple[str, ...]
    base: Config

    @cached_property
    def table(self) -> pl.DataFrame:
        """One row per estimate: exposure, count, A/E, credibility, value, 90% interval, prior."""
        return table(self.estimates)

    @cached_property
    def flows(self) -> pl.DataFrame:
        """One row per interval: its dates and years, and how many stayed, left and are new, by kind."""
        rows = [{"before": p.before.date, "after": p.after.date, "years": p.years, **p.counts()} for p in self.parts]
        return pl.DataFrame(rows)

    @cached_property
    def census(self) -> Census:
        """The last census, as a run starts from it."""
        staff = self.parts[-1].after.staff
        if not self.estimates.named:
            staff = staff.with_columns(level=pl.lit(None, dtype=pl.String))
        text = ("level", "department")
        types: Any = {c.name: c.dtype for c in CENSUS if c.name in staff.columns and c.name not in text}
        return Census(completed(staff.cast(types), CENSUS), source="last census")

    def _card(self) -> Card:
        return fit_card(self)

    def __str__(self) -> str:
        return fit_text(self)

    def _page(self, path: str | Path | None) -> str | Path:
        return fit_report(self, path)

    def yaml(self) -> str:
        """Return the configuration as YAML, with the source of each fitted value."""
        first, last = self.parts[0].before.date, self.parts[-1].after.date
        head = [
            f"Fitted to {len(self.parts) + 1} censuses, {first} to {last}.",
            "Above each fitted key stands where its value comes from.",
            *(f"Note: {warning}" for warning in self.warnings),
        ]
        return yaml_text(self.base, self.keys.changes, head, {key: why for key, _, why in self.keys.entries})

    def write(self, path: str | Path) -> list[Path]:
        """Write the configuration to a new file, ready for ``simulate_ensemble``; return what was written.

        ``census.path`` is the file of the last census. If it has no file of its own, the last census is written
        beside the configuration, for its owner only.

        Raises:
            LedgerError: when a file exists already or cannot be written.
        """
        target, file = Path(path), self.parts[-1].after.path
        written = [target]
        if file is None:
            beside = target.with_suffix(".census.parquet")
            written.append(beside)
            _refuse(written)
            self.census.frame.drop(*OF_RUNS).write_parquet(private(beside))
            file = str(beside.absolute())
        _refuse([target])
        text = replace(self, keys=Keys((*self.keys.entries, ("census.path", file, "the last census"))))
        target.write_text(text.yaml(), encoding="utf-8", newline="\n")
        return written

    def __repr__(self) -> str:
        return f"<Fit of {len(self.parts):,} intervals, {self.parts[0].before.date} to {self.parts[-1].after.date}>"


def _refuse(paths: list[Path]) -> None:
    there = [path for path in paths if path.exists()]
    if there:
        raise LedgerError(f"{there[0]}: exists already; choose another name, or remove it first")


def fit(censuses: Any, config: Any = None, *, progress: bool = True) -> Fit:
    """Learn from two or more dated censuses.

    Args:
        censuses: a mapping of dates to censuses; pairs of a date and a census; a list of files or frames dated by
            name or by a column; one long panel with such a column; or one census with termination dates.
        config: path, dict or loaded configuration that the fit changes; the documented defaults when left out.
        progress: whether a terminal or a notebook shows how many censuses are read, and what comes after.

    Raises:
        RequestError: for a census without a date, two of one date, or too few of them.
        CensusError: for a census that cannot be read.
        ConfigError: for a configuration that cannot be used.
    """
    base = read_config(BASE if config is None else config)
    with meter(progress) as tell:
        given = panel(censuses, base, None if tell is None else partial(_read, tell))
        return fitted(given, base, tell=tell)


_LATER = 2
"""Steps after the censuses are read: employees are linked, rates are estimated."""


def _read(tell: Tell, done: int, count: int) -> None:
    tell(f"{done} of {counted(count, 'census', 'censuses')} read", done, count + _LATER)


def fitted(given: Panel, base: Config, *, whole_years: bool = False, tell: Tell | None = None) -> Fit:
    """Return the fit of censuses that are read; with whole years only, its configuration opens on a January 1."""
    snapshots, spelled = one_spelling(given.snapshots)
    level = with_levels(replace(given, snapshots=snapshots), base)
    parts = intervals(level.panel)
    if tell is not None:
        count = len(snapshots)
        tell(f"employees of {counted(count, 'census', 'censuses')} linked; estimating rates", count + 1, count + _LATER)
    found = estimated(level, parts, base)
    opens = january_after if whole_years else opening_of
    chosen = keys(found, base, opens(parts[-1].after))
    said = (*given.notes, *spelled, *warnings(parts, found))
    return Fit(chosen.config(base), found, parts, chosen, said, base)
