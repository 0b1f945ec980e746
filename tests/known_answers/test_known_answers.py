"""Published worked examples: each is met, or stands in ``not_run.py`` with the reason.

The cases are data beside the project. A topic's module maps a case, by its id or by its rule, to the function that
answers it: inputs in, everything expected out. To add a topic, write such a module, name it in ``TOPICS`` and take its
cases out of ``not_run.py``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from numbers import Number
from pathlib import Path
from typing import Any

import pytest

from tests.known_answers import (
    contribution_cases,
    growth_cases,
    limits_cases,
    match_cases,
    nonelective_cases,
    not_run,
    pay_cases,
    testing_cases,
    vesting_cases,
)

TOPICS = (
    contribution_cases,
    growth_cases,
    limits_cases,
    match_cases,
    nonelective_cases,
    pay_cases,
    testing_cases,
    vesting_cases,
)

SHARED = Path(__file__).parents[2].parent / "shared/known_answers/known_answers.json"
CASES: list[dict[str, Any]] = json.loads(SHARED.read_text(encoding="utf-8")) if SHARED.exists() else []
ANSWERS: dict[str, Callable[[Any], dict[str, Any]]] = {
    name: answer for topic in TOPICS for name, answer in topic.ANSWERS.items()
}

pytestmark = pytest.mark.skipif(not CASES, reason="the known answers are not beside this project")


def _names(case: dict[str, Any]) -> set[str]:
    return {case["id"], case["rule"]}


def _printed(value: Any, expected: Any) -> Any:
    """Return a number rounded to the decimals that the source prints; lists and mappings part by part."""
    if isinstance(expected, dict):
        return {name: _printed(part, expected.get(name)) for name, part in value.items()}
    if isinstance(expected, list):
        return [_printed(part, at) for part, at in zip(value, expected, strict=True)]
    if isinstance(expected, float) and isinstance(value, Number):
        return round(float(value), len(repr(expected).partition(".")[2]))
    return value


@pytest.mark.parametrize("case", [case for case in CASES if _names(case) & ANSWERS.keys()], ids=lambda case: case["id"])
def test_a_published_answer_is_met(case: dict[str, Any]) -> None:
    answer = ANSWERS.get(case["id"]) or ANSWERS[case["rule"]]

    given = answer(case["inputs"])

    assert _printed(given, case["expected"]) == case["expected"]


def test_every_case_is_run_or_says_why_not() -> None:
    forgotten = [case["id"] for case in CASES if not _names(case) & (ANSWERS.keys() | not_run.REASONS.keys())]
    twice = [case["id"] for case in CASES if _names(case) & ANSWERS.keys() and _names(case) & not_run.REASONS.keys()]

    assert (forgotten, twice) == ([], [])


def test_every_name_is_that_of_a_case() -> None:
    known = set().union(*map(_names, CASES))

    assert (ANSWERS.keys() | not_run.REASONS.keys()) - known == set()


def test_topics_do_not_share_a_name() -> None:
    assert len(ANSWERS) == sum(len(topic.ANSWERS) for topic in TOPICS)
