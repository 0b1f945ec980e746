"""How far something is: seen where somebody sees it, with the time left, and gone at the end."""

from __future__ import annotations

import io
import sys
from types import SimpleNamespace
from typing import Any

import pytest

import workforce_sim as ws
from tests.support_fit import world
from workforce_sim.wording import progress

CONFIG: dict[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2026, "target_growth_rate": 0.03},
    "workforce": {"total_termination_rate": 0.12},
    "census": {"size": 20},
    "random_seed": 42,
}


class Terminal(io.StringIO):
    """A terminal that keeps what is written to it."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def on_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Put a terminal in the place of standard error, from within the test: before it pytest puts its own there."""
    found = Terminal()
    monkeypatch.setattr(sys, "stderr", found)
    monkeypatch.setenv("TERM", "xterm-256color")
    return found


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clock: however slow the machine, no time is left."""
    monkeypatch.setattr("workforce_sim.wording.progress.perf_counter", lambda: 0.0)


@pytest.fixture
def without_rich(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rich.console", None)


def simulate_with(**more: Any) -> ws.Result:
    return ws.simulate(CONFIG, **more)


# --- who sees it ------------------------------------------------------------------------------------------------------


def test_nobody_sees_it_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    simulate_with(progress=True)
    ws.simulate_ensemble(CONFIG, replicates=2)

    assert capsys.readouterr() == ("", "")


def test_when_verbose_what_is_no_terminal_gets_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.years(True, verbose=True) as tell:
        simulate_with(progress=tell)

    assert capsys.readouterr() == ("", "2025 done, 1 of 2\n2026 done, 2 of 2\n")


def test_a_process_without_standard_error_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)

    with progress.simulations(True) as tell:
        assert tell is None


@pytest.mark.parametrize("nothing", [None, False])
def test_nothing_is_shown_that_is_not_wanted(monkeypatch: pytest.MonkeyPatch, nothing: Any) -> None:
    terminal = on_terminal(monkeypatch)
    simulate_with(progress=nothing)
    ws.simulate_ensemble(CONFIG, replicates=2, progress=nothing)
    ws.compare({"a": CONFIG, "b": CONFIG}, replicates=2, progress=nothing)

    assert terminal.getvalue() == ""


def test_what_a_caller_gives_is_called_and_nothing_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_terminal(monkeypatch)
    years: list[tuple[int, int, int]] = []
    counts: list[tuple[int, int]] = []

    simulate_with(progress=lambda *told: years.append(told))
    ws.compare({"a": CONFIG, "b": CONFIG}, replicates=2, progress=lambda *told: counts.append(told))

    assert years == [(2025, 1, 2), (2026, 2, 2)]
    assert (counts[0][1], counts[-1]) == (4, (4, 4))
    assert terminal.getvalue() == ""


# --- on a terminal ----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("without_rich")
def test_without_rich_it_is_one_plain_line_and_gone_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_terminal(monkeypatch)
    simulate_with(progress=True)

    *lines, rest = terminal.getvalue().split("\r")
    assert [line.strip() for line in lines] == ["starting", "2025 done, 1 of 2", "2026 done, 2 of 2", ""]
    assert (len({*map(len, lines)}), rest) == (1, "")


def test_with_rich_a_bar_stands_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_terminal(monkeypatch)
    pytest.importorskip("rich")
    ws.simulate_ensemble(CONFIG, replicates=2)

    *lines, last = terminal.getvalue().split("\r\x1b[2K")
    assert "2 of 2 simulations" in lines[-1]
    assert "━" in lines[-1]
    assert last == ""
    assert "\n" not in terminal.getvalue()


def test_a_terminal_that_can_only_write_on_gets_a_plain_line(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_terminal(monkeypatch)
    monkeypatch.setenv("TERM", "dumb")
    simulate_with(progress=True)

    assert "\x1b" not in terminal.getvalue()
    assert "2025 done, 1 of 2" in terminal.getvalue()


@pytest.mark.usefixtures("without_rich")
def test_the_line_is_gone_when_the_work_ends_early(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_terminal(monkeypatch)

    def stopped(year: int, *_: int) -> None:
        raise RuntimeError(year)

    with progress.years(True) as tell:
        assert tell is not None
        tell(2025, 1, 2)
        with pytest.raises(RuntimeError, match="2025"):
            simulate_with(progress=stopped)

    assert terminal.getvalue().split("\r")[-2].strip() == ""


@pytest.mark.usefixtures("without_rich")
def test_scenarios_are_one_line_that_counts_them_all(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_terminal(monkeypatch)
    ws.sweep(CONFIG, {"compensation.cola_rate": [0.02, 0.03]}, replicates=3)

    told = [line.strip() for line in terminal.getvalue().split("\r")]
    assert told[-3:] == ["6 of 6 simulations", "", ""]
    assert all(line.endswith(" of 6 simulations") for line in told[1:-2])


@pytest.mark.usefixtures("without_rich")
def test_sources_of_a_spread_and_forecasts_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_terminal(monkeypatch)
    drawn = [{"key": "compensation.cola_rate", "uniform": [0.01, 0.03]}]
    ws.attribution({**CONFIG, "uncertainty": {"assumptions": drawn}}, replicates=10)
    assert "30 of 30 simulations" in terminal.getvalue()

    terminal = on_terminal(monkeypatch)
    ws.backtest(world(11, 100, years=3), replicates=5, progress=False)
    assert terminal.getvalue() == ""

    ws.backtest(world(11, 100, years=3), replicates=5)
    told = [line.strip() for line in terminal.getvalue().split("\r")]
    assert told == ["starting", "forecasts from 1 of 2 censuses", "forecasts from 2 of 2 censuses", "", ""]


@pytest.mark.usefixtures("without_rich")
def test_a_fit_and_a_calibration_tell_how_far_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_terminal(monkeypatch)
    ws.fit(world(11, 100, years=2))
    told = [line.strip() for line in terminal.getvalue().split("\r")]
    read = [f"{done} of 3 censuses read" for done in (1, 2, 3)]
    assert told == ["starting", *read, "employees of 3 censuses linked; estimating rates", "", ""]

    terminal = on_terminal(monkeypatch)
    ws.calibrate(CONFIG, {"headcount_closing": 25}, replicates=2)
    told = [line.strip() for line in terminal.getvalue().split("\r")]
    assert [line for line in told if "2 of 2" in line][:2] == [
        "as configured: 2 of 2 simulations",
        "step 1, at most 6: 2 of 2 simulations",
    ]
    assert told[-2] == ""


# --- in a notebook ----------------------------------------------------------------------------------------------------


class Handle:
    """What a notebook's ``display`` gives back: a place that can be written over."""

    def __init__(self, shown: Any) -> None:
        self.told = [shown._repr_html_()]

    def update(self, shown: Any) -> None:
        self.told.append(shown._repr_html_())


