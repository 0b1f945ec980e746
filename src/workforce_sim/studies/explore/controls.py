"""The levers of a plan design that a page can move: what each is called, its values, the keys that it changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workforce_sim.config import Config
from workforce_sim.config.changing import value_of
from workforce_sim.config.match import FORMULAS
from workforce_sim.config.nonelective import TABLES

AS_CONFIGURED = ""
"""The choice of a lever whose configured value is none of its choices."""

Changes = Mapping[str, Any]
"""Values by dotted key, as ``with_changes`` takes them."""

Value = float | str
"""Of a lever: percent, or the name of a choice."""


@dataclass(frozen=True)
class Slider:
    """A lever with a number, in percent.

    Attributes:
        name: in a request.
        label: what people read.
        key: the key that it changes.
        low: its least value.
        high: its highest value.
        step: between two values.
        needs: a choice, and which of its values this lever is for; nothing where it always counts.
        usual: its value where the configuration has none.
    """

    name: str
    label: str
    key: str
    low: float
    high: float
    step: float = 0.5
    needs: tuple[str, tuple[str, ...]] = ("", ())
    usual: float | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that it changes."""
        return (self.key,)

    def configured(self, config: Config) -> Value | None:
        """Return its value in a configuration; None for a table by year, and where there is none."""
        found = value_of(config, self.key)
        return round(100 * found, 6) if isinstance(found, (int, float)) else None

    def changes(self, value: Value) -> Changes:
        """Return what a value changes."""
        return {self.key: round(float(value) / 100, 6)}


