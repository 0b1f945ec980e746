"""Elements of HTML and SVG, built with ElementTree and written as text.

A picture in a paragraph::

    text = fragment(element("p", "Cost: ", element("b", "$62.7M"), class_="answer"))

Children are text, numbers, elements, ``None`` (nothing) or iterables of them. Attributes are keywords: a ``_`` at the
end is dropped, any other becomes ``-``: ``class_="wide"``, ``stroke_width=2``; ``None`` leaves one out.
Text is escaped when it is written, and control and direction characters in it are replaced, so no name of a department
or scenario can become markup. ``style`` and ``script`` hold raw text by the rules of HTML: give them constants only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any
from xml.etree import ElementTree as ET

Element = ET.Element
Child = Any
"""Text, a number, an element, None, or an iterable of these."""

SVG = "http://www.w3.org/2000/svg"

_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
"""Control characters, marks that change the direction of text, and unpaired surrogates."""


def element(tag: str, *children: Child, **attributes: Any) -> Element:
    """Return an element.

    Args:
        tag: its name, such as ``p`` or ``svg``.
        children: its contents; text, numbers, elements, None or iterables of these.
        attributes: as keywords; a number is written briefly, None leaves the attribute out.
    """
    found = Element(tag, {_name(name): _value(value) for name, value in attributes.items() if value is not None})
    return extend(found, *children)


def extend(parent: Element, *children: Child) -> Element:
    """Add children to an element and return it. An element belongs to one parent."""
    for child in children:
        if isinstance(child, Element):
            parent.append(child)
        elif isinstance(child, (str, int, float)):
            _add_text(parent, clean(str(child)))
        elif child is not None:
            extend(parent, *child)
    return parent


def _add_text(parent: Element, text: str) -> None:
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def clean(text: str) -> str:
    """Return text with control characters and invalid characters replaced by a mark."""
    return _UNSAFE.sub("\ufffd", text)


def _name(keyword: str) -> str:
    return keyword.removesuffix("_").replace("_", "-")


def _value(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")  # a hundredth of a pixel is enough
    return clean(str(value))


def table(
    heading: Sequence[Child],
    rows: Iterable[Sequence[Child]],
    *,
    caption: Child = None,
    left: int = 1,
    **attributes: Any,
) -> Element:
    """Return a table; the first ``left`` columns are names at the left, the others figures at the right."""
    head = element("tr", (element("th", cell, scope="col", class_=_side(i, left)) for i, cell in enumerate(heading)))
    return element(
        "table",
        None if caption is None else element("caption", caption),
        element("thead", head),
        element("tbody", (_row(row, left) for row in rows)),
        **attributes,
    )


def _row(row: Sequence[Child], left: int) -> Element:
    cells = enumerate(row)
    return element(
        "tr",
        (
            element("th", cell, scope="row") if i == 0 and left else element("td", cell, class_=_side(i, left))
            for i, cell in cells
        ),
    )


def _side(place: int, left: int) -> str | None:
    return None if place < left else "figure"


def fragment(found: Element) -> str:
    """Return an element as HTML, to be a part of a page or of a notebook."""
    for each in found.iter():
        if each.tag in {"script", "style"} and "</" in (each.text or ""):
            raise ValueError(f"a {each.tag} cannot hold '</'")
    return ET.tostring(found, encoding="unicode", method="html")


def svg_file(picture: Element) -> bytes:
    """Return a picture as the content of an SVG file of its own."""
    whole = Element(picture.tag, {"xmlns": SVG, **picture.attrib})
    whole.text = picture.text
    whole.extend(picture)
    return ET.tostring(whole, encoding="utf-8", xml_declaration=True) + b"\n"
