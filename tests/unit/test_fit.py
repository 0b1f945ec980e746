"""``fit``: what it finds of employers whose rates are known, and what it writes."""

from __future__ import annotations

import datetime as dt
import random
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

import workforce_sim as ws
from tests.support import few
from tests.support_fit import RATES, people, world
from workforce_sim.config import with_changes
from workforce_sim.studies.fitting.configuration import opening_of
from workforce_sim.studies.fitting.fit import BASE
from workforce_sim.studies.fitting.panel import Snapshot

WORLD = world(3, 1_200)


@pytest.fixture(scope="module")
def found() -> ws.Fit:
    return ws.fit(WORLD)


def rows(fit: ws.Fit, what: str) -> list[dict[str, Any]]:
    return fit.table.filter(pl.col("what") == what).to_dicts()


def test_rates_by_tenure_are_found(found: ws.Fit) -> None:
    inside = [row["low"] <= RATES[int(row["cell"].split()[1])] <= row["high"] for row in rows(found, "exits by tenure")]

    assert sum(inside) >= 0.7 * len(inside)


def test_growth_raises_and_years_are_found(found: ws.Fit) -> None:
    keys = {key: value for key, value, _ in found.keys.entries}

    assert 0 < keys["simulation.target_growth_rate"] < 0.01  # 1%, shrunk by 5 of 9
    total = found.estimates.raises.total.mean
    assert total == pytest.approx(1.025 * 1.03 - 1, abs=0.012)  # the defaults of cost of living and merit
    assert set(keys["uncertainty.year_effects"]) == {"terminations", "growth", "raises"}
    assert keys["workforce.total_termination_rate"] == pytest.approx(0.11, abs=0.025)


def test_every_leaver_and_entrant_is_in_the_flows(found: ws.Fit) -> None:
    heads = [frame.height for frame in WORLD.values()]
    gone = sum(found.flows[kind] for kind in ("exit", "returned later", "left the scope", "lost division"))
    new = sum(found.flows[kind] for kind in ("hire", "return", "transfer in", "unexplained"))

    assert (found.flows["stayed"] + gone).to_list() == heads[:-1]
    assert (found.flows["stayed"] + new).to_list() == heads[1:]


def test_actual_over_expected_is_1_in_total(found: ws.Fit) -> None:
    x = found.estimates.exits

    assert x.level.factor * x.expected.sum() == pytest.approx(x.actual.sum(), rel=0.03)


def test_the_configuration_runs_and_is_what_the_yaml_says(found: ws.Fit) -> None:
    ensemble = ws.simulate_ensemble(found.config, census=found.census, replicates=3, progress=None)

    assert ensemble.replicates["headcount_closing"].is_between(900, 1_700).all()
    written = ws.load_config(yaml.safe_load(found.yaml()))
    assert written == found.config


def test_each_fitted_key_says_where_it_comes_from(found: ws.Fit) -> None:
    lines = found.yaml().splitlines()
    place = next(i for i, line in enumerate(lines) if "total_termination_rate:" in line)

    assert "790 terminations in 6,030 person-years" in lines[place - 1]
    assert all(why for _, _, why in found.keys.entries)


def shuffled(frame: pl.DataFrame, seed: int) -> pl.DataFrame:
    columns = list(frame.columns)
    random.Random(seed).shuffle(columns)
    return frame.select(columns).sample(fraction=1.0, shuffle=True, seed=seed)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_rows_columns_and_the_kind_of_file_change_no_byte(found: ws.Fit, tmp_path: Path, kind: str) -> None:
    for n, (day, frame) in enumerate(WORLD.items()):
        path = tmp_path / f"{day}.{kind}"
        (shuffled(frame, n).write_csv if kind == "csv" else shuffled(frame, n).write_parquet)(path)

    again = ws.fit(list(tmp_path.iterdir()))

    assert again.yaml() == found.yaml()
    assert again.table.equals(found.table)


def test_a_panel_in_one_file_says_the_same(found: ws.Fit, tmp_path: Path) -> None:
    panel = pl.concat([frame.with_columns(as_of=pl.lit(day)) for day, frame in WORLD.items()])
    panel.write_parquet(tmp_path / "panel.parquet")

    assert ws.fit(tmp_path / "panel.parquet").yaml() == found.yaml()


def test_a_file_is_written_with_the_census_it_runs_from(found: ws.Fit, tmp_path: Path) -> None:
    paths = found.write(tmp_path / "fitted.yaml")

    assert [path.name for path in paths] == ["fitted.yaml", "fitted.census.parquet"]
    assert paths[1].stat().st_mode & 0o777 == 0o600
    summary = ws.simulate(tmp_path / "fitted.yaml", end_year=2025).summary
    assert summary["headcount_opening"].to_list() == [found.parts[-1].after.staff.height]
    with pytest.raises(ws.LedgerError, match="exists already"):
        found.write(tmp_path / "fitted.yaml")


