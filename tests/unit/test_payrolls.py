"""A match by payroll where match and deferrals count different pay: by hand, and where they are the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import fast
from tests.unit.small_plans import laid_over, person, scenario, snapshot
from workforce_sim.config.match import Match
from workforce_sim.dates import Ints
from workforce_sim.plan.match import Payroll, payroll_match, uneven_payroll_match

DAILY = 3_650_000  # 100 dollars a day of a year of 365
BONUS = {"name": "bonus", "kind": "bonus", "share": 1.0, "date": "07-02", "prorated": False}
OVERTIME = {"name": "overtime", "kind": "overtime", "share": 1.0}
HALF_TO_SIX = {"preset": "simple", "basis": "payroll"}
SIMPLE = Match(preset="simple").bands[0][1]
BASIC = Match(preset="safe_harbor_basic").bands[0][1]
NO_LIMIT = 10**12


def one(*values: int) -> Ints:
    return np.array(values, dtype=np.int64)


def match_of(*payrolls: tuple[int, ...], tiers: Any = SIMPLE, most: int = NO_LIMIT, limit: int = NO_LIMIT) -> int:
    """Return the match of one person's payrolls: rate, deferral pay, match pay, and what counts of the first."""
    found = uneven_payroll_match([Payroll(*map(one, payroll)) for payroll in payrolls], tiers, one(most), one(limit))
    return int(found[0])


# --- the formula ------------------------------------------------------------------------------------------------------


def test_each_payroll_is_matched_on_its_deferral_and_its_own_match_pay() -> None:
    assert match_of((500, 100_000, 100_000)) == 2_500
    assert match_of((500, 100_000, 50_000)) == 1_500  # 5,000 is 10% of match pay: 6% of it is matched
    assert match_of((500, 50_000, 100_000)) == 1_250
    assert match_of((500, 100_000, 0)) == match_of((500, 0, 100_000)) == match_of((0, 100_000, 100_000)) == 0
    assert match_of((400, 100_000, 80_000), (0, 0, 20_000), tiers=BASIC) == 3_200  # 5% of 80,000: 3% and half of 2%


def test_a_limit_cuts_within_the_payroll_that_reaches_it_and_ends_the_match() -> None:
    spans = (500, 60_000, 80_000), (500, 60_000, 80_000), (500, 60_000, 80_000)
    assert match_of(*spans) == 4_500
    assert match_of(*spans, limit=120_000) == 2_250  # pay of one payroll and a half
    assert match_of(*spans, most=4_500) == 2_250  # of 9,000 deferred
    counting = [(*span, counts) for span, counts in zip(spans, (60_000, 30_000, 0), strict=True)]
    assert match_of(*counting) == 2_250
    assert match_of(*counting, most=3_000) == 1_500


def test_amounts_beyond_64_bits_in_between_are_exact() -> None:
    rich = (Match(tiers=[{"up_to": 1.0, "rate": 4.0}]).bands)[0][1]
    assert match_of((10_000, 90_000_000_000, 90_000_000_000), tiers=rich) == 360_000_000_000


SPANS = st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 10**7)), min_size=1, max_size=6)
LIMIT = st.integers(1, 10**7)


@given(spans=SPANS, most=LIMIT, limit=LIMIT, tiers=st.sampled_from([SIMPLE, BASIC]))
def test_where_both_count_the_same_pay_it_is_the_match_of_payrolls(
    spans: list[tuple[int, int]], most: int, limit: int, tiers: Any
) -> None:
    payrolls = [(rate, pay, pay) for rate, pay in spans]
    assert match_of(*payrolls, tiers=tiers, most=most, limit=limit) == payroll_match(spans, tiers, most, limit)


# --- through the engine -----------------------------------------------------------------------------------------------


def amount(*entries: dict[str, Any], rate: int = 600, **plan: Any) -> int:
    """Return the match of somebody paid 100 dollars a day."""
    sections = {"compensation": {"other_pay": list(entries)}, "plan": laid_over({"match": HALF_TO_SIX}, plan)}
    tables = fast(scenario(person(salary_cents=DAILY, deferral_bp=rate), **sections))
    return int(snapshot(tables, "match_cents"))


def test_a_bonus_of_one_definition_is_a_payroll_of_its_own() -> None:
    assert amount(BONUS) == 219_000  # half of 6% of 7,300,000
    assert amount(BONUS, deferral_pay="base") == 109_500  # nothing deferred from it, nothing matched on it
    assert amount(BONUS, match={"pay": "base"}) == 109_500
    annual = {"basis": "annual"}
    assert amount(BONUS, deferral_pay="base", rate=1200, match=annual) == 219_000  # the true-up
    assert amount(BONUS, deferral_pay="base", rate=1200) == 109_500
    assert amount(BONUS, rate=300, match={"pay": "base", **annual}) == 109_500
    assert amount(BONUS, rate=300, match={"pay": "base"}) == 54_750


def test_overtime_of_one_definition_changes_the_rate_on_match_pay() -> None:
    assert amount(OVERTIME, rate=300) == 109_500
    assert amount(OVERTIME, rate=300, match={"pay": "base"}) == 109_500  # 3% of twice the salary is 6% of it
    assert amount(OVERTIME, rate=600, match={"pay": "base"}) == 109_500
    assert amount(OVERTIME, rate=600, deferral_pay="base") == 109_500  # 3% of match pay


def test_the_pay_limit_is_reached_where_pay_that_counts_reaches_it() -> None:
    """100 dollars a day, the bonus of 36,500 on the 183rd day before its salary: 36,500 to date, then 73,000."""
    limits = {"overrides": {"compensation": {2025: 20_000.0}}}
    assert amount(BONUS, deferral_pay="base", limits=limits) == 54_600  # 182 days, 18,200: the bonus is beyond 20,000
    assert amount({**BONUS, "date": "12-31"}, deferral_pay="base", limits=limits) == 60_000
    stop = {"deferrals_stop_at_pay_limit": True, "limits": limits}
    assert amount(BONUS, match={"pay": "base"}, **stop) == 54_600
    assert amount({**BONUS, "date": "12-31"}, match={"pay": "base"}, **stop) == 60_000


@pytest.mark.parametrize("compensation", ["plan_year", "eligible", "participating"])
def test_payments_before_entry_are_not_matched(compensation: str) -> None:
    entry = {"waiting_period_days": 0, "minimum_age": 40}  # 40 on 2025-05-15
    before = {**BONUS, "date": "05-14"}
    sections = {
        "eligibility": entry,
        "enrollment": {"election": 1.0, "deferral_rates": 0.06},
        "plan": {"deferral_pay": "base", "match": {**HALF_TO_SIX, "compensation": compensation}},
    }
    with_bonus = {**sections, "compensation": {"other_pay": [before]}}
    found = [fast(scenario(person(salary_cents=DAILY), **each)) for each in (with_bonus, sections)]
    assert len({snapshot(tables, "match_cents") for tables in found}) == 1
    assert snapshot(found[0], "match_cents") > 0
