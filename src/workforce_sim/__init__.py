"""Workforce and retirement-plan simulation, to the cent, with every event on a ledger.

The usual way in: ``simulate(load_config("config.yaml"), census=read_census("census.parquet"))``.

Names are imported when they are first used, so that a command line answers ``--help`` at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workforce_sim.census import Census, check_census, read_census
    from workforce_sim.census.synthetic import synthetic_census
    from workforce_sim.config import Config
    from workforce_sim.differences import RunDifference, diff_runs
    from workforce_sim.ensembles.attribution import Attribution, attribution
    from workforce_sim.ensembles.comparing import Comparison, compare
    from workforce_sim.ensembles.ensemble import Ensemble, simulate_ensemble
    from workforce_sim.ensembles.sweeping import Sweep, sweep
    from workforce_sim.errors import (
        CensusError,
        ConfigError,
        LedgerError,
        RequestError,
        SimulationError,
        WorkforceSimError,
    )
    from workforce_sim.growth import HeadcountPlan, hires_needed
    from workforce_sim.ledger import replay
    from workforce_sim.lenient import read_leniently
    from workforce_sim.loading import load_config
    from workforce_sim.operate.attempt import Attempt, attempt
    from workforce_sim.operate.cancelling import Cancelled, Stop, off_loop
    from workforce_sim.operate.engines import EngineComparison, compare_engines
    from workforce_sim.operate.logs import JsonLines
    from workforce_sim.operate.memory import TooLargeError, refuse_too_large
    from workforce_sim.operate.monitor import PerformanceMonitor
    from workforce_sim.operate.retention import Keeping
    from workforce_sim.plan.adp import AdpTest, adp_test
    from workforce_sim.plan.correction import AdpCorrection, correct_adp
    from workforce_sim.plan.findings import Nondiscrimination, PlanTest
    from workforce_sim.plan.hce import top_paid_group
    from workforce_sim.plan.legality import plan_warnings
    from workforce_sim.plan.limits import Limits, catch_up_limit, deferral_limit, limits
    from workforce_sim.plan.match import PeriodMatch, match_amount, period_match
    from workforce_sim.plan.nonelective import nonelective_amount
    from workforce_sim.plan.testing import nondiscrimination
    from workforce_sim.plan.vesting import vested_share
    from workforce_sim.provenance_page import provenance
    from workforce_sim.result import Result, read_run
    from workforce_sim.sharing import export_csv, pseudonyms
    from workforce_sim.simulation import simulate
    from workforce_sim.story import Timeline, timeline
    from workforce_sim.summary import summary_by
    from workforce_sim.suppression import suppress_small
    from workforce_sim.verification import Verification, verify_run

__all__ = [
    "AdpCorrection",
    "AdpTest",
    "Attempt",
    "Attribution",
    "Cancelled",
    "Census",
    "CensusError",
    "Comparison",
    "Config",
    "ConfigError",
    "EngineComparison",
    "Ensemble",
    "HeadcountPlan",
    "JsonLines",
    "Keeping",
    "LedgerError",
    "Limits",
    "Nondiscrimination",
    "PerformanceMonitor",
    "PeriodMatch",
    "PlanTest",
    "RequestError",
    "Result",
    "RunDifference",
    "SimulationError",
    "Stop",
    "Sweep",
    "Timeline",
    "TooLargeError",
    "Verification",
    "WorkforceSimError",
    "adp_test",
    "attempt",
    "attribution",
    "catch_up_limit",
    "check_census",
    "compare",
    "compare_engines",
    "correct_adp",
    "deferral_limit",
    "diff_runs",
    "export_csv",
    "hires_needed",
    "limits",
    "load_config",
    "match_amount",
    "nondiscrimination",
    "nonelective_amount",
    "off_loop",
    "period_match",
    "plan_warnings",
    "provenance",
    "pseudonyms",
    "read_census",
    "read_leniently",
    "read_run",
    "refuse_too_large",
    "replay",
    "simulate",
    "simulate_ensemble",
    "summary_by",
    "suppress_small",
    "sweep",
    "synthetic_census",
    "timeline",
    "top_paid_group",
    "verify_run",
    "vested_share",
]

_HOMES = {
    "census": ("Census", "check_census", "read_census"),
    "config": ("Config",),
    "differences": ("RunDifference", "diff_runs"),
    "ensembles.attribution": ("Attribution", "attribution"),
    "ensembles.comparing": ("Comparison", "compare"),
    "ensembles.ensemble": ("Ensemble", "simulate_ensemble"),
    "ensembles.sweeping": ("Sweep", "sweep"),
    "errors": ("CensusError", "ConfigError", "LedgerError", "RequestError", "SimulationError", "WorkforceSimError"),
    "growth": ("HeadcountPlan", "hires_needed"),
    "ledger": ("replay",),
    "loading": ("load_config",),
    "lenient": ("read_leniently",),
    "operate.attempt": ("Attempt", "attempt"),
    "operate.cancelling": ("Cancelled", "Stop", "off_loop"),
    "operate.engines": ("EngineComparison", "compare_engines"),
    "operate.logs": ("JsonLines",),
    "operate.memory": ("TooLargeError", "refuse_too_large"),
    "operate.monitor": ("PerformanceMonitor",),
    "operate.retention": ("Keeping",),
    "plan.adp": ("AdpTest", "adp_test"),
    "plan.correction": ("AdpCorrection", "correct_adp"),
    "plan.findings": ("Nondiscrimination", "PlanTest"),
    "plan.hce": ("top_paid_group",),
    "plan.legality": ("plan_warnings",),
    "plan.limits": ("Limits", "catch_up_limit", "deferral_limit", "limits"),
    "plan.match": ("PeriodMatch", "match_amount", "period_match"),
    "plan.nonelective": ("nonelective_amount",),
    "plan.testing": ("nondiscrimination",),
    "plan.vesting": ("vested_share",),
    "provenance_page": ("provenance",),
    "result": ("Result", "read_run"),
    "sharing": ("export_csv", "pseudonyms"),
    "simulation": ("simulate",),
    "summary": ("summary_by",),
    "suppression": ("suppress_small",),
    "story": ("Timeline", "timeline"),
    "census.synthetic": ("synthetic_census",),
    "verification": ("Verification", "verify_run"),
}
_MODULE_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
