"""The site: every page of ``docs/`` as it is, and the descriptions of the public names; ``nox -s site`` builds it."""

import inspect
import re
import tomllib
from importlib import import_module
from pathlib import Path
from types import ModuleType

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

autodoc_default_options = {
    "members": True,
    "member-order": "bysource",
    "exclude-members": "model_config, model_post_init, __new__",  # pydantic's own, and what autodoc would inherit
}
autodoc_class_signature = "separated"  # results are made by functions; their constructors are nobody's business
napoleon_use_ivar = True  # attributes of a class as a list

html_theme = "furo"
html_title = f"workforce_sim {version}"
html_copy_source = False
html_use_index = False  # docs/api.md is the list of names
html_show_copyright = False
html_show_sphinx = False
html_static_path = ["static"]
html_css_files = ["wide.css"]
html_extra_path = ["door"]  # the door: the front page is docs/index.html

LINK = re.compile(r"\]\(([^)\s#:]+)\.md(?:#[^)]*)?\)")
NAMES = re.compile(r"(?<=\n\n)(?:`\w+`(?:,\s|\n))+")
DOCUMENTED = "orchestrator_dbt.run_multi_year"
OTHERS = "BaseModel,Enum,Formatter,int,tuple"
"""Classes whose members stay away; those of our own bases, such as ``report`` of every result, are shown."""


def setup(app: Sphinx) -> None:
    """Add to pages what only the site has."""
    app.connect("source-read", lambda _, page, source: source.append(with_more(page, source.pop())))
    app.connect("autodoc-process-docstring", whole_sentences, priority=100)  # before napoleon


def with_more(page: str, text: str) -> str:
    """Return the text of a page with what only the site has: the side bar, and descriptions of names."""
    if page == root_doc:
        return text + "".join(map(part_of_side_bar, re.split(r"^## ", text, flags=re.MULTILINE)[1:]))
    return described(text) if page == "docs/api" else text


def part_of_side_bar(section: str) -> str:
    """Return the pages that a section of the front page links to."""
    caption, _, text = section.partition("\n")
    pages = "\n".join(dict.fromkeys(LINK.findall(text)))
    return f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{pages}\n```\n"


def described(text: str) -> str:
    """Return the page of public names with a description in place of each."""
    library, heading, documented = text.partition(f"## `{DOCUMENTED}`")
    return in_place(library, "workforce_sim") + heading + in_place(documented, DOCUMENTED)


def in_place(text: str, module: str) -> str:
    """Return a text with descriptions in place of lists of names of a module."""
    home = import_module(module)
    return NAMES.sub(lambda names: "\n".join(description(home, name) for name in re.findall(r"\w+", names[0])), text)


def description(home: ModuleType, name: str) -> str:
    """Return the directive for a name: its signature and docstring."""
    found = getattr(home, name)
    kind = "function" if not inspect.isclass(found) else "exception" if issubclass(found, Exception) else "class"
    again = "\n   :no-index:" if home.__name__ == DOCUMENTED and hasattr(import_module("workforce_sim"), name) else ""
    inherited = f"\n   :inherited-members: {OTHERS}" if kind == "class" else ""
    return f"### {name}\n\n```{{eval-rst}}\n.. auto{kind}:: {home.__name__}.{name}{inherited}{again}\n```\n"


def whole_sentences(_app: Sphinx, what: str, _name: str, _found: object, _options: object, lines: list[str]) -> None:
    """Mark what is returned, and what a property is, as a description: a colon in it ends no type."""
    marked = [number + 1 for number, line in enumerate(lines[:-1]) if line.strip() in ("Returns:", "Yields:")]
    for number in [0, *marked] if what == "property" else marked:
        text = lines[number].lstrip()
        lines[number] = lines[number].removesuffix(text) + f": {text}"
