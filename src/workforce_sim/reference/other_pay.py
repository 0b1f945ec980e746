"""The reference model, pay other than salary: who gets it, how much, when, and which pay a definition counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from workforce_sim.config.other_pay import OtherPay
from workforce_sim.draws import Stream
from workforce_sim.money import PPM, half_up, ppm, refuse_growth
from workforce_sim.reference.chance import DAY, day_of_year, millionths
from workforce_sim.reference.records import Event, Payment, PersonYear, WithSalary
from workforce_sim.reference.year import Year

ALL_KINDS = frozenset(("bonus", "discretionary_bonus", "overtime", "commission"))
WHOLE_YEAR = 365
"""Days from hire after which a dated payment is not prorated."""


def kinds_counted(definition: Any) -> frozenset[str]:
    """Return the kinds of other pay that a definition of pay counts beside salary."""
    if definition == "base":
        return frozenset()
    return ALL_KINDS if definition == "all" else ALL_KINDS - set(definition["excluding"])


def pay_through(person: PersonYear, day: dt.date, kinds: frozenset[str], days: int) -> int:
    """Return E_C(d): salary earned through a day of a year of ``days``, and other pay of some kinds."""
    earned = person.earned(day, days)
    evenly = sum(half_up(earned * entry.salary_share_ppm, PPM) for entry in person.with_salary if entry.kind in kinds)
    return earned + evenly + sum(one.amount for one in person.payments if one.kind in kinds and one.day <= day)


def pay_beside_salary(people: Sequence[PersonYear], year: Year) -> None:
    """Give everybody the other pay of the year, and refuse too much pay in all."""
    for person in people:
        for entry in year.config.compensation.other_pay:
            _pay(person, entry, year)
        _enter_payments(person)
        with_kind = {kind: pay_through(person, person.last_day, frozenset((kind,)), year.days) for kind in ALL_KINDS}
        found = {kind: amount - person.earnings_cents for kind, amount in with_kind.items()}
        person.columns |= {f"{kind}_pay_cents": amount for kind, amount in found.items()}
        person.columns["other_pay_cents"] = sum(found.values())
        person.earnings_cents += sum(found.values())
    refuse_growth(max((person.earnings_cents for person in people), default=0), year.year)


def _pay(person: PersonYear, entry: OtherPay, year: Year) -> None:
    """Pay one entry to somebody who gets it: on its date if employed on it, or evenly with salary."""
    if not _receives(person, entry, year):
        return
    if entry.date is None:
        person.with_salary.append(WithSalary(entry.kind, _rate(person, entry, person.first_day, year)))
        return
    day = day_of_year(year.year, entry.date)
    if person.first_day <= day <= person.last_day:
        rate = _prorated(_rate(person, entry, day, year), entry, person.employee.hire_date, day)
        person.payments.append(Payment(entry.kind, day, half_up(person.salary_on(day) * rate, PPM)))


def _receives(person: PersonYear, entry: OtherPay, year: Year) -> bool:
    if entry.departments is not None and person.employee.department not in entry.departments:
        return False
    u = year.u(person.employee, Stream.OTHER_PAY_RECEIVER, entry.name)
    return u < entry.receivers.ppm(year.year) / PPM


def _rate(person: PersonYear, entry: OtherPay, day: dt.date, year: Year) -> int:
    """Return the share of salary of a receiver in ppm: of the level of a day, spread around it by chance."""
    level = year.run.levels[person.level_on(day)].name
    share = ppm(entry.by_level[level]) if level in entry.by_level else entry.share.ppm(year.year)
    x = millionths(year.u(person.employee, Stream.OTHER_PAY_AMOUNT, entry.name))
    return half_up(share * (PPM + half_up(ppm(entry.spread) * (2 * x + 1 - PPM), PPM)), PPM)


def _prorated(rate: int, entry: OtherPay, hired: dt.date, day: dt.date) -> int:
    """Return the part of a rate for the days since hire, where these are less than a year."""
    if not entry.prorated:
        return rate
    return half_up(rate * min((day - hired + DAY).days, WHOLE_YEAR), WHOLE_YEAR)


def _enter_payments(person: PersonYear) -> None:
    """Enter dated payments in the ledger, those of one kind on one day together."""
    by_kind = sorted(person.payments, key=lambda one: (one.day, one.kind))
    for (day, kind), payments in groupby(by_kind, key=lambda one: (one.day, one.kind)):
        amount = sum(one.amount for one in payments)
        if amount > 0:
            person.events.append(Event("other_pay", day, kind, amount=amount))
