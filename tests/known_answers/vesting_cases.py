"""Vesting: the statutory slowest schedules, and the rule of parity."""

from __future__ import annotations

from typing import Any

import workforce_sim as ws
from workforce_sim.plan.breaks import may_disregard

NAMES = {
    "cliff3": "cliff_3",
    "graded6": "graded_6",
    "qaca2": "qaca_2",
    "deferrals": "immediate",
    "traditional_safe_harbor": "immediate",
}


def _slowest(case: dict[str, Any]) -> dict[str, Any]:
    return {name: [ws.vested_share(at, years) / 100 for years in case["years"]] for name, at in NAMES.items()}


def _parity(case: dict[str, Any]) -> dict[str, Any]:
    pairs = zip(case["prior_years"], case["consecutive_breaks"], strict=True)
    return {"may_disregard": [bool(may_disregard(prior, breaks)) for prior, breaks in pairs]}


ANSWERS = {"VEST-TABLE": _slowest, "ELIG-PARITY": _parity}
