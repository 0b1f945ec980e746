"""Laws of several sources of employer contributions, and every amount of a year against a loop over its days."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import support
from tests.property import plans, strategies
from tests.property.test_plan_laws import deferrable, deferred, grown, most_additions, most_catch_up, on_a_slice
from tests.property.test_plan_laws import vested_share as share_of
from tests.support import Scenario
from tests.support_plan import BP, Day, PlanYear, half_up, plan_years, tiers_of
from workforce_sim import Result, limits
from workforce_sim.census import Census
from workforce_sim.config.match import Match
from workforce_sim.config.nonelective import Nonelective
from workforce_sim.config.plan_values import EmployerMoney
from workforce_sim.config.profit_sharing import Pool, ProfitSharing
from workforce_sim.money import cents, ppm, quota
from workforce_sim.store.ledger import employee_keys

SOURCES = ("match", "nonelective", "profit_sharing", "discretionary_match")
some_examples = settings(max_examples=support.examples(25))


@st.composite
def several_sources(draw: st.DrawFn) -> Scenario:
    """A plan with any sources; forfeitures are not reallocated, which snapshots do not tell from contributions."""
    scenario = draw(plans.plans())
    alone = {"hiring.rehires.share": 0.0, "leave.share": 0.0, "plan.hce_deferral_limit": None}  # no part of these loops
    scenario = scenario.changed(alone)
    year = scenario.config.simulation.start_year
    departments = scenario.census.frame["department"].drop_nulls().unique().sort().to_list()
    changes: dict[str, Any] = {
        "plan.forfeitures": "offset",
        "plan.profit_sharing": draw(strategies.profit_sharing(year, ("Staff", "Senior"), tuple(departments))),
        "plan.discretionary_match": draw(strategies.discretionary_match(year)),
        "plan.vesting.profit_sharing": draw(strategies.VESTING["match"]),
        "plan.vesting.discretionary_match": draw(strategies.VESTING["match"]),
    }
    census = scenario.census.frame.with_columns(
        profit_sharing_balance_cents=pl.col("nonelective_balance_cents"),
        discretionary_match_balance_cents=pl.col("match_balance_cents"),
    )
    return Scenario(Census(census), scenario.changed(changes).config)


anything = given(scenario=several_sources())


# --- one employee's year, by its days ---------------------------------------------------------------------------------


def month_later(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (dt.date(year + (month == 11), (month + 1) % 12 + 1, 1) - dt.timedelta(1)).day
    if months % 12 == 0 and (day.month, day.day) == (2, 29) and last == 28:
        return dt.date(year, 3, 1)
    return dt.date(year, month + 1, min(day.day, last))


def entry_into(one: PlanYear, money: EmployerMoney, config: Any) -> dt.date:
    """Return when somebody enters a source: the first entry date after wait and age, never before the plan."""
    plan_entry = one.now["eligibility_date"]
    if plan_entry is None:
        return dt.date.max
    own, plan = money.eligibility, config.eligibility
    if own is None:
        return plan_entry
    waits = ("waiting_period_days", "waiting_period_years", "waiting_period_months")
    told = own if any(getattr(own, name) is not None for name in waits) else plan
    days, years, months = (getattr(told, name) for name in waits)
    hired = one.now["hire_date"]
    waited = hired + dt.timedelta(days or 0)
    if years is not None or months is not None:
        waited = month_later(hired, 12 * (years or 0) + (months or 0))
    age = plan.minimum_age if own.minimum_age is None else own.minimum_age
    date = max(waited, month_later(one.now["birth_date"], 12 * age))
    every = {"immediate": 0, "monthly": 1, "quarterly": 3, "semiannual": 6, "annual": 12}[own.entry or plan.entry]
    while every and (date.day != 1 or (date.month - 1) % every):
        date += dt.timedelta(1)
    return max(plan_entry, date)


@dataclass(frozen=True)
class Source:
    """One source in one employee's year: the days with whether they are in it, and the deferrals that count."""

    one: PlanYear
    money: EmployerMoney
    config: Any
    most: int

    def days(self, of_deferrals: bool = False) -> list[Day]:
        entry, found = entry_into(self.one, self.money, self.config), []
        for n, day in enumerate(deferrable(self.one, self.config) if of_deferrals else self.one.days):
            found.append(day._replace(in_plan=self.one.first + dt.timedelta(n) >= entry))
        return found

    @property
    def within(self) -> bool:
        return entry_into(self.one, self.money, self.config) <= self.one.last

    @property
    def pay(self) -> int:
        days = self.days()
        kept = {"plan_year": days, "eligible": [day for day in days if day.in_plan]}
        kept["participating"] = [day for day in kept["eligible"] if day.rate]
        counted = sum(day.pay for day in kept[self.money.compensation]) if self.within else 0
        return min(self.one.limit.compensation_cents, counted)

    @property
    def deferred_before(self) -> int:
        """Deferrals before entry into the source."""
        pairs = zip(deferrable(self.one, self.config), self.days(of_deferrals=True), strict=True)
        return deferred([day for day, own in pairs if not own.in_plan], self.most)

    def limited(self, amount: int) -> int:
        most = self.money.annual_limit
        return amount if most is None else min(amount, cents(most))

    def match(self, formula: Match) -> int:
        """Return the match before section 415."""
        if not (self.within and self.one.meets(formula)):
            return 0
        tiers, before = tiers_of(formula, self.one.now), self.deferred_before
        if formula.basis == "payroll" and not formula.in_dollars:
            return self._by_payroll(formula, tiers)
        if formula.basis == "payroll":
            days = [day for day in self.days(of_deferrals=True) if day.in_plan]
            total = min(half_up(sum(day.rate * day.pay for day in days), BP), self.most - before)
        else:
            total = deferred(deferrable(self.one, self.config), self.most) - before
        if formula.in_dollars:
            slices = (tier.rate_bp * max(0, min(total, tier.upper) - tier.lower) for tier in tiers)
            return self.limited(half_up(sum(slices), BP))
        return self.limited(half_up(on_a_slice(BP * total, self.pay, tiers), BP * BP))

    def _by_payroll(self, formula: Match, tiers: Any) -> int:
        room, matched = self.one.limit.compensation_cents, Fraction(0)
        left = BP * (self.most - self.deferred_before)
        for day in self.days(of_deferrals=True):
            rate = day.rate if day.in_plan else 0
            if not (
                formula.compensation == "plan_year" or (day.in_plan and (rate or formula.compensation == "eligible"))
            ):
                continue
            pay = min(day.pay, room)
            used, whole = min(rate * pay, left), on_a_slice(rate * pay, pay, tiers)
            matched += Fraction(whole * used, rate * pay) if rate * pay else 0
            left, room = left - used, room - pay
        return self.limited(half_up(matched.numerator, matched.denominator * BP * BP))

    def place(self, graded_by: str | None) -> int:
        now = self.one.now
        return {None: 0, "tenure": now["tenure_years"], "age": now["age"], "points": now["age"] + now["tenure_years"]}[
            graded_by
        ]

    def fixed(self, formula: Nonelective | ProfitSharing, owner: bool) -> int:
        """Return a contribution without deferrals, but for pools."""
        if not (self.within and self.one.meets(formula)):
            return 0
        pay, base = self.pay, self.one.limit.wage_base_cents
        return self.limited(half_up(by_formula(formula, pay, self, base, owner), 10**6))


