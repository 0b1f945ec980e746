"""The service: jobs of every kind, limits, who may ask, what is kept; over a real connection."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.censuses import people
from tests.compat.test_examples import printed, ran
from tests.support_service import LONG, SMALL, ended, service, submitted
from workforce_sim import compare, simulate, simulate_ensemble
from workforce_sim.cli.main import main
from workforce_sim.cli.serve_command import MEBIBYTES
from workforce_sim.operate.service.settings import MIB, ServiceLimits, token_for

PAGE = (Path(__file__).parents[2] / "docs" / "service.md").read_text(encoding="utf-8")
SCENARIOS = {"today": SMALL, "more": {**SMALL, "compensation": {"cola_rate": 0.05}}}
BINARY = {"Content-Type": "application/octet-stream"}
TOKEN = "0123456789abcdef"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("service") / "served"


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[Any]:
    with service(folder, staff=25_000, replicates=60, upload=100_000, held=200_000) as client:
        yield client


def csv(count: int, **columns: Any) -> bytes:
    return people(count, **columns).write_csv().encode()


def uploaded(client: Any, content: bytes, **asked: Any) -> str:
    answer = client.post("/v1/censuses", params={"name": "staff.csv", **asked}, content=content, headers=BINARY)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def refused(answer: Any, status: int) -> str:
    """Return the message of a refusal: one line."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert body.keys() - {"problems"} == {"error", "message"}
    assert "\n" not in body["message"]
    return str(body["message"])


# --- jobs ---


def test_a_run_is_that_of_the_library(client: Any) -> None:
    job = submitted(client, tables=True)
    found, result = ended(client, job), simulate(SMALL)

    assert found["state"] == "done"
    page = client.get(found["result"]).json()
    assert page["fingerprint"] == result.fingerprint
    assert page["summary"] == json.loads(json.dumps(result.summary.to_dicts()))
    assert page["tables"] == ["events", "snapshots", "summary"]
    events = client.get(f"/v1/jobs/{job}/tables/events").content
    assert pl.read_parquet(BytesIO(events)).height == result.events.height
    assert refused(client.get(f"/v1/jobs/{job}/tables/..%2Fresult"), 404)


def test_an_ensemble_and_a_comparison_are_those_of_the_library(client: Any) -> None:
    jobs = (
        submitted(client, "ensembles", replicates=3),
        submitted(client, "comparisons", scenarios=SCENARIOS, replicates=2),
    )
    ensemble, comparison = (client.get(ended(client, job)["result"]).json() for job in jobs)

    of_library = simulate_ensemble(SMALL, replicates=3, progress=None).bands
    assert [row["mean"] for row in ensemble["bands"]] == of_library["mean"].to_list()
    differences = compare(SCENARIOS, replicates=2, progress=None).differences
    assert [row["mean"] for row in comparison["differences"]] == differences["mean"].to_list()
    assert (ensemble["tables"], comparison["baseline"]) == ([], "today")


def test_a_configuration_is_also_yaml_and_its_problems_have_their_place(client: Any) -> None:
    text = "simulation: {start_year: 2025, end_year: 2025, target_growth_rate: 0.0}\nrandom_seed: x\n"
    answer = client.post("/v1/runs", json={"configuration": text})

    assert "configuration:2:14: random_seed: expected a whole number" in refused(answer, 422) + str(answer.json())


def test_a_job_that_cannot_be_simulated_fails_and_says_why(client: Any) -> None:
    workforce = {"total_termination_rate": 0.12, "max_hires_ratio": 0.01}
    found = ended(client, submitted(client, configuration={**SMALL, "workforce": workforce}))

    assert found["state"] == "failed"
    assert "workforce.max_hires_ratio" in found["message"]
    assert "only one that is done has a result" in refused(client.get(f"/v1/jobs/{found['id']}/result"), 409)


def test_forty_at_once_are_taken_on_cancelled_and_removed(client: Any, folder: Path) -> None:
    with ThreadPoolExecutor(20) as pool:
        jobs = [*pool.map(lambda number: submitted(client, configuration=LONG, replicate=number), range(40))]
        assert len(set(jobs)) == 40
        while not (running := client.get("/v1/jobs", params={"state": "running"}).json()["jobs"]):
            pass
        job = running[0]["id"]
        assert "cancel it first" in refused(client.delete(f"/v1/jobs/{job}"), 409)
        states = [*pool.map(lambda job: client.post(f"/v1/jobs/{job}/cancel").json()["state"], jobs)]
    assert {*states} <= {"cancelled", "running"}

    assert {ended(client, job)["state"] for job in jobs} == {"cancelled"}
    assert client.delete(f"/v1/jobs/{job}").status_code == 204
    assert refused(client.get(f"/v1/jobs/{job}"), 404) == "no such job"
    assert not {*jobs} & {path.name for path in (folder / "jobs").iterdir()}
    assert ended(client, submitted(client))["state"] == "done"  # by a new worker


