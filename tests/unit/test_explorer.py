"""The explorer: who may ask it, what it tells of two designs, what it saves, and names that are no markup."""

from __future__ import annotations

import base64
import hashlib
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml

from tests.pages.reading import Page, shown
from tests.support_explorer import TODAY, Visitor, explored, moved
from workforce_sim import load_config, simulate_ensemble
from workforce_sim.cli.main import main
from workforce_sim.config import with_changes
from workforce_sim.errors import ConfigError, RequestError
from workforce_sim.simulation.run import census_of
from workforce_sim.studies.explore import futures
from workforce_sim.studies.explore.controls import CONTROLS
from workforce_sim.studies.explore.design import BY_YEAR, DRAWN, design, settings
from workforce_sim.studies.explore.futures import Futures
from workforce_sim.studies.explore.sample import samples
from workforce_sim.studies.explore.server import TOO_WIDE
from workforce_sim.studies.explore.turns import Turns
from workforce_sim.studies.searching.figures import Figure

PLAN = {
    "simulation": {"start_year": 2025, "end_year": 2026, "target_growth_rate": 0.03},
    "workforce": {"total_termination_rate": 0.12},
    "census": {"size": 1500},
    "plan": {"match": {"tiers": [{"up_to": 0.06, "rate": 0.5}]}, "vesting": {"match": "graded_6"}},
    "random_seed": 42,
}
COST = Figure("net_employer_cost_cents")
HOSTILE = "</script><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("explorer") / "plan.yaml"
    place.write_text(yaml.safe_dump(PLAN))
    return place


@pytest.fixture(scope="module")
def visitor(plan: Path) -> Iterator[Visitor]:
    with explored(plan) as found:
        yield found


def table(answer: dict[str, dict[str, str]]) -> dict[str, list[str]]:
    """Return the figures of an answer, by the words before them."""
    (found,) = Page(answer["parts"]["figures"].encode()).tables
    return {row[0]: row[1:] for row in found.rows}


# --- who may ask ---


def test_only_who_knows_the_token_is_answered(visitor: Visitor) -> None:
    assert visitor.ask("")[0] == 200
    for token in ("", "wrong", visitor.server.token[:-1], "%00"):
        assert visitor.ask("", token=token)[0] == 403
        assert visitor.ask("ranges", {"designs": [TODAY, moved()]}, token=token)[0] == 403


def test_what_there_is_not_is_told_at_once(visitor: Visitor) -> None:
    assert visitor.ask("favicon.ico")[0] == visitor.ask("nothing", {})[0] == 404


def test_a_page_of_another_site_that_has_the_address_point_here_is_refused(visitor: Visitor) -> None:
    assert visitor.ask("", headers={"Host": f"evil.example:{visitor.server.server_port}"})[0] == 403
    assert visitor.ask("", headers={"Host": f"localhost:{visitor.server.server_port}"})[0] == 200


def test_the_server_listens_on_this_computer_alone_and_tells_no_version(visitor: Visitor) -> None:
    assert visitor.server.server_address[0] == "127.0.0.1"
    _, _, headers = visitor.ask("")
    assert headers["Server"] == "workforce-sim"
    assert headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_the_page_runs_its_own_script_alone_and_asks_nobody_else(visitor: Visitor) -> None:
    text = visitor.ask("")[1].decode()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    inline = re.findall(r"<(?:script|style)>(.*?)</(?:script|style)>", text, re.S)
    hashes = {base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in inline}

    assert set(re.findall(r"'sha256-([^']*)'", policy[1])) == hashes
    assert len(hashes) == 4
    assert "default-src 'none'" in policy[1]
    assert "connect-src 'self'" in policy[1]
    assert "unsafe" not in policy[1]
    assert not re.search(r"https?://", re.sub(r"http-equiv", "", text))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("[]", "expected a JSON object"),
        ("{", "expected a JSON object"),
        ("[" * 60_000, "expected a JSON object"),
        (" " * 70_000, "at most 65,536 bytes"),
        ({"designs": [TODAY]}, "expected two"),
        ({"designs": [TODAY, TODAY]}, "need different names"),
        ({"designs": [TODAY, {"name": "A"}]}, "expected a design"),
        ({"designs": [TODAY, {"name": "A" * 41, "moved": {}}]}, "1 to 40 letters"),
        ({"designs": [TODAY, moved(salary=4)]}, "no such lever"),
        ({"designs": [TODAY, moved(default_rate=float("nan"))]}, "expected 1 to 15, in percent"),
        ({"designs": [TODAY, moved(default_rate=True)]}, "expected 1 to 15, in percent"),
        ({"designs": [TODAY, moved(match=["own"])]}, "Match: expected one of"),
        ({"designs": [TODAY, moved()], "have": -1}, "from 0"),
    ],
)
def test_a_wrong_request_is_refused_in_a_line(body: object, why: str, visitor: Visitor) -> None:
    assert why in visitor.refused("ranges", body)


