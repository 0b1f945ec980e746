"""The reference model's pay other than salary and further sources against the examples of their chapters."""

from __future__ import annotations

import datetime as dt
import io
import re
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from workforce_sim import simulate
from workforce_sim.reference.match import Payroll, Tier, payroll_match
from workforce_sim.reference.profit_sharing import most_excess
from workforce_sim.result.result import Result

MODEL = Path(__file__).parents[2] / "docs" / "model"


def block(page: str, kind: str) -> str:
    text = (MODEL / page).read_text(encoding="utf-8")
    return re.findall(rf"```{kind}\n(.*?)```", text, flags=re.DOTALL)[0]


def person_in(result: Result, year: int, who: str) -> dict[str, Any]:
    found = result.snapshots.filter((pl.col("year") == year) & (pl.col("employee_id") == who))
    return found.row(0, named=True)


# Pay other than salary


@cache
def firm() -> Result:
    census = pl.read_csv(io.StringIO(block("index.md", "csv")), try_parse_dates=True)
    return simulate(
        yaml.safe_load(block("index.md", "yaml")) | yaml.safe_load(block("other-pay.md", "yaml")),
        census=census,
        engine="reference",
    )


def payments(kind: str) -> dict[str, tuple[dt.date, int]]:
    rows = firm().events.filter((pl.col("year") == 2026) & (pl.col("event_type").cast(pl.String) == "other_pay"))
    rows = rows.filter(pl.col("cause").cast(pl.String) == kind)
    return {row["employee_id"]: (row["effective_date"], row["amount_cents"]) for row in rows.iter_rows(named=True)}


def test_dated_payments_are_those_of_the_chapter() -> None:
    bonus, spot = payments("bonus"), payments("discretionary_bonus")
    amounts = {"E-0003": 989_956, "E-0006": 803_066, "NH-2025-000001": 1_245_536, "NH-2026-000001": 50_442}
    assert {who: bonus.get(who) for who in amounts} == {
        who: (dt.date(2026, 3, 15), amount) for who, amount in amounts.items()
    }
    assert "E-0008" not in bonus
    awards = {"E-0003": None, "E-0006": 181_800, "E-0008": None, "NH-2025-000001": 188_773, "NH-2026-000001": None}
    assert {who: spot[who][1] if who in spot else None for who in awards} == awards


def test_overtime_is_paid_with_salary_to_receivers_of_the_department() -> None:
    overtime = {"E-0003": 0, "E-0006": 539_871, "E-0008": 90_898, "NH-2025-000001": 0, "NH-2026-000001": 0}
    assert {who: person_in(firm(), 2026, who)["overtime_pay_cents"] for who in overtime} == overtime


def test_each_definition_counts_its_own_pay() -> None:
    found = person_in(firm(), 2026, "E-0006")
    assert found["earnings_cents"] == 10_522_581
    assert found["other_pay_cents"] == 803_066 + 539_871 + 181_800
    assert found["pre_tax_cents"] + found["roth_cents"] == 523_015
    assert found["plan_compensation_cents"] == 10_340_781
    assert found["match_cents"] == 253_142

    found = person_in(firm(), 2026, "NH-2025-000001")
    assert found["pre_tax_cents"] + found["roth_cents"] == 260_973
    assert (found["plan_compensation_cents"], found["match_cents"]) == (7_491_069, 126_711)
    assert found["testing_compensation_cents"] == 7_679_842


def test_the_year_has_the_sum_of_other_pay() -> None:
    snapshots = firm().snapshots.group_by("year").agg(pl.col("other_pay_cents").sum()).sort("year")
    assert firm().summary.sort("year")["other_pay_cents"].to_list() == snapshots["other_pay_cents"].to_list()


