"""Complete a census: levels, births and full-time shares that are missing. What is imputed is counted and reported.

Both engines start from the result. Imputed births are drawn with seed 0 and replicate 0, so they are the same people
in every run. The rules are in ``docs/model/census.md``.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from workforce_sim.census.acquired import with_acquired
from workforce_sim.census.bands import Bands, Ints
from workforce_sim.census.levels import leveled
from workforce_sim.census.opening import Opening
from workforce_sim.census.out_of_range import range_notes
from workforce_sim.census.read import Census, settled
from workforce_sim.census.rules import moved
from workforce_sim.config import Config
from workforce_sim.dates import day_number, whole_years
from workforce_sim.draws import Stream, Uniforms, census_keys, decision, person_numbers, uniforms
from workforce_sim.errors import CensusError
from workforce_sim.money import PPM
from workforce_sim.tables import CENSUS, completed
from workforce_sim.wording import counted

OLDEST = 70
"""Imputed ages at hire plus completed tenure stay below this where the ages at hire allow it."""


def complete(census: Census, config: Config) -> Opening:
    """Return the opening of a run: the census with nothing imputable missing, and its levels in order.

    One row per employee, in the order of the census: those who are employed at the opening, whichever
    opening the census was read for. ``level`` becomes an Enum of the level names in order, ``department``
    an Enum of the sorted names (a null String column where the census has none). Those who join by an acquisition come
    last, with ``joins_on``.

    Raises:
        CensusError: when the census does not fit the configuration: somebody hired at the opening or later, or at a
            level that ``workforce.levels`` does not name.
    """
    census = settled(census, config)
    opening = config.simulation.opening
    _refuse_later_hires(census, config)
    levels, level, level_notes = leveled(census, config)
    births, birth_notes = _births(census.frame, config, opening)
    full_time = census.frame["full_time_ppm"].fill_null(PPM)
    staff = census.frame.with_columns(level, births, full_time, _department(census.frame["department"]))
    full_time_notes, rate_notes = _full_time_notes(census.frame["full_time_ppm"]), _rate_notes(census.frame, config)
    staff, balance_notes = _balances(completed(staff, CENSUS), config)
    range_told = range_notes(staff, levels) if config.compensation.in_ranges else ()
    notes = (*census.notes, *level_notes, *birth_notes, *full_time_notes, *rate_notes, *balance_notes, *range_told)
    found = Opening(staff=staff, levels=levels, notes=notes)
    return with_acquired(found, config, complete) if config.actions.acquisitions else found


WITHOUT_SOURCE = {"profit_sharing": "nonelective", "discretionary_match": "match"}
"""The source whose balance takes that of another one, in runs that do not have it."""


def _balances(staff: pl.DataFrame, config: Config) -> tuple[pl.DataFrame, list[str]]:
    """Return staff with the balances of sources that the plan does not have added to those of others, and notes."""
    notes = []
    for source, other in WITHOUT_SOURCE.items():
        balance, taker = pl.col(f"{source}_balance_cents"), pl.col(f"{other}_balance_cents")
        known = staff.height - staff[f"{source}_balance_cents"].null_count()
        if known == 0 or source in config.provisions:
            continue
        staff = staff.with_columns(
            pl.when(balance.is_null())
            .then(taker)
            .otherwise(taker.fill_null(0) + balance)
            .alias(f"{other}_balance_cents"),
            pl.lit(None, pl.Int64).alias(balance.meta.output_name()),
        )
        notes.append(
            f"{source}_balance of {counted(known, 'employee')} counts as {other}_balance: the plan has no {source}"
        )
    return staff, notes


def _refuse_later_hires(census: Census, config: Config) -> None:
    opening = config.simulation.opening
    late = int((census.frame["hire_date"] >= opening).sum())
    if late:
        raise CensusError(
            f"{census.source}: {late} of {census.frame.height} employees have hire_date on or after {opening}; "
            f"remove future hires or move the {moved(config)}"
        )


def _full_time_notes(share: pl.Series) -> tuple[str, ...]:
    missing = share.null_count()
    if missing in (0, len(share)):  # a census without the column is a census of full-time staff
        return ()
    return (f"full-time share missing in {missing} of {len(share)} rows: taken as full-time",)


def _rate_notes(frame: pl.DataFrame, config: Config) -> tuple[str, ...]:
    if not config.plan.enabled or frame["deferral_bp"].null_count() < frame.height or not frame.height:
        return ()
    return ("no deferral rates: participants at the opening are drawn from enrollment.election",)


def _department(names: pl.Series) -> pl.Series:
    """Return the departments as an Enum of their sorted names; a null String column where there are none."""
    text = names.cast(pl.String)
    found = text.drop_nulls().unique().sort()
    return text.cast(pl.Enum(found)) if len(found) else text


def _births(frame: pl.DataFrame, config: Config, opening: dt.date) -> tuple[pl.Series, tuple[str, ...]]:
    """Return every birth date, imputed where missing, and the note that says so."""
    births = frame["birth_date"]
    missing = births.null_count()
    if not missing:
        return births, ()
    days = births.to_physical().fill_null(0).to_numpy().astype(np.int64)
    rows = np.flatnonzero(births.is_null().to_numpy())
    some = frame[rows.tolist()] if missing < frame.height else frame
    days[rows] = _imputed_births(some, config, opening)
    filled = pl.Series("birth_date", days).cast(pl.Int32).cast(pl.Date)
    return filled, (f"birth date missing in {missing} of {frame.height} rows: imputed from hiring.ages and tenure",)


def _imputed_births(frame: pl.DataFrame, config: Config, opening: dt.date) -> Ints:
    """Return a birth date per row, in days since 1970, from ages at hire that tenure leaves possible."""
    hires = frame["hire_date"].to_physical().to_numpy().astype(np.int64)
    age_u, day_u = _draws(frame["employee_id"])
    tenure = whole_years(hires.astype(np.int32), np.array([day_number(opening)], dtype=np.int32))
    ages = _ages_at_hire(config).drawn_below(age_u, OLDEST - tenure)
    return _years_earlier(hires, ages) - np.floor(day_u * 365).astype(np.int64)


def _draws(ids: pl.Series) -> tuple[Uniforms, Uniforms]:
    persons = person_numbers(0, 0, census_keys(ids))
    age, day = (uniforms(persons, decision(0, 0, s)) for s in (Stream.IMPUTED_BIRTH, Stream.IMPUTED_BIRTHDAY))
    return age, day


def _ages_at_hire(config: Config) -> Bands:
    bands = config.hiring.ages
    return Bands.of([bands[0].start, *(band.end for band in bands)], config.hiring.age_ppm)


def _years_earlier(days: Ints, years: Ints) -> Ints:
    """Return each day so many years before; February 29 becomes the 28th where the year has none."""
    date = days.astype("M8[D]")
    month = date.astype("M8[M]")
    day_of_month = date - month.astype("M8[D]")
    target = month - 12 * years
    last = (target + 1).astype("M8[D]") - 1
    earlier: Ints = np.minimum(target.astype("M8[D]") + day_of_month, last).astype(np.int64)
    return earlier
