"""Where and when events cluster: hot spots, clusters, self-excitation and diffusion, measured and shown together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from tocsin.analysis._charts import Chart, Colours, draw, drawing
from tocsin.analysis._clusters import SpaceTimeClusters, space_time_clusters
from tocsin.analysis._distances import near_pairs
from tocsin.analysis._excitation import Diffusion, SelfExcitation, diffusion, self_excitation
from tocsin.analysis._hotspots import HotSpots, hot_spots
from tocsin.analysis._page import Page, PageTable, page_table
from tocsin.analysis._results import Bools, Ints
from tocsin.analysis._select import Points
from tocsin.errors import UsageError

__all__ = ["Clustering", "clustering", "clustering_page"]

# Days of a period of diffusion: about a month, whole weeks, so that weekdays weigh the same in each.
_PERIOD = 28


@dataclass(frozen=True, slots=True, eq=False)
class Clustering:
    """What was measured; None where it could not be, and `refused` says why."""

    hot_spots: HotSpots | None
    clusters: SpaceTimeClusters
    self_excitation: SelfExcitation | None
    diffusion: Diffusion | None
    refused: tuple[tuple[str, str], ...]


def clustering(
    points: Points, *, degrees: float = 0.5, reach: float = 80.0, km: float = 10.0, within: float = 7.0, least: int = 5
) -> Clustering:
    """Measure where and when events cluster, in four ways.

    Parameters
    ----------
    points : Points
    degrees, reach : float
        Of hot spots and diffusion: width of a cell, and kilometres that count as around it.
    km, within, least : float, float, int
        Of clusters.

    Returns
    -------
    Clustering
    """
    refused: list[tuple[str, str]] = []
    spots = excited = spread = None
    try:
        spots = hot_spots(points.latitude, points.longitude, degrees=degrees, reach=reach)
    except UsageError as error:
        refused.append(("hot spots", str(error)))
    try:
        excited = self_excitation(points.days)
    except UsageError as error:
        refused.append(("self-excitation", str(error)))
    try:
        spread = diffusion(*_by_period(points, degrees))
    except UsageError as error:
        refused.append(("diffusion", str(error)))
    found = space_time_clusters(points.latitude, points.longitude, points.days, km=km, within=within, least=least)
    return Clustering(spots, found, excited, spread, tuple(refused))


def _by_period(points: Points, degrees: float) -> tuple[Bools, Ints]:
    """Whether each cell that ever had an event had one in each period, and which cells touch."""
    at = np.floor(np.column_stack([points.longitude, points.latitude]) / degrees).astype(np.int64)
    cells, index = np.unique(at, axis=0, return_inverse=True)
    period = ((points.days - points.days.min()) // _PERIOD).astype(np.int64)
    active = np.zeros((len(cells), int(period.max()) + 1), bool)
    active[index.ravel(), period] = True
    # Cells touch at a side or a corner: less than one and a half cells apart, in cells.
    pairs, _ = near_pairs(cells[:, 0].astype(float), cells[:, 1].astype(float), 1.5, "euclidean")
    return active, pairs


def clustering_page(found: Clustering, points: Points, query: str = "") -> Page:
    """The page of what was measured."""
    caveats = [*(found.hot_spots.caveats if found.hot_spots else ()), *found.clusters.caveats]
    caveats += [*(found.self_excitation.caveats if found.self_excitation else ())]
    caveats += [*(found.diffusion.caveats if found.diffusion else ()), *points.caveats]
    computed = [
        ("Estimands", "; ".join(r.estimand for r in _measured(found))),
        ("Data", points.data),
        *([("As of", points.as_of)] if points.as_of else []),
        ("Events used", f"{len(points.ids):,} of {points.asked:,}"),
        *([("Left out", "; ".join(f"{n:,} {why}" for why, n in points.left_out))] if points.left_out else []),
        *[(f"Not measured: {what}", why) for what, why in found.refused],
    ]
    tables = [table for table in (_spots(found), _clusters(found), _numbers(found)) if table is not None]
    return Page(
        "Where and when it clusters",
        tuple(_answer(found)),
        (_map(found, points),),
        tuple(caveats),
        tuple(tables),
        tuple(computed),
        query,
    )


def _measured(found: Clustering) -> list[HotSpots | SpaceTimeClusters | SelfExcitation | Diffusion]:
    every = (found.hot_spots, found.clusters, found.self_excitation, found.diffusion)
    return [result for result in every if result is not None]


def _answer(found: Clustering) -> list[str]:
    said = []
    if found.hot_spots is not None:
        hot, cells = sum(kind == "hot" for kind in found.hot_spots.kind), len(found.hot_spots.kind)
        said.append(
            f"{hot} of {cells} cells are hot spots; {found.hot_spots.rate:.0%} of these are expected to be so by "
            "chance."
            if hot
            else f"None of {cells} cells is told to be a hot spot; smaller cells may tell more."
        )
    inside, clusters = int((found.clusters.label >= 0).sum()), len(found.clusters.clusters)
    number = {0: "No event is in a cluster", 1: f"{inside:,} events are in one cluster"}.get(
        clusters, f"{inside:,} events are in {clusters:,} clusters"
    )
    said.append(
        f"{number} of at least {found.clusters.least} less than {found.clusters.km:g} km and at most "
        f"{found.clusters.days:g} days apart."
    )
    if found.self_excitation is not None:
        e = found.self_excitation
        said.append(
            f"An event brings {e.branching:.2f} further ones by itself (95 %: {e.low:.2f} to {e.high:.2f}), half of "
            "them "
            f"within {max(e.half_life, 1):.0f} days, if nothing else raises and lowers the rate."
        )
    if found.diffusion is not None:
        d = found.diffusion
        told = "" if d.low > 1 or d.high < 1 else "; no difference is told"
        said.append(
            f"After an event next door, the odds of one here in the next {_PERIOD} days are {d.odds_ratio:.2f} times "
            "what "
            f"they else are (95 %: {d.low:.2f} to {d.high:.2f}){told}."
        )
    return said


def _spots(found: Clustering) -> PageTable | None:
    spots = found.hot_spots
    if spots is None:
        return None
    order = [n for n in np.argsort(-spots.z) if spots.kind[n] == "hot"]
    rows = [
        (
            f"{spots.latitude[n]:.2f}, {spots.longitude[n]:.2f}",
            float(spots.count[n]),
            float(spots.z[n]),
            float(spots.q[n]),
        )
        for n in order
    ]
    note = f"Cells of {spots.degrees:g} degrees with what is less than {spots.reach:g} km away; q: share by chance."
    return page_table("Hot spots", ("middle (latitude, longitude)", "events", "Gi*", "q"), rows, note)


def _clusters(found: Clustering) -> PageTable:
    rows = [
        (_day(c.first), _day(c.last), c.events, f"{c.latitude:.2f}, {c.longitude:.2f}", round(c.radius, 2))
        for c in found.clusters.clusters
    ]
    return page_table("Clusters in space and time", ("from", "to", "events", "middle", "radius, km"), rows)


def _day(days: float) -> str:
    return (date(1970, 1, 1) + timedelta(days=int(days))).isoformat()


def _numbers(found: Clustering) -> PageTable | None:
    rows: list[Sequence[object]] = []
    if found.self_excitation is not None:
        e = found.self_excitation
        rows.append(("branching ratio", e.branching, e.low, e.high, e.p))
        rows.append(("half-life, days", e.half_life, None, None, None))
    if found.diffusion is not None:
        d = found.diffusion
        rows.append(("odds ratio of an event after one next door", d.odds_ratio, d.low, d.high, d.p))
    return page_table("Self-excitation and diffusion", ("measure", "value", "low", "high", "p"), rows) if rows else None


def _map(found: Clustering, points: Points) -> Chart:
    spots = found.hot_spots
    with drawing(high=6.0) as figure:
        from matplotlib.patches import Rectangle

        axes = figure.subplots()
        if spots is not None:
            for n, kind in enumerate(spots.kind):
                if kind:
                    corner = spots.longitude[n] - spots.degrees / 2, spots.latitude[n] - spots.degrees / 2
                    colour = Colours.MARK if kind == "hot" else Colours.ONE
                    axes.add_patch(
                        Rectangle(corner, spots.degrees, spots.degrees, facecolor=colour, alpha=0.3, edgecolor="none")
                    )
        inside = found.clusters.label >= 0
        axes.scatter(
            points.longitude[~inside], points.latitude[~inside], s=5, color=Colours.SOFT, alpha=0.5, linewidth=0
        )
        axes.scatter(points.longitude[inside], points.latitude[inside], s=9, color=Colours.INK, linewidth=0)
        axes.set_aspect(1 / max(0.1, float(np.cos(np.radians(points.latitude.mean())))))
        axes.set_xlabel("longitude")
        axes.set_ylabel("latitude")
        return draw(
            figure,
            "Map of events: red cells are hot spots, blue ones cold; dark dots are events in clusters of space and "
            "time, "
            "light ones are in none.",
        )
