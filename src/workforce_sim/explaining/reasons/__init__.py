"""The assumptions behind one event of one person: configuration keys, and the value in force for that person then.

One function an event type, named as the type; each gives the keys that decided whether, when and by how much. Of a type
without one, the keys that it is declared with are given as they are configured.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workforce_sim.explaining.reasons import plan, work
from workforce_sim.explaining.reasons.moment import Moment, Reason
from workforce_sim.explaining.reasons.money import contributions
from workforce_sim.tables import EVENT_KINDS, EventType
from workforce_sim.wording import leaves, value_text

__all__ = ["Moment", "Reason", "contributions", "reasons"]


def reasons(moment: Moment, kinds: Sequence[EventType] = EVENT_KINDS) -> list[Reason]:
    """Return the assumptions behind an event, the ones that decide whether it happens first; of a user's own, none."""
    name = str(moment.event["event_type"])
    kind = next((kind for kind in kinds if kind.name == name), None)
    if kind is None:  # a user's own event
        return []
    explain = getattr(plan if kind.in_plan else work, name, None)
    return list(_declared(moment, kind)) if explain is None else explain(moment)


def _declared(moment: Moment, kind: EventType) -> Iterator[Reason]:
    """Yield what is configured under the keys of an event type."""
    configured = moment.config.model_dump(mode="json", by_alias=True)
    for key, value in leaves(configured):
        if key.startswith(kind.keys):
            yield Reason(key, value_text(value))
