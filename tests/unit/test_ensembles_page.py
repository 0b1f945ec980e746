"""The examples of ``docs/ensembles.md`` are what the commands print."""

import re
import shlex
from pathlib import Path

import pytest

from workforce_sim.cli.main import main

PAGE = (Path(__file__).parents[2] / "docs" / "ensembles.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```console\n\$ workforce-sim (.+)\n((?:.*\n)*?)```", PAGE)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder as the page begins it: three configurations."""
    monkeypatch.chdir(tmp_path)
    found = re.search(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
    assert found
    Path("today.yaml").write_text(found[1])
    Path("richer.yaml").write_text(found[1].replace("rate: 0.5", "rate: 0.6"))
    everybody = "enrollment: {auto_enrollment: {scope: all_eligible}}"
    assert f"`{everybody}`" in PAGE
    Path("everybody.yaml").write_text(f"{found[1]}{everybody}\n")
    return tmp_path


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("command", "printed"), EXAMPLES, ids=[command.split()[0] for command, _ in EXAMPLES])
def test_what_a_command_prints(capsys: pytest.CaptureFixture[str], command: str, printed: str) -> None:
    assert main(shlex.split(command)) == 0

    assert capsys.readouterr() == (printed, "")


@pytest.mark.usefixtures("folder")
def test_the_lines_of_python_run() -> None:
    lines = "\n".join(re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL))
    lines = re.sub(r"replicates=\d+", "replicates=2", lines)

    exec(compile(lines, "ensembles.md", "exec"), {})


def test_the_page_has_examples_of_every_command() -> None:
    assert {command.split()[0] for command, _ in EXAMPLES} == {"ensemble", "compare", "sweep"}