# --- what is told ---


def test_a_moved_lever_moves_the_cost_and_the_figures_are_those_of_the_simulations(plan: Path) -> None:
    base = load_config(plan)
    kept = Futures(base)
    proposal = design(base, settings(base), moved(default_rate=8, match_rate=100))
    found = kept.grown(proposal, 0, whole=True, wanted=lambda: True)
    changes = {"enrollment.auto_enrollment.default_deferral_rate": 0.08, "plan.match.tiers[0].rate": 1.0}
    ensemble = simulate_ensemble(with_changes(base, changes), replicates=found.count, progress=None)

    assert found.of(COST).tolist() == pytest.approx(COST.of(ensemble.replicates).tolist())


def test_the_page_follows_a_lever_at_first_roughly_and_then_to_the_end(visitor: Visitor) -> None:
    first = visitor.ranges(moved(default_rate=10))
    later = visitor.ranges(moved(default_rate=10), have=first["count"])
    cost = {name: cells for name, cells in table(first).items() if name.startswith("Net employer cost")}
    ((today, proposal, gap),) = cost.values()

    assert not first["done"]
    assert 0 < first["count"] < later["count"] <= 300
    assert first["said"].endswith("of samples of 750 of 1,500 employees, scaled up")
    assert shown(proposal.split("M")[0] + "M")[0] > shown(today.split("M")[0] + "M")[0]
    assert gap.startswith("+$")
    assert first["parts"]["charts"].count("<svg") == 2
    assert first["parts"]["charts"].count("<polygon") >= 4  # the ranges of two designs, of two measures


def test_the_difference_is_that_of_the_designs_from_the_first_picture_on(visitor: Visitor) -> None:
    today = visitor.ranges(moved(), have=visitor.ranges(moved())["count"])
    same = visitor.ranges(moved(default_rate=4))  # as configured, but simulated anew: of the first sample alone
    means = re.findall("<b>(.*?)</b>", same["parts"]["figures"])

    assert same["count"] < today["count"]
    assert means[0::3] == means[1::3]
    assert {*means[2::3]} <= {"$0", "0.00 pt", "0"}


def test_how_far_samples_are_from_each_other_is_no_part_of_a_range(plan: Path) -> None:
    base = load_config(plan)
    rows = pl.DataFrame({"replicate": range(50)})
    batches = tuple(futures.FuturesBatch(rows, sample, 2.0, ()) for sample in (0, 1))
    found = futures.DesignFutures(design(base, settings(base), TODAY), batches, 0.5)

    apart = found.with_range_of_all(np.tile([96.0, 104.0], 50) + np.repeat([0, 60], 50))
    assert apart.mean() == 130
    assert apart.std() == pytest.approx(0.5 * 4, rel=0.01)
    assert np.isnan(found.with_range_of_all(np.full(50, np.nan))).all()


