"""Charts as SVG that follows the page's colours, in light and dark, with text that stays text."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Chart", "Colours", "draw", "drawing"]


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing and, in a sentence, what it shows: for those who do not see it, and under it for those who do."""

    svg: str
    says: str


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