def test_in_a_notebook_it_is_a_bar_in_the_cell_and_gone_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_terminal(monkeypatch)
    handles: list[Handle] = []

    def display(shown: Any, *, display_id: bool) -> Handle:
        assert display_id
        handles.append(Handle(shown))
        return handles[-1]

    shell = SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))  # type: ignore[misc]
    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(display=display))  # type: ignore[misc]
    simulate_with(progress=True)

    (handle,) = handles
    assert handle.told == [
        '<progress max="1" value="0.0000"></progress> starting',
        '<progress max="1" value="0.5000"></progress> 2025 done, 1 of 2',
        '<progress max="1" value="1.0000"></progress> 2026 done, 2 of 2',
        "",
    ]
    assert terminal.getvalue() == ""


@pytest.mark.usefixtures("without_rich")
def test_ipython_on_a_terminal_is_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_terminal(monkeypatch)
    ipython = SimpleNamespace(get_ipython=object)
    monkeypatch.setitem(sys.modules, "IPython", ipython)  # type: ignore[misc]
    simulate_with(progress=True)

    assert "2025 done, 1 of 2" in terminal.getvalue()


# --- the time left ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "done", "total", "text"),
    [
        (5.0, 12, 100, "about 37 s left"),
        (0.1, 1, 5, ""),
        (60.0, 10, 100, "about 9 min left"),
        (60.0, 60, 100, "about 40 s left"),
        (3600.0, 1, 3, "about 2 h left"),
        (3.0, 3, 3, ""),
        (3.0, 0, 3, ""),
    ],
)
def test_the_rest_takes_as_long_as_what_is_done(seconds: float, done: int, total: int, text: str) -> None:
    assert progress.time_left(seconds, done, total) == text
