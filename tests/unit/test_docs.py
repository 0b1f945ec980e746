"""Links in the project's pages lead somewhere, and the README's commands are the ones that are run."""

import re
from pathlib import Path

import pytest

import orchestrator_dbt
import workforce_sim as ws

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _prose(page: Path) -> str:
    return re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ +(.+)$", _prose(page), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def _broken(page: Path) -> list[str]:
    """Return the links of a page to files or headings that are not there."""
    links = re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", _prose(page)))
    broken = []
    for link in links:
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            broken.append(link)
    return broken


def test_links_lead_somewhere() -> None:
    assert {str(page.relative_to(ROOT)): broken for page in PAGES if (broken := _broken(page))} == {}


def test_broken_links_are_seen(tmp_path: Path) -> None:
    (tmp_path / "there.md").write_text("# A heading\n", encoding="utf-8")
    page = tmp_path / "page.md"
    page.write_text(
        "[a](there.md#a-heading) [b](there.md#nowhere) [c](gone.md) [d](https://example.org)", encoding="utf-8"
    )

    assert _broken(page) == ["there.md#nowhere", "gone.md"]


@pytest.mark.parametrize("what", ["-m orchestrator_dbt.run_multi_year", "-m pytest"])
def test_readme_gives_each_command_in_one_line_that_sets_itself_up(what: str) -> None:
    lines = [line for line in README.splitlines() if what in line]

    assert len(lines) == 1
    assert lines[0].startswith(
        "python3 -m venv .venv && .venv/bin/pip install -q -r requirements.txt && .venv/bin/python "
    )


def test_requirements_name_versions_and_nothing_else() -> None:
    """No index, no hash, no path: plain pip on any machine reads them."""
    names = ("requirements.txt", "requirements-dev.txt", "requirements-site.txt")
    run, dev, site = ((ROOT / name).read_text(encoding="utf-8").splitlines() for name in names)
    marker = r"[a-z_]+ [=!<>]+ '[^'/]+'"
    pin = re.compile(rf"[a-z0-9._-]+==[0-9][0-9a-z.]*( ; {marker}( and {marker})*)?")

    assert (run[0], dev[0], site[0]) == ("-e .", "-r requirements.txt", "-r requirements.txt")
    assert [line for line in run[2:] + dev[2:] + site[2:] if not pin.fullmatch(line)] == []


def test_the_page_of_names_has_every_public_name_once() -> None:
    library, _, documented = (ROOT / "docs" / "api.md").read_text(encoding="utf-8").partition("## `orchestrator_dbt")
    lists = [re.findall(r"`(\w+)`(?:,|\n)", re.sub(r"`ws\.[^`]*`", "", text)) for text in (library, documented)]

    assert [sorted(names) for names in lists] == [sorted(ws.__all__), sorted(orchestrator_dbt.__all__)]
