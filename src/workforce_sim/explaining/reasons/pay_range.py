"""Assumptions behind merit by position in the pay range, and behind what a range does to raises."""

from __future__ import annotations

from decimal import Decimal
from functools import reduce

import numpy as np

from workforce_sim.config.pay_ranges import EVERYBODY
from workforce_sim.engine.merit import MIDPOINT
from workforce_sim.engine.pay_scale import PayScale, pay_scale
from workforce_sim.engine.position import InRange
from workforce_sim.explaining.reasons.moment import Moment, Reason
from workforce_sim.wording import number, percent

_WORDS = {"compa_ratio": "compa-ratio", "penetration": "range penetration"}


def limited(moment: Moment) -> list[Reason]:
    """Return the rule at the maximum of the range, where there is one."""
    rule = moment.config.compensation.range_maximum
    note = f"of {moment.level_on(moment.date)} in {moment.year}"
    return [] if rule == "ignore" else [Reason("compensation.range_maximum", rule, note)]


def by_matrix(moment: Moment, rating: str | None) -> list[Reason]:
    """Return the cell of the merit matrix for the person; nothing without a matrix."""
    matrix = moment.config.compensation.merit_matrix
    if matrix is None:
        return []
    position = _position(moment, matrix.position)
    column = int(np.searchsorted(matrix.edges_ppm, position, side="right"))
    row = rating or EVERYBODY
    value = matrix.increases[row][column]
    note = f"at a {_WORDS[matrix.position]} of {percent(Decimal(position).scaleb(-6), 1)}"
    shown = f"x {number(value)}" if matrix.pool else percent(value)
    return [Reason(f"compensation.merit_matrix.increases.{row}[{column}]", shown, note)]


def _position(moment: Moment, kind: str) -> int:
    """Return the position in the range just before merit, ppm."""
    level = np.array([moment.assumptions.names.index(moment.level_on(moment.date))])
    ranges = InRange(_scale(moment), level, np.array([moment.person["full_time_ppm"]]))
    measured = ranges.compa_ratio if kind == "compa_ratio" else ranges.penetration
    found, known = measured(np.array([_before_merit(moment)], dtype=np.int64))
    return int(found[0]) if known[0] else MIDPOINT[kind]


def _before_merit(moment: Moment) -> int:
    """Return the salary just before merit: that of a merit increase of the day, else of the day."""
    of_day = (e for e in moment.ledger if e["event_type"] == "merit" and e["effective_date"] == moment.date)
    raised = next(of_day, None)
    return moment.salary_on(moment.date) if raised is None else int(raised["salary_before_cents"])


def _scale(moment: Moment) -> PayScale:
    """Return the pay ranges of the year."""
    nobody = np.zeros(0, dtype=np.int64)
    start = pay_scale(moment.assumptions.levels, "uniform", nobody.astype(np.int16), nobody)
    growth = moment.config.range_growth
    years = range(moment.config.simulation.start_year + 1, moment.year + 1)
    return reduce(lambda scale, year: scale.grown(growth.ppm(year)), years, start)
