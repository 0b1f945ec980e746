"""Evidence of a run: the same bytes for the same run, nobody in it, and any change is found and named."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

import workforce_sim as ws
from tests.support_store import through_disk
from workforce_sim.cli.main import main
from workforce_sim.plan.findings import PlanTest
from workforce_sim.reporting.pages.run_page import run_page
from workforce_sim.share.few import without_few
from workforce_sim.store.layout import json_bytes
from workforce_sim.verify.evidence.archive import END, Member, Region, packed, regions
from workforce_sim.verify.evidence.manifest import MANIFEST, SIGNATURE, manifest_bytes
from workforce_sim.verify.evidence.recomputation import Recomputation
from workforce_sim.verify.evidence.signing import private_key, public_key, signed_by
from workforce_sim.verify.evidence.stories import chosen, stories
from workforce_sim.wording import whole_dollars

SECRET = "of sixteen bytes or more"
HIRE = {"date": "2026-03-02", "level": "Staff", "salary": 61_234.0}
CONFIG: dict[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2026, "target_growth_rate": 0.05},
    "workforce": {"total_termination_rate": 0.12},
    "plan": {"match": {"preset": "simple"}, "vesting": {"match": "graded_6"}},
    "random_seed": 11,
}
SHORT = CONFIG | {"simulation": {**CONFIG["simulation"], "end_year": 2025}, "census": {"size": 60}}
"""One year of few employees: what is as true of them as of more."""


def pem(folder: Path, name: str, key: Any) -> tuple[Path, Path]:
    """Write a key and its public key, and return where."""
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    private, public = folder / f"{name}.pem", folder / f"{name}.public.pem"
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, *form))
    public.write_bytes(
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return private, public


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A census in a folder of somebody's, its run with a known hire, keys, and its evidence: signed, with stories."""
    folder = tmp_path_factory.mktemp("jane.doe")
    staff = ws.synthetic_census(150, as_of=dt.date(2025, 1, 1)).frame
    ids = pl.Series("employee_id", [f"{700_100 + 7 * i}" for i in range(150)])
    pay = (pl.col("salary_cents") / 100).alias("annual_salary")
    staff.select(ids, "hire_date", "birth_date", "level", "department", pay).write_csv(folder / "census.csv")
    census = {"path": str(folder / "census.csv")}
    config = {**CONFIG, "census": census, "hiring": {"known": [HIRE]}}
    (folder / "whole.json").write_text(json.dumps(config), encoding="utf-8")
    ws.simulate(config, out=folder / "run")
    (folder / "key").write_text(SECRET, encoding="utf-8")
    pem(folder, "auditor", ed25519.Ed25519PrivateKey.from_private_bytes(b"1" * 32))
    pem(folder, "other", ed25519.Ed25519PrivateKey.from_private_bytes(b"2" * 32))
    ws.evidence(folder / "run", folder / "signed.zip", stories_of=5, key=folder / "key", sign=folder / "auditor.pem")
    return folder


