"""Logs: one JSON object a line, standard error, a file; and finished years shown from the log."""

from __future__ import annotations

import json
import logging
import os
import stat
from pathlib import Path

import pytest

import workforce_sim as ws
from workforce_sim.operate.failures import cause, failed
from workforce_sim.operate.logs import in_file, on_standard_error
from workforce_sim.operate.progress import logged

Captured = pytest.CaptureFixture[str]
log = logging.getLogger("tests.operate")


def objects(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_record_is_one_object_with_what_it_carries() -> None:
    record = logging.makeLogRecord(
        {"name": "a.b", "levelname": "INFO", "created": 0.5, "msg": "%d done", "args": (2025,)}
    )
    record.run = Path("runs/a")

    assert objects(ws.JsonLines().format(record)) == [
        {
            "timestamp": "1970-01-01T00:00:00.500+00:00",
            "level": "INFO",
            "logger": "a.b",
            "message": "2025 done",
            "run": "runs/a",
        }
    ]


def test_an_error_is_in_its_object() -> None:
    try:
        raise LookupError("here\nand there")
    except LookupError as error:
        record = logging.makeLogRecord({"msg": "failed", "exc_info": (type(error), error, error.__traceback__)})

    line = ws.JsonLines().format(record)
    assert "\n" not in line
    assert json.loads(line)["exception"].endswith("LookupError: here\nand there")


@pytest.mark.parametrize(
    ("verbose", "structured", "shown"),
    [(False, False, ["warning: odd"]), (True, False, ["fine", "odd"]), (False, True, ["fine", "odd", "wrong"])],
)
def test_what_standard_error_shows(verbose: bool, structured: bool, shown: list[str], capsys: Captured) -> None:
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    with on_standard_error(verbose=verbose, structured=structured):
        log.info("fine")
        log.warning("odd")
        log.error("wrong")

    lines = capsys.readouterr().err.splitlines()
    found = [str(line["message"]) for line in objects("\n".join(lines))] if structured else lines
    assert len(found) == len(shown)
    assert all(line.endswith(text) for line, text in zip(found, shown, strict=True))
    assert (root.level, root.handlers) == before


@pytest.mark.parametrize("structured", [False, True])
def test_a_file_is_made_with_its_folders_and_added_to(structured: bool, tmp_path: Path) -> None:
    path = tmp_path / "logs/of/today.log"
    for text in ("first", "second"):
        with in_file(path, structured=structured):
            log.warning(text)
    with in_file(None, structured=structured):
        log.warning("nowhere")

    lines = path.read_text(encoding="utf-8").splitlines()
    assert ["first" in lines[0], "second" in lines[1], len(lines)] == [True, True, 2]
    assert [line.startswith("{") for line in lines] == [structured] * 2


def test_a_file_and_its_folders_are_for_their_owner_alone_and_what_is_there_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs").chmod(0o755)
    (tmp_path / "old.log").write_text("")
    (tmp_path / "old.log").chmod(0o640)
    before = os.umask(0)
    try:
        for path in (tmp_path / "logs/of/our/today.log", tmp_path / "old.log"):
            with in_file(path, structured=False):
                log.warning("first")
    finally:
        os.umask(before)

    modes = {str(path.relative_to(tmp_path)): stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*")}
    made = {"logs/of": 0o700, "logs/of/our": 0o700, "logs/of/our/today.log": 0o600}
    assert modes == {"logs": 0o755, "old.log": 0o640, **made}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told_once(capsys: Captured) -> None:
    with in_file("/dev/full", structured=False):
        log.warning("first")
        log.warning("second")

    assert capsys.readouterr().err == "/dev/full: cannot be written; logging ends here\n"


def test_a_failure_of_an_answer_is_logged_and_left_to_who_has_the_answer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    error = LookupError("no such year")
    with caplog.at_level(logging.DEBUG), in_file(tmp_path / "a.log", structured=False):
        failed(log, error)

    line, where = caplog.records
    assert (line.levelname, line.getMessage()) == ("ERROR", "LookupError: no such year")
    assert [cause(line), cause(where)] == [None, error]
    assert (tmp_path / "a.log").read_text(encoding="utf-8") == ""


def test_finished_years_are_shown_where_the_log_does_not_show_them(capsys: Captured) -> None:
    shown: list[tuple[int, int, int]] = []
    for verbose in (False, True):
        with on_standard_error(verbose=verbose, structured=False, show=lambda *year: shown.append(year)):
            log.info("other")
            ws.simulate(census=ws.synthetic_census(50, seed=1), end_year=2026, progress=logged(log))

    assert shown == [(2025, 1, 2), (2026, 2, 2)]
    assert "2026 done, 2 of 2" in capsys.readouterr().err
