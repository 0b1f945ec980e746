"""Promotion into vacancies: how many move up, who, and that the mix of levels stays what the census has."""

from __future__ import annotations

from math import sqrt
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import support
from tests.support import Scenario, fast, of_type
from tests.support_statistics import matches
from workforce_sim import ConfigError, level_mix, load_config, read_run, simulate
from workforce_sim.cli.main import main
from workforce_sim.config import Config, with_changes
from workforce_sim.engine.vacancies import filled
from workforce_sim.explaining.years_text import mix_table
from workforce_sim.tables.output import Tables

PPM = 10**6
LEVELS = ("Staff", "Senior", "Manager", "Director", "Executive")


# --- the arithmetic ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("aims", "stay", "able", "within", "ups", "outside"),
    [
        # nobody left: nothing is missing
        ([60, 30, 10], [60, 30, 10], [60, 30, 10], [PPM] * 3, [0, 0, 0], [0, 0, 0]),
        # two leave at the top and are replaced from below all the way down
        ([60, 30, 10], [60, 30, 8], [60, 30, 8], [PPM] * 3, [2, 2, 0], [2, 0, 0]),
        # half of it from outside: 1 of 2, then half up of 0.5
        ([60, 30, 10], [60, 30, 8], [60, 30, 8], [500_000] * 3, [1, 1, 0], [1, 0, 1]),
        # none from below
        ([60, 30, 10], [55, 28, 8], [55, 28, 8], [0] * 3, [0, 0, 0], [5, 2, 2]),
        # fewer may be promoted than are wanted: the rest comes from outside
        ([60, 30, 10], [60, 30, 5], [60, 3, 5], [PPM] * 3, [3, 3, 0], [3, 0, 2]),
        # too many at a level shrinks what is missing below it, and nobody is moved down
        ([60, 30, 10], [60, 35, 7], [60, 35, 7], [PPM] * 3, [0, 3, 0], [0, 0, 0]),
        # one level alone
        ([12], [10], [10], [PPM], [0], [2]),
    ],
)
def test_vacancies_are_filled_from_the_top_down(
    aims: list[int], stay: list[int], able: list[int], within: list[int], ups: list[int], outside: list[int]
) -> None:
    assert filled(aims, stay, able, within) == (ups, outside)


@given(st.integers(1, 6), st.data())
def test_every_level_reaches_its_aim_and_none_is_emptied_below_it(size: int, data: st.DataObject) -> None:
    numbers = st.lists(st.integers(0, 50), min_size=size, max_size=size)
    aims, stay = data.draw(numbers), data.draw(numbers)
    able = [data.draw(st.integers(0, count)) for count in stay]
    within = data.draw(st.lists(st.integers(0, PPM), min_size=size, max_size=size))
    ups, outside = filled(aims, stay, able, within)
    into = [0, *ups[:-1]]
    for level in range(size):
        after = stay[level] - ups[level] + into[level] + outside[level]
        assert after == max(aims[level], stay[level] - ups[level])
        assert 0 <= ups[level] <= able[level]
        assert outside[level] >= 0
    assert ups[-1] == 0


# --- in a run ---------------------------------------------------------------------------------------------------------


def config(years: int = 1, growth: Any = 0.0, **sections: Any) -> Config:
    return support.configured(
        2025, 2024 + years, simulation={"target_growth_rate": growth}, plan={"enabled": False}, **sections
    )


def mix(tables: Tables, year: int) -> dict[str, int]:
    there = tables.snapshots.filter(pl.col("year") == year, pl.col("termination_date").is_null())
    return dict(there.group_by(pl.col("level").cast(pl.String)).len().iter_rows())


