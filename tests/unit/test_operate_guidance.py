"""What to look at when an operation fails: a runbook of one's own beside the error."""

from __future__ import annotations

import logging

import pytest

from workforce_sim.operate.guidance import Topic, advice, guided

log = logging.getLogger("tests.operate")
TOPICS = (
    Topic(("Payroll: ask for the file of the month",), r"payroll|\bw-2\b", frozenset({"LookupError"})),
    Topic(("Disk: make room",), r"space left", unless=r"no need"),
)


@pytest.mark.parametrize(
    ("kinds", "text", "topics"),
    [
        ({"KeyError", "LookupError"}, "nothing", ["Payroll"]),
        ({"ValueError"}, "the PAYROLL of May", ["Payroll"]),
        ({"OSError"}, "no space left for the payroll", ["Payroll", "Disk"]),
        ({"OSError"}, "no space left, no need for it", []),
        ({"ValueError"}, "a rate of 2", []),
    ],
)
def test_advice_is_by_type_or_by_words(kinds: set[str], text: str, topics: list[str]) -> None:
    assert [line.partition(":")[0] for line in advice(TOPICS, kinds, text)] == topics


def test_operation_guide_and_advice_are_logged_and_the_error_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    error = RuntimeError("the month\nis missing")
    error.__cause__ = KeyError("May")
    with pytest.raises(RuntimeError) as caught, guided(log, "Reading", "\n1. Look\n\n2. Ask\n", TOPICS):
        raise error

    assert caught.value is error
    assert [record.getMessage() for record in caplog.records] == [
        "Reading failed: RuntimeError: the month is missing",
        "1. Look",
        "2. Ask",
        "Payroll: ask for the file of the month",
    ]
    assert {(record.name, record.levelname) for record in caplog.records} == {("tests.operate", "ERROR")}
