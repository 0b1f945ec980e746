"""Censuses of acquired employers, whose employees join those of a run on a day.

Chapter: ``docs/model/actions.md``.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from workforce_sim.census.opening import Opening
from workforce_sim.census.read import Census, read_census
from workforce_sim.config import Config
from workforce_sim.config.actions import Acquisition
from workforce_sim.config.census import CensusSection
from workforce_sim.errors import CensusError
from workforce_sim.wording import counted


def with_acquired(opening: Opening, config: Config, complete: Callable[[Census, Config], Opening]) -> Opening:
    """Return an opening with those who join by the acquisitions of a configuration.

    Args:
        opening: the completed census.
        config: of the run.
        complete: completes a census.

    Raises:
        FileNotFoundError: when there is no such file.
        CensusError: for a file that cannot be used, and for ids that two employees have.
    """
    staff, notes = [opening.staff], []
    for acquisition in config.actions.acquisitions:
        own = _reading(acquisition, opening, config)
        try:
            found = complete(read_census(acquisition.census, own), own)
        except CensusError as error:
            raise CensusError(f"{error}\nactions.acquisitions: {_HINT}") from None
        staff.append(_joining(found.staff, acquisition))
        if not config.simulation.too_early(acquisition.date):
            notes.append(f"{acquisition.census}: {counted(len(found.staff), 'employee')} join on {acquisition.date}")
    together = pl.concat([part.with_columns(pl.col("department").cast(pl.String)) for part in staff])
    twice = int(together["employee_id"].is_duplicated().sum())
    if twice:
        raise CensusError(
            f"actions.acquisitions: {counted(twice, 'row')} have an id that another has; give each file another prefix"
        )
    names = together["department"].drop_nulls().unique().sort()
    if len(names):
        together = together.with_columns(pl.col("department").cast(pl.Enum(names)))
    return Opening(together, opening.levels, (*opening.notes, *notes))


_HINT = "the census section does not apply to the file of an acquired employer; change the file instead"


def _reading(acquisition: Acquisition, opening: Opening, config: Config) -> Config:
    """Return the configuration by which an acquired census is read: its own prefix, the levels of the run."""
    actions = config.actions.model_copy(update={"acquisitions": ()})
    workforce = config.workforce.model_copy(update={"levels": opening.levels})
    section = CensusSection(id_prefix=acquisition.prefix)
    return config.model_copy(update={"actions": actions, "workforce": workforce, "census": section})


def _joining(staff: pl.DataFrame, acquisition: Acquisition) -> pl.DataFrame:
    """Return those who join, with their first day; it is the hire date too where their service is new.

    They enter the plan like hires: rates, opt-outs and pay of the year before do not go on.
    """
    day, left_behind = pl.lit(acquisition.date), ("deferral_bp", "opted_out", "prior_year_pay_cents")
    staff = staff.with_columns(pl.lit(None, dtype=staff.schema[name]).alias(name) for name in left_behind)
    staff = staff.with_columns(joins_on=day)
    return staff.with_columns(hire_date=day) if acquisition.service == "new" else staff
