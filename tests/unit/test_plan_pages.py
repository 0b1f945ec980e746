"""The examples in the chapters on the plan are what the code answers."""

import doctest
import re
from pathlib import Path

import pytest

MODEL = Path(__file__).parents[2] / "docs" / "model"


@pytest.mark.parametrize(
    "page", ["legality.md", "match.md", "nonelective.md", "terminations.md", "testing.md", "vesting.md"]
)
def test_examples_answer_as_printed(page: str) -> None:
    text = "".join(re.findall(r"```pycon\n(.*?)```", (MODEL / page).read_text(encoding="utf-8"), flags=re.DOTALL))
    examples = doctest.DocTestParser().get_doctest(text, {}, page, None, None)

    assert examples.examples
    assert doctest.DocTestRunner().run(examples).failed == 0
