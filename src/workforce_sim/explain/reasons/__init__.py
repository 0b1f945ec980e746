"""The assumptions behind one event of one person: configuration keys, and the value in force for that person then.

One function an event type, as in ``events/``; each gives the keys that decided whether, when and by how much.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from workforce_sim.explain.reasons import plan, work
from workforce_sim.explain.reasons.moment import Moment, Reason
from workforce_sim.explain.reasons.money import contributions

__all__ = ["Moment", "Reason", "contributions", "reasons"]


def reasons(moment: Moment) -> list[Reason]:
    """Return the assumptions behind an event, the ones that decide whether it happens first."""
    return _OF_TYPE[str(moment.event["event_type"])](moment)


_OF_TYPE: Mapping[str, Callable[[Moment], list[Reason]]] = {
    "hire": work.hire,
    "eligibility": plan.eligibility,
    "promotion": work.promotion,
    "cola": work.cola,
    "merit": work.merit,
    "enrollment": plan.enrollment,
    "opt_out": plan.automatic_enrollment,
    "rate_change": plan.rate_change,
    "escalation": plan.escalation,
    "stop": plan.stop,
    "termination": work.termination,
    "forfeiture": plan.forfeiture,
}
