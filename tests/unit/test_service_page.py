"""The commands of ``docs/service.md`` get the answers that they should, from a service."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import polars as pl
import pytest

from tests.support_service import service
from workforce_sim.service.door import ERRORS
from workforce_sim.service.settings import MIB, Limits

PAGE = (Path(__file__).parents[2] / "docs" / "service.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```bash\n(.*?)```", PAGE, flags=re.DOTALL)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not here")
def test_the_session_runs(tmp_path: Path) -> None:
    with service(tmp_path / "served") as client:
        environment = {**os.environ, "SERVICE": str(client.base_url), "no_proxy": "*"}
        command = ["bash", "-euo", "pipefail", "-c", "\n".join(BLOCKS)]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert '"state":"done"' in done.stdout
    assert pl.read_parquet(tmp_path / "events.parquet").height > 500
    refused = next(line for line in PAGE.splitlines() if line.startswith('{"error"'))
    assert refused.partition("[...")[0] in done.stdout
    assert done.stdout.count('"error":') == 1


def test_the_page_names_every_place_limit_and_default() -> None:
    pytest.importorskip("fastapi")
    from workforce_sim.service.app import Api, places

    named = {re.sub(r"/?{.*", "", place.path) for place in places(Api.__new__(Api))}
    assert {name for name in named if name not in PAGE} == set()
    for name, default in vars(Limits()).items():
        shown = default // MIB if name in ("memory", "upload", "held") else int(default)
        assert name == "held" or re.search(rf"`--most-{name}` \\|.*\\| {shown:,} \\|", PAGE), name
    assert ERRORS[422] in PAGE
