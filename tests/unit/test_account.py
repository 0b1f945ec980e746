"""Balances of employer money, vesting, what leavers forfeit, and what is done with it; by hand and by both engines."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from tests.support import fast, of_type, slow
from tests.unit.small_plans import (
    LEAVES,
    STAYS,
    day,
    drawing,
    laid_over,
    leaving_on,
    lived,
    on,
    person,
    scenario,
    snapshots,
)
from workforce_sim.draws import Stream, census_key
from workforce_sim.errors import SimulationError
from workforce_sim.tables.output import Tables

NO_MONEY = {"match": {"preset": "none"}}
CLIFF = {"match": "cliff_3", "nonelective": "cliff_3"}
BALANCES = ("match_balance_cents", "nonelective_balance_cents")


def of_plan(**plan: Any) -> dict[str, Any]:
    return {"plan": laid_over(NO_MONEY, plan)}


def of_leaver(tables: Tables, *columns: str) -> tuple[Any, ...]:
    """Return columns of the snapshot of the only leaver."""
    row: tuple[Any, ...]
    (row,) = tables.snapshots.filter(pl.col("level").cast(pl.String) == LEAVES).select(columns).rows()
    return row


# --- balances ---------------------------------------------------------------------------------------------------------


def test_balances_start_with_the_census_and_earn_the_return_before_the_contributions() -> None:
    people = [
        person(match_balance_cents=1_000_050, nonelective_balance_cents=None, deferral_bp=500),
        person(match_balance_cents=49, nonelective_balance_cents=150),
    ]
    money = {"match": {"preset": "simple"}, "nonelective": {"kind": "flat", "rate": 0.01}, "annual_return": 0.01}
    tables = lived(*people, end=2026, plan=money)
    # 1,000,050 x 1.01 = 1,010,050.5 up, and 250,000; 1,260,051 x 1.01 = 1,272,651.51 and 250,000.
    assert snapshots(tables, *BALANCES) == [
        (1_260_051, 100_000),
        (49, 100_152),
        (1_522_652, 201_000),
        (49, 201_154),  # 100,152 x 1.01 = 101,153.52
    ]


def test_returns_may_be_negative_and_differ_by_year() -> None:
    by_year = {2025: -0.15, 2026: 0.1}
    tables = lived(person(match_balance_cents=1_000), end=2027, **of_plan(annual_return=by_year))
    assert snapshots(tables, BALANCES[0]) == [(850,), (935,), (1_029,)]  # 1,028.5 up


@pytest.mark.parametrize(
    ("last", "balance"),
    [
        ("2025-01-01", 1_000_274),  # 1,000,000 x 10% x 1 / 365 = 273.97
        ("2025-05-31", 1_041_370),  # 151 days: 41,369.86
        ("2025-12-30", 1_099_726),
        ("2025-12-31", 1_100_000),
    ],
)
def test_leavers_earn_the_return_of_their_days(last: str, balance: int) -> None:
    leaver = leaving_on(last, match_balance_cents=1_000_000)
    tables = lived(leaver, person(), **of_plan(annual_return=0.1))
    assert of_leaver(tables, BALANCES[0]) == (balance,)


def test_leavers_of_a_leap_year_earn_by_its_366_days() -> None:
    leaver = leaving_on("2024-02-29", match_balance_cents=1_000_000)
    tables = lived(leaver, person(), start=2024, **of_plan(annual_return=0.1))
    assert of_leaver(tables, BALANCES[0]) == (1_016_393,)  # 60 / 366


def test_hires_start_with_nothing() -> None:
    flat = {"nonelective": {"kind": "flat", "rate": 0.1, "compensation": "plan_year"}, "annual_return": 1.0}
    tables = lived(person(), end=2026, simulation={"target_growth_rate": {2025: 1.0, 2026: 0.0}}, **of_plan(**flat))
    first, second = (
        tables.snapshots.filter(tables.snapshots["employee_id"] == "NH-2025-000001").sort("year").rows(named=True)
    )
    assert first["nonelective_balance_cents"] == first["nonelective_cents"] > 0
    assert second["nonelective_balance_cents"] == 2 * first["nonelective_cents"] + second["nonelective_cents"]


def test_a_balance_beyond_all_reason_ends_the_run() -> None:
    for balance, fails in ((5_000_000_000, False), (5_000_000_001, True)):
        firm = scenario(person(nonelective_balance_cents=balance), **of_plan(annual_return=1.0))
        for engine in (fast, slow):
            if fails:
                with pytest.raises(SimulationError, match=r"a balance of more than \$100,000,000 is reached in 2025; "):
                    engine(firm)
            else:
                assert engine(firm).snapshots["nonelective_balance_cents"].item() == 10_000_000_000


def test_a_match_on_400_million_of_pay_does_not_wrap() -> None:
    """The limits of 2040 after 100% of inflation a year let all of it in; 415 cuts the match to 123.45."""
    formula = {"tiers": [{"up_to": 1.0, "rate": 4.0}], "compensation": "plan_year"}
    firm: dict[str, Any] = {
        "start": 2040,
        "compensation": {"cola_rate": 1.0, "cola_date": "01-01"},
        "enrollment": {"max_deferral": 1.0},
    }
    for basis in ("annual", "payroll"):
        plan = {"match": {**formula, "basis": basis}, "limits": {"inflation": 1.0}, "roth": {"available": False}}
        rich = person(salary_cents=10**10, deferral_bp=5_000, birth_date="1995-05-15")
        beyond = scenario(rich, **firm, end=2041, plan=plan)
        for engine in (fast, slow):
            with pytest.raises(SimulationError, match=r"a balance of more than \$100,000,000 is reached in 2041; "):
                engine(beyond)
        cut = laid_over(plan, {"limits": {"overrides": {"annual_additions": dict.fromkeys((2040, 2041), 123.45)}}})
        tables = lived(rich, **firm, end=2041, plan=cut)
        # Half of pay is deferred and matched four times over.
        assert snapshots(tables, "earnings_cents", "pre_tax_cents", "excess_415_cents") == [
            (2 * 10**10, 12_345, 5 * 10**10 - 12_345),
            (4 * 10**10, 12_345, 10**11 - 12_345),
        ]


# --- vesting ----------------------------------------------------------------------------------------------------------

GRADED = {"vesting": {"match": "graded_6", "nonelective": "cliff_3"}}


@pytest.mark.parametrize(
    ("hired", "shares"),
    [
        ("2024-01-01", (0, 0)),  # one year on 31 December
        ("2023-12-31", (2000, 0)),
        ("2023-01-01", (2000, 0)),
        ("2022-12-31", (4000, 10_000)),
        ("2020-01-01", (8000, 10_000)),
        ("2019-12-31", (10_000, 10_000)),
        ("1990-01-01", (10_000, 10_000)),
    ],
)
def test_vested_shares_go_by_completed_years_on_31_december(hired: str, shares: tuple[int, int]) -> None:
    tables = lived(person(hire_date=hired), person(hire_date=hired, excluded=True), **of_plan(**GRADED))
    columns = ("vested_share_match_bp", "vested_share_nonelective_bp", "forfeited_cents")
    assert snapshots(tables, *columns) == [(*shares, 0)] * 2  # everybody has them, in the plan or not


@pytest.mark.parametrize(
    ("last", "hired", "share"),
    [
        ("2025-05-31", "2023-06-01", 0),
        ("2025-06-01", "2023-06-01", 2000),
        ("2025-02-28", "2020-02-29", 6000),  # the fifth year ends on 1 March
        ("2025-03-01", "2020-02-29", 8000),
        ("2025-12-31", "2023-12-31", 2000),
    ],
)
def test_vested_shares_of_leavers_go_by_completed_years_on_the_last_day(last: str, hired: str, share: int) -> None:
    tables = lived(leaving_on(last, hire_date=hired), person(), **of_plan(**GRADED))
    assert of_leaver(tables, "vested_share_match_bp") == (share,)


@pytest.mark.parametrize(("born", "share"), [("1960-12-31", 10_000), ("1961-01-01", 0), ("1959-06-06", 10_000)])
def test_at_normal_retirement_age_all_is_vested(born: str, share: int) -> None:
    row = person(hire_date="2024-12-31", birth_date=born)
    tables = lived(row, **of_plan(**GRADED))
    assert snapshots(tables, "vested_share_match_bp") == [(share,)]
    later = laid_over(of_plan(**GRADED), {"plan": {"vesting": {"normal_retirement_age": 70}}})
    assert snapshots(lived(row, **later), "vested_share_match_bp") == [(0,)]


@pytest.mark.parametrize(
    ("last", "born", "share"),
    [
        ("2025-05-31", "1960-06-01", 0),
        ("2025-06-01", "1960-06-01", 10_000),
        ("2025-02-28", "1960-02-29", 0),
        ("2025-03-01", "1960-02-29", 10_000),
    ],
)
def test_a_leaver_has_reached_the_age_by_the_last_day_or_not(last: str, born: str, share: int) -> None:
    leaver = leaving_on(last, hire_date="2024-12-31", birth_date=born, match_balance_cents=1_000)
    tables = lived(leaver, person(hire_date="2024-12-31"), **of_plan(**GRADED))
    assert of_leaver(tables, "vested_share_match_bp", "forfeited_cents") == (share, 0 if share else 1_000)


@pytest.mark.parametrize(
    ("cause", "share"),
    [("voluntary", 0), ("involuntary", 0), ("retirement", 0), ("death", 10_000), ("disability", 10_000)],
)
def test_on_leaving_by_death_or_disability_all_is_vested(cause: str, share: int) -> None:
    leaver = leaving_on("2025-06-30", hire_date="2024-12-31", match_balance_cents=1_000)
    causes = {"terminations": {"causes": [{"from": 0, cause: 1.0}]}}
    tables = lived(leaver, person(), **causes, **of_plan(**GRADED))
    assert of_type(tables.events, "termination")["cause"].cast(str).to_list() == [cause]
    assert of_leaver(tables, "vested_share_match_bp", "forfeited_cents") == (share, 0 if share else 1_000)


# --- forfeitures ------------------------------------------------------------------------------------------------------


def test_a_leaver_forfeits_what_is_not_vested_of_each_source() -> None:
    leaver = leaving_on(
        "2025-05-31", hire_date="2023-05-31", match_balance_cents=100_001, nonelective_balance_cents=20_000
    )
    tables = lived(leaver, person(), end=2026, **of_plan(**GRADED))
    # Two years: 20% of 100,001 are 20,000.2 vested, and nothing of 20,000.
    row = of_type(tables.events, "forfeiture").select("employee_id", "effective_date", "amount_cents").row(0)
    assert row == (leaver["employee_id"], day("2025-05-31"), 80_001 + 20_000)
    assert of_leaver(tables, *BALANCES, "forfeited_cents") == (100_001, 20_000, 100_001)  # before the payout
    assert tables.summary.sort("year")["forfeitures_cents"].to_list() == [100_001, 0]
    assert tables.snapshots.height == 3  # then gone


def test_the_contributions_of_the_last_year_are_forfeited_too() -> None:
    leaver = leaving_on("2025-03-01", hire_date="2024-12-31", salary_cents=3_650_000)  # 60 days, 6,000 dollars
    tables = lived(leaver, person(), **of_plan(**GRADED, nonelective={"kind": "flat", "rate": 0.1}))
    assert of_leaver(tables, "nonelective_cents", "forfeited_cents") == (60_000, 60_000)


@pytest.mark.parametrize(("hired", "rows"), [("2022-06-30", 0), ("2022-07-01", 1)])
def test_there_is_a_row_only_where_something_is_forfeited(hired: str, rows: int) -> None:
    leaver = leaving_on("2025-06-30", hire_date=hired, match_balance_cents=1)
    tables = lived(leaver, person(), **of_plan(vesting=CLIFF))
    assert of_type(tables.events, "forfeiture").height == rows
    nothing = lived(leaving_on("2025-06-30", hire_date=hired), person(), **of_plan(vesting=CLIFF))
    assert of_type(nothing.events, "forfeiture").is_empty()


# --- what forfeitures are used for ------------------------------------------------------------------------------------

USED = ("forfeitures_cents", "forfeitures_used_cents", "nonelective_cents", "net_employer_cost_cents")


def used(use: str, *people: dict[str, Any], forfeited: int = 20_000, rate: float = 0.001, **plan: Any) -> Tables:
    """Three years of a firm whose first year leaves ``forfeited`` cents, and which pays a tenth of a percent."""
    leaver = leaving_on("2025-01-01", hire_date="2024-12-31", match_balance_cents=forfeited, salary_cents=1)
    flat = {"kind": "flat", "rate": rate}
    return lived(leaver, *people, end=2027, **of_plan(vesting=CLIFF, forfeitures=use, nonelective=flat, **plan))


PEOPLE = [person(salary_cents=pay) for pay in (3_000_000, 1_000_000, 2_000_000)]  # 6,000 cents a year


def summed(tables: Tables) -> list[tuple[Any, ...]]:
    return tables.summary.sort("year").select(USED).rows()


def test_an_offset_pays_employer_money_of_the_next_years_until_it_is_used_up() -> None:
    tables = used("offset", *PEOPLE, forfeited=10_000)
    assert summed(tables) == [(10_000, 0, 6_000, 6_000), (0, 6_000, 6_000, 0), (0, 4_000, 6_000, 2_000)]
    assert tables.summary.sort("year")["employer_cost_share_of_payroll"].to_list()[1:] == [0.0, 2_000 / 6_000_000]


def test_an_offset_is_at_most_what_is_left_after_section_415() -> None:
    # A limit of 15.00 dollars takes off half of the first's 30.00 and 5.00 of the third's.
    limits = {"overrides": {"annual_additions": dict.fromkeys((2025, 2026, 2027), 15.0)}}
    tables = used("offset", *PEOPLE, forfeited=10_000, limits=limits)
    assert summed(tables)[1:] == [(0, 4_000, 4_000, 0), (0, 4_000, 4_000, 0)]


def test_expenses_use_all_and_lower_no_cost() -> None:
    assert summed(used("expenses", *PEOPLE)) == [
        (20_000, 0, 6_000, 6_000),
        (0, 20_000, 6_000, 6_000),
        (0, 0, 6_000, 6_000),
    ]


def test_reallocated_forfeitures_are_shared_out_by_compensation() -> None:
    tables = used("reallocate", *PEOPLE)
    assert summed(tables) == [(20_000, 0, 6_000, 6_000), (0, 20_000, 26_000, 6_000), (0, 0, 6_000, 6_000)]
    second = [row[1:] for row in snapshots(tables, "year", "salary_cents", "nonelective_cents") if row[0] == 2026]
    # 10,000, 3,333.33 and 6,666.67 more: the cent left goes to the largest remainder.
    assert sorted(second) == [(1_000_000, 1_000 + 3_333), (2_000_000, 2_000 + 6_667), (3_000_000, 13_000)]


def test_ties_of_a_reallocation_go_to_the_smaller_key() -> None:

    tables = used("reallocate", *[person(salary_cents=1_000_000)] * 3)  # 20,000 / 3 = 6,666 twice and 6,667 twice
    rows = tables.snapshots.filter(tables.snapshots["year"] == 2026).select("employee_id", "nonelective_cents").rows()
    more = {who for who, cents in rows if cents == 1_000 + 6_667}
    assert len(rows) == 3
    assert {cents for who, cents in rows if who not in more} == {1_000 + 6_666}
    assert more == set(sorted((who for who, _ in rows), key=census_key)[:2])


def test_only_those_with_compensation_get_reallocated_forfeitures_whatever_the_conditions() -> None:
    people = [person(salary_cents=1_000_000), person(salary_cents=1_000_000, excluded=True)]
    leaver = leaving_on("2025-01-01", hire_date="2024-12-31", match_balance_cents=500, salary_cents=1)
    strict = {"kind": "flat", "rate": 0.01, "minimum_service_years": 50}
    tables = lived(leaver, *people, end=2026, **of_plan(vesting=CLIFF, forfeitures="reallocate", nonelective=strict))
    rows = snapshots(tables, "year", "employee_id", "nonelective_cents")
    assert [row[2] for row in rows if row[0] == 2026] == [500, 0]


@pytest.mark.parametrize(
    ("kind", "shares"), [("plan_year", [400, 400]), ("eligible", [400, 400]), ("participating", [800, 0])]
)
def test_reallocated_forfeitures_go_by_compensation_as_the_nonelective_contribution_counts_it(
    kind: str, shares: list[int]
) -> None:
    leaver = leaving_on("2025-01-01", hire_date="2024-12-31", match_balance_cents=800, salary_cents=1)
    plan = of_plan(vesting=CLIFF, forfeitures="reallocate", nonelective={"kind": "none", "compensation": kind})
    tables = lived(leaver, person(deferral_bp=100), person(), end=2026, **plan)
    rows = snapshots(tables, "year", "deferral_bp", "nonelective_cents")
    assert sorted(row[1:] for row in rows if row[0] == 2026) == [(0, shares[1]), (100, shares[0])]


def test_with_nobody_to_get_them_forfeitures_are_carried_on() -> None:
    # 1 July 2024 + 1,000 days = 28 March 2027: nobody has compensation before.
    leaver = leaving_on("2025-01-01", hire_date="2024-12-31", match_balance_cents=500, salary_cents=1)
    waiting = {"eligibility": {"waiting_period_days": 1000}}
    sections = of_plan(vesting=CLIFF, forfeitures="reallocate")
    tables = lived(leaver, person(hire_date="2024-07-01"), end=2028, **waiting, **sections)
    assert summed(tables) == [(500, 0, 0, 0), (0, 0, 0, 0), (0, 500, 500, 0), (0, 0, 0, 0)]


@pytest.mark.parametrize(("last", "gets"), [("2026-12-30", False), ("2026-12-31", True)])
def test_reallocated_to_are_those_employed_on_31_december(last: str, gets: bool) -> None:
    """Two leave, one in 2025 with a forfeiture and one in 2026; a third stays."""

    first = leaving_on("2025-01-01", hire_date="2024-12-31", match_balance_cents=1_000, salary_cents=1)
    (who,) = drawing({(Stream.LEAVING_DATE, 2026): on(last)})
    second = person(employee_id=who, level="later")
    levels = [
        {"name": STAYS, "termination_factor": 0},
        {"name": LEAVES},
        {"name": "later", "termination_factor": 0.001},
    ]
    rates = {2025: 0.333333, 2026: 0.5}
    tables = lived(
        first,
        second,
        person(),
        end=2026,
        workforce={"levels": levels, "total_termination_rate": rates},
        simulation={"target_growth_rate": {2025: -0.333333, 2026: -0.5}},
        **of_plan(vesting=CLIFF, forfeitures="reallocate"),
    )
    terminations = of_type(tables.events, "termination").sort("year")["effective_date"].to_list()
    assert terminations == [day("2025-01-01"), day(last)]
    found = {row[1]: row[2] for row in snapshots(tables, "year", "level", "nonelective_cents") if row[0] == 2026}
    assert found == {"later": 500 * gets, STAYS: 1_000 - 500 * gets}


def test_section_415_sends_reallocated_forfeitures_back_first() -> None:
    # 200.00 dollars to one person, of which the limit lets 50.00 in beside the 30.00 of the year; the rest stays.
    limits = {"overrides": {"annual_additions": dict.fromkeys((2025, 2026, 2027), 80.0)}}
    tables = used("reallocate", PEOPLE[0], limits=limits)
    assert summed(tables) == [(20_000, 0, 3_000, 3_000), (0, 5_000, 8_000, 3_000), (0, 5_000, 8_000, 3_000)]
    assert [row[1] for row in snapshots(tables, "year", "excess_415_cents") if row[0] > 2025] == [15_000, 10_000]
