"""The match: usual formulas, the limit on compensation, payrolls and true-ups."""

from __future__ import annotations

from typing import Any

import workforce_sim as ws
from workforce_sim.plan.match import formula_of, match_rate


def _single(rate: float, up_to: float) -> list[dict[str, float]]:
    return [{"up_to": up_to, "rate": rate}]


def _basic(case: dict[str, Any]) -> dict[str, Any]:
    return {"match": ws.match_amount(case["deferral"], case["comp"], "safe_harbor_basic")}


def _enhanced(case: dict[str, Any]) -> dict[str, Any]:
    return {"match": ws.match_amount(case["deferral"], case["comp"], "safe_harbor_enhanced")}


def _percent(preset: str, percent: float) -> float:
    return match_rate(round(100 * percent), formula_of(preset).bands[0][1]) / 10**6


def _basic_rate(case: dict[str, Any]) -> dict[str, Any]:
    return {"match_pct": _percent("safe_harbor_basic", case["deferral_pct"])}


def _qaca(case: dict[str, Any]) -> dict[str, Any]:
    return {"match_pct": _percent("qaca", case["deferral_pct"])}


def _one_payroll(case: dict[str, Any]) -> dict[str, Any]:
    deferral = case["pay"] * case["deferral_pct"] / 100
    paid = ws.period_match([(case["pay"], deferral)], "safe_harbor_basic")
    return {"deferral": deferral, "match": paid.periods[0]}


def _mary(case: dict[str, Any]) -> dict[str, Any]:
    capped = min(case["comp"], case["comp_limit"])
    match = ws.match_amount(case["deferral"], capped, _single(0.5, 0.05))
    return {"match": match, "matched_deferrals": ws.match_amount(case["deferral"], capped, _single(1.0, 0.05))}


def _cnn(case: dict[str, Any]) -> dict[str, Any]:
    return {"match": ws.match_amount(case["comp"] * case["deferral_pct"] / 100, case["comp"], _single(0.25, 0.05))}


def _suzie(case: dict[str, Any]) -> dict[str, Any]:
    payrolls = [(case["pay"], case["deferral_per_pay"])] * case["payrolls"] + [(case["bonus"], 0)]
    paid = ws.period_match(payrolls, _single(0.5, 0.04), true_up=True)
    return {
        "per_pay_match": paid.periods[0],
        "paid": sum(paid.periods),
        "annual": paid.total,
        "true_up": paid.true_up,
    }


def _jocelyn(case: dict[str, Any]) -> dict[str, Any]:
    pay, half = case["salary"] / case["periods"], case["periods"] // 2
    rates = [case["deferral_pct_first_6"]] * half + [case["deferral_pct_last_6"]] * half
    paid = ws.period_match([(pay, pay * rate / 100) for rate in rates], _single(1.0, 0.04), true_up=True)
    return {"per_pay_total": sum(paid.periods), "annual": paid.total, "true_up": paid.true_up}


def _low_rate(case: dict[str, Any]) -> dict[str, Any]:
    deferral = case["comp"] * case["deferral_pct_of_full_pay"] / 100
    return {"deferral": deferral, "match": ws.match_amount(deferral, case["comp_limit"], _single(1.0, 0.03))}


def _largest(case: dict[str, Any]) -> dict[str, Any]:
    deferral = case["comp_limit"] * case["deferral_pct_of_capped"] / 100
    return {"match": ws.match_amount(deferral, min(case["comp"], case["comp_limit"]), _single(1.0, 0.06))}


def _stretch(case: dict[str, Any]) -> dict[str, Any]:
    deferrals = [case["comp"] * percent / 100 for percent in case["deferral_pcts"]]
    return {
        "stretch": [ws.match_amount(deferral, case["comp"], "stretch") for deferral in deferrals],
        "standard_50_of_6": [ws.match_amount(deferral, case["comp"], "simple") for deferral in deferrals],
    }


ANSWERS = {
    "Basic safe harbor match 100%/3 + 50%/next 2": _basic,
    "Enhanced safe harbor match 100% of 4%": _enhanced,
    "MATCH-SH-4.5PCT": _basic_rate,
    "MATCH-SH-PAYPERIOD": _one_payroll,
    "QACA match 100% of 1% + 50% of next 5%": _qaca,
    "MATCH-IRS-MARY-2012": _mary,
    "MATCH-CNN": _cnn,
    "MATCH-PBMARES-SUZIE": _suzie,
    "MATCH-JOCELYN": _jocelyn,
    "MATCH-490K": _low_rate,
    "MATCH-2025-CAP": _largest,
    "MATCH-STRETCH": _stretch,
}
