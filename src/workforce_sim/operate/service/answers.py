"""What the service answers, as its description has it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from workforce_sim.operate.service.index import DONE, CensusRow, JobRow
from workforce_sim.operate.service.jobs import Progress

State = Literal["waiting", "running", "done", "failed", "cancelled"]


class Shown(BaseModel):
    """An answer; attributes are described by their docstrings."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class ProgressShown(Shown):
    """How far a job is."""

    done: int
    of: int
    """Plan years of a run, else simulations."""


class JobShown(Shown):
    """A job."""

    id: str
    kind: Literal["run", "ensemble", "comparison"]
    state: State
    submitted: str
    started: str | None
    ended: str | None
    progress: ProgressShown | None
    message: str | None
    """Why it failed."""
    result: str | None
    """Where its result is, once it is done."""


class JobsShown(Shown):
    """Jobs, the newest first."""

    jobs: list[JobShown]
    before: int | None
    """What to ask with for the jobs before these; null where there are none."""


class CensusShown(Shown):
    """A census that was uploaded."""

    id: str
    name: str
    rows: int
    """Employees at the start of its year."""
    bytes: int
    kept: bool
    """Whether it is on disk; else it is in memory, for an hour."""
    account: dict[str, Any]
    """How it was read: fields, rows left out and why, ranges."""


class Refusal(Shown):
    """Why a request was refused."""

    error: str
    message: Annotated[str, Field(pattern=r"^[^\r\n]+$")]
    """One line."""
    problems: list[str] | None = None
    """All problems of a configuration or a census, where there are several."""


def job_shown(job: JobRow, progress: Progress | None) -> dict[str, Any]:
    """Return a job as ``JobShown``."""
    return {
        "id": job.id,
        "kind": job.kind,
        "state": job.state,
        "submitted": _moment(job.submitted),
        "started": _moment(job.started),
        "ended": _moment(job.ended),
        "progress": None if progress is None else progress._asdict(),
        "message": job.message,
        "result": f"/v1/jobs/{job.id}/result" if job.state == DONE else None,
    }


def census_shown(census: CensusRow) -> dict[str, Any]:
    """Return a census as ``CensusShown``, without its account."""
    return {"id": census.id, "name": census.name, "rows": census.rows, "bytes": census.bytes, "kept": census.kept}


def _moment(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
