"""What pay of one year decides in the next: who is highly compensated; by hand and by both engines."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.small_plans import laid_over, leaving_on, lived, person, snapshots
from workforce_sim.draws import census_key

GROUP = {"plan": {"testing": {"top_paid_group": True}}}


def highly(*people: dict[str, Any], **sections: Any) -> list[bool]:
    """Who is highly compensated in the first year."""
    rows = [{"employee_id": f"E-{n:02d}", **row} for n, row in enumerate(people, start=1)]
    return [flag for (flag,) in snapshots(lived(*rows, **sections), "hce")]


def paid(cents: int | None, **columns: Any) -> dict[str, Any]:
    """Somebody with this pay in the year before the start."""
    return person(prior_year_pay_cents=cents, **columns)


def test_pay_of_the_year_before_must_be_strictly_above_its_threshold() -> None:
    # 155,000 dollars in 2024, 160,000 in 2025, which does not count yet.
    assert highly(paid(15_500_000), paid(15_500_001), paid(15_999_999), paid(0, salary_cents=90_000_000)) == [
        *(False, True),
        *(True, False),
    ]


def test_the_threshold_of_2010_was_that_of_2011() -> None:
    rows = [paid(pay, hire_date="2005-06-01") for pay in (11_000_000, 11_000_001)]
    assert highly(*rows, start=2011) == [False, True]


def test_an_override_of_the_threshold_is_that_of_its_own_year() -> None:
    limits = {"plan": {"limits": {"overrides": {"highly_compensated": {2024: 90_000.0}}}}}
    assert highly(paid(9_000_000), paid(9_000_001), **limits) == [False, True]
    later = {"plan": {"limits": {"overrides": {"highly_compensated": {2025: 90_000.0}}}}}
    assert highly(paid(9_000_000), paid(9_000_001), **later) == [False, False]


def test_unknown_pay_is_estimated_from_the_opening_salary_and_the_days_employed() -> None:
    # 183 of the 366 days of 2024: hired on 2 July. 310,000.00 dollars give 155,000.00, which is not above.
    rows = [paid(None, salary_cents=pay, hire_date="2024-07-02") for pay in (31_000_000, 31_000_001, 31_000_002)]
    assert highly(*rows) == [False, True, True]  # half a cent is rounded up
    assert highly(paid(None, salary_cents=15_500_001), paid(None, salary_cents=15_500_000)) == [True, False]
    assert highly(paid(None, salary_cents=99_000_000, hire_date="2024-12-31")) == [False]


def test_an_owner_of_more_than_5_percent_is_highly_compensated_whatever_the_pay() -> None:
    rows = [paid(0, owner_share_ppm=share) for share in (None, 50_000, 50_001, 1_000_000)]
    assert highly(*rows) == [False, False, True, True]
    assert highly(*rows, **GROUP) == [False, False, True, True]
    tables = lived(*rows, end=2027)
    assert [flag for (flag,) in snapshots(tables, "hce")] == [False, False, True, True] * 3


def test_pay_of_a_simulated_year_decides_about_the_next() -> None:
    rows = [paid(0, salary_cents=pay) for pay in (16_000_000, 16_000_001)]
    tables = lived(*rows, end=2027)
    # Thresholds of 160,000 dollars in 2025 and 2026.
    assert [flag for (flag,) in snapshots(tables, "hce")] == [False, False, False, True, False, True]


def test_the_years_hires_never_are_and_may_be_in_the_next_year() -> None:
    growing = {"target_growth_rate": {2025: 1.0, 2026: 0.0}}
    january = {"month_weights": [1.0] + [0.0] * 11}
    tables = lived(paid(0, salary_cents=90_000_000), end=2026, simulation=growing, hiring=january)
    assert snapshots(tables, "year", "status", "hce") == [
        (2025, "continuing", False),
        (2025, "new_hire", False),
        (2026, "continuing", True),
        (2026, "continuing", True),
    ]


def test_the_top_paid_group_is_a_fifth_of_those_who_count_half_up() -> None:
    def group(size: int) -> int:
        return sum(highly(*(paid(20_000_000 + n) for n in range(size)), **GROUP))

    assert [group(size) for size in (1, 2, 3, 7, 8, 12, 13)] == [0, 0, 1, 1, 2, 2, 3]  # 2.5 / 5 is reached at 3


def test_the_group_is_of_the_highest_paid_ties_to_the_smaller_key() -> None:
    rows = [paid(pay) for pay in (20_000_000, 30_000_000, 30_000_000, 30_000_000, 16_000_000)]
    smallest = min(("E-02", "E-03", "E-04"), key=census_key)
    expected = [f"E-{n:02d}" == smallest for n in range(1, 6)]
    assert highly(*rows, **GROUP) == expected
    assert highly(*rows) == [True] * 5


def test_who_is_in_the_group_must_be_paid_above_the_threshold_too() -> None:
    assert highly(*(paid(15_500_000 + n) for n in (-2, -1, 0)), **GROUP) == [False] * 3
    assert highly(*(paid(15_500_000 + n) for n in (-1, 0, 1)), **GROUP) == [False, False, True]


@pytest.mark.parametrize(
    ("columns", "counts"),
    [
        ({"hire_date": "2024-07-02"}, True),  # 183 days through 31 December 2024
        ({"hire_date": "2024-07-03"}, False),
        ({"full_time_ppm": 437_500}, True),  # 17.5 of 40 hours
        ({"full_time_ppm": 437_499}, False),
        ({"birth_date": "2003-12-31"}, True),  # 21 on 31 December 2024
        ({"birth_date": "2004-01-01"}, False),
    ],
)
def test_who_does_not_count_makes_the_group_smaller_and_may_be_in_it(columns: dict[str, Any], counts: bool) -> None:
    # Seven others: with the eighth the group is half up(8 / 5) = 2, without half up(7 / 5) = 1, the eighth itself.
    rows = [*(paid(20_000_000 + n) for n in range(7)), paid(90_000_000, **columns)]
    assert highly(*rows, **GROUP) == [False] * 6 + [counts, True]


@pytest.mark.parametrize(("last", "size"), [("2025-06-30", 1), ("2025-07-01", 2)])
def test_leavers_count_in_the_group_of_their_last_year_by_their_days(last: str, size: int) -> None:
    """Seven stay; the eighth, hired on 31 December 2024, leaves after 182 days of service, or a day later."""
    stays = [paid(0, salary_cents=20_000_000 + n) for n in range(7)]
    tables = lived(*stays, leaving_on(last, hire_date="2024-12-31"), end=2026, **GROUP)
    assert sum(flag for year, flag in snapshots(tables, "year", "hce") if year == 2026) == size


def test_without_a_plan_nobody_is_asked() -> None:
    tables = lived(paid(90_000_000), plan={"enabled": False})
    assert snapshots(tables, "hce") == [(None,)]


def test_what_the_group_leaves_out_the_roth_rule_does_not() -> None:
    limits = {"overrides": {"elective_deferral": {2026: 10_000}}}
    plan = laid_over(GROUP, {"plan": {"limits": limits, "roth": {"share": 0.0}}})
    rows = [paid(16_000_000 + n, birth_date="1970-01-01", deferral_bp=5000) for n in (1, 2, 3)]
    tables = lived(*rows, start=2026, **plan)
    assert snapshots(tables, "hce", "roth_cents") == [(False, 800_000), (False, 800_000), (True, 800_000)]
