"""Pay of one employee: salary by day, leave, lump sums and other pay; and the part of it that a source counts.

Chapters: ``docs/model/raises.md``, ``docs/model/other-pay.md``, ``docs/model/contributions.md``.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workforce_sim.config.other_pay import CountedPay
from workforce_sim.config.plan_values import EmployerMoney
from workforce_sim.dates import date_of
from workforce_sim.engine.counted_pay import amount_column, kinds_of, payments_of, rate_column, with_salary
from workforce_sim.engine.earnings import Pay
from workforce_sim.engine.sources import compensation_of, since_of
from workforce_sim.explaining.rebuilt import RAISES
from workforce_sim.explaining.worked.one import ONLY, One
from workforce_sim.explaining.worked.steps import Reckoned, Step, day, exact, ppm, span
from workforce_sim.money import PPM, half_up
from workforce_sim.wording import dollars


def earned(one: One) -> Reckoned:
    """Return the steps of the pay earned in the year, and cents."""
    pay, days = Pay(one.staff, one.year), one.year.days
    steps, total = [one.employed], 0
    for first, last in _spans(one, pay):
        salary, length = int(pay.salary_on(ONLY, np.array([first]))[0]), last - first + 1
        total += salary * length
        how = f"{dollars(salary)} a year x {length} / {days}"
        steps.append(Step(f"salary, {span(first, last)}", how, exact(salary * length, days)))
    away = _leave(one, pay, steps)
    cents = half_up(total - away, days)
    steps.append(Step("salary earned", "the sum, half up to the cent", dollars(cents)))
    more = [*_lumps(one, pay), *_other(one, cents)]
    steps += [Step(what, how, dollars(amount)) for what, how, amount in more]
    cents += sum(amount for *_, amount in more)
    return [*steps, Step("pay earned", "the sum" if more else "", dollars(cents))], cents


def _spans(one: One, pay: Pay) -> Iterator[tuple[int, int]]:
    """Yield first and last days of each annual salary of the year."""
    first, last = one.first, one["last_day"]
    changes = {
        int(np.broadcast_to(pay.date(kind, ONLY), 1)[0])
        for kind in RAISES.values()
        if kind in pay.raises and one[f"{kind}_after_cents"] != one[f"{kind}_before_cents"]
    }
    starts = sorted({first, *(date for date in changes if first < date <= last)})
    yield from zip(starts, [start - 1 for start in [*starts[1:], last + 1]], strict=True)


def _leave(one: One, pay: Pay, steps: list[Step]) -> int:
    if "leave" not in one.config.provisions or not one["leave_days"]:
        return 0
    away = int(pay.unpaid(ONLY, one.staff["last_day"])[0])
    days = span(one["leave_first_day"], one["leave_last_day"])
    steps.append(Step(f"unpaid leave, {days}", f"the salary of {one['leave_days']} days", exact(-away, one.year.days)))
    return away


def _lumps(one: One, pay: Pay) -> Iterator[tuple[str, str, int]]:
    for kind in pay.lumps:
        if one[f"{kind}_lump_cents"]:
            yield "lump sum", f"raise beyond the maximum of the pay range ({kind})", one[f"{kind}_lump_cents"]


def _other(one: One, salary: int) -> Iterator[tuple[str, str, int]]:
    """Yield what is paid beside salary."""
    for place, (kind, on) in enumerate(payments_of(one.config)):
        amount = one[amount_column(place)]
        if amount:
            yield kind.replace("_", " "), f"paid on {day(one.year.day(on))}", amount
    for place, entry in enumerate(with_salary(one.config)):
        rate = one[rate_column(place)]
        if rate:
            how = f"{entry.name}: {ppm(rate)} of salary, paid with it"
            yield entry.kind.replace("_", " "), how, half_up(salary * rate, PPM)


# --- the part that counts ---


def counted_words(pay: CountedPay, one: One) -> str:
    """Return which pay a definition counts; nothing where all pay counts."""
    if not one.config.compensation.other_pay:
        return ""
    counts, there = kinds_of(pay, one.config), kinds_of("all", one.config)
    listed = ", ".join(kind.replace("_", " ") for kind in sorted(counts))
    return "" if counts == there else f"salary and {listed}" if counts else "salary alone"


def compensation(one: One, money: EmployerMoney) -> Reckoned:
    """Return the steps of the plan compensation of a source, and cents."""
    cents, most = int(compensation_of(one.counted, money)[0]), one.year.limits.compensation_cents
    since = since_of(one.counted, money) or one.counted.since_entry
    kinds = counted_words(money.pay, one)
    steps = []
    earned_in_all = int(one.counted.pay_of(money.pay).earned[0])
    if money.compensation == "plan_year":
        counts, how = earned_in_all, "all pay of the plan year"
    elif money.compensation == "eligible":
        before = int(since.before(one.counted.pay_of(money.pay))[0])
        counts, how = (
            earned_in_all - before,
            f"{dollars(earned_in_all)} - {dollars(before)} before {_entry(one, int(since.entry[0]))}",
        )
        how = how if before else "all pay of the year"
    else:
        counts, how = cents, "pay of the days with a deferral rate above 0"
    steps.append(Step("pay that counts", "; ".join(filter(None, (how, kinds))), dollars(counts)))
    if cents == most or counts > most:
        steps.append(Step(f"limit on pay, section 401(a)(17), {one.label}", "", dollars(most)))
        steps.append(Step("plan compensation", "at most the limit", dollars(cents)))
    return steps, cents


def _entry(one: One, entry: int) -> str:
    return f"{date_of(entry)}, the day of entry"
