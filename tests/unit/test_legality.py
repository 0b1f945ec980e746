"""What the law has against a design: each warning where it is due and nowhere else, and the page that lists them."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import examples
from workforce_sim import ConfigError, load_config, simulate
from workforce_sim.config import with_changes
from workforce_sim.config.eligibility import Eligibility
from workforce_sim.plan.harbor import safe_harbor_problems
from workforce_sim.plan.legality import check_years, plan_warnings
from workforce_sim.plan.waits import wait_warnings
from workforce_sim.reference.eligibility import end_of_wait, first_entry
from workforce_sim.reference.service import birthday

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "model" / "legality.md").read_text(encoding="utf-8")

QACA = {"plan.match": {"preset": "qaca"}, "enrollment.auto_enrollment.scope": "all_eligible"}
ENHANCED = {"tiers": [{"up_to": 0.04, "rate": 1.0}]}
PAID = [{"name": "bonus", "kind": "bonus", "share": 0.1, "date": "03-15"}]
OWN = {"plan.testing.safe_harbor": True}
THREE_PERCENT = {"kind": "flat", "rate": 0.03}
OF_THREE_PERCENT = {**QACA, "enrollment.auto_enrollment.default_deferral_rate": 0.03}
OF_TEN_PERCENT = {**QACA, "enrollment.auto_enrollment.default_deferral_rate": 0.1, "enrollment.escalation.cap": 0.15}
NONELECTIVE_QACA = {
    "plan.match": {"preset": "none"},
    "plan.nonelective": THREE_PERCENT,
    "plan.testing.safe_harbor": "qaca",
    "plan.vesting.nonelective": "qaca_2",
    "enrollment.auto_enrollment.scope": "all_eligible",
}
ENHANCED_QACA = {
    "plan.match": {"tiers": [{"up_to": 0.035, "rate": 1.0}]},  # 3.5% in all, as 1 and half of 5, and never less
    "plan.testing.safe_harbor": "qaca",
    "plan.vesting.match": "qaca_2",
    "enrollment.auto_enrollment.scope": "all_eligible",
}

BY_HOURS: dict[str, Any] = {"waiting_period_years": 1, "service": {"method": "hours"}}
NEW = {"plan.established": "2023-01-01", "enrollment.auto_enrollment.scope": "all_eligible"}

DUE: dict[str, tuple[dict[str, Any], str]] = {
    "a wait of more than a year": ({"eligibility.waiting_period_days": 366}, "410(a)(1)(A)(ii)"),
    "a source that waits two years, vested later": (
        {
            "plan.profit_sharing": {"kind": "dollars", "dollars": 1, "eligibility": {"waiting_period_years": 2}},
            "plan.vesting.profit_sharing": "cliff_1",
        },
        "410(a)(1)(A)(ii)",
    ),
    "a source that waits three years": (
        {"plan.nonelective": {"kind": "flat", "rate": 0.01, "eligibility": {"waiting_period_years": 3}}},
        "410(a)(1)(B)(i)",
    ),
    "a source from an age of 22": (
        {"plan.discretionary_match": {"preset": "simple", "eligibility": {"minimum_age": 22}}},
        "410(a)(1)(A)(i)",
    ),
    "a source with annual entry": (
        {"plan.discretionary_match": {"preset": "simple", "eligibility": {"entry": "annual"}}},
        "410(a)(4)",
    ),
    "a slow schedule of profit sharing": ({"plan.vesting.profit_sharing": [0.0, 0.0, 0.0, 0.0, 1.0]}, "411(a)(2)(B)"),
    "two sources that are integrated": (
        {
            "plan.nonelective": {"kind": "integrated", "integrated": {"base_rate": 0.05, "excess_rate": 0.05}},
            "plan.profit_sharing": {"kind": "integrated", "integrated": {"base_rate": 0.05, "excess_rate": 0.01}},
        },
        "401(l)",
    ),
    "an integrated pool beside an integrated formula": (
        {
            "plan.nonelective": {"kind": "integrated", "integrated": {"base_rate": 0.05, "excess_rate": 0.01}},
            "plan.profit_sharing": {
                "kind": "pool",
                "pool": {"dollars": 1000, "allocation": "integrated", "integrated": {"level_share": 1}},
            },
        },
        "401(l)",
    ),
    "a safe-harbor match that waits 13 months": (
        {"plan.match": {"preset": "safe_harbor_basic", "eligibility": {"waiting_period_months": 13}}},
        "401(k)(12)",
    ),
    "a safe-harbor match with a limit in dollars": (
        {"plan.match": {"preset": "safe_harbor_basic", "annual_limit": 10_000}},
        "401(k)(12)(B)",
    ),
    "a wait of 13 months": ({"eligibility.waiting_period_months": 13}, "410(a)(1)(A)(ii)"),
    "a wait of two years": ({"eligibility.waiting_period_years": 2}, "410(a)(1)(A)(ii)"),
    "a wait of a year and a month": (
        {"eligibility.waiting_period_years": 1, "eligibility.waiting_period_months": 1},
        "410(a)(1)(A)(ii)",
    ),
    "annual entry after a year": ({"eligibility": {"minimum_age": 18, "entry": "annual"}}, "410(a)(4)"),
    "annual entry after 7 months": (
        {"eligibility": {"waiting_period_months": 7, "minimum_age": 20, "entry": "annual"}},
        "410(a)(4)",
    ),
    "a match that leaves out bonuses": (
        {"compensation.other_pay": PAID, "plan.match": {"preset": "simple", "pay": "base"}},
        "414(s)",
    ),
    "a safe-harbor match that leaves out bonuses": (
        {"compensation.other_pay": PAID, "plan.match.pay": {"excluding": ["bonus"]}},
        "414(s)",
    ),
    "tests that leave out bonuses": (
        {"compensation.other_pay": PAID, "plan.testing.pay": {"excluding": ["bonus", "overtime"]}},
        "414(s)",
    ),
    "an age above 21": ({"eligibility.minimum_age": 22}, "410(a)(1)(A)(i)"),
    "annual entry after a long wait": (
        {"eligibility": {"waiting_period_days": 185, "minimum_age": 20, "entry": "annual"}},
        "410(a)(4)",
    ),
    "annual entry at 21": (
        {"eligibility": {"waiting_period_days": 184, "minimum_age": 21, "entry": "annual"}},
        "410(a)(4)",
    ),
    "a slow schedule": ({"plan.vesting.nonelective": [0.0, 0.0, 0.0, 0.0, 1.0]}, "411(a)(2)(B)"),
    "safe-harbor money not vested at once": ({"plan.vesting.match": "cliff_1"}, "401(k)(12)(E)(i)"),
    "QACA money not vested after 2 years": ({**QACA, "plan.vesting.match": "cliff_3"}, "401(k)(13)(D)(iii)(I)"),
    "new service after an acquisition": (
        {"actions.acquisitions": [{"census": "a.csv", "date": "2026-01-01", "prefix": "A-", "service": "new"}]},
        "414(a)(1)",
    ),
    "a late normal retirement age": ({"plan.vesting.normal_retirement_age": 66}, "411(a)(8)"),
    "a last-day condition": ({"plan.match": {"preset": "safe_harbor_basic", "last_day": True}}, "401(k)(12)"),
    "hours": ({**QACA, "plan.match": {"preset": "qaca", "minimum_hours": 1}}, "401(k)(13)"),
    "two years of service": (
        {"plan.match": {"preset": "safe_harbor_enhanced", "minimum_service_years": 2}},
        "401(k)(12)",
    ),
    "a poorer formula": ({**OWN, "plan.match": {"tiers": [{"up_to": 0.06, "rate": 0.5}]}}, "401(k)(12)(B)"),
    "a formula poorer at 3% alone": (
        {**OWN, "plan.match": {"tiers": [{"up_to": 0.02, "rate": 1.0}, {"up_to": 0.06, "rate": 0.5}]}},
        "401(k)(12)(B)",
    ),
    "rates that rise": (
        {**OWN, "plan.match": {"tiers": [{"up_to": 0.03, "rate": 1.0}, {"up_to": 0.05, "rate": 1.1}]}},
        "401(k)(12)(B)",
    ),
    "a formula in dollars": (
        {**OWN, "plan.match": {"dollar_tiers": [{"up_to": 100_000, "rate": 1.0}]}},
        "401(k)(12)(B)",
    ),
    "a QACA without automatic enrollment": (
        {
            **QACA,
            "enrollment.auto_enrollment": {"enabled": False, "default_deferral_rate": 0.06, "scope": "all_eligible"},
        },
        "401(k)(13)(C)(i)",
    ),
    "a QACA for new hires only": (
        {"plan.match": {"preset": "qaca"}, "enrollment.auto_enrollment.scope": "new_hires_only"},
        "401(k)(13)(C)(iv)",
    ),
    "a match above 6%": (
        {**OWN, "plan.match": {"tiers": [{"up_to": 0.07, "rate": 1.0}]}},
        "401(m)(11)(B)(i)",
    ),
    "safe-harbor nonelective money of those who defer alone": (
        {
            **OWN,
            "plan.match": {"preset": "none"},
            "plan.nonelective": {"kind": "flat", "rate": 0.03, "compensation": "participating"},
        },
        "401(k)(12)(C)",
    ),
    "a formula of one's own not vested at once": (
        {**OWN, "plan.match": ENHANCED, "plan.vesting.match": "cliff_3"},
        "401(k)(12)(E)(i)",
    ),
    "a QACA above 10%": ({**QACA, "enrollment.auto_enrollment.default_deferral_rate": 0.11}, "401(k)(13)(C)(iii)"),
    "10% that rises after a year": (OF_TEN_PERCENT, "401(k)(13)(C)(iii)"),
    "10% that rises in the middle of the year after": (
        {**OF_TEN_PERCENT, "enrollment.escalation": {"cap": 0.15, "date": "12-31"}},
        "401(k)(13)(C)(iii)",
    ),
    "9% that rises by 1% in the same year and the next": (
        {
            **QACA,
            "enrollment.auto_enrollment.default_deferral_rate": 0.09,
            "enrollment.escalation": {"cap": 0.15, "delay_years": 0, "date": "07-01"},
        },
        "401(k)(13)(C)(iii)",
    ),
    "8% that rises by 3%": (
        {
            **QACA,
            "enrollment.auto_enrollment.default_deferral_rate": 0.08,
            "enrollment.escalation": {"cap": 0.15, "increment": 0.03},
        },
        "401(k)(13)(C)(iii)",
    ),
    "a QACA in which nobody may defer more than 5%": (
        {**OF_THREE_PERCENT, "enrollment.escalation.cap": 0.1, "enrollment.max_deferral": 0.05},
        "401(k)(13)(C)(iii)",
    ),
    "4% that rises by 0.4% from the next year on": (
        {**QACA, "enrollment.escalation": {"delay_years": 0, "increment": 0.004}},
        "401(k)(13)(C)(iii)",
    ),
    "a nonelective QACA not vested after 2 years": (
        {**NONELECTIVE_QACA, "plan.vesting.nonelective": "cliff_3"},
        "401(k)(13)(D)(iii)(I)",
    ),
    "a nonelective QACA of those who defer alone": (
        {**NONELECTIVE_QACA, "plan.nonelective": {**THREE_PERCENT, "compensation": "participating"}},
        "401(k)(13)(D)(i)(II)",
    ),
    "a nonelective QACA above 10%": (
        {**NONELECTIVE_QACA, "enrollment.auto_enrollment.default_deferral_rate": 0.11},
        "401(k)(13)(C)(iii)",
    ),
    "an enhanced QACA match that is poorer at 6%": (
        {**ENHANCED_QACA, "plan.match": {"tiers": [{"up_to": 0.034, "rate": 1.0}]}},
        "401(k)(13)(D)(ii)",
    ),
    "a QACA up to 16%": ({**QACA, "enrollment.escalation.cap": 0.16}, "401(k)(13)(C)(iii)"),
    # At least 4, 5 and 6% on 1 January of the second, third and fourth year after that of the enrollment.
    "a QACA that does not rise": ({**OF_THREE_PERCENT, "enrollment.escalation.enabled": False}, "401(k)(13)(C)(iii)"),
    "a QACA that rises late": ({**OF_THREE_PERCENT, "enrollment.escalation.delay_years": 3}, "401(k)(13)(C)(iii)"),
    "a QACA that rises half a year late": (
        {**OF_THREE_PERCENT, "enrollment.escalation": {"delay_years": 2, "date": "07-01"}},
        "401(k)(13)(C)(iii)",
    ),
    "a QACA that stops at 5%": ({**OF_THREE_PERCENT, "enrollment.escalation.cap": 0.05}, "401(k)(13)(C)(iii)"),
    "a QACA that rises by less than 1%": (
        {**OF_THREE_PERCENT, "enrollment.escalation": {"delay_years": 2, "increment": 0.009}},
        "401(k)(13)(C)(iii)",
    ),
    "a QACA of 5% that rises after 5 years": (
        {
            **QACA,
            "enrollment.auto_enrollment.default_deferral_rate": 0.05,
            "enrollment.escalation.delay_years": 5,
        },
        "401(k)(13)(C)(iii)",
    ),
    "a graded formula of one's own": (
        {
            **OWN,
            "plan.match": {
                "by_service": [{"from": 0, "rate": 1.0, "max": 0.04}, {"from": 5, "rate": 1.0, "max": 0.05}]
            },
        },
        "401(k)(12)(B)(ii)",
    ),
    "a safe-harbor contribution not vested at once": (
        {
            **OWN,
            "plan.match": {"preset": "simple"},
            "plan.nonelective": THREE_PERCENT,
            "plan.vesting.nonelective": "cliff_1",
        },
        "401(k)(12)(E)(i)",
    ),
    "a safe-harbor contribution on the last day": (
        {**OWN, "plan.match": {"preset": "simple"}, "plan.nonelective": {**THREE_PERCENT, "last_day": True}},
        "401(k)(12)",
    ),
    "two years of service without full vesting": (
        {"plan.nonelective": {**THREE_PERCENT, "minimum_service_years": 2}, "plan.vesting.nonelective": "cliff_1"},
        "410(a)(1)(A)(ii), (B)(i)",
    ),
    "three years of service": (
        {"plan.match": {"preset": "simple", "minimum_service_years": 3}},
        "410(a)(1)(A)(ii), (B)(i)",
    ),
    "more than 1,000 hours": ({"plan.match": {"preset": "simple", "minimum_hours": 1001}}, "410(a)(3)(A)(i)"),
    "more than 1,000 hours of a year of service": (
        {"eligibility": {**BY_HOURS, "service": {"method": "hours", "hours": 1001}}},
        "410(a)(3)(A)(i)",
    ),
    "long-term part-time employees left out": (
        {"eligibility": {**BY_HOURS, "long_term_part_time": {"enabled": False}}},
        "401(k)(2)(D), (15)",
    ),
    "more than 1,000 hours of a year of vesting service": (
        {"plan.vesting.service": {"method": "hours", "hours": 1001}},
        "411(a)(5)(A)",
    ),
    "a class that waits two years": (
        {"eligibility.classes": [{"department": ["Shop"], "waiting_period_years": 2}]},
        "410(a)(1)(A)(ii)",
    ),
    "a new plan without automatic enrollment": (
        {"plan.established": "2023-01-01", "enrollment.auto_enrollment.enabled": False},
        "414A(a)",
    ),
    "a new plan that enrolls new hires": (
        NEW | {"enrollment.auto_enrollment.scope": "new_hires_only"},
        "414A(b)(1)",
    ),
    "a new plan with a default of 2%": (
        NEW | {"enrollment.auto_enrollment.default_deferral_rate": 0.02},
        "414A(b)(3)(A)(i)",
    ),
    "a new plan with a default that stays": (NEW | {"enrollment.escalation.enabled": False}, "414A(b)(3)(A)(ii)"),
}

NOT_DUE: dict[str, dict[str, Any]] = {
    "a year of service by hours": {"eligibility": {**BY_HOURS, "entry": "semiannual"}},
    "500 hours, and nobody is a long-term part-time employee": {
        "eligibility": {
            **BY_HOURS,
            "service": {"method": "hours", "hours": 500},
            "long_term_part_time": {"enabled": False},
        }
    },
    "long-term part-time employees left out before 2024": {
        "simulation.start_year": 2021,
        "simulation.end_year": 2023,
        "eligibility": {**BY_HOURS, "long_term_part_time": {"enabled": False}},
    },
    "the defaults": {},
    "the longest wait": {"eligibility": {"waiting_period_days": 365, "minimum_age": 21, "entry": "semiannual"}},
    "a year to the anniversary": {
        "eligibility": {"waiting_period_years": 1, "minimum_age": 21, "entry": "semiannual"},
    },
    "12 months with quarterly entry": {
        "eligibility": {"waiting_period_months": 12, "minimum_age": 21, "entry": "quarterly"},
    },
    "months in place of too many days": {
        "eligibility": {"waiting_period_days": 800, "waiting_period_months": 6, "entry": "monthly"},
    },
    "6 months with annual entry": {
        "eligibility": {"waiting_period_months": 6, "minimum_age": 20, "entry": "annual"},
    },
    "10% that rises after 2 years": {**OF_TEN_PERCENT, "enrollment.escalation": {"cap": 0.15, "delay_years": 2}},
    "10% capped there": {**OF_TEN_PERCENT, "enrollment.escalation.cap": 0.1},
    "10% that does not rise, whatever its cap": {
        **OF_TEN_PERCENT,
        "enrollment.escalation": {"enabled": False, "cap": 0.5},
    },
    "11%, of which nobody may defer more than 10": {
        **OF_TEN_PERCENT,
        "enrollment.auto_enrollment.default_deferral_rate": 0.11,
        "enrollment.max_deferral": 0.1,
    },
    "9% that rises by 1% first on 1 January": {
        **QACA,
        "enrollment.auto_enrollment.default_deferral_rate": 0.09,
        "enrollment.escalation": {"cap": 0.15, "delay_years": 0},
    },
    "a QACA by a nonelective contribution": NONELECTIVE_QACA,
    "which need not be called one": {**NONELECTIVE_QACA, "plan.testing.safe_harbor": True},
    "a QACA by an enhanced match": ENHANCED_QACA,
    "which need not be called one either": {**ENHANCED_QACA, "plan.testing.safe_harbor": True},
    "the basic match vested after 2 years, in a QACA": {
        "plan.match": {"preset": "safe_harbor_basic"},
        "plan.vesting.match": "qaca_2",
        "enrollment.auto_enrollment.scope": "all_eligible",
    },
    "annual entry in time": {"eligibility": {"waiting_period_days": 184, "minimum_age": 20, "entry": "annual"}},
    "one year of service for the match": {"plan.match": {"preset": "safe_harbor_basic", "minimum_service_years": 1}},
    "conditions of a match that claims nothing": {"plan.match": {"preset": "simple", "last_day": True}},
    "pay that nobody has left out": {
        "compensation.other_pay": PAID,
        "plan.match.pay": {"excluding": ["overtime"]},
        "plan.testing.pay": "all",
    },
    "deferrals from salary alone": {"compensation.other_pay": PAID, "plan.deferral_pay": "base"},
    "an enhanced formula": {**OWN, "plan.match": ENHANCED},
    "the basic formula at a higher rate": {**OWN, "plan.match": {"tiers": [{"up_to": 0.05, "rate": 1.0}]}},
    "a QACA": QACA,
    "a QACA at 6% that never rises": {
        **QACA,
        "enrollment.auto_enrollment.default_deferral_rate": 0.06,
        "enrollment.escalation.enabled": False,
    },
    "a QACA of 3% that rises in the second year": {**OF_THREE_PERCENT, "enrollment.escalation.delay_years": 2},
    "a QACA of 3% that rises in the middle of the year": {
        **OF_THREE_PERCENT,
        "enrollment.escalation": {"delay_years": 1, "date": "07-01"},
    },
    "a QACA of 5% that rises after 4 years": {
        **QACA,
        "enrollment.auto_enrollment.default_deferral_rate": 0.05,
        "enrollment.escalation.delay_years": 4,
    },
    "a QACA vested after 2 years": {**QACA, "plan.vesting.match": "qaca_2"},
    "a safe-harbor contribution beside a match with conditions": {
        **OWN,
        "plan.match": {"preset": "simple", "last_day": True},
        "plan.vesting.match": "cliff_3",
        "plan.nonelective": THREE_PERCENT,
    },
    "two years of service, all vested at once": {"plan.nonelective": {**THREE_PERCENT, "minimum_service_years": 2}},
    "one year of service, vested later": {
        "plan.nonelective": {**THREE_PERCENT, "minimum_service_years": 1},
        "plan.vesting.nonelective": "cliff_3",
    },
    "a source that waits two years, all vested at once": {
        "plan.profit_sharing": {"kind": "dollars", "dollars": 1, "eligibility": {"waiting_period_years": 2}}
    },
    "a safe-harbor match after a year": {
        "plan.match": {"preset": "safe_harbor_basic", "eligibility": {"waiting_period_years": 1}},
    },
    "two sources that share permitted disparity": {
        "plan.nonelective": {"kind": "integrated", "integrated": {"base_rate": 0.05, "excess_rate": 0.025}},
        "plan.profit_sharing": {"kind": "integrated", "integrated": {"base_rate": 0.05, "excess_rate": 0.025}},
    },
    "1,000 hours": {"plan.match": {"preset": "simple", "minimum_hours": 1000}},
    "a graded match that claims nothing": {
        "plan.match": {"by_service": [{"from": 0, "rate": 0.5, "max": 0.06}, {"from": 5, "rate": 1.0, "max": 0.06}]}
    },
    "a new plan that enrolls everybody, to 10%": NEW,
    "one begun the day before": {"plan.established": "2022-12-28", "enrollment.auto_enrollment.enabled": False},
    "no plan": {"plan.enabled": False, "eligibility.waiting_period_days": 1000},
}


def warnings(changes: dict[str, Any]) -> tuple[str, ...]:
    return plan_warnings(with_changes(load_config(), changes))


@pytest.mark.parametrize(("changes", "section"), DUE.values(), ids=DUE)
def test_a_warning_names_its_key_and_section(changes: dict[str, Any], section: str) -> None:
    (warning,) = warnings(changes)
    key = warning.partition(":")[0]

    assert re.search(rf"\(?IRC {re.escape(section)}\)(;|$)", warning)
    assert any(key.startswith(changed) or changed.startswith(key) for changed in changes)


@pytest.mark.parametrize("changes", NOT_DUE.values(), ids=NOT_DUE)
def test_what_the_law_allows_has_none(changes: dict[str, Any]) -> None:
    assert warnings(changes) == ()


@pytest.mark.parametrize(
    ("eligibility", "dates"),
    [
        # A year of service is complete the day before the anniversary; entry by 1 January after, or 6 months after.
        ({"waiting_period_days": 366}, ("2025-01-01", "2026-01-02", "2026-01-01")),
        ({"waiting_period_years": 2}, ("2025-01-01", "2027-01-01", "2026-01-01")),
        (
            {"waiting_period_days": 185, "minimum_age": 20, "entry": "annual"},
            ("2025-07-01", "2027-01-01", "2026-12-30"),
        ),
        ({"waiting_period_years": 1, "entry": "annual"}, ("2025-01-02", "2027-01-01", "2026-07-01")),
    ],
    ids=str,
)
def test_a_wait_is_told_with_the_latest_lawful_date(eligibility: dict[str, Any], dates: tuple[str, ...]) -> None:
    (warning,) = warnings({"eligibility": {"minimum_age": 18, **eligibility}})

    assert "hired on {}, entry on {}; the law requires entry by {}".format(*dates) in warning


@pytest.mark.parametrize(
    ("eligibility", "dates"),
    [
        ({"minimum_age": 22}, ("2025-01-01", "2026-01-01", "2025-07-01")),
        ({"waiting_period_days": 0, "entry": "annual"}, ("2025-01-02", "2026-01-01", "2025-07-02")),
    ],
    ids=str,
)
def test_so_is_an_age(eligibility: dict[str, Any], dates: tuple[str, ...]) -> None:
    (warning,) = warnings({"eligibility": eligibility})

    assert "21 years old on {}, entry on {}; the law requires entry by {}".format(*dates) in warning


@pytest.mark.parametrize(
    ("vesting", "asked", "dates"),
    [
        ("cliff_3", 2, ("2025-01-01", "2027-01-01", "2026-01-01")),
        ("immediate", 3, ("2025-01-01", "2028-01-01", "2027-01-01")),
    ],
)
def test_so_are_the_years_of_service_of_employer_money(vesting: str, asked: int, dates: tuple[str, ...]) -> None:
    match = {"plan.match": {"preset": "simple", "minimum_service_years": asked}, "plan.vesting.match": vesting}
    (warning,) = warnings(match)

    assert warning.startswith("plan.match.minimum_service_years: ")
    assert "hired on {}, entry on {}; the law requires entry by {}".format(*dates) in warning


@settings(max_examples=examples(40))
@given(
    unit=st.sampled_from(["days", "months"]),
    wait=st.integers(0, 420),
    age=st.integers(0, 23),
    entry=st.sampled_from(["immediate", "monthly", "quarterly", "semiannual", "annual"]),
    start=st.integers(2011, 2100),
)
def test_there_is_a_warning_exactly_where_somebody_would_enter_too_late(
    unit: str, wait: int, age: int, entry: str, start: int
) -> None:
    """Of those hired on each day of four years at 50, and of those who have long served and turn 21 then."""
    number = wait if unit == "days" else wait // 30
    rule = Eligibility.model_validate({f"waiting_period_{unit}": number, "minimum_age": age, "entry": entry})
    tried = [dt.date(start, 1, 1) + dt.timedelta(days=n) for n in range(1461)]
    late = any(
        first_entry(end_of_wait(day, rule), entry) > latest(birthday(day, 1) - dt.timedelta(days=1)) for day in tried
    ) or any(
        first_entry(birthday(day, age), entry) > latest(birthday(day, 21))
        for day in (dt.date(start - 21, 1, 1) + dt.timedelta(days=n) for n in range(1461))
    )

    assert bool(list(wait_warnings(rule, start))) == late or age > 21


def latest(met: dt.date) -> dt.date:
    """The earlier of the first 1 January after, and 6 months after."""
    year, month = divmod(12 * met.year + met.month - 1 + 6, 12)
    half = dt.date(year, month + 1, min(met.day, calendar.monthrange(year, month + 1)[1]))
    return min(half, dt.date(met.year + 1, 1, 1))


def test_a_warning_of_every_year_is_given_once_and_one_of_a_later_year_too() -> None:
    later = {2025: {"preset": "simple"}, 2027: {"preset": "safe_harbor_basic", "last_day": True}}

    assert len(warnings({"eligibility.minimum_age": 30, "simulation.end_year": 2034})) == 1
    assert len(warnings({"plan.match": later})) == 1
    assert warnings({"plan.match": later, "simulation.end_year": 2026}) == ()


@pytest.mark.parametrize(
    ("formula", "year", "says"),
    [
        # Wage bases: 176,100 dollars in 2025, 184,500 in 2026.
        ({"level": 176_100.01}, 2025, "the integration level is above the year's Social Security wage base"),
        (
            {"level": 176_100.0, "excess_rate": 0.057},
            2026,
            "excess_rate must be at most 0.054 with an integration level of",
        ),
        (
            {"level": 90_000.0, "excess_rate": 0.044},
            2025,
            "excess_rate must be at most 0.043 with an integration level of",
        ),
    ],
)
def test_an_integrated_formula_beyond_its_bounds_names_the_first_year_in_which_it_is(
    formula: dict[str, Any], year: int, says: str
) -> None:
    integrated = {"base_rate": 0.06, "excess_rate": 0.03, **formula}
    changes = {"plan.nonelective": {"kind": "integrated", "integrated": integrated}, "simulation.start_year": 2025}
    config = with_changes(load_config(), {**changes, "simulation.end_year": 2027, "census.size": 5})
    for refuses in (check_years, load_config, simulate):
        with pytest.raises(ConfigError, match=rf"^plan\.nonelective\.integrated: in {year}, {says}"):
            refuses(config)
    check_years(with_changes(config, {"plan.enabled": False}))


def test_an_integrated_formula_within_its_bounds_in_every_year_is_none() -> None:
    formula = {"base_rate": 0.06, "excess_rate": 0.057, "level": 176_100.0}
    nonelective = {"plan.nonelective": {"kind": "integrated", "integrated": formula}}
    check_years(with_changes(load_config(), {**nonelective, "simulation.end_year": 2025}))


def test_a_path_a_dict_and_nothing_are_configurations(tmp_path: Path) -> None:
    late = with_changes(load_config(), {"plan.vesting.normal_retirement_age": 70})
    path = tmp_path / "late.yaml"
    path.write_text(
        "simulation: {start_year: 2025, end_year: 2029, target_growth_rate: 0.03}\n"
        "workforce: {total_termination_rate: 0.12, new_hire_termination_rate: 0.25}\n"
        "random_seed: 42\nplan: {vesting: {normal_retirement_age: 70}}\n",
        encoding="utf-8",
    )

    assert plan_warnings(path) == plan_warnings(str(path)) == plan_warnings(late.model_dump(by_alias=True))
    assert plan_warnings(path) == plan_warnings(late) != ()
    assert plan_warnings() == plan_warnings(None) == ()
    with pytest.raises(TypeError, match="a configuration is a path, a dict or a Config, not int"):
        plan_warnings(5)  # type: ignore[arg-type]
    level = {"base_rate": 0.06, "excess_rate": 0.03, "level": 200_000.0}
    above = {"plan": {"nonelective": {"kind": "integrated", "integrated": level}}}
    with pytest.raises(ConfigError, match=r"plan\.nonelective\.integrated: in 2025"):
        plan_warnings(late.model_dump(by_alias=True) | above)


def test_money_that_claims_nothing_has_no_problem_of_a_safe_harbor() -> None:
    slow = {"plan.match": {"preset": "simple", "last_day": True}, "plan.vesting.match": "cliff_3"}

    assert safe_harbor_problems(with_changes(load_config(), slow), 2025) == []
    assert len(safe_harbor_problems(with_changes(load_config(), {**slow, **OWN}), 2025)) == 3


def test_a_warning_is_a_note_of_the_run() -> None:
    late = {"census.size": 50, "simulation.end_year": 2025, "plan.vesting.normal_retirement_age": 70}
    notes = simulate(with_changes(load_config(), late)).notes

    assert [note for note in notes if note.startswith("compliance warning: ")] == [
        f"compliance warning: {text}" for text in warnings(late)
    ]
    assert any("411(a)(8)" in note for note in notes)


def test_no_shipped_design_is_warned_about() -> None:
    designs = sorted((ROOT / "config" / "plan_designs").glob("*.yaml"))

    assert [path.stem for path in designs if plan_warnings(load_config(path))] == []
    assert designs


def test_the_page_lists_every_section_that_a_warning_names() -> None:
    source = "".join(
        (ROOT / "src" / "workforce_sim" / "plan" / name).read_text(encoding="utf-8")
        for name in ("automatic.py", "harbor.py", "legality.py", "vesting.py", "waits.py")
    )
    sections = set(re.findall(r"IRC (4\d\dA?(?:\(\w+\))+)", source))
    listed = re.findall(r"4\d\dA?(?:\(\w+\))+", PAGE.partition("## Not looked at")[0])

    assert sections <= set(listed)
    assert {section.partition(",")[0] for _, section in DUE.values()} == sections
