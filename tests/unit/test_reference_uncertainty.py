"""The reference model's factor of a year against cases worked out by hand: the arithmetic stands beside each number."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from workforce_sim import draws
from workforce_sim.census.opening import Opening
from workforce_sim.config import Config, Level
from workforce_sim.draws import Stream
from workforce_sim.errors import SimulationError
from workforce_sim.reference import simulate
from workforce_sim.reference.census import census_of
from workforce_sim.reference.chance import chances_in_proportion
from workforce_sim.reference.growth import Growth, headcount_growth
from workforce_sim.reference.records import person_year
from workforce_sim.reference.terminations import termination_weights
from workforce_sim.reference.uncertainty import exit_factor, factor_at, multiplied
from workforce_sim.reference.year import Run, Year
from workforce_sim.store.ledger import fingerprint
from workforce_sim.tables.output import Tables as Output

SEED = 42


def configured(
    s: float, end_year: int = 2025, growth: float = 0.0, headcount: str = "stochastic", **sections: Any
) -> Config:
    """A configuration from 2025 on with a year effect, without raises and promotions, in which all are alike."""
    return Config.model_validate(
        {
            "simulation": {"start_year": 2025, "end_year": end_year, "target_growth_rate": growth},
            "terminations": {"age_factors": [{"from": 0, "factor": 1.0}]},
            "promotion": {"base_rate": 0.0},
            "compensation": {"cola_rate": 0.0, "merit_pool": 0.0},
            "uncertainty": {"year_effects": {"terminations": s}},
            "random_seed": SEED,
            **sections,
            "workforce": {**sections["workforce"], "headcount": headcount},
        }
    )


def rates(leaving: float, hires_leaving: float = 0.0) -> dict[str, Any]:
    return {"total_termination_rate": leaving, "new_hire_termination_rate": hires_leaving}


def opened(size: int, levels: tuple[Level, ...] = (Level(name="A"),), **columns: list[Any]) -> Opening:
    """An opening of people hired on 1 June 2015, born on 15 May 1985, paid 100,000.00 at level A, unless given."""
    given: dict[str, list[Any]] = {
        "employee_id": [f"E-{i:04d}" for i in range(1, size + 1)],
        "hire_date": [dt.date(2015, 6, 1)] * size,
        "salary_cents": [10_000_000] * size,
        "birth_date": [dt.date(1985, 5, 15)] * size,
        "level": [levels[0].name] * size,
        "department": [None] * size,
        "full_time_ppm": [1_000_000] * size,
        **columns,
    }
    names = pl.Enum([level.name for level in levels])
    overrides = {"level": names, "department": pl.Enum([]), "full_time_ppm": pl.Int32}
    return Opening(pl.DataFrame(given, schema_overrides=overrides), levels)


def u_of(key: int, stream: Stream, year: int = 2025, replicate: int = 0) -> float:
    return draws.uniform(draws.person_number(SEED, replicate, key), draws.decision(SEED, year, stream))


def staff_below(q: float, size: int, year: int = 2025, replicate: int = 0) -> set[str]:
    """Return who of ``opened(size)`` has a draw of leaving below q."""
    ids = [f"E-{i:04d}" for i in range(1, size + 1)]
    return {one for one in ids if u_of(draws.census_key(one), Stream.TERMINATION, year, replicate) < q}


def terminated(output: Output, status: str = "terminated", year: int = 2025) -> set[str]:
    gone = output.snapshots.filter((pl.col("status").cast(pl.String) == status) & (pl.col("year") == year))
    return set(gone["employee_id"])


def summary(output: Output, column: str) -> list[int]:
    found: list[int] = output.summary[column].to_list()
    return found


# --- the factor ---


@pytest.mark.parametrize(
    ("replicate", "year", "u", "factor_ppm", "rate_ppm"),
    [
        # 0.2 x -0.13793202302316038 - 0.02 = -0.0475864; its exponential is 0.9535281
        (0, 2025, 0.4451470707893066, 953_528, 238_382),
        # 0.2 x 0.8486832309495786 - 0.02 = 0.1497366; 1.1615283; 290,382 is 250,000 x 1.161528
        (0, 2026, 0.8019712101653154, 1_161_528, 290_382),
        (1, 2025, 0.7317272973810269, 1_109_167, 277_292),  # of 277,291.75
        (1, 2026, 0.9965933117537232, 1_683_990, 420_998),  # of 420,997.5, half up
    ],
)
def test_the_factor_of_a_replicates_year(replicate: int, year: int, u: float, factor_ppm: int, rate_ppm: int) -> None:
    assert draws.shared_draw(SEED, replicate, year, Stream.YEAR_EFFECT) == u
    assert factor_at(u, 0.2) == factor_ppm
    assert exit_factor(configured(0.2, workforce=rates(0.25)), year, replicate) == factor_ppm
    assert multiplied(250_000, factor_ppm) == rate_ppm


def test_the_factor_of_other_spreads_and_seeds_and_of_the_smallest_draw() -> None:
    assert factor_at(draws.shared_draw(SEED, 0, 2025, Stream.YEAR_EFFECT), 1.0) == 528_384
    assert factor_at(0.0, 1.0) == factor_at(2.0**-53, 1.0) == 165  # exp(-8.209536151601386 - 0.5) = 0.000165
    assert draws.shared_draw(7, 3, 2030, Stream.YEAR_EFFECT) == 0.47798503554835425
    assert factor_at(0.47798503554835425, 0.25) == 955_947
    assert factor_at(0.5, 0.1) == 995_012  # z = 0: exp(-0.005) = 0.9950125


def test_a_rate_times_a_factor_is_half_up_and_at_most_1() -> None:
    assert multiplied(1, 500_000) == 1
    assert multiplied(1, 499_999) == 0
    assert multiplied(600_000, 1_700_000) == 1_000_000
    assert multiplied(2_000_000, 400_000) == 800_000
    assert multiplied(123_456, 1_000_000) == 123_456
    assert multiplied(1_000_000, 0) == 0


def test_without_a_spread_the_factor_is_1() -> None:
    assert exit_factor(configured(0.0, workforce=rates(0.25)), 2025, 0) == 1_000_000


def test_under_exact_headcount_the_factor_is_1_and_nothing_changes() -> None:
    with_spread, without = (configured(s, 2026, 0.05, "exact", workforce=rates(0.2, 0.3)) for s in (0.5, 0.0))
    assert exit_factor(with_spread, 2025, 0) == 1_000_000
    assert fingerprint(simulate(with_spread, opened(40))) == fingerprint(simulate(without, opened(40)))


# --- opening staff ---


def test_a_stochastic_year_is_planned_without_its_factor_and_turns_out_with_it() -> None:
    config, opening = configured(0.2, growth=0.03, workforce=rates(0.12, 0.25)), opened(1000)
    year = Year(Run(config, opening.levels, census_of(opening, SEED, 1), 1), 2025)
    # 1,030 - 1,000 + 120 = 150; 150 / 0.75 = 200, whatever the factor. At 1.109167: t' = 133,100 and n' = 277,292.
    assert headcount_growth([1] * 1000, year) == Growth(133_100_000, 1000, 200, 200 * 277_292)


def test_opening_staff_leave_by_the_rate_times_the_factor_and_hires_are_planned_by_the_rate() -> None:
    output = simulate(configured(0.2, workforce=rates(0.25)), opened(100), replicate=1)
    # All alike: q = t' = 0.277292. 25 are expected to leave, so 25 are hired; of them nobody leaves (n = 0).
    assert terminated(output) == staff_below(0.277292, 100, replicate=1)
    assert terminated(output) > staff_below(0.25, 100, replicate=1)
    assert summary(output, "hires") == [25]


def test_the_next_year_makes_good_what_a_bad_one_took() -> None:
    output = simulate(configured(0.2, 2026, workforce=rates(0.25)), opened(100), replicate=1)
    closing = 100 - len(staff_below(0.277292, 100, replicate=1)) + 25
    # 2026: target 100; E = 94 / 4 = 23.5, again without the factor of 1.683990. 29.5 hires: the draw makes them 29.
    assert summary(output, "headcount_opening") == [100, closing] == [100, 94]
    assert draws.shared_draw(SEED, 1, 2026, Stream.HIRES) >= 0.5
    assert summary(output, "hires")[1] == 29
    staying = staff_below(1.0, 100) - staff_below(0.277292, 100, replicate=1)
    old = {one for one in terminated(output, year=2026) if one.startswith("E-")}
    assert old == staff_below(0.420998, 100, 2026, replicate=1) & staying


def test_a_rate_times_the_factor_is_cut_at_1() -> None:
    # Replicate 1 in 2025: 0.95 x 1.109167 is above 1. Everybody leaves; 95 are expected to.
    output = simulate(configured(0.2, workforce=rates(0.95)), opened(100), replicate=1)
    assert summary(output, "terminations_opening_staff") == [100]
    assert summary(output, "hires") == [95]


def test_rates_as_given_are_multiplied_before_they_are_cut_and_expected_as_configured() -> None:
    table = [{"age_from": 0, "tenure_from": 0, "value": 0.4}]
    levels = (Level(name="A"), Level(name="B", termination_factor=3.0))
    config = configured(0.2, workforce=rates(0.0), terminations={"rates": table})
    mixed = opened(100, levels, level=["A", "B"] * 50)
    output = simulate(config, mixed)
    # Replicate 0, F = 953,528. A: 400,000 becomes 381,411 (of 381,411.2). B: 1,200,000 becomes 1,144,234, cut to 1;
    # cut first, it would have been 953,528, and not all of them would leave.
    of_b = {f"E-{i:04d}" for i in range(2, 101, 2)}
    assert terminated(output) == staff_below(0.381411, 100) - of_b | of_b
    assert not of_b <= staff_below(0.953528, 100)
    # E: 50 x 0.4 + 50 x min(1.2, 1) = 70.
    assert summary(output, "hires") == [70]


def test_rates_as_given_are_single_divisions_of_what_was_rounded() -> None:
    table = [{"age_from": 0, "tenure_from": 0, "value": 0.25}]
    config = configured(0.2, workforce=rates(0.0), terminations={"rates": table})
    output = simulate(config, opened(200), replicate=1)
    assert terminated(output) == staff_below(277_292 / 1_000_000, 200, replicate=1)


# --- hires ---


def test_hires_leave_by_their_rate_times_the_factor() -> None:
    config = configured(0.2, growth=1.0, workforce=rates(0.0, 0.25))
    output = simulate(config, opened(60), replicate=1)
    # Target 120: 60 / 0.75 = 80 hires. n' = 277,292, so 80 x 277,292 millionths are to leave.
    hires = output.snapshots.filter(pl.col("opening_salary_cents").is_null()).sort("employee_id")
    assert hires.height == 80
    weights = [(dt.date(2025, 12, 31) - date).days for date in hires["hire_date"]]
    keys = [draws.hire_key(2025, n) for n in range(1, 81)]
    us = [u_of(key, Stream.HIRE_TERMINATION, replicate=1) for key in keys]

    def chosen(hires_leaving_ppm: int) -> set[str]:
        chances = chances_in_proportion(weights, 80 * hires_leaving_ppm)
        return {who for who, u, q in zip(hires["employee_id"], us, chances, strict=True) if u < q}

    assert terminated(output, "new_hire_terminated") == chosen(277_292)
    assert chosen(250_000) <= chosen(277_292)


def test_all_hires_leave_where_their_rate_times_the_factor_reaches_1() -> None:
    # Replicate 1 in 2026: 0.6 x 1.683990 is above 1; in 2025 0.6 x 1.109167 = 0.6655.
    config = configured(0.2, 2026, growth=0.5, workforce=rates(0.0, 0.6))
    output = simulate(config, opened(40), replicate=1)
    hires, gone = summary(output, "hires"), summary(output, "terminations_new_hires")
    assert hires[0] == 50  # 20 / 0.4
    assert 0 < gone[0] < 50
    assert 0 < gone[1] == hires[1]


def test_hires_of_whom_nobody_would_stay_are_an_error_in_a_good_year_too() -> None:
    # Replicate 0 in 2025 with s = 1: F = 528,384, so n' would be 0.528384.
    config = configured(1.0, growth=0.5, workforce=rates(0.0, 1.0))
    with pytest.raises(SimulationError, match="2025: 5 more employees are needed"):
        simulate(config, opened(10))


# --- the firm of the chapters ---

FIRM = [
    ("2024-10-15", "2000-06-30", "Analyst", 4_500_000),
    ("2022-03-01", "1997-01-01", "Analyst", 5_234_567),
    ("2020-02-29", "1992-02-29", "Analyst", 5_800_000),
    ("2019-07-01", "1989-11-05", "Senior", 7_100_000),
    ("2016-05-16", "1983-08-14", "Senior", 8_800_000),
    ("2012-01-01", "1977-12-31", "Senior", 7_999_999),
    ("2005-09-06", "1970-03-03", "Lead", 12_000_000),
    ("1998-04-20", "1960-10-10", "Lead", 9_750_000),
]
LEVELS = (
    Level(name="Analyst", minimum=40_000, maximum=65_000),
    Level(name="Senior", minimum=60_000, maximum=95_000, termination_factor=1.2),
    Level(name="Lead", minimum=90_000, maximum=150_000),
)


def firm() -> Opening:
    hired, born, level, salary = (list(column) for column in zip(*FIRM, strict=True))
    dates = {"hire_date": hired, "birth_date": born}
    columns = {name: [dt.date.fromisoformat(text) for text in texts] for name, texts in dates.items()}
    return opened(8, LEVELS, level=level, salary_cents=salary, **columns)


def firm_config(s: float) -> Config:
    return configured(s, growth=0.1, workforce=rates(0.25, 0.25), terminations={})


def test_the_firm_in_a_bad_year() -> None:
    config, opening = firm_config(0.2), firm()
    staff = census_of(opening, SEED, 6)
    year = Year(Run(config, opening.levels, staff, 6), 2025)
    assert year.exit_factor_ppm == 1_152_054
    weights = termination_weights([person_year(one, year.first, year.last) for one in staff], year)
    assert weights == [222_000, 154_300, 125_100, 80_160, 70_200, 44_160, 31_600, 123_300]
    # t' = n' = 288,014 (of 288,013.5); target 9, E = 2, H = ceil(3 / 0.75) = 4.
    growth = headcount_growth(weights, year)
    assert growth == Growth(8 * 288_014, 8, 4, 4 * 288_014)
    chances = chances_in_proportion(weights, growth.terminations_ppm)
    assert chances == [2.7081074727909547e-06 * weight for weight in weights]
    assert [round(q, 5) for q in chances] == [0.6012, 0.41786, 0.33878, 0.21708, 0.19011, 0.11959, 0.08558, 0.33391]
    us = [round(year.u(one, Stream.TERMINATION), 5) for one in staff]
    assert us == [0.88546, 0.39991, 0.91152, 0.80132, 0.01686, 0.79449, 0.8785, 0.56966]


def test_one_more_of_the_firm_leaves_because_of_the_year() -> None:
    with_year, without = (simulate(firm_config(s), firm(), replicate=6) for s in (0.2, 0.0))
    assert terminated(with_year) == {"E-0002", "E-0005"}
    assert terminated(without) == {"E-0005"}
    assert summary(with_year, "hires") == summary(without, "hires") == [4]
    assert terminated(without, "new_hire_terminated") <= terminated(with_year, "new_hire_terminated")
    # Who leaves in both does so on the same day for the same cause.
    rows = [
        output.events.filter(pl.col("employee_id") == "E-0005").select("event_type", "cause", "effective_date")
        for output in (with_year, without)
    ]
    assert rows[0].equals(rows[1])
