"""The reference model's promotions into vacancies against cases worked out by hand."""

from __future__ import annotations

from collections import Counter
from typing import Any

import polars as pl
import pytest

from tests.unit.plain_firms import EVEN, configured, day, events_of, opened, rates, u_of
from workforce_sim.config import Config, Level
from workforce_sim.draws import Stream
from workforce_sim.errors import SimulationError
from workforce_sim.money import quota
from workforce_sim.reference import simulate
from workforce_sim.reference.chance import chances_in_proportion, taking_order
from workforce_sim.reference.promotions import Vacancies, fill_levels, goes_by_rates
from workforce_sim.store.ledger import fingerprint
from workforce_sim.tables.output import Tables as Output

A, B, C = (Level(name=name, termination_factor=factor) for name, factor in (("A", 0), ("B", 0), ("C", 1)))
"""Levels of which only the highest loses people."""
EIGHTY = [800_000] * 3


def vacant(end_year: int = 2025, leaving: Any = 0.0, **sections: Any) -> Config:
    """A configuration with promotion by vacancies, on 1 July, everybody alike."""
    promotion = {
        "base_rate": None,
        "age_factors": EVEN,
        "tenure_factors": EVEN,
        "date": "07-01",
        **sections.pop("promotion", {}),
    }
    return configured(
        end_year, workforce=rates(leaving, **sections.pop("workforce", {})), promotion=promotion, **sections
    )


def promoted(output: Output) -> dict[str, str]:
    """Return who is promoted, and to which level."""
    rows = events_of(output, "promotion").select("employee_id", pl.col("level_after").cast(pl.String))
    return dict(rows.iter_rows())


def hired_at(output: Output) -> list[str]:
    return sorted(events_of(output, "hire")["level_after"].cast(pl.String))


def smallest_draws(people: range, number: int) -> set[str]:
    ids = [f"E-{i:04d}" for i in people]
    return set(sorted(ids, key=lambda one: u_of(one, Stream.PROMOTION))[:number])


# How many


def test_levels_are_filled_from_the_top_down() -> None:
    # C: 20 - 17 = 3; 2.4 -> 2 from within, 1 from outside. B: 30 - 26 + 2 = 6; 4.8 -> 5 and 1. A: 50 - 44 + 5 = 11.
    assert fill_levels([50, 30, 20], [44, 26, 17], [40, 20, 9], EIGHTY) == Vacancies([5, 2, 0], [11, 1, 1])


def test_no_more_are_promoted_than_there_are_candidates() -> None:
    # C: 3 missing, nobody can move up. B: 4; 3.2 -> 3, but only one can; 3 from outside. A: 6 + 1.
    assert fill_levels([50, 30, 20], [44, 26, 17], [1, 0, 17], EIGHTY) == Vacancies([1, 0, 0], [7, 3, 3])


def test_a_level_with_too_many_gets_nobody_and_gives_some_up() -> None:
    # C: 2 from within, 1 from outside. B: 30 - 40 + 2 < 0. A: 50 - 44.
    assert fill_levels([50, 30, 20], [44, 40, 17], [44, 40, 17], EIGHTY) == Vacancies([0, 2, 0], [6, 0, 1])
    assert fill_levels([50, 30, 20], [60, 30, 25], [60, 30, 25], EIGHTY) == Vacancies([0, 0, 0], [0, 0, 0])


def test_each_level_has_its_own_share_from_within_half_up() -> None:
    # C: 5 x 0.5 = 2.5 -> 3 and 2. B: 5 + 3 = 8, all from within. A: 5 + 8; the share of the lowest level is nothing.
    shares = [1_000_000, 1_000_000, 500_000]
    assert fill_levels([55, 35, 25], [50, 30, 20], [50, 30, 20], shares) == Vacancies([8, 3, 0], [13, 0, 2])


def test_one_level_is_filled_from_outside() -> None:
    assert fill_levels([10], [7], [7], [800_000]) == Vacancies([0], [3])


# Which way


@pytest.mark.parametrize(
    ("promotion", "hiring", "by_rates"),
    [
        ({}, {}, False),
        ({"base_rate": 0.0}, {}, True),
        ({"base_rate": {2025: 0.1}}, {}, True),
        ({}, {"level_mix": "census"}, True),
        ({}, {"level_mix": {"A": 1.0}}, True),
        ({"mode": "vacancies", "base_rate": 0.1}, {"level_mix": "adaptive"}, False),
        ({"mode": "rates"}, {}, True),
        ({"from_within": 0.5}, {"pay": "uniform"}, False),
    ],
)
def test_rates_hold_where_they_are_asked_for_or_one_of_their_keys_is_given(
    promotion: dict[str, Any], hiring: dict[str, Any], by_rates: bool
) -> None:
    assert goes_by_rates(vacant(promotion=promotion, hiring=hiring)) is by_rates


