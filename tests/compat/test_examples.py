"""The examples of the documented interface run and print what they say; the service is asked over a real connection."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.support_examples import EXAMPLES, example
from tests.support_service import served

ROOT = Path(__file__).parents[2]
RUN = "/api/v1/simulation/run"
YEARS = {"start_year": 2025, "end_year": 2026}
SMALL = """\
simulation: {start_year: 2025, end_year: 2026, target_growth_rate: 0.03}
workforce: {total_termination_rate: 0.12}
census: {size: 200}
random_seed: 42
"""


def printed(name: str) -> str:
    """Return the output that an example has in its docstring."""
    text = (EXAMPLES / f"{name}.py").read_text(encoding="utf-8").split('"""')[1]
    return textwrap.dedent("\n".join(line for line in text.splitlines() if line.startswith("    ")))


def ran(name: str) -> subprocess.CompletedProcess[str]:
    """Run an example as its docstring says."""
    command = [sys.executable, f"examples/{name}.py"]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", timeout=300, check=True
    )


def timeless(text: str) -> str:
    """Return output without what differs from run to run: times, rates, memory, measured shares."""
    return re.sub(r" *[\d,.]+( (s\b|records/s|MB)|% less)|(?<=quickest: )\w+", " #", text.rstrip())


def test_the_batch_is_processed_as_printed() -> None:
    pytest.importorskip("pandas")
    done = ran("batch_processor")

    assert (done.stdout.rstrip(), done.stderr) == (printed("batch_processor"), "")
    assert "no such configuration file" in done.stdout


def test_the_batch_keeps_its_limit_and_its_order() -> None:
    pytest.importorskip("pandas")
    processor = example("batch_processor").BatchSimulationProcessor(max_concurrent=1)
    small = str(EXAMPLES / "three_thousand.yaml")
    scenarios = [{"start_year": 2025, "end_year": 2025 + more, "config_path": small} for more in range(3)]

    results = asyncio.run(processor.process_scenarios([*scenarios, {**scenarios[0], "end_year": 2000}]))

    assert [len(result["completed_years"]) for result in results[:3]] == [1, 2, 3]
    assert isinstance(results[3], ValueError)


def test_the_workflow_logs_as_printed() -> None:
    done = ran("complete_workflow")

    assert (timeless(done.stderr), done.stdout) == (timeless(printed("complete_workflow")), "")
    assert "identical results" in done.stderr


def test_the_optimisation_comparison_prints_as_printed() -> None:
    done = ran("optimisation_comparison")

    assert (timeless(done.stdout), done.stderr) == (timeless(printed("optimisation_comparison")), "")
    assert "results: the same" in done.stdout


# --- the service ------------------------------------------------------------------------------------------------------

