"""What people read speaks as a US benefits analyst does: pages, the help of the command line, and printed text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
GLOSSARY = ROOT / "docs" / "glossary.md"
PAGES = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *(ROOT / "config").glob("*.md"),
]
MODULES = sorted((ROOT / "src" / "workforce_sim").rglob("*.py"))

NOT_USED = {
    r"\bleavers?\b": "terminations, or terminated employees",
    r"\bjoiners?\b": "new hires",
    r"\bchurn\b|\battrition\b": "terminations, or turnover",
    r"\b(opening|continuing) staff\b": "existing, or continuing, employees",
    r"\bclosing staff\b": "closing headcount",
    r"\b(employer|elective|nonelective|safe-harbor) money\b": "employer, nonelective or safe-harbor contributions",
    r"\btakes? part\b|\btook part\b": "participates",
    r"\bthe law has against\b": "compliance warnings",
    r"\bsure enough\b": "target precision reached",
    r"\bluck\b|\bdice\b": "random draws, or chance",
    r"\bcommon random numbers\b": "the same random draws",
    r"\bleave the house\b": "shared outside the company",
    r"\binvented\b": "synthetic",
    r"\bvested at once\b": "vested immediately",
    r"\d %(?![\w(])": "a percentage without a space, as 80.3%",
}
"""Patterns of words that people do not read, and what stands there instead."""

ALLOWED = {
    "census/personal.py",  # the names of columns, as files have them
    "census/status.py",
    "census/fields.py",
}


def prose(page: str) -> str:
    """Return a page without code and addresses of links."""
    page = re.sub(r"```.*?```", "", page, flags=re.DOTALL)
    return re.sub(r"`[^`\n]*`|\]\([^)]*\)", "", page)


def told(tree: ast.Module) -> Iterator[str]:
    """Yield the texts of a module that are no docstrings and have a space in them."""
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and id(node) not in docstrings and " " in text.strip():
            yield text


def found(texts: Iterator[str] | list[str]) -> list[str]:
    """Return what is not used in texts, with what to write instead."""
    return [
        f"{match[0]!r}: write {instead} (in {text[max(0, match.start() - 30) : match.end() + 30]!r})"
        for text in texts
        for pattern, instead in NOT_USED.items()
        for match in re.finditer(pattern, text, flags=re.IGNORECASE)
    ]


def read(page: Path) -> str:
    text = page.read_text(encoding="utf-8")
    if page == GLOSSARY:
        text = re.sub(r"## Words that are not used\n.*?\n## ", "", text, flags=re.DOTALL)
    return prose(text)


def test_pages_use_the_words_of_the_glossary() -> None:
    assert {str(page.relative_to(ROOT)): words for page in PAGES if (words := found([read(page)]))} == {}


def test_printed_text_uses_the_words_of_the_glossary() -> None:
    names = {str(path.relative_to(ROOT / "src" / "workforce_sim")): path for path in MODULES}
    texts = {name: told(ast.parse(path.read_text(encoding="utf-8"))) for name, path in names.items()}

    assert len(texts) > 300
    assert {name: words for name in texts.keys() - ALLOWED if (words := found(texts[name]))} == {}


def test_words_that_are_not_used_are_seen() -> None:
    code = ast.parse('"""Leavers are fine here."""\nsay("3 leavers, 80.3 % of staff")\nsay("leaver")\n')

    assert [line.split(":")[0] for line in found(told(code))] == ["'leavers'", "'3 %'"]
    assert found([prose("Of 5 %\n```\n5 %\n```\n[common random numbers](luck.md), `leavers`")]) != []
    assert found([prose("`leavers` of [all](luck.md) stay: 5%")]) == []


def test_the_glossary_names_every_word_that_is_not_used() -> None:
    _, _, table = GLOSSARY.read_text(encoding="utf-8").partition("## Words that are not used")

    words = ("leaver", "luck", "employer money", "takes part", "sure enough")
    assert [word for word in words if word not in table] == []
