"""Contributions without deferrals: integration with Social Security, and an age-weighted pool."""

from __future__ import annotations

from typing import Any

import numpy as np

import workforce_sim as ws
from workforce_sim.config.nonelective import max_excess_ppm
from workforce_sim.config.profit_sharing import DollarsByYear, Pool
from workforce_sim.engine.sampling import shared_out
from workforce_sim.money import cents, half_up, ppm
from workforce_sim.plan.profit_sharing import units_of


def _integrated(case: dict[str, Any]) -> dict[str, Any]:
    rates = {"base_rate": case["base_pct"] / 100, "excess_rate": case["excess_pct"] / 100}
    formula = {"kind": "integrated", "integrated": rates}
    amount = ws.nonelective_amount(case["comp"], formula, wage_base=case["integration_level"])
    return {"contribution": half_up(cents(amount), 100)}


def _largest_disparity(case: dict[str, Any]) -> dict[str, Any]:
    share = ppm(case["integration_level_share_of_twb"])
    return {"max_disparity_pct": max_excess_ppm(share * case["twb"], 10**6 * case["twb"]) / 10**4}


def _age_weighted(case: dict[str, Any]) -> dict[str, Any]:
    pool = Pool(dollars=DollarsByYear(float(case["pot"])), allocation="age_weighted", interest=case["i"])
    pay, age = (np.array([one[name] for one in case["employees"]], dtype=np.int64) for name in ("comp", "age"))
    units, _ = units_of(pool, 100 * pay, age, 65, 0)
    shares = shared_out(pool.dollars.cents(2025) if pool.dollars else 0, units, np.arange(len(pay), dtype=np.uint64))
    return {"allocations": [*(shares / 100)], "pct_of_pay": [*(shares / pay)]}


ANSWERS = {
    "AGEWT-2": _age_weighted,
    "Permitted disparity 5.7% of pay + 5.7% of pay over integration level": _integrated,
    "Maximum excess percentage by integration level as share of TWB": _largest_disparity,
}
