"""Finished event datasets put together: which of their rows are the same event.

Two methods. :func:`integrate` learns from the lists themselves how their accounts of one event differ, and gives every
match a probability; :func:`integrate_by_windows` is the method of meltt: fixed windows in space and time, taxonomies of
categories, and the first row that fits.
"""

from __future__ import annotations

from tocsin.linking.integration._agreement import Agreement, agreement, day_gaps, distances
from tocsin.linking.integration._candidates import Reach
from tocsin.linking.integration._integrating import Integration, Links, integrate, overlaps
from tocsin.linking.integration._lists import EventList
from tocsin.linking.integration._near import Spots, great_circle_km
from tocsin.linking.integration._taxonomies import Taxonomy, read_taxonomy
from tocsin.linking.integration._windows import Flag, Levels, Windowed, Windows, integrate_by_windows

__all__ = [
    "Agreement",
    "EventList",
    "Flag",
    "Integration",
    "Levels",
    "Links",
    "Reach",
    "Spots",
    "Taxonomy",
    "Windowed",
    "Windows",
    "agreement",
    "day_gaps",
    "distances",
    "great_circle_km",
    "integrate",
    "integrate_by_windows",
    "overlaps",
    "read_taxonomy",
]
