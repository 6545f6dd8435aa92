"""What a study shows, as a page: its words, a chart, and what it rests on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tocsin.analysis import Chart, Colours, Page, PageTable, draw, drawing, page_table
from tocsin.impact._design import Evaluation
from tocsin.impact._power import Power
from tocsin.impact._spillover import Spillover
from tocsin.impact._staggered import EventStudy
from tocsin.impact._study import Study

__all__ = ["evaluation_page", "power_page"]

# Places whose lines a chart can hold before it is a tangle.
_MOST_LINES = 40


def evaluation_page(
    found: Evaluation,
    study: Study,
    spread: Spillover | None = None,
    data: Sequence[tuple[str, str]] = (),
    caveats: Sequence[str] = (),
    query: str = "",
) -> Page:
    """The page of a study: what may be said, what may not and why, and all figures.

    Parameters
    ----------
    found : Evaluation
    study : Study
        What was judged.
    spread : Spillover, optional
    data : sequence of (str, str)
        Names and values of what it was made from.
    caveats : sequence of str
        Of the data; the study's own come first.
    query : str
        What computes it again.

    Examples
    --------
    >>> import numpy as np
    >>> from tocsin.impact import evaluate, make_study
    >>> study = make_study(["a", "a", "b", "b"], [1, 2, 1, 2], np.array([5.0, 2, 4, 1]), [2, 2, 2, 2])
    >>> evaluation_page(evaluate(study), study).title
    'What changed: outcome'
    """
    computed = [
        ("Estimand", found.estimand),
        ("Design", found.design),
        ("Method", found.effects.estimator if found.effects else "means before and after; no test and no error"),
        *data,
        ("Study", f"{len(study.units):,} places, {len(study.periods)} periods, {study.treated} treated"),
    ]
    if study.rows > len(study.units) * len(study.periods):
        computed.append(("Rows", f"{study.rows:,}, averaged by place and period"))
    answer = [found.may_say, f"What this does not show: {found.may_not_say[:1].lower()}{found.may_not_say[1:]}"]
    tables = list(_tables(found))
    if spread is not None:
        answer.append(spread.words)
        tables.append(_rings(spread))
    chart = _event_chart(found.events) if found.events is not None else _change_chart(study)
    title = f"Did it work: {found.measured}" if found.events is not None else f"What changed: {found.measured}"
    own = (*found.caveats, *(spread.caveats[-1:] if spread else ()))
    return Page(title, tuple(answer), (chart,), (*own, *caveats), tuple(tables), tuple(computed), query)


def _tables(found: Evaluation) -> Sequence[PageTable]:
    if found.effects is None or found.events is None:
        rows = [(c.unit, c.first, c.before, c.after, c.change) for c in found.changes]
        header = ("place", "treated from", "mean before", "mean after", "change")
        return [page_table("Treated places, before and after", header, rows)]
    events, effects = found.events, found.effects
    by_time = [
        (str(at), float(events.effect[n]), float(events.error[n]), float(events.low[n]), float(events.high[n]))
        for n, at in enumerate(events.at)
    ]
    each = [
        (_named(effects.group[n]), _named(effects.period[n]), float(value), float(effects.error[n]))
        for n, value in enumerate(effects.effect)
    ]
    tables = [
        page_table(
            "By periods since treatment",
            ("since", "effect", "error", "low", "high"),
            by_time,
            "Low and high hold all points together, 95 %. Below 0: change from one period to the next before "
            "treatment.",
        ),
        page_table("ATT(g, t)", ("first treated", "period", "effect", "error"), each),
    ]
    if found.sensitivity is not None:
        bounds = found.sensitivity
        low, high = bounds.robust_low.tolist(), bounds.robust_high.tolist()
        parted = [(f"{times:g}", low[n], high[n]) for n, times in enumerate(bounds.times)]
        note = (
            f"If trends parted up to M times as fast as ever before treatment ({bounds.largest_before:.3g} a period)."
        )
        tables.append(page_table("If trends were not parallel", ("M", "low", "high"), parted, note))
    return tables


def _rings(spread: Spillover) -> PageTable:
    rows: list[tuple[object, ...]] = [
        ("treated places", None, spread.treated.effect, spread.treated.low, spread.treated.high, "")
    ]
    for ring in spread.rings:
        figures = (ring.effect.effect, ring.effect.low, ring.effect.high) if ring.effect else (None, None, None)
        rows.append((f"{ring.inner:g} to {ring.outer:g} km", ring.units, *figures, ring.why))
    note = f"Against {spread.far} untreated places beyond {spread.rings[-1].outer:g} km."
    return page_table("Around treated places", ("distance", "places", "effect", "low", "high", "why not"), rows, note)


def _event_chart(events: EventStudy) -> Chart:
    with drawing() as figure:
        axes = figure.subplots()
        at = np.array(events.at, float)
        before = at < 0
        axes.axhline(0, color=Colours.INK, linewidth=1)
        axes.axvline(-0.5, color=Colours.SOFT, linewidth=1, linestyle=(0, (4, 3)))
        sides = ((before, Colours.SOFT, "before treatment"), (~before, Colours.ONE, "since treatment"))
        for side, colour, name in sides:
            if not side.any():
                continue
            effect = events.effect[side]
            reach = [effect - events.low[side], events.high[side] - effect]
            axes.errorbar(at[side], effect, yerr=reach, fmt="o", color=colour, capsize=3, linewidth=1.6, label=name)
        axes.set_xticks(at)
        axes.set_xlabel("periods since treatment")
        axes.set_ylabel(events.measured)
        figure.legend(loc="outside upper left", ncols=2)
        return draw(
            figure,
            "Differences between treated and comparison places by periods since treatment, with bands that hold all "
            "points "
            "together, 95 %. Before the treatment they should be about 0.",
        )


def _change_chart(study: Study) -> Chart:
    with drawing() as figure:
        axes = figure.subplots()
        across = np.arange(len(study.periods))
        for unit in range(min(len(study.units), _MOST_LINES)):
            treated = study.first[unit] >= 0
            colour = Colours.ONE if treated else Colours.SOFT
            axes.plot(across, study.outcome[unit], color=colour, linewidth=1.6 if treated else 0.8)
            if treated:
                first = study.first[unit]
                axes.scatter([first], [study.outcome[unit, first]], color=Colours.MARK, s=40, zorder=3)
        step = max(1, len(across) // 8)
        axes.set_xticks(across[::step], [_named(p) for p in study.periods[::step]])
        axes.set_ylabel(study.measured)
        shown = min(len(study.units), _MOST_LINES)
        return draw(
            figure,
            f"{study.measured} in {shown} of {len(study.units)} places by period; treated places are blue, with a "
            "dot where "
            "the treatment began. Lines are described, not compared.",
        )


def _named(period: object) -> str:
    return f"{period:g}" if isinstance(period, float) else str(period)


def power_page(found: Power, data: Sequence[tuple[str, str]] = (), query: str = "") -> Page:
    """The page of a study that is planned.

    Examples
    --------
    >>> import numpy as np
    >>> from tocsin.impact import power
    >>> power_page(power(np.random.default_rng(1).normal(size=(20, 6)), treated=8, before=3, simulations=50)).title
    'What this study could see'
    """
    rows = [(float(e), float(found.share[n]), float(found.error[n])) for n, e in enumerate(found.effects)]
    computed = [
        ("Estimand", found.estimand),
        ("Method", f"{found.simulations:,} studies simulated on the places' own past, Welch's t on mean changes"),
        *data,
        ("Study", f"{found.units} places, {found.treated} treated, {found.before} periods before, {found.after} after"),
        ("False alarms", f"{found.false_alarms:.1%} where there is no effect (5 % is meant)"),
    ]
    with drawing() as figure:
        axes = figure.subplots()
        axes.axhline(0.8, color=Colours.SOFT, linewidth=1, linestyle=(0, (4, 3)))
        axes.fill_between(
            found.effects, found.share - 2 * found.error, found.share + 2 * found.error, color=Colours.BAND, linewidth=0
        )
        axes.plot(found.effects, found.share, color=Colours.ONE, marker="o")
        axes.set_ylim(0, 1.02)
        axes.set_xlabel("effect, in units of the outcome")
        axes.set_ylabel("share of studies that find it")
        chart = draw(
            figure, "Share of simulated studies that find an effect, by how large it is; the dashed line is 80 %."
        )
    table = page_table("Power", ("effect", "found", "error"), rows)
    return Page("What this study could see", (found.words,), (chart,), found.caveats, (table,), tuple(computed), query)
