"""The lines of ``docs/notebooks.md`` run and print what the page says."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "notebooks.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```python\n(.*?)```(?:\n\n```text\n(.*?)```)?", flags=re.DOTALL)


def told(capsys: pytest.CaptureFixture[str]) -> Iterator[tuple[str, str]]:
    """Yield what each block of the page prints, and what the page says that it prints."""
    names: dict[str, object] = {}
    for lines, said in BLOCK.findall(PAGE):
        exec(lines, names)
        yield capsys.readouterr().out, said


def test_the_lines_print_what_the_page_says(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = list(told(capsys))

    assert [printed for printed, _ in blocks] == [said for _, said in blocks]
    assert sum(bool(said) for _, said in blocks) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["headcount.svg"]
