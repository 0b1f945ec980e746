"""What a run does not know: years that are good or bad for everybody, and assumptions that have a distribution.

Chapter: ``docs/model/uncertainty.md``. What is drawn from this is in ``drawing`` and ``engine.year_effect``.
"""

from __future__ import annotations

import math
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from workforce_sim.config.values import Listed, Section, Share, listed, refuse
from workforce_sim.money import scaled

MOST_VALUES = 1000
Kind = Literal["uniform", "triangular", "normal", "lognormal", "values"]
KINDS: tuple[Kind, ...] = ("uniform", "triangular", "normal", "lognormal", "values")
FARTHEST = 3
"""Standard deviations at which a normal and a log-normal distribution are cut off."""


def _number(value: Any) -> Any:
    """Return a number as it is written, for whole ones stay whole; at most 6 decimals."""
    if type(value) not in (int, float):
        raise ValueError("expected a number")
    scaled(value, 6)
    return value


Number = Annotated[Any, BeforeValidator(_number), WithJsonSchema({"type": "number"})]
"""A whole number or one of at most 6 decimals, kept as it is written."""


class YearEffects(Section):
    """Good and bad years: effects that all employees share in a year."""

    terminations: Share = 0.0
    """Spread of one factor a year on all termination rates: sd of its logarithm, mean of the factor 1; acts where
    `workforce.headcount` is `stochastic`."""
    growth: Share = 0.0
    """Spread of a year's growth about `simulation.target_growth_rate`, a standard deviation."""
    raises: Share = 0.0
    """Spread of a year's cost of living about `compensation.cola_rate`, a standard deviation."""


class Assumption(Section):
    """A configuration key with an uncertain value; one value is drawn for each simulation."""

    key: Annotated[str, Field(min_length=1)]
    """Dotted name of a key that holds one number."""
    draw: Annotated[str, Field(min_length=1)] | None = None
    """Name of the draw; keys with the same name are high or low together. The key itself when left out."""
    uniform: Annotated[tuple[Number, Number], BeforeValidator(listed)] | None = None
    """Lowest and highest value; all values between are equally likely."""
    triangular: Annotated[tuple[Number, Number, Number], BeforeValidator(listed)] | None = None
    """Lowest, likeliest and highest value."""
    normal: Annotated[tuple[Number, Number], BeforeValidator(listed)] | None = None
    """Mean and standard deviation; cut off at three of them."""
    lognormal: Annotated[tuple[Number, Number], BeforeValidator(listed)] | None = None
    """Median, and standard deviation of the logarithm; cut off at three of them."""
    values: Annotated[Listed[Number], Field(min_length=1, max_length=MOST_VALUES)] | None = None
    """Values that are equally likely, such as those of past years."""

    @model_validator(mode="after")
    def _one_distribution(self) -> Assumption:
        given = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            raise ValueError(f"needs exactly one of {', '.join(KINDS)} (has {' and '.join(given) or 'none'})")
        what = _wrong_numbers(self.kind, self.numbers)
        if what is not None:
            refuse([((self.kind,), what, list(self.numbers))])
        return self

    @property
    def drawn_by(self) -> str:
        """The name of its draw: keys with one name are high or low together."""
        return self.draw or self.key

    @property
    def kind(self) -> Kind:
        """Which distribution it is."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)

    @property
    def numbers(self) -> tuple[float, ...]:
        """The numbers of the distribution, as written."""
        found: tuple[float, ...] = getattr(self, self.kind)
        return found

    @property
    def tried(self) -> set[float]:
        """The values that the key must take: the ends, and the one with the most decimals."""
        if self.kind in ("normal", "lognormal"):
            return {self.at(-FARTHEST), self.numbers[0], self.at(FARTHEST)}
        return {min(self.numbers), max(self.numbers), max(self.numbers, key=places_of)}

    def at(self, z: float) -> float:
        """Return the value of a normal or log-normal distribution at a standard normal one, to 6 decimals."""
        middle, spread = self.numbers
        return round(middle + spread * z if self.kind == "normal" else middle * math.exp(spread * z), 6)


def places_of(number: float) -> int:
    """Return how many decimals a number has: 0, 2, 3, 4 or 6."""
    return next(places for places in (0, 2, 3, 4, 6) if Decimal(str(number)).scaleb(places) % 1 == 0)


def _wrong_numbers(kind: Kind, numbers: tuple[float, ...]) -> str | None:
    if kind in ("normal", "lognormal"):
        positive = numbers[1] > 0 and (kind == "normal" or numbers[0] > 0)
        return None if positive else "needs a standard deviation above 0, and of lognormal a median above 0"
    rising = kind == "values" or (numbers[0] < numbers[-1] and all(a <= b for a, b in pairwise(numbers)))
    return None if rising else "must rise from the lowest to the highest value"


def _each_key_once(assumptions: tuple[Assumption, ...]) -> tuple[Assumption, ...]:
    keys = [assumption.key for assumption in assumptions]
    twice = (i for i, key in enumerate(keys) if key in keys[:i])
    refuse(((i, "key"), "has a distribution already; keep one", keys[i]) for i in twice)
    return assumptions


class Uncertainty(Section):
    """Uncertainty of years and assumptions; off by default."""

    year_effects: YearEffects = YearEffects()
    assumptions: Annotated[Listed[Assumption], AfterValidator(_each_key_once)] = ()
    """Keys whose values are drawn, one value for each simulation."""
