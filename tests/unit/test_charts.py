"""Charts as SVG: what they show, in which colours, and text that stays within them."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from workforce_sim.display.markup.charts.bars import Bars, bar_chart, distribution
from workforce_sim.display.markup.charts.canvas import (
    LOOKS,
    PAPER,
    QUIET,
    WIDTH,
    axis,
    contrast,
    fitted,
    readable_on,
    text_width,
    ticks,
    wrapped,
    written,
)
from workforce_sim.display.markup.charts.lines import ChartLine, line_chart, sparkline
from workforce_sim.display.markup.charts.planes import Point, heat_map, scatter
from workforce_sim.display.markup.charts.rows import Dot, WaterfallStep, dots, pyramid, share_bars, waterfall
from workforce_sim.display.markup.elements import Element, fragment

YEARS = ["2025", "2026", "2027"]


def count(value: float) -> str:
    return f"{value:,.0f}"


def percent(value: float) -> str:
    return f"{100 * value:.1f}%"


LONG = "a scenario with a very long name that goes on and on and on"
PICTURES = {
    "lines": line_chart(
        "Rate", YEARS, [ChartLine("a", [0.8, 0.81, 0.9], [([0.7, 0.7, 0.7], [0.9, 0.9, 0.95])])], percent
    ),
    "two lines": line_chart("Rate", YEARS, [ChartLine("a", [1, 2, 3]), ChartLine(LONG, [3, None, 1])], count),
    "bars": bar_chart("Cost", YEARS, [Bars("a", [1, 2, 3], [(0.5, 1.5)] * 3), Bars("b", [2, 3, -4])], count),
    "distribution": distribution("Rates", [f"{i}%" for i in range(16)], [float(i * i) for i in range(16)], count),
    "waterfall": waterfall(
        "Bridge",
        [WaterfallStep("Opening", 500, True), WaterfallStep(LONG, -73), WaterfallStep("Closing", 427, True)],
        count,
        count,
    ),
    "pyramid": pyramid("Age", ["under 25", "25-34"], ("2025", [5, 9]), (LONG, [7, 1]), count),
    "shares": share_bars("Gains", ["under 25", LONG], ["Gain", "Same", "Lose"], [[0.5, 0.4, 0.1], [1, 0, 0]], percent),
    "dots": dots("Exits", [Dot("under 2", 0.2, 0.1, 0.3, 0.25), Dot(LONG, 0.1, 0.1, 0.1)], percent, beside="prior"),
    "heat map": heat_map("Cost", ("rate", ["0.4", "0.5"]), (LONG, ["3%", LONG]), [[1, 2], [3, None]], count),
    "scatter": scatter("Best", ("Cost", LONG), [Point("a", 1, 0.8, True), Point("b", 2, 0.8, False)], (count, percent)),
}


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
def test_a_picture_has_a_title_and_says_what_it_shows(picture: Element) -> None:
    assert picture.get("role") == "img"
    assert picture[0].tag == "title"
    assert picture[1].tag == "desc"
    assert re.search(r"\d", picture[1].text or "")


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
def test_text_stays_within_the_picture(picture: Element) -> None:
    height = float((picture.get("viewBox") or "").split()[3])
    outside = []
    for each in picture.iter("text"):
        wide, x, y = text_width(each.text or ""), float(each.get("x", "0")), float(each.get("y", "0"))
        left = {"middle": x - wide / 2, "end": x - wide}.get(each.get("text-anchor", ""), x)
        if left < -1 or left + wide > WIDTH + 1 or not 8 < y < height:
            outside.append(each.text)

    assert outside == []


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
def test_a_picture_is_the_same_each_time_and_well_formed(picture: Element) -> None:
    text = fragment(picture)

    assert ET.fromstring(text).tag == "svg"
    assert fragment(picture) == text


def test_lines_and_bars_show_every_value() -> None:
    tips = [each.get("data-tip") for each in PICTURES["bars"].iter("rect") if each.get("data-tip")]

    assert tips == ["a, 2025: 1", "a, 2026: 2", "a, 2027: 3", "b, 2025: 2", "b, 2026: 3", "b, 2027: -4"]


def test_a_missing_value_breaks_the_line() -> None:
    lines = line_chart("Rate", YEARS, [ChartLine("a", [1, None, 3])], count)

    assert [len((each.get("points") or "").split()) for each in lines.iter("polyline")] == [1, 1]


def test_bars_of_a_waterfall_hang_together() -> None:
    steps = [
        WaterfallStep("Opening", 500, True),
        WaterfallStep("Hires", 340),
        WaterfallStep("Terminations", -293),
        WaterfallStep("Closing", 547, True),
    ]
    bars = [
        (float(b.get("x", "")), float(b.get("width", ""))) for b in waterfall("B", steps, count, count).iter("rect")
    ]
    ends = [x + wide for x, wide in bars]

    assert bars[1][0] == pytest.approx(ends[0], abs=0.02)
    assert ends[2] == pytest.approx(ends[1], abs=0.02)
    assert ends[3] == pytest.approx(bars[2][0], abs=0.02)


def test_small_changes_beside_large_totals_are_seen() -> None:
    steps = [WaterfallStep("2025", 62.7, True), WaterfallStep("Pay", 1.4), WaterfallStep("2026", 64.1, True)]
    picture = waterfall("Cost", steps, count, count)
    pay = [float(b.get("width", "")) for b in picture.iter("rect")][1]

    assert pay > 15
    assert any((each.text or "").startswith("Bars start at") for each in picture.iter("text"))


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_a_series_stands_out_from_paper(look) -> None:
    assert contrast(look.colour, PAPER) >= 4.5


def test_quiet_text_can_be_read() -> None:
    assert contrast(QUIET, PAPER) >= 7
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("colour", ["#eaf2f9", "#7b98b0", "#0d3b66", "#808080"])
def test_the_ink_on_a_colour_is_the_one_that_stands_out(colour: str) -> None:
    assert contrast(readable_on(colour), colour) >= 4.5


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [(0, 10, [0, 2.5, 5, 7.5, 10]), (-3, 7, [-5, -2.5, 0, 2.5, 5, 7.5]), (0, 0, [-0.5, -0.25, 0, 0.25, 0.5])],
)
def test_ticks_are_round_and_hold_the_range(low: float, high: float, found: list[float]) -> None:
    assert ticks(low, high) == found


@pytest.mark.parametrize(("low", "high"), [(0.07117, 0.07249), (0.019, 0.019), (0.5, 0.5004)])
def test_ticks_are_told_apart_by_what_is_written(low: float, high: float) -> None:
    texts = written(axis(low, high, percent), percent)

    assert len(set(texts)) == len(texts) > 1


def test_ticks_lose_decimals_that_are_zero_in_all() -> None:
    assert written([0, 0.5, 1], lambda v: f"${v:.2f}M" if v else "$0") == ["$0", "$0.5M", "$1.0M"]
    assert written([1, 2], lambda v: f"{v:.2f}%") == ["1%", "2%"]


def test_text_is_cut_or_put_in_two_even_lines() -> None:
    assert fitted("x" * 100, 60) == "xxxxxx..."
    assert wrapped("Terminations: existing employees", 140) == ["Terminations:", "existing employees"]
    assert wrapped("Hires", 140) == ["Hires"]


def test_a_sparkline_of_nothing_is_a_picture_too() -> None:
    assert sparkline([], "none").tag == "svg"
    assert sparkline([None, 1.0], "one").find("circle") is not None
