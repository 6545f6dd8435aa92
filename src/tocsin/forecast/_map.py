"""What is expected of each unit, on a map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from tocsin.analysis import Chart, Colours, draw, drawing
from tocsin.forecast._forecast import Forecast

__all__ = ["forecast_map", "map_box"]

_NAMED = 6
# Degrees around the units, and half the width of a grid cell.
_MARGIN = 1.5
_HALF = 0.25


def map_box(points: Mapping[str, tuple[float, float]]) -> tuple[float, float, float, float] | None:
    """West, south, east and north of a map of `points`; None where there are fewer than two."""
    if len(points) < 2:
        return None
    north, east = np.array(list(points.values())).T
    wide = _MARGIN + 0.05 * max(np.ptp(north), np.ptp(east))
    return (
        max(-180.0, float(east.min() - wide)),
        max(-85.0, float(north.min() - wide)),
        min(180.0, float(east.max() + wide)),
        min(85.0, float(north.max() + wide)),
    )


def forecast_map(
    made: Forecast, points: Mapping[str, tuple[float, float]], outline: Mapping[str, Any] | None = None
) -> Chart | None:
    """What is expected a month, as discs, or as shaded cells of a grid; None where fewer than two units have a point.

    Parameters
    ----------
    made : Forecast
    points : mapping of str to (float, float)
        Latitude and longitude of units.
    outline : GeoJSON, optional
        Countries and divisions to draw under it.
    """
    placed = [n for n, unit in enumerate(made.units) if unit in points]
    box = map_box({made.units[n]: points[made.units[n]] for n in placed})
    if box is None:
        return None
    total = made.total()[placed] / len(made.months)
    north, east = np.array([points[made.units[n]] for n in placed]).T
    biggest = max(float(total.max()), 1e-9)
    grid = made.unit == "priogrid_gid"
    with drawing(high=5.6) as figure:
        axes = figure.subplots()
        for level, ring in _rings(outline):
            width, colour = (0.9, Colours.SOFT) if level == "country" else (0.4, Colours.HAIR)
            axes.plot(*ring, color=colour, linewidth=width, zorder=1)
        if grid:
            _cells(axes, east, north, total / biggest)
        else:
            axes.scatter(east, north, s=4, color=Colours.SOFT, linewidth=0, zorder=2)
            axes.scatter(east, north, s=900 * total / biggest, color=Colours.MARK, alpha=0.45, linewidth=0, zorder=3)
        for n in np.argsort(-total, kind="stable")[:_NAMED]:
            if total[n] > 0:
                name = made.units[placed[n]].rsplit(" · ", 1)[-1]
                at = (east[n], north[n])
                axes.annotate(name, at, (4, 4), textcoords="offset points", color=Colours.INK, fontsize=8, zorder=4)
        axes.set_xlim(box[0], box[2])
        axes.set_ylim(box[1], box[3])
        axes.grid(False)
        axes.set_aspect(1 / max(0.1, float(np.cos(np.radians(north.mean())))))
        axes.set_xlabel("longitude")
        axes.set_ylabel("latitude")
        how = "the darker a cell, the more" if grid else "the larger a disc, the more"
        where = "" if grid else "; a disc stands in the middle of its unit's recorded events"
        return draw(figure, f"Map: {how} {made.measure} are expected a month, at most {biggest:,.1f}{where}.")


def _cells(axes: Any, east: Any, north: Any, share: Any) -> None:
    from matplotlib.patches import Rectangle

    for x, y, part in zip(east, north, share, strict=True):
        # By its root, so that cells with a tenth of the most can be told from those with none.
        shade = 0.06 + 0.84 * float(part) ** 0.5
        axes.add_patch(
            Rectangle(
                (x - _HALF, y - _HALF), 2 * _HALF, 2 * _HALF, color=Colours.MARK, alpha=shade, linewidth=0, zorder=2
            )
        )


def _rings(outline: Mapping[str, Any] | None) -> Iterator[tuple[str, tuple[list[float], list[float]]]]:
    """Every ring of an outline's polygons, with the level of its area."""
    for feature in (outline or {"features": ()})["features"]:
        for polygon in feature["geometry"]["coordinates"]:
            for ring in polygon:
                yield feature["properties"]["level"], ([x for x, _ in ring], [y for _, y in ring])
