"""Values of measures as a report has them: forms for charts, changes with a sign, ranges."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from workforce_sim.wording import percent, short_dollars
from workforce_sim.wording import signed as with_sign
from workforce_sim.wording.alike import scale_of_dollars
from workforce_sim.wording.measures import is_share

NONE = "-"

Form = Callable[[float], str]


def form(measure: str) -> Form:
    """Return what writes values of a measure."""
    return share if is_share(measure) else short_dollars if measure.endswith("_cents") else count


def alike(measure: str, found: Iterable[float | None]) -> Form:
    """Return what writes values of a measure that stand together: amounts in one unit, with the same decimals."""
    there = [value for value in found if value]
    if not measure.endswith("_cents") or not there:
        return form(measure)
    return scale_of_dollars(there).telling_apart(there).showing(there).text


def signed(write: Form) -> Form:
    """Return what writes changes as ``write`` writes values, with their sign."""
    return lambda value: with_sign(value, write(abs(value)))


def change(measure: str, value: float | None) -> str:
    """Return a difference of a measure with its sign: ``+$1.24M``, ``-3.1 points``, ``+12``."""
    if value is None:
        return NONE
    if measure.endswith("_cents"):
        return with_sign(value, short_dollars(abs(value)))
    if is_share(measure):
        return f"{with_sign(value, f'{abs(100 * value):.1f}')} points"
    return with_sign(value, count(abs(value)))


def size(measure: str, value: float) -> str:
    """Return a difference without its sign, as a sentence has it."""
    return change(measure, abs(value)).removeprefix("+")


def span(low: float | None, high: float | None, write: Form) -> str:
    """Return a range in words: ``$5.9M to $6.4M``; a dash where there is none."""
    return NONE if low is None or high is None else f"{write(low)} to {write(high)}"


def written(value: float | None, write: Form) -> str:
    """Return a value as ``write`` writes it; a dash where there is none."""
    return NONE if value is None else write(value)


def counts(found: Iterable[float]) -> Form:
    """Return what writes counts that stand together: means of simulations have one decimal, all of them."""
    places = 0 if all(float(value).is_integer() for value in found) else 1
    return lambda value: f"{value:,.{places}f}"


def share(value: float | None) -> str:
    """Return a share of one in percent, with one decimal."""
    return percent(value, 1)


def count(value: float | None) -> str:
    """Return a count, without decimals."""
    return NONE if value is None else f"{value:,.0f}"


def listed(names: list[str]) -> str:
    """Return names as a sentence lists them: ``a``, ``a and b``, ``a, b and c``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