def test_a_payroll_matches_as_far_as_each_limit_goes() -> None:
    tiers = [Tier(0, 600, 5_000)]
    # 5% of 100.00 deferred, match pay 50.00: 6% of it are 3.00, half of that.
    assert payroll_match(tiers, [Payroll(500, 10_000, 10_000, 5_000)], 10**9, 10**9) == 150
    # Half of the match pay is left, half of the deferral, half of the deferral pay: each halves the match.
    assert payroll_match(tiers, [Payroll(500, 10_000, 10_000, 5_000)], 2_500, 10**9) == 75
    assert payroll_match(tiers, [Payroll(500, 10_000, 10_000, 5_000)], 10**9, 250) == 75
    assert payroll_match(tiers, [Payroll(500, 10_000, 5_000, 5_000)], 10**9, 10**9) == 75


# Sources


@cache
def four() -> Result:
    """The four employees of the chapter."""
    columns = ("employee_id", "birth_date", "hire_date", "annual_salary", "deferral_rate")
    people = [
        ("A", dt.date(1969, 6, 1), dt.date(2010, 3, 1), 100_000.0, 0.06),
        ("B", dt.date(1989, 6, 1), dt.date(2015, 3, 1), 50_000.0, 0.04),
        ("C", dt.date(1994, 6, 1), dt.date(2024, 7, 1), 73_000.0, 0.05),
        ("D", dt.date(1964, 6, 1), dt.date(2010, 3, 1), 340_000.0, 0.10),
    ]
    config = {
        "simulation": {"start_year": 2025, "end_year": 2025, "target_growth_rate": 0},
        "workforce": {"total_termination_rate": 0, "new_hire_termination_rate": 0},
        "promotion": {"base_rate": 0},
        "random_seed": 42,
        "compensation": {"cola_rate": 0, "merit_pool": 0},
        "enrollment": {"stop": 0, "change": {"probability": 0}, "escalation": {"enabled": False}},
        **yaml.safe_load(block("sources.md", "yaml")),
    }
    return simulate(config, census=pl.DataFrame(people, schema=columns, orient="row"), engine="reference")


def test_the_four_sources_of_the_chapter() -> None:
    columns = ("match_cents", "nonelective_cents", "discretionary_match_cents", "profit_sharing_cents")
    found = {who: tuple(person_in(four(), 2025, who)[name] for name in columns) for who in "ABCD"}
    assert found == {
        "A": (300_000, 300_000, 100_000, 951_594),
        "B": (100_000, 150_000, 50_000, 93_073),
        "C": (92_000, 219_000, 73_000, 90_372),
        "D": (1_020_000, 1_020_000, 100_000, 2_585_000),
    }
    last = person_in(four(), 2025, "D")
    assert (last["catch_up_cents"], last["excess_415_cents"]) == (1_125_000, 2_279_961)
    assert person_in(four(), 2025, "C")["plan_compensation_cents"] == 3_680_000


@pytest.mark.parametrize(
    ("level", "most"), [(100, 57_000), (99, 54_000), (81, 54_000), (80, 43_000), (21, 43_000), (20, 57_000)]
)
def test_the_excess_rate_that_a_level_allows(level: int, most: int) -> None:
    assert most_excess(level * 176_100, 17_610_000) == most


# Limit of the plan on deferrals of the highly compensated


def limited(birth: dt.date) -> dict[str, Any]:
    config = {
        "simulation": {"start_year": 2026, "end_year": 2026, "target_growth_rate": 0},
        "workforce": {"total_termination_rate": 0, "new_hire_termination_rate": 0},
        "promotion": {"base_rate": 0},
        "random_seed": 42,
        "compensation": {"cola_rate": 0, "merit_pool": 0},
        "eligibility": {"waiting_period_days": 0, "minimum_age": 0},
        "enrollment": {"stop": 0, "change": {"probability": 0}, "escalation": {"enabled": False}},
        "plan": {"hce_deferral_limit": 0.06, "match": {"tiers": [{"up_to": 0.08, "rate": 0.5}], "basis": "payroll"}},
    }
    row = [("A", birth, dt.date(2010, 3, 1), 200_000.0, 0.10)]
    columns = ("employee_id", "birth_date", "hire_date", "annual_salary", "deferral_rate")
    result = simulate(config, census=pl.DataFrame(row, schema=columns, orient="row"), engine="reference")
    return person_in(result, 2026, "A")