@pytest.mark.parametrize("mode", ["exact", "stochastic"])
@pytest.mark.parametrize(
    ("growth", "factor"), support.few([(0.03, 1.03**20), (0.0, 1.0), (-0.03, 0.97**20)], 3, arguments=2)
)
def test_under_the_defaults_the_mix_of_5000_stays_for_twenty_years(mode: str, growth: float, factor: float) -> None:
    firm = support.synthetic(5_000, config(20, growth, workforce={"headcount": mode}))
    census = dict(firm.census.frame.group_by(pl.col("level").cast(pl.String)).len().iter_rows())
    tables = fast(firm)
    for year, grown in ((2029, factor ** (5 / 20)), (2044, factor)):
        found = mix(tables, year)
        for level in LEVELS:
            wished = census[level] * grown
            assert abs(found[level] - wished) < 4 * sqrt(wished) + 1, (level, year)
            assert mode == "stochastic" or abs(found[level] - wished) < 0.05 * wished + 3, (level, year)


def test_by_rates_the_executives_grow_without_end() -> None:
    tables = fast(support.synthetic(5_000, config(20, promotion={"base_rate": 0.10})))
    assert mix(tables, 2044)["Executive"] > 3 * mix(tables, 2025)["Executive"]


def test_vacancies_are_filled_from_below_in_the_stated_share() -> None:
    shares = {"Executive": 0.5, "Director": 0.75, "Manager": 0.0, "Senior": 1.0}
    firm = support.synthetic(50_000, config(promotion={"from_within": shares}))
    tables = fast(firm)
    into = of_type(tables.events, "promotion").group_by(pl.col("level_after").cast(pl.String)).len()
    hired = of_type(tables.events, "hire").group_by(pl.col("level_after").cast(pl.String)).len()
    promoted = dict(into.iter_rows())
    net = tables.summary["hires"][0] - tables.summary["terminations_new_hires"][0]
    outside = {level: count * net / tables.summary["hires"][0] for level, count in hired.iter_rows()}
    assert "Manager" not in promoted
    assert "Senior" not in outside
    for level in ("Executive", "Director"):
        assert abs(promoted[level] / (promoted[level] + outside[level]) - shares[level]) < 0.01


def test_a_level_that_is_left_out_has_the_default_share() -> None:
    assert [Config.model_validate(given).promotion.within_ppm("Senior") for given in _within()] == [700_000, 300_000]


def _within() -> list[dict[str, Any]]:
    base = config().model_dump(by_alias=True)
    tables: list[dict[str, float]] = [{"Executive": 0.5}, {"Senior": 0.3}]
    return [{**base, "promotion": {"from_within": table}} for table in tables]


def test_promoted_are_those_who_stay_with_the_tenure_once_and_in_proportion_to_their_factors() -> None:
    factors = [{"from": 0, "factor": 2.0}, {"from": 40, "factor": 1.0}, {"from": 60, "factor": 0.0}]
    even = [{"from": 0, "factor": 1.0}]
    chosen = {"age_factors": factors, "tenure_factors": even, "minimum_tenure": 3}
    tables = fast(support.synthetic(100_000, config(promotion=chosen)))
    moved = of_type(tables.events, "promotion")
    people = tables.snapshots.join(moved.select("employee_id", up=pl.lit(value=True)), on="employee_id", how="left")
    people = people.with_columns(pl.col("up").fill_null(value=False))
    up = people.filter("up")
    assert moved["employee_id"].n_unique() == moved.height == tables.summary["promotions"][0]
    assert up["tenure_years"].min() == 3
    assert up["age"].max() < 60
    assert up["termination_date"].null_count() == up.height
    assert up["opening_salary_cents"].null_count() == 0
    staff = people.filter(pl.col("termination_date").is_null(), pl.col("tenure_years") >= 3, pl.col("age") < 60)
    low = staff.filter(pl.col("level").cast(pl.String).is_in(["Staff", "Senior"]))
    from_staff = low.filter((pl.col("level").cast(pl.String) == "Staff") | pl.col("up"))
    young = from_staff["age"] < 40
    ups, n = from_staff["up"].sum(), len(from_staff)
    rate = ups / (2 * young.sum() + (~young).sum())
    assert n > 10_000
    assert matches(from_staff.filter(young)["up"].sum(), young.sum(), 2 * rate, off=0.1)


