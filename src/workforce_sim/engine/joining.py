"""Those who join by an acquisition: staff of a census of their own, from their first day on.

Chapter: ``docs/model/actions.md``.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from workforce_sim.dates import completed_years
from workforce_sim.draws import person_numbers
from workforce_sim.engine.columns import Array, Columns
from workforce_sim.engine.context import Year
from workforce_sim.engine.event import with_arrays
from workforce_sim.engine.events import eligibility
from workforce_sim.engine.events.hire import risk_of_hires
from workforce_sim.engine.groups import group_of_departments
from workforce_sim.engine.state import without_plan
from workforce_sim.tables import EVENT_CAUSES

ACQUISITION = EVENT_CAUSES.index("acquisition")


def joining_by_group(year: Year) -> list[int]:
    """Return how many join in the year, by group."""
    groups = len(year.config.groups) + 1
    staff = _of_year(year)
    if staff is None:
        return [0] * groups
    of_group = group_of_departments(year.world)[staff["department"].to_numpy()]
    found: list[int] = np.bincount(of_group, minlength=groups).tolist()
    return found


def joiners(year: Year, *, like: pl.DataFrame) -> pl.DataFrame | None:
    """Return who joins in the year in every replicate, with the columns of its hires; None where nobody does."""
    staff = _of_year(year)
    if staff is None:
        return None
    parts = [_joining(staff, replicate, year) for replicate in range(year.replicates)]
    return pl.concat(parts).select(like.columns).cast(dict(like.schema))  # type: ignore[arg-type]


def _of_year(year: Year) -> pl.DataFrame | None:
    if year.world.joiners is None:
        return None
    staff = year.world.joiners.filter(pl.col("employed_from").is_between(year.first, year.last))
    return staff if staff.height else None


def _joining(staff: pl.DataFrame, replicate: int, year: Year) -> pl.DataFrame:
    """Return those who join as staff of one replicate: hires of the year, none of whom terminates."""
    known, size = Columns(staff), staff.height
    person = person_numbers(year.config.random_seed, year.world.drawn_as[replicate], known["key"])
    first, birth, hire = known["employed_from"], known["birth_date"], known["hire_date"]
    age, tenure = completed_years(birth, first, year.calendar), completed_years(hire, first, year.calendar)
    columns: dict[str, Array] = {
        "person": person,
        "replicate": np.full(size, replicate, dtype=np.int32),
        **_in_plan(known, person, year),
        **risk_of_hires(age, tenure, year),
        "is_hire": np.ones(size, dtype=np.uint8),
        "leaves": np.zeros(size, dtype=np.uint8),
        "cause": np.zeros(size, dtype=np.uint8),
        "last_day": np.full(size, year.last, dtype=np.int32),
        "hire_cause": np.full(size, ACQUISITION, dtype=np.uint8),
    }
    return with_arrays(staff, columns)


def _in_plan(known: Columns, person: Array, year: Year) -> dict[str, Array]:
    """Return the columns of the plan: those of hires, with the balances of the file, from the first day on."""
    first, size = known["employed_from"], len(known)
    people = eligibility.applicants_of(known, np.arange(size), year)
    entry = eligibility.of_hires(people, person, year, flagged=known.flags("excluded"))
    eligible = np.maximum(entry["eligibility_date"], first).astype(np.int32)
    found = {
        **{name: values for name, values in entry.items() if name in known.frame.columns},
        **without_plan(size),
        "eligibility_date": eligible,
        "automatic_date": eligibility.automatic_of_hires(eligible, first, year),
    }
    if year.config.plan.enabled:
        found |= {name: known[name] for name in ("match_balance_cents", "nonelective_balance_cents")}
    return found
