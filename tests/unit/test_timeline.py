"""One person's timeline: every event once, each with the assumption that held for that person on that day."""

from __future__ import annotations

import datetime as dt
import logging
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.support import few
from tests.support_events import said, under
from workforce_sim import LedgerError, RequestError, Result, read_run, simulate, timeline
from workforce_sim.config import Config
from workforce_sim.explaining.timeline import scanned
from workforce_sim.store.ledger import ordered
from workforce_sim.tables import EVENT_TYPES

RICH: dict[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2028, "target_growth_rate": {2025: 0.05, 2027: 0.02}},
    "workforce": {
        "total_termination_rate": 0.15,
        "levels": [
            *({"name": name} for name in ("Staff", "Senior", "Manager")),
            {"name": "Director", "minimum": 110_000, "maximum": 150_000},
            {"name": "Executive"},
        ],
    },
    "census": {"size": 300},
    "terminations": {"month_weights": [1, 1, 1, 1, 1, 2, 2, 1, 1, 1, 1, 3]},
    "promotion": {"base_rate": 0.3},
    "compensation": {
        "ratings": {"low": {"share": 0.3, "factor": 0.5}, "high": {"share": 0.7, "factor": 1.2}},
        "other_pay": [{"name": "bonus", "kind": "bonus", "share": 0.1, "receivers": 0.5, "date": "12-01"}],
        "range_minimum": "lift",
        "range_maximum": "lump_sum",
    },
    "enrollment": {
        "change": {"probability": 0.2, "step": 0.02},
        "stop": 0.05,
        "match_response": {"below": 0.5, "above": 0.5},
    },
    "hiring": {"rehires": {"share": 0.5}},
    "plan": {
        "match": {2025: {"preset": "simple"}, 2027: {"tiers": [{"up_to": 0.04, "rate": 1.0}], "last_day": True}},
        "nonelective": {"kind": "service", "by_service": [{"from": 0, "rate": 0.01}, {"from": 5, "rate": 0.02}]},
        "vesting": {"match": "graded_6", "nonelective": "cliff_3"},
        "annual_return": 0.04,
    },
    "random_seed": 5,
}
RICH = under(RICH, said("HAPPENS"))
"""A configuration under which every type of event happens."""

TWO = """\
employee_id,hire_date,annual_salary,birth_date,level,deferral_rate
A-1,2015-03-01,60000,1980-05-05,Staff,0.06
A-2,2023-07-01,50000,1990-05-05,Staff,0
"""


@pytest.fixture(scope="module")
def rich() -> Result:
    return simulate(RICH)


