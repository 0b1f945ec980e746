"""Tests of a plan year: who is highly compensated, ADP and its correction, top-heavy."""

from __future__ import annotations

from typing import Any

import workforce_sim as ws
from workforce_sim.money import cents
from workforce_sim.plan.adp import highest_passing_bp
from workforce_sim.plan.annuity import projected
from workforce_sim.plan.cross_testing import standard_interest
from workforce_sim.plan.hce import highly_compensated
from workforce_sim.plan.top_heavy import is_top_heavy


def _size(case: dict[str, Any]) -> dict[str, Any]:
    counted = [n >= case["excludable"] for n in range(case["employees"])]
    return {"tpg_size": sum(ws.top_paid_group(list(range(case["employees"])), counted=counted))}


def _look_back(case: dict[str, Any]) -> dict[str, Any]:
    threshold = ws.limits(case["test_year"] - 1).highly_compensated_cents
    assert threshold == cents(case["threshold_2023"])
    return {"hce": [highly_compensated(cents(pay), threshold) for pay in case["comp_2023"]]}


def _highest(case: dict[str, Any]) -> dict[str, Any]:
    return {"max_hce_adp_pct": highest_passing_bp(round(100 * case["nhce_adp_pct"])) / 100}


def _columns(case: dict[str, Any]) -> tuple[list[float], list[float], list[bool]]:
    return list(case["deferrals"].values()), list(case["comp"].values()), [True] * len(case["comp"])


def _levelled(case: dict[str, Any]) -> dict[str, Any]:
    """Others at 1.85% allow twice that, the 3.7% of the case."""
    allowing = case["max_hce_adp_pct"] / 2
    found = ws.correct_adp(*_columns(case), method="prior", prior_nhce_percentage=allowing)
    return {
        "step1_cap_pct": found.highest_permitted_ratio,
        "total_excess": found.total,
        "refunds": dict(zip(case["comp"], found.refunds, strict=True)),
    }


def _regulation(case: dict[str, Any]) -> dict[str, Any]:
    others: dict[str, Any] = {"method": "prior", "prior_nhce_percentage": case["nhce_adp_pct"]}
    test, found = ws.adp_test(*_columns(case), **others), ws.correct_adp(*_columns(case), **others)
    return {
        "max_hce_adp_pct": test.highest_passing,
        "hce_adp_pct": test.hce_percentage,
        "total_excess": found.total,
        "refunds": dict(zip(case["comp"], found.refunds, strict=True)),
    }


def _first_year(case: dict[str, Any]) -> dict[str, Any]:
    assert case["nhce_prior"] == "none"
    test = ws.adp_test([5], [100], [True], method="prior")
    return {"deemed_pct": test.nhce_percentage, "max_hce_adp_pct": test.highest_passing}


def _top_heavy(case: dict[str, Any]) -> dict[str, Any]:
    return {"top_heavy": [is_top_heavy(cents(key), cents(key + others)) for key, others in case["cases"]]}


def _projected(case: dict[str, Any]) -> dict[str, Any]:
    grown = projected(cents(case["contribution"]), case["years"], standard_interest(case["rate"]))
    return {"future_value": round(grown / 100), "pct_of_pay": round(grown / case["pay"])}


def _gateway(case: dict[str, Any]) -> dict[str, Any]:
    return {"nhce_min_pct": ws.gateway_rate(case["top_hce_rate_pct"])}


def _combined_gateway(case: dict[str, Any]) -> dict[str, Any]:
    return {"nhce_min_pct": ws.combined_gateway_rate(case["aggregate_hce_rate_pct"])}


def _shift(case: dict[str, Any]) -> dict[str, Any]:
    found = ws.adp_to_acp_shift(*(case[name] for name in ("nhce_adp", "hce_adp", "nhce_acp", "hce_acp")))
    return {
        "adp_needs_nhce": found.adp_needs,
        "available": found.available,
        "acp_needs_nhce": found.acp_needs,
        "shift": found.shift,
        "passes_after": found.passes,
    }


ANSWERS = {
    "HCE-TPG-COUNT": _size,
    "HCE-LOOKBACK": _look_back,
    "Highest passing HCE ADP": _highest,
    "ADP-LEVEL-Q30": _levelled,
    "ADP-LEVEL-REG": _regulation,
    "ADP-FIRST-YEAR": _first_year,
    "TOPHEAVY-RATIO": _top_heavy,
    "XTEST-FV-2": _projected,
    "Minimum allocation gateway = min(1/3 of top HCE rate, 5%)": _gateway,
    "DB/DC aggregate gateway": _combined_gateway,
    "ADP-ACP-SHIFT": _shift,
}
