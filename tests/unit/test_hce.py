"""Who is highly compensated, and who is in the top-paid group."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

import workforce_sim as ws
from workforce_sim.dates import PlanYear, day_number
from workforce_sim.draws import census_keys
from workforce_sim.plan.hce import counted_for_top_paid, highly_compensated, top_paid

THRESHOLD = 15_500_000
DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("pay", "owner_ppm", "in_group", "highly"),
    [
        (15_500_000, 0, True, False),  # strictly above
        (15_500_001, 0, True, True),
        (15_500_001, 0, False, False),
        (0, 50_000, True, False),  # more than 5%
        (0, 50_001, True, True),
        (0, 50_001, False, True),  # owners need no pay and no group
    ],
)
def test_pay_above_the_threshold_or_more_than_five_percent(
    pay: int, owner_ppm: int, in_group: bool, highly: bool
) -> None:
    assert highly_compensated(pay, THRESHOLD, owner_ppm, in_group) == highly
    arrays = (np.array([column]) for column in (owner_ppm, in_group))
    assert highly_compensated(np.array([pay]), THRESHOLD, *arrays).tolist() == [highly]


@pytest.mark.parametrize(("counted", "size"), [(0, 0), (2, 0), (3, 1), (7, 1), (8, 2), (12, 2), (13, 3)])
def test_the_size_is_a_fifth_of_those_who_count_half_up(counted: int, size: int) -> None:
    group = top_paid(np.arange(20), np.arange(20, dtype=np.uint64), np.arange(20) < counted)

    assert group.tolist() == [False] * (20 - size) + [True] * size


def test_who_does_not_count_may_be_in_the_group() -> None:
    group = top_paid(np.array([10, 30, 20]), np.arange(3, dtype=np.uint64), np.array([True, False, True]))

    assert group.tolist() == [False] * 3  # half up of 2 / 5 is 0
    assert ws.top_paid_group([10, 30, 20], counted=[True, False, True]) == [False] * 3
    assert ws.top_paid_group([10, 30, 20, 5], counted=[True, False, True, True]) == [False, True, False, False]


def test_ties_go_to_the_smaller_unsigned_key() -> None:
    keys = np.array([2**63 + 5, 7, 2**64 - 1, 9, 8], dtype=np.uint64)

    assert top_paid(np.full(5, 100), keys, np.ones(5, dtype=np.bool_)).tolist() == [False, True, False, False, False]


class TestCounted:
    YEAR = PlanYear(2025)

    def counted(
        self,
        hire: dt.date = dt.date(2010, 1, 1),
        last_day: dt.date = dt.date(2030, 1, 1),
        birth: dt.date = dt.date(1980, 1, 1),
        full_time: int = 1_000_000,
    ) -> bool:
        first, last, born = (np.array([day_number(date)], dtype=np.int32) for date in (hire, last_day, birth))
        return bool(counted_for_top_paid(first, last, born, np.array([full_time]), self.YEAR)[0])

    def test_half_a_year_of_service_through_the_last_day_of_the_year(self) -> None:
        hire = dt.date(2025, 12, 31) - 182 * DAY  # both ends count: 183 days

        assert self.counted(hire=hire)
        assert not self.counted(hire=hire + DAY)

    def test_or_through_the_last_day_of_employment(self) -> None:
        hire = dt.date(2024, 12, 1)

        assert self.counted(hire=hire, last_day=hire + 182 * DAY)
        assert not self.counted(hire=hire, last_day=hire + 181 * DAY)

    def test_17_and_a_half_hours_a_week(self) -> None:
        assert self.counted(full_time=437_500)
        assert not self.counted(full_time=437_499)

    def test_21_by_the_end_of_the_year(self) -> None:
        assert self.counted(birth=dt.date(2004, 12, 31))
        assert not self.counted(birth=dt.date(2005, 1, 1))


class TestTopPaidGroup:
    def test_a_list_gives_a_list_and_a_column_a_column(self) -> None:
        pay = [50_000, 200_000.01, 200_000, 40_000, 30_000]

        assert ws.top_paid_group(pay) == [False, True, False, False, False]
        column = ws.top_paid_group(pl.Series("pay", pay, strict=False))
        assert (column.name, column.to_list()) == ("top_paid", ws.top_paid_group(pay))

    def test_the_order_of_rows_means_nothing_where_ids_are_given(self) -> None:
        frame = pl.DataFrame({"id": [f"E{n}" for n in range(10)], "pay": [1000] * 10})
        flagged = frame.with_columns(ws.top_paid_group(frame["pay"], employee_id=frame["id"]))
        turned = frame.reverse()
        again = turned.with_columns(ws.top_paid_group(turned["pay"], employee_id=turned["id"]))

        assert flagged.sort("id").equals(again.sort("id"))
        smallest = np.argsort(census_keys(frame["id"]))[:2]
        assert sorted(flagged.filter("top_paid")["id"]) == sorted(frame["id"][smallest.tolist()])

    def test_without_ids_the_first_listed_come_first(self) -> None:
        assert ws.top_paid_group([7, 7, 7, 7, 7]) == [True, False, False, False, False]

    def test_nobody(self) -> None:
        assert ws.top_paid_group([]) == []
        assert ws.top_paid_group(pl.Series("pay", [], dtype=pl.Float64)).to_list() == []

    @pytest.mark.parametrize(
        ("pay", "options", "message"),
        [
            ([1, None], {}, "pay: 1 of 2 values are missing"),
            ([1, -1.0], {}, "pay: 1 of 2 values are not dollars"),
            ([1, float("nan")], {}, "pay: 1 of 2 values are not dollars"),
            ([1, 2], {"counted": [True]}, r"equally long \(pay 2, counted 1, employee_id 2\)"),
            ([1, 2], {"counted": [True, None]}, "counted: 1 of 2 values are missing"),
            ([1, 2, 3], {"employee_id": ["a", "b", "a"]}, "employee_id: 2 of 3 values are there more than once"),
            ([1, 2], {"employee_id": ["a", None]}, "employee_id: 1 of 2 values are missing"),
        ],
    )
    def test_values_that_cannot_be(self, pay: list[float], options: dict[str, list[object]], message: str) -> None:
        with pytest.raises(ValueError, match=message):
            ws.top_paid_group(pay, **options)

    @pytest.mark.parametrize(
        ("pay", "options", "message"),
        [
            ([100], {"employee_id": "a"}, "employee_id: expected a list or a Polars Series, not str"),
            ("100", {}, "pay: expected a list or a Polars Series, not str"),
            (["100"], {}, "pay: expected numbers, not String"),
            ([100], {"counted": [1]}, "counted: expected true or false, not Int64"),
        ],
    )
    def test_columns_of_another_kind(self, pay: object, options: dict[str, list[object]], message: str) -> None:
        with pytest.raises(TypeError, match=message):
            ws.top_paid_group(pay, **options)
