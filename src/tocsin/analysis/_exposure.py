"""People within some kilometres of events, from a population raster, each counted once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from tocsin.analysis._charts import Colours, draw, drawing
from tocsin.analysis._distances import EARTH_KM, check_points, on_sphere
from tocsin.analysis._page import Page, page_table
from tocsin.analysis._results import Bools, Floats
from tocsin.errors import UnreadableInput, UsageError

__all__ = ["Exposure", "exposure", "exposure_page"]

# Rows of a raster read at once: of a country at 100 m, some ten megabytes.
_ROWS = 256
# A degree of latitude is at least this many kilometres.
_DEGREE_KM = 110.5


@dataclass(frozen=True, slots=True)
class Exposure:
    """How many people live within each distance of any event."""

    estimand: str
    km: tuple[float, ...]
    people: tuple[float, ...]
    """Within each distance of any event; whoever is near several events is counted once."""
    cells: tuple[int, ...]
    """Cells of the raster whose middle is within each distance."""
    unknown: tuple[int, ...]
    """Of these, cells for which the raster has no figure (water, or not covered); they count nobody."""
    events: int
    outside: int
    """Events beyond the raster, around which nobody is counted."""
    cell_km: float
    raster: str
    caveats: tuple[str, ...]


def exposure(raster: Path, latitude: Floats, longitude: Floats, km: Sequence[float] = (1.0, 2.0, 5.0)) -> Exposure:
    """Count the people within each distance of any event, each once.

    The area is the union of circles around all events (great-circle). A cell of the raster belongs to it, with all its
    people, if its middle is less than the distance from an event: cells cut by an edge are in or out as a whole.
    Only the parts of the raster around events are read, some rows at a time.

    Parameters
    ----------
    raster : Path
        A GeoTIFF of people by cell in degrees (WGS 84), as WorldPop's counts. Cells without data count nobody.
    latitude, longitude : array of shape (n,)
        Of events, in degrees.
    km : sequence of float

    Returns
    -------
    Exposure

    Raises
    ------
    UsageError
        If a distance is not above 0, the raster is not in degrees, or no event is on it.
    UnreadableInput
        If the file is no raster.

    References
    ----------
    Tatem, A. (2017). WorldPop, open data for spatial demography. *Scientific Data* 4.
    """
    import rasterio
    from rasterio.errors import RasterioIOError

    x, y = check_points(longitude, latitude, "great-circle")
    radii = np.sort(np.asarray(km, float))
    if not len(radii) or radii[0] <= 0:
        raise UsageError("distances must be above 0 kilometres, such as 1,2,5")
    try:
        with rasterio.open(raster) as source:
            return _counted(source, raster.name, x, y, radii)
    except RasterioIOError as error:
        raise UnreadableInput(str(raster), f"it is no raster that can be read ({error}); give a GeoTIFF") from None


def _counted(source: Any, name: str, x: Floats, y: Floats, radii: Floats) -> Exposure:
    if source.crs is None or not source.crs.is_geographic or source.transform.b or source.transform.d:
        raise UsageError(
            f"{name}: its cells must be in degrees (WGS 84), north up; it is in {source.crs or 'no system'}"
        )
    box = source.bounds
    on = (x >= box.left) & (x <= box.right) & (y >= box.bottom) & (y <= box.top)
    if not on.any():
        raise UsageError(f"{name}: none of the {len(x)} events is on it; it covers {_box(box)}")
    people, cells, unknown = np.zeros(len(radii)), np.zeros(len(radii), int), np.zeros(len(radii), int)
    tree = cKDTree(on_sphere(x, y))
    for values, east, north in _strips(source, x, y, float(radii[-1])):
        # WorldPop marks no data by a large negative number; others by not-a-number.
        known = np.isfinite(values) & (values >= 0)
        chord, _ = tree.query(on_sphere(east, north))
        distance = 2 * EARTH_KM * np.arcsin(np.minimum(1.0, chord / 2))
        for n, radius in enumerate(radii):
            near = distance < radius
            people[n] += values[near & known].sum()
            cells[n] += int(near.sum())
            unknown[n] += int((near & ~known).sum())
    cell_km = abs(source.transform.e) * _DEGREE_KM
    return Exposure(
        "people living less than so many kilometres from any event, each counted once",
        tuple(radii.tolist()),
        tuple(people.tolist()),
        tuple(cells.tolist()),
        tuple(unknown.tolist()),
        len(x),
        int((~on).sum()),
        cell_km,
        name,
        tuple(_caveats(cell_km, radii, int((~on).sum()), len(x))),
    )


def _box(box: Any) -> str:
    return f"{box.bottom:.2f} to {box.top:.2f} north, {box.left:.2f} to {box.right:.2f} east"


def _strips(source: Any, x: Floats, y: Floats, radius: float) -> Iterator[tuple[Floats, Floats, Floats]]:
    """Values of cells that may be near an event, with their middles, some rows of the raster at a time."""
    from rasterio.windows import Window

    step, wide = source.transform, source.width
    east = step.c + (np.arange(wide) + 0.5) * step.a
    up = radius / _DEGREE_KM
    for row in range(0, source.height, _ROWS):
        rows = min(_ROWS, source.height - row)
        north = step.f + (row + np.arange(rows) + 0.5) * step.e
        close = (y >= north.min() - up) & (y <= north.max() + up)
        if not close.any():
            continue
        columns = _columns(east, x[close], y[close], up)
        if not columns.any():
            continue
        first, last = np.flatnonzero(columns)[[0, -1]]
        window = Window(int(first), row, int(last - first) + 1, rows)
        values = source.read(1, window=window, masked=True).astype(float).filled(np.nan)[:, columns[first : last + 1]]
        across, along = np.meshgrid(east[columns], north)
        yield values.ravel(), across.ravel(), along.ravel()


def _columns(east: Floats, x: Floats, y: Floats, up: float) -> Bools:
    """Columns with an event near enough, whatever its row."""
    reach = up / np.maximum(0.02, np.cos(np.radians(np.minimum(np.abs(y) + up, 89.0))))
    marks = np.zeros(len(east) + 1)
    np.add.at(marks, np.searchsorted(east, x - reach), 1)
    np.add.at(marks, np.searchsorted(east, x + reach, side="right"), -1)
    return np.asarray(np.cumsum(marks)[:-1] > 0)


def _caveats(cell_km: float, radii: Floats, outside: int, events: int) -> Iterator[str]:
    yield "Where people lived when the raster was made; who fled, or came, is not in it."
    yield "A cell is in or out as a whole, by its middle."
    coarse = radii[radii < 3 * cell_km]
    if len(coarse):
        yield (
            f"Cells are about {cell_km:.2g} km wide: for {', '.join(f'{r:g}' for r in coarse)} km that is coarse; "
            "take a finer raster."
        )
    if outside:
        yield f"{outside:,} of {events:,} events are beyond the raster."


def exposure_page(
    found: Exposure, data: Sequence[tuple[str, str]] = (), caveats: Sequence[str] = (), query: str = ""
) -> Page:
    """The page of an exposure."""
    rows = [
        (f"{km:g} km", round(people), cells, unknown)
        for km, people, cells, unknown in zip(found.km, found.people, found.cells, found.unknown, strict=True)
    ]
    with drawing(high=3.2) as figure:
        axes = figure.subplots()
        axes.barh([row[0] for row in rows], found.people, color=Colours.ONE, height=0.6)
        axes.invert_yaxis()
        axes.grid(visible=False, axis="y")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.set_xlabel("people")
        chart = draw(figure, "People within each distance of any event, each counted once.")
    said = "; ".join(f"{people:,.0f} within {km:g} km" for km, people in zip(found.km, found.people, strict=True))
    computed = (
        ("Estimand", found.estimand),
        ("Method", "union of circles around events; cells of the raster by their middle"),
        ("Population", f"{found.raster}, cells of about {found.cell_km:.2g} km"),
        *data,
        ("Events used", f"{found.events:,}"),
    )
    return Page(
        "People near events",
        (f"People living near any of {found.events:,} events, each counted once: {said}.",),
        (chart,),
        (*found.caveats, *caveats),
        (page_table("People by distance", ("within", "people", "cells", "cells without data"), rows),),
        computed,
        query,
    )
