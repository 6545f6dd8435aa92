"""Near repeats: does one event make another more likely nearby and soon after (Knox's test)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import false_discovery_control

from tocsin.analysis._distances import Metric, check_points, near_pairs
from tocsin.analysis._results import Floats, Ints
from tocsin.errors import UsageError

__all__ = ["KnoxTable", "near_repeat"]

# Time differences held at once; 4 million take 32 MB, and larger blocks were no quicker (measured on 522 events).
_BLOCK = 4_000_000
# Pairs nearer than the last band: above this, 999 permutations take minutes, and bands that wide tell nothing.
_MOST_PAIRS = 20_000_000


@dataclass(frozen=True, slots=True, eq=False)
class KnoxTable:
    """Pairs of events by distance and time between them, against what chance would give.

    Rows are bands of distance, columns bands of time; a band holds its lower edge and not its upper one, and the last
    of each is open. All tables have the shape (bands of distance, bands of time).
    """

    estimand: str
    events: int
    metric: str
    space: tuple[float, ...]
    """Lower edges of the bands of distance."""
    time: tuple[float, ...]
    """Lower edges of the bands of time, in days."""
    observed: Ints
    expected: Floats
    """Mean over all permutations, exactly."""
    ratio: Floats
    """Observed over expected; nan where nothing is expected."""
    low: Floats
    high: Floats
    """2.5 and 97.5 % of the permutations' counts."""
    p: Floats
    """Share of permutations, the data among them, with at least as many pairs."""
    p_fewer: Floats
    """The same with at most as many."""
    q: Floats
    """`p` with the false discovery rate over the table held (Benjamini and Hochberg)."""
    permutations: int
    seed: int
    caveats: tuple[str, ...]

    @property
    def space_bands(self) -> tuple[str, ...]:
        """The bands of distance as intervals."""
        return _intervals(self.space)

    @property
    def time_bands(self) -> tuple[str, ...]:
        """The bands of time as intervals, in days."""
        return _intervals(self.time)


def near_repeat(
    x: Floats,
    y: Floats,
    days: Floats,
    *,
    space: Sequence[float],
    time: Sequence[float],
    metric: Metric = "euclidean",
    permutations: int = 999,
    seed: int = 1,
) -> KnoxTable:
    r"""Count pairs of events that are near in space and time, and how many chance would give (Knox's test).

    With :math:`S_k` pairs in band *k* of distance, :math:`T_l` in band *l* of time and :math:`N = n(n-1)/2` in all,
    the expected count where places and times have nothing to do with each other is the mean over all permutations of
    the times over the events, :math:`S_k T_l / N`. Significance comes from random permutations:

    .. math:: p_{kl} = (1 + \#\{r : O^{(r)}_{kl} \ge O_{kl}\}) / (1 + R)

    Parameters
    ----------
    x, y : array of shape (n,)
        Coordinates in a plane, in any unit; for great-circle, longitude and latitude in degrees.
    days : array of shape (n,)
        When, in days from any day; parts of days are allowed.
    space : sequence of float
        Lower edges of the bands of distance, the first 0, in the unit of the coordinates (great-circle: kilometres).
        Bands are half-open: ``(0, 0.01, 200)`` gives [0, 0.01), [0.01, 200) and [200, inf).
    time : sequence of float
        Lower edges of the bands of time in days: ``(0, 1, 2)`` is the same day, the next, and all later ones.
    metric : {'euclidean', 'manhattan', 'great-circle'}
    permutations : int
        How many random permutations; 999 tells p-values down to 0.001.
    seed : int
        Of the permutations; the same seed gives the same table.

    Returns
    -------
    KnoxTable

    Raises
    ------
    UsageError
        If edges do not rise from 0, there are fewer than three events, or coordinates or days are no numbers.

    Notes
    -----
    The Near Repeat Calculator labels a band [a, b) as "a+1 to b": its "0 to 1 days" is the same day alone, its
    "1 to 200" is [0, 200) without the same place. Its counts are reproduced with coordinates to a tenth.

    References
    ----------
    Knox, G. (1964). The detection of space-time interactions. *Applied Statistics* 13.
    Johnson, S. et al. (2007). Space-time patterns of risk. *Journal of Quantitative Criminology* 23.

    Examples
    --------
    >>> import numpy as np
    >>> x, y, days = np.array([0, 0, 9, 9.0]), np.array([0, 1, 0, 1.0]), np.array([1, 2, 50, 51])
    >>> table = near_repeat(x, y, days, space=(0, 2), time=(0, 2), permutations=99)
    >>> table.space_bands, table.observed.tolist()
    (('[0, 2)', '[2, inf)'), [[2, 0], [0, 4]])
    >>> table.expected.round(2).tolist()
    [[0.67, 1.33], [1.33, 2.67]]
    """
    x, y = check_points(x, y, metric)
    days = np.asarray(days, float)
    rows, columns = _edges(space, "space"), _edges(time, "time")
    if days.shape != x.shape or not np.isfinite(days).all():
        raise UsageError(f"each of the {len(x)} events needs a day, as a number; leave out events without one first")
    if len(x) < 3:
        raise UsageError(f"{len(x)} events have too few pairs to compare; near repeats need at least three")
    if permutations < 19:
        raise UsageError(f"{permutations} permutations cannot tell 5 %; take at least 19, better 999")
    pairs, distance = near_pairs(x, y, rows[-1], metric)
    if len(pairs) > _MOST_PAIRS:
        raise UsageError(
            f"{len(pairs):,} pairs are nearer than {rows[-1]:g}; take narrower bands, or a shorter time or smaller area"
        )
    band = np.searchsorted(rows, distance, side="right") - 1
    moments, apart = _moments(days), _moments(columns)
    near = _Near(pairs, band, len(rows), apart, _time_totals(moments, apart))
    observed = near.table(moments[None, :])[0]
    drawn = _permuted(moments, near, permutations, seed)
    expected = np.outer(observed.sum(axis=1), near.in_time) / (len(x) * (len(x) - 1) / 2)
    p = (1 + (drawn >= observed).sum(axis=0)) / (1 + permutations)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(expected > 0, observed / expected, np.nan)
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    return KnoxTable(
        "pairs of events by distance and time between them, over what independent places and times would give",
        len(x),
        metric,
        tuple(map(float, space)),
        tuple(map(float, time)),
        observed,
        expected,
        ratio,
        low,
        high,
        p,
        (1 + (drawn <= observed).sum(axis=0)) / (1 + permutations),
        false_discovery_control(p.ravel()).reshape(p.shape),
        permutations,
        seed,
        _caveats(x, y, days),
    )


