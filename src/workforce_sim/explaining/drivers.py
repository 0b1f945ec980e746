"""The drivers of each measure and their parts of a change: exact fractions that add up to the change.

Chapter: ``docs/model/explaining-change.md``. An amount is a product of ratios, such as headcount x average pay x
participation x ...; a driver takes its ratio from the first year or run to the second.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import polars as pl

from workforce_sim.explaining.plan_people import Contribution, PlanPeople
from workforce_sim.explaining.shapley import shapley
from workforce_sim.money import exact_sum

HEADCOUNT, LENGTH, PAY, PARTICIPATION = "headcount", "length of the year", "pay", "participation"
ELIGIBILITY, RATES, SERVICE = "eligibility", "deferral rates", "age and service"
MATCH, NONELECTIVE, LIMITS = "match formula", "nonelective formula", "limits"
DISCRETIONARY, SHARING = "discretionary match formula", "profit sharing formula"
FORMULAS = {
    "match": MATCH,
    "nonelective": NONELECTIVE,
    "discretionary_match": DISCRETIONARY,
    "profit_sharing": SHARING,
}
"""The driver that the formula of each source is."""
FORFEITURES, OTHER = "forfeitures", "other"
DRIVERS = (
    *(HEADCOUNT, LENGTH, PAY, ELIGIBILITY, PARTICIPATION, RATES, SERVICE),
    *(MATCH, NONELECTIVE, DISCRETIONARY, SHARING, LIMITS, FORFEITURES, OTHER),
)
"""Drivers of money, in the order in which they are shown; the length only where a year is short."""

Parts = dict[str, Fraction]
Pair = tuple[int, int]
"""Numerator and denominator."""


@dataclass(frozen=True)
class Side:
    """One of the two years or runs between which a measure changes.

    Attributes:
        people: employees of the year.
        summary: measures of the year; a plan that is off has none.
        used_for: what forfeitures are used for.
    """

    people: PlanPeople
    summary: Mapping[str, int | float | None]
    used_for: str

    def amount(self, measure: str) -> int:
        """Return a measure in whole units; 0 where the plan is off."""
        return int(self.summary[measure] or 0)

    @property
    def saved(self) -> int:
        """Forfeitures used that lower the employer's cost, less those restored to rehires, cents."""
        return self.used - self.amount("restored_cents")

    @property
    def used(self) -> int:
        """Forfeitures used that lower the employer's cost, cents."""
        return 0 if self.used_for == "expenses" else self.amount("forfeitures_used_cents")

    @property
    def reallocated(self) -> int:
        """Forfeitures that are part of the nonelective contributions, cents."""
        return self.used if self.used_for == "reallocate" else 0

    @property
    def headcount(self) -> Fraction:
        """Average headcount of the year, by days of employment."""
        return Fraction(self.people.employee_days, self.people.calendar.length)

    @property
    def length(self) -> Fraction:
        """Days of the plan year over those of the calendar year; 1 of a whole year."""
        return Fraction(self.people.calendar.length, self.people.calendar.days)


Sides = tuple[Side, Side]


def chosen(pairs: tuple[Pair, Pair], which: int) -> Fraction:
    """Return the ratio of one side; of the other if the denominator is 0; 0 if both denominators are."""
    for above, below in (pairs[which], pairs[1 - which]):
        if below:
            return Fraction(above, below)
    return Fraction(0)


def _pay(sides: Sides) -> Callable[[Mapping[str, int]], Fraction]:
    """Return the factors of pay: headcount, the length of the year and average pay of a whole one."""
    counts, lengths = [side.headcount for side in sides], [side.length for side in sides]
    average = [(side.people.pay() * side.people.calendar.days, side.people.employee_days) for side in sides]
    return lambda at: counts[at[HEADCOUNT]] * lengths[at.get(LENGTH, 0)] * chosen((average[0], average[1]), at[PAY])


