"""The staff of a plan year as the engine counts their contributions, rebuilt from snapshots, ledger and opening.

So the engine's own functions work out somebody's figure from what a run has kept. Nothing is drawn again but the shares
of other pay that go with salary, which no table has.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from workforce_sim.census.opening import present
from workforce_sim.dates import NEVER, Flags, PlanYear, plan_year
from workforce_sim.draws import person_numbers
from workforce_sim.engine.assumptions import Assumptions
from workforce_sim.engine.columns import Array, Columns
from workforce_sim.engine.context import Employer, World, Year
from workforce_sim.engine.event import Settlement, with_arrays
from workforce_sim.engine.events.contribution import REALLOCATION
from workforce_sim.engine.events.look_back import decided
from workforce_sim.engine.events.other_pay import other_pay
from workforce_sim.engine.events.profit_sharing import POOL
from workforce_sim.engine.membership import owners, prior_pay
from workforce_sim.engine.pay_scale import PayScale
from workforce_sim.explaining.queries import collected, levels_of
from workforce_sim.plan.people import pay_of_calendar_year
from workforce_sim.result.result import Result
from workforce_sim.store.ledger import employee_keys
from workforce_sim.tables import EVENT_CAUSES, PAY_KINDS

RAISES = {"cola": "cola", "merit": "merit", "promotion": "promotion", "range_lift": "lift"}
"""Raises of the ledger, and what the engine calls them in its columns."""

_RATES = ("enrollment", "rate_change", "escalation", "stop")


@dataclass(frozen=True)
class Records:
    """What a run has kept of some employees in a plan year.

    Attributes:
        people: their snapshots of the year, by employee.
        events: their ledger rows of the year, in the order of days and events.
        before: their snapshots of the year before; none in the first year.
        census: their rows of the opening; None where the run does not have it.
    """

    people: pl.DataFrame
    events: pl.DataFrame
    before: pl.DataFrame
    census: pl.DataFrame | None


def records(result: Result, replicate: int, year: int, employee_id: str | None = None) -> Records:
    """Return what a run has kept of everybody in a plan year, or of one employee."""

    def rows(name: str, number: int) -> pl.DataFrame:
        here = (pl.col("year") == number) & (pl.col("replicate") == replicate)
        who = pl.lit(value=True) if employee_id is None else pl.col("employee_id") == employee_id
        return collected(result.scan(name).filter(here & who))

    census = result.opening
    if census is not None and employee_id is not None:
        census = census.filter(pl.col("employee_id") == employee_id)
    order = "employee_id", "effective_date", "event_type", "cause"
    people, before = rows("snapshots", year), rows("snapshots", year - 1)
    return Records(people.sort("employee_id"), rows("events", year).sort(order), before, census)


@dataclass(frozen=True)
class Rebuilt:
    """The staff of a plan year, as the engine's functions take them.

    Attributes:
        staff: a row for each employee, in the order of ``records.people``.
        year: the plan year, with what is shared out among all where that is known.
        records: what they were rebuilt from.
    """

    staff: pl.DataFrame
    year: Year
    records: Records

    @cached_property
    def pool(self) -> dict[str, Array]:
        """Everybody's units of a profit sharing pool, and pay."""
        found: dict[str, Array] = POOL.ask(Columns(self.staff), self.year)
        return found

    def one(self, place: int) -> Columns:
        """Return one employee's row."""
        return Columns(self.staff[place : place + 1], slice(place, place + 1))


def rebuilt(result: Result, replicate: int, year: int, found: Records, account_cents: int = 0) -> Rebuilt:
    """Return staff as the engine counts their contributions.

    Args:
        result: the run.
        replicate: its number.
        year: the plan year.
        found: what the run has kept of them.
        account_cents: forfeitures at the opening of the year.
    """
    plan_year = _year(result, replicate, year, found.people, account_cents)
    staff = _Staff(found, plan_year).frame()
    return Rebuilt(staff, plan_year, found)


