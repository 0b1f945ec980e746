"""The nonelective contribution: integration with Social Security."""

from __future__ import annotations

from typing import Any

import workforce_sim as ws
from workforce_sim.config.nonelective import max_excess_ppm
from workforce_sim.money import cents, half_up, ppm


def _integrated(case: dict[str, Any]) -> dict[str, Any]:
    rates = {"base_rate": case["base_pct"] / 100, "excess_rate": case["excess_pct"] / 100}
    formula = {"kind": "integrated", "integrated": rates}
    amount = ws.nonelective_amount(case["comp"], formula, wage_base=case["integration_level"])
    return {"contribution": half_up(cents(amount), 100)}


def _largest_disparity(case: dict[str, Any]) -> dict[str, Any]:
    share = ppm(case["integration_level_share_of_twb"])
    return {"max_disparity_pct": max_excess_ppm(share * case["twb"], 10**6 * case["twb"]) / 10**4}


ANSWERS = {
    "Permitted disparity 5.7% of pay + 5.7% of pay over integration level": _integrated,
    "Maximum excess percentage by integration level as share of TWB": _largest_disparity,
}
