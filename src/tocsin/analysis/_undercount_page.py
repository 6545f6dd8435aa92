"""What several models say of what is not reported, as a page."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tocsin.analysis._charts import Chart, Colours, draw, drawing
from tocsin.analysis._page import Page, PageTable, page_table
from tocsin.analysis._undercount import Undercount

__all__ = ["undercount_page"]

# Log-linear models that the page lists; all of them are in the record.
_MODELS = 8


def undercount_page(
    found: Undercount, data: Sequence[tuple[str, str]] = (), caveats: Sequence[str] = (), query: str = ""
) -> Page:
    """The page of an under-count: models side by side, how lists overlap, and how well the sampler mixed.

    Parameters
    ----------
    found : Undercount
    data : sequence of (str, str)
        Names and values of what it was computed from.
    caveats : sequence of str
        Of the data; the measure's own come first.
    query : str
        What computes it again.

    Examples
    --------
    >>> import numpy as np
    >>> from tocsin.analysis import undercount
    >>> found = undercount(np.array([[1, 1]] * 20 + [[1, 0]] * 30 + [[0, 1]] * 10))
    >>> [table.title for table in undercount_page(found).tables]
    ['Models side by side', 'How lists meet', 'Cases by the lists that name them']
    """
    computed = [
        ("Estimand", found.estimand),
        ("Method", "capture–recapture: " + ", ".join(e.model for e in found.estimates)),
        *data,
        ("Cases", f"{found.overlaps.cases:,} on {len(found.overlaps.lists)} lists"),
    ]
    if found.latent_class is not None:
        latent = found.latent_class
        computed.append(
            (
                "Sampler",
                f"{latent.draws.shape[0]} chains of {latent.draws.shape[1]:,} draws, R-hat {latent.r_hat:.3f}, "
                f"{latent.effective:,.0f} effective draws: {'they agree' if latent.mixes else 'they do not agree'}",
            )
        )
    return Page(
        "What is not reported",
        (found.verdict,),
        (_chart(found),),
        (*found.caveats, *caveats),
        (_models(found), _pairs(found), _patterns(found), *_log_linear(found)),
        tuple(computed),
        query,
    )


def _models(found: Undercount) -> PageTable:
    rows = [(e.model, round(e.total), round(e.low), _whole(e.high), e.assumes) for e in found.estimates]
    return page_table(
        "Models side by side",
        ("model", "cases", "low", "high", "takes it that"),
        rows,
        "Low and high: 95 %, if what the model takes for granted holds.",
    )


def _whole(value: float) -> int | None:
    return round(value) if np.isfinite(value) else None


def _pairs(found: Undercount) -> PageTable:
    rows = [(p.first, p.second, p.both, p.by_chance, round(p.two_list_estimate)) for p in found.overlaps.pairs]
    return page_table(
        "How lists meet",
        ("list", "and", "both", "by chance", "two-list estimate"),
        rows,
        "By chance: of the known cases alone. Where both is far more, the lists may draw on each other.",
    )


def _patterns(found: Undercount) -> PageTable:
    overlaps = found.overlaps
    order = np.argsort(-overlaps.counts, kind="stable")
    named = [
        " + ".join(name for name, on in zip(overlaps.lists, pattern, strict=True) if on)
        for pattern in overlaps.patterns
    ]
    rows = [(named[k], int(overlaps.counts[k])) for k in order]
    return page_table("Cases by the lists that name them", ("lists", "cases"), rows)


def _log_linear(found: Undercount) -> list[PageTable]:
    tables = []
    for family in found.log_linear:
        kind = "pairs of lists" if family.family == "pairwise" else "any lists"
        rows = [
            (m.name, round(m.total), round(m.low), round(m.high), m.parameters, m.bic, m.weight)
            for m in family.models[:_MODELS]
        ]
        note = f"The best {len(rows)} of {len(family.models)} models ({family.searched}); weight: share by BIC."
        header = ("dependence", "cases", "low", "high", "parameters", "BIC", "weight")
        tables.append(page_table(f"Log-linear models: dependence between {kind}", header, rows, note))
    return tables


def _chart(found: Undercount) -> Chart:
    with drawing(high=1.4 + 0.42 * len(found.estimates)) as figure:
        axes = figure.subplots()
        rows = np.arange(len(found.estimates))[::-1]
        for row, estimate in zip(rows, found.estimates, strict=True):
            high = estimate.high if np.isfinite(estimate.high) else estimate.total * 3
            axes.plot([estimate.low, high], [row, row], color=Colours.ONE, linewidth=5, alpha=0.35)
            axes.scatter([estimate.total], [row], color=Colours.ONE, s=50, zorder=3)
        axes.axvline(found.overlaps.cases, color=Colours.MARK, linewidth=1.4)
        axes.annotate(
            f" {found.overlaps.cases:,} named",
            (found.overlaps.cases, 1),
            xycoords=("data", "axes fraction"),
            va="bottom",
            color=Colours.MARK,
        )
        axes.set_yticks(rows, [estimate.model for estimate in found.estimates])
        axes.set_ylim(-0.7, len(rows) - 0.3)
        axes.set_xlim(left=0)
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", length=0, labelcolor=Colours.INK)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.set_xlabel("cases in all, named or not")
        return draw(
            figure,
            f"Estimates of all cases by {len(found.estimates)} models, each with its 95 % interval, beside the "
            f"{found.overlaps.cases:,} that are named (line).",
        )