def test_a_census_of_its_own_file_is_named_not_copied(tmp_path: Path) -> None:
    for day, frame in WORLD.items():
        frame.write_csv(tmp_path / f"{day}.csv")

    written = ws.fit(sorted(tmp_path.glob("*.csv"))).write(tmp_path / "fitted.yaml")

    assert written == [tmp_path / "fitted.yaml"]
    assert yaml.safe_load(written[0].read_text())["census"]["path"] == str(tmp_path / "2024-12-31.csv")


def test_what_the_given_configuration_says_stays(tmp_path: Path) -> None:
    base = {
        "simulation": {"start_year": 2025, "end_year": 2026, "target_growth_rate": 0.0},
        "workforce": {"total_termination_rate": 0.1, "max_hires_ratio": 3},
        "plan": {"match": {"preset": "stretch"}},
        "random_seed": 9,
    }
    fit = ws.fit(WORLD, base)

    assert fit.config.plan.match == ws.load_config(base).plan.match
    assert fit.config.workforce.max_hires_ratio == 3
    assert list(fit.config.simulation.years) == [2025, 2026]
    assert "preset: stretch" in fit.yaml()


def test_without_births_nothing_is_fitted_by_age() -> None:
    fit = ws.fit({day: frame.drop("birth_date") for day, frame in WORLD.items()})

    assert rows(fit, "exits by age") == []
    assert fit.config.terminations.age_factors is None
    assert "no birth dates: no rates by age, and the prior is averaged over ages" in fit.warnings


def test_imputed_births_are_seen_and_not_fitted() -> None:
    half = pl.date(pl.col("birth_date").dt.year(), 7, 1)
    fit = ws.fit({day: frame.with_columns(birth_date=half) for day, frame in WORLD.items()})

    assert rows(fit, "exits by age") == []
    assert [warning for warning in fit.warnings if "look imputed" in warning]


def test_two_censuses_are_enough_and_say_what_they_rest_on() -> None:
    fit = ws.fit(dict(list(WORLD.items())[-2:]))

    assert [warning for warning in fit.warnings if "how much years differ comes from the prior" in warning]
    assert fit.estimates.growth.credibility == pytest.approx(0.2)


def test_a_lost_division_moves_neither_exits_nor_growth() -> None:
    def without(sold: str | None) -> dict[dt.date, pl.DataFrame]:
        days = list(WORLD)
        return {
            day: frame if day != days[-1] or sold is None else frame.filter(pl.col("department") != sold)
            for day, frame in WORLD.items()
        }

    department = next(iter(WORLD.values()))["department"].drop_nulls().unique().sort()[0]
    whole, sold = ws.fit(without(None)), ws.fit(without(department))

    assert [
        warning
        for warning in sold.warnings
        if "1 department with" in warning and "not counted as terminations" in warning
    ]
    assert sold.estimates.exits.rate == pytest.approx(whole.estimates.exits.rate, rel=0.05)
    assert sold.estimates.growth.mean == pytest.approx(whole.estimates.growth.mean, abs=0.004)


def test_a_jump_of_the_rate_is_a_break_of_scope() -> None:
    ids = [f"e{n}" for n in range(4_000)]
    kept = [ids, ids[200:], ids[400:], ids[2_400:]]
    fit = ws.fit({dt.date(2020 + n, 12, 31): people(id=staff) for n, staff in enumerate(kept)})

    told = [warning for warning in fit.warnings if "differ from the other years" in warning]
    assert {warning.split()[0] for warning in told} == {"terminations", "growth"}
    assert all("2022-12-31 to 2023-12-31" in warning for warning in told)


def test_entrants_with_old_hire_dates_and_uneven_intervals_are_told() -> None:
    ids = [f"e{n}" for n in range(100)]
    days = [dt.date(2020, 12, 31), dt.date(2021, 12, 31), dt.date(2024, 12, 31)]
    fit = ws.fit({days[0]: people(id=ids), days[1]: people(id=ids[10:]), days[2]: people(id=ids)})

    assert [warning for warning in fit.warnings if "intervals are uneven, 1.00 to 3.00 years" in warning]
    assert [warning for warning in fit.warnings if warning.startswith("10 terminated employees returned later")]


