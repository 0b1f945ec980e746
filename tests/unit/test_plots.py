"""Pictures of measures: what they show is what the tables say, and they save themselves."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import polars as pl
import pytest

import workforce_sim as ws
from workforce_sim.display.picture import Picture
from workforce_sim.tables.output import Tables
from workforce_sim.wording.measures import moved, shown

CONFIG: dict[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2027, "target_growth_rate": 0.03},
    "workforce": {"total_termination_rate": 0.12, "headcount": "stochastic"},
    "census": {"size": 80},
    "plan": {"match": {"tiers": [{"up_to": 0.06, "rate": 0.5}]}},
    "random_seed": 42,
}
RICHER = {**CONFIG, "plan": {"match": {"tiers": [{"up_to": 0.06, "rate": 0.6}]}}}
HOSTILE = "</svg><script>alert(1)</script>"
SVG = "{http://www.w3.org/2000/svg}"


@cache
def run() -> ws.Result:
    return ws.simulate(CONFIG)


@cache
def ensemble() -> ws.Ensemble:
    return ws.simulate_ensemble(CONFIG, replicates=6, progress=None)


@cache
def comparison() -> ws.Comparison:
    return ws.compare({"today": CONFIG, HOSTILE: RICHER}, replicates=3, progress=None)


@cache
def swept(*keys: str) -> ws.Sweep:
    values: dict[str, list[float]] = {
        "compensation.cola_rate": [0.02, 0.03],
        "plan.match.tiers[0].rate": [0.5, 0.6, 0.7],
    }
    return ws.sweep(CONFIG, {key: values[key] for key in keys}, replicates=2, progress=None)


def figures(picture: Picture) -> list[list[str]]:
    return [[str(cell) for cell in row] for row in picture.table.rows]


def texts(picture: Picture) -> list[str]:
    return ["".join(each.itertext()) for each in ET.fromstring(picture.svg).iter(f"{SVG}text")]


def test_a_run_is_a_line_over_its_years() -> None:
    picture = run().plot("headcount_closing")

    assert figures(picture) == [["Employees at year end", *(f"{n:,}" for n in run().summary["headcount_closing"])]]
    assert picture.table.heading == ("", "2025", "2026", "2027")
    assert {"2025", "2026", "2027", "Employees at year end, 2025 to 2027"} <= {*texts(picture)}


def test_several_replicates_of_a_run_are_their_mean() -> None:
    both = pl.concat([run().summary, ws.simulate(CONFIG, replicate=1).summary])
    tables = Tables(run().events, run().snapshots, both)

    picture = ws.Result(tables, run().config).plot("hires")
    means = both.group_by("year").agg(pl.col("hires").mean()).sort("year")["hires"]
    assert figures(picture) == [["Hires", *(shown("hires", mean) for mean in means)]]
    assert picture.note == "Mean of 2 simulations."


@pytest.mark.parametrize("name", ["net_employer_cost", "net_employer_cost_cents"])
def test_an_ensemble_is_a_fan(name: str) -> None:
    picture = ensemble().plot(name)

    bands = ensemble().bands.filter(pl.col("measure") == "net_employer_cost_cents")
    means, ends = figures(picture)
    assert means[1:] == [shown("net_employer_cost_cents", mean) for mean in bands["mean"]]
    assert ends[1:] == [
        f"{shown('net_employer_cost_cents', low)}–{shown('net_employer_cost_cents', high)}"
        for low, high in bands.select("p5", "p95").iter_rows()
    ]
    assert len(ET.fromstring(picture.svg).findall(f".//{SVG}polygon")) == 2


def test_a_comparison_is_a_line_for_each_scenario() -> None:
    picture = comparison().plot("net_employer_cost")

    assert [row[0] for row in figures(picture) if not row[0].startswith(" ")] == ["today", HOSTILE]


def test_differences_are_of_the_other_scenarios_with_their_sign() -> None:
    picture = comparison().plot("net_employer_cost", differences=True)

    apart = comparison().differences.filter(pl.col("measure") == "net_employer_cost_cents")["mean"]
    assert figures(picture)[0] == [HOSTILE, *(moved("net_employer_cost_cents", value) for value in apart)]
    assert all(cell.startswith("+$") for cell in figures(picture)[0][1:])


@pytest.mark.parametrize("year", [None, 2026])
def test_a_sweep_of_two_keys_is_a_heat_map(year: int | None) -> None:
    found = swept("compensation.cola_rate", "plan.match.tiers[0].rate")
    picture = found.plot("net_employer_cost", year=year)

    wanted = (pl.col("measure") == "net_employer_cost_cents") & (pl.col("year") == (year or 2027))
    means = [shown("net_employer_cost_cents", mean) for mean in found.summary.filter(wanted)["mean"]]
    assert [row[2] for row in figures(picture)] == means
    assert set(means) <= {*texts(picture)}


def test_a_sweep_of_one_key_is_a_row_for_each_value() -> None:
    picture = swept("plan.match.tiers[0].rate").plot("participation_rate")

    assert [row[0] for row in figures(picture)] == ["0.5", "0.6", "0.7"]
    assert {"0.5", "0.6", "0.7"} <= {*texts(picture)}


def with_values() -> list[str]:
    """Return the columns of the summary but for those of provisions that the run lacks."""
    return [column.name for column in run().summary.iter_columns() if column.null_count() < len(column)]


@pytest.mark.parametrize("measure", with_values()[2:])
def test_every_measure_has_its_picture(measure: str) -> None:
    for found in (run(), ensemble(), comparison(), swept("plan.match.tiers[0].rate")):
        ET.fromstring(found.plot(measure).svg)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("net_cost", "did you mean net_employer_cost"),
        ("participation", None),
        ("headcount", None),
        ("deferrals", None),
        ("head", "did you mean headcount_opening or headcount_closing"),
        ("", "no measure is named ''; there are headcount_opening"),
        (None, "no measure is named None; there are headcount_opening"),
    ],
)
def test_names_of_measures_are_understood_or_those_near_are_named(name: Any, said: str | None) -> None:
    if said is None:
        assert figures(ensemble().plot(name))
        return
    for found in (run(), ensemble(), comparison(), swept("plan.match.tiers[0].rate")):
        with pytest.raises(ws.RequestError, match=said):
            found.plot(name)


def test_a_measure_without_values_and_a_year_that_is_none_are_refused() -> None:
    without = {**CONFIG, "plan": {"enabled": False}}

    with pytest.raises(ws.RequestError, match=r"Employer match: there is no value in any year; is plan.enabled false"):
        ws.simulate(without).plot("match")
    with pytest.raises(ws.RequestError, match="year: 2031 is not among 2025 to 2027"):
        swept("plan.match.tiers[0].rate").plot("match", year=2031)


def test_a_change_is_a_waterfall() -> None:
    found = ws.explain_change(run(), "net_employer_cost", 2025, 2026)
    picture = found.plot()

    assert [row[0].strip() for row in figures(picture)] == ["2025", *(name for name, _ in found.steps), "2026"]
    assert all(row[1] in str(found) for row in figures(picture))
    assert {moved(found.measure, amount) for _, amount in found.steps} <= {*texts(picture)}


# --- the picture itself -----------------------------------------------------------------------------------------------


def test_a_picture_shows_itself_with_its_figures() -> None:
    picture = comparison().plot("net_employer_cost")

    html = picture._repr_html_()
    assert picture._repr_svg_() == picture.svg
    assert "<script" not in html
    assert "<script" not in picture.svg
    assert HOSTILE in texts(picture)
    assert html.count("<td") == len(picture.table.rows) * 3
    assert repr(picture) == "<Picture: Net employer cost, 2025 to 2027; .save('picture.svg') writes it>"


def test_values_are_told_where_a_pointer_rests() -> None:
    tips = [each.text for each in ET.fromstring(run().plot("hires").svg).iter(f"{SVG}title")]

    assert tips[1:] == [f"Hires, {year}: {n}" for year, n in run().summary.select("year", "hires").iter_rows()]


def test_a_picture_is_saved_as_svg_the_same_each_time(tmp_path: Path) -> None:
    path = tmp_path / "cost.svg"

    assert ensemble().plot("net_employer_cost").save(path) == path
    first = path.read_bytes()
    assert ensemble().plot("net_employer_cost").save(str(path)) == path
    assert path.read_bytes() == first
    assert first.startswith(b"<?xml")
    assert ET.fromstring(first).attrib["viewBox"].split()[:1] == ["-10"]


@pytest.mark.parametrize("name", ["cost.png", "cost", "cost.svg.yaml"])
def test_another_kind_of_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ws.RequestError, match=r"pictures are SVG; give a name that ends in \.svg"):
        run().plot("hires").save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("measure", "difference", "text"),
    [
        ("match_cents", 181_490_00, "+$181K"),
        ("match_cents", -950_00.0, "-$950"),
        ("participation_rate", 0.0989, "+9.89 points"),
        ("participation_rate", -0.005, "-0.50 points"),
        ("hires", 12, "+12"),
        ("hires", 0, "0"),
        ("hires", None, "-"),
    ],
)
def test_differences_in_words(measure: str, difference: float | None, text: str) -> None:
    assert moved(measure, difference) == text
