"""What runs of many configurations give, so that a change which means to keep results changes no byte of them.

``configurations.yaml`` has the configurations. ``fingerprints.json`` keeps of each run its fingerprint and, to say
where it differs first, the rows and a short digest of each table of each year; of ensembles the SHA-256 of their
replicates. ``python tests/golden/test_fingerprints.py`` prints it anew; a change of it is a change of results.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

import workforce_sim as ws
from tests.support import few
from workforce_sim.store import ledger
from workforce_sim.tables import SUMMARY

HERE = Path(__file__).parent
DESIGNS = HERE.parents[1] / "config" / "plan_designs"
BASE: dict[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2027, "target_growth_rate": 0.03},
    "workforce": {"total_termination_rate": 0.12, "new_hire_termination_rate": 0.25},
    "random_seed": 42,
}
CONFIGURATIONS: dict[str, dict[str, Any]] = yaml.safe_load((HERE / "configurations.yaml").read_text(encoding="utf-8"))
KEPT_BESIDE = ("replicate 3", "written", "ensemble", "tests")


def those_with(extra: str) -> list[str]:
    assert extra in KEPT_BESIDE
    return [name for name, given in CONFIGURATIONS.items() if extra in given.get("also", ())]


RUNS = [(name, 0) for name in CONFIGURATIONS] + [(name, 3) for name in those_with("replicate 3")]


def run_name(run: tuple[str, int]) -> str:
    name, replicate = run
    return f"{name}, replicate {replicate}" if replicate else name


# --- configurations and censuses --------------------------------------------------------------------------------------


def configuration(name: str) -> ws.Config:
    given = {key: value for key, value in CONFIGURATIONS[name].items() if key not in ("staff", "also", "spread")}
    design = given.pop("design", None)
    base = BASE if design is None else yaml.safe_load((DESIGNS / f"{design}.yaml").read_text(encoding="utf-8"))
    sections = {key: {**base[key], **given.get(key, {})} for key in ("simulation", "workforce")}
    return ws.load_config({**base, **given, **sections})


def census(name: str) -> Any:
    staff = CONFIGURATIONS[name].get("staff", 200)
    if isinstance(staff, int):
        return ws.synthetic_census(staff, seed=7, as_of=configuration(name).simulation.opening)
    if staff is None or staff.endswith(".csv"):
        return None if staff is None else HERE / staff
    people = firm(int(staff.split()[-1]))
    return people.select("employee_id", "hire_date", "annual_salary") if staff.startswith("bare") else people


def firm(staff: int) -> pl.DataFrame:
    """Return a firm on 1 January 2025 in which everything that a census may say occurs; no chance takes part in it."""
    people = [person(number) for number in range(staff)]
    return pl.DataFrame({column: [each[column] for each in people] for column in people[0]})


def person(n: int) -> dict[str, Any]:
    """Return the n-th of the firm: the remainders of n spread each column, and together its combinations."""
    hired = dt.date(2024, 12, 31) - dt.timedelta(days=n * n * 37 % 401 if n % 3 == 0 else n * 7919 % 12_007)
    hired = dt.date(2024 - n % 5 * 4, 2, 29) if n % 29 == 5 else hired
    born = hired - dt.timedelta(days=6600 + n * 4241 % 11_003)
    born = dt.date(born.year - born.year % 4, 2, 29) if n % 13 == 2 else born
    born = dt.date(born.year, 1 + 11 * (n % 2), 1 + 30 * (n % 2)) if n % 19 == 3 else born
    level = n * 31 % 97 // 40 if n % 16 else 3
    salary = (31_007.25, 58_123.10, 97_001, 240_000)[level] * (100 + n * 53 % 71) / 100
    rate = (None, 0.0, 0.03, 0.06, 0.1, 0.0425, 0.25, 0.01, 0.75, 0.0, 0.15)[n * 17 % 11]
    old = hired < dt.date(2024, 1, 1)
    return {
        "employee_id": f"Zoë-{n}" if n % 50 == 9 else f"P{n:05d}",
        "hire_date": hired,
        "birth_date": None if n % 41 == 6 else born,
        "annual_salary": round(salary, 2),
        "level": None if n % 23 == 8 else ("Crew", "Lead", "Head", "Chief")[level],
        "department": (None, "Shop", "Shop", "Yard", "Büro Süd", "Office")[n * 7 % 6],
        "full_time_share": (1.0, 0.5, 0.875, 0.3)[n % 4] if n % 5 == 1 else None if n % 7 == 4 else 1.0,
        "deferral_rate": rate,
        "opted_out": n % 3 == 1 if rate == 0 else None,
        "excluded": n % 8 == 3 and not rate,
        "owner_share": (0.06, 0.3, 0.0125, 0.05)[n // 14 % 4] if n % 14 == 0 else None,
        "officer": level >= 2 if n % 10 else None,
        "prior_year_pay": round(salary * (80 + n % 40) / 100, 2) if old and n % 9 else None,
        "match_balance": round(salary * (n % 60) / 100, 2) if rate and old else None,
        "nonelective_balance": n * 1000.01 if old and n % 6 == 0 else 0.0,
        "deferral_balance": round(salary * (n % 90) / 60, 2) if rate and old else None,
    }


# --- what is kept -----------------------------------------------------------------------------------------------------


def run_of(run: tuple[str, int], out: Path | None = None, end_year: int | None = None) -> ws.Result:
    name, replicate = run
    return ws.simulate(configuration(name), census=census(name), replicate=replicate, out=out, end_year=end_year)


def told_of(run: tuple[str, int], result: ws.Result) -> dict[str, str]:
    """Return what each run is compared by: its fingerprint, its opening, and where asked the tests of its years."""
    assert result.opening is not None
    opening = digest_of(ledger.ordered(result.opening, "census"), "census")
    told = {"fingerprint": result.fingerprint, "opening": opening}
    if run[0] in those_with("tests"):
        years = result.config.simulation.years
        told["tests"] = ", ".join(f"{year} {findings_of(result, year, run[1])}" for year in years)
    return told


def years_of(result: ws.Result) -> dict[str, str]:
    """Return under each year the rows and digests of its tables."""
    parts = zip(result.config.simulation.years, result.parts(), strict=True)
    return {
        str(year): ", ".join(
            f"{name} {digest_of(ledger.ordered(getattr(part, name), name), name)}" for name in ledger.TABLES
        )
        for year, part in parts
    }


def kept_of(run: tuple[str, int]) -> dict[str, str]:
    result = run_of(run)
    return told_of(run, result) | years_of(result)


def digest_of(frame: pl.DataFrame, table: str) -> str:
    digest = hashlib.sha256()
    for part in ledger.values_of(frame, table):
        digest.update(part)
    return f"{frame.height}:{digest.hexdigest()[:8]}"


def findings_of(result: ws.Result, year: int, replicate: int) -> str:
    """Return a short digest of what the tests of a year found: outcomes, figures and refunds, no wording."""
    found = ws.nondiscrimination(result, year, replicate=replicate)
    said = [(test.test, test.outcome, sorted(test.figures.items())) for test in found.tests]
    return hashlib.sha256(repr((said, found.refunds.rows())).encode()).hexdigest()[:8]


def ensemble_of(name: str) -> str:
    """Return the SHA-256 of five replicates' yearly totals, as comma-separated text, without provisions they lack."""
    found = ws.simulate_ensemble(
        configuration(name), census=census(name), replicates=5, progress=None, spread=CONFIGURATIONS[name].get("spread")
    )
    text = io.StringIO()
    lacking = [column.name for column in SUMMARY if not column.applies(found.config.provisions) and column.needs]
    table = found.replicates.sort("replicate", "year").drop(lacking)
    csv.writer(text, lineterminator="\n").writerows([table.columns, *table.iter_rows()])
    return hashlib.sha256(text.getvalue().encode()).hexdigest()


