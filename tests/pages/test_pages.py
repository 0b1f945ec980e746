"""Reports of five results in a real browser: at a desk, on a phone and on paper. Run with ``nox -s pages``.

Pictures and PDF stay in ``build/pages``, for people to look at.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import workforce_sim as ws
from tests.pages.browser import Browser, needs_browser
from workforce_sim.config import with_changes

pytestmark = [pytest.mark.pages, needs_browser]

KEPT = Path(__file__).parents[2] / "build/pages"
DESK, PHONE = 1100, 360
RESULTS = ("run", "ensemble", "comparison", "hostile", "sweep")
HOSTILE = (
    "<script>alert(1)</script>",
    "</style><img src=http://evil.invalid/x onerror=alert(1)>" * 2,
    "x" * 90,
    "\u202ethird",
)


def plain() -> ws.Config:
    return ws.load_config(
        {
            "simulation": {"start_year": 2025, "end_year": 2029, "target_growth_rate": 0.03},
            "workforce": {"total_termination_rate": 0.12, "headcount": "stochastic"},
            "census": {"size": 300},
            "plan": {"match": {"tiers": [{"up_to": 0.06, "rate": 0.5}]}, "vesting": {"match": "graded_6"}},
            "random_seed": 42,
        }
    )


def uncertain() -> ws.Config:
    drawn = [{"key": "workforce.total_termination_rate", "uniform": [0.08, 0.16]}]
    return with_changes(plain(), {"uncertainty": {"year_effects": {"terminations": 0.15}, "assumptions": drawn}})


def matching(rate: float) -> ws.Config:
    return with_changes(plain(), {"plan.match.tiers[0].rate": rate})


def written(kind: str, place: Path) -> Path:
    """Write the report of a result."""
    harbor = with_changes(
        plain(), {"plan.match": {"preset": "safe_harbor_basic"}, "plan.vesting": {"match": "immediate"}}
    )
    if kind == "run":
        return ws.simulate(plain()).report(place)
    if kind == "ensemble":
        found = ws.attribution(uncertain(), replicates=30)
        return found.ensembles["all"].report(place, attribution=found)
    if kind == "comparison":
        scenarios = {"Current match": plain(), "Safe harbor": harbor}
        return ws.compare(scenarios, replicates=30, progress=None).report(place)
    if kind == "hostile":
        names = {name: matching((i + 1) / 10) for i, name in enumerate(HOSTILE)}
        return ws.compare(names, replicates=4, progress=None).report(place, least=None)
    grid = {
        "enrollment.auto_enrollment.default_deferral_rate": [0.03, 0.06],
        "plan.match.tiers[0].rate": [0.4, 0.5, 0.6],
    }
    return ws.sweep(plain(), grid, replicates=6, progress=None).report(place)


@pytest.fixture(scope="module", params=RESULTS)
def page(request: pytest.FixtureRequest) -> Path:
    KEPT.mkdir(parents=True, exist_ok=True)
    place = KEPT / f"{request.param}.html"
    place.unlink(missing_ok=True)
    return written(request.param, place)


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    return Browser(tmp_path)


def test_a_page_has_no_error_and_asks_for_nothing(page: Path, browser: Browser) -> None:
    assert browser.console(page) == []
    assert browser.requests(page) == []


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_nothing_overlaps_and_text_can_be_read(width: int, page: Path, browser: Browser) -> None:
    name = "desk" if width == DESK else "phone"
    browser.picture(page, width, 4000, KEPT / f"{page.stem}-{name}.png")

    assert browser.looked_at(page, width) == {"overlaps": [], "outside": [], "small": [], "wide": []}


def test_a_page_prints(page: Path, browser: Browser) -> None:
    printed = browser.printed(page, KEPT / f"{page.stem}.pdf").read_bytes()

    assert printed.startswith(b"%PDF")
    assert len(printed) > 20_000


def test_what_is_wrong_is_seen(browser: Browser, tmp_path: Path) -> None:
    broken = tmp_path / "broken.html"
    words = "<text x='5' y='20'>one</text><text x='8' y='22'>two</text><text x='95' y='50'>outside</text>"
    picture = f"<svg viewBox='0 0 100 100' width='80' font-size='6'>{words}</svg>"
    body = f"<img src='http://example.invalid/x.png'><div style='width:2000px'>wide</div>{picture}"
    broken.write_text(f"<!DOCTYPE html><head></head><body>{body}<script>missing();</script>", encoding="utf-8")
    found = browser.looked_at(broken, PHONE)

    assert browser.requests(broken) == ["http://example.invalid/x.png"]
    assert any("missing is not defined" in line for line in browser.console(broken))
    assert found["overlaps"] == [["text: one", "text: two"]]
    assert found["outside"] == ["text: outside"]
    assert len(found["small"]) == 3
    assert found["wide"]
