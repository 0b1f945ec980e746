"""Whatever is sent to the service, what is malformed is refused by a 4xx in one line, and what is not is taken on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support_service import SMALL, service
from workforce_sim import WorkforceSimError
from workforce_sim.config.census import CensusSection
from workforce_sim.operate.service.asked import reading

KINDS = ("runs", "ensembles", "comparisons")
KNOWN = ("configuration", "census", "tables", "replicate", "replicates", "spread", "scenarios", "baseline", "by")
JSON = {"Content-Type": "application/json"}

texts = st.text(st.characters(), max_size=8)  # lone surrogates too
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=10
)
sections = st.dictionaries(st.sampled_from([*SMALL, "plan", "enrollment", "hiring"]) | texts, values, max_size=4)
requests = st.dictionaries(st.sampled_from(KNOWN) | texts, values | sections, max_size=5)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with service(tmp_path_factory.mktemp("service") / "served", waiting=0) as client:
        yield client


def refused(answer: Any) -> None:
    """Check that an answer refuses, in a line; a request that is good is refused too, as no job may wait."""
    assert 400 <= answer.status_code < 500, answer.text
    body = answer.json()
    assert body["error"]
    assert body["message"]
    assert len(body["message"].splitlines()) == 1


@given(
    st.dictionaries(
        st.sampled_from([*CensusSection.model_fields, "columns[0].x", "a.b", ""]) | texts, values, max_size=4
    )
)
def test_a_section_of_a_census_is_read_or_refused(section: dict[str, Any]) -> None:
    with suppress(WorkforceSimError):
        assert reading(section, 2025).census.path is None


@given(st.sampled_from(KINDS), st.binary(max_size=40) | values.map(lambda value: json.dumps(value).encode()))
@example("runs", b"[" * 100_000)
@example("runs", b'{"configuration":' * 50_000)
@example("runs", b"1" * 100_000)
@example("runs", b'{"configuration": "' + b"a: &a [*a]\n" * 3 + b'"}')
@example("runs", b"\xff\xfe{}")
def test_a_body_that_is_no_request_is_refused(client: Any, kind: str, body: bytes) -> None:
    refused(client.post(f"/v1/{kind}", content=body, headers=JSON))


@given(st.sampled_from(KINDS), requests)
@example("runs", {"configuration": {"\ud800": 1}})
@example("runs", {"configuration": "\ud800: 1"})
@example("runs", {"configuration": {**SMALL, "plan": {"match": {"\ud800\n": {}}}}})
@example("comparisons", {"scenarios": {"a\nb": SMALL, "c": SMALL}})
@example("comparisons", {"scenarios": {"a": SMALL, "c": {**SMALL, "random_seed": "\n"}}})
@example("ensembles", {"configuration": SMALL, "replicates": 10**30})
@example("runs", {"configuration": {**SMALL, "random_seed": 10**400}})
@example("runs", {"configuration": {**SMALL, "random_seed": float("nan")}})
def test_a_request_of_wrong_values_is_refused(client: Any, kind: str, request: dict[str, Any]) -> None:
    refused(client.post(f"/v1/{kind}", content=json.dumps(request).encode(), headers=JSON))


@given(st.sampled_from([*SMALL, "simulation.end_year", "census.size"]), values)
def test_a_configuration_with_one_wrong_value_is_refused(client: Any, key: str, value: Any) -> None:
    section, _, name = key.partition(".")
    changed = {**SMALL, section: {**SMALL[section], name: value} if name else value}
    refused(client.post("/v1/runs", content=json.dumps({"configuration": changed}).encode(), headers=JSON))


@settings(max_examples=15)
@given(st.text(st.characters(codec="ascii"), min_size=1, max_size=20), st.sampled_from(["GET", "POST", "DELETE"]))
def test_a_place_that_is_none_is_refused(client: Any, name: str, method: str) -> None:
    from urllib.parse import quote

    for place in (
        f"/v1/jobs/x{quote(name, safe='')}",
        f"/v1/jobs/x/tables/{quote(name, safe='')}",
        f"/v1/x{quote(name)}",
    ):
        refused(client.request(method, place))


@pytest.mark.parametrize("headers", [{"Content-Type": "text/plain"}, {}, {**JSON, "Idempotency-Key": "x" * 201}])
def test_headers_that_are_wrong_are_refused(client: Any, headers: dict[str, str]) -> None:
    refused(client.post("/v1/runs", content=json.dumps({"configuration": SMALL}).encode(), headers=headers))


def test_a_body_that_is_too_large_is_refused_whether_announced_or_not(client: Any) -> None:
    refused(client.post("/v1/runs", content=b"x" * (4 << 20 | 1), headers=JSON))
    answer = client.post("/v1/runs", content=(b"x" * (1 << 20) for _ in range(5)), headers=JSON)
    assert answer.status_code == 413