def test_the_same_key_is_the_same_job(client: Any) -> None:
    asked, key = {"configuration": SMALL, "replicate": 7}, {"Idempotency-Key": "seven"}
    with ThreadPoolExecutor(4) as pool:
        answers = [*pool.map(lambda _: client.post("/v1/runs", json=asked, headers=key), range(4))]

    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 202]
    assert len({answer.json()["id"] for answer in answers}) == 1
    other = client.post("/v1/runs", json={**asked, "replicate": 8}, headers=key)
    assert "used for another request" in refused(other, 409)


def test_jobs_are_listed_the_newest_first(client: Any) -> None:
    jobs = [submitted(client, replicate=n) for n in range(3)]
    page = client.get("/v1/jobs", params={"most": 2}).json()
    more = client.get("/v1/jobs", params={"most": 1, "before": page["before"]}).json()

    assert [job["id"] for job in page["jobs"] + more["jobs"]] == jobs[::-1]
    found = [ended(client, job) for job in jobs]
    assert [job["message"] for job in found] == [None] * 3
    assert jobs[0] in {job["id"] for job in client.get("/v1/jobs", params={"state": "done"}).json()["jobs"]}


# --- limits ---


@pytest.mark.parametrize(
    ("kind", "asked", "words"),
    [
        ("runs", {"configuration": {**SMALL, "census": {"size": 25_001}}}, "employees in a year; at most 25,000"),
        (
            "runs",
            {"configuration": {**SMALL, "simulation": {**SMALL["simulation"], "target_growth_rate": 400}}},
            "target_growth_rate",
        ),
        (
            "runs",
            {"configuration": {**SMALL, "simulation": {**SMALL["simulation"], "end_year": 2055}}},
            "31 plan years; at most 30",
        ),
        ("ensembles", {"configuration": SMALL, "replicates": 61}, "61 simulations; at most 60"),
        ("comparisons", {"scenarios": SCENARIOS, "replicates": 31}, "62 simulations; at most 60"),
        (
            "comparisons",
            {"scenarios": {**SCENARIOS, "more": {**SMALL, "random_seed": 1}}, "replicates": 2},
            "the same seed",
        ),
        ("runs", {"configuration": {**SMALL, "census": {"path": "/etc/passwd"}}}, "reads no files of its machine"),
        ("runs", {"configuration": {**SMALL, "census": {"pseudonym_key": "HOME"}}}, "gives no keys"),
        ("runs", {"configuration": {**SMALL, "output": {"path": "/tmp/x"}}}, "keeps results itself"),
        ("runs", {"configuration": SMALL, "census": "0" * 32}, "no such census"),
        ("runs", {"configuration": SMALL, "replicate": "1"}, "replicate: Input should be a valid integer"),
        ("runs", {"configuration": SMALL, "workers": 9}, "workers: Extra inputs are not permitted"),
    ],
)
def test_what_is_beyond_a_limit_is_refused_at_once(client: Any, kind: str, asked: Any, words: str) -> None:
    assert words in refused(client.post(f"/v1/{kind}", json=asked), 404 if "no such" in words else 422)


def test_a_job_that_takes_too_long_or_too_much_memory_is_ended(tmp_path: Path) -> None:
    with service(tmp_path / "late", seconds=0.0) as client:
        assert "took more time" in ended(client, submitted(client, configuration=LONG))["message"]
    with service(tmp_path / "large", memory=1) as client:
        assert "took more memory" in ended(client, submitted(client))["message"]


def test_more_jobs_than_may_wait_are_told_to_come_again(tmp_path: Path) -> None:
    with service(tmp_path / "full", waiting=0) as client:
        answer = client.post("/v1/runs", json={"configuration": SMALL})
        assert "try again later" in refused(answer, 429)
        assert int(answer.headers["retry-after"]) > 0


# --- censuses ---


