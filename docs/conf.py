"""The site: every page of ``docs/`` as it is, and the reference of the public names; ``nox -s site`` builds it."""

import re
import tomllib
from pathlib import Path

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx
from sphinx.highlighting import lexers

ROOT = Path(__file__).parents[1]

project = "workforce_sim"
version = release = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
root_doc = "docs/index"
include_patterns = ["docs/**", "README.md", "CHANGELOG.md", "AGENTS.md", "config/README.md"]
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]

myst_heading_anchors = 4
lexers["csv"] = TextLexer()

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True, "undoc-members": False}

html_theme = "furo"
html_title = f"workforce_sim {version}"
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
html_extra_path = ["site"]  # the front page at the root of the site

LINK = re.compile(r"\]\(([^)\s#:]+)\.md(?:#[^)]*)?\)")

MODULE = re.compile(r"`(workforce_sim|orchestrator_dbt\.run_multi_year)`")


def setup(app: Sphinx) -> None:
    app.connect("source-read", lambda _, page, source: source.append(with_more(page, source.pop())))


def with_more(page: str, text: str) -> str:
    """Return the text of a page with what only the site has: the tree of pages, and signatures."""
    if page == root_doc:
        return text + "".join(map(tree, re.split(r"^## ", text, flags=re.MULTILINE)[1:]))
    return documented(text) if page == "docs/api" else text


def tree(section: str) -> str:
    """Return the pages that a section of the front page links to, as a part of the side bar."""
    caption, _, text = section.partition("\n")
    pages = "\n".join(dict.fromkeys(LINK.findall(text)))
    return f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{pages}\n```\n"


def documented(text: str) -> str:
    """Return the page of the reference with a signature and a docstring in place of each name."""
    parts = re.split(r"^## ", text, flags=re.MULTILINE)
    return "## ".join(parts)