def level_of(rule: Any, base: int) -> int:
    return cents(rule.level) if rule.level is not None else half_up(ppm(rule.level_share or 1.0) * base, 10**6)


def by_formula(formula: Nonelective | ProfitSharing, pay: int, source: Source, base: int, owner: bool) -> int:
    """Return what a formula gives, in 10^-6 cents."""
    if formula.integrated is not None:
        rule = formula.integrated
        return ppm(rule.base_rate) * pay + ppm(rule.excess_rate) * max(0, pay - level_of(rule, base))
    if isinstance(formula, ProfitSharing) and formula.dollars is not None:
        return 10**6 * cents(formula.dollars) * (pay > 0)
    if isinstance(formula, ProfitSharing) and formula.groups is not None:
        for group in formula.groups:
            now = source.one.now
            fits = group.levels is None or now["level"] in group.levels
            fits &= group.departments is None or now["department"] in group.departments
            if fits and group.owners in (None, owner):
                dollars = 10**6 * cents(group.dollars or 0) * (pay > 0)
                return dollars if group.rate is None else ppm(group.rate) * pay
        return 0
    table = formula.by_service or formula.by_points or formula.by_age
    rate = formula.rate or 0.0
    if table:
        graded = "tenure" if formula.by_service else "points" if formula.by_points else "age"
        rate = [band.rate for band in table if band.start <= source.place(graded)][-1]
    amount = ppm(rate) * pay
    if isinstance(formula, ProfitSharing) and formula.excess is not None:
        amount += ppm(formula.excess.rate) * max(0, pay - level_of(formula.excess, base))
    return amount