def test_a_census_is_checked_and_never_stored_unless_asked(client: Any, folder: Path) -> None:
    content = csv(7, annual_salary=[50_123.0 + n for n in range(7)])
    held, kept = uploaded(client, content), uploaded(client, content, keep="true")

    for census in (held, kept):
        found = ended(client, submitted(client, census=census))
        assert client.get(found["result"]).json()["fingerprint"] == simulate(SMALL, census=BytesIO(content)).fingerprint
    with_it = [path for path in folder.rglob("*") if path.is_file() and b"50123" in path.read_bytes()]
    assert with_it == [folder / "censuses" / kept]
    assert client.delete(f"/v1/censuses/{kept}").status_code == 204
    assert [*(folder / "censuses").iterdir()] == []
    assert refused(client.delete(f"/v1/censuses/{kept}"), 404)


def test_what_is_wrong_with_a_census_has_no_value_of_an_employee(client: Any) -> None:
    content = csv(3, annual_salary=[-98_765.0, 60_000.0, 70_000.0], employee_id=["secret-1", "secret-1", "b"])
    answer = client.post("/v1/censuses", params={"name": "staff.csv"}, content=content, headers=BINARY)

    assert refused(answer, 422)
    assert len(answer.json()["problems"]) == 2
    assert not re.search("98.?765|secret", answer.text)


def test_a_census_is_checked_by_the_opening_date_that_is_given(client: Any) -> None:
    content = csv(60, hire_date=[dt.date(2025, 6, 2)] * 60)
    late = client.post("/v1/censuses", params={"name": "staff.csv"}, content=content, headers=BINARY)
    assert "hire" in refused(late, 422)

    july = {**SMALL, "simulation": {**SMALL["simulation"], "opening_date": "2025-07-01"}}
    census = uploaded(client, content, opening_date="2025-07-01")
    assert ended(client, submitted(client, configuration=july, census=census))["state"] == "done"


@pytest.mark.parametrize(
    ("asked", "content", "status"),
    [
        ({}, b"", 422),
        ({}, b"PAR1" + bytes(50), 422),
        ({}, bytes(100_001), 413),
        ({"name": "../x"}, b"a", 422),
        ({"census": "[]"}, b"a", 422),
        ({"census": "{" * 4_000}, b"a", 422),
        ({"census": '{"sheet": 1}'}, b"a", 422),
        ({"start_year": "x"}, b"a", 422),
        ({"opening_date": "2025-07-15"}, b"a", 422),
        ({"keep": "perhaps"}, b"a", 422),
    ],
)
def test_an_upload_that_is_no_census_is_refused(client: Any, asked: Any, content: bytes, status: int) -> None:
    assert refused(client.post("/v1/censuses", params=asked, content=content, headers=BINARY), status)


def test_an_upload_of_another_kind_and_one_too_many_are_refused(client: Any) -> None:
    assert "application/octet-stream" in refused(client.post("/v1/censuses", files={"file": b"a"}), 415)
    first = csv(3_000)
    assert 70_000 < len(first) < 100_000
    answers = [client.post("/v1/censuses", content=first, headers=BINARY).status_code for _ in range(3)]
    assert answers[0] == 201
    assert answers[-1] == 429


@pytest.mark.parametrize(
    ("body", "kind", "status", "words"),
    [
        (b"{,}", "application/json", 422, "not JSON: Expecting property name"),
        (b"", "application/json", 422, "expected a JSON object"),
        (b"{}", "text/plain", 422, "Content-Type: application/json"),
        (b"[" * 100_000, "application/json", 400, "nested too deep"),
        (b'{"configuration": 5}', "application/json", 422, "configuration: expected a table of keys, or the text"),
    ],
)
def test_a_body_that_cannot_be_read_is_told_in_a_line(
    client: Any, body: bytes, kind: str, status: int, words: str
) -> None:
    assert words in refused(client.post("/v1/runs", content=body, headers={"Content-Type": kind}), status)


# --- who may ask ---


