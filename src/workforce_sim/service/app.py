"""The places of the API. Needs FastAPI: the extra ``api``."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable
from traceback import extract_tb
from typing import Annotated, Any, Literal, NamedTuple

import psutil
from fastapi import FastAPI, Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, PlainTextResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from workforce_sim.errors import LedgerError, WorkforceSimError
from workforce_sim.service.answers import (
    CensusShown,
    JobShown,
    JobsShown,
    Refusal,
    TablesShown,
    census_shown,
    job_shown,
)
from workforce_sim.service.asked import Asked, ComparisonAsked, EnsembleAsked, RunAsked, reading, refuse_beyond
from workforce_sim.service.door import Answer, Door, refusal
from workforce_sim.service.index import DONE, Job
from workforce_sim.service.jobs import Jobs, has_ended
from workforce_sim.service.metrics import Metrics

log = logging.getLogger(__name__)
RETRY = {"Retry-After": "5"}
MOST_LISTED = 500
FILE_NAME = r"^[^/\\\x00-\x1f\x7f]+$"

Refused = dict[int | str, dict[str, Any]]
Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200)]


def refused(*codes: int) -> Refused:
    """Return the refusals of a place, for its description."""
    return {code: {"model": Refusal} for code in (400, 401, 403, *codes)}


def application(jobs: Jobs, metrics: Metrics) -> Door:
    """Return the application that serves jobs, with the door before it."""
    app = FastAPI(
        title="workforce-sim",
        description="Simulates a workforce and its 401(k) plan. Amounts are whole cents.",
        version="1",
        docs_url=None,  # these two load scripts from elsewhere
        redoc_url=None,
        default_response_class=Answer,
    )
    _add_handlers(app)
    _add_submissions(app, jobs)
    _add_jobs(app, jobs)
    _add_censuses(app, jobs)
    _add_state(app, jobs, metrics)
    settings = jobs.settings
    return Door(app, settings.token, settings.limits.upload, metrics)


# --- what is refused ---


def _add_handlers(app: FastAPI) -> None:
    handlers: dict[Any, Callable[[Request, Any], Response]] = {
        RequestValidationError: lambda _, error: refusal(422, "\n".join(map(_told, error.errors()))),
        HTTPException: lambda _, error: refusal(error.status_code, str(error.detail), error.headers),
        LedgerError: lambda _, error: refusal(503, str(error)),
        WorkforceSimError: lambda _, error: refusal(422, str(error)),
        sqlite3.Error: lambda _, error: refusal(503, "the index cannot be read or written; check the disk"),
        OSError: lambda _, error: refusal(503, f"the folder cannot be read or written ({error.strerror})"),
        Exception: _failed,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def _told(error: dict[str, Any]) -> str:
    """Return what a wrong request is told: where and what, never the value."""
    where = ".".join(str(part)[:100] for part in error["loc"][1:])
    what = str(error["msg"]).removeprefix("Value error, ")
    return " ".join((f"{where}: {what}" if where else what).split())


def _failed(_: Request, error: Exception) -> Response:
    at = extract_tb(error.__traceback__)[-1]
    log.error("a request failed: %s at %s:%s", type(error).__name__, at.filename, at.lineno)
    return refusal(500, "an error of the service itself")


# --- submitting ---


def _add_submissions(app: FastAPI, jobs: Jobs) -> None:
    about: dict[str, Any] = {"status_code": 202, "response_model": JobShown, "tags": ["jobs"]}
    about["responses"] = {200: {"model": JobShown}, **refused(404, 409, 413, 415, 422, 429, 503)}

    @app.post("/v1/runs", summary="Submit one simulation", **about)
    def submit_run(asked: RunAsked, key: Key = None) -> Response:
        return _submitted(jobs, asked, key)

    @app.post("/v1/ensembles", summary="Submit many simulations of one configuration", **about)
    def submit_ensemble(asked: EnsembleAsked, key: Key = None) -> Response:
        return _submitted(jobs, asked, key)

    @app.post("/v1/comparisons", summary="Submit scenarios with the same random draws", **about)
    def submit_comparison(asked: ComparisonAsked, key: Key = None) -> Response:
        return _submitted(jobs, asked, key)


def _submitted(jobs: Jobs, asked: Asked, key: str | None) -> Response:
    """Take a job on; 202 for a new one, 200 for one that was submitted before with the same key."""
    rows = None
    if asked.census is not None:
        known = jobs.censuses.about(asked.census)
        if known is None:
            raise HTTPException(404, "census: no such census; it may have been held for its hour. Upload it again")
        rows = known[0].rows
    refuse_beyond(asked, jobs.settings.limits, rows)
    text = json.dumps(asked.model_dump(mode="json", exclude_none=True), sort_keys=True)
    try:
        job, new = jobs.submit(asked.kind, text, asked.census, key)
    except WorkforceSimError as error:
        raise HTTPException(409, str(error)) from None
    except OverflowError:
        raise HTTPException(429, "as many jobs wait as may; try again later", RETRY) from None
    return Answer(job_shown(job, None), 202 if new else 200, {"Location": f"/v1/jobs/{job.id}"})


# --- jobs ---


def _job(jobs: Jobs, name: str) -> Job:
    job = jobs.index.job(name)
    if job is None:
        raise HTTPException(404, "no such job")
    return job


def _done(jobs: Jobs, name: str) -> Job:
    job = _job(jobs, name)
    if job.state != DONE:
        raise HTTPException(409, f"the job is {job.state}; only one that is done has a result")
    return job


def _add_jobs(app: FastAPI, jobs: Jobs) -> None:
    tags: dict[str, Any] = {"tags": ["jobs"]}

    @app.get("/v1/jobs", summary="List jobs", response_model=JobsShown, responses=refused(422), **tags)
    def listed(
        state: Literal["waiting", "running", "done", "failed", "cancelled"] | None = None,
        most: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 100,
        before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    ) -> Response:
        found = jobs.index.jobs(state, most, before)
        more = found[-1].number if len(found) == most else None
        shown = [job_shown(job, jobs.progress.get(job.id)) for job in found]
        return Answer({"jobs": shown, "before": more})

    @app.get("/v1/jobs/{job}", summary="Status of a job", response_model=JobShown, responses=refused(404), **tags)
    async def status(job: str) -> Response:
        return Answer(job_shown(_job(jobs, job), jobs.progress.get(job)))

    about: dict[str, Any] = {"response_model": JobShown, "responses": refused(404), **tags}

    @app.post("/v1/jobs/{job}/cancel", summary="Cancel a job", **about)
    def cancel(job: str) -> Response:
        jobs.cancel(_job(jobs, job).id)
        return Answer(job_shown(_job(jobs, job), None))

    @app.delete(
        "/v1/jobs/{job}", summary="Remove a job and its result", status_code=204, responses=refused(404, 409), **tags
    )
    def remove(job: str) -> Response:
        found = _job(jobs, job)
        if not has_ended(found):
            raise HTTPException(409, f"the job is {found.state}; cancel it first")
        jobs.remove(found)
        return Response(status_code=204)

    @app.get("/v1/jobs/{job}/result", summary="Result of a job", responses=refused(404, 409), **tags)
    def result(job: str) -> Response:
        return _file(jobs.result(_done(jobs, job).id), "application/json")

    @app.get(
        "/v1/jobs/{job}/tables",
        summary="Names of its tables",
        response_model=TablesShown,
        responses=refused(404, 409),
        **tags,
    )
    def tables(job: str) -> Response:
        return Answer({"tables": [*jobs.tables(_done(jobs, job).id)]})

    @app.get("/v1/jobs/{job}/tables/{table}", summary="A table (Parquet)", responses=refused(404, 409), **tags)
    def table(job: str, table: str) -> Response:
        return _file(jobs.tables(_done(jobs, job).id).get(table), "application/vnd.apache.parquet")


def _file(path: Any, kind: str) -> Response:
    if path is None or not path.is_file():
        raise HTTPException(404, "no such table, or the job was removed")
    return FileResponse(path, media_type=kind)


# --- censuses ---


class _Upload(NamedTuple):
    """How a census is uploaded: its name, whether it is kept, and how it is read."""

    name: str
    keep: bool
    start_year: int
    section: dict[str, Any]


def _add_censuses(app: FastAPI, jobs: Jobs) -> None:
    body = {"requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string"}}}}}

    @app.post(
        "/v1/censuses",
        summary="Upload a census: checked, held in memory for an hour, on disk only when asked",
        status_code=201,
        response_model=CensusShown,
        responses=refused(413, 415, 422, 429, 503),
        tags=["censuses"],
        openapi_extra=body,
    )
    async def upload(
        request: Request,
        name: Annotated[str, Query(min_length=1, max_length=200, pattern=FILE_NAME)] = "census",
        keep: bool = False,
        start_year: Annotated[int, Query(ge=1950, le=2200)] = 2025,
        section: Annotated[str, Query(alias="census", max_length=20_000)] = "{}",
    ) -> Response:
        if request.headers.get("content-type") != "application/octet-stream":
            raise HTTPException(415, "Content-Type: send the file as application/octet-stream")
        return await _uploaded(jobs, _Upload(name, keep, start_year, _section(section)), await request.body())

    about: dict[str, Any] = {"tags": ["censuses"]}

    @app.get("/v1/censuses/{census}", summary="A census", response_model=CensusShown, responses=refused(404), **about)
    def shown(census: str) -> Response:
        known, kept = _census(jobs, census)
        return Answer(census_shown(known, kept=kept))

    @app.delete(
        "/v1/censuses/{census}", summary="Remove a census", status_code=204, responses=refused(404, 409), **about
    )
    def remove(census: str) -> Response:
        known, _ = _census(jobs, census)
        if known.id in jobs.index.censuses_in_use():
            raise HTTPException(409, "jobs wait for this census or run on it; cancel them first")
        jobs.censuses.remove(known.id)
        return Response(status_code=204)


def _census(jobs: Jobs, name: str) -> Any:
    known = jobs.censuses.about(name)
    if known is None:
        raise HTTPException(404, "no such census")
    return known


def _section(text: str) -> dict[str, Any]:
    try:
        section = json.loads(text)
    except (ValueError, RecursionError):
        section = None
    if not isinstance(section, dict):
        raise HTTPException(422, "census: expected keys of a census section as a JSON object")
    return section


async def _uploaded(jobs: Jobs, asked: _Upload, content: bytes) -> Response:
    """Check a census as any file is checked, in a process of its own, and hold or keep it."""
    reading(asked.section, asked.start_year)  # refused here if it cannot be used
    task = {"reading": asked.section, "start_year": asked.start_year, "name": asked.name}
    try:
        account = await run_in_threadpool(jobs.checked, task, content)
        rows = int(account["rows"]["staff"])
        if rows > jobs.settings.limits.staff:
            raise HTTPException(413, f"{rows:,} employees; at most {jobs.settings.limits.staff:,} are simulated")
        added = await run_in_threadpool(jobs.censuses.add, asked.name, content, rows, kept=asked.keep)
    except OverflowError:
        raise HTTPException(429, "as many censuses as may be are checked or held; try again later", RETRY) from None
    shown = census_shown(added.about, kept=added.kept)
    return Answer({**shown, "account": account}, 201, {"Location": f"/v1/censuses/{added.about.id}"})


# --- state of the service ---


def _add_state(app: FastAPI, jobs: Jobs, metrics: Metrics) -> None:
    @app.get("/health", summary="Whether the service answers", tags=["state"])
    async def health() -> Response:
        return Answer({"status": "ok"})

    @app.get("/ready", summary="Whether it carries out jobs", responses={503: {"model": Refusal}}, tags=["state"])
    def ready() -> Response:
        jobs.index.counts()  # the index answers, or 503
        if not jobs.alive:
            raise HTTPException(503, "the service is stopping")
        return Answer({"status": "ready"})

    @app.get(
        "/metrics", summary="For Prometheus", response_class=PlainTextResponse, responses=refused(), tags=["state"]
    )
    def measured() -> Response:
        now = {
            "workforce_sim_jobs": [({"state": state}, count) for state, count in jobs.index.counts().items()],
            "workforce_sim_worker_memory_bytes": [
                ({"worker": str(n)}, worker.bytes) for n, worker in enumerate(jobs.workers)
            ],
            "workforce_sim_census_memory_bytes": [({}, jobs.censuses.held_bytes)],
            "process_resident_memory_bytes": [({}, psutil.Process().memory_info().rss)],
        }
        return PlainTextResponse(metrics.text(now), media_type="text/plain; version=0.0.4")
