"""Charts as SVG that follows the page's colours, in light and dark, with text that stays text."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Chart", "Colours", "draw", "drawing", "pictured"]


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing and, in a sentence, what it shows: for those who do not see it, and under it for those who do."""

    svg: str
    says: str
    png: bytes = b""
    """The same in the colours of paper, for documents that take no SVG; empty where nobody asked for it."""


class Colours:
    """Names of the page's colours. They are written into the SVG as the style sheet's variables."""

    INK = "#010101"
    SOFT = "#010102"
    HAIR = "#010103"
    ONE = "#010104"
    TWO = "#010105"
    THREE = "#010106"
    FOUR = "#010107"
    BAND = "#010108"
    MARK = "#010109"
    CARD = "#01010a"


_VARIABLES = {getattr(Colours, name): f"var(--{name.lower()})" for name in vars(Colours) if not name.startswith("_")}
_STYLE = {
    "svg.fonttype": "none",
    # Ids in the file are hashes of this: the same chart is the same file.
    "svg.hashsalt": "tocsin",
    "font.size": 10.0,
    "axes.edgecolor": Colours.SOFT,
    "axes.labelcolor": Colours.SOFT,
    "axes.titlecolor": Colours.INK,
    "axes.titlesize": 11.0,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": Colours.HAIR,
    "grid.linewidth": 0.7,
    "xtick.color": Colours.SOFT,
    "ytick.color": Colours.SOFT,
    "text.color": Colours.INK,
    "legend.frameon": False,
    "legend.labelcolor": Colours.INK,
    "lines.linewidth": 1.8,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
}


@contextmanager
def drawing(wide: float = 8.0, high: float = 4.2) -> Iterator[Figure]:
    """A figure of that many inches to draw on, in the house's style; hand it to :func:`draw` inside the block.

    Use the names of :class:`Colours` for anything that has a colour.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    style: Any = _STYLE
    with rc_context(style):
        yield Figure(figsize=(wide, high), layout="constrained")


def draw(figure: Figure, says: str) -> Chart:
    """The figure as SVG to stand inside a page.

    Examples
    --------
    >>> with drawing() as figure:
    ...     _ = figure.subplots().plot([1, 2], [3, 4], color=Colours.ONE)
    ...     chart = draw(figure, "A line that rises.")
    >>> chart.svg[:4], "var(--one)" in chart.svg, "#010104" in chart.svg
    ('<svg', True, False)
    """
    written = io.StringIO()
    figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    svg = written.getvalue()
    svg = svg[svg.index("<svg") :].strip()
    # The page's policy lets no style sheet in but its own, which says the same.
    svg = re.sub(r"<defs>\s*<style[^>]*>.*?</style>\s*</defs>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(
        r'(<svg[^>]*?) width="[^"]*"', r"\1", re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1), count=1
    )
    svg = svg.replace("<svg ", '<svg role="img" aria-hidden="true" ', 1)
    for sentinel, variable in _VARIABLES.items():
        svg = svg.replace(sentinel, variable)
    return Chart(svg, says)


def pictured(figure: Figure, says: str) -> Chart:
    """The figure as :func:`draw` gives it, and as a picture beside it, in the colours that the page has by day.

    Examples
    --------
    >>> with drawing() as figure:
    ...     _ = figure.subplots().plot([1, 2], [3, 4], color=Colours.ONE)
    ...     chart = pictured(figure, "A line that rises.")
    >>> chart.png[:4], "var(--one)" in chart.svg
    (b'\\x89PNG', True)
    """
    chart = draw(figure, says)
    # Ticks come into being when a figure is drawn; only then can all that has a colour be painted.
    figure.set_dpi(_DOTS)
    figure.draw_without_rendering()
    for artist in figure.findobj():
        _paint(artist)
    written = io.BytesIO()
    figure.savefig(written, format="png", dpi=_DOTS, facecolor="white", metadata={"Software": None})
    return replace(chart, png=written.getvalue())


_DOTS = 180
"""Dots an inch of a picture: sharp on paper at the width of a page, some 60 kB."""


@cache
def _by_day() -> dict[tuple[int, ...], tuple[float, ...]]:
    """What each name of a colour is on paper, as the style sheet has it first: that is how it is by day."""
    from matplotlib.colors import to_rgb

    style = resources.files("tocsin.analysis").joinpath("static", "page.css").read_text(encoding="utf-8")
    found: dict[tuple[int, ...], tuple[float, ...]] = {}
    for sentinel, variable in _VARIABLES.items():
        name = variable.removeprefix("var(").removesuffix(")")
        colour = re.search(rf"{name}: (#[0-9a-f]{{6}})", style)
        if colour is not None:
            found[_levels(to_rgb(sentinel))] = to_rgb(colour[1])
    return found


def _levels(colour: Any) -> tuple[int, ...]:
    return tuple(round(255 * float(part)) for part in colour[:3])


def _paint(artist: Any) -> None:
    from matplotlib.colors import to_rgba_array

    for name in ("color", "facecolor", "edgecolor", "markerfacecolor", "markeredgecolor"):
        read, write = getattr(artist, f"get_{name}", None), getattr(artist, f"set_{name}", None)
        if read is None or write is None:
            continue
        value = read()
        if isinstance(value, str) and value in ("auto", "none", "face"):
            continue
        colours = to_rgba_array(value)
        painted = [(*_by_day().get(_levels(one), tuple(one[:3])), one[3]) for one in colours]
        if painted:
            write(painted if len(painted) > 1 else painted[0])
