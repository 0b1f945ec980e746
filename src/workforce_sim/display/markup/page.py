"""A whole HTML file from elements: it loads nothing, works without script, and has the same bytes each time."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from workforce_sim.display.markup.elements import Child, element, fragment

_DOCTYPE = "<!DOCTYPE html>\n"


def page(title: str, *body: Child, style: str = "", script: str = "", policy: str = "") -> bytes:
    """Return a page as the bytes of an HTML file.

    The browser is told to load nothing and to run no script or style but those given here, by their hashes.

    Args:
        title: of the file, as a browser's tab shows it.
        body: elements and text.
        style: beside that of all pages; a constant, as it is not escaped.
        script: beside that of all pages; a constant too.
        policy: what the browser may do beyond that, as ``connect-src 'self'``.
    """
    styles = [text for text in (_shipped("page.css"), style) if text]
    scripts = [text for text in (_shipped("page.js"), script) if text]
    allowed = f"default-src 'none'; style-src {_hashes(styles)}; script-src {_hashes(scripts)}"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element(
            "meta",
            **{"http-equiv": "Content-Security-Policy"},
            content="; ".join([allowed, *([policy] if policy else []), "base-uri 'none'", "form-action 'none'"]),
        ),
        element("meta", name="generator", content="workforce_sim"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", title),
        (element("style", text) for text in styles),
    )
    whole = element("html", head, element("body", *body, (element("script", text) for text in scripts)), lang="en-US")
    return f"{_DOCTYPE}{fragment(whole)}\n".encode()


def is_page(content: bytes) -> bool:
    """Return whether a file that begins like this was written by this module."""
    return content.startswith(_DOCTYPE.encode()) and b'<meta name="generator" content="workforce_sim">' in content


@cache
def _shipped(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


def _hashes(texts: Sequence[str]) -> str:
    """Return what a policy calls texts."""
    hashes = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts)
    return " ".join(f"'sha256-{each}'" for each in hashes)