Serve = Callable[..., Any]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Serve]:
    """Return a function that starts the service with a folder of configurations and returns a client."""
    pytest.importorskip("fastapi")
    folder = tmp_path / "configurations"
    folder.mkdir()
    (tmp_path / "outside.yaml").write_text(SMALL, encoding="utf-8")
    (folder / "simulation_config.yaml").write_text(SMALL, encoding="utf-8")
    open_clients = []

    def start(jobs: int = 2, **configurations: str) -> Any:
        for name, text in configurations.items():
            (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        monkeypatch.setenv("WORKFORCE_CONFIGS", str(folder))
        monkeypatch.setenv("WORKFORCE_JOBS", str(jobs))
        open_clients.append(served(example("service").app, keep_alive=True))
        return open_clients[-1].__enter__()

    yield start
    for client in open_clients:
        client.__exit__(None, None, None)


def refused(answer: Any, status: int, error: str) -> str:
    """Return the message of a refusal, which says nothing of the inside."""
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert body.keys() == {"status", "error", "message"}
    assert (body["status"], body["error"]) == ("error", error)
    assert not re.search(r"Traceback|\.py\b|/configurations|site-packages", body["message"])
    return str(body["message"])


def test_a_simulation_is_run(serve: Serve) -> None:
    answer = serve().post(RUN, json={**YEARS, "optimization_level": "medium"})

    assert answer.status_code == 200
    body = answer.json()
    assert body["status"] == "success"
    assert body["data"]["success"] is True
    assert body["data"]["completed_years"] == [2025, 2026]
    assert [year["starting_headcount"] for year in body["data"]["yearly_results"]] == [200, 206]
    assert body["data"]["performance_metrics"]["optimization_level"] == "medium"


def test_the_answers_are_as_printed(serve: Serve) -> None:
    client = serve()
    lines = printed("service").splitlines()
    asked = [re.fullmatch(r"\$ curl -s localhost:8000(\S+)(?: --json '(.*)')?", line) for line in lines[::2]]

    assert len(asked) >= 3
    for question, expected in zip(asked, lines[1::2], strict=True):
        assert question is not None
        path, body = question.groups()
        answer = client.get(path) if body is None else client.post(path, json=json.loads(body))
        assert re.fullmatch(re.escape(expected).replace(r"\.\.\.", ".*"), answer.text)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"start_year": "2025"}, "start_year: Input should be a valid integer"),
        ({"start_year": 2025.5}, "start_year: Input should be a valid integer"),
        ({"start_year": True}, "start_year: Input should be a valid integer"),
        ({"start_year": 1800}, "start_year: Input should be greater than or equal to 2000"),
        ({"end_year": 9999}, "end_year: Input should be less than or equal to 2100"),
        ({"end_year": 2024}, "end_year must not be before start_year"),
        ({"end_year": 2090}, "no more than 30 years at once"),
        ({"end_year": None}, "end_year: Input should be a valid integer"),
        (
            {"optimization_level": "fastest"},
            "optimization_level: Input should be 'high', 'medium', 'low' or 'fallback'",
        ),
        ({"config_path": "a.txt"}, "config_path: String should match pattern"),
        ({"config_path": "a\0.yaml"}, "config_path: String should match pattern"),
        ({"config_path": 7}, "config_path: Input should be a valid string"),
        ({"max_workers": 8}, "max_workers: Extra inputs are not permitted"),
    ],
)
def test_wrong_input_is_422_and_named(change: dict[str, Any], said: str, serve: Serve) -> None:
    assert refused(serve().post(RUN, json=YEARS | change), 422, "invalid_request").startswith(said)


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '{"start_year": NaN, "end_year": 2026}'])
def test_what_is_no_request_is_422(body: str, serve: Serve) -> None:
    answer = serve().post(RUN, content=body, headers={"content-type": "application/json"})

    assert refused(answer, 422, "invalid_request")


@pytest.mark.parametrize("path", ["gone.yaml", "../outside.yaml", "/etc/hosts.yaml", "a/../../outside.yaml"])
def test_a_configuration_outside_the_folder_is_as_one_that_is_missing(path: str, serve: Serve) -> None:
    answer = serve().post(RUN, json={**YEARS, "config_path": path})

    assert refused(answer, 404, "not_found") == "no such configuration"


def test_the_service_of_a_clone_answers_a_request_without_a_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("fastapi")
    monkeypatch.delenv("WORKFORCE_CONFIGS", raising=False)
    with served(example("service").app) as client:
        answer = client.post(RUN, json={"start_year": 2025, "end_year": 2025})

    assert answer.status_code == 200
    assert answer.json()["data"]["completed_years"] == [2025]


def test_a_link_out_of_the_folder_is_not_followed(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "configurations/link.yaml").symlink_to(tmp_path / "outside.yaml")

    assert refused(serve().post(RUN, json={**YEARS, "config_path": "link.yaml"}), 404, "not_found")


def test_a_wrong_configuration_is_422_with_its_place(serve: Serve) -> None:
    client = serve(wrong=SMALL.replace("0.12", "1.2"))
    message = refused(client.post(RUN, json={**YEARS, "config_path": "wrong.yaml"}), 422, "invalid_configuration")

    assert "wrong.yaml:2:37: total_termination_rate must be between 0.0 and 1.0" in message


def test_a_failure_inside_is_500_and_the_service_goes_on(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "configurations/staff.parquet").write_bytes(b"no Parquet")
    client = serve(broken=SMALL.replace("size: 200", "path: staff.parquet"))

    message = refused(client.post(RUN, json={**YEARS, "config_path": "broken.yaml"}), 500, "internal")
    assert message == "the simulation failed"
    assert client.post(RUN, json=YEARS).status_code == 200


