"""Pay other than salary, for any entries and definitions of pay: a plain reading of the chapter, and laws."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import support
from tests.property import plans
from tests.support import Scenario, table
from tests.support_plan import BP, PlanYear, half_up, plan_years, tiers_of
from workforce_sim.config import Config
from workforce_sim.config.other_pay import KINDS, CountedPay, OtherPay, kinds_in
from workforce_sim.draws import HIRE_ID, Stream, census_key, decision, fnv1a, hire_key, mix, person_number, uniform

PPM = 1_000_000
DAY = dt.timedelta(days=1)
SHARES = st.sampled_from([0.0, 0.01, 0.123456, 0.5, 4.0])
COUNTED = st.sampled_from(["all", "all", "base"]) | st.lists(st.sampled_from(KINDS), min_size=1, unique=True).map(
    lambda kinds: {"excluding": kinds}
)
ENTRY = st.fixed_dictionaries(
    {"kind": st.sampled_from(KINDS), "share": SHARES | st.just({2000: 0.05, 2026: 0.1})},
    optional={
        "by_level": st.just({"<last>": 0.25}),
        "departments": st.just(["<first>"]),
        "receivers": st.sampled_from([0.0, 0.3, 0.999999, 1.0]) | st.just({2000: 0.5, 2027: 0.2}),
        "spread": st.sampled_from([0.0, 0.25, 1.0]),
        "date": st.sampled_from(["01-01", "02-29", "03-01", "03-01", "07-15", "12-31", None]),
        "prorated": st.booleans(),
    },
)
ENTRIES = st.lists(ENTRY, min_size=1, max_size=4).map(
    lambda entries: [{"name": f"entry {n}", **entry} for n, entry in enumerate(entries)]
)


def named(scenario: Scenario, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return entries with a level and a department that the census has."""
    level = scenario.opening.levels[-1].name
    department = scenario.census.frame["department"].drop_nulls().sort().head(1).to_list()
    names = {"by_level": {level: 0.25}, "departments": department}
    return [{key: names.get(key, value) for key, value in entry.items()} for entry in entries]


MATCH = st.fixed_dictionaries(
    {
        "preset": st.sampled_from(["simple", "safe_harbor_basic", "stretch"]),
        "basis": st.sampled_from(["annual", "payroll", "payroll"]),
        "compensation": st.sampled_from(["plan_year", "eligible", "participating"]),
        "pay": COUNTED,
    }
)
TIGHT = {"compensation": dict.fromkeys(range(2011, 2031), 60_000.0)}
LOW = {"elective_deferral": dict.fromkeys(range(2011, 2031), 4_000.0)}
CHANGES = st.fixed_dictionaries(
    {
        "compensation.other_pay": ENTRIES,
        "plan.match": MATCH,
        "plan.deferral_pay": COUNTED,
        "plan.nonelective": COUNTED.map(lambda pay: {"kind": "flat", "rate": 0.03, "pay": pay}),
        "plan.testing.pay": COUNTED,
        "plan.catch_up": st.just(value=False),
        "plan.deferrals_stop_at_pay_limit": st.booleans(),
        "plan.limits.overrides": st.sampled_from([{}, TIGHT, LOW, {**TIGHT, **LOW}]),
    }
)


# --- the chapter, one person at a time --------------------------------------------------------------------------------


@dataclass
class Paid:
    """What one employee is paid in a year, by a plain reading of the chapter.

    Attributes:
        one: the employee's year.
        to_date: salary earned through each day employed.
        rates: rate and kind of each entry that is paid with salary.
        payments: amount, kind and day of each entry that is paid on a day.
    """

    one: PlanYear
    to_date: list[int]
    rates: list[tuple[int, str]]
    payments: list[tuple[int, str, dt.date]]

    def through(self, day: dt.date, counted: CountedPay, *, alone: frozenset[str] = frozenset()) -> int:
        """Return pay through a day as a definition counts it, without payments of the kinds ``alone``."""
        kinds, worked = kinds_in(counted), (day - self.one.first).days
        salary = 0 if worked < 0 else self.to_date[worked]
        with_salary = sum(half_up(salary * rate, PPM) for rate, kind in self.rates if kind in kinds)
        lumps = (amount for amount, kind, on in self.payments if kind in kinds - alone and on <= day)
        return salary + with_salary + sum(lumps)

    def span(self, first: dt.date, last: dt.date, counted: CountedPay, **kinds: Any) -> int:
        if last < first:
            return 0
        return self.through(last, counted, **kinds) - self.through(first - DAY, counted, **kinds)


