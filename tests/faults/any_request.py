"""Asks a service for what its description allows, and for what it does not: ``python -m tests.faults.any_request``.

Needs schemathesis; ``nox -s api`` installs it. The description has examples, which are carried out, and says which
statuses there are and that a refusal is one line. One job is there from the start.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.support_service import Serving, ended, submitted

TOKEN = "any-request-may-come"
LIMITS = ("--most-staff", "1000", "--most-replicates", "50", "--most-waiting", "20")
LEFT_OUT = "positive_data_acceptance"
"""A check: configurations and censuses have rules that a description cannot give."""


def main(arguments: list[str]) -> int:
    """Return the exit code of schemathesis."""
    program = str(Path(sys.executable).with_name("schemathesis"))
    with tempfile.TemporaryDirectory() as folder, Serving(Path(folder) / "served", *LIMITS, token=TOKEN) as client:
        ended(client, job := submitted(client, tables=True))
        settings = Path(folder) / "schemathesis.toml"
        settings.write_text("\n".join(of_job(job)), encoding="utf-8")
        command = [program, "--config-file", str(settings), "run", f"{client.base_url}/openapi.json"]
        patient = ["--request-timeout", "60", "--max-response-time", "60", "--continue-on-failure"]
        asked = ["-H", f"Authorization: Bearer {TOKEN}", "--checks", "all", "--exclude-checks", LEFT_OUT, *patient]
        return subprocess.run([*command, *asked, *arguments], check=False).returncode


def of_job(job: str) -> Iterator[str]:
    """Yield settings by which a job that is done is asked about, and its tables."""
    for rest, table in (("", ""), ("/result", ""), ("/tables/{table}", ', "path.table" = "events"')):
        yield f'[[operations]]\ninclude-name = "GET /v1/jobs/{{job}}{rest}"'
        yield f'parameters = {{ "path.job" = "{job}"{table} }}'


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
