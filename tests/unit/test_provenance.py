"""The page on a run on disk: what was asked, by what it was made, what came out; and nobody's row."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from pathlib import Path

import polars as pl
import pytest

from workforce_sim import LedgerError, provenance, read_run, simulate, synthetic_census, timeline
from workforce_sim.store.layout import sealed

CONFIG = {
    "simulation": {"start_year": 2025, "end_year": 2026, "target_growth_rate": {2025: 0.05, 2026: 0.04}},
    "workforce": {"total_termination_rate": 0.12},
    "compensation": {"merit_pool": 0.04, "cola_rate": 0.025},
    "plan": {"match": {"preset": "simple"}},
    "random_seed": 11,
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a census that lies in a folder of somebody's."""
    folder = tmp_path_factory.mktemp("jane.doe")
    lines = ["employee_id,hire_date,annual_salary,department"]
    lines += [f"{700100 + i},20{10 + i % 15}-0{1 + i % 9}-11,{50123 + 731 * i},Sales" for i in range(120)]
    (folder / "census.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    config = {**CONFIG, "census": {"path": str(folder / "census.csv")}}
    simulate(config, out=folder / "runs" / "base")
    return folder / "runs" / "base"


def _section(page: str, title: str) -> str:
    return next(part for part in page.split("\n## ") if part.startswith(f"{title}\n"))


def test_the_page_depends_on_the_folder_alone(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = provenance(run)
    shutil.copytree(run, tmp_path / "a copy = elsewhere")
    monkeypatch.chdir(tmp_path)

    assert provenance(run) == page
    assert provenance("a copy = elsewhere") == page


def test_it_tells_what_was_set_from_what_is_default(run: Path) -> None:
    page = provenance(run)
    asked = _section(page, "Settings")

    assert "| `compensation.merit_pool` | 0.04 | 0.03 |" in asked
    assert "| `random_seed` | 11 | required |" in asked
    assert "| `simulation.target_growth_rate.2026` | 0.04 | required |" in asked
    assert "| `workforce.total_termination_rate` | 0.12 | required |" in asked
    assert "cola_rate" not in asked  # written out, and the default all the same
    everything = _section(page, "Full configuration")
    assert "| `compensation.cola_rate` | 0.025 | default |" in everything
    assert "| `compensation.merit_pool` | 0.04 | set |" in everything


def test_every_key_of_the_configuration_that_plays_a_part_is_on_it(run: Path) -> None:
    def keys(value: object, path: str) -> list[str]:
        if not isinstance(value, dict) or not value:
            return [path]
        return [key for name, inner in value.items() for key in keys(inner, f"{path}.{name}".strip("."))]

    known = json.loads((run / "run.json").read_text(encoding="utf-8"))["configuration"]
    shown = re.findall(r"^\| `(.+?)` \|", _section(provenance(run), "Full configuration"), flags=re.MULTILINE)
    missing = {*keys(known, "")} - {*shown}
    assert shown == sorted({*keys(known, "")} - missing)
    assert sorted(key for key in missing if not key.startswith("plan.")) == [
        "census.size",  # a census is configured
        "compensation.merit_proration",  # everybody who gets merit has been there a year
        "compensation.range_lift_date",  # nobody is lifted
        "eligibility.excluded_scope",  # nobody is excluded by chance
        "eligibility.long_term_part_time.employer_money",  # service is elapsed time
        "eligibility.long_term_part_time.enabled",
        "eligibility.long_term_part_time.tested",
        "eligibility.service.hours",
        "eligibility.service.periods",
        "enrollment.match_response.above",  # the match stays the same
        "enrollment.match_response.before",
        "enrollment.match_response.below",
        "enrollment.match_response.move",
        "hiring.level_mix",  # promotion is by vacancies
        "hiring.part_time_hours",  # nobody is hired part-time
        "hiring.rehires.causes",  # nobody comes back
        "hiring.rehires.within_years",
        "leave.longest_days",  # nobody is on leave
        "leave.month_weights",
        "leave.shortest_days",
        "promotion.base_rate",
        "terminations.rate_factor",
        "uncertainty.year_effects.terminations",  # headcount is exact
    ]


def test_hashes_are_those_of_the_manifests_and_the_chain_holds(run: Path) -> None:
    hashes = _section(provenance(run), "Hashes")
    before = re.search(r"\(what the run is\) \| `([0-9a-f]{64})`", hashes)
    assert before
    seal = before[1]
    for year in (2025, 2026):
        manifest = json.loads((run / f"year={year}" / "manifest.json").read_text(encoding="utf-8"))
        assert manifest["before"] == seal
        assert f"| {year} | `{manifest['seal']}` | `{seal[:12]}...` |" in hashes
        for name, file in manifest["files"].items():
            assert f"| year={year}/{name} | {file['rows']:,} | {file['bytes']:,} | `{file['sha256']}` |" in hashes
        seal = manifest["seal"]


def test_census_versions_times_and_years_are_on_it(run: Path) -> None:
    page, header = provenance(run), json.loads((run / "run.json").read_text(encoding="utf-8"))
    made = json.loads((run / "year=2026" / "made.json").read_text(encoding="utf-8"))

    assert page.startswith(
        "# A run of workforce_sim: 2025 to 2026, seed 11, replicate 0\n\nWritten: 2025 to 2026, complete. Engine: "
    )
    assert f"* fingerprint of its values: `{header['census']}`" in page
    assert "* employees at the opening: 120\n" in page
    assert "\nopening: 120 employees\n" in page
    assert re.search(r"\npaid: \$[0-9,]+,000 to \$[0-9,]+,000, median \$[0-9,]+,000\nlevels: ", page)
    for name, version in header["versions"].items():
        assert f"{name} {version}" in page
    assert f"| 2026 | {made['committed']} | {sum(made['seconds'].values()):.3f} |" in page
    assert f"{made['peak_memory_mb']:,.0f} |" in page
    opening = read_run(run).summary["headcount_opening"].to_list()
    assert [line.split()[1] for line in page.split("\n") if re.match(r"202[56] +\d", line)][:2] == list(
        map(str, opening)
    )


def test_notes_are_on_it(run: Path) -> None:
    header = json.loads((run / "run.json").read_text(encoding="utf-8"))

    assert header["notes"]
    assert _section(provenance(run), "Notes").count("\n* ") == len(header["notes"])


def test_nobody_is_on_it(run: Path) -> None:
    """No id, pay or date of anybody, and no folder: a path may name a person too."""
    page = provenance(run)
    people = read_run(run).snapshots
    for name in ("employee_id", "salary_cents", "birth_date", "hire_date"):
        values = people[name].drop_nulls().cast(pl.String).unique()
        assert [value for value in values if re.search(rf"\b{re.escape(value)}\b", page)] == []
    assert "from: census.csv" in page
    assert "jane" not in page


def test_tables_of_persons_are_not_opened(run: Path, tmp_path: Path) -> None:
    page = provenance(run)
    copy = tmp_path / "copy"
    shutil.copytree(run, copy)
    for table in [*copy.glob("year=*/events.parquet"), *copy.glob("year=*/snapshots.parquet")]:
        content = bytearray(table.read_bytes())
        content[50:100] = bytes(50)
        table.write_bytes(content)

    assert provenance(copy) == page


def test_a_run_that_is_not_finished_says_so(run: Path, tmp_path: Path) -> None:
    shutil.copytree(run, tmp_path / "half")
    shutil.rmtree(tmp_path / "half" / "year=2026")

    assert "Written: 2025, 1 year not written yet." in provenance(tmp_path / "half")


def test_a_run_written_from_memory_has_no_seconds(tmp_path: Path) -> None:
    path = simulate(CONFIG | {"census": {"size": 50}}).write(tmp_path / "written")

    assert re.search(r"\| 2025 \| [^|]+ \| - \| [\d,]+ \|", provenance(path))
    assert "* from: synthetic\n" in provenance(path)


@pytest.mark.parametrize("kind", ["table", "file", "synthetic"])
def test_a_census_that_is_given_is_not_called_synthetic(kind: str, tmp_path: Path) -> None:
    census = synthetic_census(40, as_of=dt.date(2025, 1, 1))
    table = census.frame.select("employee_id", "hire_date", annual_salary=pl.col("salary_cents") / 100)
    table.write_csv(tmp_path / "jane.doe.csv")
    given = {"table": table, "file": tmp_path / "jane.doe.csv", "synthetic": census}[kind]
    run = simulate(CONFIG | {"census": {"size": 50}}, census=given, out=tmp_path / "run")

    page, (line, *_) = provenance(tmp_path / "run"), timeline(run, census.frame["employee_id"][0]).lines
    assert "* from: given to the run\n" in page
    assert [str(reason) for reason in line.assumptions] == ["census = given to the run"]
    for text in (page, str(timeline(tmp_path / "run", census.frame["employee_id"][0]))):
        assert not re.search("synthetic|census.size|jane", text)


def test_a_run_that_does_not_say_where_its_census_came_from_calls_it_nothing(run: Path, tmp_path: Path) -> None:
    """A run written before that was recorded."""
    shutil.copytree(run, tmp_path / "before")
    header = json.loads((run / "run.json").read_text(encoding="utf-8"))
    del header["source"], header["seal"]
    (tmp_path / "before" / "run.json").write_bytes(sealed(header).content)

    page = provenance(tmp_path / "before")
    assert "* from: not recorded: from the configuration, or given to the run\n" in page
    assert "census.size" not in page
    assert timeline(tmp_path / "before", "700100").lines[0].assumptions == []


def test_a_key_that_plays_no_part_is_not_what_was_asked(tmp_path: Path) -> None:
    sections = {"plan": {"enabled": False, "catch_up": False}, "census": {"size": 50}}
    page = provenance(simulate(CONFIG | sections).write(tmp_path / "run"))

    assert "plan.catch_up" not in _section(page, "Settings")
    assert "* plan.catch_up: no effect, because plan.enabled is false\n" in page


def test_what_is_changed_or_no_run_is_an_error(run: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        provenance(tmp_path / "nowhere")
    with pytest.raises(LedgerError):
        provenance(tmp_path)
    shutil.copytree(run, tmp_path / "changed")
    made = tmp_path / "changed" / "year=2025" / "made.json"
    made.write_text(made.read_text(encoding="utf-8").replace("Linux", "Lunix"), encoding="utf-8")
    with pytest.raises(LedgerError, match=r"made\.json: was changed"):
        provenance(tmp_path / "changed")