def test_by_rates_the_base_rate_is_10_percent_and_the_mix_that_of_the_census_where_they_are_not_given() -> None:
    def run(**keys: Any) -> str:
        promotion = {"mode": "rates", "base_rate": keys.get("base_rate")}
        hiring = {"level_mix": keys.get("level_mix")}
        config = vacant(2026, 0.2, simulation={"target_growth_rate": 0.1}, promotion=promotion, hiring=hiring)
        return fingerprint(simulate(config, opened(60, (A, B, C), level=["A", "B", "C"] * 20)))

    assert run() == run(base_rate=0.1) == run(level_mix="census") != run(base_rate=0.2)


# A year


def test_terminated_employees_of_the_top_are_replaced_step_by_step() -> None:
    opening = opened(20, (A, B, C), level=["A"] * 10 + ["B"] * 6 + ["C"] * 4)
    output = simulate(vacant(leaving=0.1, promotion={"from_within": 0.8}), opening)
    # Two of C leave. C: 2; 1.6 -> 2 of B. B: 2; 2 of A. A: 2 hires.
    assert events_of(output, "termination").height == 2
    of_a, of_b = smallest_draws(range(1, 11), 2), smallest_draws(range(11, 17), 2)
    assert promoted(output) == dict.fromkeys(of_a, "B") | dict.fromkeys(of_b, "C")
    assert hired_at(output) == ["A", "A"]
    assert set(events_of(output, "promotion")["effective_date"]) == {day("2025-07-01")}


def test_what_does_not_come_from_within_is_hired_at_that_level() -> None:
    opening = opened(20, (A, B, C), level=["A"] * 10 + ["B"] * 6 + ["C"] * 4)
    # C: 2, all from outside.
    output = simulate(vacant(leaving=0.1, promotion={"from_within": 0.0}), opening)
    assert (promoted(output), hired_at(output)) == ({}, ["C", "C"])
    # C: one from B, one from outside. B: 1; 0.7 -> one from A, the share of a level left out. A: 1.
    output = simulate(vacant(leaving=0.1, promotion={"from_within": {"C": 0.5}}), opening)
    assert sorted(promoted(output).values()) == ["B", "C"]
    assert hired_at(output) == ["A", "C"]
    # The name is that of the level to be filled: nobody into B. C: 2; 1.4 -> one from B, the share of a level left out.
    output = simulate(vacant(leaving=0.1, promotion={"from_within": {"B": 0.0}}), opening)
    assert sorted(promoted(output).values()) == ["C"]
    assert hired_at(output) == ["B", "C"]


def test_candidates_stay_and_have_the_tenure_on_1_january() -> None:
    # On 1 January 2025 E-0001 has completed a year of service, E-0002 completes it a day later, on 1 July long since.
    opening = opened(
        4,
        (A, B, C),
        level=["B", "B", "C", "C"],
        hire_date=[day(f"2024-01-0{d}") for d in (1, 2)] + [day("2015-06-01")] * 2,
    )
    output = simulate(vacant(leaving=0.5, promotion={"from_within": 1.0}), opening)
    # Both of C leave: one comes from B, one from outside; B is filled from outside, as nobody is at A.
    assert promoted(output) == {"E-0001": "C"}
    assert hired_at(output) == ["B", "C"]
    without_minimum = vacant(leaving=0.5, promotion={"from_within": 1.0, "minimum_tenure": 0})
    assert promoted(simulate(without_minimum, opening)) == {"E-0001": "C", "E-0002": "C"}


def test_who_leaves_is_no_candidate() -> None:
    levels = (Level(name="A", termination_factor=1), Level(name="B", termination_factor=0))
    opening = opened(4, levels, level=["A", "A", "B", "B"])
    # Target 8: B 4, A 4. One of A leaves, so one can move up: B 2 missing, one from within, one hired; A 4 hired.
    config = vacant(leaving=0.25, simulation={"target_growth_rate": 1.0}, promotion={"from_within": 1.0})
    output = simulate(config, opening)
    (gone,) = events_of(output, "termination")["employee_id"]
    assert promoted(output) == dict.fromkeys({"E-0001", "E-0002"} - {gone}, "B")
    assert hired_at(output) == ["A"] * 4 + ["B"]


def test_nobody_with_a_factor_of_0_is_promoted() -> None:
    levels = (Level(name="A", termination_factor=0, promotion_factor=0), Level(name="B"))
    output = simulate(vacant(leaving=0.5), opened(4, levels, level=["A", "A", "B", "B"]))
    assert (promoted(output), hired_at(output)) == ({}, ["B", "B"])


