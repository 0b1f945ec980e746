"""Laws of service by hours, long-term part-time employees, classes and waivers."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import workforce_sim as ws
from tests import support
from tests.property import plans
from tests.property.test_partitions import given_in_parts
from workforce_sim.census.completion import complete
from workforce_sim.config.eligibility import EntryRule, Service
from workforce_sim.config.vesting import VestingService
from workforce_sim.dates import PlanYear, day_number
from workforce_sim.plan.service import part_time_wait, vesting_years

DAYS = st.dates(dt.date(2004, 1, 1), dt.date(2030, 12, 31)) | st.sampled_from(
    [dt.date(y, m, d) for y, m, d in ((2020, 12, 31), (2021, 1, 1), (2020, 2, 29), (2024, 2, 29), (2022, 1, 1))]
)
BIRTHS = st.dates(dt.date(1985, 1, 1), dt.date(2012, 12, 31)) | st.just(dt.date(2004, 2, 29))
SHARES = st.integers(1, 1_000_000) | st.sampled_from([240_385, 480_769, 250_000, 600_000, 1_000_000])
PERIODS = st.sampled_from(["anniversary", "plan_year"])


def plus_years(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return dt.date(day.year + years, 3, 1)


def numbers(*days: dt.date) -> Any:
    return np.array([day_number(day) for day in days], dtype=np.int32)


def rounded(part: int, whole: int) -> int:
    return (2 * part + whole) // (2 * whole)


# --- the ways in, against a loop over the periods ---------------------------------------------------------------------


def periods_of(hire: dt.date, kind: str, count: int = 60) -> list[tuple[dt.date, dt.date]]:
    """Return first day of each period, and the day after it."""
    if kind == "anniversary":
        return [(plus_years(hire, k), plus_years(hire, k + 1)) for k in range(count)]
    years = [(dt.date(hire.year + k, 1, 1), dt.date(hire.year + k + 1, 1, 1)) for k in range(1, count)]
    return [(hire, plus_years(hire, 1)), *years]


@settings(max_examples=support.examples(300))
@given(hire=DAYS, birth=BIRTHS, age=st.sampled_from([0, 18, 21, 25]), kind=PERIODS)
def test_the_wait_of_long_term_part_time_employees_is_that_of_a_loop_over_their_periods(
    hire: dt.date, birth: dt.date, age: int, kind: Any
) -> None:
    of_age = plus_years(birth, min(age, 21))
    ends = [after for begins, after in periods_of(hire, kind) if begins >= dt.date(2021, 1, 1)]
    three = next(after for number, after in enumerate(ends, 1) if number >= 3 and of_age < after)
    two = max(ends[1], dt.date(2025, 1, 1)) if of_age < ends[1] else three

    rule = EntryRule(waiting_period_years=1, minimum_age=age, service=Service(method="hours", periods=kind))
    found = part_time_wait(numbers(hire), numbers(birth), rule)
    assert found.tolist() == [day_number(min(two, three))]


# --- vesting, against a loop over the periods -------------------------------------------------------------------------


@settings(max_examples=support.examples(300))
@given(
    hire=DAYS,
    served=st.integers(0, 9000),
    share=SHARES,
    hours=st.sampled_from([1, 400, 500, 1000, 2080]) | st.integers(1, 2080),
    part_time=st.booleans(),
    kind=PERIODS,
)
def test_years_of_vesting_service_are_those_of_a_loop_over_the_periods(
    hire: dt.date, served: int, share: int, hours: int, part_time: bool, kind: Any
) -> None:
    last = hire + dt.timedelta(days=served)
    if kind == "plan_year":
        periods = [(dt.date(y, 1, 1), dt.date(y + 1, 1, 1)) for y in range(hire.year, last.year + 1)]
    else:
        periods = [each for each in periods_of(hire, kind) if each[0] <= last]
    counted = 0
    for begins, after in periods:
        days = (min(after, last + dt.timedelta(days=1)) - max(begins, hire)).days
        worked = rounded(share * 2080 * days, 10**6 * (after - begins).days)
        eased = part_time and begins >= dt.date(2021, 1, 1) and worked >= 500
        counted += worked >= hours or eased

    section = VestingService(method="hours", hours=hours, periods=kind)
    flag, time = np.array([part_time]), np.array([share], dtype=np.int64)
    found = vesting_years(numbers(hire), numbers(last), time, flag, PlanYear(last.year), section)
    assert found.tolist() == [counted]


@settings(max_examples=support.examples(100))
@given(hire=DAYS, served=st.integers(0, 9000), share=SHARES, hours=st.integers(1, 2079), kind=PERIODS)
def test_more_hours_never_give_more_years_and_full_time_never_fewer_than_elapsed(
    hire: dt.date, served: int, share: int, hours: int, kind: Any
) -> None:
    last = hire + dt.timedelta(days=served)

    def years(asked: int, worked: int, **service: Any) -> int:
        section = VestingService(**{"method": "hours", "hours": asked, "periods": kind, **service})
        time, nobody = np.array([worked], dtype=np.int64), np.array([False])
        found = vesting_years(numbers(hire), numbers(last), time, nobody, PlanYear(last.year), section)
        return int(found[0])

    assert years(hours + 1, share) <= years(hours, share)
    assert years(hours, 1_000_000, periods="anniversary") >= years(hours, 1_000_000, method="elapsed")


# --- runs -------------------------------------------------------------------------------------------------------------

HOURS: dict[str, Any] = {"waiting_period_years": 1, "service": {"method": "hours"}}
CLASSES: dict[str, Any] = {
    "excluded_classes": [{"reason": "other", "level": ["Manager"]}, {"reason": "union", "level": ["Senior"]}],
    "classes": [{"level": ["Staff"], "waiting_period_days": 10}, {"union": True, "minimum_age": 18}],
}


def firm(size: int, seed: int) -> ws.Census:
    staff = plans.staff(size, dt.date(2025, 1, 1), seed, rates_known=seed % 2 == 0).frame
    chance = np.random.default_rng(seed)
    union = pl.Series([(None, None, False, True)[n] for n in chance.integers(4, size=size)], dtype=pl.Boolean)
    share = pl.Series([(1_000_000, 600_000, 300_000, 100_000)[n] for n in chance.integers(4, size=size)])
    return ws.Census(staff.with_columns(union=union, nonresident=union, full_time_ppm=share.cast(pl.Int32)))


def run(seed: int, eligibility: dict[str, Any], **plan: Any) -> ws.Result:
    settings = {
        "simulation": {"start_year": 2025, "end_year": 2029, "target_growth_rate": 0.1},
        "workforce": {"total_termination_rate": 0.15, "new_hire_termination_rate": 0.2},
        "hiring": {"part_time_share": 0.6, "part_time_hours": 620},
        "eligibility": eligibility,
        "plan": {"nonelective": {"kind": "flat", "rate": 0.02}, "vesting": {"match": "graded_5"}, **plan},
        "random_seed": seed,
    }
    return ws.simulate(settings, census=firm(80, seed))


SEEDS = support.few(range(4), 4)


@pytest.mark.parametrize("seed", SEEDS)
def test_who_is_eligible_has_the_hours_or_is_a_long_term_part_time_employee(seed: int) -> None:
    result = run(seed, HOURS)
    people = result.snapshots.with_columns(hours=(pl.col("full_time_ppm") * 2080 / 1e6).round().cast(pl.Int64))
    hired = people.filter(pl.col("hire_date") >= dt.date(2025, 1, 1))
    eligible = hired.filter(pl.col("eligibility_date").is_not_null())

    assert eligible.filter(pl.col("long_term_part_time"))["hours"].is_between(500, 999).all()
    assert (eligible.filter(~pl.col("long_term_part_time"))["hours"] >= 1000).all()
    assert people["long_term_part_time"].sum() > 0
    money = people.filter("long_term_part_time").select("match_cents", "nonelective_cents").sum().row(0)
    assert money == (0, 0)


@pytest.mark.parametrize("seed", SEEDS)
def test_an_excluded_class_is_never_in_and_no_class_or_way_in_ever_changes(seed: int) -> None:
    people = run(seed, {**HOURS, **CLASSES}).snapshots
    out = people.filter(pl.col("excluded_class") != pl.lit("none", dtype=people.schema["excluded_class"]))

    assert out["eligibility_date"].null_count() == out.height > 0
    assert out.select(pl.sum("pre_tax_cents", "match_cents", "nonelective_cents")).row(0) == (0, 0, 0)
    late = pl.col("long_term_part_time").filter(pl.col("eligibility_date").is_not_null())
    kinds = people.group_by("employee_id").agg(
        late.n_unique().alias("way"), pl.col("union", "excluded_class").n_unique()
    )
    assert kinds.select(pl.max("way", "union", "excluded_class")).row(0) == (1, 1, 1)


@pytest.mark.parametrize("seed", SEEDS)
def test_statuses_and_classes_change_nothing_of_the_workforce(seed: int) -> None:
    kinds = ("hire", "termination", "promotion", "cola", "merit")
    found = [run(seed, one).events for one in ({}, HOURS, {**HOURS, **CLASSES})]

    plain = [events.filter(pl.col("event_type").cast(pl.String).is_in(kinds)) for events in found]
    assert plain[0].equals(plain[1])
    assert plain[0].equals(plain[2])


@pytest.mark.parametrize("seed", SEEDS)
def test_a_waiver_never_takes_from_anybody_and_gives_only_to_those_who_left_so(seed: int) -> None:
    asked = {"kind": "flat", "rate": 0.03, "last_day": True, "minimum_hours": 400}
    plain, free = (
        run(seed, {"waiting_period_days": 0}, nonelective=asked | more).snapshots
        for more in ({}, {"waived_for": ["retirement", "death"]})
    )

    gain = free["nonelective_cents"] - plain["nonelective_cents"]
    assert (gain >= 0).all()
    assert set(free.filter(gain > 0)["termination_cause"].cast(pl.String)) <= {"retirement", "death"}
    assert gain.sum() > 0


@pytest.mark.parametrize("replicates", support.few([(0, 3), (0,)], 2))
def test_partitions_change_nothing(replicates: tuple[int, ...]) -> None:
    config = ws.load_config(
        {
            "simulation": {"start_year": 2025, "end_year": 2028, "target_growth_rate": 0.1},
            "workforce": {"total_termination_rate": 0.15, "new_hire_termination_rate": 0.2},
            "hiring": {"part_time_share": 0.6, "part_time_hours": 620},
            "eligibility": {**HOURS, **CLASSES},
            "plan": {
                "forfeitures": "reallocate",
                "nonelective": {"kind": "flat", "rate": 0.02, "last_day": True, "waived_for": ["retirement"]},
                "vesting": {"match": "graded_5", "service": {"method": "hours"}},
            },
            "random_seed": 3,
        }
    )
    opening = complete(firm(20, 3), config)
    whole = given_in_parts(config, opening, 10_000, replicates, in_order=False)

    assert {given_in_parts(config, opening, rows, replicates, in_order=rows == 7) for rows in (3, 7)} == {whole}
