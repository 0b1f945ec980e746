"""The map in ``AGENTS.md`` has every room, and no module takes a private name from another."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "src/workforce_sim"
MODULES = sorted((ROOT / "src").rglob("*.py"))


def places(page: str) -> set[str]:
    """Return what the first column of the table "Where things are" names, without the folder before it."""
    _, _, after = page.partition("## Where things are")
    table, _, _ = after.partition("\n## ")
    firsts = (line.split("|")[1] for line in table.splitlines() if line.startswith("| `"))
    return {name.removeprefix("src/workforce_sim/") for first in firsts for name in re.findall(r"`([^`]+)`", first)}


def entries(folder: Path) -> set[str]:
    """Return what lies in a package: modules, and folders as ``name/``."""
    found = (path for path in folder.iterdir() if path.name != "__pycache__")
    return {f"{path.name}/" if path.is_dir() else path.name for path in found}


def private_names(tree: ast.Module) -> Iterator[str]:
    """Yield the private names that a module imports from others of the project."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("workforce_sim", "orchestrator_dbt")):
            yield from (f"{node.module}.{alias.name}" for alias in node.names if alias.name.startswith("_"))


def test_the_map_names_every_entry_of_the_top_level() -> None:
    assert entries(LIBRARY) - places((ROOT / "AGENTS.md").read_text(encoding="utf-8")) == set()


def test_the_map_names_nothing_that_is_gone() -> None:
    named = places((ROOT / "AGENTS.md").read_text(encoding="utf-8"))

    assert {name for name in named if not (LIBRARY / name).exists() and not (ROOT / name).exists()} == set()


def test_an_entry_without_a_row_is_seen() -> None:
    page = "## Where things are\n\n| place | what |\n|---|---|\n| `src/workforce_sim/year.py` | a year |\n\n## Habits\n"

    assert places(page) == {"year.py"}


def test_no_module_imports_a_private_name() -> None:
    imported = {str(path): [*private_names(ast.parse(path.read_text(encoding="utf-8")))] for path in MODULES}

    assert len(imported) > 300
    assert {path: names for path, names in imported.items() if names} == {}


def test_a_private_import_is_seen() -> None:
    tree = ast.parse("from workforce_sim.money import _cents, cents\nfrom __future__ import annotations")

    assert list(private_names(tree)) == ["workforce_sim.money._cents"]