def test_hires_who_leave_in_the_year_are_counted_where_dates_tell() -> None:
    hired = dt.date(2023, 3, 1)
    ids = [f"e{n}" for n in range(60)]
    second = people(
        id=[*ids, *(f"h{n}" for n in range(40))],
        hire_date=[dt.date(2010, 1, 4)] * 60 + [hired] * 40,
        termination_date=[None] * 60 + [dt.date(2023, 9, 1)] * 20 + [None] * 20,
    )
    (row,) = rows(ws.fit({dt.date(2022, 12, 31): people(id=ids), dt.date(2023, 12, 31): second}), _LEAVING)

    assert (row["exposure"], row["estimate"]) == (40, pytest.approx((20 + 20 * 0.25) / 60))


_LEAVING = "hires who leave in the year"


def test_page_and_report_have_no_one_in_them(found: ws.Fit) -> None:
    ids = set(next(iter(WORLD.values()))["employee_id"])
    page, report = str(found), found.report()

    assert "terminations by tenure" in page
    assert report.count("<svg") == report.count("</svg>") >= 6
    assert not [word for word in (page + report).split() if word.strip("',:") in ids]


def test_the_page_has_pictures_with_their_figures_and_no_one_in_it(found: ws.Fit, tmp_path: Path) -> None:
    written = found.report(tmp_path / "fit.html")
    page = written.read_text(encoding="utf-8")
    ids = set(next(iter(WORLD.values()))["employee_id"])

    assert page.count("<svg") == page.count("<figure") == found.report().count("<svg")
    assert all(
        f">{text}<" in page
        for text in ("Termination rates by tenure", "Terminations by department, relative to the average")
    )
    assert all(f"<td>{why}</td>" in page for _, _, why in found.keys.entries if why.startswith("birth dates of hires"))
    assert not ids & set(re.split(r"[\s<>\",]+", page))
    assert "90% interval" in page


def test_names_of_departments_are_text_on_the_page(tmp_path: Path) -> None:
    name = "<script>alert(1)</script>"
    strange = {day: frame.with_columns(department=pl.lit(name)) for day, frame in WORLD.items()}
    half = pl.when(pl.int_range(pl.len()) % 2 == 0).then(pl.lit(name)).otherwise(pl.lit("Sales"))
    page = ws.fit({day: frame.with_columns(department=half) for day, frame in strange.items()}).report(
        tmp_path / "a.html"
    )

    assert "<script>alert" not in page.read_text(encoding="utf-8")
    assert "&lt;script&gt;alert" in page.read_text(encoding="utf-8")


def test_a_page_replaces_nothing_but_a_page(found: ws.Fit, tmp_path: Path) -> None:
    (tmp_path / "mine.html").write_text("mine")

    with pytest.raises(ws.RequestError, match="exists and is not a report"):
        found.report(tmp_path / "mine.html")
    with pytest.raises(ws.RequestError, match="give a name that ends in"):
        found.report(tmp_path / "fit.txt")


def test_a_fitted_world_fits_itself_again(found: ws.Fit) -> None:
    from tests.support_fit import closings

    config = ws.load_config(yaml.safe_load(found.yaml()))
    again = ws.fit(closings(ws.simulate(config, census=found.census)))
    low, high = (rows(again, "exit level")[0][end] for end in ("low", "high"))

    assert low < found.estimates.exits.rate < high


@pytest.mark.parametrize("seed", few(range(12), 4))
def test_any_two_small_censuses_give_a_configuration_that_can_be_used(seed: int) -> None:
    draws = random.Random(seed)
    first, second = (
        people(
            id=[f"e{n}" for n in draws.sample(range(40), size)],
            annual_salary=[draws.choice([15_000.0, 30_000.0, 900_000.0]) for _ in range(size)],
            level=[draws.choice(["a", "b", None]) for _ in range(size)],
        )
        for size in (draws.randint(1, 30), draws.randint(1, 30))
    )

    fit = ws.fit({dt.date(2022, 12, 31): first, dt.date(2023, 12, 31): second})

    assert ws.load_config(yaml.safe_load(fit.yaml())) == fit.config
    assert str(fit)


def test_ids_like_those_of_hires_get_a_prefix(tmp_path: Path) -> None:
    days = [dt.date(2022, 12, 31), dt.date(2023, 12, 31)]
    fit = ws.fit({day: people(id=[f"NH-2020-{n:06}" for n in range(50)]) for day in days})
    fit.write(tmp_path / "fitted.yaml")

    assert ws.simulate(tmp_path / "fitted.yaml", end_year=2024).summary.height == 1


def test_frames_of_any_kind_say_the_same(found: ws.Fit) -> None:
    panel = pl.concat([frame.with_columns(as_of=pl.lit(day)) for day, frame in WORLD.items()])

    for source in (panel, panel.lazy(), panel.to_pandas(), panel.to_arrow()):
        assert ws.fit(source).yaml() == found.yaml()
    assert ws.fit([(day, frame.to_pandas()) for day, frame in WORLD.items()]).yaml() == found.yaml()
    assert ws.fit({str(day): ws.read_census(frame) for day, frame in WORLD.items()}).yaml() == found.yaml()


