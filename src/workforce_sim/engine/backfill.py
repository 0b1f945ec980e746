"""Time to fill: on which days the positions of those who leave are filled.

Chapter: ``docs/model/actions.md``.
"""

from __future__ import annotations

import numpy as np

from workforce_sim.config.actions import TimeToFill
from workforce_sim.dates import Days, dates_between
from workforce_sim.draws import Keys, Stream
from workforce_sim.engine.columns import Array
from workforce_sim.engine.context import Year


def delays(person: Keys, section: TimeToFill, year: Year) -> Days:
    """Return how many days each position stays open, by the draw of an employee."""
    return dates_between(year.draw(person, Stream.BACKFILL_DELAY), section.shortest_days, section.longest_days)


def fill_dates(last_day: Days, person: Keys, key: Keys, year: Year) -> Days:
    """Return the days on which the positions of those who leave are filled, in order; none where nobody asks."""
    section = year.config.hiring.time_to_fill
    if section is None:
        return np.zeros(0, dtype=np.int32)
    date: Array = last_day + delays(person, section, year)
    return date[np.lexsort((key, date))].astype(np.int32)
