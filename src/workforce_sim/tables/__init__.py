"""The tables: each event type, column and measure is declared here once, and all the rest derives from that."""

from workforce_sim.tables.columns import CENSUS, EVENTS, SNAPSHOTS
from workforce_sim.tables.contributions import EMPLOYER_MONEY, USED_FOR_COST
from workforce_sim.tables.declared import (
    NAME,
    Column,
    Counts,
    DataType,
    EventType,
    Last,
    Measure,
    Positive,
    Reached,
    causes_of,
    completed,
    looked_at,
    names,
    schema,
)
from workforce_sim.tables.event_types import (
    EVENT_CAUSE,
    EVENT_CAUSES,
    EVENT_KINDS,
    EVENT_TYPE,
    EVENT_TYPES,
    EXCLUSION,
    EXCLUSIONS,
    OPTIONAL_SOURCES,
    PAY_KINDS,
    SOURCES,
    STATUS,
    STATUSES,
    TERMINATION_CAUSE,
    TERMINATION_CAUSES,
)
from workforce_sim.tables.measures import OF_A_DAY, SUMMARY, WORKING

__all__ = [
    "CENSUS",
    "EMPLOYER_MONEY",
    "EVENTS",
    "EVENT_CAUSE",
    "EVENT_CAUSES",
    "EVENT_KINDS",
    "EVENT_TYPE",
    "EVENT_TYPES",
    "EXCLUSION",
    "EXCLUSIONS",
    "NAME",
    "OF_A_DAY",
    "OPTIONAL_SOURCES",
    "PAY_KINDS",
    "SCHEMA",
    "SNAPSHOTS",
    "SOURCES",
    "STATUS",
    "STATUSES",
    "SUMMARY",
    "TABLES",
    "TERMINATION_CAUSE",
    "TERMINATION_CAUSES",
    "USED_FOR_COST",
    "WORKING",
    "Column",
    "Counts",
    "DataType",
    "EventType",
    "Last",
    "Measure",
    "Positive",
    "Reached",
    "causes_of",
    "completed",
    "looked_at",
    "names",
    "schema",
]

TABLES = {"census": CENSUS, "events": EVENTS, "snapshots": SNAPSHOTS, "summary": SUMMARY}

SCHEMA = schema(TABLES)
"""Of what is declared: a run on disk written under another has other tables."""
