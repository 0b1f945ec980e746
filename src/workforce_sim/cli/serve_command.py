"""``workforce-sim serve``: runs, ensembles and comparisons for other programs, over HTTP.

What a command needs is imported when it runs.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from workforce_sim.cli.console import SUCCESS, positive, whole_number
from workforce_sim.cli.parser import command
from workforce_sim.wording.terminal import complain

SERVED = (
    "Takes simulations as JSON and gives results by id, in cents. Jobs and results are kept in DIR and go on after "
    "whatever ends the service. The token that requests must bear is in the environment variable WORKFORCE_SIM_TOKEN; "
    "without one only this machine can ask. Logs go to standard error, one JSON object a line."
)
LIMITS = {
    "staff": "employees in a year of a job",
    "years": "plan years of a job",
    "replicates": "simulations of a job",
    "seconds": "seconds of a job",
    "waiting": "jobs that wait",
}
MEBIBYTES = {"memory": "MiB of memory of a job", "upload": "MiB of an uploaded census"}


def add_serve(commands: Any, about: str) -> None:
    """Add the command that serves."""
    example = "workforce-sim serve --out served"
    serve = command(commands, "serve", about, _serve, details=SERVED, example=example)
    about = "folder of jobs, results and the index, made if missing"
    serve.add_argument("--out", metavar="DIR", type=Path, required=True, help=about)
    about = "address to listen on; other than loopback needs a token; default: 127.0.0.1"
    serve.add_argument("--host", metavar="ADDRESS", default="127.0.0.1", help=about)
    about = "port to listen on; 0 for any that is free; default: 8000"
    serve.add_argument("--port", metavar="PORT", type=whole_number, default=8000, help=about)
    about = "jobs at one time, each in a process of its own; default: 2"
    serve.add_argument("--jobs", metavar="N", type=positive, default=2, help=about)
    for name, what in (LIMITS | MEBIBYTES).items():
        serve.add_argument(f"--most-{name}", metavar="N", type=positive, help=f"most {what}")


def _serve(options: argparse.Namespace) -> int:
    from workforce_sim.errors import RequestError  # noqa: PLC0415
    from workforce_sim.operate.logs import on_standard_error  # noqa: PLC0415
    from workforce_sim.operate.service.settings import MIB, ServiceLimits, Settings, token_for  # noqa: PLC0415

    token = token_for(options.host, os.environ)
    try:
        from workforce_sim.operate.service.serving import serve  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise RequestError(f'{error.name} is missing; pip install "workforce-sim[api]"') from None
    asked = {name: getattr(options, f"most_{name}") for name in LIMITS | MEBIBYTES}
    scaled = {name: value * (MIB if name in MEBIBYTES else 1) for name, value in asked.items() if value is not None}
    settings = Settings(options.out, options.jobs, token, ServiceLimits(**scaled))
    with on_standard_error(verbose=options.verbose, structured=True):
        serve(settings, options.host, options.port, lambda address: complain(f"serving on {address}"))
    return SUCCESS
