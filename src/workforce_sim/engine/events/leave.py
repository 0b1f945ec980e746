"""Unpaid leave: who, from when, for how long. ``earnings`` leaves its days out of pay.

Chapter: ``docs/model/leave.md``.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from workforce_sim.dates import NEVER, Days, dates_between, dates_in_calendar
from workforce_sim.draws import Stream
from workforce_sim.engine.columns import FLAG, Array, Columns, Described
from workforce_sim.engine.columns import Rows as Selected
from workforce_sim.engine.context import Year
from workforce_sim.engine.event import KeptColumn, Rows, node
from workforce_sim.money import PPM

_NO_LEAVE = -(10**6)
"""A day before any year of a run."""

ADDS: Described = {
    "begins_leave": (FLAG, "begins a leave this year"),
    "leave_first_day": (pl.Int32, "first unpaid day of the year; never without a leave"),
    "leave_last_day": (pl.Int32, "last unpaid day of the year; before the first without one"),
    "leave_days": (pl.Int32, "unpaid days of the year"),
    "back_date": (pl.Int32, "return from leave this year; never without one"),
    "new_leave_end_date": (pl.Int32, "last day of the latest leave; long ago without one"),
}
STARTS = Rows("leave_start", pl.col("begins_leave") != 0, "leave_first_day")
ENDS = Rows("leave_return", pl.col("back_date") != int(NEVER), "back_date")


@node(
    adds=ADDS,
    ledger=(ENDS, STARTS),
    snapshot={
        "leave_days": pl.col("leave_days"),
        "on_leave": (pl.col("new_leave_end_date") >= pl.col("last_day")) & (pl.col("leaves") == 0),
    },
    kept={"leave_end_date": KeptColumn(pl.Int32, "last day of the latest leave; long ago without one", _NO_LEAVE)},
    used=lambda config: "leave" in config.provisions,
)
def leave(staff: Columns, year: Year) -> Mapping[str, Array]:
    """Add leave of the year: from the year before, or begun now; it ends with the employment."""
    goes_on = staff["leave_end_date"] >= year.first - 1
    through: Days = np.where(goes_on, staff["leave_end_date"], _NO_LEAVE).astype(np.int32)
    first: Days = np.where(goes_on, np.int32(year.first), NEVER).astype(np.int32)
    begins = np.zeros(len(staff), dtype=np.uint8)
    rows, date, last = _begun(staff, np.flatnonzero(~goes_on), year)
    begins[rows], first[rows], through[rows] = True, date, last
    unpaid = np.minimum(through, staff["last_day"])
    back = through + 1
    there = (back >= year.first) & (back <= staff["last_day"])
    return {
        "begins_leave": begins,
        "leave_first_day": first,
        "leave_last_day": unpaid,
        "leave_days": np.maximum(unpaid.astype(np.int64) - first + 1, 0).astype(np.int32),
        "back_date": np.where(there, back, NEVER).astype(np.int32),
        "new_leave_end_date": np.where(staff["leaves"] == 0, through, _NO_LEAVE).astype(np.int32),
    }


def _begun(staff: Columns, rows: Selected, year: Year) -> tuple[Selected, Days, Days]:
    """Return who begins a leave, and the first and last days of it."""
    section, person = year.config.leave, staff["person"]
    rows = rows[year.draw(person[rows], Stream.LEAVE) < section.share.ppm(year.number) / PPM]
    profile = year.calendar.profile(section.month_weights)
    date = dates_in_calendar(year.draw(person[rows], Stream.LEAVE_DATE), year.calendar, profile)
    u = year.draw(person[rows], Stream.LEAVE_LENGTH)
    length = dates_between(u, section.shortest_days, section.longest_days)
    there = (staff.first_day[rows] < date) & (date <= staff["last_day"][rows])
    return rows[there], date[there], (date + length - np.int32(1))[there]
