"""Vesting: the statutory slowest schedules."""

from __future__ import annotations

from typing import Any

import workforce_sim as ws

NAMES = {
    "cliff3": "cliff_3",
    "graded6": "graded_6",
    "qaca2": "qaca_2",
    "deferrals": "immediate",
    "traditional_safe_harbor": "immediate",
}


def _slowest(case: dict[str, Any]) -> dict[str, Any]:
    return {name: [ws.vested_share(at, years) / 100 for years in case["years"]] for name, at in NAMES.items()}


ANSWERS = {"VEST-TABLE": _slowest}
