"""Events → measures, each with what it estimates, its uncertainty and its caveats.

A function checks, explains and cites; its result is a frozen record of arrays. Nothing here prints or reads a
workspace: it is given numbers.
"""

from __future__ import annotations

from tocsin.analysis._near_repeat import KnoxTable, near_repeat
from tocsin.analysis._results import plain

__all__ = ["KnoxTable", "near_repeat", "plain"]
