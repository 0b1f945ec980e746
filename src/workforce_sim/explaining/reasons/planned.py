"""Assumptions behind planned changes: what is known of hires, why somebody leaves on a planned day."""

from __future__ import annotations

from workforce_sim.config.actions import Department
from workforce_sim.config.values import ByYear
from workforce_sim.explaining.reasons.moment import Moment, Reason
from workforce_sim.wording import counted


def planned_hire(moment: Moment) -> list[Reason]:
    """Return the assumptions behind a hire with a cause."""
    cause, config, date = moment.event["cause"], moment.config, moment.date
    if cause == "known":
        days = [one.date for one in config.hiring.known]
        return [Reason(f"hiring.known[{days.index(date)}]", str(date), "a known hire")]
    if cause == "seasonal":
        return [Reason("hiring.seasonal", counted(len(config.hiring.seasonal), "season"), f"hired {date}")]
    if cause == "acquisition":
        places = [at for at, one in enumerate(config.actions.acquisitions) if one.date == date]
        return [Reason(f"actions.acquisitions[{at}].date", str(date), "joined by an acquisition") for at in places]
    return []


def planned_exit(moment: Moment) -> list[Reason]:
    """Return the assumptions behind a termination on a planned day; nothing behind others."""
    config, date = moment.config, moment.date
    if moment.event["cause"] == "season_end":
        return [Reason("hiring.seasonal", counted(len(config.hiring.seasonal), "season"), f"ended {date}")]
    if moment.event["cause"] == "reduction":
        layoffs = [(at, one) for at, one in enumerate(config.actions.layoffs) if one.date == date]
        return [Reason(f"actions.layoffs[{at}]", str(date), f"chosen by {one.select}") for at, one in layoffs]
    return []


def of_department(moment: Moment, key: str, whole: str, rate: ByYear, note: str = "") -> Reason:
    """Return a rate of the person's department, where it has its own; else that of the whole.

    Args:
        moment: the event.
        key: the key of a department.
        whole: the key of the whole.
        rate: of the whole.
        note: what the rate meant.
    """
    name = moment.person["department"]
    section = moment.config.departments.get(name, Department())
    own: ByYear | None = getattr(section, key)
    return moment.by_year(whole, rate, note) if own is None else moment.by_year(f"departments.{name}.{key}", own, note)
