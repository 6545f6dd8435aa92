"""Events → panels and measures, each with what it estimates, its uncertainty and its caveats.

A function checks, explains and cites; its result is a frozen record of arrays, or an Ibis expression. Nothing here
prints or opens a workspace: it is given numbers and tables.
"""

from __future__ import annotations

from tocsin.analysis._near_repeat import KnoxTable, near_repeat
from tocsin.analysis._panel import Cell, Coverage, Panel, Period, incidents, panel, per_population
from tocsin.analysis._results import plain

__all__ = [
    "Cell",
    "Coverage",
    "KnoxTable",
    "Panel",
    "Period",
    "incidents",
    "near_repeat",
    "panel",
    "per_population",
    "plain",
]
