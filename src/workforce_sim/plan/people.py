"""The people whom the tests of a plan year look at: rows of a run's snapshots as arrays."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Protocol

import numpy as np
import polars as pl

from workforce_sim.config import Config
from workforce_sim.config.plan import FIRST_YEAR
from workforce_sim.config.plan_values import EmployerMoney
from workforce_sim.dates import Days, Flags, Ints, PlanYear, completed_years, plan_year
from workforce_sim.money import PPM, half_up, refuse_balance
from workforce_sim.plan.classes import Applicants
from workforce_sim.plan.limits import Limits, limits
from workforce_sim.tables import CENSUS, EXCLUSIONS, PAY_KINDS, SNAPSHOTS, SOURCES, completed

_MONEY = (
    "earnings_cents",
    "testing_compensation_cents",
    "opening_salary_cents",
    "pre_tax_cents",
    "roth_cents",
    "catch_up_cents",
    "match_cents",
    "nonelective_cents",
    "profit_sharing_cents",
    "discretionary_match_cents",
    "excess_415_cents",
    "match_balance_cents",
    "nonelective_balance_cents",
    "profit_sharing_balance_cents",
    "discretionary_match_balance_cents",
    "forfeited_cents",
    *(f"{kind}_pay_cents" for kind in PAY_KINDS),
)
_DATES = ("hire_date", "birth_date", "termination_date", "eligibility_date")


class RunTables(Protocol):
    """What a test needs of a run; ``Result`` has it."""

    @property
    def snapshots(self) -> pl.DataFrame:
        """One row per employee employed at any time in a year, columns of ``tables.SNAPSHOTS``."""

    @property
    def events(self) -> pl.DataFrame:
        """One row per dated event, columns of ``tables.EVENTS``."""

    @property
    def summary(self) -> pl.DataFrame:
        """One row per year, columns of ``tables.SUMMARY``."""

    @property
    def opening(self) -> pl.DataFrame | None:
        """The completed census, columns of ``tables.CENSUS``."""

    @property
    def config(self) -> Config:
        """What was configured."""


@dataclass(frozen=True)
class People:
    """Everybody employed in a plan year, sorted by id; amounts in cents, dates in days since 1970-01-01.

    Attributes:
        year: the plan year.
        ids: employee ids.
        hire, birth, last_day: first day of employment, date of birth, last day: December 31 at the latest.
        since, since_in_plan: where tenure counts from, and service in the plan: the hire date, but for rehires; it is
            earlier than the first day of those who join by an acquisition with credited service.
        leave_days: days of unpaid leave in the year.
        hce, eligible: highly compensated; eligible to defer.
        full_time: hours as a share of full-time, millionths.
        opening_salary: annual salary at the opening; 0 for the year's hires.
        earnings, compensation: all pay of the year; pay since entry, at most the limit of section 401(a)(17).
        deferral, catch_up: contributions of employees; the former without catch-up.
        match, nonelective: employer contributions on deferrals, and without them, of all sources.
        profit_sharing: part of the latter.
        excess_415: cut by the limit on annual additions.
        forfeited: forfeited at termination.
        employer_balance: balances of employer contributions; of terminated employees, what they were paid of them.
        other_pay: pay other than salary by kind, within ``earnings``.
        part_time, union: eligible as a long-term part-time employee; a union employee.
        excluded: the reason of the class that excludes each, a position in ``tables.EXCLUSIONS``.
        cause: cause of termination, where the plan waives conditions by it; none otherwise.
        level, department: names.
    """

    year: PlanYear
    ids: pl.Series
    hire: Days
    birth: Days
    last_day: Days
    since: Days
    since_in_plan: Days
    leave_days: Ints
    hce: Flags
    eligible: Flags
    full_time: Ints
    opening_salary: Ints
    earnings: Ints
    compensation: Ints
    deferral: Ints
    catch_up: Ints
    match: Ints
    nonelective: Ints
    profit_sharing: Ints
    excess_415: Ints
    forfeited: Ints
    employer_balance: Ints
    other_pay: dict[str, Ints]
    part_time: Flags
    union: Flags
    excluded: Ints
    cause: pl.Series
    level: pl.Series
    department: pl.Series

    def of(self, which: Flags) -> People:
        """Return some of them."""
        if which.all():
            return self
        every = {each.name: getattr(self, each.name) for each in fields(self)}
        chosen = {name: every[name].filter(pl.Series(which)) for name in _NAMES}
        arrays = {name: every[name][which] for name in every.keys() - {"year", "other_pay", *_NAMES}}
        other_pay = {kind: paid[which] for kind, paid in self.other_pay.items()}
        return replace(self, **chosen, **arrays, other_pay=other_pay)

    def waived(self, money: EmployerMoney) -> Flags:
        """Return for whom the last day and the hours of a contribution are waived."""
        return self.cause.is_in(money.waived_for).fill_null(value=False).to_numpy()

    def may_get(self, config: Config) -> Flags:
        """Return who is not left out of employer contributions as a long-term part-time employee."""
        return ~self.part_time | config.eligibility.long_term_part_time.employer_money

    @property
    def applicants(self) -> Applicants:
        """What entry into the plan depends on."""
        nonresident = self.excluded == EXCLUSIONS.index("nonresident_alien")
        return Applicants(
            hire=self.since_in_plan,
            birth=self.birth,
            full_time=self.full_time,
            level=_places(self.level),
            department=_places(self.department),
            levels=_known(self.level),
            departments=_known(self.department),
            union=self.union.astype(np.uint8),
            nonresident=nonresident.astype(np.uint8),
        )

    @property
    def age(self) -> Ints:
        """Completed years of age on the first day of the plan year, of hires on their first day."""
        return completed_years(self.birth, self._begins, self.year)

    @property
    def tenure(self) -> Ints:
        """Completed years of tenure on the same day."""
        return completed_years(self.since, self._begins, self.year)

    @property
    def service(self) -> Ints:
        """Completed years of service in the plan on December 31 or, of terminated employees, on the last day."""
        return completed_years(self.since_in_plan, self.last_day, self.year)

    @property
    def pay_of_calendar_year(self) -> Ints:
        """Pay of the calendar year: in a short plan year, what the opening salary makes for the days before it too."""
        return pay_of_calendar_year(self.earnings, self.opening_salary, self.hire, self.year)

    @property
    def _begins(self) -> Days:
        return np.maximum(self.hire, np.int32(self.year.first))


_NAMES = ("ids", "cause", "level", "department")


def _known(names: pl.Series) -> list[str]:
    return names.dtype.categories.to_list() if isinstance(names.dtype, pl.Enum) else []


def _places(names: pl.Series) -> Ints:
    """Return positions in the list of names; the one after the last for none."""
    if not isinstance(names.dtype, pl.Enum):
        return np.zeros(len(names), dtype=np.int64)
    return names.to_physical().cast(pl.Int64).fill_null(len(_known(names))).to_numpy()


def limits_of(config: Config, year: int) -> Limits:
    """Return the limits of a plan year under a configuration; of the first known one before it."""
    known = config.plan.limits
    rates = {"inflation": known.inflation, "wage_growth": known.wage_growth}
    found = limits(max(year, FIRST_YEAR), **rates, overrides=known.overrides)
    return found.of_months(plan_year(config.simulation, year).months)


def years_of(run: RunTables, replicate: int) -> list[int]:
    """Return the plan years of a replicate, in order."""
    rows = run.snapshots.filter(pl.col("replicate") == replicate)
    return rows["year"].unique().sort().to_list()


def rows_of(run: RunTables, year: int, replicate: int) -> pl.DataFrame:
    """Return the snapshot rows of a year and replicate, sorted by id."""
    wanted = (pl.col("year") == year) & (pl.col("replicate") == replicate)
    return run.snapshots.filter(wanted).sort("employee_id")


def people_of(run: RunTables, year: int, replicate: int) -> People:
    """Return everybody employed in a year."""
    rows = completed(rows_of(run, year, replicate), SNAPSHOTS)
    money = {name: rows[name].fill_null(0).to_numpy().astype(np.int64) for name in _MONEY}
    of_year = plan_year(run.config.simulation, year)
    last = of_year.last
    date = {name: rows[name].to_physical().fill_null(last).to_numpy().astype(np.int32) for name in _DATES}
    return People(
        year=of_year,
        ids=rows["employee_id"],
        hire=_first_days(run, rows["employee_id"], date["hire_date"]),
        since=_since(rows, "service_date", date["hire_date"]),
        since_in_plan=_since(rows, "plan_service_date", date["hire_date"]),
        leave_days=rows["leave_days"].fill_null(0).to_numpy().astype(np.int64),
        birth=date["birth_date"],
        last_day=np.minimum(date["termination_date"], np.int32(last)),
        hce=rows["hce"].fill_null(False).to_numpy().astype(np.bool_),
        eligible=rows["eligibility_date"].is_not_null().to_numpy(),
        full_time=rows["full_time_ppm"].fill_null(PPM).to_numpy().astype(np.int64),
        opening_salary=money["opening_salary_cents"],
        earnings=money["earnings_cents"],
        compensation=money["testing_compensation_cents"],
        deferral=money["pre_tax_cents"] + money["roth_cents"] - money["catch_up_cents"],
        catch_up=money["catch_up_cents"],
        match=money["match_cents"] + money["discretionary_match_cents"],
        nonelective=money["nonelective_cents"] + money["profit_sharing_cents"],
        profit_sharing=money["profit_sharing_cents"],
        excess_415=money["excess_415_cents"],
        forfeited=money["forfeited_cents"],
        employer_balance=sum(money[f"{source}_balance_cents"] for source in SOURCES) - money["forfeited_cents"],
        other_pay={kind: money[f"{kind}_pay_cents"] for kind in PAY_KINDS},
        part_time=rows["long_term_part_time"].fill_null(value=False).to_numpy(),
        union=rows["union"].fill_null(value=False).to_numpy(),
        excluded=rows["excluded_class"].to_physical().cast(pl.Int64).fill_null(0).to_numpy(),
        cause=rows["termination_cause"],
        level=rows["level"],
        department=rows["department"],
    )


def _first_days(run: RunTables, ids: pl.Series, hire: Days) -> Days:
    """Return first days of employment: hire dates, or when those of an acquisition joined."""
    if run.opening is None or "acquisitions" not in run.config.provisions:
        return hire
    joined = _of_each(ids, completed(run.opening, CENSUS).select("employee_id", "joins_on"))
    return joined.to_physical().fill_null(pl.Series(hire)).to_numpy().astype(np.int32)


def _since(rows: pl.DataFrame, name: str, hire: Days) -> Days:
    """Return a service date; of runs without rehires the hire date."""
    return rows[name].to_physical().fill_null(pl.Series(hire)).to_numpy().astype(np.int32)


@dataclass(frozen=True)
class CensusFacts:
    """What only the census knows of the same people, in the same order; hires have none of it."""

    officer: Flags
    owner_ppm: Ints


def census_of(opening: pl.DataFrame, ids: pl.Series) -> CensusFacts:
    """Return officers and owners."""
    columns = ("employee_id", "officer", "owner_share_ppm")
    known = completed(opening, CENSUS).select(columns)
    rows = ids.to_frame().join(known, on="employee_id", how="left", maintain_order="left")
    return CensusFacts(
        officer=rows["officer"].fill_null(False).to_numpy().astype(np.bool_),
        owner_ppm=rows["owner_share_ppm"].fill_null(0).to_numpy().astype(np.int64),
    )


def pay_of_year_before(people: People, before: People | None, opening: pl.DataFrame | None) -> Ints:
    """Return everybody's pay of the year before; 0 for the year's hires.

    In the first year of a run it is that of the census, of the 12 months before; where that is not known, what the
    opening salary makes for the days employed.

    Args:
        people: of the year.
        before: of the year before; None where the run has none.
        opening: the completed census; None for a run that was kept without it.
    """
    if before is not None:
        earned = pl.DataFrame({"employee_id": before.ids, "pay_cents": before.pay_of_calendar_year})
        return _of_each(people.ids, earned).fill_null(0).to_numpy()
    opens, begins = people.year.first, PlanYear(people.year.year - 1, people.year.opening_month).first
    days = np.maximum(opens - np.maximum(people.hire, begins).astype(np.int64), 0)
    estimate = half_up(people.opening_salary * days, opens - begins)
    if opening is None:
        return estimate
    told = _of_each(people.ids, completed(opening, CENSUS).select("employee_id", "prior_year_pay_cents"))
    return told.fill_null(pl.Series(estimate)).to_numpy()


def pay_of_calendar_year(earnings: Ints, opening_salary: Ints, hire: Days, year: PlanYear) -> Ints:
    """Return pay of the calendar year, cents: in a short plan year, with what the opening salary makes until it begins.

    Args:
        earnings: pay of the plan year.
        opening_salary: annual, cents; 0 of the year's hires.
        hire: first days of employment.
        year: the plan year.
    """
    days = np.maximum(year.first - np.maximum(hire, year.january_1).astype(np.int64), 0)
    return earnings + half_up(opening_salary * days, year.days)


def _of_each(ids: pl.Series, known: pl.DataFrame) -> pl.Series:
    """Return the other column of ``known`` for each of the ids, null where it is not known."""
    return ids.to_frame().join(known, on="employee_id", how="left", maintain_order="left").to_series(1)


def deferral_balances(run: RunTables, opening: pl.DataFrame, year: int, replicate: int) -> Ints:
    """Return the deferral balances of everybody employed in a year at its end, or before they are paid out.

    As employer balances are kept: the opening, its return (to the last day) and the year's deferrals.
    Who terminates is paid out, so employees who return begin at 0.

    Raises:
        SimulationError: when a balance grows beyond reason, as employer balances do.
    """
    known = completed(opening, CENSUS)
    balances = known.select("employee_id", balance="deferral_balance_cents")
    for at in range(run.config.simulation.start_year, year + 1):
        rows = rows_of(run, at, replicate).join(balances, on="employee_id", how="left", maintain_order="left")
        of_year = plan_year(run.config.simulation, at)
        days = _days_employed_since_opening(rows, of_year)
        before = rows["balance"].fill_null(0).to_numpy().astype(np.int64)
        rate = run.config.at(at).plan.annual_return.ppm(at)
        paid_in = (rows["pre_tax_cents"] + rows["roth_cents"]).fill_null(0).to_numpy()
        after = before + half_up(before * rate * days, PPM * of_year.days) + paid_in
        refuse_balance(int(after.max(initial=0)), at, "deferral balance")
        stay = rows.select("employee_id", balance=pl.Series(after)).filter(rows["termination_date"].is_null())
        later = known.filter(pl.col("joins_on").dt.year() > at)
        balances = pl.concat([stay, later.select("employee_id", balance="deferral_balance_cents")])
    return after


def _days_employed_since_opening(rows: pl.DataFrame, year: PlanYear) -> Ints:
    last_day = rows["termination_date"].to_physical().fill_null(year.last).to_numpy().astype(np.int64)
    return np.minimum(last_day, year.last) - year.first + 1