def shared(whole: Rebuilt) -> Rebuilt:
    """Return the same with each one's share of reallocated forfeitures and of a profit sharing pool.

    ``whole`` has everybody of the year: the shares depend on all.
    """
    staff, year = Columns(whole.staff), whole.year
    given = {step.name: step.settle([step.ask(staff, year)], year)[0] for step in _shared_out(year)}
    return replace(whole, year=replace(year, given=given))


def is_shared(year: Year) -> bool:
    """Return whether something of a year is shared out among all, so that everybody is needed to explain anybody."""
    return bool(_shared_out(year))


def _shared_out(year: Year) -> list[Settlement]:
    if not year.config.plan.enabled:
        return []
    return [step for step in (REALLOCATION, POOL) if step.used(year.config) and step.needed(year)]


def _year(result: Result, replicate: int, year: int, people: pl.DataFrame, account_cents: int) -> Year:
    levels = levels_of(result.config, people.schema["level"])
    assumptions, nothing = Assumptions(result.config, levels), np.zeros(0, dtype=np.int64)
    departments = people.schema["department"]
    named = departments.categories.to_list() if isinstance(departments, pl.Enum) else []
    world = World(
        assumptions,
        (replicate,),
        (Employer(people.height, [], nothing),),
        pl.Series(assumptions.names, dtype=pl.Enum(assumptions.names)),
        pl.Series([*named, None], dtype=pl.Enum(named) if named else pl.String),
    )
    scale = PayScale(nothing, nothing, nothing, nothing, nothing)
    return Year(world, year, scale, [account_cents])