def paid(one: PlanYear, config: Config) -> Paid:
    to_date = list(itertools.accumulate(day.pay for day in one.days))
    entries = config.compensation.other_pay
    rates = [(rate_of(entry, one, one.first - DAY, config), entry.kind) for entry in entries if entry.date is None]
    payments = [
        (amount_of(entry, one, day, config), entry.kind, day)
        for entry in entries
        if entry.date is not None and one.first <= (day := day_of(entry.date, one.year)) <= one.last
    ]
    return Paid(one, to_date, rates, payments)


def day_of(month_day: str, year: int) -> dt.date:
    month, day = map(int, month_day.split("-"))
    leap = year % 4 == 0
    return dt.date(year, 3, 1) if (month, day) == (2, 29) and not leap else dt.date(year, month, day)


def amount_of(entry: OtherPay, one: PlanYear, day: dt.date, config: Config) -> int:
    rate = rate_of(entry, one, day, config)
    if entry.prorated:
        rate = half_up(rate * min((day - one.now["hire_date"]).days + 1, 365), 365)
    return half_up(last_of(one, "salary_after_cents", "salary_cents", day) * rate, PPM)


def rate_of(entry: OtherPay, one: PlanYear, day: dt.date, config: Config) -> int:
    """Return the rate of a year by the level of a day, of the opening before the first day."""
    level = last_of(one, "level_after", "level", day)
    receivers, share = entry.receivers.ppm(one.year), entry.share.ppm(one.year)
    there = entry.departments is None or one.now["department"] in entry.departments
    if not there or not draw(entry, one, Stream.OTHER_PAY_RECEIVER, config) < receivers / PPM:
        return 0
    share = round(entry.by_level[level] * PPM) if level in entry.by_level else share
    spread = round(entry.spread * PPM)
    x = math.floor(draw(entry, one, Stream.OTHER_PAY_AMOUNT, config) * PPM)
    return half_up(share * (PPM + half_up(spread * (2 * x + 1 - PPM), PPM)), PPM)


def last_of(one: PlanYear, column: str, before: str, day: dt.date) -> Any:
    """Return what the ledger last said by a day; of hires first what the hire says."""
    known = [] if one.before is None else [one.before[before]]
    known += [row[column] for row in one.rows if row["event_type"] == "hire"]
    known += [row[column] for row in one.rows if row["event_type"] != "hire" and row["effective_date"] <= day]
    return [value for value in known if value is not None][-1]


def draw(entry: OtherPay, one: PlanYear, stream: Stream, config: Config) -> float:
    who = one.now["employee_id"]
    key = hire_key(int(who[3:7]), int(who[8:])) if pl.Series([who]).str.contains(HIRE_ID)[0] else census_key(who)
    k = mix((decision(config.random_seed, one.year, stream) + fnv1a(entry.name)) % 2**64)
    return uniform(person_number(config.random_seed, 0, key), k)


@dataclass
class Segment:
    """Days at one rate, or a payment that is a payroll of its own: rate, deferral pay and match pay."""

    rate: int
    deferral_pay: int
    match_pay: int
    since_entry: bool
    counts: int = 0


def segments(pay: Paid, config: Config) -> Iterator[Segment]:
    """Yield the payrolls of the year in date order."""
    one, deferral_pay, match = pay.one, config.plan.deferral_pay, config.plan.match.at(pay.one.year)
    alone = kinds_in(deferral_pay) ^ kinds_in(match.pay)
    lumps = [(on, amount, kind) for amount, kind, on in pay.payments if kind in alone and amount > 0]
    start = 0
    for n, day in enumerate(one.days):
        last = n == len(one.days) - 1
        tomorrow = None if last else one.days[n + 1]
        date = one.first + n * DAY
        for on, amount, kind in lumps:
            if on == date:
                yield from worked(pay, start, n - 1, config, alone)
                start = n
                rate = day.rate if day.in_plan else 0
                deferred, counted = (amount * (kind in kinds_in(pay)) for pay in (deferral_pay, match.pay))
                yield Segment(rate, deferred, counted, day.in_plan)
        if tomorrow is None or (tomorrow.rate, tomorrow.in_plan) != (day.rate, day.in_plan):
            yield from worked(pay, start, n, config, alone)
            start = n + 1