# --- the tests --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def golden() -> dict[str, Any]:
    kept: dict[str, Any] = json.loads((HERE / "fingerprints.json").read_text(encoding="utf-8"))
    return kept


def first_difference(kept: dict[str, str], found: dict[str, str]) -> str:
    """Say where a run differs first: in the opening, then year by year, then in the tests of its years."""
    for when in ("opening", *(key for key in kept if key.isdigit()), "tests"):
        pairs = zip(kept.get(when, "").split(", "), found.get(when, "").split(", "), strict=False)
        for before, now in pairs:
            if before != now:
                return f"{when} differs first: {now}, was {before}"
    return "no table of any year differs, but the fingerprint of them"


@pytest.mark.parametrize("run", few(RUNS, 6), ids=run_name)
def test_a_run_is_what_it_was(run: tuple[str, int], golden: dict[str, Any]) -> None:
    result, kept = run_of(run), golden["runs"][run_name(run)]
    told = told_of(run, result)
    assert told == {key: kept[key] for key in told}, first_difference(kept, told | years_of(result))


@pytest.mark.parametrize("name", few(those_with("written"), 6))
def test_a_written_run_is_what_it_was(name: str, golden: dict[str, Any], tmp_path: Path) -> None:
    run_of((name, 0), tmp_path / "run")
    assert ws.read_run(tmp_path / "run").fingerprint == golden["runs"][name]["fingerprint"]


@pytest.mark.parametrize("name", few(those_with("written"), 6))
def test_a_run_that_goes_on_after_its_first_year_is_what_it_was(
    name: str, golden: dict[str, Any], tmp_path: Path
) -> None:
    run_of((name, 0), tmp_path / "run", configuration(name).simulation.start_year)
    assert run_of((name, 0), tmp_path / "run").fingerprint == golden["runs"][name]["fingerprint"]


@pytest.mark.parametrize("name", few(those_with("ensemble"), 3))
def test_an_ensemble_is_what_it_was(name: str, golden: dict[str, Any]) -> None:
    assert ensemble_of(name) == golden["ensembles"][name]


def test_every_fingerprint_belongs_to_a_configuration(golden: dict[str, Any]) -> None:
    assert list(golden["runs"]) == [run_name(run) for run in RUNS]
    assert list(golden["ensembles"]) == those_with("ensemble")


if __name__ == "__main__":
    runs = {run_name(run): kept_of(run) for run in RUNS}
    ensembles = {name: ensemble_of(name) for name in those_with("ensemble")}
    print(json.dumps({"runs": runs, "ensembles": ensembles}, indent=1))
