"""What the law has against waits: conditions of age and service that are too long, and entry that comes too late.

Each day of four years is tried as a day of hire and as a day of birth; a warning names the first whose people
enter too late. Chapter: ``docs/model/legality.md``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from workforce_sim.config.root import Eligibility
from workforce_sim.dates import Days, day_number
from workforce_sim.plan.entry import anniversaries, latest_lawful, next_entry, waited

_OF_AGE, _YEAR_OF_SERVICE = 21, 1
_YEARS_TRIED = 4
_YEARS = {1: "one year", 2: "two years"}
_SERVICE = {
    1: "one year of service (IRC 410(a)(1)(A)(ii))",
    2: "two years of service, which immediate vesting allows (IRC 410(a)(1)(B)(i))",
}
"""Years of service that the law lets a plan ask for, in words."""


class _Entry(NamedTuple):
    """What is tried, its days, and for each of them when people enter and the latest lawful date."""

    what: str
    days: Days
    enters: Days
    lawful: Days

    @property
    def late(self) -> bool:
        """Whether some enter too late."""
        return bool((self.enters > self.lawful).any())

    def __str__(self) -> str:
        first = int((self.enters > self.lawful).argmax())
        day, enters, lawful = (str(dates[first].astype("datetime64[D]")) for dates in self[1:])
        return f"{self.what} on {day}, entry on {enters}; the law requires entry by {lawful}"


@lru_cache(maxsize=64)
def wait_warnings(section: Eligibility, start_year: int, most: int = _YEAR_OF_SERVICE) -> tuple[str, ...]:
    """Return compliance warnings about the wait, the minimum age and the entry dates.

    Args:
        section: with the wait, the minimum age and the entry dates.
        start_year: of the run.
        most: years of service that may be asked for; of employer contributions that are vested immediately two.
    """
    return tuple(_against_waits(section, start_year, most))


def waits_too_long(section: Eligibility, start_year: int) -> bool:
    """Return whether somebody waits for more than a year of service or beyond age 21."""
    hired = _tried(start_year)
    return section.minimum_age > _OF_AGE or bool((waited(hired, section) > anniversaries(hired, 1)).any())


def _against_waits(section: Eligibility, start_year: int, most: int) -> Iterator[str]:
    hired, born = _tried(start_year), _tried(start_year - _OF_AGE)
    year, of_age = anniversaries(hired, most), anniversaries(born, _OF_AGE)
    wait, own_age = waited(hired, section), anniversaries(born, section.minimum_age)

    def entry(wait: Days, own_age: Days) -> tuple[_Entry, _Entry]:
        by_service = _Entry("hired", hired, next_entry(wait, section), _lawful_after(year))
        return by_service, _Entry("21 years old", of_age, next_entry(own_age, section), latest_lawful(of_age))

    by_service, by_age = entry(wait, own_age)
    if (wait > year).any():
        yield f"eligibility.{_wait_key(section)}: more than {_SERVICE[most]}; {by_service}"
    if section.minimum_age > _OF_AGE:
        yield f"eligibility.minimum_age: above 21 (IRC 410(a)(1)(A)(i)); {by_age}"
    late = [tried for tried in entry(np.minimum(wait, year), np.minimum(own_age, of_age)) if tried.late]
    if late:
        yield (
            f"eligibility.entry: {section.entry} entry comes too late after {_YEARS[most]} of service and age 21 "
            f"(IRC 410(a)(4)); {late[0]}; shorten the wait, lower the age, or add entry dates"
        )


def service_warnings(name: str, asked: int, most: int, start_year: int) -> Iterator[str]:
    """Yield compliance warnings about years of service for employer contributions, where the law allows fewer."""
    if asked > most:
        hired = _tried(start_year)
        entry = _Entry("hired", hired, _year_of(anniversaries(hired, asked)), _lawful_after(anniversaries(hired, most)))
        yield (
            f"plan.{name}.minimum_service_years: at most 1, or 2 with immediate vesting "
            f"(IRC 410(a)(1)(A)(ii), (B)(i)); {entry}"
        )


def _tried(year: int) -> Days:
    """Return each day from January 1 of a year on; a leap year is among them."""
    first, last = (day_number(dt.date(at, 1, 1)) for at in (year, year + _YEARS_TRIED))
    return np.arange(first, last, dtype=np.int32)


def _lawful_after(anniversaries: Days) -> Days:
    """Return the latest lawful entry; service is complete the day before the anniversary of hire."""
    return latest_lawful(anniversaries - np.int32(1))


def _year_of(dates: Days) -> Days:
    return dates.astype("datetime64[D]").astype("datetime64[Y]").astype("datetime64[D]").astype(np.int32)


def _wait_key(section: Eligibility) -> str:
    unit = section.waiting_period[0]
    return f"waiting_period_{'years' if section.waiting_period_years is not None else unit}"
