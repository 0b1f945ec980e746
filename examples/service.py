"""A service that runs simulations: strict requests, a folder of configurations, a limit on jobs, errors as JSON.

Needs FastAPI and uvicorn. Run it with ``python examples/service.py``, and from another terminal:

    $ curl -s localhost:8000/health
    {"status":"ok","running":0,"limit":2}
    $ curl -s localhost:8000/api/v1/simulation/run --json '{"start_year": 2025, "end_year": 2025}'
    {"status":"success","data":{"success":true,"simulation_id":"sim-...","completed_years":[2025],...}}
    $ curl -s localhost:8000/api/v1/simulation/run --json '{"start_year": 2025, "end_year": 2020}'
    {"status":"error","error":"invalid_request","message":"end_year must not be before start_year"}

``/docs`` describes it, ``/openapi.json`` does for programs. Configurations are read from one folder, ``config/`` unless
``WORKFORCE_CONFIGS`` names another; ``WORKFORCE_JOBS`` says how many run at once, and one more is answered with 429.
"""

from __future__ import annotations

import asyncio
import logging
import os
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.exceptions import HTTPException

import orchestrator_dbt.run_multi_year as workforce
from workforce_sim import ConfigError

FOLDER = Path(os.environ.get("WORKFORCE_CONFIGS", Path(__file__).parents[1] / "config")).resolve()
SHIPPED = Path(__file__).resolve().parents[1] / "src" / "workforce_sim" / "config" / "simulation_config.yaml"
JOBS = int(os.environ.get("WORKFORCE_JOBS", "2"))
MOST_YEARS = 30
CODES = {
    404: "not_found",
    405: "not_allowed",
    422: "invalid_configuration",
    429: "too_many_jobs",
    500: "internal",
}

app = FastAPI(title="Workforce Simulation API", version="1.0.0")
running: set[object] = set()
log = logging.getLogger("service")


class SimulationRequest(BaseModel):
    """What to simulate; unknown fields and numbers written as text are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)

    start_year: int = Field(ge=2000, le=2100)
    end_year: int = Field(ge=2000, le=2100)
    optimization_level: workforce.OptimizationLevel = Field(workforce.OptimizationLevel.HIGH, strict=False)
    config_path: str = Field("simulation_config.yaml", max_length=200, pattern=r"^[\w./-]+\.ya?ml$")

    @model_validator(mode="after")
    def years_in_order(self) -> SimulationRequest:
        if self.end_year < self.start_year:
            raise ValueError("end_year must not be before start_year")
        if self.end_year - self.start_year >= MOST_YEARS:
            raise ValueError(f"no more than {MOST_YEARS} years at once")
        return self


class Refusal(BaseModel):
    status: str = "error"
    error: str
    message: str


def configuration(name: str) -> str:
    """Return the path of a valid configuration of the folder; nothing else on this machine is looked at.

    In a clone ``config/simulation_config.yaml`` is a link to the one that the library ships.
    """
    path = (FOLDER / name).resolve()
    if not ((path.is_relative_to(FOLDER) or path == SHIPPED) and is_file(path)):
        raise HTTPException(404, "no such configuration")
    if not (found := workforce.test_configuration_compatibility(str(path)))["new_system_compatible"]:
        raise HTTPException(422, without_folder("; ".join(found["issues"])))
    return str(path)


def is_file(path: Path) -> bool:
    """Tell whether there is such a file; none has a name that is too long."""
    try:
        return path.is_file()
    except OSError:
        return False


def without_folder(text: str) -> str:
    return text.replace(f"{FOLDER}{os.sep}", "")


async def simulated(request: SimulationRequest) -> dict[str, Any]:
    """Return the answer of a simulation that succeeded."""
    chosen = request.model_dump() | {"config_path": await asyncio.to_thread(configuration, request.config_path)}
    answer = await workforce.run_enhanced_multi_year_simulation(
        **chosen, max_workers=2, batch_size=1000, enable_compression=True, fail_fast=True
    )
    if not answer["success"]:
        raise RuntimeError(f"{answer['error_type']}: {answer['error']}")
    return answer


@app.post("/api/v1/simulation/run", responses={status: {"model": Refusal} for status in (404, 422, 429, 500)})
async def run_simulation(request: SimulationRequest) -> dict[str, Any]:
    """Run a simulation and return what ``run_enhanced_multi_year_simulation`` gives."""
    if len(running) >= JOBS:
        raise HTTPException(429, f"{JOBS} at once is the limit; try again later", {"Retry-After": "5"})
    running.add(job := object())
    try:
        answer = await simulated(request)
    except ConfigError as error:  # of years that the configuration cannot have, such as those before the first limits
        raise HTTPException(422, without_folder(str(error))) from None
    except HTTPException:
        raise
    except Exception:  # answered here: what goes further up closes the connection of the client
        log.exception("a simulation failed")
        raise HTTPException(500, "the simulation failed") from None
    finally:
        running.discard(job)
    return {"status": "success", "data": answer}


@app.get("/health")
async def health() -> dict[str, Any]:
    """Tell that the service answers, and how many simulations are running."""
    return {"status": "ok", "running": len(running), "limit": JOBS}


@app.exception_handler(RequestValidationError)
async def invalid_request(_: Request, error: RequestValidationError) -> JSONResponse:
    said = ((".".join(map(str, one["loc"][1:])), one["msg"].removeprefix("Value error, ")) for one in error.errors())
    message = "; ".join(f"{name}: {what}" if name else what for name, what in said)
    return JSONResponse(Refusal(error="invalid_request", message=message).model_dump(), 422)


@app.exception_handler(HTTPException)
async def refused(_: Request, error: HTTPException) -> JSONResponse:
    code = CODES.get(error.status_code, "http_error")
    return JSONResponse(Refusal(error=code, message=error.detail).model_dump(), error.status_code, error.headers)


@app.exception_handler(Exception)
async def failed(_: Request, __: Exception) -> JSONResponse:
    return JSONResponse(Refusal(error="internal", message="the simulation failed").model_dump(), 500)


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ.get("PORT", "8000")))
