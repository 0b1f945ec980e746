"""The value of a key that meets a target, or comes closest to it.

Chapter: ``docs/model/searching.md``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from workforce_sim.config import Config
from workforce_sim.config.changing import value_of
from workforce_sim.config.written import yaml_text
from workforce_sim.display.card import Card, CardTable
from workforce_sim.display.displayed import Displayed
from workforce_sim.studies.searching.figures import Figure
from workforce_sim.wording import number


@dataclass(frozen=True, repr=False)
class Solution(Displayed):
    """The value of a key that meets a target.

    Attributes:
        config: the configuration with it.
        base: the configuration before.
        key: what was changed.
        figure: what was to meet the target.
        target: in dollars, a fraction, or a count.
        before: the value in the configuration.
        value: the value found.
        value_error: its standard error, from the simulations; None where the figure does not move near it.
        reached: the mean of the figure at that value.
        reached_error: its standard error.
        met: whether the target lies within two standard errors, or within a thousandth.
        tried: one row per value that all simulations were made of: value, mean, error.
        why: why the target is not met; nothing if it is.
    """

    config: Config
    base: Config = field(repr=False)
    key: str
    figure: Figure
    target: float
    before: float
    value: float
    value_error: float | None
    reached: float
    reached_error: float
    met: bool
    tried: pl.DataFrame = field(compare=False)
    why: str = ""

    @property
    def written(self) -> str:
        """The configuration with the value, as YAML: the keys that were set, and this one."""
        value = round(self.value) if isinstance(value_of(self.base, self.key), int) else self.value
        return yaml_text(self.base, {self.key: value}, [f"{self.key}: found for {self.figure.name}"])

    def _card(self) -> Card:
        name, unit = self.figure.name, self.figure.unit
        error = "-" if self.value_error is None else f"{self.value_error:.2g}"
        rows = [
            [self.key, number(self.before), number(self.value), error],
            [name, "", self.figure.shown(self.reached * unit), self.figure.shown(self.reached_error * unit)],
            ["target", "", self.figure.shown(self.target * unit), ""],
        ]
        title = f"{self.key} = {number(self.value)} meets the target" if self.met else "The target is not met"
        notes = (self.why,) if self.why else ()
        return Card(title, (CardTable(["", "before", "found", "std error"], rows),), notes)

    def __repr__(self) -> str:
        said = "meets" if self.met else "does not meet"
        return f"<Solution: {self.key} = {number(self.value)} {said} {self.figure.measure}>"
