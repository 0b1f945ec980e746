"""``workforce-sim plot``: the folder of any command becomes a picture of a measure."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import workforce_sim as ws
from workforce_sim.cli.main import main
from workforce_sim.ensembles.saved import read_results

YAML = """
simulation: {start_year: 2025, end_year: 2027, target_growth_rate: 0.03}
workforce: {total_termination_rate: 0.12, headcount: stochastic}
census: {size: 60}
plan: {match: {tiers: [{up_to: 0.06, rate: RATE}]}}
random_seed: 42
"""
SVG = "{http://www.w3.org/2000/svg}"
MADE = {
    "run": ["simulate", "today.yaml"],
    "ensemble": ["ensemble", "today.yaml", "--replicates", "40"],
    "comparison": ["compare", "today=today.yaml", "richer=richer.yaml", "--replicates", "3"],
    "sweep": ["sweep", "today.yaml", "--set", "plan.match.tiers[0].rate=[0.5, 0.7]", "--replicates", "3"],
}
Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a folder of each kind."""
    folder = tmp_path_factory.mktemp("written")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        Path("today.yaml").write_text(YAML.replace("RATE", "0.5"))
        Path("richer.yaml").write_text(YAML.replace("RATE", "0.6"))
        for name, command in MADE.items():
            assert main([*command, "--out", name]) == 0
    return folder


@pytest.fixture(autouse=True)
def folder(written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in MADE:
        Path(name).symlink_to(written / name)


def texts(file: str) -> set[str]:
    return {"".join(each.itertext()) for each in ET.parse(file).getroot().iter(f"{SVG}text")}


@pytest.mark.parametrize("name", MADE)
def test_every_kind_of_folder_becomes_the_picture_that_its_result_has(name: str, capsys: Captured) -> None:
    assert main(["plot", name, "net_employer_cost", "--out", "cost.svg"]) == 0

    assert capsys.readouterr() == ("", "written to cost.svg\n")
    assert Path("cost.svg").read_text(encoding="utf-8") == read_results(name).plot("net_employer_cost").svg


def test_a_thousand_futures_are_one_fan() -> None:
    assert main(["plot", "ensemble", "net_employer_cost", "--out", "cost.svg"]) == 0

    root = ET.parse("cost.svg").getroot()
    assert len(root.findall(f".//{SVG}polygon")) == 2
    assert any(text.startswith("Mean of 40 simulations.") for text in texts("cost.svg"))


def test_differences_and_the_year_of_a_sweep() -> None:
    assert main(["plot", "comparison", "match", "--differences", "--out", "match.svg"]) == 0
    assert main(["plot", "sweep", "match", "--year", "2026", "--out", "swept.svg"]) == 0

    assert "Employer match, difference, 2025 to 2027" in " ".join(sorted(texts("match.svg")))
    assert "Employer match, 2026" in texts("swept.svg")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ensemble", "net_cost", "--out", "a.svg"], "no measure is named 'net_cost'; did you mean net_employer_cost"),
        (["ensemble", "match", "--out", "a.png"], "a.png: pictures are SVG; give a name that ends in .svg"),
        (["ensemble", "match", "--out", "no/a.svg"], "no/a.svg: No such file or directory"),
        (["nowhere", "match", "--out", "a.svg"], "nowhere"),
        (["ensemble", "match", "--differences", "--out", "a.svg"], "--differences: ensemble is not a comparison"),
        (["run", "match", "--year", "2026", "--out", "a.svg"], "--year: run is not a sweep"),
        (["sweep", "match", "--year", "2031", "--out", "a.svg"], "year: 2031 is not among 2025 to 2027"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_a_line(arguments: list[str], said: str, capsys: Captured) -> None:
    assert main(["plot", *arguments]) == 1

    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert err.count("\n") == 1
    assert not Path("a.svg").exists()


def test_a_picture_that_is_there_is_replaced() -> None:
    ws.read_run("run").plot("hires").save("a.svg")
    assert main(["plot", "run", "match", "--out", "a.svg"]) == 0

    assert "Employer match, 2025 to 2027" in texts("a.svg")