def connections(client: Any) -> list[str]:
    """Return what the connections of a client are, each with what it is doing."""
    return [str(connection) for connection in client._transport._pool.connections]


def test_a_client_keeps_its_connection_after_a_failure(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "configurations/staff.parquet").write_bytes(b"no Parquet")
    client = serve(broken=SMALL.replace("size: 200", "path: staff.parquet"))

    for path, status in (("broken.yaml", 500), ("gone.yaml", 404), ("broken.yaml", 500)):
        answer = client.post(RUN, json={**YEARS, "config_path": path})
        assert answer.status_code == status
        assert answer.headers.get("connection") != "close"
    (connection,) = connections(client)
    assert "Request Count: 3" in connection
    assert client.get("/health").json()["running"] == 0


@pytest.mark.parametrize("years", [(2000, 2001), (2010, 2012), (2010, 2010)])
def test_years_that_the_plan_cannot_have_are_422(years: tuple[int, int], serve: Serve) -> None:
    start, end = years
    answer = serve().post(RUN, json={"start_year": start, "end_year": end})

    message = refused(answer, 422, "invalid_configuration")
    assert "statutory limits are known from 2011 on" in message


def test_years_before_the_limits_are_run_without_a_plan(serve: Serve) -> None:
    client = serve(no_plan=SMALL + "plan: {enabled: false}\n")

    answer = client.post(RUN, json={"start_year": 2009, "end_year": 2010, "config_path": "no_plan.yaml"})
    assert answer.json()["data"]["completed_years"] == [2009, 2010]


@pytest.mark.parametrize(
    "name", ["\u00fc" * 190 + ".yaml", "\u6f22" * 100 + ".yaml", "a/" * 90 + "\u6f22" * 10 + ".yaml"]
)
def test_a_name_that_no_file_can_have_is_as_one_that_is_missing(name: str, serve: Serve) -> None:
    assert refused(serve().post(RUN, json={**YEARS, "config_path": name}), 404, "not_found") == "no such configuration"


def test_a_path_that_is_too_long_is_422(serve: Serve) -> None:
    answer = serve().post(RUN, json={**YEARS, "config_path": "a" * 5_000 + ".yaml"})

    assert "at most 200 characters" in refused(answer, 422, "invalid_request")


def test_one_more_than_the_limit_is_429(serve: Serve) -> None:
    client = serve(jobs=1, large=SMALL.replace("200", "20000"))
    long = {"start_year": 2025, "end_year": 2036, "config_path": "large.yaml"}
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(client.post, RUN, json=long)
        while client.get("/health").json()["running"] == 0:
            assert not first.done()
        second = client.post(RUN, json=YEARS)
        assert first.result().status_code == 200

    assert refused(second, 429, "too_many_jobs") == "1 at once is the limit; try again later"
    assert int(second.headers["retry-after"]) > 0
    assert client.get("/health").json() == {"status": "ok", "running": 0, "limit": 1}
    assert client.post(RUN, json=YEARS).status_code == 200


def test_unknown_places_and_methods_are_json_too(serve: Serve) -> None:
    client = serve()

    assert refused(client.get("/api/v2"), 404, "not_found")
    assert refused(client.get(RUN), 405, "not_allowed")


def test_the_service_describes_itself(serve: Serve) -> None:
    about = serve().get("/openapi.json").json()

    request = about["components"]["schemas"]["SimulationRequest"]
    assert request["additionalProperties"] is False
    assert request["required"] == ["start_year", "end_year"]
    assert request["properties"]["start_year"]["minimum"] == 2000
    assert about["components"]["schemas"]["OptimizationLevel"]["enum"] == ["high", "medium", "low", "fallback"]
    answers = about["paths"][RUN]["post"]["responses"]
    assert answers.keys() == {"200", "404", "422", "429", "500"}
    refusal = {"$ref": "#/components/schemas/Refusal"}
    assert all(answers[code]["content"]["application/json"]["schema"] == refusal for code in answers if code != "200")
    assert "/health" in about["paths"]
