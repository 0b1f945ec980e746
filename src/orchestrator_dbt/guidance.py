"""What to look at when an operation fails: the documented advice on databases, memory and dependencies."""

import logging
from contextlib import AbstractContextManager

from workforce_sim.operate import guidance
from workforce_sim.operate.guidance import Topic

log = logging.getLogger("orchestrator_dbt")

_TOPICS = (
    Topic(
        (
            "Database: check the connection, and that no other process holds what is read or written",
            "Database: check the permissions of the files and folders of the run",
            "Database: check that there is enough disk space",
        ),
        r"database|duckdb|sqlite|\bsql|\bconnect(ion|ing|ed)?\b|permission|\bdisk\b|space left|\blocked\b",
        frozenset({"ConnectionError", "PermissionError", "LedgerError"}),
        unless=r"not an empty folder|another run\b",  # a folder that is taken
    ),
    Topic(
        (
            "Memory: reduce the batch size (--batch-size)",
            "Memory: enable compression (--enable-compression)",
            "Memory: reduce the number of workers (--max-workers)",
        ),
        r"memory|\boom\b",
        frozenset({"MemoryError"}),
    ),
    Topic(
        (
            "Dependency: run the years in order, by sequential execution: each needs the one before it",
            "Dependency: check the results of the year before (data validation), and repeat the first that failed",
        ),
        r"sequential|(?<![a-z])dependen(t|cy|cies)|depends on|(previous|prior) year",
    ),
)


def error_context(operation: str, troubleshooting_guide: str = "") -> AbstractContextManager[None]:
    """Enhanced error handling with troubleshooting guidance.

    Logs at ERROR on the logger ``orchestrator_dbt``, a record a line, what helps when the block fails: the operation
    with the error, the lines of the guide, and advice on database, memory and dependency errors. The error goes on.

    Args:
        operation: what is done in the block, for the log.
        troubleshooting_guide: what to look at, in lines.
    """
    return guidance.guided(log, operation, troubleshooting_guide, _TOPICS)


def advice(error_type: str, message: str) -> list[str]:
    """Return what to look at after an error, by the name of its type and its words; nothing for other trouble."""
    return guidance.advice(_TOPICS, {error_type}, f"{error_type}: {message}")
