"""Reports of results in memory: what their ``report`` methods do."""

from __future__ import annotations

from pathlib import Path

from workforce_sim.ensembles.attribution import Attribution
from workforce_sim.ensembles.comparing import Comparison
from workforce_sim.ensembles.ensemble import Ensemble
from workforce_sim.ensembles.grouped import gains_by_group
from workforce_sim.ensembles.pages import headers_of_sweep
from workforce_sim.ensembles.sweeping import Sweep
from workforce_sim.reports.comparison_page import comparison_page
from workforce_sim.reports.ensemble_page import ensemble_page
from workforce_sim.reports.run_page import run_page
from workforce_sim.reports.scenario import Scenario
from workforce_sim.reports.sweep_page import sweep_page
from workforce_sim.reports.written import discount_rate, refuse_place, write_page
from workforce_sim.result import Result


def report_run(result: Result, path: str | Path, rate: float | None) -> Path:
    """Write the page of a run."""
    chosen = discount_rate(rate)
    refuse_place(path)
    return write_page(path, run_page(result, rate=chosen))


def report_ensemble(found: Ensemble, path: str | Path, rate: float | None, attribution: Attribution | None) -> Path:
    """Write the page of an ensemble."""
    each = Scenario.of("", found.header, found.replicates)
    return write_page(path, ensemble_page(each, rate=discount_rate(rate), attribution=attribution))


def report_comparison(
    found: Comparison, path: str | Path, rate: float | None, least: int | None, attribution: Attribution | None
) -> Path:
    """Write the page of a comparison; one simulation of each scenario is made to see who gains."""
    chosen = discount_rate(rate)
    refuse_place(path)
    scenarios = [Scenario.of(name, each.header, each.replicates) for name, each in found.ensembles.items()]
    groups = gains_by_group(found, least)
    page = comparison_page(scenarios, groups, least=least, rate=chosen, attribution=attribution)
    return write_page(path, page)


def report_sweep(found: Sweep, path: str | Path, rate: float | None) -> Path:
    """Write the page of a sweep."""
    header = headers_of_sweep(found)["first combination"]
    return write_page(path, sweep_page(header, found.combinations, found.replicates, rate=discount_rate(rate)))