@dataclass(frozen=True)
class Menu:
    """A lever with a few choices.

    Attributes:
        name: in a request.
        label: what people read.
        choices: the words for each choice and what it changes, by its name in a request.
    """

    name: str
    label: str
    choices: Mapping[str, tuple[str, Changes]]
    needs: tuple[str, tuple[str, ...]] = field(default=("", ()), init=False)
    usual: None = field(default=None, init=False)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that it changes."""
        return tuple(dict.fromkeys(key for _, changes in self.choices.values() for key in changes))

    def configured(self, config: Config) -> Value | None:
        """Return the choice that a configuration has; ``AS_CONFIGURED`` where it has something else."""
        now = {key: _now(config, key) for key in self.keys}
        fitting = (name for name, (_, wanted) in self.choices.items() if _alike(now, wanted))
        return next(fitting, AS_CONFIGURED)

    def changes(self, value: Value) -> Changes:
        """Return what a choice changes."""
        return self.choices[str(value)][1]


Control = Slider | Menu


def _now(config: Config, key: str) -> Any:
    """Return a value; of a match without a formula, the preset that holds."""
    found = value_of(config, key)
    return config.plan.match.at(config.simulation.start_year).preset_name if key == "plan.match.preset" else found


def _alike(now: Changes, wanted: Changes) -> bool:
    """Return whether a configuration has what a choice sets; what the rows of a list hold is for other levers."""
    return all(_rows(now[key]) == _rows(value) for key, value in wanted.items())


def _rows(value: Any) -> Any:
    return len(value) if isinstance(value, (list, tuple)) else value


def _formula(given: Mapping[str, Any]) -> Changes:
    """Return what a match formula changes: no other one stays beside it."""
    return {f"plan.match.{name}": given.get(name) for name in FORMULAS}


def _nonelective(kind: str, *kept: str) -> Changes:
    others = {f"plan.nonelective.{name}": None for name in TABLES.values() if name not in kept}
    return {"plan.nonelective.kind": kind, **others}


def _wait(days: int, years: int | None = None, months: int | None = None) -> Changes:
    wait = "eligibility.waiting_period"
    return {f"{wait}_days": days, f"{wait}_years": years, f"{wait}_months": months}


_AUTO, _ESCALATION = "enrollment.auto_enrollment", "enrollment.escalation"
_MATCHES = {
    "none": "No match",
    "simple": "50% up to 6%",
    "tiered": "100/3 + 50/2",
    "stretch": "25% up to 12%",
    "safe_harbor_basic": "100/3 + 50/2, safe harbor",
    "safe_harbor_enhanced": "100% up to 4%, safe harbor",
    "qaca": "100/1 + 50/5, QACA",
}
_SCHEDULES = {
    "immediate": "Immediate",
    "cliff_1": "100% after 1 year",
    "cliff_2": "100% after 2 years",
    "cliff_3": "100% after 3 years",
    "graded_3": "Graded over 3 years",
    "graded_4": "Graded over 4 years",
    "graded_5": "Graded over 5 years",
    "graded_6": "Graded, years 2 to 6",
}
_OWN = "One rate, as below", _formula({"tiers": [{"up_to": 0.06, "rate": 0.5}]})
_ENROLLING = "auto", ("hires", "all")
_ESCALATING = "escalation", ("on",)
_ONE_RATE = "match", ("own",)

ENROLLMENT = (
    Menu(
        "auto",
        "Automatic enrollment",
        {
            "off": ("Off", {f"{_AUTO}.enabled": False}),
            "hires": ("New hires", {f"{_AUTO}.enabled": True, f"{_AUTO}.scope": "new_hires_only"}),
            "all": ("All eligible employees", {f"{_AUTO}.enabled": True, f"{_AUTO}.scope": "all_eligible"}),
        },
    ),
    Slider("default_rate", "Default deferral rate", f"{_AUTO}.default_deferral_rate", 1, 15, needs=_ENROLLING),
    Menu(
        "escalation",
        "Automatic escalation",
        {"on": ("On", {f"{_ESCALATION}.enabled": True}), "off": ("Off", {f"{_ESCALATION}.enabled": False})},
    ),
    Slider("increment", "Escalation a year", f"{_ESCALATION}.increment", 0.5, 3, needs=_ESCALATING),
    Slider("cap", "Escalation stops at", f"{_ESCALATION}.cap", 3, 20, needs=_ESCALATING),
)
CONTRIBUTIONS = (
    Menu(
        "match",
        "Match",
        {"own": _OWN, **{name: (text, _formula({"preset": name})) for name, text in _MATCHES.items()}},
    ),
    Slider("match_rate", "Match rate", "plan.match.tiers[0].rate", 0, 200, 5, _ONE_RATE, 50),
    Slider("match_up_to", "Matched up to", "plan.match.tiers[0].up_to", 0.5, 15, 0.5, _ONE_RATE, 6),
    Menu(
        "nonelective",
        "Nonelective contribution",
        {"none": ("None", _nonelective("none")), "flat": ("A share of pay", _nonelective("flat", "rate"))},
    ),
    Slider("share", "Nonelective rate", "plan.nonelective.rate", 0.5, 15, 0.5, ("nonelective", ("flat",)), 3),
)
ENTITLEMENT = (
    Menu(
        "wait",
        "Wait to eligibility",
        {
            "0": ("None", _wait(0)),
            "30": ("30 days", _wait(30)),
            "90": ("90 days", _wait(90)),
            "months": ("6 months", _wait(365, months=6)),
            "365": ("365 days", _wait(365)),
            "year": ("1 year", _wait(365, years=1)),
        },
    ),
    Menu(
        "vesting",
        "Vesting",
        {
            name: (text, {"plan.vesting.match": name, "plan.vesting.nonelective": name})
            for name, text in _SCHEDULES.items()
        },
    ),
)
WORKFORCE = (
    Slider("growth", "Growth of headcount", "simulation.target_growth_rate", -10, 15),
    Slider("terminations", "Termination rate", "workforce.total_termination_rate", 0, 40),
)

SECTIONS: Mapping[str, tuple[Control, ...]] = {
    "Enrollment": ENROLLMENT,
    "Employer contributions": CONTRIBUTIONS,
    "Eligibility and vesting": ENTITLEMENT,
    "Workforce": WORKFORCE,
}
CONTROLS: Mapping[str, Control] = {control.name: control for some in SECTIONS.values() for control in some}