def _edges(edges: Sequence[float], name: str) -> Floats:
    array = np.asarray(edges, float)
    if array.ndim != 1 or len(array) < 2 or array[0] != 0 or not (np.diff(array) > 0).all():
        raise UsageError(f"{name}: {list(edges)} are no bands; write rising lower edges from 0, such as 0, 1, 2, 7")
    return array


def _moments(days: Floats) -> Ints:
    """Days in whole microseconds, so that sums and differences of them are exact at the edges of bands."""
    return np.rint(days * 86_400_000_000).astype(np.int64)


def _time_totals(days: Ints, columns: Ints) -> Ints:
    """Pairs in each band of time, of all pairs: counted on the sorted days, not pair by pair."""
    ordered = np.sort(days)
    itself = np.arange(len(days)) + 1
    nearer = [int(np.maximum(np.searchsorted(ordered, ordered + edge) - itself, 0).sum()) for edge in columns]
    every = len(days) * (len(days) - 1) // 2
    return np.diff([*nearer, every]).astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class _Near:
    """The pairs that are nearer than the last band, each with its band of distance; these stay, times are permuted."""

    pairs: Ints
    band: Ints
    bands: int
    columns: Ints
    in_time: Ints

    def table(self, days: Ints) -> Ints:
        """Counts for each row of `days`, shape (rows of days, bands of distance, bands of time)."""
        many, shape = len(days), (self.bands, len(self.columns))
        apart = np.abs(days[:, self.pairs[:, 0]] - days[:, self.pairs[:, 1]])
        cell = self.band * shape[1] + np.searchsorted(self.columns, apart, side="right") - 1
        cell += np.arange(many)[:, None] * (shape[0] * shape[1])
        counts = np.bincount(cell.ravel(), minlength=many * shape[0] * shape[1]).reshape(many, *shape)
        # Only near pairs were looked at; the others are all in the last band of distance.
        counts[:, -1, :] = self.in_time - counts.sum(axis=1)
        return counts.astype(np.int64)


def _permuted(days: Ints, near: _Near, permutations: int, seed: int) -> Ints:
    generator = np.random.default_rng(seed)
    step = max(1, _BLOCK // max(1, len(near.pairs), len(days)))
    blocks = []
    for begun in range(0, permutations, step):
        many = min(step, permutations - begun)
        blocks.append(near.table(generator.permuted(np.broadcast_to(days, (many, len(days))), axis=1)))
    return np.concatenate(blocks)


def _caveats(x: Floats, y: Floats, days: Floats) -> tuple[str, ...]:
    caveats = [
        "A near repeat says that events cluster in space and time together, not that one caused the other.",
        "Events placed at the middle of a town or province look like repeats at one place: use those placed exactly.",
    ]
    places = len(np.unique(np.column_stack([x, y]), axis=0))
    if places < len(x) / 2:
        caveats.append(f"The {len(x):,} events are at only {places:,} different points: many are coarsely placed.")
    if len(np.unique(days)) < len(days) / 20:
        caveats.append("Very many events share their days: dates known only to the month would do that.")
    return tuple(caveats)


def _intervals(edges: Sequence[float]) -> tuple[str, ...]:
    ends = [*(f"{edge:g}" for edge in edges[1:]), "inf"]
    return tuple(f"[{start:g}, {end})" for start, end in zip(edges, ends, strict=True))
