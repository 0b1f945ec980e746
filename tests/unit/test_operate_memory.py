"""More staff than fit into memory are refused before anything is simulated."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

import workforce_sim as ws
from tests.support import configured
from workforce_sim.operate.memory import BYTES_PER_EMPLOYEE_YEAR, projected


def free(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=size))


def test_growth_is_projected_exactly() -> None:
    config = configured(2025, 2027, simulation={"target_growth_rate": {2025: 0.1, 2026: 0.0, 2027: 0.5}})
    assert [projected(config, 100, year) for year in (2025, 2026, 2027)] == [110, 110, 165]
    assert projected(configured(2025, 2199, simulation={"target_growth_rate": 1.0}), 1, 2199) == 2**175


def test_what_just_fits_is_not_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    config = configured(2025, 2026, simulation={"target_growth_rate": 0.5})
    free(monkeypatch, 225 * BYTES_PER_EMPLOYEE_YEAR)
    ws.refuse_too_large(config, 100)

    free(monkeypatch, 225 * BYTES_PER_EMPLOYEE_YEAR - 1)
    with pytest.raises(ws.TooLargeError, match=r"^a projected headcount of 225 in 2026 needs about 0 GiB of memory"):
        ws.refuse_too_large(config, 100)


def test_the_year_with_the_most_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    free(monkeypatch, 1)
    config = configured(2025, 2027, simulation={"target_growth_rate": {2025: 0.0, 2026: 0.5, 2027: 0.0}})
    with pytest.raises(ws.TooLargeError, match="headcount of 150 in 2026"):
        ws.refuse_too_large(config, 100)


def test_it_is_an_error_of_the_configuration_and_of_memory() -> None:
    assert issubclass(ws.TooLargeError, (ws.ConfigError))
    assert issubclass(ws.TooLargeError, MemoryError)