# --- pools ------------------------------------------------------------------------------------------------------------


def units(pool: Pool, source: Source, retirement: int, base: int) -> int:
    """Return somebody's units, of an integrated pool those of its first part."""
    pay = source.pay
    match pool.allocation:
        case "pay":
            return pay
        case "equal":
            return int(pay > 0)
        case "integrated":
            return pay + max(0, pay - level_of(pool.integrated, base))
        case "age_weighted":
            years = max(0, retirement - source.one.now["age"])
            factor = half_up(10**6 * 10 ** (6 * years), (10**6 + ppm(pool.interest)) ** years)
            return half_up(factor * pay, 10**6)
        case graded:
            table = pool.by_service or pool.by_points or pool.by_age or ()
            place = source.place({"service": "tenure"}.get(graded, graded))
            return half_up(ppm([band.weight for band in table if band.start <= place][-1]) * pay, 10**6)


def shared(total: int, weights: dict[int, int]) -> dict[int, int]:
    """Share by quotas, in the order of keys, which breaks ties."""
    keys = sorted(weights)
    if not sum(weights.values()):
        return dict.fromkeys(keys, 0)
    return dict(zip(keys, quota(total, [weights[key] for key in keys]), strict=True))


def disparity(level: int, base: int) -> int:
    """Return the largest excess rate, ppm, of the table in 26 CFR 1.401(l)-2(d)(4)."""
    if level == base or 5 * level <= max(base, 5_000_000):
        return 57_000
    return 54_000 if 5 * level > 4 * base else 43_000


def yearly_wage_base(config: Any, year: int) -> int:
    section = config.plan.limits
    growth = {"inflation": section.inflation, "wage_growth": section.wage_growth}
    return limits(year, **growth, overrides=section.overrides).wage_base_cents