@pytest.fixture(scope="module")
def stored(rich: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rich.write(tmp_path_factory.mktemp("runs") / "rich")


@pytest.fixture
def two(tmp_path: Path) -> Result:
    """Two people, of whom nobody leaves or is promoted."""
    (tmp_path / "census.csv").write_text(TWO, encoding="utf-8")
    config = {
        "simulation": {"start_year": 2025, "end_year": 2026, "target_growth_rate": 0.0},
        "workforce": {"total_termination_rate": 0.0},
        "census": {"path": str(tmp_path / "census.csv")},
        "promotion": {"base_rate": 0.0},
        "compensation": {"cola_rate": {2025: 0.02, 2026: 0.01}, "merit_pool": 0.03},
        "enrollment": {
            "election": 0.0,
            "conversion": 0.0,
            "stop": 0.0,
            "change": {"probability": 0.0},
            "escalation": {"scope": "all", "declining_share": 0.0, "delay_years": 1},
        },
        "plan": {"match": {"preset": "simple"}, "roth": {"share": 0.0}},
        "random_seed": 1,
    }
    return simulate(config)


def _people(run: Result) -> list[str]:
    return run.snapshots["employee_id"].unique().sort().to_list()


def _lines(run: Result, kind: str) -> list[tuple[dict[str, Any], dict[str, str], dict[str, Any]]]:
    """Return event, assumptions by key, and snapshot of every event of a type."""
    found = []
    who = run.events.filter(pl.col("event_type").cast(pl.String) == kind)["employee_id"].unique().sort()
    for person in who[:: max(1, len(who) // 20)]:
        story = timeline(run, person)
        years = {row["year"]: row for row in story.snapshots.to_dicts()}
        events = iter(story.events.to_dicts())
        for line in story.lines:
            if line.event in EVENT_TYPES:
                event = next(events)
                if line.event == kind:
                    found.append((event, {a.key: str(a) for a in line.assumptions}, years[event["year"]]))
    return found


# --- by hand ----------------------------------------------------------------------------------------------------------


def test_a_story_of_two_years_by_hand(two: Result) -> None:
    found = timeline(two, "A-1").frame.select("date", "event", "change").rows()

    assert found == [
        (dt.date(2024, 12, 31), "opening", "Staff at $60,000.00, hired 2015-03-01; defers 6%"),
        (dt.date(2025, 1, 1), "cola", "$60,000.00 -> $61,200.00 (+2.00%)"),
        (dt.date(2025, 1, 1), "escalation", "deferral 6% -> 7%"),
        (dt.date(2025, 4, 1), "merit", "$61,200.00 -> $63,036.00 (+3.00%)"),
        (
            dt.date(2025, 12, 31),
            "year",
            (
                "continuing, Staff at $63,036.00; earned $62,583.29; deferred $4,380.83; match $1,877.50; "
                "match balance $1,877.50, 100% vested"
            ),
        ),
        (dt.date(2026, 1, 1), "cola", "$63,036.00 -> $63,666.36 (+1.00%)"),
        (dt.date(2026, 1, 1), "escalation", "deferral 7% -> 8%"),
        (dt.date(2026, 4, 1), "merit", "$63,666.36 -> $65,576.35 (+3.00%)"),
        (
            dt.date(2026, 12, 31),
            "year",
            (
                "continuing, Staff at $65,576.35; earned $65,105.39; deferred $5,208.43; match $1,953.16; "
                "match balance $3,830.66, 100% vested"
            ),
        ),
    ]


def test_the_assumption_is_the_value_of_that_year(two: Result) -> None:
    of_cola = timeline(two, "A-1").frame.filter(event="cola")["assumption"].to_list()

    assert of_cola == [
        "compensation.cola_rate = 2% (since 2025); compensation.cola_date = 01-01",
        "compensation.cola_rate = 1% (since 2026); compensation.cola_date = 01-01",
    ]


def test_pay_of_a_table_is_that_after_the_day_s_raises(tmp_path: Path) -> None:
    """Eligible on 1 January, the day of the raise from $50,000 to $51,000."""
    (tmp_path / "census.csv").write_text(TWO.replace("2023-07-01", "2024-01-01"), encoding="utf-8")
    config = {
        "simulation": {"start_year": 2025, "end_year": 2025, "target_growth_rate": 0.0},
        "workforce": {"total_termination_rate": 0.0},
        "census": {"path": str(tmp_path / "census.csv")},
        "compensation": {"cola_rate": 0.02},
        "promotion": {"base_rate": 0.0},
        "eligibility": {"waiting_period_days": 366},
        "enrollment": {
            "election": [{"age_from": 0, "pay_from": 0, "value": 0.0}, {"age_from": 0, "pay_from": 50500, "value": 1.0}]
        },
        "random_seed": 1,
    }
    line = next(line for line in timeline(simulate(config), "A-2").lines if line.event == "enrollment")

    assert str(line.assumptions[0]) == "enrollment.election = 100% (at age 34 and pay of $51,000.00)"


def test_it_reads_as_text(two: Result) -> None:
    text = str(timeline(two, "A-1"))

    assert text.startswith("employee A-1\n\n2024-12-31  opening")
    assert "2025-01-01  cola         $60,000.00 -> $61,200.00 (+2.00%)\n" in text
    assert "              compensation.cola_rate  2%     since 2025\n" in text
    assert "              plan.match  50% to 6%  preset simple; on annual pay" in text
    assert max(map(len, text.split("\n"))) <= 120


def test_the_census_is_named_without_its_folder(two: Result, tmp_path: Path) -> None:
    assert "census.path  census.csv" in str(timeline(two, "A-2"))
    assert str(tmp_path) not in str(timeline(two, "A-2"))


def test_what_python_shows_of_it_names_nobody(two: Result) -> None:
    assert repr(timeline(two, "A-1")) == "<Timeline of one employee: 2 years, 6 events>"


# --- every event, and what it rests on --------------------------------------------------------------------------------


def test_every_event_of_everybody_appears_once_in_written_order_and_every_year_has_a_line(rich: Result) -> None:
    written = ordered(rich.events, "events")
    wanted = {
        key[0]: part.select("effective_date", pl.col("event_type").cast(pl.String)).rows()
        for key, part in written.partition_by("employee_id", as_dict=True).items()
    }
    for person in _people(rich)[::7]:
        frame = timeline(rich, person).frame
        events = frame.filter(pl.col("event").is_in(EVENT_TYPES))
        assert events.select("date", "event").rows() == wanted.get(person, [])
        years = rich.snapshots.filter(employee_id=person)["year"].sort().to_list()
        assert frame.filter(event="year")["year"].to_list() == years


def _value(config: Config, key: str) -> Any:
    """Return what stands at a key of the configuration, as its dots and brackets say."""
    value: Any = config.model_dump(by_alias=True)
    for name, place in re.findall(r"([^.\[\]]+)|\[(\d+)\]", key):
        value = value[name] if name else value[int(place)]
    return value


@pytest.mark.parametrize("kind", few(EVENT_TYPES, 3))
def test_every_event_rests_on_keys_that_are_there(rich: Result, kind: str) -> None:
    found = _lines(rich, kind)

    assert found
    assert all(assumptions for _, assumptions, _ in found)
    for key in {key for _, assumptions, _ in found for key in assumptions}:
        _value(rich.config, key)  # raises for a key that is not there


def test_a_by_year_table_says_since_when(rich: Result) -> None:
    for event, assumptions, _ in _lines(rich, "hire")[::9]:
        share, since = ("5%", 2025) if event["year"] < 2027 else ("2%", 2027)
        assert assumptions["simulation.target_growth_rate"].startswith(
            f"simulation.target_growth_rate = {share} (since {since};"
        )


def _of_table(cells: Any, age: int, salary_cents: int) -> float:
    """Return the value of an age x pay table, looked up by its words: largest age_from, within it largest pay_from."""
    oldest = max(cell.age_from for cell in cells if cell.age_from <= age)
    return next(
        cell.value for cell in reversed(cells) if cell.age_from == oldest and 100 * cell.pay_from <= salary_cents
    )


def _age(birth: dt.date, on: dt.date) -> int:
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def test_elections_show_the_cell_of_the_table_for_age_and_pay(rich: Result) -> None:
    chosen = [line for line in _lines(rich, "enrollment") if line[0]["cause"] == "election"]

    assert chosen
    for event, assumptions, person in chosen:
        found = re.fullmatch(
            r"enrollment\.election = ([\d.]+)% \(at age (\d+) and pay of \$([\d,]+)\.(\d\d)\)",
            assumptions["enrollment.election"],
        )
        assert found
        pay = int(found[3].replace(",", "") + found[4])
        age = _age(person["birth_date"], person["eligibility_date"])
        assert int(found[2]) == age
        assert float(found[1]) == pytest.approx(100 * _of_table(rich.config.enrollment.election, age, pay))
        rate = _of_table(
            rich.config.enrollment.deferral_rates, _age(person["birth_date"], event["effective_date"]), pay
        )
        assert f"= {100 * rate:g}% " in assumptions["enrollment.deferral_rates"] or "raised" in assumptions


def test_terminations_show_the_rate_for_age_and_tenure_and_the_share_of_the_cause(rich: Result) -> None:
    cells = rich.config.terminations.rate_table
    of_staff = [line for line in _lines(rich, "termination") if line[2]["opening_salary_cents"] is not None]

    assert of_staff
    for event, assumptions, person in of_staff:
        oldest = max(cell.age_from for cell in cells if cell.age_from <= person["age"])
        held = [c for c in cells if c.age_from == oldest and c.tenure_from <= person["tenure_years"]]
        assert f"terminations.rates = {100 * held[-1].value:g}%" in assumptions["terminations.rates"]
        assert any(key.endswith(f".{event['cause']}") for key in assumptions)
        assert "workforce.total_termination_rate" in assumptions


def test_hires_who_leave_rest_on_the_rate_of_hires(rich: Result) -> None:
    of_hires = [line for line in _lines(rich, "termination") if line[2]["opening_salary_cents"] is None]

    assert of_hires
    assert all("workforce.new_hire_termination_rate" in assumptions for _, assumptions, _ in of_hires)
    assert not any("terminations.rates" in assumptions for _, assumptions, _ in of_hires)


def test_merit_of_a_department_with_its_own_pool_shows_that_pool() -> None:
    own = {**RICH, "departments": {"Sales": {"merit_pool": {2025: 0.08, 2027: 0.05}}}, "hiring": {}}
    for event, assumptions, person in _lines(simulate(own), "merit"):
        if person["department"] == "Sales":
            assert "compensation.merit_pool" not in assumptions
            pool = "8% (since 2025" if event["year"] < 2027 else "5% (since 2027"
            assert assumptions["departments.Sales.merit_pool"].startswith(f"departments.Sales.merit_pool = {pool}")
        else:
            assert assumptions["compensation.merit_pool"].startswith("compensation.merit_pool = 3%")


def test_the_rating_shown_is_the_one_that_paid(rich: Result) -> None:
    """In a year those rated high got 1.2 / 0.5 of what those rated low got; nobody's rating is told wrong."""
    growth: dict[tuple[int, bool], set[float]] = {}
    for event, assumptions, _ in _lines(rich, "merit"):
        high = "compensation.ratings.high" in assumptions
        share = event["salary_after_cents"] / event["salary_before_cents"] - 1
        growth.setdefault((event["year"], high), set()).add(round(share, 5))

    assert len(growth) == 2 * 4
    for year in range(2025, 2029):
        assert max(growth[year, False]) * 2 < min(growth[year, True])


def test_forfeitures_show_schedule_share_and_balance(rich: Result) -> None:
    for event, assumptions, person in _lines(rich, "forfeiture"):
        kept = 0
        for source in ("match", "nonelective"):
            balance, share = person[f"{source}_balance_cents"], person[f"vested_share_{source}_bp"]
            kept += (2 * balance * share + 10_000) // 20_000
            if balance:
                shown = assumptions[f"plan.vesting.{source}"]
                assert f"({share / 100:g}% of ${balance // 100:,}.{balance % 100:02d} vested after " in shown
        assert event["amount_cents"] == person["match_balance_cents"] + person["nonelective_balance_cents"] - kept


def test_years_behind_a_forfeiture_count_from_where_service_in_the_plan_does() -> None:
    """Also of rehires, whose service before they returned counts."""
    leaving = {"workforce": {"total_termination_rate": 0.4}, "hiring": {"rehires": {"share": 0.9}}}
    found = _lines(simulate({**RICH, **leaving, "compensation": {}}), "forfeiture")
    returned = [line for line in found if line[2]["plan_service_date"] < line[2]["hire_date"]]

    assert returned
    for event, assumptions, person in found:
        day, since = event["effective_date"], person["plan_service_date"]
        years = day.year - since.year - ((day.month, day.day) < (since.month, since.day))
        shown = f"vested after {years} year{'s' * (years != 1)})"
        told = [text for key, text in assumptions.items() if key.startswith("plan.vesting.")]
        assert told
        assert all(text.endswith(shown) for text in told)


def test_a_response_to_a_new_match_shows_the_new_match(rich: Result) -> None:
    found = [line for line in _lines(rich, "rate_change") if line[0]["cause"] == "match_response"]

    assert found
    assert all(assumptions["plan.match"].startswith("plan.match = 100% to 4%") for _, assumptions, _ in found)


def test_automatic_enrollment_shows_window_and_default_rate(rich: Result) -> None:
    section = "enrollment.auto_enrollment"
    found = [line for line in _lines(rich, "enrollment") if line[0]["cause"] == "automatic"]

    assert found
    for event, assumptions, person in found:
        assert event["effective_date"] == person["eligibility_date"] + dt.timedelta(days=45)
        assert assumptions[f"{section}.window_days"].startswith(f"{section}.window_days = 45 days")
        assert assumptions[f"{section}.default_deferral_rate"] == f"{section}.default_deferral_rate = 4%"


def test_a_condition_of_the_match_is_told(rich: Result) -> None:
    gone = rich.snapshots.filter((pl.col("year") == 2027) & pl.col("termination_date").is_not_null())
    person = gone.filter(pl.col("pre_tax_cents") > 0)["employee_id"][0]
    last = timeline(rich, person).lines[-1]

    assert "no employer contributions" in last.change or "nonelective" in last.change
    assert "plan.match.last_day" in [found.key for found in last.assumptions]


# --- where the run is, and what can go wrong --------------------------------------------------------------------------


def test_a_result_a_run_on_disk_and_its_path_tell_the_same(rich: Result, stored: Path) -> None:
    for person in _people(rich)[::40]:
        assert str(timeline(rich, person)) == str(timeline(read_run(stored), person)) == str(timeline(stored, person))


@pytest.mark.parametrize("name", ["events", "snapshots"])
def test_of_a_run_on_disk_other_rows_are_dropped_while_it_is_scanned(stored: Path, name: str) -> None:
    plan = scanned(read_run(stored), name, "E-0000001").explain()

    assert "FILTER" not in plan
    assert 'SELECTION: col("employee_id")' in plan


def test_without_a_plan_there_is_no_money_of_it() -> None:
    run = simulate({**RICH, "plan": {"enabled": False}, "simulation": RICH["simulation"] | {"end_year": 2025}})
    line = timeline(run, _people(run)[0]).lines[-1]

    assert "deferred" not in line.change
    assert [found.key for found in line.assumptions] == ["plan.enabled"]


def test_promotions_and_hires_by_vacancies_show_what_is_filled_from_below() -> None:
    years = RICH["simulation"] | {"end_year": 2025}
    run = simulate({**RICH, "simulation": years, "promotion": {"from_within": {"Senior": 0.8}}})
    promoted, hired = _lines(run, "promotion"), _lines(run, "hire")
    assert promoted
    for event, assumptions, _ in promoted:
        share = "80%" if event["level_after"] == "Senior" else "70%"
        where = f"of vacancies at {event['level_after']}"
        assert assumptions["promotion.from_within"] == f"promotion.from_within = {share} ({where})"
        assert assumptions["promotion.mode"].startswith("promotion.mode = vacancies (")
        assert "promotion.base_rate" not in assumptions
    assert all("promotion.mode" in assumptions for _, assumptions, _ in hired)
    assert all("hiring.level_mix" in assumptions for _, assumptions, _ in _lines(simulate(RICH), "hire"))


@pytest.mark.parametrize(("hazard", "rated"), [("days_left", True), ("level", True), ({30: 0.5}, False)])
def test_hires_who_leave_show_the_hazard(hazard: Any, rated: bool) -> None:
    years = RICH["simulation"] | {"end_year": 2025}
    run = simulate({**RICH, "simulation": years, "terminations": {"new_hire_hazard": hazard}})
    of_hires = [line for line in _lines(run, "termination") if line[2]["opening_salary_cents"] is None]
    assert of_hires
    for _, assumptions, _ in of_hires:
        text = hazard if isinstance(hazard, str) else "30: 0.5"
        assert f"terminations.new_hire_hazard = {text}" in assumptions["terminations.new_hire_hazard"]
        assert ("workforce.new_hire_termination_rate" in assumptions) is rated


def test_a_rate_of_1_is_told_as_certain() -> None:
    rates = [{"age_from": 0, "tenure_from": 0, "value": 0.1}, {"age_from": 60, "tenure_from": 0, "value": 1.0}]
    years = RICH["simulation"] | {"end_year": 2025}
    run = simulate({**RICH, "simulation": years, "terminations": {"rates": rates}})
    for _, assumptions, person in _lines(run, "termination"):
        if person["opening_salary_cents"] is not None:
            certain = "certain to terminate" in assumptions["terminations.rates"]
            assert certain is (person["age"] >= 60)


def test_a_key_that_plays_no_part_is_not_shown() -> None:
    rates = [{"age_from": 0, "tenure_from": 0, "value": 0.3}]
    chosen = {
        "simulation": {"start_year": 2025, "end_year": 2026, "target_growth_rate": 0.1},
        "workforce": {"total_termination_rate": 0.12, "headcount": "stochastic"},
        "terminations": {"rates": rates},
        "plan": {"match": {"preset": "none"}},
        "census": {"size": 60},
        "random_seed": 1,
    }
    run = simulate(chosen)
    shown = {key for person in _people(run) for keys in timeline(run, person).frame["keys"] for key in keys}
    assert {"terminations.rates", "workforce.new_hire_termination_rate", "enrollment.deferral_rates"} <= shown
    assert not shown & {"workforce.total_termination_rate", "enrollment.match_seeking"}


def test_factors_in_place_of_rates_are_shown_by_band() -> None:
    factors = {"age_factors": [{"from": 0, "factor": 2.0}, {"from": 40, "factor": 0.5}]}
    run = simulate({**RICH, "terminations": factors, "simulation": RICH["simulation"] | {"end_year": 2025}})
    for _, assumptions, person in _lines(run, "termination"):
        if person["opening_salary_cents"] is not None:
            place, factor = (1, "0.5") if person["age"] >= 40 else (0, "2")
            assert f"x {factor} (from age" in assumptions[f"terminations.age_factors[{place}]"]


def test_a_reduction_rests_on_the_growth_rate() -> None:
    shrinking = {"start_year": 2025, "end_year": 2025, "target_growth_rate": -0.3}
    run = simulate({**RICH, "simulation": shrinking, "plan": {}})
    reduced = [line for line in _lines(run, "termination") if line[0]["cause"] == "reduction"]

    assert reduced
    for _, assumptions, _ in reduced:
        assert next(iter(assumptions)) == "simulation.target_growth_rate"
        assert not any(key.startswith("terminations.causes") for key in assumptions)


def test_an_unknown_id_is_an_error_that_does_not_repeat_it(rich: Result, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(RequestError, match="no employee of this run has the id asked for") as caught:
        timeline(rich, "Jane Doe 123-45-6789")

    assert "Jane" not in str(caught.value)
    assert "6789" not in str(caught.value)
    assert caplog.text == ""


def test_a_number_is_an_id_too(tmp_path: Path) -> None:
    (tmp_path / "census.csv").write_text(TWO.replace("A-1", "17").replace("A-2", "18"), encoding="utf-8")
    config = {**RICH, "census": {"path": str(tmp_path / "census.csv")}}

    assert timeline(simulate(config), 17).employee_id == "17"


def test_of_several_replicates_one_is_chosen(rich: Result) -> None:
    person = _people(rich)[0]
    shifted = [frame.with_columns(replicate=pl.lit(3, dtype=pl.Int32)) for frame in (rich.events, rich.snapshots)]
    tables = type(rich.tables)(
        pl.concat([rich.events, shifted[0]]),
        pl.concat([rich.snapshots, shifted[1]]),
        pl.concat([rich.summary, rich.summary.with_columns(replicate=pl.lit(3, dtype=pl.Int32))]),
    )
    both = Result(tables, rich.config)

    assert timeline(both, person, replicate=0).events.equals(timeline(rich, person).events)
    assert timeline(both, person, replicate=3).frame["replicate"].unique().to_list() == [3]
    for wrong in (None, 7):
        with pytest.raises(RequestError, match=r"in 2 simulations \(0, 3\)"):
            timeline(both, person, replicate=wrong)


def test_no_run_at_all(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        timeline(tmp_path / "nowhere", "A-1")
    with pytest.raises(LedgerError):
        timeline(tmp_path, "A-1")
