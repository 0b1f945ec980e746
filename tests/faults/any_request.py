"""Asks a service for what its description allows, and for what it does not: ``python -m tests.faults.any_request``.

Needs schemathesis; ``nox -s api`` installs it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support_service import Serving

CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")


def main(arguments: list[str]) -> int:
    """Return the exit code of schemathesis."""
    program = Path(sys.executable).with_name("schemathesis")
    with tempfile.TemporaryDirectory() as folder:
        serving = Serving(Path(folder) / "served", "--most-staff", "1000", "--most-replicates", "5")
        with serving as client:
            command = [str(program), "run", f"{client.base_url}/openapi.json", "--checks", ",".join(CHECKS)]
            return subprocess.run([*command, *arguments], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