def test_without_the_token_nothing_but_health_is_answered(tmp_path: Path) -> None:
    with service(tmp_path, token=TOKEN) as client:
        for headers in ({}, {"Authorization": f"Bearer {TOKEN}x"}, {"Authorization": TOKEN}):
            for place in ("/v1/jobs", "/metrics", "/openapi.json", "/nowhere"):
                assert "token" in refused(client.get(place, headers=headers), 401)
        assert client.get("/health").status_code == client.get("/ready").status_code == 200
        assert client.get("/v1/jobs", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        assert client.get("/v1/jobs", headers={**bearer, "Host": "any"}).status_code == 200
        about = client.get("/openapi.json", headers=bearer).json()["paths"]
        assert [path for path, place in about.items() if not all("security" in each for each in place.values())] == [
            "/health", "/ready"
        ]  # fmt: skip


def test_without_a_token_pages_of_other_hosts_cannot_ask(client: Any) -> None:
    assert "localhost" in refused(client.get("/v1/jobs", headers={"Host": "evil.example:8000"}), 403)
    assert client.get("/v1/jobs", headers={"Host": "localhost:1"}).status_code == 200


@pytest.mark.parametrize(
    ("host", "token"),
    [("0.0.0.0", None), ("::", None), ("sim.example", None), ("127.0.0.1", "short"), ("::1", "ü" * 20)],
)
def test_it_does_not_start_without_a_good_token(
    host: str, token: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("WORKFORCE_SIM_TOKEN", raising=False)
    if token is not None:
        monkeypatch.setenv("WORKFORCE_SIM_TOKEN", token)

    assert main(["serve", "--out", "nowhere", "--host", host]) == 1
    assert "WORKFORCE_SIM_TOKEN" in capsys.readouterr().err
    assert not Path("nowhere").exists()


@pytest.mark.parametrize(
    ("host", "token"), [("127.0.0.1", None), ("localhost", None), ("::1", None), ("0.0.0.0", TOKEN)]
)
def test_on_loopback_or_with_a_token_it_starts(host: str, token: str | None) -> None:
    assert token_for(host, {} if token is None else {"WORKFORCE_SIM_TOKEN": token}) == token


# --- its page and its example ---


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not here")
def test_the_session_of_the_page_runs(client: Any, tmp_path: Path) -> None:
    script = "\n".join(re.findall(r"```bash\n(.*?)```", PAGE, flags=re.DOTALL))
    environment = {**os.environ, "SERVICE": str(client.base_url), "no_proxy": "*"}
    command = ["bash", "-euo", "pipefail", "-c", script]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert '"state":"done"' in done.stdout
    assert pl.read_parquet(tmp_path / "events.parquet").height > 500
    answered = next(line for line in PAGE.splitlines() if line.startswith('{"error"'))
    assert answered.partition("[...")[0] in done.stdout
    assert done.stdout.count('"error":') == 1


def test_the_page_names_every_place_and_limit_with_its_default() -> None:
    app = pytest.importorskip("workforce_sim.operate.service.app", exc_type=ModuleNotFoundError)
    named = {re.sub(r"/?{.*", "", place.path) for place in app.places(app.Api.__new__(app.Api))}
    assert {name for name in named if name not in PAGE} == set()
    for name, default in vars(ServiceLimits()).items():
        shown = default // MIB if name in MEBIBYTES else int(default)
        assert name == "held" or re.search(rf"`--most-{name}` \|.*\| {shown:,} \|", PAGE), name


def test_the_example_prints_as_printed(client: Any) -> None:
    done = ran("service", str(client.base_url))

    assert (done.stdout.rstrip(), done.stderr) == (printed("service").rstrip(), "")


# --- the service itself ---


def test_it_describes_itself_and_counts(client: Any) -> None:
    about = client.get("/openapi.json").json()
    assert about["components"]["schemas"]["RunAsked"]["additionalProperties"] is False
    assert about["paths"]["/v1/runs"]["post"]["responses"].keys() >= {"202", "401", "422", "429"}

    client.get("/v1/jobs/nothing")
    lines = client.get("/metrics").text.splitlines()
    sample = re.compile(r'[a-z_]+(\{([a-z]+="[^"\\]*",?)+\})? [0-9.e+-]+')
    assert all(line.startswith("# TYPE ") or sample.fullmatch(line) for line in lines)
    assert 'workforce_sim_requests_total{method="GET",path="/v1/jobs/{job}",status="404"}' in "\n".join(lines)
    assert "/openapi.json" in refused(client.get("/v2"), 404)
    other = client.put("/v1/jobs/nothing")
    assert refused(other, 405)
    assert other.headers["Allow"] == "DELETE, GET"


def test_the_library_needs_none_of_it() -> None:
    looked_for = "{'fastapi', 'uvicorn', 'pydantic', 'polars'} & {*sys.modules}"
    code = f"import sys, workforce_sim.cli.commands as c; c.command_line(); print({looked_for})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "workforce_sim.operate.service.serving", None)

    assert main(["serve", "--out", "nowhere"]) == 1
    assert 'pip install "workforce-sim[api]"' in capsys.readouterr().err


def test_an_address_that_is_taken_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("uvicorn")
    assert main(["serve", "--out", str(tmp_path / "a"), "--port", "99999"]) == 1
    assert "port 99999: no such port" in capsys.readouterr().err
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert main(["serve", "--out", str(tmp_path / "a"), "--port", port, "--jobs", "1"]) == 1
    assert "cannot be listened on (" in capsys.readouterr().err