def test_factors_say_who_moves_up() -> None:
    ages = [{"from": 0, "factor": 3.0}, {"from": 40, "factor": 1.0}]
    births = [day("1990-01-01" if i % 2 else "1970-01-01") for i in range(1, 13)]
    levels = (Level(name="A", termination_factor=0, promotion_factor=0.5), Level(name="B"))
    output = simulate(
        vacant(leaving=0.25, promotion={"age_factors": ages, "from_within": 1.0}),
        opened(16, levels, level=["A"] * 12 + ["B"] * 4, birth_date=[*births, *[day("1985-05-15")] * 4]),
    )
    # All four of B leave. w = 1,500,000 or 500,000 ppm; T = 4 of a sum of 12,000,000: q = 0.5 and 1/6.
    ids = [f"E-{i:04d}" for i in range(1, 13)]
    chances = chances_in_proportion([1_500_000, 500_000] * 6, 4_000_000)
    assert chances[:2] == pytest.approx([0.5, 1 / 6])
    order = taking_order(chances, [u_of(one, Stream.PROMOTION) for one in ids], list(range(12)))
    assert promoted(output) == {ids[i]: "B" for i in order[:4]}


def test_hires_of_the_year_wait_for_the_next() -> None:
    config = vacant(
        2026,
        {2025: 0.0, 2026: 0.5},
        simulation={"target_growth_rate": {2025: 1.0, 2026: 0.0}},
        promotion={"minimum_tenure": 0, "from_within": 0.8},
    )
    levels = (A, C)
    output = simulate(config, opened(4, levels, level=["A", "A", "C", "C"]))
    names = {
        year: set(events_of(output, "promotion").filter(pl.col("year") == year)["employee_id"]) for year in (2025, 2026)
    }
    # 2025: two missing at C, 1.6 -> 2 from A, both of the census. 2026: all four of C leave, all four of A are hires.
    assert names[2025] == {"E-0001", "E-0002"}
    assert [one[:7] for one in names[2026]] == ["NH-2025"] * 3


def test_the_mix_of_levels_stays_that_of_the_census() -> None:
    config = vacant(2034, 0.15, simulation={"target_growth_rate": 0.04}, terminations={})
    levels = tuple(Level(name=name) for name in "ABC")
    output = simulate(config, opened(100, levels, level=["A"] * 55 + ["B"] * 30 + ["C"] * 15))
    closing = output.snapshots.filter(pl.col("termination_date").is_null())
    for year, headcount in output.summary.select("year", "headcount_closing").iter_rows():
        counts = Counter(closing.filter(pl.col("year") == year)["level"].cast(pl.String))
        assert [counts[name] for name in "ABC"] == quota(headcount, [55, 30, 15])
    assert output.summary["headcount_closing"].to_list()[-1] == 148  # 100 x 1.04^10 = 148.02


def test_where_nothing_is_missing_hires_follow_the_census() -> None:
    levels = tuple(Level(name=name) for name in "ABC")
    config = vacant(leaving=0.2, workforce={"headcount": "stochastic"})
    opening = opened(4, levels, level=["A", "C", "C", "B"])
    runs = [simulate(config, opening, replicate=replicate) for replicate in range(40)]
    # Nobody leaves, and one of the 0.8 expected is replaced: at C, where most of the census are.
    found = [
        hired_at(run) for run in runs if run.summary.select("terminations_opening_staff", "hires").row(0) == (0, 1)
    ]
    assert len(found) > 3
    assert found == [["C"]] * len(found)


def test_levels_left_freely_are_filled_as_far_as_hires_go() -> None:
    levels = tuple(Level(name=name) for name in "AB")
    config = vacant(leaving=0.2, workforce={"headcount": "stochastic"}, promotion={"from_within": 0.5})
    output = simulate(config, opened(100, levels, level=["A", "B"] * 50))
    stay = Counter(output.snapshots.filter(pl.col("status").cast(pl.String) == "continuing")["level"].cast(pl.String))
    moved = len(promoted(output))
    missing_a, missing_b = 50 - (stay["A"] + moved) + moved, 50 - (stay["B"] - moved)
    assert moved == (missing_b + 1) // 2
    quotas = quota(20, [missing_a, missing_b - moved])
    assert hired_at(output) == ["A"] * quotas[0] + ["B"] * quotas[1]
    assert output.summary["hires"].to_list() == [20]


def test_an_empty_opening_has_no_vacancies() -> None:
    assert simulate(vacant(leaving=0.1), opened(0, (A, B))).summary["promotions"].to_list() == [0]


def test_unknown_level_names_are_an_error() -> None:
    with pytest.raises(SimulationError, match=r"promotion\.from_within names 1 levels that the opening does not have"):
        simulate(vacant(promotion={"from_within": {"Z": 0.5}}), opened())
