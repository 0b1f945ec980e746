"""Statutory limits: the tables, the indexing formulas, projections, catch-up by age."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import workforce_sim as ws
from workforce_sim.plan.limits import (
    adjusted,
    catch_up_limit,
    cost_of_living_factor,
    deferral_limit,
    index_value,
    indexed,
    nearest,
)


def _dollars(cents: int | None) -> float | None:
    return None if cents is None else cents / 100


def _table(case: dict[str, Any]) -> dict[str, Any]:
    year = ws.limits(case["year"])
    return {
        "deferral_402g": _dollars(year.elective_deferral_cents),
        "catch_up_414v": _dollars(year.catch_up_cents),
        "super_catch_up_60_63": _dollars(year.super_catch_up_cents),
        "comp_401a17": _dollars(year.compensation_cents),
        "annual_additions_415c": _dollars(year.annual_additions_cents),
        "hce_comp_threshold": _dollars(year.highly_compensated_cents),
        "key_officer_comp": _dollars(year.key_officer_cents),
        "ss_wage_base": _dollars(year.wage_base_cents),
    }


def _roth_threshold(case: dict[str, Any]) -> dict[str, Any]:
    return {
        "threshold": _dollars(ws.limits(case["catch_up_year"]).roth_catch_up_wages_cents),
        "was": indexed("roth_catch_up_wages", case["catch_up_year"] - 1),
    }


def _at_61(case: dict[str, Any]) -> dict[str, Any]:
    return {"max_elective": _dollars(deferral_limit(case["age_at_year_end"], ws.limits(case["year"])))}


def _at_64(case: dict[str, Any]) -> dict[str, Any]:
    return _at_61(case) | {"catch_up": _dollars(catch_up_limit(case["age_at_year_end"], ws.limits(case["year"])))}


def _two_plans(case: dict[str, Any]) -> dict[str, Any]:
    year = ws.limits(case["year"])
    return {
        "deferral_room_plan_B": _dollars(deferral_limit(case["age"], year)) - case["deferral_plan_A"],
        "nonelective_room_plan_B": _dollars(year.annual_additions_cents),
    }


def _formula(base: int, multiple: int, index: Fraction, base_index: Fraction) -> dict[str, Any]:
    factor = cost_of_living_factor(index, base_index)
    return {"factor": factor, "unrounded": base * factor, "limit": adjusted(base, factor, multiple)}


def _indexed_2007(case: dict[str, Any]) -> dict[str, Any]:
    index, base_index = (Fraction(str(case[name])) for name in ("cpi_q3_sum", "base_cpi_q3_sum"))
    return _formula(case["base"], case["multiple"], index, base_index)


def _indexed_2026(case: dict[str, Any]) -> dict[str, Any]:
    index, base_index = (sum(map(Fraction, case[name]), Fraction(0)) for name in ("cpi_2025_q3", "base_cpi_q3"))
    return _formula(case["base"], case["multiple"], index, base_index)


def _after_a_jump(case: dict[str, Any]) -> dict[str, Any]:
    factor = cost_of_living_factor(
        sum((Fraction(str(case[month])) for month in ("jul", "aug", "sep")), Fraction(0)), index_value("cpi_u", 2001)
    )
    return {
        "factor": factor,
        "comp_401a17": adjusted(200_000, factor, 5_000),
        "annual_additions_415c": adjusted(40_000, factor, 1_000),
    }


def _super_catch_up(case: dict[str, Any]) -> dict[str, Any]:
    return {"limit": indexed("super_catch_up", 2026)}


def _unrounded_wage_base(average_wage: float) -> Fraction:
    return 60_600 * Fraction(str(average_wage)) / Fraction("22935.42")


def _wage_base(case: dict[str, Any]) -> dict[str, Any]:
    unrounded = _unrounded_wage_base(case["awi_y_minus_2"])
    return {"unrounded": unrounded, "base": nearest(unrounded, 300)}


def _wage_base_2026(case: dict[str, Any]) -> dict[str, Any]:
    return {"base": nearest(_unrounded_wage_base(case["awi_2024"]), 300)}


def _projected(case: dict[str, Any]) -> dict[str, Any]:
    year = ws.limits(case["from_year"] + case["years"], inflation=case["inflation"])
    return {
        "402g": _dollars(year.elective_deferral_cents),
        "cu": _dollars(year.catch_up_cents),
        "401a17": _dollars(year.compensation_cents),
        "415c": _dollars(year.annual_additions_cents),
        "hce": _dollars(year.highly_compensated_cents),
        "key": _dollars(year.key_officer_cents),
    }


def _not_frozen(case: dict[str, Any]) -> dict[str, Any]:
    frozen = case["rounded_start"]
    for _ in range(case["years"]):
        frozen = int(frozen * (1 + Fraction(str(case["inflation"])))) // case["multiple"] * case["multiple"]
    year = ws.limits(case["from_year"] + case["years"], inflation=case["inflation"])
    return {"wrong_compound_rounded": frozen, "right_unrounded_index": _dollars(year.elective_deferral_cents)}


ANSWERS = {
    "IRS limits table": _table,
    "LIM-ROTH-2026": _roth_threshold,
    "LIM-TOT-2025-60": _at_61,
    "LIM-AGE-64": _at_64,
    "LIM-GREG-2018": _two_plans,
    "COLA-2007-402g": _indexed_2007,
    "415(d) method re-derives the published 2026 limit": _indexed_2026,
    "COLA-2026-super": _super_catch_up,
    "COLA-MILLIMAN-0.6": _after_a_jump,
    "SS contribution and benefit base: 60,600 x AWI(Y-2)/22,935.42, NEAREST 300, never reduced": _wage_base,
    "SS wage base 2026": _wage_base_2026,
    "COLA-PROJ-2027": _projected,
    "COLA-PROJ-2031": _projected,
    "COLA-PROJ-TRAP": _not_frozen,
}
