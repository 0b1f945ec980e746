"""Manners of the command line: usage of its own command, one meaning of an option, help, completion, what is kept."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support_store import interrupted as interrupt
from tests.support_store import run_of
from workforce_sim import simulate, simulate_ensemble
from workforce_sim.cli.commands import command_line
from workforce_sim.cli.completion import SHELLS
from workforce_sim.cli.kept import interrupted
from workforce_sim.cli.main import main
from workforce_sim.explaining.change import ASKED

Captured = pytest.CaptureFixture[str]
YAML = """\
simulation: {start_year: 2025, end_year: 2026, target_growth_rate: 0.03}
workforce: {total_termination_rate: 0.12}
census: {size: 60}
random_seed: 42
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("c.yaml").write_text(YAML)


def commands() -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield every command that does something, with its parser."""

    def within(parser: argparse.ArgumentParser, name: str) -> Iterator[tuple[str, argparse.ArgumentParser]]:
        groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
        for group in groups:
            for each, inner in group.choices.items():
                yield from within(inner, f"{name} {each}".strip())
        if not groups:
            yield name, parser

    return within(command_line(), "")


NAMES = [name for name, _ in commands()]


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_option_shows_the_usage_of_its_command(name: str, capsys: Captured) -> None:
    arguments = {
        "sweep": ["c.yaml", "--set", "a=[1]"],
        "compare": ["a=c.yaml"],
        "completion": ["bash"],
        "optimize": ["c.yaml", "--lever", "a=1"],
        "solve": ["c.yaml", "plan.key", "match=1"],
        "plot": ["run", "hires", "--out", "x.svg"],
        "portfolio run": ["book.csv", "--out", "x"],
        "serve": ["--out", "served"],
        "run why": ["run", "match", "2025", "2026"],
    }
    places = {
        "config migrate": 1,
        "run timeline": 2,
        "run explain": 2,
        "run diff": 2,
        "census fields": 0,
        "config schema": 0,
    }
    given = arguments.get(name, ["c.yaml"] * places.get(name, 1))
    assert main([*name.split(), *given, "--bogus"]) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"usage: workforce-sim {name} [-h]")
    assert err.endswith(f"workforce-sim {name}: error: unrecognized arguments: --bogus\n")


def test_an_option_that_is_nearly_one_is_named(capsys: Captured) -> None:
    assert main(["simulate", "c.yaml", "--start-yaer", "2025"]) == 2
    assert capsys.readouterr().err.endswith("--start-yaer 2025 (did you mean --start-year?)\n")


def test_what_drives_a_terminal_is_written_out(capsys: Captured) -> None:
    assert main(["simulate", "c.yaml", "--\x1b[31m"]) == 2
    assert "\x1b" not in capsys.readouterr().err


@pytest.mark.parametrize("name", NAMES)
def test_help_says_what_a_command_does_and_ends_in_an_example(name: str) -> None:
    text = dict(commands())[name].format_help()

    example = text.rstrip().splitlines()[-1]
    assert example.startswith("example: ")
    assert f"workforce-sim {name}" in example
    assert all(action.help for action in dict(commands())[name]._actions)


def test_help_names_every_measure_that_can_be_explained() -> None:
    assert set(re.split(r"[,\s]+", dict(commands())["run why"].format_help())) >= {*ASKED}


def test_the_example_of_every_command_is_one_that_its_parser_takes() -> None:
    for name, parser in commands():
        line = str(parser.epilog).removeprefix("example: ").split(" > ")[0]
        if "eval" not in line:
            words = [word.strip('"') for word in line.replace('"compensation.cola_rate=[0.02, 0.03]"', "a=[1]").split()]
            assert command_line().parse_args(words[1:]).action is not None, name


def test_out_and_to_are_two_spellings_of_one_option(capsys: Captured) -> None:
    assert main(["simulate", "c.yaml", "--to", "run"]) == 0
    assert main(["export", "run", "--out", "csv"]) == 0
    assert main(["config", "init", "--out", "new.yaml"]) == 0
    assert main(["census", "template", "--to", "new.csv"]) == 0

    assert {path.name for path in Path("csv").iterdir()} == {"events.csv", "snapshots.csv", "summary.csv"}
    assert Path("new.yaml").is_file()
    assert Path("new.csv").is_file()
    assert not Path("simulation_config.yaml").exists()


@pytest.mark.parametrize(
    "command",
    [
        ["simulate", "c.yaml"],
        ["ensemble", "c.yaml", "--replicates", "2"],
        ["compare", "a=c.yaml", "b=c.yaml", "--replicates", "1"],
        ["sweep", "c.yaml", "--set", "compensation.cola_rate=[0.02]", "--replicates", "1"],
        ["census", "fields"],
    ],
)
def test_json_and_format_json_are_the_same(command: list[str], capsys: Captured) -> None:
    assert main([*command, "--json"]) == 0
    short = capsys.readouterr().out
    assert main([*command, "--format", "json"]) == 0
    assert capsys.readouterr().out == short
    assert json.loads(short)
    assert main([*command, "--format", "text"]) == 0
    assert not capsys.readouterr().out.startswith(("{", "["))


def test_a_run_as_json_has_its_summary_and_tests(capsys: Captured) -> None:
    assert main(["simulate", "c.yaml", "--json", "--tests"]) == 0

    found, run = json.loads(capsys.readouterr().out), simulate("c.yaml")
    assert found["summary"] == run.summary.to_dicts()
    assert found["fingerprint"] == run.fingerprint
    assert "ADP" in [row["test"] for row in found["tests"]]


# --- completion -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_of_completion_knows_commands_and_options(shell: str, capsys: Captured) -> None:
    assert main(["completion", shell]) == 0

    script = capsys.readouterr().out
    assert all(word in script for word in ("simulate", "export", "xlsx"))


@pytest.mark.skipif(not Path("/bin/bash").exists(), reason="needs bash")
def test_bash_completes_commands_and_options(capsys: Captured) -> None:
    assert main(["completion", "bash"]) == 0
    Path("script").write_text(capsys.readouterr().out)
    asked = """
        source ./script
        complete_words() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _shtab_workforce_sim
            printf '%s\\n' "${COMPREPLY[@]}"; }
        complete_words workforce-sim si; complete_words workforce-sim export --x
    """
    done = subprocess.run(["/bin/bash", "-c", asked], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["simulate", "--xlsx"]


def test_without_shtab_the_extra_is_named(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "shtab", None)
    assert main(["completion", "bash"]) == 1
    assert capsys.readouterr() == ("", 'completion needs shtab: pip install "workforce-sim[cli]"\n')


# --- what an interrupted command has kept -----------------------------------------------------------------------------


def kept(out: str | None) -> str:
    return interrupted(argparse.Namespace(out=None if out is None else Path(out)))


def test_an_interrupt_says_which_years_are_kept() -> None:
    interrupt(run_of(4), Path("run"), after=1)
    assert kept("run") == "interrupted; 2025 is kept in run: give the same command again to go on"
    interrupt(run_of(4), Path("run"), after=2)
    assert kept("run") == "interrupted; 2025 to 2026 are kept in run: give the same command again to go on"


def test_an_interrupt_says_how_many_simulations_are_kept() -> None:
    simulate_ensemble("c.yaml", replicates=3, out="ensemble", progress=None)
    assert kept("ensemble") == "interrupted; 3 simulations are kept in ensemble: give the same command again to go on"


def test_an_interrupt_with_nothing_to_keep_says_so() -> None:
    assert kept("nowhere") == "interrupted; nothing is kept"
    assert kept(None) == "interrupted"


@pytest.mark.parametrize("module", ["cli.main", "cli.commands", "cli.ensemble_commands", "wording.progress"])
def test_an_interrupt_while_the_command_line_is_imported_is_one_line(module: str) -> None:
    code = f"""
import sys
class Interrupts:
    def find_spec(self, name, path=None, target=None):
        if name == "workforce_sim.{module}":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupts())
from workforce_sim.__main__ import main
sys.argv = ["workforce-sim", "ensemble", "c.yaml"]
sys.exit(main())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "interrupted\n")
