"""Asks a service what higher raises would cost the employer: submit a comparison, wait for it, read its result.

Start one with ``workforce-sim serve --out served``. Then ``python examples/service.py http://127.0.0.1:8000`` prints:

    2025: $16,479 more, give or take $53
    2026: $34,477 more, give or take $186
    2027: $53,898 more, give or take $260
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any
from urllib.request import Request, urlopen

TODAY: dict[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2027, "target_growth_rate": 0.03},
    "workforce": {"total_termination_rate": 0.12},
    "census": {"size": 500},
    "random_seed": 42,
}
ASKED: dict[str, Any] = {
    "scenarios": {"today": TODAY, "raises": {**TODAY, "compensation": {"cola_rate": 0.04}}},
    "replicates": 30,
}


def answer(url: str, body: Any = None) -> Any:
    """Return what a place of the service answers, with the token of the environment where there is one."""
    headers = {"Content-Type": "application/json"}
    if "WORKFORCE_SIM_TOKEN" in os.environ:
        headers["Authorization"] = f"Bearer {os.environ['WORKFORCE_SIM_TOKEN']}"
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(url, data, headers)) as got:
        return json.load(got)


def main(service: str) -> None:
    job = answer(f"{service}/v1/comparisons", ASKED)
    while job["state"] in ("waiting", "running"):
        job = answer(f"{service}/v1/jobs/{job['id']}?wait=30")
    if job["state"] != "done":
        sys.exit(f"the job {job['state']}: {job['message']}")
    result = answer(f"{service}{job['result']}")
    for row in result["differences"]:
        if row["measure"] == "net_employer_cost_cents":
            more, error = row["mean"] / 100, row["mean_error"] / 100
            print(f"{row['year']}: ${more:,.0f} more, give or take ${error:,.0f}")


if __name__ == "__main__":
    main(sys.argv[1])