def _time(sides: Sides) -> tuple[str, ...]:
    """Return the drivers of how many are employed for how long; the length where a year is short."""
    return (HEADCOUNT, LENGTH) if any(side.people.calendar.short for side in sides) else (HEADCOUNT,)


def payroll(sides: Sides) -> Parts:
    """Return the drivers of payroll: headcount and average pay."""
    return shapley((*_time(sides), PAY), _pay(sides))


def deferrals(sides: Sides) -> Parts:
    """Return the drivers of deferrals: pay, participation, rates and limits."""
    pay, shares = _pay(sides), _participation(sides)
    laws = [side.people.law for side in sides]
    found = {
        (who, law): (exact_sum(sides[who].people.deferrals(laws[law])), shares[who][0])
        for who, law in product((0, 1), repeat=2)
    }

    def worth(at: Mapping[str, int]) -> Fraction:
        rates = found[0, at[LIMITS]], found[1, at[LIMITS]]
        return pay(at) * chosen(shares, at[PARTICIPATION]) * chosen(rates, at[RATES])

    return shapley((*_time(sides), PAY, PARTICIPATION, RATES, LIMITS), worth)


def _participation(sides: Sides) -> tuple[Pair, Pair]:
    """Return pay of participants and of all."""
    first, second = ((side.people.pay(side.people.participates), side.people.pay()) for side in sides)
    return first, second


def match(sides: Sides, source: str = "match") -> Parts:
    """Return the drivers of the match, or of another match."""
    given = _given(sides, source)
    parts = _contribution(sides, given, _participation(sides), source, (PARTICIPATION, RATES))
    return parts | {LIMITS: parts[LIMITS] + _cut(sides, given, f"{source}_cents")}


def discretionary_match(sides: Sides) -> Parts:
    """Return the drivers of the discretionary match."""
    return match(sides, "discretionary_match")


def nonelective(sides: Sides) -> Parts:
    """Return the drivers of nonelective contributions; reallocated forfeitures are a driver of their own."""
    return _without_deferrals(sides, "nonelective") | {
        FORFEITURES: Fraction(sides[1].reallocated - sides[0].reallocated)
    }


def profit_sharing(sides: Sides) -> Parts:
    """Return the drivers of profit sharing."""
    return _without_deferrals(sides, "profit_sharing")


def _without_deferrals(sides: Sides, source: str) -> Parts:
    first, second = ((side.people.pay(side.people.in_plan), side.people.pay()) for side in sides)
    given = _given(sides, source)
    parts = _contribution(sides, given, (first, second), source, (ELIGIBILITY, PAY))
    return parts | {LIMITS: parts[LIMITS] + _cut(sides, given, f"{source}_cents")}


def net_cost(sides: Sides) -> Parts:
    """Return the drivers of net employer cost: contributions of all sources, forfeitures used or restored."""
    found = [match(sides), nonelective(sides), {FORFEITURES: Fraction(sides[0].saved - sides[1].saved)}]
    found += [
        parts(sides) for source, parts in FURTHER.items() if any(source in side.people.formulas for side in sides)
    ]
    names = [name for name in DRIVERS if name != LENGTH or name in found[0]]
    return {name: sum((part.get(name, Fraction(0)) for part in found), Fraction(0)) for name in names}


FURTHER = {"discretionary_match": discretionary_match, "profit_sharing": profit_sharing}
"""Sources that not every plan has, and their drivers."""

Tables = dict[tuple[int, int, int], Contribution]
"""What the employees of a side (the first number) get by the formula and the law of sides (the others)."""


def _given(sides: Sides, which: str) -> Tables:
    return {
        (who, formula, law): sides[who].people.given(which, sides[formula].people, sides[law].people.law)
        for who, formula, law in product((0, 1), repeat=3)
    }


