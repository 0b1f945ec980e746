"""What a contribution of today is worth as an annuity at 65: the standard assumptions of cross-testing.

Chapter: ``docs/model/testing.md``.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from itertools import accumulate

from workforce_sim.money import half_up

TESTING_AGE = 65
MILLION = 10**6
_MONTHLY = Fraction(11, 24)
"""Taken off an annuity paid once a year, in advance, for one paid monthly."""

GAM_1983_MALE = (
    *(15592, 17579, 19804, 22229, 24817, 27530, 30354, 33370, 36680, 40388),
    *(44597, 49388, 54758, 60678, 67125, 74070, 81484, 89320, 97525, 106047),
    *(114836, 124170, 133870, 144073, 154859, 166307, 178214, 190460, 203007, 217904),
    *(234086, 248436, 263954, 280803, 299154, 319185, 341086, 365052, 393102, 427255),
    *(469531, 521945, 586518, 665268, 760215, MILLION),
)
"""Deaths of a million within a year, from 65 on: 1983 Group Annuity Mortality, male, one of the standard tables of
26 CFR 1.401(a)(4)-12; for everybody, whatever the sex."""


@cache
def annuity_price(age: int, rate: Fraction) -> Fraction:
    """Return what a dollar a year for life costs, paid monthly from an age on.

    Args:
        age: completed years, from 65 on; from 110 on that of 110.
        rate: interest a year.
    """
    deaths = GAM_1983_MALE[min(age, TESTING_AGE + len(GAM_1983_MALE) - 1) - TESTING_AGE :]
    alive = accumulate(deaths[:-1], lambda left, dying: left * (MILLION - dying) / MILLION, initial=Fraction(1))
    return sum((left / (1 + rate) ** year for year, left in enumerate(alive)), Fraction(0)) - _MONTHLY


@cache
def annuity_per_million(age: int, rate: Fraction) -> int:
    """Return the yearly annuity from the testing age on that a million buys at an age, half up.

    It grows with interest until 65; from then on the testing age is the age itself.
    """
    grown = MILLION * (1 + rate) ** max(0, TESTING_AGE - age)
    bought = grown / annuity_price(max(age, TESTING_AGE), rate)
    return half_up(bought.numerator, bought.denominator)


def projected(contribution_cents: int, years: int, rate: Fraction) -> int:
    """Return what a contribution is worth after some years with interest, cents, half up."""
    grown = contribution_cents * (1 + rate) ** years
    return half_up(grown.numerator, grown.denominator)
