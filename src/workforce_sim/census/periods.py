"""Names of pay of a period, such as ``monthly_salary`` and ``Salary per Month``."""

from __future__ import annotations

import re

from workforce_sim.census.headers import period, plain

_NOUNS = "salary pay rate wage wages compensation comp earnings income base_pay base_salary base_rate gross_pay"
_PERIODS = "monthly semi_monthly semimonthly biweekly bi_weekly fortnightly weekly daily per_diem"


def by_period() -> str:
    """Return the names of pay for less than a year, hours apart."""
    before = [f"{period}_{noun}" for period in _PERIODS.split() for noun in _NOUNS.split()]
    return " ".join([*before, *(f"{noun}_{period}" for period in _PERIODS.split() for noun in _NOUNS.split())])


_PERIOD_WORDS = re.compile(
    "semimonthly|semimonth|biweekly|biweek|permonth|monthly|month|mthly|perweek|weekly|week|perday|daily|perhour|hourly"
    "|hour|peryear|yearly|year|perannum|annual|amount$|usd$"
)


def pay_of_a_period(column: str) -> bool:
    """Tell whether a name is one of pay and a period, such as ``Salary per Month``, and of nothing else."""
    if period(column) is None:
        return False
    bare = _PERIOD_WORDS.sub("", plain(column))
    return bare in {plain(noun) for noun in (*_NOUNS.split(), "base", "amount", "remuneration", "basesal", "sal")}