def _contribution(sides: Sides, given: Tables, shares: tuple[Pair, Pair], source: str, names: tuple[str, str]) -> Parts:
    """Return the drivers of a contribution: pay, who gets it (first name), at which rates (second name)."""
    formula, (who, rates) = FORMULAS[source], names
    pay, kept = _pay(sides), _kept(sides, given, f"{source}_cents")
    money = shares[0][0], shares[1][0]

    def worth(at: Mapping[str, int]) -> Fraction:
        tables = [given[side, at[formula], at[LIMITS]] for side in (0, 1)]
        counted = (tables[0].counted, money[0]), (tables[1].counted, money[1])
        rate = _standard_rate(tables, at[SERVICE], at[rates])
        return pay(at) * chosen(shares, at[who]) * chosen(counted, at[PAY]) * rate * chosen(kept, at[OTHER])

    return shapley(tuple(dict.fromkeys((*_time(sides), PAY, who, rates, SERVICE, formula, LIMITS, OTHER))), worth)


def _standard_rate(tables: list[Contribution], bands: int, rates: int) -> Fraction:
    """Return the contribution per dollar of counted pay: employees in the bands of one side, at the rates of another.

    A band without employees on the other side has its own rate.
    """
    weighted = tables[bands] if tables[bands].counted else tables[1 - bands]
    by_band = weighted.cells | tables[rates].cells
    shares = ((Fraction(pay, weighted.counted), by_band[cell]) for cell, (_, pay) in weighted.cells.items())
    return sum((share * Fraction(*found) for share, found in shares), Fraction(0))


def _kept(sides: Sides, given: Tables, column: str) -> tuple[Pair, Pair]:
    """Return the contributions and what the formula gives to the same employees before section 415."""
    first, second = (_kept_of(side, given[at, at, at], column) for at, side in enumerate(sides))
    return first, second


def _kept_of(side: Side, own: Contribution, column: str) -> Pair:
    reallocated = side.reallocated if column == "nonelective_cents" else 0
    return exact_sum(side.people[column]) - reallocated - _cut_of(side, own, column), own.total


def _cut(sides: Sides, given: Tables, column: str) -> Fraction:
    """Return the change of the reduction by the limit on annual additions (section 415), a negative amount."""
    first, second = (_cut_of(side, given[at, at, at], column) for at, side in enumerate(sides))
    return Fraction(second - first)


def _cut_of(side: Side, own: Contribution, column: str) -> int:
    rows = side.people["excess_415_cents"] > 0
    return exact_sum(side.people[column][rows]) - exact_sum(own.amounts[rows])


# --- people ---

STARTED, STOPPED, LEFT, NEW = (
    *("employees who start to participate", "employees who stop"),
    *("employees who leave or are no longer eligible", "newly eligible employees"),
)


def participation(sides: tuple[pl.DataFrame, pl.DataFrame]) -> Parts:
    """Return the drivers of the share of eligible employees who participate.

    Args:
        sides: active eligible employees of each: employee_id, and whether each participates.
    """
    both = sides[0].join(sides[1], on="employee_id", how="full", coalesce=True, suffix="_after")
    was, now = pl.col("participates"), pl.col("participates_after")
    counts = both.select(
        was.sum().alias("participants"),
        was.is_not_null().sum().alias("eligible"),
        (~was & now).sum().alias(STARTED),
        (was & ~now).sum().alias(STOPPED),
        now.is_null().sum().alias(LEFT),
        (now.is_null() & was).sum().alias("left_participants"),
        was.is_null().sum().alias(NEW),
        (was.is_null() & now).sum().alias("new_participants"),
    ).row(0, named=True)

    def worth(at: Mapping[str, int]) -> Fraction:
        people = counts["eligible"] - at[LEFT] * counts[LEFT] + at[NEW] * counts[NEW]
        taking = counts["participants"] + at[STARTED] * counts[STARTED] - at[STOPPED] * counts[STOPPED]
        taking += at[NEW] * counts["new_participants"] - at[LEFT] * counts["left_participants"]
        return Fraction(taking, people) if people else Fraction(0)

    return shapley((STARTED, STOPPED, LEFT, NEW), worth)
