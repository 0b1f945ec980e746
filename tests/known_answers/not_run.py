"""Published cases that are not run, by id or rule, each with the reason."""

from __future__ import annotations

DECREMENTS = "one termination risk a year, not several at once; causes are shares of it"
OTHER_GENERATOR = "draws are keyed SplitMix64, pinned in tests/unit/test_draws.py"
SCORING = "no scores of forecasts"

OUTSIDE_THE_MODEL = {
    "LIM-SOLO-2023": "employees only, no self-employed earnings; the employer's 25% is a limit of deduction",
    "LIM-415-SHORT": "the plan year is the calendar year; there is no short one",
    "AUTO-EACA-90": "opting out comes before the first contribution; no withdrawals",
    "TURN-MSEC": "the summary gives terminations and headcounts; no column of turnover",
    "TURN-BIZFLUENT": "the summary gives terminations and headcounts; no column of turnover",
    "MDT-WISC": DECREMENTS,
    "MDT-UDD": DECREMENTS,
    "MDT-CF-2": DECREMENTS,
    "HAZ-MONTHLY": "the step is a year",
    "HIRES-250-0.1": "headcounts are whole; the case is in fractions of people",
    "HEADCOUNT-RECON": "the headcount bridge is a law, held on every run by tests/property",
    "Counter-based RNG known answer": OTHER_GENERATOR,
    "Counter-based RNG known answer (what numpy.random.Philox computes)": OTHER_GENERATOR,
    "CRPS-GAUSS-0": SCORING,
    "CRPS-ENS": SCORING,
    "PINBALL": SCORING,
}

REASONS = OUTSIDE_THE_MODEL