def test_a_census_without_levels_among_those_with_them_makes_nobody_jump() -> None:
    first = min(WORLD)
    whole, lacking = ws.fit(WORLD), ws.fit({**WORLD, first: WORLD[first].drop("level")})

    assert lacking.estimates.raises.jumps <= whole.estimates.raises.jumps
    assert [level.name for level in lacking.estimates.levels] == [level.name for level in whole.estimates.levels]


def test_an_interval_in_which_nobody_stayed_says_nothing_of_raises() -> None:
    ids = [f"e{n}" for n in range(40)]
    new = people(id=[f"n{n}" for n in range(30)], hire_date=[dt.date(2023, 5, 1)] * 30)
    days = [dt.date(2021 + n, 12, 31) for n in range(3)]
    kept, gone = (
        ws.fit({days[0]: people(id=ids), days[1]: people(id=ids[5:])}),
        {days[1]: people(id=ids[5:]), days[2]: new},
    )
    both = ws.fit({days[0]: people(id=ids), **gone})

    assert both.estimates.raises.total.values.tolist() == kept.estimates.raises.total.values.tolist() == [0.0]
    assert ws.fit(gone).estimates.raises.total.mean == 0.04


def test_the_spread_of_merit_is_that_of_raises_but_for_jumps() -> None:
    """Raises are even from 0 to 4%; ten people jump by 30%."""
    ids, pay = [f"e{n}" for n in range(211)], [50_000.0] * 211
    raised = [50_000 * (1.3 if n > 200 else 1 + 0.04 * n / 200) for n in range(211)]
    days = dt.date(2022, 12, 31), dt.date(2023, 12, 31)
    fit = ws.fit({days[0]: people(id=ids, annual_salary=pay), days[1]: people(id=ids, annual_salary=raised)})

    assert fit.estimates.raises.merit_spread == pytest.approx(0.8 * 0.04 / 2.563, rel=0.01)
    assert [row["estimate"] for row in rows(fit, "merit")][1] == fit.estimates.raises.merit_spread


def test_a_firm_that_cuts_pay_is_fitted_with_a_cut() -> None:
    last = max(WORLD)
    cut = {day: frame.with_columns(pl.col("annual_salary") * 0.93 ** (day.year - 2019)) for day, frame in WORLD.items()}

    found = ws.fit({**cut, last: cut[last]})

    assert found.config.compensation.cola_rate.at(found.config.simulation.start_year) < 0
    assert ws.simulate(found.config, census=found.census, end_year=2025).summary.height == 1


@pytest.mark.parametrize(
    ("date", "hired", "opens"),
    [
        ("2024-12-31", "2020-01-06", "2025-01-01"),
        ("2024-06-30", "2020-01-06", "2024-07-01"),
        ("2024-07-01", "2020-01-06", "2024-07-01"),
        ("2024-07-01", "2024-07-01", "2024-08-01"),  # a run has those hired before it opens
        ("2024-12-02", "2020-01-06", "2025-01-01"),
    ],
)
def test_a_run_opens_on_the_first_of_a_month_on_or_after_the_last_census(date: str, hired: str, opens: str) -> None:
    staff = pl.DataFrame({"hire_date": [dt.date.fromisoformat(hired)]})
    census = Snapshot(dt.date.fromisoformat(date), staff, staff.clear(), (), None)
    assert str(opening_of(census)) == opens


def test_a_fit_in_the_middle_of_a_year_opens_then_with_the_pay_of_its_census() -> None:
    half = dt.timedelta(days=182)
    moved = {day + half: staff.with_columns(pl.col("hire_date", "birth_date") + half) for day, staff in WORLD.items()}
    fit, whole = ws.fit(moved), ws.fit(WORLD)
    assert fit.config.simulation.opening == dt.date(whole.config.simulation.start_year, 7, 1)
    first, second = (one.keys.changes["workforce.levels"][0]["percentiles"]["p50"] for one in (fit, whole))
    assert second / first == pytest.approx(1 + whole.estimates.raises.ranges, rel=0.005)


@pytest.mark.parametrize(("given", "stays"), [({}, 1000.0), ({"max_hires_ratio": 9.0}, 9.0)])
def test_hires_have_the_highest_bound_but_for_one_that_was_chosen(given: dict[str, float], stays: float) -> None:
    base = {**BASE, "workforce": {"total_termination_rate": 0.12, **given}}

    changed = with_changes(ws.load_config(base), {"random_seed": 4})
    for config in (base, changed):
        assert ws.fit(dict(list(WORLD.items())[:2]), config).config.workforce.max_hires_ratio == stays
