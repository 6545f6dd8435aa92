"""The page of what scores were worth: a reliability diagram and a table of each kind."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.analysis import Chart, Colours, Page, PageTable, draw, drawing, page_table
from tocsin.review._calibration import Calibration

__all__ = ["calibration_page"]

_CAVEATS = (
    "What was judged was mostly chosen for being doubtful. A row says what such a score is worth; the whole does not "
    "say how good the dataset is.",
    "Bars are 95 % intervals (Wilson). Where they are long, few were judged.",
    "The latest word on each thing counts, whoever said it; unsure is none.",
)


def calibration_page(found: Sequence[Calibration], command: str) -> Page:
    """The page. Charts need matplotlib (``tocsin[analysis]``)."""
    return Page(
        title="What scores were worth where people judged",
        answer=tuple(
            f"{one.of}: {one.right:,} of {one.items:,} right ({one.right / one.items:.0%}), mean score "
            f"{one.mean_score:.2f}, Brier score {one.brier:.3f} (0 is perfect, 0.25 a coin's)."
            for one in found
        ),
        charts=tuple(map(_diagram, found)),
        caveats=_CAVEATS,
        tables=tuple(map(_table, found)),
        computed=(
            ("estimated", "share that was right, by the score that was shown"),
            ("method", "bins of equal width, Wilson intervals, Brier score"),
            ("judgements", f"{sum(one.items for one in found):,} with a score"),
        ),
        query=command,
    )


def _table(one: Calibration) -> PageTable:
    rows = [(f"{b.start:.1f} to {b.end:.1f}", b.items, b.mean_score, b.share, b.low, b.high) for b in one.bins]
    return page_table(one.of, ("score", "judged", "mean score", "share right", "low", "high"), rows)


def _diagram(one: Calibration) -> Chart:
    shares = [b.share for b in one.bins]
    with drawing(5.0, 4.4) as figure:
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color=Colours.SOFT, linewidth=1, linestyle=":")
        axes.errorbar(
            [b.mean_score for b in one.bins],
            shares,
            yerr=[[b.share - b.low for b in one.bins], [b.high - b.share for b in one.bins]],
            color=Colours.ONE,
            marker="o",
            linestyle="none",
            capsize=3,
        )
        for b in one.bins:
            axes.annotate(f"{b.items:,}", (b.mean_score, b.share), (6, 4), textcoords="offset points")
        axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="mean score", ylabel="share right", title=one.of)
        steps = "; ".join(f"scored {b.mean_score:.2f}, {b.share:.0%} of {b.items:,} right" for b in one.bins)
        return draw(figure, f"{one.of}, by score: {steps}.")