def worked(pay: Paid, first: int, last: int, config: Config, alone: frozenset[str]) -> Iterator[Segment]:
    if first <= last:
        one, day = pay.one, pay.one.days[first]
        ends = one.first + first * DAY, one.first + last * DAY
        match = config.plan.match.at(one.year)
        deferred, counted = (pay.span(*ends, what, alone=alone) for what in (config.plan.deferral_pay, match.pay))
        yield Segment(day.rate if day.in_plan else 0, deferred, counted, day.in_plan)


def matched(pay: Paid, config: Config, deferral: int, most: int, limit: int) -> int:
    """Return the match of the year."""
    one, formula = pay.one, config.plan.match.at(pay.one.year)
    tiers = tiers_of(formula, one.now)
    if formula.basis == "annual":
        counted = compensation(pay, formula.compensation, formula.pay, limit)
        return half_up(sum(t.rate_bp * clip(BP * deferral, counted, t) for t in tiers), BP * BP)
    found = list(segments(pay, config))
    room_to_defer = limit if config.plan.deferrals_stop_at_pay_limit else 10**18
    for each in found:
        each.counts = min(each.deferral_pay, room_to_defer) if each.since_entry else each.deferral_pay
        room_to_defer -= each.counts if each.since_entry else 0
    if formula.compensation != "plan_year":
        found = [each for each in found if each.since_entry]
    if formula.compensation == "participating":
        found = [each for each in found if each.rate > 0]
    room, left, total = limit, BP * most, Fraction(0)
    for each in found:
        deferred = each.rate * each.deferral_pay
        m = sum(t.rate_bp * clip(deferred, each.match_pay, t) for t in tiers)
        there = ((room, each.match_pay), (left, deferred), (each.counts, each.deferral_pay))
        total += m * min([Fraction(1), *(Fraction(a, b) for a, b in there if b)])
        room -= min(each.match_pay, room)
        left -= min(each.rate * each.counts, left)
    return half_up(total.numerator, total.denominator * BP * BP)


def clip(deferred: int, pay: int, tier: Any) -> int:
    return max(0, min(deferred - tier.lower * pay, (tier.upper - tier.lower) * pay))


def compensation(pay: Paid, kind: str, counted: CountedPay, limit: int) -> int:
    one = pay.one
    if one.now["eligibility_date"] is None:
        return 0
    days = [
        one.first + n * DAY
        for n, day in enumerate(one.days)
        if kind == "plan_year" or (day.in_plan and (day.rate or kind == "eligible"))
    ]
    return min(limit, sum(pay.span(day, day, counted) for day in days))


def deferral_of(pay: Paid, config: Config, most: int, limit: int) -> int:
    room, total = limit if config.plan.deferrals_stop_at_pay_limit else 10**18, 0
    for n, day in enumerate(pay.one.days):
        if day.in_plan:
            date = pay.one.first + n * DAY
            counts = min(room, pay.span(date, date, config.plan.deferral_pay))
            room, total = room - counts, total + day.rate * counts
    return min(most, half_up(total, BP))


# --- laws -------------------------------------------------------------------------------------------------------------


@settings(max_examples=support.examples(12), deadline=None)
@given(scenario=plans.plans(rates_known=True, enrollment={"max_deferral": 0.3}), changes=CHANGES)
def test_amounts_are_those_of_a_plain_reading_of_the_chapter(scenario: Scenario, changes: dict[str, Any]) -> None:
    entries = named(scenario, changes["compensation.other_pay"])
    scenario = scenario.changed({**changes, "compensation.other_pay": entries, "plan.hce_deferral_limit": None})
    config, result = scenario.config, plans.simulated(scenario)
    for one in plan_years(result):
        pay, limit = paid(one, config), one.limit.compensation_cents
        check_pay(pay)
        match, most = config.plan.match.at(one.year), one.limit.elective_deferral_cents
        assert one.now["plan_compensation_cents"] == compensation(pay, match.compensation, match.pay, limit)
        testing = compensation(pay, "eligible", config.plan.testing.pay, limit)
        assert one.now["testing_compensation_cents"] == testing
        deferral = deferral_of(pay, config, most, limit)
        cut = one.now["excess_415_cents"]
        assert deferral - cut <= one.deferral <= deferral
        wished = matched(pay, config, deferral, most, limit) if one.now["eligibility_date"] else 0
        assert wished - cut <= one.now["match_cents"] <= wished
        source = config.plan.nonelective
        fixed = half_up(3 * compensation(pay, source.compensation, source.pay, limit), 100)
        if config.plan.forfeitures != "reallocate":
            assert fixed - cut <= one.now["nonelective_cents"] <= fixed


