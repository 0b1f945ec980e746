"""The places of the API. Needs FastAPI: the extra ``api``."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import Annotated, Any, NamedTuple

import psutil
from fastapi import FastAPI, Header, Query, Request, Response, Security
from fastapi.responses import FileResponse, PlainTextResponse
from fastapi.security import HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from workforce_sim.errors import WorkforceSimError
from workforce_sim.operate.service.answers import (
    CensusShown,
    JobShown,
    JobsShown,
    Refusal,
    State,
    census_shown,
    job_shown,
)
from workforce_sim.operate.service.asked import (
    ComparisonAsked,
    EnsembleAsked,
    JobAsked,
    RunAsked,
    reading,
    refuse_beyond,
)
from workforce_sim.operate.service.door import OPEN, Answer, Door
from workforce_sim.operate.service.index import DONE, ENDED, JobRow
from workforce_sim.operate.service.jobs import Jobs
from workforce_sim.operate.service.metrics import Metrics, Now
from workforce_sim.operate.service.refusals import HANDLERS

LOOK = 0.05
"""Seconds between two looks at a job that is waited for."""
RETRY = {"Retry-After": "5"}
BINARY, PARQUET = "application/octet-stream", "application/vnd.apache.parquet"
TOLD = Security(HTTPBearer(auto_error=False, description="the token of the service"))
"""Tells programs that read the description to send the token; the door looks at it."""
STAFF = "employee_id,hire_date,annual_salary\nE1,2020-01-02,60000\nE2,2019-05-01,82000\n"
FILE = {"schema": {"type": "string", "format": "binary"}, "example": STAFF}
UPLOADED = {"requestBody": {"required": True, "content": {BINARY: FILE}}}

Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200)]
Name = Annotated[str, Query(min_length=1, max_length=200, pattern=r"^[^/\\\x00-\x1f\x7f]+$")]
Section = Annotated[str, Query(alias="census", max_length=4_000, description="keys of a census section, as JSON")]


class Endpoint(NamedTuple):
    """A place of the API: what answers there, in which words, and the refusals beyond those that any place has.

    Its content is JSON where no other type is named.
    """

    method: str
    path: str
    answer: Callable[..., Any]
    summary: str
    refusals: tuple[int, ...] = ()
    status: int = 200
    model: Any = None
    more: dict[str, Any] | None = None
    content: str = ""


def application(jobs: Jobs, metrics: Metrics) -> Door:
    """Return the application that serves jobs, with the door before it."""
    app = FastAPI(
        title="workforce-sim",
        description="Simulates a workforce and its 401(k) plan. Amounts are whole cents.",
        version="1",
        docs_url=None,  # these two load scripts from elsewhere
        redoc_url=None,
    )
    for kind, handler in HANDLERS.items():
        app.add_exception_handler(kind, handler)
    for place in places(Api(jobs, metrics)):
        secured = jobs.settings.token is not None and place.path not in OPEN
        app.add_api_route(place.path, place.answer, **_described(place), dependencies=[TOLD] if secured else [])
    return Door(app, jobs.settings.token, jobs.settings.limits.upload, metrics)


def _described(place: Endpoint) -> dict[str, Any]:
    """Return what the description says of a place."""
    answers: dict[int, dict[str, Any]] = {code: {"model": Refusal} for code in (400, 401, 403, *place.refusals)}
    if place.status == 202:
        answers[200] = {"model": place.model, "description": "The job of the same Idempotency-Key"}
    if place.content:
        answers[place.status] = {"content": {place.content: {"schema": {"type": "string"}}}}
    return {
        "methods": [place.method],
        "operation_id": place.answer.__name__,
        "summary": place.summary,
        "status_code": place.status,
        "responses": answers,
        "response_model": place.model,
        "response_class": Response if place.content else Answer,
        "openapi_extra": place.more,
    }


def places(api: Api) -> Iterator[Endpoint]:
    """Yield the places of the API."""
    taken = (404, 409, 413, 422, 429, 503)
    yield Endpoint("POST", "/v1/runs", api.submit_run, "Submit one simulation", taken, 202, JobShown)
    yield Endpoint("POST", "/v1/ensembles", api.submit_ensemble, "Submit many simulations", taken, 202, JobShown)
    yield Endpoint("POST", "/v1/comparisons", api.submit_comparison, "Submit scenarios", taken, 202, JobShown)
    yield Endpoint("GET", "/v1/jobs", api.jobs_listed, "List jobs, the newest first", (422,), 200, JobsShown)
    yield Endpoint("GET", "/v1/jobs/{job}", api.status, "Status of a job", (404, 422), 200, JobShown)
    yield Endpoint("POST", "/v1/jobs/{job}/cancel", api.cancel, "Cancel a job", (404,), 200, JobShown)
    yield Endpoint("DELETE", "/v1/jobs/{job}", api.remove, "Remove a job and its result", (404, 409), 204)
    yield Endpoint("GET", "/v1/jobs/{job}/result", api.result, "Result of a job", (404, 409))
    about = "A table (Parquet) of a job"
    yield Endpoint("GET", "/v1/jobs/{job}/tables/{table}", api.table, about, (404, 409), content=PARQUET)
    about = "Upload a census: checked, and in memory for an hour; on disk only when asked"
    refused = (413, 415, 422, 429, 503)
    yield Endpoint("POST", "/v1/censuses", api.upload, about, refused, 201, CensusShown, UPLOADED)
    yield Endpoint("DELETE", "/v1/censuses/{census}", api.remove_census, "Remove a census", (404, 409), 204)
    yield Endpoint("GET", "/health", api.health, "Whether the service answers")
    yield Endpoint("GET", "/ready", api.ready, "Whether it carries out jobs", (503,))
    yield Endpoint("GET", "/metrics", api.metrics, "For Prometheus", content="text/plain")


class Api:
    """What is answered, by place.

    Args:
        jobs: that are carried out.
        metrics: what is counted.
    """

    def __init__(self, jobs: Jobs, metrics: Metrics) -> None:
        self._jobs, self._metrics = jobs, metrics

    # --- submitting ---

    def submit_run(self, asked: RunAsked, key: Key = None) -> Response:
        """Take on a run; with a key that was used for the same request before, that job is answered again."""
        return self._submitted(asked, key)

    def submit_ensemble(self, asked: EnsembleAsked, key: Key = None) -> Response:
        """Take on an ensemble, as a run."""
        return self._submitted(asked, key)

    def submit_comparison(self, asked: ComparisonAsked, key: Key = None) -> Response:
        """Take on a comparison, as a run."""
        return self._submitted(asked, key)

    def _submitted(self, asked: JobAsked, key: str | None) -> Response:
        known = None if asked.census is None else self._jobs.censuses.about(asked.census)
        if asked.census is not None and known is None:
            raise HTTPException(
                404, "census: no such census; one that is not kept is held for an hour: upload it again"
            )
        refuse_beyond(asked, self._jobs.settings.limits, None if known is None else known.rows)
        text = json.dumps(asked.model_dump(mode="json", exclude_none=True))  # in order: the first is the baseline
        try:
            job, new = self._jobs.submit(asked.kind, text, asked.census, key)
        except WorkforceSimError as error:
            raise HTTPException(409, str(error)) from None
        except OverflowError:
            raise HTTPException(429, "as many jobs wait as may; try again later", RETRY) from None
        return Answer(job_shown(job, None), 202 if new else 200, {"Location": f"/v1/jobs/{job.id}"})

    # --- jobs ---

    def jobs_listed(
        self,
        state: State | None = None,
        most: Annotated[int, Query(ge=1, le=500)] = 100,
        before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    ) -> Response:
        """Answer jobs of a state, or of any."""
        found = self._jobs.index.jobs(state, most, before)
        shown = [job_shown(job, self._jobs.progress.get(job.id)) for job in found]
        return Answer({"jobs": shown, "before": found[-1].number if len(found) == most else None})

    async def status(self, job: str, wait: Annotated[float, Query(ge=0, le=30)] = 0) -> Response:
        """Answer where a job stands, at once or when it has ended, after so many seconds at the latest."""
        late = monotonic() + wait
        while self._job(job).state not in ENDED and monotonic() < late and self._jobs.alive:
            await asyncio.sleep(LOOK)
        return Answer(job_shown(self._job(job), self._jobs.progress.get(job)))

    def cancel(self, job: str) -> Response:
        """Cancel a job that waits or runs; one that has ended stays as it is."""
        self._jobs.cancel(self._job(job).id)
        return Answer(job_shown(self._job(job), None))

    def remove(self, job: str) -> Response:
        """Remove a job that has ended."""
        found = self._job(job)
        if found.state not in ENDED:
            raise HTTPException(409, f"the job is {found.state}; cancel it first")
        self._jobs.remove(found)
        return Response(status_code=204)

    def result(self, job: str) -> Response:
        """Answer the summary of a run, the bands of an ensemble, the tables of a comparison."""
        return _file(self._jobs.result(self._done(job).id), "application/json")

    def table(self, job: str, table: str) -> Response:
        """Answer a table that was kept; the result names them."""
        return _file(self._jobs.table(self._done(job).id, table), PARQUET)

    def _job(self, name: str) -> JobRow:
        job = self._jobs.index.job(name)
        if job is None:
            raise HTTPException(404, "no such job")
        return job

    def _done(self, name: str) -> JobRow:
        job = self._job(name)
        if job.state != DONE:
            raise HTTPException(409, f"the job is {job.state}; only one that is done has a result")
        return job

    # --- censuses ---

    async def upload(
        self,
        request: Request,
        name: Name = "census",
        keep: bool = False,
        start_year: Annotated[int, Query(ge=1950, le=2200)] = 2025,
        opening_date: dt.date | None = None,
        section: Section = "{}",
    ) -> Response:
        """Check a census as any file is checked, in a process of its own, and hold or keep it."""
        if request.headers.get("content-type") != BINARY:
            raise HTTPException(415, f"Content-Type: send the file as {BINARY}")
        keys = _section(section)
        opens = None if opening_date is None else str(opening_date)
        reading(keys, start_year, opens)  # refused here if it cannot be used
        task = {"reading": keys, "start_year": start_year, "opening_date": opens, "name": name}
        most = self._jobs.settings.limits.staff
        try:
            with self._jobs.room_for_check():
                content = await request.body()
                account = await run_in_threadpool(self._jobs.checked, task, content)
                rows = int(account["rows"]["staff"])
                if rows > most:
                    raise HTTPException(413, f"{rows:,} employees; at most {most:,} are simulated")
                added = await run_in_threadpool(self._jobs.censuses.add, name, content, rows, kept=keep)
        except OverflowError:
            raise HTTPException(429, "too many censuses are checked or held; try again later", RETRY) from None
        return Answer({**census_shown(added), "account": account}, 201)

    def remove_census(self, census: str) -> Response:
        """Remove a census that no job needs any more."""
        if self._jobs.censuses.about(census) is None:
            raise HTTPException(404, "no such census")
        if census in self._jobs.index.censuses_in_use():
            raise HTTPException(409, "jobs wait for this census or run on it; cancel them first")
        self._jobs.censuses.remove(census)
        return Response(status_code=204)

    # --- state of the service ---

    async def health(self) -> Response:
        """Answer."""
        return Answer({"status": "ok"})

    def ready(self) -> Response:
        """Answer whether the index can be read and jobs are carried out."""
        self._jobs.index.counts()
        if not self._jobs.alive:
            raise HTTPException(503, "the service is stopping")
        return Answer({"status": "ready"})

    def metrics(self) -> Response:
        """Answer what was counted, and what is measured now."""
        jobs, workers = self._jobs.index.counts(), enumerate(self._jobs.workers)
        now: Now = {
            "workforce_sim_jobs": [({"state": state}, count) for state, count in jobs.items()],
            "workforce_sim_worker_memory_bytes": [({"worker": str(n)}, worker.bytes) for n, worker in workers],
            "workforce_sim_census_memory_bytes": [({}, self._jobs.censuses.held_bytes)],
            "process_resident_memory_bytes": [({}, psutil.Process().memory_info().rss)],
        }
        return PlainTextResponse(self._metrics.text(now), media_type="text/plain; version=0.0.4")


def _file(path: Path, kind: str) -> Response:
    if not path.is_file():
        raise HTTPException(404, "no such table, or the job was removed")
    return FileResponse(path, media_type=kind)


def _section(text: str) -> dict[str, Any]:
    try:
        section = json.loads(text)
    except (ValueError, RecursionError):
        section = None
    if not isinstance(section, dict):
        raise HTTPException(422, "census: expected keys of a census section as a JSON object")
    return section
