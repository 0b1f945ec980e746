"""The employees of a plan year, and their contributions under the formulas or limits of another.

Everything comes from the snapshot of the year. Chapter: ``docs/model/explaining-change.md``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from workforce_sim.config import Config
from workforce_sim.config.match import Match
from workforce_sim.config.nonelective import Nonelective, ShareOfPay
from workforce_sim.config.other_pay import CountedPay, kinds_in
from workforce_sim.config.plan import FIRST_YEAR, Plan
from workforce_sim.config.plan_values import EmployerMoney
from workforce_sim.config.profit_sharing import AllocationGroup, ProfitSharing
from workforce_sim.dates import Days, Flags, Ints, PlanYear, plan_year, years_and_days
from workforce_sim.engine.sampling import shared_out
from workforce_sim.money import exact_sum, half_up
from workforce_sim.plan.conditions import band_place, who_meets
from workforce_sim.plan.limits import Limits, deferral_limit, limits
from workforce_sim.plan.match import BP, formula_match, formula_payroll_match
from workforce_sim.plan.nonelective import formula_nonelective
from workforce_sim.plan.profit_sharing import formula_profit_sharing, pot_of, pots_of, units_of
from workforce_sim.plan.short_year import plan_of_months
from workforce_sim.plan.sources import entries, limited
from workforce_sim.store.ledger import employee_keys
from workforce_sim.tables import EMPLOYER_MONEY, PAY_KINDS

COLUMNS = (
    *("earnings_cents", "plan_compensation_cents", "testing_compensation_cents", "pre_tax_cents", "roth_cents"),
    *EMPLOYER_MONEY,
    *("excess_415_cents", "deferral_bp", "tenure_years", "age", "full_time_ppm", "hce"),
    *(f"{kind}_pay_cents" for kind in PAY_KINDS),
    "leave_days",
)
TRAITS = ("long_term_part_time", "termination_cause")
DATES = ("hire_date", "plan_service_date", "birth_date", "termination_date", "eligibility_date")
OLDEST = 64
"""Ages from which the limit on deferrals stays the same."""


@dataclass(frozen=True)
class Law:
    """The yearly limits of a year, which catch-up the plan takes, and its limit for the highly compensated in bp."""

    limits: Limits
    catch_up: bool
    super_catch_up: bool
    hce_bp: int | None = None

    @classmethod
    def of(cls, config: Config, year: int) -> Law:
        """Return the limits of a year under a configuration."""
        plan, section = config.plan, config.plan.limits
        rates: dict[str, Any] = {"inflation": section.inflation, "wage_growth": section.wage_growth}
        found = limits(max(year, FIRST_YEAR), **rates, overrides=section.overrides)
        own = plan.hce_deferral_limit
        return cls(found, plan.catch_up, plan.super_catch_up, None if own is None else own.bp(year))

    def of_months(self, year: PlanYear) -> Law:
        """Return the limits for the months of a plan year."""
        return replace(self, limits=self.limits.of_months(year.months))

    def most(self, ages: Ints, hce: Flags, pay: Ints) -> Ints:
        """Return the most that employees may defer in the year, cents.

        Args:
            ages: attained by December 31.
            hce: who is highly compensated.
            pay: since entry, within section 401(a)(17), cents.
        """
        offered = {"catch_up": self.catch_up, "super_catch_up": self.super_catch_up}
        by_age = [deferral_limit(age, self.limits, **offered) for age in range(OLDEST + 1)]
        most = np.array(by_age, dtype=np.int64)[np.clip(ages, 0, OLDEST)]
        if self.hce_bp is None:
            return most
        cut = np.maximum(self.limits.elective_deferral_cents - half_up(self.hce_bp * pay, BP), 0)
        return np.where(hce, most - cut, most)


@dataclass(frozen=True)
class Contribution:
    """What a formula gives to some employees.

    Attributes:
        counted: plan compensation, cents, of those who can get it.
        amounts: the contribution of each employee, cents.
        cells: by band of the formula, and whether the conditions are met: contribution and counted pay.
    """

    counted: int
    amounts: Ints
    cells: dict[tuple[int, bool], tuple[int, int]]

    @property
    def total(self) -> int:
        """All of it."""
        return exact_sum(self.amounts)


class PlanPeople:
    """The employees of a plan year. Limits and fixed dollars of another year are those of its months for them.

    Args:
        snapshot: of the year and of one replicate.
        config: the configuration in force in the year.
        year: the plan year.
        owners: ids of owners of more than 5%.

    Attributes:
        law: the yearly limits of the year.
        formulas: the sources of employer contributions by name, with yearly dollars.
    """

    def __init__(self, snapshot: pl.DataFrame, config: Config, year: int, owners: pl.Series) -> None:
        self.calendar, self.config = plan_year(config.simulation, year), config
        self.law = Law.of(config, year)
        self._own = self.law.of_months(self.calendar)
        self.formulas = config.plan.sources(year)
        self.match_formula = config.plan.match.at(year)
        self._deferral_pay, self._testing_pay = config.plan.deferral_pay, config.plan.testing.pay
        self._snapshot, self._owners = snapshot, owners
        self._ints = {name: snapshot[name].fill_null(0).to_numpy().astype(np.int64) for name in COLUMNS}
        days = {name: snapshot[name].to_physical() for name in DATES}
        self._hire = days["hire_date"].to_numpy().astype(np.int32)
        self._since = days["plan_service_date"].fill_null(days["hire_date"]).to_numpy().astype(np.int32)
        self._born = days["birth_date"].to_numpy().astype(np.int32)
        self._last = days["termination_date"].fill_null(self.calendar.last).to_numpy().astype(np.int32)
        self._part_time = snapshot["long_term_part_time"].fill_null(value=False).to_numpy()
        self._cause, self._eased = snapshot["termination_cause"], config.at(year).eligibility.long_term_part_time
        never = np.iinfo(np.int32).max
        self._eligible = days["eligibility_date"].fill_null(never).to_numpy().astype(np.int32)
        self.in_plan: Flags = self._eligible <= self._last

    def __getitem__(self, name: str) -> Ints:
        return self._ints[name]

    @cached_property
    def employee_days(self) -> int:
        """Days of employment in the year, of all employees together."""
        return exact_sum(self._last.astype(np.int64) - np.maximum(self._hire, self.calendar.first) + 1)

    @cached_property
    def deferred(self) -> Ints:
        """Deferrals, cents."""
        return self["pre_tax_cents"] + self["roth_cents"]

    @property
    def participates(self) -> Flags:
        """Who defers in the year."""
        return np.asarray(self.deferred > 0)

    def pay(self, which: Flags | None = None) -> int:
        """Return pay earned in the year, of all or some employees."""
        return exact_sum(self["earnings_cents"] if which is None else self["earnings_cents"][which])

    @cached_property
    def _ages(self) -> Ints:
        """Ages attained by December 31."""
        return np.asarray(self.calendar.year - years_and_days(self._born)[0], dtype=np.int64)

    def deferrals(self, law: Law) -> Ints:
        """Return deferrals under yearly limits; employees at this year's limit would defer at their rate."""
        return self._deferrals(law.of_months(self.calendar))

    def _deferrals(self, law: Law) -> Ints:
        own = self._most(self._own)
        at_rate = (2 * self["deferral_bp"] * self._earned(self._deferral_pay) + BP) // (2 * BP)
        wished = np.where(self.deferred < own, self.deferred, np.maximum(self.deferred, at_rate))
        return np.minimum(wished, self._most(law))

    def _most(self, law: Law) -> Ints:
        """Return the most that each may defer under a law, cents."""
        return law.most(self._ages, self["hce"] > 0, self["testing_compensation_cents"])

    def _counted(self, formula: EmployerMoney, law: Law) -> Ints:
        """Return the plan compensation that a formula counts, within the limit of a law, cents."""
        kind, earned = formula.compensation, np.where(self.in_source(formula), self._earned(formula.pay), 0)
        if kind == "plan_year":
            return np.minimum(earned, law.limits.compensation_cents)
        match, own = self.match_formula, formula.eligibility
        as_tested = kind == "eligible" and own is None and formula.pay == self._testing_pay
        if (kind, own) == (match.compensation, match.eligibility) and not as_tested:
            known = self._in_pay(earned, self["plan_compensation_cents"], match.pay)
        else:
            tested = self["testing_compensation_cents"], self._testing_pay
            in_plan = tested if kind == "eligible" else (self._while_deferring, self._deferral_pay)
            known = self._share_since(formula, self._in_pay(earned, *in_plan))
        return np.minimum(known, law.limits.compensation_cents)

    def _in_pay(self, earned: Ints, known: Ints, pay: CountedPay) -> Ints:
        """Return pay known by one definition as another counts it, cents; all of the year where a limit cut it.

        Args:
            earned: pay of the year by the other definition.
            known: the part of the year's pay that counts, by its own definition.
            pay: that definition.
        """
        counted = np.where(known > 0, np.maximum(known + earned - self._earned(pay), 0), 0)
        return np.where(known >= self._own.limits.compensation_cents, earned, counted)

    def _earned(self, counted: CountedPay) -> Ints:
        """Return pay of the year as a definition counts it."""
        kinds = kinds_in(counted)
        return self["earnings_cents"] - sum(self[f"{kind}_pay_cents"] for kind in PAY_KINDS if kind not in kinds)

    @cached_property
    def _while_deferring(self) -> Ints:
        """Pay of the days at a rate above 0, from deferrals and the last rate."""
        rate, pay = self["deferral_bp"], self._earned(self._deferral_pay)
        known = np.where(rate > 0, (2 * BP * self.deferred + rate) // np.maximum(2 * rate, 1), pay)
        return np.where(self.participates, np.minimum(known, pay), 0)

    def in_source(self, formula: EmployerMoney) -> Flags:
        """Return who is in a source in the year."""
        return np.asarray(self._entries(formula) <= self._last)

    def _entries(self, formula: EmployerMoney) -> Days:
        return entries(self._eligible, self._since, self._born, formula, self.config.eligibility)

    def _share_since(self, formula: EmployerMoney, amounts: Ints) -> Ints:
        """Return amounts since entry into the plan in the share of the days since entry into a source."""
        start = np.maximum(np.maximum(self._hire, self._eligible), np.int32(self.calendar.first))
        days = np.maximum(self._last - start.astype(np.int64) + 1, 1)
        since = self._last - np.maximum(start, self._entries(formula)).astype(np.int64) + 1
        return (2 * amounts * np.clip(since, 0, days) + days) // (2 * days)

    def given(self, source: str, by: PlanPeople, law: Law) -> Contribution:
        """Return what a source gives by the formula of the same or of other employees, under yearly limits."""
        own = law.of_months(self.calendar)
        formula = by.plan_for(self.calendar).sources(by.calendar.year).get(source)
        if isinstance(formula, Match):
            return self._matched(formula, own)
        if isinstance(formula, ProfitSharing):
            return self._shared(formula, by, own, law.limits.wage_base_cents)
        return self._nonelective(formula if isinstance(formula, Nonelective) else Nonelective(), own)

    def plan_for(self, year: PlanYear) -> Plan:
        """Return the plan of the year, its fixed dollars those of the months of a plan year."""
        return plan_of_months(self.config.plan, replace(year, year=self.calendar.year))

    def _matched(self, formula: Match, law: Law) -> Contribution:
        """Return the match of a formula under a law."""
        deferred, pay = self._share_since(formula, self._deferrals(law)), self._counted(formula, law)
        place = self._place(formula.graded_by)
        if formula.basis == "annual" or formula.in_dollars:
            amounts = formula_match(formula, deferred, pay, place)
        else:
            amounts = self._by_payroll(formula, law, deferred, pay, place)
        there = self.participates
        return self._given(formula, np.where(there, amounts, 0), np.where(there, pay, 0), place)

    def _by_payroll(self, formula: Match, law: Law, deferred: Ints, pay: Ints, place: Ints) -> Ints:
        """Return the match by payroll at one rate, after pay without deferrals."""
        deferring = np.minimum(self._while_deferring, pay)
        own = np.maximum(self["deferral_bp"], 1)
        rate = np.where(self["deferral_bp"] > 0, own, BP * deferred // np.maximum(pay, 1))
        most = np.full(len(pay), law.limits.compensation_cents, dtype=np.int64)
        spans = [(np.zeros_like(rate), pay - deferring), (rate, deferring)]
        return formula_payroll_match(formula, spans, self._most(law), most, place)

    def _shared(self, formula: ProfitSharing, by: PlanPeople, law: Law, yearly_base: int) -> Contribution:
        """Return the profit sharing of a formula, that of the plan year of some employees, under a law.

        How far permitted disparity goes is decided by yearly figures: the formula as configured, and the wage base.
        """
        pay, base = self._counted(formula, law), law.limits.wage_base_cents
        if formula.pool is None:
            place = self._place(formula.graded_by)
            fits = [self._fits(group) for group in formula.groups or ()]
            return self._given(formula, formula_profit_sharing(formula, pay, place, base, fits), pay, place)
        place, age = self._place(formula.pool.graded_by), by.config.plan.vesting.normal_retirement_age
        first, rest = units_of(formula.pool, np.where(self._meets(formula), pay, 0), place, age, base)
        pot = pot_of(formula.pool, by.calendar.year, self.pay())
        whole = by.config.plan.profit_sharing.pool
        assert whole is not None
        parts = pots_of(whole, pot, exact_sum(first), yearly_base)
        keys = employee_keys(self._snapshot["employee_id"])
        amounts = sum(shared_out(part, units, keys) for part, units in zip(parts, (first, rest), strict=True))
        return self._given(formula, np.asarray(amounts), pay, np.zeros_like(pay))

    def _fits(self, group: AllocationGroup) -> Flags:
        """Return who fits an allocation group."""
        fits = pl.lit(value=True)
        if group.levels is not None:
            fits &= pl.col("level").cast(pl.String).is_in(group.levels)
        if group.departments is not None:
            fits &= pl.col("department").cast(pl.String).is_in(group.departments).fill_null(value=False)
        if group.owners is not None:
            fits &= pl.col("employee_id").is_in(self._owners.implode()) == group.owners
        return self._snapshot.with_columns(fits.alias("fits"))["fits"].to_numpy()

    def _nonelective(self, formula: Nonelective, law: Law) -> Contribution:
        """Return the nonelective contribution of a formula under a law."""
        pay, place = self._counted(formula, law), self._place(formula.graded_by)
        if formula.kind == "none":
            return self._given(formula, np.zeros_like(pay), pay, place)
        return self._given(formula, formula_nonelective(formula, pay, place, law.limits.wage_base_cents), pay, place)

    def _place(self, graded_by: str | None) -> Ints:
        found = band_place(graded_by, self["tenure_years"], self["age"])
        return np.zeros(len(self._hire), dtype=np.int64) if graded_by is None else np.asarray(found)

    def _meets(self, formula: EmployerMoney) -> Flags:
        """Return who meets the conditions of a source, and is not left out of employer contributions."""
        waived = self._cause.is_in(formula.waived_for).fill_null(value=False).to_numpy()
        hours, away = self["full_time_ppm"], self["leave_days"]
        meets = who_meets(formula, self._hire, self._last, hours, self.calendar, self._since, away, waived)
        return np.asarray(meets & (~self._part_time | self._eased.employer_money))

    def _given(self, formula: Match | ShareOfPay, amounts: Ints, pay: Ints, place: Ints) -> Contribution:
        amounts = np.where(self.in_source(formula), limited(amounts, formula), 0)
        meets = self._meets(formula)
        starts = [start for start, _ in formula.bands] if formula.graded_by else [0]
        band, amounts = np.searchsorted(starts, place, side="right"), np.where(meets, amounts, 0)
        cells = {}
        for number in np.unique(band):
            for met in (True, False):
                rows = (band == number) & (meets == met)
                cells[int(number), met] = exact_sum(amounts[rows]), exact_sum(pay[rows])
        return Contribution(exact_sum(pay), amounts, {cell: found for cell, found in cells.items() if found[1]})
