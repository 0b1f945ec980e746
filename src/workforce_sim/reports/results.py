"""From a result, in memory or in its folder, to its page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl

from workforce_sim.ensembles.attribution import Attribution
from workforce_sim.ensembles.comparing import Comparison
from workforce_sim.ensembles.ensemble import Ensemble
from workforce_sim.ensembles.grouped import gains_by_group
from workforce_sim.ensembles.saved import Results, read_results, read_table, table_names
from workforce_sim.ensembles.sweeping import Sweep
from workforce_sim.reports.comparison_page import comparison_page
from workforce_sim.reports.ensemble_page import ensemble_page
from workforce_sim.reports.run_page import run_page
from workforce_sim.reports.scenario import Scenario
from workforce_sim.reports.sweep_page import sweep_page
from workforce_sim.reports.written import discount_rate, refuse_place, write_page

LEAST = 10
"""Fewest employees of a cell of who gains and who loses, unless something else is asked for."""

GROUPS = "groups"


def report(
    found: Results,
    path: str | Path,
    *,
    rate: float | None = None,
    attribution: Attribution | None = None,
    least: int | None = LEAST,
) -> Path:
    """Write the page of a result and return its path.

    Args:
        found: what ``simulate``, ``simulate_ensemble``, ``compare`` or ``sweep`` gave.
        path: file to write, ending in ``.html``.
        rate: discount rate a year of present values.
        attribution: how much of the range each source makes.
        least: cells of fewer employees are hidden in a comparison; None hides none.

    Raises:
        RequestError: for a path that is no place for a report, or a rate that is none.
        LedgerError: when it cannot be written, or a table cannot be read.
    """
    chosen = discount_rate(rate)
    refuse_place(path)
    groups = gains_by_group(found, least) if isinstance(found, Comparison) and found.census is not None else None
    return write_page(path, page_of(found, chosen, groups, attribution))


def page_of_folder(folder: Path, rate: float | None) -> bytes:
    """Return the page of whatever result a folder holds.

    Raises:
        FileNotFoundError, LedgerError: as ``read_results``.
        RequestError: for a rate that is none.
    """
    chosen = discount_rate(rate)
    found = read_results(folder)
    told = isinstance(found, Comparison) and GROUPS in table_names(folder)
    return page_of(found, chosen, read_table(folder, GROUPS) if told else None)


def page_of(
    found: Results, rate: float, groups: pl.DataFrame | None = None, attribution: Attribution | None = None
) -> bytes:
    """Return the page of a result; ``groups`` is who gains and who loses, as ``gains_by_group`` gives it."""
    if isinstance(found, Comparison):
        scenarios = [Scenario.of(name, each.header, each.replicates) for name, each in found.ensembles.items()]
        return comparison_page(scenarios, groups, rate=rate, attribution=attribution)
    if isinstance(found, Ensemble):
        return ensemble_page(Scenario.of("", found.header, found.replicates), rate=rate, attribution=attribution)
    if isinstance(found, Sweep):
        return sweep_page(_first(found), found.combinations, found.replicates, rate=rate)
    return run_page(found, rate=rate)


def _first(found: Sweep) -> Scenario:
    """Return the first combination, with the notes of all."""
    first = found.ensembles[0]
    notes = tuple(dict.fromkeys(note for each in found.ensembles for note in each.notes))
    return Scenario.of("first combination", replace(first.header, notes=notes), first.replicates)
