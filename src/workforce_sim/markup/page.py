"""A whole HTML file from elements: it loads nothing, works without script, and has the same bytes each time."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

from workforce_sim.markup.elements import Child, element, fragment

_DOCTYPE = "<!DOCTYPE html>\n"


def page(title: str, *body: Child) -> bytes:
    """Return a page as the bytes of an HTML file.

    The browser is told to load nothing and to run no script or style but the two of this package, by their hashes.

    Args:
        title: of the file, as a browser's tab shows it.
        body: elements and text.
    """
    style, script = _shipped("page.css"), _shipped("page.js")
    allowed = f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element(
            "meta",
            **{"http-equiv": "Content-Security-Policy"},
            content=f"{allowed}; base-uri 'none'; form-action 'none'",
        ),
        element("meta", name="generator", content="workforce_sim"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", title),
        element("style", style),
    )
    whole = element("html", head, element("body", *body, element("script", script)), lang="en-US")
    return f"{_DOCTYPE}{fragment(whole)}\n".encode()


def is_page(content: bytes) -> bool:
    """Return whether a file that begins like this was written by this module."""
    return content.startswith(_DOCTYPE.encode()) and b'<meta name="generator" content="workforce_sim">' in content


@cache
def _shipped(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