def check_pay(pay: Paid) -> None:
    """Check pay of the year by kind, and the ledger of what is paid on a day."""
    one = pay.one
    sums: dict[str, int] = dict.fromkeys(KINDS, 0)
    for rate, kind in pay.rates:
        sums[kind] += half_up(pay.to_date[-1] * rate, PPM)
    on_days: dict[tuple[dt.date, str], int] = {}
    for amount, kind, day in pay.payments:
        sums[kind] += amount
        on_days[day, kind] = on_days.get((day, kind), 0) + amount
    assert {kind: one.now[f"{kind}_pay_cents"] for kind in KINDS} == sums
    assert one.now["other_pay_cents"] == sum(sums.values())
    assert one.now["earnings_cents"] == pay.to_date[-1] + sum(sums.values())
    told = {
        (row["effective_date"], row["cause"]): row["amount_cents"]
        for row in one.rows
        if row["event_type"] == "other_pay"
    }
    assert told == {place: amount for place, amount in on_days.items() if amount}


OF_THE_PLAN = ("plan_compensation_cents", "pre_tax_cents", "roth_cents", "match_cents", "nonelective_cents")


@settings(max_examples=support.examples(10), deadline=None)
@given(scenario=plans.plans(plan={"forfeitures": "offset"}), entries=ENTRIES)
def test_a_plan_on_salary_alone_pays_what_it_pays_without_other_pay(scenario: Scenario, entries: Any) -> None:
    """Where nobody is highly compensated by pay, catch-up is never Roth alone, and section 415 cuts nothing."""
    high = {
        name: dict.fromkeys(range(2011, 2035), 10_000_000.0) for name in ("highly_compensated", "roth_catch_up_wages")
    }
    scenario = scenario.changed({"plan.limits.overrides": high, "plan.match": {"preset": "simple"}})
    base = {"plan.deferral_pay": "base", "plan.match.pay": "base", "plan.nonelective.pay": "base"}
    with_pay = plans.simulated(scenario.changed({"compensation.other_pay": named(scenario, entries), **base}))
    without = plans.simulated(scenario)
    one, other = (table(run.tables, "snapshots") for run in (with_pay, without))
    same = (one["excess_415_cents"] == 0) & (other["excess_415_cents"] == 0)
    assert one.filter(same).select(OF_THE_PLAN).equals(other.filter(same).select(OF_THE_PLAN))
    assert one.select("employee_id", "salary_cents", "deferral_bp").equals(
        other.select("employee_id", "salary_cents", "deferral_bp")
    )


@settings(max_examples=support.examples(6), deadline=None)
@given(scenario=plans.plans(), entries=ENTRIES, names=st.permutations(range(4)))
def test_what_nobody_receives_is_nothing_and_the_order_of_entries_means_nothing(
    scenario: Scenario, entries: list[dict[str, Any]], names: list[int]
) -> None:
    entries = named(scenario, entries)
    nobody = [{**entry, "receivers": 0.0} for entry in entries]
    none, without = (plans.simulated(scenario.changed({"compensation.other_pay": listed})) for listed in (nobody, []))
    assert none.snapshots["other_pay_cents"].sum() == 0
    kept = [name for name in none.snapshots.columns if not name.endswith("_pay_cents")]
    assert table(none.tables, "snapshots").select(kept).equals(table(without.tables, "snapshots").select(kept))
    assert table(none.tables, "events").equals(table(without.tables, "events"))
    moved = [entries[n] for n in names if n < len(entries)]
    found = {support.fingerprint(scenario.changed({"compensation.other_pay": listed})) for listed in (entries, moved)}
    assert len(found) == 1
