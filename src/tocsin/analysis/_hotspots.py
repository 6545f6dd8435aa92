"""Hot spots: cells with more events around them than the whole area would lead one to expect (Getis and Ord)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.spatial import cKDTree
from scipy.stats import false_discovery_control, norm

from tocsin.analysis._distances import EARTH_KM, check_points, near_pairs, on_sphere
from tocsin.analysis._results import Floats, Ints
from tocsin.errors import UsageError

__all__ = ["HotSpots", "hot_spots"]

# With fewer cells the normal approximation of Gi* is poor (Getis and Ord 1992 speak of at least thirty).
_FEWEST_CELLS = 30


@dataclass(frozen=True, slots=True, eq=False)
class HotSpots:
    """Cells of a grid and how much more, or less, happened around each than in the whole area."""

    estimand: str
    latitude: Floats
    longitude: Floats
    """Middles of the cells, shape (cells,)."""
    count: Floats
    """Events, or what was summed, in each cell."""
    neighbours: Ints
    """Cells within reach of each, itself among them."""
    z: Floats
    """Gi*, a standard normal where there is no pattern."""
    p: Floats
    """Two-sided."""
    q: Floats
    """`p` with the false discovery rate over all cells held (Benjamini and Hochberg)."""
    kind: tuple[str, ...]
    """``hot``, ``cold`` or empty, at `rate`."""
    degrees: float
    reach: float
    rate: float
    caveats: tuple[str, ...]


def hot_spots(
    latitude: Floats,
    longitude: Floats,
    weights: Floats | None = None,
    *,
    degrees: float = 0.5,
    reach: float = 80.0,
    rate: float = 0.05,
) -> HotSpots:
    r"""Find cells around which more happened than chance would have it: Gi* with the false discovery rate held.

    .. math:: G_i^* = \frac{\sum_j w_{ij} x_j - \bar x k_i}{s \sqrt{(n k_i - k_i^2)/(n-1)}}

    with *x* the counts of *n* cells, *w* 1 for cells within reach (the cell itself among them), and *k* how many these
    are. The area is all cells within reach of one with an event: empty ones farther away say nothing.

    Parameters
    ----------
    latitude, longitude : array of shape (n,)
        Of events, in degrees.
    weights : array of shape (n,), optional
        What is summed instead of events, such as deaths.
    degrees : float
        Width of a cell; 0.5 is PRIO-GRID's.
    reach : float
        Kilometres between middles of cells that count as around each other.
    rate : float
        The false discovery rate: this share of the cells called hot or cold is so by chance.

    Returns
    -------
    HotSpots

    Raises
    ------
    UsageError
        If there are fewer than thirty cells, or all hold the same: smaller cells, or a wider area, would help.

    References
    ----------
    Ord, J. and Getis, A. (1995). Local spatial autocorrelation statistics. *Geographical Analysis* 27. Caldas de
    Castro, M. and Singer, B. (2006). Controlling the false discovery rate: a new application to account for multiple
    and dependent tests in local statistics of spatial association. *Geographical Analysis* 38.

    Examples
    --------
    >>> import numpy as np
    >>> generator = np.random.default_rng(1)
    >>> north = np.r_[generator.uniform(0, 8, 150), generator.normal(4, 0.3, 80)]
    >>> east = np.r_[generator.uniform(0, 8, 150), generator.normal(4, 0.3, 80)]
    >>> found = hot_spots(north, east)
    >>> hottest = found.z.argmax()
    >>> found.kind[hottest], abs(found.latitude[hottest] - 4) < 0.6
    ('hot', np.True_)
    """
    x, y = check_points(longitude, latitude, "great-circle")
    if not 0 < degrees <= 10:
        raise UsageError(f"cells of {degrees:g} degrees cannot be used; take 0.1 to 2, such as 0.5")
    summed = np.ones(len(x)) if weights is None else np.nan_to_num(np.asarray(weights, float))
    cells, count = _gridded(x, y, summed, degrees, reach)
    middle = _middles(cells, degrees)
    if len(cells) < _FEWEST_CELLS:
        raise UsageError(
            f"{len(cells)} cells of {degrees:g} degrees are too few to compare; take smaller ones, at least "
            f"{_FEWEST_CELLS}"
        )
    if count.std() == 0:
        raise UsageError("all cells hold the same: there is nothing hotter than anything else")
    around, many = _around(middle, count, reach)
    n = len(cells)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (around - count.mean() * many) / (count.std() * np.sqrt((n * many - many**2) / (n - 1)))
    z = np.nan_to_num(z)
    p = 2 * norm.sf(np.abs(z))
    q = false_discovery_control(p)
    kind = tuple("" if q[i] > rate else "hot" if z[i] > 0 else "cold" for i in range(n))
    caveats = [
        "A hot spot has more recorded events around it than the area studied; people and reporters cluster too.",
        "Another width of cell or reach gives other hot spots: look whether yours stay.",
    ]
    if (many <= 1).any():
        caveats.append(f"{int((many <= 1).sum())} cells have no other within {reach:g} km.")
    return HotSpots(
        f"Gi* of {'events' if weights is None else 'the weights'} by cell, against all cells of the area",
        middle[:, 1],
        middle[:, 0],
        count,
        many.astype(np.int64),
        z,
        p,
        q,
        kind,
        degrees,
        reach,
        rate,
        tuple(caveats),
    )


def _gridded(x: Floats, y: Floats, summed: Floats, degrees: float, reach: float) -> tuple[Ints, Floats]:
    """Cells (column, row), those with events and the empty ones within reach of them, and what is in each."""
    at = np.floor(np.column_stack([x, y]) / degrees).astype(np.int64)
    own, index = np.unique(at, axis=0, return_inverse=True)
    total = np.bincount(index.ravel(), summed, len(own))
    rows = int(np.ceil(reach / (111.0 * degrees)))
    # Degrees of longitude are shorter away from the equator; at 85 degrees they are a tenth.
    columns = int(np.ceil(rows / max(0.087, np.cos(np.radians(np.abs(y).max())))))
    steps = np.array([(i, j) for i in range(-columns, columns + 1) for j in range(-rows, rows + 1)])
    nearby = np.unique((own[:, None] + steps[None]).reshape(-1, 2), axis=0)
    middle, ours = _middles(nearby, degrees), _middles(own, degrees)
    distance, _ = cKDTree(on_sphere(ours[:, 0], ours[:, 1])).query(on_sphere(middle[:, 0], middle[:, 1]))
    kept = nearby[(2 * EARTH_KM * np.arcsin(np.minimum(1, distance / 2)) < reach) & (np.abs(middle[:, 1]) < 90)]
    found = {tuple(cell): value for cell, value in zip(own.tolist(), total.tolist(), strict=True)}
    return kept, np.array([found.get(tuple(cell), 0.0) for cell in kept.tolist()])


def _middles(cells: Ints, degrees: float) -> Floats:
    return (cells.astype(float) + 0.5) * degrees


def _around(middle: Floats, count: Floats, reach: float) -> tuple[Floats, Floats]:
    """What is within reach of each cell, itself among it, and how many cells these are."""
    pairs, _ = near_pairs(middle[:, 0], middle[:, 1], reach, "great-circle")
    n = len(middle)
    ends = np.concatenate([pairs, pairs[:, ::-1], np.column_stack([np.arange(n)] * 2)])
    near = coo_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), (n, n)).tocsr()
    return np.asarray(near @ count), np.asarray(near.sum(axis=1)).ravel()