class _Staff:
    """The columns of staff, from what a run has kept."""

    def __init__(self, found: Records, year: Year) -> None:
        self.found, self.year, self.calendar = found, year, year.calendar
        ids = found.people.select("employee_id")
        self.rows = found.people.join(ids.join(self._ledger(), on="employee_id", how="left"), on="employee_id")

    def frame(self) -> pl.DataFrame:
        """Return the staff."""
        frame = self.rows.select(self._known() + self._pay() + self._leave() + self._rates())
        staff = with_arrays(frame.rechunk(), self._names() | self._statuses())
        if not self.year.config.compensation.other_pay:
            return staff
        return with_arrays(staff, other_pay(Columns(staff), self.year))

    # --- the ledger, a row for each employee ---

    def _ledger(self) -> pl.DataFrame:
        """Return what somebody's ledger rows of the year say, by employee."""
        events = self.found.events.with_columns(
            pl.col("event_type", "cause").cast(pl.String), pl.col("effective_date").cast(pl.Int32)
        )
        return events.group_by("employee_id").agg(*self._moves(), *self._deferral_moves(), *self._lumps())

    def _moves(self) -> list[pl.Expr]:
        found = [_of(kind, "effective_date").alias(f"{name}_day") for kind, name in RAISES.items()]
        for side in ("before", "after"):
            found += [_of(kind, f"salary_{side}_cents").alias(f"{name}_{side}") for kind, name in RAISES.items()]
        return [
            *found,
            pl.coalesce(_of("hire", "salary_after_cents"), _of("rehire", "salary_after_cents")).alias("hired_at"),
            pl.coalesce(_of("hire", "effective_date"), _of("rehire", "effective_date")).alias("hired_on"),
            _of("promotion", "level_before").cast(pl.String).alias("level_before"),
            _of("leave_start", "effective_date").alias("leave_start"),
            _of("termination", "cause").alias("left_by"),
        ]

    def _deferral_moves(self) -> list[pl.Expr]:
        early, on = self.calendar.first, pl.col("effective_date")
        later = self.year.day(self.year.config.enrollment.escalation.date)
        own, stops = _is("rate_change", "own"), _is("stop")
        steps = {
            "january_bp": own & (on <= early),
            "response_bp": _is("rate_change", "match_response"),
            "before_bp": (own & (on > early) & (on <= later)) | (stops & (on < later)),
            "escalated_bp": _is("escalation"),
            "new_deferral_bp": (own & (on > max(early, later))) | (stops & (on >= later)),
        }
        rate = pl.col("event_type").is_in(_RATES)
        return [
            *(pl.col("deferral_after_bp").filter(when).first().alias(name) for name, when in steps.items()),
            _of("enrollment", "effective_date").alias("joined_on"),
            _of("enrollment", "deferral_after_bp").alias("joined_at"),
            pl.col("deferral_before_bp").filter(rate).first().alias("began_at"),
            on.filter(own | stops).first().alias("own_day"),
            stops.any().alias("stopped"),
        ]

    def _lumps(self) -> list[pl.Expr]:
        paid = pl.col("amount_cents")
        lumps = [paid.filter(_is("lump_sum", kind)).sum().alias(f"{kind}_lump_cents") for kind in ("cola", "merit")]
        return [*lumps, pl.col("effective_date").filter(_is("lump_sum", "merit")).first().alias("merit_lump_day")]

    # --- columns ---

    def _known(self) -> list[pl.Expr]:
        hire, there = pl.col("hire_date").cast(pl.Int32), self.rows.columns
        since = pl.col("plan_service_date").cast(pl.Int32) if "plan_service_date" in there else hire
        served = since.fill_null(hire)
        last = pl.col("termination_date").cast(pl.Int32).fill_null(self.calendar.last)
        began = pl.coalesce("opening_salary_cents", "hired_at", "salary_cents").cast(pl.Int64)
        return [
            pl.lit(0, dtype=pl.Int32).alias("replicate"),
            pl.col("birth_date").cast(pl.Int32),
            hire,
            pl.max_horizontal(hire, pl.col("hired_on").fill_null(hire)).alias("employed_from"),
            served.alias("plan_service_date"),
            last.alias("last_day"),
            pl.col("termination_date").is_not_null().cast(pl.UInt8).alias("leaves"),
            pl.col("age", "full_time_ppm").cast(pl.Int64),
            pl.col("tenure_years").cast(pl.Int64).alias("tenure"),
            pl.col("eligibility_date").cast(pl.Int32).fill_null(int(NEVER)),
            began.alias("salary_cents"),
            pl.col("hce").fill_null(value=False).cast(pl.UInt8).alias("highly_paid"),
            pl.col("long_term_part_time").fill_null(value=False).cast(pl.UInt8),
        ]

    def _pay(self) -> list[pl.Expr]:
        raised = []
        for name in RAISES.values():
            before, after = pl.col(f"{name}_before").fill_null(0), pl.col(f"{name}_after").fill_null(0)
            raised += [before.alias(f"{name}_before_cents"), after.alias(f"{name}_after_cents")]
        merit = pl.coalesce("merit_day", "merit_lump_day").fill_null(int(NEVER)).alias("merit_date")
        promotion = pl.col("promotion_day").fill_null(int(NEVER)).alias("promotion_date")
        salary = pl.col("earnings_cents") - pl.col("other_pay_cents").fill_null(0)
        lumps = [pl.col(f"{kind}_lump_cents").fill_null(0) for kind in ("cola", "merit")]
        other = [pl.lit(0, dtype=pl.Int64).alias(f"{kind}_pay_cents") for kind in PAY_KINDS]
        nothing = pl.lit(0, dtype=pl.Int64).alias("other_pay_cents")
        return [*raised, merit, promotion, salary.alias("earnings_cents"), *lumps, *other, nothing]

    def _leave(self) -> list[pl.Expr]:
        days = pl.col("leave_days").fill_null(0)
        first = pl.when(days > 0).then(pl.col("leave_start").fill_null(self.calendar.first)).otherwise(int(NEVER))
        last = pl.when(days > 0).then(first + days - 1).otherwise(self.calendar.first - 1)
        return [
            days.cast(pl.Int32).alias("leave_days"),
            first.cast(pl.Int32).alias("leave_first_day"),
            last.cast(pl.Int32).alias("leave_last_day"),
        ]

    def _rates(self) -> list[pl.Expr]:
        joined = pl.col("joined_on").is_not_null()
        at_end = pl.col("deferral_bp").fill_null(0)
        began = pl.when(joined).then(0).otherwise(pl.col("began_at").fill_null(at_end))
        steps, rate = [], pl.when(joined).then(pl.col("joined_at")).otherwise(began)
        steps.append(rate.cast(pl.Int32).alias("start_bp"))
        for name in ("january_bp", "response_bp", "before_bp", "escalated_bp", "new_deferral_bp"):
            rate = pl.coalesce(pl.col(name), rate)
            steps.append(rate.cast(pl.Int32).alias(name))
        return [
            *steps,
            began.cast(pl.Int32).alias("deferral_bp"),
            pl.col("joined_on").fill_null(int(NEVER)).cast(pl.Int32).alias("joining_date"),
            pl.col("own_day").fill_null(int(NEVER)).cast(pl.Int32).alias("own_date"),
            pl.col("stopped").fill_null(value=False).cast(pl.UInt8).alias("stops"),
        ]

    def _names(self) -> dict[str, Any]:
        """Return levels, departments and causes as positions, and the permanent key."""
        people, world = self.found.people, self.year.world
        ids, levels, departments = people["employee_id"], world.levels.to_list(), world.departments.to_list()
        opening = self.rows["level_before"].fill_null(self.rows["level"].cast(pl.String))
        key, seed = employee_keys(ids), self.year.config.random_seed
        (replicate,) = world.replicates
        return {
            "key": key,
            "person": person_numbers(seed, replicate, key),
            "level": _places(opening, levels).astype(np.int16),
            "new_level": _places(people["level"], levels).astype(np.int16),
            "department": _places(people["department"], departments).astype(np.int32),
            "cause": _places(self.rows["left_by"].fill_null(EVENT_CAUSES[0]), [*EVENT_CAUSES]).astype(np.uint8),
        }

    def _statuses(self) -> dict[str, Any]:
        """Return owners, and whose catch-up must be Roth by pay of the year before."""
        owned, must = self._of_census()
        if self.found.before.height:
            calendar = plan_year(self.year.config.simulation, self.year.number - 1)
            paid = self.rows.join(_paid(self.found.before, calendar), on="employee_id", how="left")
            pay = paid["paid"].fill_null(0).to_numpy().astype(np.int64)
            must = decided(pay, None, calendar, self.year.world.assumptions.at(calendar.year))["roth_catch_up"]
        return {"owner": owned.view(np.uint8), "roth_catch_up": np.asarray(must).view(np.uint8)}

    def _of_census(self) -> tuple[Flags, Flags]:
        """Return owners, and in the first year whose catch-up must be Roth by pay that the census has."""
        size, census = self.rows.height, self.found.census
        nobody: Flags = np.zeros(size, dtype=np.bool_)
        if census is None or census.is_empty():
            return nobody, nobody
        ids = self.rows["employee_id"]
        owned = ids.is_in(census.filter(owners(census))["employee_id"].implode()).to_numpy()
        if self.year.number != self.year.config.simulation.start_year:
            return owned, nobody
        there = present(census)
        known = Columns(there.select(pl.col("hire_date").cast(pl.Int32), "salary_cents").rechunk())
        calendar, assumptions = PlanYear(self.year.number - 1), self.year.world.assumptions
        flags = decided(prior_pay(known, there, self.year.config.simulation), None, calendar, assumptions)[
            "roth_catch_up"
        ]
        return owned, ids.is_in(there.filter(flags)["employee_id"].implode()).to_numpy()


def _paid(people: pl.DataFrame, year: PlanYear) -> pl.DataFrame:
    """Return pay of the calendar year of the employees of a plan year."""
    earned, salary = (people[name].fill_null(0).to_numpy() for name in ("earnings_cents", "opening_salary_cents"))
    paid = pay_of_calendar_year(earned, salary, people["hire_date"].to_physical().to_numpy(), year)
    return people.select("employee_id", paid=pl.Series(paid))


def _is(event_type: str, cause: str | None = None) -> pl.Expr:
    found = pl.col("event_type") == event_type
    return found if cause is None else found & (pl.col("cause") == cause)


def _of(event_type: str, column: str) -> pl.Expr:
    """Return a column of somebody's first row of a type; null without one."""
    return pl.col(column).filter(_is(event_type)).first()


def _places(names: pl.Series, known: list[Any]) -> Any:
    """Return the position of each name in a list."""
    place = {name: number for number, name in enumerate(known)}
    return np.array([place[name] for name in names.cast(pl.String).to_list()], dtype=np.int64)