def test_every_promotion_is_dated_in_its_year_and_has_a_row() -> None:
    for promotion in ({"date": "07-01"}, {"month_weights": [0, 0, 1, *[0] * 9]}, {"minimum_tenure": 0}):
        tables = fast(support.synthetic(2_000, config(2, 0.05, promotion=promotion)))
        moved = of_type(tables.events, "promotion")
        assert moved.height == tables.summary["promotions"].sum() > 0
        months = set(moved["effective_date"].dt.month())
        assert months == ({7} if "date" in promotion else {3} if "month_weights" in promotion else set(range(1, 13)))


def test_a_firm_that_grows_fast_keeps_to_its_levels() -> None:
    growth = 0.4
    tables = fast(support.synthetic(3_000, config(4, growth, workforce={"max_hires_ratio": 1000.0})))
    closing = tables.summary["headcount_closing"].to_list()
    assert closing == [round(3_000 * (1 + growth) ** k + 1e-9) for k in range(1, 5)]
    shares = {level: count / closing[-1] for level, count in mix(tables, 2028).items()}
    census = {level: count / 3_000 for level, count in mix_of_census().items()}
    assert all(abs(shares[level] - census[level]) < 0.02 for level in LEVELS)


def test_nobody_is_moved_down_where_a_firm_shrinks_faster_than_a_level_does() -> None:
    tables = fast(support.synthetic(3_000, config(3, -0.3)))
    moved = of_type(tables.events, "promotion").select(
        before=pl.col("level_before").to_physical(), after=pl.col("level_after").to_physical()
    )
    assert (moved["after"] == moved["before"] + 1).all()
    assert tables.summary["hires"].to_list() == [0, 0, 0]
    assert tables.summary["headcount_closing"].to_list() == [2100, 1470, 1029]


def mix_of_census() -> dict[str, int]:
    frame = support.synthetic(3_000, config()).census.frame
    return dict(frame.group_by(pl.col("level").cast(pl.String)).len().iter_rows())


@pytest.mark.parametrize("size", [0, 1, 2, 7])
@pytest.mark.parametrize("mode", ["exact", "stochastic"])
def test_the_smallest_firms(size: int, mode: str) -> None:
    chosen = config(6, 0.2, workforce={"headcount": mode, "max_hires_ratio": 1000.0, "total_termination_rate": 0.4})
    people = support.synthetic(7, chosen).census.frame[:size]
    tables = fast(Scenario(type(support.synthetic(7, chosen).census)(people), chosen), (0, 1, 2))
    assert tables.summary.height == 18
    assert size or tables.events.is_empty()


def test_one_level_has_no_promotion() -> None:
    one = config(3, 0.1, workforce={"levels": [{"name": "All"}]})
    census = support.synthetic(300, config()).census
    alike = type(census)(census.frame.with_columns(level=pl.lit("All")))
    summary = fast(Scenario(alike, one)).summary
    assert summary["promotions"].to_list() == [0, 0, 0]
    assert summary["headcount_closing"].to_list() == [330, 363, 399]


def test_a_batch_gives_each_replicate_what_it_gets_alone_and_partitions_change_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    firm = support.synthetic(600, config(3, 0.05, workforce={"headcount": "stochastic"}))
    together = fast(firm, (0, 1, 2))
    for replicate in range(3):
        support.assert_same(support.only(together, pl.col("replicate") == replicate), fast(firm, (replicate,)))
    whole = fast(firm)
    monkeypatch.setattr("workforce_sim.engine.partitions.ROWS", 97)
    support.assert_same(fast(firm), whole)