def of_the_pool(sharing: ProfitSharing, sources: dict[int, Source], payroll: int, config: Any) -> dict[int, int]:
    """Return everybody's share of the pool of a year by key."""
    pool, one = sharing.pool, next(iter(sources.values())).one
    assert pool is not None
    base, retirement = one.limit.wage_base_cents, config.plan.vesting.normal_retirement_age
    those = {key: source for key, source in sources.items() if source.within and source.one.meets(sharing)}
    pot = cents(pool.dollars.at(one.year)) if pool.dollars else 0
    if pool.payroll_share is not None:
        pot = half_up(ppm(pool.payroll_share.at(one.year)) * payroll, 10**6)
    weights = {key: units(pool, source, retirement, base) for key, source in those.items()}
    if pool.integrated is None:
        return shared(pot, weights)
    whole, yearly = config.plan.profit_sharing.pool, yearly_wage_base(config, one.year)
    first = min(pot, disparity(level_of(whole.integrated, yearly), yearly) * sum(weights.values()) // 10**6)
    rest = shared(pot - first, {key: source.pay for key, source in those.items()})
    return {key: amount + rest[key] for key, amount in shared(first, weights).items()}


# --- section 415 ------------------------------------------------------------------------------------------------------


def within_415(wished: dict[str, int], room: int, most: int, harbor: str | None) -> dict[str, int]:
    """Return additions within the limit, by one rule for all: catch-up first, then source by source."""
    kept, excess = dict(wished), max(0, sum(wished.values()) - wished["catch_up"] - most)
    moved = min(excess, room, wished["deferral"])
    kept["deferral"], kept["catch_up"], excess = kept["deferral"] - moved, kept["catch_up"] + moved, excess - moved
    order = ["profit_sharing", "discretionary_match", "nonelective", "match", "deferral"]
    for name in sorted(order, key=lambda name: name == harbor):
        off = min(excess, kept[name])
        kept[name], excess = kept[name] - off, excess - off
    return kept


def check_year(year: list[PlanYear], result: Result, owners: set[str]) -> None:
    """Check every amount of a plan year to the cent."""
    config = result.config
    plan, number = year[0].plan(config), year[0].year
    sources = plan.sources(number)
    ids = pl.Series([one.now["employee_id"] for one in year])
    by_key = dict(zip(employee_keys(ids).tolist(), year, strict=True))
    mosts = {key: one.limit.elective_deferral_cents + most_catch_up(one, config) for key, one in by_key.items()}
    shares: dict[int, int] = {}
    if plan.profit_sharing.pool is not None:
        payroll = sum(one.now["earnings_cents"] for one in year)
        of_all = {key: Source(one, plan.profit_sharing, config, mosts[key]) for key, one in by_key.items()}
        shares = of_the_pool(plan.profit_sharing, of_all, payroll, config)
    for key, one in by_key.items():
        total = deferred(deferrable(one, config), mosts[key])
        catch_up = max(0, total - one.limit.elective_deferral_cents)
        wished = {"deferral": total - catch_up, "catch_up": catch_up} | dict.fromkeys(SOURCES, 0)
        for name, money in sources.items():
            source = Source(one, money, config, mosts[key])
            if isinstance(money, Match):
                amount = source.match(money)
            elif isinstance(money, ProfitSharing) and money.pool is not None:
                amount = source.limited(shares.get(key, 0))
            else:
                assert isinstance(money, Nonelective | ProfitSharing)
                amount = source.fixed(money, one.now["employee_id"] in owners)
            wished[name] = amount
        kept = within_415(
            wished, most_catch_up(one, config) - catch_up, most_additions(one), plan.safe_harbor_money(number)
        )
        found = {name: one.now[f"{name}_cents"] or 0 for name in SOURCES}
        found |= {"deferral": one.deferral - one.now["catch_up_cents"], "catch_up": one.now["catch_up_cents"]}
        assert found == kept
        assert one.now["excess_415_cents"] == sum(wished.values()) - sum(kept.values())
        must = one.now["catch_up_cents"] if one.only_roth else 0
        share = ppm(plan.roth.share) if plan.roth.available else 0
        roth = must + half_up((total - must) * share, 10**6)
        assert one.now["roth_cents"] == min(roth, one.deferral)
        if "match" in sources:
            assert one.now["plan_compensation_cents"] == Source(one, sources["match"], config, 0).pay


@some_examples
@anything
def test_every_amount_is_that_of_a_loop_over_the_days(scenario: Scenario) -> None:
    result = plans.simulated(scenario)
    assert result.opening is not None
    owners = set(result.opening.filter(pl.col("owner_share_ppm") > 50_000)["employee_id"])
    years: dict[int, list[PlanYear]] = {}
    for one in plan_years(result):
        years.setdefault(one.year, []).append(one)
    for year in years.values():
        check_year(year, result, owners)


# --- laws -------------------------------------------------------------------------------------------------------------


@some_examples
@anything
def test_what_a_run_does_not_have_is_null_and_what_it_has_is_there_for_everybody(scenario: Scenario) -> None:
    result, has = plans.simulated(scenario), scenario.config.provisions
    for source in ("profit_sharing", "discretionary_match"):
        columns = [f"{source}_cents", f"{source}_balance_cents", f"vested_share_{source}_bp"]
        nulls = [result.snapshots[name].null_count() for name in columns]
        assert nulls == [0 if source in has else result.snapshots.height] * 3
        assert result.summary[columns[0]].null_count() == (0 if source in has else result.summary.height)


@some_examples
@anything
def test_each_source_has_its_balance_and_schedule_and_forfeits_its_own(scenario: Scenario) -> None:
    plan = scenario.config.plan
    for one in plan_years(plans.simulated(scenario)):
        lost = 0
        for source in ("match", "nonelective", *(SOURCES[2:])):
            if one.now[f"{source}_cents"] is None:
                continue
            balance, share = one.now[f"{source}_balance_cents"], one.now[f"vested_share_{source}_bp"]
            assert balance == grown(one, source, plan.annual_return.ppm(one.year)) + one.now[f"{source}_cents"]
            assert share == share_of(one, plan.vesting, source)
            lost += balance - half_up(balance * share, BP)
        assert one.now["forfeited_cents"] == (lost if one.now["termination_date"] else 0)


@some_examples
@anything
def test_the_cost_is_that_of_all_sources(scenario: Scenario) -> None:
    account = 0
    for row in plans.simulated(scenario).summary.sort("year").iter_rows(named=True):
        money, used = sum(row[f"{source}_cents"] or 0 for source in SOURCES), row["forfeitures_used_cents"]
        assert used == min(account, money)
        assert row["net_employer_cost_cents"] == money - used
        account += row["forfeitures_cents"] - used
