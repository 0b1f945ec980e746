"""The page that a browser opens: the levers of two designs side by side, and room for what the server tells of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from workforce_sim.config import Config
from workforce_sim.config.keys import about
from workforce_sim.dates import period_label
from workforce_sim.display.markup.elements import Child, Element, element
from workforce_sim.display.markup.page import page
from workforce_sim.studies.explore.controls import AS_CONFIGURED, SECTIONS, Menu, Slider
from workforce_sim.studies.explore.design import LONGEST, Setting, shown
from workforce_sim.studies.explore.futures import Futures
from workforce_sim.wording import counted

NAMES = ("Today", "Proposal")
"""What the designs are called at first."""

POLICY = "connect-src 'self'"


def explorer_page(source: str, config: Config, known: Mapping[str, Setting], futures: Futures) -> bytes:
    """Return the page.

    Args:
        source: name of the configuration, as people know it.
        config: what the designs start from.
        known: the levers, as the configuration has them.
        futures: what simulates designs.
    """
    years = period_label(config.simulation, config.simulation.years)
    employees = counted(len(futures.everybody), "employee")
    head = element(
        "header",
        element("p", f"Explorer: {source}, {years}, {employees}", class_="kicker"),
        element("h1", "Two plan designs side by side"),
    )
    body = element(
        "main",
        element("section", element("p", id="said", role="status"), element("div", id="figures"), id="top"),
        element("section", _levers(known), _whole(futures), _report(), id="levers", aria_label="Levers"),
        element(
            "section",
            element("div", id="charts"),
            element("div", id="warnings"),
            id="more",
        ),
        class_="explorer",
    )
    foot = "Simulated figures; no employee is shown. This page talks to this computer alone."
    return page(
        f"Explorer: {source}",
        head,
        body,
        element("footer", foot),
        style=_shipped("explorer.css"),
        script=_shipped("explorer.js"),
        policy=POLICY,
    )


def _levers(known: Mapping[str, Setting]) -> Iterator[Element]:
    yield element("div", element("span", "Design", class_="what"), map(_head, range(len(NAMES))), class_="lever heads")
    for section, controls in SECTIONS.items():
        yield element("h2", section)
        yield from (_row(known[control.name]) for control in controls)


def _head(place: int) -> Element:
    """Return the name of a design, and what can be done with it."""
    return element(
        "span",
        element(
            "input",
            type="text",
            value=NAMES[place],
            maxlength=LONGEST,
            data_name=place,
            aria_label="Name of the design",
        ),
        element("button", "Save configuration", type="button", data_save=place),
        element("button", "Reset", type="button", data_reset=place),
        class_="of",
    )


def _row(setting: Setting) -> Element:
    control = setting.control
    meaning = " ".join(about(key) for key in control.keys[:1])
    what = element("span", control.label, class_="what", data_tip=meaning or None)
    if setting.fixed:
        return element("div", what, element("span", setting.fixed.capitalize(), class_="fixed"), class_="lever")
    drawn = (element("span", _drawn(setting, place), class_="of") for place in range(len(NAMES)))
    return element("div", what, drawn, class_="lever")


def _drawn(setting: Setting, place: int) -> Child:
    """Return a lever of one design."""
    control, now = setting.control, setting.value
    needs, among = control.needs
    common: dict[str, Any] = {
        "name": control.name,
        "data_design": place,
        "data_needs": needs or None,
        "data_among": " ".join(among) or None,
        "aria_label": f"{control.label}, {NAMES[place]}",
    }
    if isinstance(control, Menu):
        return element("select", _options(control, str(now)), **common)
    text = shown(control, now)
    return [_slider(control, control.low if now is None else float(now), text, common), element("output", text)]


def _slider(control: Slider, now: float, text: str, common: Mapping[str, Any]) -> Element:
    ends = {"min": control.low, "max": control.high, "step": control.step}
    return element("input", type="range", **ends, value=now, data_shown=text, **common)


def _options(control: Menu, now: str) -> Iterator[Element]:
    if now == AS_CONFIGURED:
        yield element("option", "As configured", value=AS_CONFIGURED, selected="")
    for name, (text, _) in control.choices.items():
        yield element("option", text, value=name, selected="" if name == now else None)


def _whole(futures: Futures) -> Element | None:
    """Return the switch from the sample to everybody; nothing where everybody is simulated anyway."""
    if not futures.has_samples:
        return None
    text = f"Simulate all {counted(len(futures.everybody), 'employee')}, not samples"
    return element("p", element("label", element("input", type="checkbox", id="whole"), " ", text))


def _report() -> Element:
    return element("p", element("button", "Make the report", type="button", id="report"))


@cache
def _shipped(name: str) -> str:
    return files("workforce_sim.studies.explore").joinpath(name).read_text(encoding="utf-8")