def test_highly_compensated_employees_defer_up_to_the_limit_and_catch_up_goes_above_it() -> None:
    young, older = limited(dt.date(1981, 6, 1)), limited(dt.date(1971, 6, 1))
    assert (young["pre_tax_cents"] + young["roth_cents"], young["catch_up_cents"]) == (1_200_000, 0)
    assert (older["pre_tax_cents"] + older["roth_cents"], older["catch_up_cents"]) == (2_000_000, 800_000)
    # At 45 payroll applies 6%: half of 6% of pay. At 55 the elected 10%, of which 8% is matched.
    assert (young["match_cents"], older["match_cents"]) == (600_000, 800_000)
    assert young["deferral_bp"] == 1_000


# What the chapter says of cases that are easily read otherwise


def alone(**sections: Any) -> dict[str, Any]:
    """The only employee of a firm in 2026: level A, 200,000.00 a year, 6% deferred."""
    config = {
        "simulation": {"start_year": 2026, "end_year": 2026, "target_growth_rate": 0},
        "workforce": {
            "total_termination_rate": 0,
            "new_hire_termination_rate": 0,
            "levels": [{"name": "A"}, {"name": "B"}],
        },
        "promotion": {"base_rate": 0},
        "random_seed": 42,
        "eligibility": {"waiting_period_days": 0, "minimum_age": 0},
        "enrollment": {"stop": 0, "change": {"probability": 0}, "escalation": {"enabled": False}},
        **sections,
    }
    row = [("X", dt.date(1985, 6, 1), dt.date(2015, 3, 1), 200_000.0, 0.06, "A")]
    columns = ("employee_id", "birth_date", "hire_date", "annual_salary", "deferral_rate", "level")
    result = simulate(config, census=pl.DataFrame(row, schema=columns, orient="row"), engine="reference")
    return person_in(result, 2026, "X")


def test_pay_with_salary_goes_by_the_level_of_january_1_after_a_promotion_on_that_day() -> None:
    overtime = {"name": "overtime", "kind": "overtime", "share": 0.1, "by_level": {"B": 0.2}}
    promotion = {"mode": "rates", "base_rate": 1.0, "increase": {"lowest": 0.1, "highest": 0.1}, "minimum_tenure": 0}
    compensation = {"cola_rate": 0, "merit_pool": 0, "other_pay": [overtime]}
    first = alone(compensation=compensation, promotion=promotion | {"date": "01-01"})
    second = alone(compensation=compensation, promotion=promotion | {"date": "01-02"})
    assert first["other_pay_cents"] == 4_400_000
    # 200,000 a year on January 1, 220,000 on the other 364 days: 21,994,521 cents, a tenth of it.
    assert second["other_pay_cents"] == 2_199_452


def test_an_entry_that_an_employee_does_not_get_cuts_no_payroll() -> None:
    bonus = {"name": "bonus", "kind": "bonus", "share": 0.3}
    commission = {"name": "commission", "kind": "commission", "share": 1.0, "date": "12-31"}
    nobodys = {"name": "nobody's", "kind": "bonus", "share": 0.2, "receivers": 0.0, "date": "07-01"}
    match = {"tiers": [{"up_to": 0.04, "rate": 1.0}], "basis": "payroll", "pay": {"excluding": ["bonus"]}}

    def matched(*entries: dict[str, Any]) -> int:
        found = alone(
            compensation={"cola_rate": 0, "merit_pool": 0, "other_pay": entries},
            plan={"match": match, "deferrals_stop_at_pay_limit": True},
        )
        return int(found["match_cents"])

    # 4% of 400,000 of match pay, times the smallest quotient: 360,000 / 460,000 of deferral pay is deferred from.
    assert matched(bonus, commission) == matched(bonus, commission, nobodys) == 1_252_174
