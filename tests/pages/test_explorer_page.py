"""The explorer in a real browser: levers are moved, designs compared, saved and reported. Run with ``nox -s pages``.

Pictures stay in ``build/pages``, for people to look at.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.pages.browser import LOOK, needs_browser
from tests.pages.clicking import PATIENCE, Chromium, Tab, chromium
from tests.support_explorer import Visitor, explored
from workforce_sim import load_config
from workforce_sim.display.markup.page import is_page

pytestmark = [pytest.mark.pages, needs_browser]

KEPT = Path(__file__).parents[2] / "build/pages"
PLAN = """\
simulation: {start_year: 2025, end_year: 2027, target_growth_rate: 0.03}
workforce: {total_termination_rate: 0.12, headcount: stochastic}
census: {size: 1200}
plan: {match: {tiers: [{up_to: 0.06, rate: 0.5}]}}
random_seed: 42
"""
HOSTILE = "<img src=x onerror=alert(1)><b>B"
RATE = "input[name=default_rate][data-design='1']"
BAND = "document.querySelectorAll('#charts polygon[fill-opacity]')[1].getAttribute('points')"
BUSY = "document.querySelector('main').getAttribute('aria-busy')"
COST = "#figures tbody tr:first-child td"


@pytest.fixture
def visitor(tmp_path: Path) -> Iterator[Visitor]:
    (tmp_path / "plan.yaml").write_text(PLAN)
    with explored(tmp_path / "plan.yaml") as found:
        yield found


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Chromium]:
    with chromium(tmp_path) as found:
        yield found


def cost(tab: Tab, column: int) -> str:
    """Return the cost of a design, or their difference, with its range."""
    return tab.text(f"{COST}:nth-of-type({column})")


def moves(tab: Tab, before: str) -> None:
    """Wait until the difference of the costs is another."""
    tab.wait(f"document.querySelector('{COST}:nth-of-type(3)').innerText !== {before!r}")


def downloaded(folder: Path, name: str) -> bytes:
    """Wait for a file that a page hands over, and return what is in it."""
    start = time.monotonic()
    while not (folder / name).exists():
        assert time.monotonic() - start < PATIENCE, sorted(each.name for each in folder.iterdir())
        time.sleep(0.05)
    return (folder / name).read_bytes()


@pytest.mark.parametrize(("width", "name"), [(1100, "desk"), (400, "phone")])
def test_levers_move_the_ranges_and_designs_are_compared_saved_and_reported(
    width: int, name: str, browser: Chromium, visitor: Visitor, tmp_path: Path
) -> None:
    KEPT.mkdir(parents=True, exist_ok=True)
    tab = browser.open(visitor.server.address, width, 900)
    tab.wait(f"document.querySelector('{COST}') !== null")
    before, same = tab.value(BAND), cost(tab, 3)

    tab.press(RATE, "ArrowRight", 8)
    again = f"document.querySelector({RATE!r}).dispatchEvent(new Event('input', {{bubbles: true}}))"
    assert tab.value(f"({again}, {BUSY})") == "true"
    moves(tab, same)
    assert tab.value(BUSY) == "false"
    assert tab.text(f"{RATE} + output") == "8%"
    assert cost(tab, 3).startswith("+$")
    assert tab.value(BAND) != before

    rated = cost(tab, 3)
    tab.choose("select[name=match][data-design='1']", "safe_harbor_basic")
    tab.choose("select[name=vesting][data-design='1']", "graded_6")
    moves(tab, rated)
    tab.wait("document.querySelector('#warnings').innerText.includes('Compliance warning')")
    assert tab.value("document.querySelector('input[name=match_rate][data-design=\"1\"]').disabled")
    tab.wait("document.querySelector('#said').innerText.startsWith('300 simulations')")
    assert tab.value(f"(function () {{ {LOOK} return look(); }})()") == {
        "overlaps": [], "outside": [], "small": [], "wide": []
    }  # fmt: skip
    tab.picture(KEPT / f"explorer-{name}.png")

    tab.click("[data-save='1']")
    saved = load_config(yaml.safe_load(downloaded(tmp_path, "proposal.yaml")))
    assert saved.enrollment.auto_enrollment.default_deferral_rate == 0.08
    tab.click("#report")
    assert is_page(downloaded(tmp_path, "report.html"))

    tab.click("[data-reset='1']")
    tab.wait(f"document.querySelector('{COST}:nth-of-type(3)').innerText === '$0'")
    assert tab.events("Log.entryAdded") == tab.events("Runtime.exceptionThrown") == []
    asked = {each["request"]["url"] for each in tab.events("Network.requestWillBeSent")}
    assert all(url.removeprefix("blob:").startswith(visitor.server.address.rsplit("/", 2)[0]) for url in asked)


def test_a_second_user_sees_the_plan_as_it_was_and_names_stay_text(browser: Chromium, visitor: Visitor) -> None:
    first = browser.open(visitor.server.address, 1100, 900)
    first.write("[data-name='1']", HOSTILE)
    first.press(RATE, "ArrowRight", 6)
    first.wait(f"document.querySelector('{COST}:nth-of-type(3)')?.innerText.startsWith('+$')")
    told = cost(first, 3)
    second = browser.open(visitor.server.address, 1100, 900)
    second.wait(f"document.querySelector('{COST}') !== null")
    second.choose("select[name=auto][data-design='0']", "off")
    moves(second, "$0")

    assert second.text(f"{RATE} + output") == "4%"
    assert cost(second, 3) != told
    assert first.text(f"{RATE} + output") == "7%"
    assert cost(first, 3).startswith("+$")
    assert HOSTILE in first.text("#figures thead")
    assert first.value("document.querySelectorAll('img').length") == 0
    assert first.events("Page.javascriptDialogOpening") == []


def test_who_has_no_token_sees_why(browser: Chromium, visitor: Visitor) -> None:
    address = visitor.server.address.replace(visitor.server.token, "guess")
    tab = browser.open(address, 400, 600)

    assert "open the address that the explorer printed" in tab.text("body")