def test_ranges_of_samples_that_are_too_wide_are_told(tmp_path: Path, visitor: Visitor) -> None:
    drawn = [{"key": "workforce.total_termination_rate", "uniform": [0.1, 0.14]}]
    (tmp_path / "drawn.yaml").write_text(yaml.safe_dump({**PLAN, "uncertainty": {"assumptions": drawn}}))
    with explored(tmp_path / "drawn.yaml") as uncertain:
        of_samples, of_all = (uncertain.ranges(moved(), whole=whole)["said"] for whole in (False, True))

    assert of_samples.endswith(f"scaled up. {TOO_WIDE}")
    assert TOO_WIDE not in of_all
    assert TOO_WIDE not in visitor.ranges(moved())["said"]


def test_a_design_ends_after_its_simulations(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(futures, "OF_SAMPLES", 70)
    have = 0
    for _ in range(5):
        found = visitor.ranges(moved(growth=1), have=have)
        have = found["count"]
        if found["done"]:
            break

    assert have == 70
    assert visitor.ranges(moved(growth=1), have=have)["parts"] == found["parts"]


def test_two_users_do_not_disturb_each_other(plan: Path) -> None:
    wanted = [moved(default_rate=rate, nonelective="flat", share=rate) for rate in (3, 6)]
    with explored(plan) as shared, ThreadPoolExecutor(2) as users:
        together = list(users.map(shared.ranges, wanted))
    with explored(plan) as alone:
        apart = [alone.ranges(each) for each in wanted]

    assert [each["parts"] for each in together] == [each["parts"] for each in apart]
    assert together[0]["parts"]["figures"] != together[1]["parts"]["figures"]


def test_who_waits_for_a_first_picture_comes_first() -> None:
    turns, order, held = Turns(), [], threading.Event()

    def wait(urgency: int) -> None:
        with turns.turn(urgency):
            order.append(urgency)

    with turns.turn(0):
        waiting = [threading.Thread(target=wait, args=(urgency,)) for urgency in (2, 1, 0)]
        for thread in waiting:
            thread.start()
        while len(turns._waiting) < 3:
            held.wait(0.01)
    for thread in waiting:
        thread.join()

    assert order == [0, 1, 2]


def test_nothing_is_simulated_when_nobody_waits(plan: Path) -> None:
    base = load_config(plan)
    kept = Futures(base)

    assert kept.grown(design(base, settings(base), TODAY), 0, whole=False, wanted=lambda: False) is None
    assert not kept._kept


def test_samples_are_the_census_and_their_mean_is_that_of_all(plan: Path) -> None:
    base = load_config(plan)
    census = census_of(base, None)
    parts = samples(census, base, 500)
    together = pl.concat([part.frame for part in parts])

    assert [len(part) for part in parts] == [500, 500, 500]
    assert together.sort("employee_id").equals(census.frame.sort("employee_id"))
    rates = [part.frame["deferral_bp"].fill_null(0).mean() for part in parts]
    assert np.ptp(rates) < 0.02 * np.mean(rates)


def test_a_plan_that_counts_employees_is_simulated_whole(plan: Path) -> None:
    planned = with_changes(load_config(plan), {"actions.layoffs": [{"date": "2025-06-01", "count": 20}]})

    assert len(samples(census_of(planned, None), planned)) == 1


# --- levers ---


def test_every_lever_that_moves_is_a_configuration_with_its_value(plan: Path) -> None:
    base = load_config(plan)
    known = settings(base)
    own = {"match_rate": "own", "match_up_to": "own", "share": "flat"}
    for name, control in CONTROLS.items():
        for value in getattr(control, "choices", None) or (control.low, control.high):
            needed = {control.needs[0]: own[name]} if name in own else {}
            found = design(base, known, {"name": "A", "moved": {**needed, name: value}})
            assert settings(found.config)[name].value == value, (name, value)


def test_levers_stand_where_the_configuration_has_them(plan: Path) -> None:
    known = settings(load_config(plan))

    assert (known["match"].value, known["match_rate"].value, known["match_up_to"].value) == ("own", 50, 6)
    assert (known["default_rate"].value, known["growth"].value, known["auto"].value) == (4, 3, "hires")
    assert known["vesting"].value == ""  # the match graded, the nonelective contribution immediate


def test_what_differs_by_year_or_is_drawn_cannot_be_moved(plan: Path) -> None:
    years = {2025: {"default_deferral_rate": 0.03}, 2026: {"default_deferral_rate": 0.05}}
    drawn = [{"key": "workforce.total_termination_rate", "uniform": [0.1, 0.14]}]
    base = with_changes(load_config(plan), {"enrollment.auto_enrollment": years, "uncertainty.assumptions": drawn})
    known = settings(base)

    assert known["default_rate"].fixed == BY_YEAR
    assert known["terminations"].fixed == DRAWN
    with pytest.raises(RequestError, match="Termination rate: drawn anew"):
        design(base, known, moved(terminations=20))


def test_levers_that_do_not_go_together_are_told(visitor: Visitor) -> None:
    known = settings(visitor.server.explorer.base)
    base = with_changes(
        visitor.server.explorer.base,
        {"eligibility.waiting_period_years": 1, "eligibility.service": {"method": "hours"}},
    )

    with pytest.raises(ConfigError, match="years of service"):
        design(base, known, moved(wait="30"))


# --- what is kept ---


def test_a_saved_design_is_its_configuration(visitor: Visitor) -> None:
    levers = moved(
        default_rate=6, match="simple", nonelective="flat", share=2, wait="months", vesting="cliff_3", growth=-2
    )
    explorer = visitor.server.explorer
    status, text, _ = visitor.ask("configuration", {"design": levers})
    kept = load_config(yaml.safe_load(text))

    assert status == 200
    assert kept == explorer.design(levers).config
    assert "# Proposal: changed in the explorer" in text.decode()
    assert "Default deferral rate: 6%" in text.decode()


def test_the_report_compares_two_designs_or_tells_of_one(visitor: Visitor) -> None:
    both = visitor.ask("report", {"designs": [TODAY, moved(auto="off")]})[1]
    one = visitor.ask("report", {"designs": [TODAY, moved()]})[1]

    assert "What does Proposal cost compared with Today" in Page(both).text["h1"][0]
    assert "Today" not in Page(one).text["h1"][0]


# --- names ---


def test_names_are_never_markup(tmp_path: Path) -> None:
    config = {**PLAN, "census": {"size": 60}, "plan": {"match": {"preset": "safe_harbor_basic"}}}
    source = tmp_path / "<img src=x onerror=alert(1)>.yaml"
    census = tmp_path / "census.csv"
    people = census_of(load_config(config), None).frame.with_columns(department=pl.lit(HOSTILE), level=pl.lit(HOSTILE))
    pay = pl.col("salary_cents").cast(pl.Float64) / 100
    people.select("employee_id", "hire_date", "department", "level", annual_salary=pay).write_csv(census)
    source.write_text(yaml.safe_dump(config))
    proposal = {"name": HOSTILE, "moved": {"vesting": "graded_6"}}
    with explored(source, census) as visitor:
        answers = [*visitor.ranges(proposal)["parts"].values()]
        assert "Compliance warning" in answers[-1]
        pages = [visitor.ask("")[1], visitor.ask("report", {"designs": [TODAY, proposal]})[1]]

    for tag, attributes in (each for found in [*(a.encode() for a in answers), *pages] for each in Page(found).tags):
        assert tag != "img"
        assert not any(name.startswith("on") for name in attributes)
    assert all(Page(answer.encode()).text.get("script") is None for answer in answers)
    assert any(HOSTILE in text for text in Page(answers[0].encode()).text["th"])


# --- the command ---


def test_a_configuration_without_a_plan_and_a_taken_port_are_told(
    plan: Path, tmp_path: Path, visitor: Visitor, capsys: pytest.CaptureFixture[str]
) -> None:
    without = tmp_path / "without.yaml"
    without.write_text(yaml.safe_dump({**PLAN, "plan": {"enabled": False}}))

    assert main(["explore", str(without)]) == 1
    assert "there is no plan to explore" in capsys.readouterr().err
    assert main(["explore", str(plan), "--port", str(visitor.server.server_port)]) == 1
    assert f"port {visitor.server.server_port}: " in capsys.readouterr().err
