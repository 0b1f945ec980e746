"""The employees of a plan year, and their contributions under the formulas or limits of another.

Everything comes from the snapshot of the year. Chapter: ``docs/model/explaining-change.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from workforce_sim.config import Config
from workforce_sim.config.match import Match
from workforce_sim.config.nonelective import Nonelective
from workforce_sim.config.other_pay import CountedPay, kinds_in
from workforce_sim.config.plan import FIRST_YEAR
from workforce_sim.config.plan_values import EmployerMoney
from workforce_sim.dates import Flags, Ints, PlanYear, years_and_days
from workforce_sim.money import exact_sum
from workforce_sim.plan.conditions import band_place, who_meets
from workforce_sim.plan.limits import Limits, deferral_limit, limits
from workforce_sim.plan.match import BP, formula_match, formula_payroll_match
from workforce_sim.plan.nonelective import formula_nonelective
from workforce_sim.tables import PAY_KINDS

COLUMNS = (
    *("earnings_cents", "plan_compensation_cents", "testing_compensation_cents", "pre_tax_cents", "roth_cents"),
    *("match_cents", "nonelective_cents", "excess_415_cents", "deferral_bp", "tenure_years", "age", "full_time_ppm"),
    "leave_days",
    *(f"{kind}_pay_cents" for kind in PAY_KINDS),
)
DATES = ("hire_date", "plan_service_date", "birth_date", "termination_date", "eligibility_date")
OLDEST = 64
"""Ages from which the limit on deferrals stays the same."""


@dataclass(frozen=True)
class Law:
    """The limits of a plan year, and which catch-up the plan takes."""

    limits: Limits
    catch_up: bool
    super_catch_up: bool

    @classmethod
    def of(cls, config: Config, year: int) -> Law:
        """Return the limits of a year under a configuration."""
        plan, section = config.plan, config.plan.limits
        rates: dict[str, Any] = {"inflation": section.inflation, "wage_growth": section.wage_growth}
        found = limits(max(year, FIRST_YEAR), **rates, overrides=section.overrides)
        return cls(found, plan.catch_up, plan.super_catch_up)

    def most(self, ages: Ints) -> Ints:
        """Return the most that employees of some ages may defer in the year, cents."""
        offered = {"catch_up": self.catch_up, "super_catch_up": self.super_catch_up}
        by_age = [deferral_limit(age, self.limits, **offered) for age in range(OLDEST + 1)]
        return np.array(by_age, dtype=np.int64)[np.clip(ages, 0, OLDEST)]


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
    """The employees of a plan year.

    Args:
        snapshot: of the year and of one replicate.
        config: the configuration in force in the year.
        year: the plan year.
    """

    def __init__(self, snapshot: pl.DataFrame, config: Config, year: int) -> None:
        self.calendar, self.law = PlanYear(year), Law.of(config, year)
        self.match_formula, self.nonelective_formula = config.plan.match.at(year), config.plan.nonelective
        self._deferral_pay, self._testing_pay = config.plan.deferral_pay, config.plan.testing.pay
        self._ints = {name: snapshot[name].fill_null(0).to_numpy().astype(np.int64) for name in COLUMNS}
        days = {name: snapshot[name].to_physical() for name in DATES}
        self._hire = days["hire_date"].to_numpy().astype(np.int32)
        self._since = days["plan_service_date"].fill_null(days["hire_date"]).to_numpy().astype(np.int32)
        self._born = days["birth_date"].to_numpy().astype(np.int32)
        self._last = days["termination_date"].fill_null(self.calendar.last).to_numpy().astype(np.int32)
        never = np.iinfo(np.int32).max
        self.in_plan: Flags = days["eligibility_date"].fill_null(never).to_numpy() <= self._last

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
        """Return deferrals under other limits; employees at this year's limit would defer at their rate."""
        own = self.law.most(self._ages)
        at_rate = (2 * self["deferral_bp"] * self._earned(self._deferral_pay) + BP) // (2 * BP)
        wished = np.where(self.deferred < own, self.deferred, np.maximum(self.deferred, at_rate))
        return np.minimum(wished, law.most(self._ages))

    def counted(self, formula: EmployerMoney, law: Law) -> Ints:
        """Return the plan compensation that a formula counts, within the limit of a law, cents."""
        kind, earned = formula.compensation, np.where(self.in_plan, self._earned(formula.pay), 0)
        if kind == "plan_year":
            return np.minimum(earned, law.limits.compensation_cents)
        if kind == self.match_formula.compensation == "participating":
            known, pay = self["plan_compensation_cents"], self.match_formula.pay
        elif kind == "eligible":
            known, pay = self["testing_compensation_cents"], self._testing_pay
        else:
            known, pay = self._while_deferring, self._deferral_pay
        known = np.maximum(known + np.where(known > 0, earned - self._earned(pay), 0), 0)
        cut = known >= self.law.limits.compensation_cents
        return np.minimum(np.where(cut, np.maximum(known, earned), known), law.limits.compensation_cents)

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

    def matched(self, formula: Match, law: Law) -> Contribution:
        """Return the match of a formula under a law."""
        deferred, pay = self.deferrals(law), self.counted(formula, law)
        place = self._place(formula.graded_by)
        if formula.basis == "annual":
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
        return formula_payroll_match(formula, spans, law.most(self._ages), most, place)

    def nonelective(self, formula: Nonelective, law: Law) -> Contribution:
        """Return the nonelective contribution of a formula under a law."""
        pay, place = self.counted(formula, law), self._place(formula.graded_by)
        if formula.kind == "none":
            return self._given(formula, np.zeros_like(pay), pay, place)
        return self._given(formula, formula_nonelective(formula, pay, place, law.limits.wage_base_cents), pay, place)

    def _place(self, graded_by: str | None) -> Ints:
        found = band_place(graded_by, self["tenure_years"], self["age"])
        return np.zeros(len(self._hire), dtype=np.int64) if graded_by is None else np.asarray(found)

    def _given(self, formula: Match | Nonelective, amounts: Ints, pay: Ints, place: Ints) -> Contribution:
        meets = who_meets(
            formula, self._hire, self._last, self["full_time_ppm"], self.calendar, self._since, self["leave_days"]
        )
        starts = [start for start, _ in formula.bands] if formula.graded_by else [0]
        band, amounts = np.searchsorted(starts, place, side="right"), np.where(meets, amounts, 0)
        cells = {}
        for number in np.unique(band):
            for met in (True, False):
                rows = (band == number) & (meets == met)
                cells[int(number), met] = exact_sum(amounts[rows]), exact_sum(pay[rows])
        return Contribution(exact_sum(pay), amounts, {cell: found for cell, found in cells.items() if found[1]})
