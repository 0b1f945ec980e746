"""The examples of ``docs/operating.md`` run, one after another."""

import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "operating.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)


def test_the_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    try:
        for block in blocks("python"):
            exec(block, names)
    finally:
        for handler in logging.getLogger("nightly").handlers[:]:
            logging.getLogger("nightly").removeHandler(handler)
            handler.close()

    out = capsys.readouterr().out
    assert "max_hires_ratio" in out
    assert "unknown key (known here: simulation" in out
    (printed,) = (json.loads(block) for block in blocks("json"))
    first, *_ = (json.loads(line) for line in (tmp_path / "nightly.log").read_text(encoding="utf-8").splitlines())
    assert {**first, "timestamp": printed["timestamp"]} == printed
