"""Workforce and retirement-plan simulation, to the cent, with every event on a ledger.

The usual way in: ``simulate(load_config("config.yaml"), census=read_census("census.parquet"))``.

Names are imported when they are first used, so that a command line answers ``--help`` at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

import workforce_sim.errors.forking  # noqa: F401 - it must see every fork

if TYPE_CHECKING:
    from workforce_sim.census import Census, check_census, read_census
    from workforce_sim.census.synthetic import synthetic_census
    from workforce_sim.config import Config
    from workforce_sim.draws import Stream
    from workforce_sim.engine.context import Year
    from workforce_sim.engine.event import Event
    from workforce_sim.engine.growth import HeadcountPlan, hires_needed
    from workforce_sim.engine.own import OwnEvent, event, ledger_rows
    from workforce_sim.engine.service import RatesByCalendarYear, rates_by_calendar_year
    from workforce_sim.ensembles.attribution import Attribution, attribution
    from workforce_sim.ensembles.comparing import Comparison, compare
    from workforce_sim.ensembles.ensemble import Ensemble, simulate_ensemble
    from workforce_sim.ensembles.saved import read_results
    from workforce_sim.ensembles.sweeping import Sweep, sweep
    from workforce_sim.errors import (
        CensusError,
        ConfigError,
        LedgerError,
        RequestError,
        SimulationError,
        WorkforceSimError,
    )
    from workforce_sim.explaining.change import MeasureChange, explain_change
    from workforce_sim.explaining.diff import RunDifference, diff_runs
    from workforce_sim.explaining.figure import Explanation, explain
    from workforce_sim.explaining.provenance import provenance
    from workforce_sim.explaining.timeline import Timeline, timeline
    from workforce_sim.operate.attempt import Attempt, attempt
    from workforce_sim.operate.cancelling import Cancelled, Stop, off_loop
    from workforce_sim.operate.engines import EngineComparison, compare_engines
    from workforce_sim.operate.logs import JsonLines
    from workforce_sim.operate.memory import TooLargeError, refuse_too_large
    from workforce_sim.operate.monitor import PerformanceMonitor
    from workforce_sim.operate.retention import Keeping
    from workforce_sim.plan.adp import AdpTest, adp_test
    from workforce_sim.plan.correction import AdpCorrection, correct_adp
    from workforce_sim.plan.cross_testing import accrual_rate, combined_gateway_rate, gateway_rate
    from workforce_sim.plan.findings import Nondiscrimination, PlanTest
    from workforce_sim.plan.hce import top_paid_group
    from workforce_sim.plan.legality import plan_warnings
    from workforce_sim.plan.lenient import read_leniently
    from workforce_sim.plan.limits import Limits, catch_up_limit, deferral_limit, limits
    from workforce_sim.plan.loading import load_config
    from workforce_sim.plan.match import match_amount
    from workforce_sim.plan.nonelective import nonelective_amount
    from workforce_sim.plan.period_match import PeriodMatch, period_match
    from workforce_sim.plan.qnec import QnecCorrection, smallest_qnec
    from workforce_sim.plan.shifting import AcpShift, adp_to_acp_shift
    from workforce_sim.plan.testing import nondiscrimination
    from workforce_sim.plan.vesting import vested_share
    from workforce_sim.reporting.exports.dollars import in_dollars
    from workforce_sim.reporting.exports.tables import export_tables
    from workforce_sim.result.result import Result, read_run
    from workforce_sim.result.summary import level_mix, summary_by
    from workforce_sim.share.csv_files import export_csv
    from workforce_sim.share.pseudonyms import pseudonyms
    from workforce_sim.share.suppression import suppress_small
    from workforce_sim.simulation.simulate import simulate
    from workforce_sim.store.ledger import replay
    from workforce_sim.studies.fitting.backtest import Backtest, backtest
    from workforce_sim.studies.fitting.calibration import Calibration, calibrate
    from workforce_sim.studies.fitting.fit import Fit, fit
    from workforce_sim.studies.portfolio.portfolio import Portfolio, read_portfolio
    from workforce_sim.studies.portfolio.running import check_book, simulate_portfolio
    from workforce_sim.studies.searching.optimizing import optimize
    from workforce_sim.studies.searching.optimum import Optimum
    from workforce_sim.studies.searching.solution import Solution
    from workforce_sim.studies.searching.solving import solve
    from workforce_sim.verify.evidence.evidence import Evidence, evidence
    from workforce_sim.verify.evidence.verification import EvidenceVerification, verify_evidence
    from workforce_sim.verify.verification import Verification, verify_run

__all__ = [
    "AcpShift",
    "AdpCorrection",
    "AdpTest",
    "Attempt",
    "Attribution",
    "Backtest",
    "Calibration",
    "Cancelled",
    "Census",
    "CensusError",
    "Comparison",
    "Config",
    "ConfigError",
    "EngineComparison",
    "Ensemble",
    "Event",
    "Evidence",
    "EvidenceVerification",
    "Explanation",
    "Fit",
    "HeadcountPlan",
    "JsonLines",
    "Keeping",
    "LedgerError",
    "Limits",
    "MeasureChange",
    "Nondiscrimination",
    "Optimum",
    "OwnEvent",
    "PerformanceMonitor",
    "PeriodMatch",
    "PlanTest",
    "Portfolio",
    "QnecCorrection",
    "RatesByCalendarYear",
    "RequestError",
    "Result",
    "RunDifference",
    "SimulationError",
    "Solution",
    "Stop",
    "Stream",
    "Sweep",
    "Timeline",
    "TooLargeError",
    "Verification",
    "WorkforceSimError",
    "Year",
    "accrual_rate",
    "adp_test",
    "adp_to_acp_shift",
    "attempt",
    "attribution",
    "backtest",
    "calibrate",
    "catch_up_limit",
    "check_book",
    "check_census",
    "combined_gateway_rate",
    "compare",
    "compare_engines",
    "correct_adp",
    "deferral_limit",
    "diff_runs",
    "event",
    "evidence",
    "explain",
    "explain_change",
    "export_csv",
    "export_tables",
    "fit",
    "gateway_rate",
    "hires_needed",
    "in_dollars",
    "ledger_rows",
    "level_mix",
    "limits",
    "load_config",
    "match_amount",
    "nondiscrimination",
    "nonelective_amount",
    "off_loop",
    "optimize",
    "period_match",
    "plan_warnings",
    "provenance",
    "pseudonyms",
    "rates_by_calendar_year",
    "read_census",
    "read_leniently",
    "read_portfolio",
    "read_results",
    "read_run",
    "refuse_too_large",
    "replay",
    "simulate",
    "simulate_ensemble",
    "simulate_portfolio",
    "smallest_qnec",
    "solve",
    "summary_by",
    "suppress_small",
    "sweep",
    "synthetic_census",
    "timeline",
    "top_paid_group",
    "verify_evidence",
    "verify_run",
    "vested_share",
]

_HOMES = {
    "verify.evidence.evidence": ("Evidence", "evidence"),
    "verify.evidence.verification": ("EvidenceVerification", "verify_evidence"),
    "census": ("Census", "check_census", "read_census"),
    "census.synthetic": ("synthetic_census",),
    "config": ("Config",),
    "ensembles.attribution": ("Attribution", "attribution"),
    "ensembles.comparing": ("Comparison", "compare"),
    "ensembles.ensemble": ("Ensemble", "simulate_ensemble"),
    "ensembles.saved": ("read_results",),
    "ensembles.sweeping": ("Sweep", "sweep"),
    "errors": ("CensusError", "ConfigError", "LedgerError", "RequestError", "SimulationError", "WorkforceSimError"),
    "explaining.change": ("MeasureChange", "explain_change"),
    "explaining.diff": ("RunDifference", "diff_runs"),
    "explaining.figure": ("Explanation", "explain"),
    "explaining.provenance": ("provenance",),
    "explaining.timeline": ("Timeline", "timeline"),
    "draws": ("Stream",),
    "engine.context": ("Year",),
    "engine.event": ("Event",),
    "engine.own": ("OwnEvent", "event", "ledger_rows"),
    "engine.growth": ("HeadcountPlan", "hires_needed"),
    "engine.service": ("RatesByCalendarYear", "rates_by_calendar_year"),
    "reporting.exports.dollars": ("in_dollars",),
    "reporting.exports.tables": ("export_tables",),
    "studies.fitting.backtest": ("Backtest", "backtest"),
    "studies.fitting.calibration": ("Calibration", "calibrate"),
    "studies.fitting.fit": ("Fit", "fit"),
    "store.ledger": ("replay",),
    "operate.attempt": ("Attempt", "attempt"),
    "operate.cancelling": ("Cancelled", "Stop", "off_loop"),
    "operate.engines": ("EngineComparison", "compare_engines"),
    "operate.logs": ("JsonLines",),
    "operate.memory": ("TooLargeError", "refuse_too_large"),
    "operate.monitor": ("PerformanceMonitor",),
    "operate.retention": ("Keeping",),
    "plan.adp": ("AdpTest", "adp_test"),
    "plan.correction": ("AdpCorrection", "correct_adp"),
    "plan.cross_testing": ("accrual_rate", "combined_gateway_rate", "gateway_rate"),
    "plan.findings": ("Nondiscrimination", "PlanTest"),
    "plan.hce": ("top_paid_group",),
    "plan.legality": ("plan_warnings",),
    "plan.lenient": ("read_leniently",),
    "plan.limits": ("Limits", "catch_up_limit", "deferral_limit", "limits"),
    "plan.loading": ("load_config",),
    "plan.match": ("match_amount",),
    "plan.period_match": ("PeriodMatch", "period_match"),
    "plan.nonelective": ("nonelective_amount",),
    "plan.qnec": ("QnecCorrection", "smallest_qnec"),
    "plan.shifting": ("AcpShift", "adp_to_acp_shift"),
    "plan.testing": ("nondiscrimination",),
    "plan.vesting": ("vested_share",),
    "studies.portfolio.portfolio": ("Portfolio", "read_portfolio"),
    "studies.portfolio.running": ("check_book", "simulate_portfolio"),
    "result.result": ("Result", "read_run"),
    "studies.searching.optimizing": ("optimize",),
    "studies.searching.optimum": ("Optimum",),
    "studies.searching.solution": ("Solution",),
    "studies.searching.solving": ("solve",),
    "share.csv_files": ("export_csv",),
    "share.pseudonyms": ("pseudonyms",),
    "share.suppression": ("suppress_small",),
    "simulation.simulate": ("simulate",),
    "result.summary": ("level_mix", "summary_by"),
    "verify.verification": ("Verification", "verify_run"),
}
_MODULE_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