def test_a_run_goes_on_from_disk_as_if_it_had_not_stopped(tmp_path: Path) -> None:
    firm = support.synthetic(800, config(5, 0.05))
    whole = simulate(firm.config, census=firm.census)
    simulate(firm.config, census=firm.census, end_year=2027, out=tmp_path / "run")
    on = simulate(firm.config, census=firm.census, out=tmp_path / "run")
    assert on.fingerprint == whole.fingerprint == read_run(tmp_path / "run").fingerprint


def test_the_mix_by_year_is_a_table_that_begins_with_the_census(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    firm = support.synthetic(400, config(2))
    result = simulate(firm.config, census=firm.census, out=tmp_path / "run")
    found = level_mix(read_run(tmp_path / "run"))
    assert found.columns == ["replicate", "year", "level", "headcount", "share"]
    assert found["level"][:5].to_list() == list(LEVELS)
    assert found.group_by("year", maintain_order=True).agg(pl.col("headcount", "share").sum()).rows() == [
        (2024, 400, 1.0),
        (2025, 400, pytest.approx(1.0)),
        (2026, 400, pytest.approx(1.0)),
    ]
    census = dict(firm.census.frame.group_by(pl.col("level").cast(pl.String)).len().iter_rows())
    assert found["headcount"][:5].to_list() == [census[level] for level in LEVELS]
    assert found.equals(level_mix(result))
    file = tmp_path / "a.yaml"
    file.write_text(with_changes(firm.config, {"census.size": 400}).model_dump_json(by_alias=True))
    assert main(["simulate", str(file)]) == 0
    assert mix_table(level_mix(simulate(load_config(file))).to_dicts()) in capsys.readouterr().out


# --- which way --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "vacancies"),
    [
        ({}, True),
        ({"promotion.base_rate": 0.0}, False),
        ({"promotion.base_rate": {2025: 0.1}}, False),
        ({"hiring.level_mix": "census"}, False),
        ({"hiring.level_mix": "adaptive"}, False),
        ({"hiring.level_mix": {"Staff": 1.0}}, False),
        ({"promotion.mode": "rates"}, False),
        ({"promotion.mode": "vacancies", "promotion.base_rate": 0.1, "hiring.level_mix": "census"}, True),
        ({"promotion.from_within": 0.5}, True),
    ],
)
def test_a_rate_or_a_mix_means_rates_unless_a_mode_is_given(changes: dict[str, Any], vacancies: bool) -> None:
    chosen = with_changes(config(), changes)
    assert chosen.fills_vacancies is vacancies
    assert Config.model_validate(chosen.model_dump(by_alias=True)).fills_vacancies is vacancies
    assert Config.model_validate_json(chosen.model_dump_json(by_alias=True)).fills_vacancies is vacancies


def test_an_unknown_level_is_an_error_with_the_levels_there_are() -> None:
    named = {"workforce": {"levels": [{"name": "A"}, {"name": "B"}]}}
    with pytest.raises(ConfigError, match=r"promotion\.from_within\.Bee: no such level in workforce\.levels \(A, B\)"):
        load_config({**config(**named).model_dump(by_alias=True), "promotion": {"from_within": {"Bee": 0.5}}})
    firm = support.synthetic(20, config(promotion={"from_within": {"Bee": 0.5}}))
    with pytest.raises(ConfigError, match=r"promotion\.from_within: no level is named Bee; the levels are Staff"):
        simulate(firm.config, census=firm.census)


def test_an_uncertain_rate_of_promotion_needs_promotion_by_rates() -> None:
    drawn = {"assumptions": [{"key": "promotion.base_rate", "uniform": [0.05, 0.15]}]}
    base = config(uncertainty=drawn).model_dump(by_alias=True)
    with pytest.raises(
        ConfigError, match=r"promotion\.base_rate: .*vacancies, which uses no rate; set promotion\.mode"
    ):
        load_config(base)
    for more in ({"promotion": {"mode": "rates"}}, {"promotion": {"base_rate": 0.1}}):
        assert not load_config({**base, **more}).fills_vacancies
