"""From a result, in memory or in its folder, to its page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from workforce_sim.ensembles.attribution import Attribution
from workforce_sim.ensembles.comparing import Comparison
from workforce_sim.ensembles.ensemble import Ensemble
from workforce_sim.ensembles.grouped import report_tables
from workforce_sim.ensembles.saved import Results, read_results
from workforce_sim.ensembles.sweeping import Sweep
from workforce_sim.reporting.pages.apart import told_apart
from workforce_sim.reporting.pages.comparison_page import comparison_page
from workforce_sim.reporting.pages.ensemble_page import ensemble_page
from workforce_sim.reporting.pages.run_page import run_page
from workforce_sim.reporting.pages.scenario import Scenario
from workforce_sim.reporting.pages.sweep_page import sweep_page
from workforce_sim.reporting.pages.written import discount_rate, refuse_place, write_page
from workforce_sim.result.summary import HIRED
from workforce_sim.share.suppression import LEAST


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
    return write_page(path, page_of(found, chosen, attribution, least))


def page_of_folder(folder: Path, rate: float | None, apart: int | None = None) -> bytes:
    """Return the page of whatever result a folder holds.

    Args:
        folder: as ``--out`` of a command wrote it.
        rate: discount rate a year of present values.
        apart: how many simulations of each source of uncertainty to make, to tell them apart; none when left out.

    Raises:
        FileNotFoundError, LedgerError: as ``read_results``.
        RequestError: for a rate that is none, or as ``told_apart``.
    """
    chosen, found = discount_rate(rate), read_results(folder)
    return page_of(found, chosen, None if apart is None else told_apart(found, apart))


def page_of(found: Results, rate: float, attribution: Attribution | None = None, least: int | None = LEAST) -> bytes:
    """Return the page of a result; arguments are those of ``report``."""
    if isinstance(found, Comparison):
        return _comparison(found, rate, attribution, least)
    if isinstance(found, Ensemble):
        return ensemble_page(Scenario.of("", found.header, found.replicates), rate=rate, attribution=attribution)
    if isinstance(found, Sweep):
        return sweep_page(_first(found), found.combinations, found.replicates, rate=rate)
    return run_page(found, rate=rate)


def _comparison(found: Comparison, rate: float, attribution: Attribution | None, least: int | None) -> bytes:
    scenarios = [Scenario.of(name, each.header, each.replicates) for name, each in found.ensembles.items()]
    told = report_tables(found, least)
    if HIRED in found.made_by:
        told["by_hired"] = found.by_group(least=least)
    return comparison_page(scenarios, told, rate=rate, attribution=attribution)


def _first(found: Sweep) -> Scenario:
    """Return the first combination, with the notes of all."""
    first = found.ensembles[0]
    notes = tuple(dict.fromkeys(note for each in found.ensembles for note in each.notes))
    return Scenario.of("first combination", replace(first.header, notes=notes), first.replicates)