@pytest.fixture(scope="module")
def signed(folder: Path) -> bytes:
    return (folder / "signed.zip").read_bytes()


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The evidence of a run of synthetic employees, beside that run."""
    folder = tmp_path_factory.mktemp("plain")
    ws.simulate(CONFIG | {"census": {"size": 120}}, out=folder / "run")
    ws.evidence(folder / "run", folder / "it.zip")
    return folder / "it.zip"


def members(archive: bytes) -> dict[str, bytes]:
    """Return the members of an archive, as any program reads them."""
    with zipfile.ZipFile(BytesIO(archive)) as file:
        return {name: file.read(name) for name in file.namelist()}


def rehashed(archive: bytes, changes: Mapping[str, Callable[[bytes], bytes]]) -> bytes:
    """Return an archive with other contents and all hashes anew, as somebody without the key can make it."""
    found = members(archive)
    facts = json.loads(found.pop(MANIFEST))
    signature = found.pop(SIGNATURE, None)
    for name, change in changes.items():
        found[name], before = change(found[name]), found[name]
        assert found[name] != before
    facts = {name: value for name, value in facts.items() if name not in ("members", "seal", "kind", "format")}
    manifest = manifest_bytes(facts, found, facts.pop("signer"))
    return packed({MANIFEST: manifest, **found, **({SIGNATURE: signature} if signature else {})})


def problems(archive: bytes, place: Path, **arguments: Any) -> tuple[str, ...]:
    """Return what is wrong with an archive."""
    place.write_bytes(archive)
    return ws.verify_evidence(place, **arguments).problems


# --- the same bytes ---------------------------------------------------------------------------------------------------


def test_partitions_and_threads_do_not_change_a_byte(tmp_path: Path) -> None:
    ws.simulate(SHORT, out=tmp_path / "run")
    through_disk(SHORT, tmp_path / "parts", 17)
    (tmp_path / "key").write_text(SECRET, encoding="utf-8")
    for name in ("run", "parts"):
        ws.evidence(tmp_path / name, tmp_path / f"{name}.zip", stories_of=2, key=tmp_path / "key")
    line = (
        "import sys, pathlib, workforce_sim as ws; ws.evidence('run', 'one.zip', stories_of=2, key=pathlib.Path('key'))"
    )
    environment = {**os.environ, "POLARS_MAX_THREADS": "1"}
    subprocess.run([sys.executable, "-c", line], cwd=tmp_path, env=environment, check=True)

    first, second, third = ((tmp_path / f"{name}.zip").read_bytes() for name in ("run", "parts", "one"))
    assert first == second == third


def test_other_programs_read_it(signed: bytes, folder: Path) -> None:
    with zipfile.ZipFile(BytesIO(signed)) as file:
        assert file.testzip() is None
        assert {info.date_time for info in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    command = re.search(r"python3 -c '(.+?)' FILE.zip", members(signed)["README.md"].decode(), flags=re.DOTALL)
    assert command
    code = re.sub(r"\n +", "\n", command[1])
    told = subprocess.run(
        [sys.executable, "-c", code, folder / "signed.zip"], capture_output=True, text=True, check=True
    )
    assert told.stdout == "[]\n"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_keys_and_signatures_are_those_of_openssl(folder: Path, signed: bytes, tmp_path: Path) -> None:
    def openssl(line: str) -> str:
        return subprocess.run(
            ["openssl", *line.split()], cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout

    openssl("genpkey -algorithm ed25519 -out key.pem")
    openssl("pkey -in key.pem -pubout -out public.pem")
    made, shared = private_key(tmp_path / "key.pem"), public_key(tmp_path / "public.pem")
    assert signed_by(shared, made.sign(b"evidence"), b"evidence")
    with zipfile.ZipFile(BytesIO(signed)) as file:
        file.extractall(tmp_path)
    shutil.copy(folder / "auditor.public.pem", tmp_path / "public.pem")
    verify = "pkeyutl -verify -pubin -inkey public.pem -rawin -in manifest.json -sigfile manifest.sig"
    assert f"openssl {verify}\n" in members(signed)["README.md"].decode()
    assert "Verified Successfully" in openssl(verify)


# --- nobody is in it --------------------------------------------------------------------------------------------------


def personal_values(run: ws.Result) -> set[str]:
    """Return what is of one person in a run, as tables and pages may write it."""
    people, events = run.snapshots, run.events
    found = {*people["employee_id"], "jane.doe", "61,234", "61234"}
    for name in ("birth_date", "hire_date", "termination_date"):
        found |= {f"{day}" for day in people[name].drop_nulls() if not f"{day}".endswith(("-01-01", "-12-31"))}
    found -= {HIRE["date"]}  # planned: it stays in the configuration
    cents = [column for column in people.columns if column.endswith("_cents")]
    amounts = {value for column in cents for value in people[column].drop_nulls() if value > 100_00}
    amounts |= {*events["salary_after_cents"].drop_nulls()}
    for value in amounts:
        found |= {f"{value}", f"{value / 100:.2f}", f"{value / 100:,.2f}"}
    return found


def test_nobody_is_in_it(folder: Path, signed: bytes) -> None:
    run, key = ws.read_run(folder / "run"), folder / "key"
    values = personal_values(run)

    def seen(contents: Mapping[str, bytes]) -> set[str]:
        return {word for text in contents.values() for word in _words(text.decode(errors="ignore"))} & values

    assert seen(members(signed)) == set()
    assert seen(stories(run, chosen(run, 5, key), key, exact=True)) != set()  # the scan sees what exact stories tell
    assert "jane.doe" not in "".join(text.decode(errors="ignore") for text in members(signed).values())


def _words(text: str) -> set[str]:
    """Return the numbers, dates and ids in a text."""
    return {word.strip(".,") for word in re.findall(r"[A-Za-z0-9][\w.,-]*", text)}


def test_stories_are_under_pseudonyms_and_tell_what_happened(folder: Path, signed: bytes) -> None:
    told = {name: text.decode() for name, text in members(signed).items() if name.startswith("stories/")}
    ids = ws.read_run(folder / "run").snapshots.select("employee_id").unique()
    known = ids.with_columns(ws.pseudonyms(ids, folder / "key")["employee_id"].alias("pseudonym"))

    assert len(told) == 5
    assert {name[8:-4] for name in told} <= {*known["pseudonym"]}
    assert any("merit  salary 3.00%\n      compensation.merit_pool\n" in text for text in told.values())
    assert json.loads(members(signed)[MANIFEST])["people"] == "stories"
    assert SECRET not in signed.decode(errors="ignore")


def test_whom_a_story_is_of_depends_on_the_key(folder: Path) -> None:
    run = ws.read_run(folder / "run")
    (folder / "second").write_text("another key of twenty", encoding="utf-8")

    assert chosen(run, 5, folder / "key") == chosen(run, 5, folder / "key") != chosen(run, 5, folder / "second")
    assert len({*chosen(run, 5, folder / "key")}) == 5


def test_groups_hidden_in_one_table_are_hidden_in_the_other(signed: bytes) -> None:
    found = members(signed)
    census = pl.read_csv(BytesIO(found["tables/census.csv"]))
    for by in ("level", "department", "age_band", "tenure_band"):
        of_census = census.filter(pl.col("by") == by, pl.col("suppressed").cast(pl.String) == "true")
        years = pl.read_csv(BytesIO(found[f"tables/by_{by}.csv"]))
        hidden = years.filter(pl.col("suppressed").cast(pl.String) == "true")
        assert {*of_census["group"]} == {*hidden[by]} & {*census["group"]}
        assert hidden.select(pl.all().exclude("year", by, "suppressed").null_count()).row(0) == (hidden.height,) * 8
        assert (years["employees"].drop_nulls() >= 10).all()
    assert "Executive" in census.filter(pl.col("employees").is_null())["group"].to_list()


def test_figures_of_few_are_in_no_table_and_not_in_the_report(plain: Path, tmp_path: Path) -> None:
    ws.evidence(plain.parent / "run", tmp_path / "it.zip", least=60)
    strict, usual = members((tmp_path / "it.zip").read_bytes()), members(plain.read_bytes())
    tests = pl.read_csv(BytesIO(strict["tables/tests.csv"]))
    tested = tests.filter(figure="HCEs tested")["value"]

    assert 0 < tested.min() <= tested.max() < 60
    assert {"NHCE average", "NHCEs tested"} <= {*tests["figure"]}
    assert "HCE average" not in {*tests["figure"]}
    average = re.compile(rb"(?<!N)HCE average \d")
    whole = run_page(ws.read_run(plain.parent / "run"))
    for page, hces, bars in (
        (whole, True, True),
        (usual["report.html"], True, False),
        (strict["report.html"], False, False),
    ):
        assert (average.search(page) is not None, b"Deferral rates of eligible employees" in page) == (hces, bars)
        assert (b"Employees by age" in page) == bars
        assert (b" by level" in page) == bars
    hired = ws.explain(plain.parent / "run", "match", by="hired").parts["hired"]
    assert 10 <= hired["employees"].min() < 60
    for cents in hired["match_cents"]:  # of either group the other would follow from the total
        told = whole_dollars(cents).encode()
        assert (told in whole, told in usual["report.html"], told in strict["report.html"]) == (True, True, False)


def test_figures_of_one_are_left_out_of_tests_of_many(plain: Path) -> None:
    found = ws.nondiscrimination(ws.read_run(plain.parent / "run"), 2025)
    figures = {"minimum_percent": 2.13, "lacking": 40, "missing": 80_000.0}
    shared = without_few(replace(found, tests=(PlanTest("Top-heavy minimum", "failed", "416(c)", figures),)), 10)

    assert shared.tests[0].figures == {"lacking": 40, "missing": 80_000.0}
    assert "or of one, are left out (1)" in shared.tests[0].note


def test_pay_of_a_known_hire_and_folders_are_left_out_of_the_configuration(folder: Path, signed: bytes) -> None:
    found = members(signed)
    configuration = json.loads(found["configuration.json"])

    assert configuration["hiring"]["known"][0]["salary"] is None
    assert configuration["census"]["path"] == "census.csv"
    assert json.loads(found["run.json"])["withheld"] == ["hiring.known[0].salary"]
    with pytest.raises(ws.RequestError, match=r"not all of the configuration \(hiring.known\[0\].salary\)"):
        ws.verify_evidence(folder / "signed.zip", census=folder / "census.csv")


# --- changes are found ------------------------------------------------------------------------------------------------


def pieces(archive: bytes) -> list[tuple[int, Region]]:
    """Return the regions of an archive and where each starts."""
    place, found = 0, []
    for region in regions([Member.of(name, content) for name, content in members(archive).items()]):
        found.append((place, region))
        place += region.size
    return found


def test_each_of_200_changes_of_a_byte_is_named(signed: bytes, tmp_path: Path) -> None:
    chance, known = random.Random(5), pieces(signed)
    in_turn = [(start + chance.randrange(region.size), region) for start, region in known]
    anywhere = sorted(chance.sample(range(len(signed)), 200 - len(in_turn)))
    spread = [(at, max((start, region) for start, region in known if start <= at)[1]) for at in anywhere]
    parts = {region.part for _, region in in_turn}
    assert parts == {"header", "content", "directory entry", "record"}
    for at, region in [*in_turn, *spread]:
        changed = bytearray(signed)
        changed[at] ^= chance.randrange(1, 256)
        told = problems(bytes(changed), tmp_path / "changed.zip")
        assert told
        assert all(line.startswith(region.name) for line in told[:1]), (at, region, told)
    assert problems(signed, tmp_path / "changed.zip") == ()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda it: b"x" + it, MANIFEST),
        (lambda it: it + b"x", "the archive has"),
        (lambda it: it[:-1], END),
        (lambda it: it[:400], MANIFEST),
        (lambda it: it[: len(it) // 2], ": its content was changed"),
        (lambda it: it[: len(it) // 2] + b"x" + it[len(it) // 2 :], ": its content was changed"),
        (lambda _: b"", MANIFEST),
        (lambda it: packed(dict(reversed(members(it).items()))), MANIFEST),
        (lambda it: packed({**members(it), "more.txt": b"more"}), "the archive has"),
        (lambda it: packed({k: v for k, v in members(it).items() if k != "report.html"}), "tables/summary.csv"),
    ],
    ids=["before", "after", "cut", "head", "half", "between", "empty", "reversed", "added", "removed"],
)
def test_other_changes_of_the_archive_are_told(
    signed: bytes, tmp_path: Path, change: Callable[[bytes], bytes], told: str
) -> None:
    found = problems(change(signed), tmp_path / "changed.zip")

    assert any(told in line for line in found), found


REHASHED: dict[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "total": ("tables/summary.csv", lambda it: _cell(it, 1, "match_cents"), "employer_match|net_employer_cost_cents"),
    "headcount": ("tables/summary.csv", lambda it: _cell(it, 0, "headcount_closing"), "headcount at the start, hires"),
    "report": (
        "report.html",
        lambda it: re.sub(rb"<code>[0-9a-f]", b"<code>x", it),
        "report.html: is the report of other",
    ),
    "group": ("tables/by_age_band.csv", lambda it: _cell(it, 1, "payroll_cents"), "payroll_cents of 2025 does not add"),
    "census": ("tables/census.csv", lambda it: _cell(it, 0, "employees"), "employees by everybody do not add up"),
    "test": (
        "tables/tests.csv",
        lambda it: it.replace(b'"401(k)(3)","failed"', b'"401(k)(3)","passed"'),
        "the ADP test of 2025 is called passed",
    ),
    "equal": (
        "recomputation.json",
        lambda it: it.replace(b'"second": "', b'"second": "0', 3).replace(b'"0reference"', b'"reference"'),
        "recomputation.json",
    ),
    "says": ("recomputation.json", lambda it: it.replace(b'"equal": true', b'"equal": false'), "says other"),
    "tables": (
        "run.json",
        lambda it: re.sub(rb'"tables": "[0-9a-f]{64}"', b'"tables": "' + b"0" * 64 + b'"', it),
        "run.json: is of another run than the manifest",
    ),
    "seal": ("run.json", lambda it: it.replace(b'"rows": ', b'"rows": 1', 1), "run.json"),
    "configuration": (
        "configuration.json",
        lambda it: it.replace(b'"random_seed": 11', b'"random_seed": 12'),
        "configuration.json: is not that of the run",
    ),
}


NO_TABLE = b'"year","by"\n1,"2"\n'
GARBAGE = {
    f"{content[:3]!r} as {member}": (member, lambda _, content=content: content, rf"^{re.escape(member)}: ")
    for member, content in (
        *((name, content) for name in ("run.json", "recomputation.json") for content in (b"[]", b"{}", b"\xff")),
        *(
            (name, NO_TABLE)
            for name in ("tables/summary.csv", "tables/census.csv", "tables/tests.csv", "tables/by_level.csv")
        ),
        ("tables/summary.csv", b""),
        ("configuration.json", b"[" * 100_000),
    )
}


def _cell(table: bytes, row: int, column: str) -> bytes:
    """Return a table with $1,000,000,000 more in a cell."""
    frame = pl.read_csv(BytesIO(table))
    more = pl.when(pl.int_range(pl.len()) == row).then(pl.col(column) + 10**11).otherwise(pl.col(column))
    return frame.with_columns(more.alias(column)).write_csv(quote_style="non_numeric").encode()


@pytest.mark.parametrize("name", [*REHASHED, *GARBAGE])
def test_what_does_not_fit_together_is_named_though_every_hash_is_new(name: str, plain: Path, tmp_path: Path) -> None:
    member, change, told = (REHASHED | GARBAGE)[name]
    found = problems(rehashed(plain.read_bytes(), {member: change}), tmp_path / "changed.zip")

    assert any(re.search(told, line) for line in found), found


def test_a_signature_finds_what_was_changed_and_rehashed(folder: Path, signed: bytes, tmp_path: Path) -> None:
    place, key = tmp_path / "changed.zip", folder / "auditor.public.pem"
    changed = rehashed(signed, {"README.md": lambda it: it.replace(b"equal, row for row", b"NOT equal")})
    stripped = {name: text for name, text in members(changed).items() if name != SIGNATURE}
    manifest = json.loads(stripped[MANIFEST])
    unsigned = manifest_bytes(
        {name: manifest[name] for name in ("run", "fingerprint", "people", "written_by")},
        {name: text for name, text in stripped.items() if name != MANIFEST},
        None,
    )

    assert problems(signed, place, key=key) == ()
    assert problems(changed, place) == ()  # only a key tells
    assert problems(changed, place, key=key) == (
        f"{SIGNATURE}: is no signature of this manifest; it was changed after it was signed",
    )
    assert problems(packed({**stripped, MANIFEST: unsigned}), place) == ()
    assert "is not signed" in problems(packed({**stripped, MANIFEST: unsigned}), place, key=key)[0]
    assert "by another key" in problems(signed, place, key=folder / "other.public.pem")[0]


# --- recomputed -------------------------------------------------------------------------------------------------------


def test_a_run_that_the_engines_do_not_give_is_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = ws.simulate(SHORT)
    other = ws.load_config(SHORT | {"random_seed": 12})
    replace(result, config=other).write(tmp_path / "run")
    assert ws.verify_run(tmp_path / "run")

    assert main(["evidence", str(tmp_path / "run"), "--out", str(tmp_path / "it.zip")]) == 1
    assert "NOT EQUAL in 2025" in capsys.readouterr().out
    assert main(["evidence", "verify", str(tmp_path / "it.zip")]) == 1
    assert "recomputation.json: the whole run was computed again" in capsys.readouterr().out


def test_of_a_large_run_both_engines_simulate_a_sample(plain: Path, tmp_path: Path) -> None:
    found = ws.evidence(plain.parent / "run", tmp_path / "it.zip", most=200)

    assert (found.recomputation.extent, found.recomputation.employees, found.recomputation.of) == ("sample", 100, 120)
    assert found.recomputation.equal
    assert "none of its figures is a figure of the run" in str(found)
    assert "none of its figures is a figure of the run" in str(ws.verify_evidence(tmp_path / "it.zip"))


def test_a_run_of_the_reference_is_computed_again_by_the_fast_engine(tmp_path: Path) -> None:
    ws.simulate(SHORT, engine="reference", out=tmp_path / "run")
    found = ws.evidence(tmp_path / "run", tmp_path / "it.zip")

    assert (found.recomputation.second, found.recomputation.equal) == ("fast", True)


@ws.event(after="compensation", adds={"gift_cents": pl.Int64}, measures={"gifts_cents": pl.col("gift_cents")})
def gift(staff: pl.LazyFrame, _: ws.Year) -> pl.LazyFrame:
    return staff.with_columns(gift_cents=pl.lit(100_00, dtype=pl.Int64))


def test_events_of_the_user_are_not_computed_again_and_it_says_so(tmp_path: Path) -> None:
    ws.simulate(SHORT | {"plan": {"enabled": False}}, events=[gift], out=tmp_path / "run")
    found = ws.evidence(tmp_path / "run", tmp_path / "it.zip")

    assert (found.recomputation.equal, bool(found)) == (None, True)
    assert "Nothing was recomputed: events of the user's own (gift)" in str(found)
    assert ws.verify_evidence(tmp_path / "it.zip").problems == ()
    assert "tables/tests.csv" not in found.members
    with pytest.raises(ws.RequestError, match="gift"):
        ws.verify_evidence(tmp_path / "it.zip", rerun=True)


def test_without_cryptography_only_signatures_are_refused(
    folder: Path, plain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives", None)

    assert ws.verify_evidence(folder / "signed.zip")
    with pytest.raises(ws.RequestError, match=r'pip install "workforce-sim\[sign\]"'):
        ws.verify_evidence(plain, key=folder / "auditor.public.pem")


def test_it_is_simulated_again_from_the_census(folder: Path, plain: Path, tmp_path: Path) -> None:
    whole = {"census": folder / "census.csv", "config": folder / "whole.json"}
    lines = (folder / "census.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "less.csv").write_text("\n".join(lines[:-1]), encoding="utf-8")

    assert "simulated again here by the fast engine" in str(ws.verify_evidence(folder / "signed.zip", **whole))
    assert ws.verify_evidence(plain, rerun=True, engine="reference")
    other = ws.verify_evidence(folder / "signed.zip", **(whole | {"census": tmp_path / "less.csv"}))
    assert other.problems == ("the census given is not that of the run: its completed values have another hash",)
    assert other.found == ()
    with pytest.raises(ws.RequestError, match="give it with --census"):
        ws.verify_evidence(folder / "signed.zip", config=folder / "whole.json")
    with pytest.raises(ws.RequestError, match="leave out --census"):
        ws.verify_evidence(plain, census=folder / "census.csv")


def test_a_simulation_that_gives_other_totals_names_them(tmp_path: Path) -> None:
    """Totals of another run, and a recomputation that was written anew to say that they are equal."""
    other = ws.load_config(SHORT | {"workforce": {"total_termination_rate": 0.3}})
    replace(ws.simulate(SHORT), config=other).write(tmp_path / "run")
    ws.evidence(tmp_path / "run", tmp_path / "it.zip")

    def equal(told: bytes) -> bytes:
        facts = {name: value for name, value in json.loads(told).items() if name not in ("equal", "says")}
        facts["years"] = [{**year, "second": year["first"]} for year in facts["years"]]
        found = Recomputation.model_validate(facts)
        return json_bytes({**facts, "equal": found.equal, "says": str(found)})

    forged = rehashed((tmp_path / "it.zip").read_bytes(), {"recomputation.json": equal})
    assert problems(forged, tmp_path / "forged.zip") == ()
    (told,) = problems(forged, tmp_path / "forged.zip", rerun=True)
    assert told.startswith("2025: the simulation gives other tables; of tables/summary.csv differ: ")
    assert "terminations" in told


# --- the page ---------------------------------------------------------------------------------------------------------

PAGE = (Path(__file__).parents[2] / "docs" / "evidence.md").read_text(encoding="utf-8")


def test_the_page_shows_what_the_commands_print(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (base,) = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
    ws.simulate(yaml.safe_load(base), out="base")
    examples = re.findall(r"```console\n\$ workforce-sim (.+)\n((?:.*\n)*?)```", PAGE)
    assert len(examples) == 3
    for command, printed in examples:
        assert main(command.split()) == 0
        out, err = capsys.readouterr()
        beginning, elided, _ = printed.partition("...\n")
        assert (out + err).startswith(beginning) if elided else out + err == printed
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    exec(code, {})
    names = {
        re.sub(r"by_\w+", "by_*", re.sub("stories/.*", "stories/*.txt", name))
        for name in members(Path("base.zip").read_bytes())
    }
    table = PAGE.partition("| member | content |")[2].partition("\n\n")[0]
    assert names | {"stories/*.txt", SIGNATURE} == {
        *re.findall(r"`([\w/.*]+)`", "".join(line.split("|")[1] for line in table.split("\n")[2:]))
    }


# --- refused ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"out": "it.html"}, "ends in .zip"),
        ({"out": "signed.zip"}, "exists already"),
        ({"out": "run/it.zip"}, "lies in the folder of the run"),
        ({"out": "no/it.zip"}, "no such folder"),
        ({"stories_of": 3}, "give their key"),
        ({"stories_of": ["nobody"], "key": "key"}, "no employee of this run has the id"),
        ({"stories_of": 101, "key": "key"}, "expected 0 to 100"),
        ({"least": 1}, "hides nothing"),
        ({"least": 200}, "would tell of fewer than 200"),
        ({"sign": "nothing.pem"}, "no such key file"),
        ({"sign": "key"}, "holds no private key in PEM"),
        ({"sign": "curve.pem"}, "another kind than Ed25519"),
        ({"most": -1}, "expected a number of employee-years"),
    ],
    ids=str,
)
def test_what_cannot_be_written_is_refused(folder: Path, arguments: dict[str, Any], told: str) -> None:
    pem(folder, "curve", ec.generate_private_key(ec.SECP256R1()))
    places = {name: folder / value for name, value in arguments.items() if name in ("out", "sign", "key")}
    with pytest.raises(ws.RequestError, match=re.escape(told)):
        ws.evidence(folder / "run", **{"out": folder / "new.zip", **arguments, **places})
    assert not (folder / "new.zip").exists()


def test_no_evidence_is_written_of_a_run_that_was_changed(plain: Path, tmp_path: Path) -> None:
    shutil.copytree(plain.parent / "run", tmp_path / "run")
    table = tmp_path / "run/year=2025/summary.parquet"
    content = table.read_bytes()
    (tmp_path / "run/notes.txt").write_text("a note", encoding="utf-8")
    with pytest.raises(ws.LedgerError, match=r"of a run that is not good: .*notes.txt: is not part of the run"):
        ws.evidence(tmp_path / "run", tmp_path / "it.zip")
    table.write_bytes(content[:40] + bytes([content[40] ^ 1]) + content[41:])
    with pytest.raises(ws.LedgerError, match="was changed since it was written"):
        ws.evidence(tmp_path / "run", tmp_path / "it.zip")


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["run"], "expected DIR --out FILE.zip"),
        (["run", "it.zip"], "expected DIR --out FILE.zip, or verify"),
        (["run", "--out", "new.zip", "--rerun"], "--rerun is of an archive that is verified"),
        (["verify", "signed.zip", "--sign", "auditor.pem"], "--sign is of an archive that is written"),
        (["run", "--out", "new.zip", "--exact"], "are for stories"),
        (["run", "--out", "new.zip", "--stories", "2", "--story", "E-1"], "one of the two"),
    ],
    ids=str,
)
def test_arguments_that_do_not_go_together(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: list[str], told: str
) -> None:
    monkeypatch.chdir(folder)

    assert main(["evidence", *command]) == 2
    assert told in capsys.readouterr().err


def test_the_command_writes_and_verifies(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    written = tmp_path / "it.zip"
    told = ["--stories", "5", "--key-file", "key", "--sign", "auditor.pem"]

    assert main(["evidence", "run", "--out", str(written), *told]) == 0
    assert written.read_bytes() == (folder / "signed.zip").read_bytes()
    assert written.stat().st_mode & 0o777 == 0o600
    assert main(["evidence", "verify", str(written), "--key", "auditor.public.pem"]) == 0
    assert "signed by the key given" in capsys.readouterr().out
    written.write_bytes(written.read_bytes().replace(b"row for row", b"cow for cow"))
    assert main(["evidence", "verify", str(written)]) == 1
    assert "README.md: its content was changed" in capsys.readouterr().out


def test_what_python_shows_of_it_names_nobody(folder: Path, plain: Path) -> None:
    found = ws.verify_evidence(plain)

    assert repr(found) == "<Verification of it.zip: good>"
    assert json_bytes(json.loads(members(plain.read_bytes())[MANIFEST])) == members(plain.read_bytes())[MANIFEST]
    assert "jane" not in repr(ws.verify_evidence(folder / "signed.zip"))
