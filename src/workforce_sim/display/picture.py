"""A picture of a measure: a notebook shows it, and ``save`` writes it to a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workforce_sim.display.card import CardTable
from workforce_sim.display.html import table_html
from workforce_sim.display.markup.charts.canvas import PAPER, QUIET, WIDTH, filled, words
from workforce_sim.display.markup.elements import Element, element, fragment, svg_file
from workforce_sim.errors import RequestError
from workforce_sim.wording.terminal import printable

SUFFIX = ".svg"
_EDGE, _TITLE, _NOTE = 10, 14, 11


@dataclass(frozen=True, repr=False, eq=False)
class Picture:
    """A picture, with the figures in it as a table.

    Attributes:
        title: what it shows.
        note: how to read it.
        drawn: the picture, as an element of SVG.
        table: its figures.
    """

    title: str
    note: str
    drawn: Element
    table: CardTable

    @property
    def svg(self) -> str:
        """The picture with its title and note, as SVG."""
        return svg_file(_framed(self)).decode()

    def save(self, path: str | Path) -> Path:
        """Write the picture to an SVG file, in place of one that is there, and return its path.

        Browsers, Word and PowerPoint open SVG; it stays sharp at any size.

        Raises:
            RequestError: for a name that does not end in ``.svg``.
            OSError: when it cannot be written.
        """
        target = Path(path)
        if target.suffix.lower() != SUFFIX:
            raise RequestError(f"{target.name or target}: pictures are SVG; give a name that ends in {SUFFIX}")
        target.write_text(self.svg, encoding="utf-8", newline="\n")
        return target

    def __repr__(self) -> str:
        return f"<Picture: {printable(self.title)}; .save('picture.svg') writes it>"

    def _repr_svg_(self) -> str:
        return self.svg

    def _repr_html_(self) -> str:
        figures = element("details", element("summary", "Figures"), table_html(self.table))
        return fragment(element("figure", _framed(self), figures, style="max-width: 620px; margin: 0"))


def _framed(picture: Picture) -> Element:
    """Return the picture on white paper with its title above and its note below."""
    drawn = picture.drawn
    heads, notes = filled(picture.title, WIDTH, 3, _TITLE), filled(picture.note, WIDTH, 4, _NOTE)
    height = float(drawn.attrib["viewBox"].split()[3])
    top, bottom = 20.0 * len(heads) + 2 * _EDGE, (15.0 * len(notes) if picture.note else 0.0) + _EDGE
    left, wide, tall = -_EDGE, WIDTH + 2 * _EDGE, top + height + bottom
    return element(
        "svg",
        element("rect", x=left, y=-top, width=wide, height=tall, fill=PAPER),
        [
            words(0, 14 + _EDGE - top + 20 * i, line, font_size=_TITLE, font_weight="bold")
            for i, line in enumerate(heads)
        ],
        [_copied(child) for child in drawn],
        [words(0, height + 12 + 15 * i, line, font_size=_NOTE, fill=QUIET) for i, line in enumerate(notes)],
        **{**drawn.attrib, "viewBox": f"{left} {-top:g} {wide} {tall:g}"},
    )


def _copied(drawn: Element) -> Element:
    """Return a copy whose tooltips a browser shows without script."""
    tip = drawn.attrib.get("data-tip")
    kept = {name: value for name, value in drawn.attrib.items() if name != "data-tip"}
    inner = [drawn.text, *(_copied(child) for child in drawn), None if tip is None else element("title", tip)]
    return element(drawn.tag, *inner, **kept)
