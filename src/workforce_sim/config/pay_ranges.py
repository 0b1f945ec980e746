"""Merit by rating and position in the pay range."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from workforce_sim.config.values import Listed, Section, decimals, some
from workforce_sim.money import ppm

EVERYBODY = "all"
"""Name of the one row of a matrix without ratings."""

Edge = Annotated[float, Field(ge=0, le=10), AfterValidator(decimals(6))]
Increase = Annotated[float, Field(ge=0, le=50), AfterValidator(decimals(6))]


def _rising(edges: tuple[float, ...]) -> tuple[float, ...]:
    if not edges:
        raise ValueError("a matrix needs at least one edge; without any, merit by rating is compensation.ratings")
    if any(a >= b for a, b in pairwise(edges)):
        raise ValueError("edges must be listed in rising order, each once")
    return edges


class MeritMatrix(Section):
    """Merit increases by rating and position in the pay range, as a guide chart has them."""

    position: Literal["compa_ratio", "penetration"] = "compa_ratio"
    """Pay over midpoint (`compa_ratio`), or from 0 at the minimum of the range to 1 at its maximum (`penetration`)."""
    edges: Annotated[Listed[Edge], AfterValidator(_rising)]
    """Positions from which the second column holds, the third, and so on."""
    increases: Annotated[dict[str, Listed[Increase]], Field(min_length=1)]
    """For each rating one increase a column; one row named `all` without ratings."""
    pool: bool = False
    """Whether the numbers are relative, scaled to `merit_pool`; if not, they are the increases."""

    @model_validator(mode="after")
    def _whole(self) -> MeritMatrix:
        columns = len(self.edges) + 1
        for name, row in self.increases.items():
            if len(row) != columns:
                what = f"{len(self.edges)} edges make {columns} columns"
                raise ValueError(f"increases.{some([name])} has {len(row)} numbers; {what}")
        if not self.pool and any(number > 1 for row in self.increases.values() for number in row):
            raise ValueError("increases are fractions of salary, at most 1; larger numbers need pool: true")
        return self

    def problem(self, ratings: Iterable[str]) -> str | None:
        """Return why the rows do not fit the ratings; None if they do."""
        expected = set(ratings) or {EVERYBODY}
        if set(self.increases) == expected:
            return None
        given = some(sorted(self.increases))
        what = "the ratings" if expected != {EVERYBODY} else "one row, as there are no ratings"
        return f"needs {what}: {some(sorted(expected))} (it has {given})"

    @property
    def edges_ppm(self) -> list[int]:
        """The edges in whole millionths."""
        return [ppm(edge) for edge in self.edges]

    @property
    def rows_ppm(self) -> list[list[int]]:
        """The increases in whole millionths, rows in the order of their names."""
        return [[ppm(number) for number in self.increases[name]] for name in sorted(self.increases)]
