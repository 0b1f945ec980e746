"""Other pay: bonuses, overtime and commissions, on a day or evenly with salary.

Chapter: ``docs/model/other-pay.md``. What the event adds depends on how many entries are configured, so it is made for
a configuration.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial

import numpy as np
import polars as pl

from workforce_sim.config import Config
from workforce_sim.config.other_pay import OtherPay
from workforce_sim.dates import Flags, Ints
from workforce_sim.draws import Stream
from workforce_sim.engine.columns import Array, Columns, Described
from workforce_sim.engine.columns import Rows as Selected
from workforce_sim.engine.context import Year
from workforce_sim.engine.counted_pay import Payment, amount_column, payments_of, rate_column, with_salary
from workforce_sim.engine.earnings import Pay
from workforce_sim.engine.event import Declared, Rows, node
from workforce_sim.money import PPM, half_up, ppm, refuse_growth
from workforce_sim.tables import PAY_KINDS

_FULL_YEAR = 365
"""Days of employment, the date included, after which nothing is prorated."""

SUMS: Described = {
    "earnings_cents": (pl.Int64, "pay earned in the year"),
    "other_pay_cents": (pl.Int64, "pay other than salary, within it"),
    **{f"{kind}_pay_cents": (pl.Int64, f"of it, {kind.replace('_', ' ')}") for kind in PAY_KINDS},
}


def other_pay_of(config: Config) -> tuple[Declared, ...]:
    """Return the event of a configuration with other pay; nothing without."""
    if not config.compensation.other_pay:
        return ()
    return (declared(payments_of(config), len(with_salary(config))),)


@lru_cache(maxsize=16)
def declared(payments: tuple[Payment, ...], rates: int) -> Declared:
    """Return the event of configurations with these payments on a day, and so many entries paid with salary."""
    paid: Described = {amount_column(n): (pl.Int64, f"{kind} paid on {day}") for n, (kind, day) in enumerate(payments)}
    dates: Described = {_date(n): (pl.Int32, f"day of {kind} paid on {day}") for n, (kind, day) in enumerate(payments)}
    with_pay: Described = {rate_column(n): (pl.Int64, "share of salary paid with it, millionths") for n in range(rates)}
    declare = node(
        adds={**SUMS, **paid, **dates, **with_pay},
        ledger=tuple(_rows(n, kind) for n, (kind, _) in enumerate(payments)),
        snapshot={name: pl.col(name) for name in SUMS},
        blocks=True,
    )
    return declare(other_pay)


def _date(place: int) -> str:
    return f"payment_{place}_date"


def _rows(place: int, kind: str) -> Rows:
    amount = pl.col(amount_column(place))
    return Rows("other_pay", amount > 0, _date(place), {"cause": kind, "amount_cents": amount})


def other_pay(staff: Columns, year: Year) -> Mapping[str, Array]:
    """Add what is paid beside salary, and all pay of the year.

    Raises:
        SimulationError: when pay of the year exceeds $1 billion.
    """
    paid, sums = _paid_on_days(staff, year), dict.fromkeys(PAY_KINDS, np.zeros(len(staff), dtype=np.int64))
    for place, (kind, _) in enumerate(payments_of(year.config)):
        sums[kind] = sums[kind] + paid[amount_column(place)]
    salary, rates = staff["earnings_cents"], {}
    level = staff.level_on(np.maximum(staff.first_day, np.int32(year.first)))
    for place, entry in enumerate(with_salary(year.config)):
        rate = _rates(entry, np.arange(len(staff)), level, staff, year)
        rates[rate_column(place)] = rate
        sums[entry.kind] = sums[entry.kind] + half_up(salary * rate, PPM)
    other = np.asarray(sum(sums.values()))
    refuse_growth(int((salary + other).max(initial=0)), year.number)
    named = {f"{kind}_pay_cents": amounts for kind, amounts in sums.items()}
    return {"earnings_cents": salary + other, "other_pay_cents": other, **named, **paid, **rates}


def _paid_on_days(staff: Columns, year: Year) -> dict[str, Array]:
    """Return the amounts of each payment and its day; payments of one kind on one day are one, in the first of them."""
    payments, found, salary = payments_of(year.config), {}, Pay(staff, year)
    first: dict[tuple[str, int], str] = {}
    for place, (kind, day) in enumerate(payments):
        date = year.day(day)
        first.setdefault((kind, date), amount_column(place))
        found[amount_column(place)] = np.zeros(len(staff), dtype=np.int64)
        found[_date(place)] = np.full(len(staff), date, dtype=np.int32)
    for entry in year.config.compensation.other_pay:
        if entry.date is not None and year.day(entry.date) >= year.first:
            date = year.day(entry.date)
            rows = np.flatnonzero((staff.first_day <= date) & (staff["last_day"] >= date))
            found[first[entry.kind, date]][rows] += _amounts(entry, rows, date, salary)
    return found


def _amounts(entry: OtherPay, rows: Selected, day: int, salary: Pay) -> Ints:
    """Return what an entry pays on its day to some rows, all employed on it."""
    staff, year = salary.staff, salary.year
    date = np.full(len(rows), day, dtype=np.int32)
    rate = _rates(entry, rows, staff.level_on(date, rows), staff, year)
    if entry.prorated:
        days = np.minimum(day - staff["hire_date"][rows].astype(np.int64) + 1, _FULL_YEAR)
        rate = half_up(rate * days, _FULL_YEAR)
    return half_up(salary.salary_on(rows, date) * rate, PPM)


def _rates(entry: OtherPay, rows: Selected, level: Array, staff: Columns, year: Year) -> Ints:
    """Return the share of salary that an entry gives some rows, in millionths; 0 to who does not receive it."""
    shares = [entry.share_ppm(year.number, name) for name in year.assumptions.names]
    rate = np.where(_receives(entry, rows, staff, year), np.array(shares, dtype=np.int64)[level], 0)
    if entry.spread == 0:
        return rate
    draw = partial(year.draw, stream=Stream.OTHER_PAY_AMOUNT, name=entry.name)
    x = np.floor(draw(staff["person"][rows]) * PPM).astype(np.int64)
    return half_up(rate * (PPM + half_up(ppm(entry.spread) * (2 * x + 1 - PPM), PPM)), PPM)


def _receives(entry: OtherPay, rows: Selected, staff: Columns, year: Year) -> Flags:
    covered = np.array([entry.covers(name) for name in year.world.departments] or [entry.covers(None)])
    there = covered[staff["department"][rows]]
    share = entry.receivers.ppm(year.number)
    if share == PPM:
        return there
    u = year.draw(staff["person"][rows], Stream.OTHER_PAY_RECEIVER, entry.name)
    return np.asarray(there & (u < share / PPM))
