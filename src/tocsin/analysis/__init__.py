"""Events → panels and measures, each with what it estimates, its uncertainty and its caveats.

A function checks, explains and cites; its result is a frozen record of arrays, or an Ibis expression. Nothing here
prints or opens a workspace: it is given numbers and tables.
"""

from __future__ import annotations

from tocsin.analysis._charts import Chart, Colours, draw, drawing, pictured
from tocsin.analysis._check import Checked, Reading, check
from tocsin.analysis._check_page import check_page
from tocsin.analysis._clustering_page import Clustering, clustering, clustering_page
from tocsin.analysis._clusters import SpaceTimeCluster, SpaceTimeClusters, space_time_clusters
from tocsin.analysis._events import EventTable, event_table, snapshot_table
from tocsin.analysis._excitation import Diffusion, SelfExcitation, diffusion, self_excitation
from tocsin.analysis._exposure import Exposure, exposure, exposure_page
from tocsin.analysis._hotspots import HotSpots, hot_spots
from tocsin.analysis._latent_class import LatentClass, latent_class
from tocsin.analysis._lists import Lists, lists_of_sources, named_sources, read_lists
from tocsin.analysis._log_linear import LogLinear, LogLinearModel, chao_lower_bound, log_linear
from tocsin.analysis._near_repeat import KnoxTable, near_repeat
from tocsin.analysis._near_repeat_page import near_repeat_page
from tocsin.analysis._overlaps import Overlaps, PairOverlap, count_overlaps
from tocsin.analysis._page import Page, PageTable, page_style, page_table, render_page, write_page
from tocsin.analysis._panel import Cell, Coverage, Panel, Period, incidents, panel, per_population, with_rates
from tocsin.analysis._panel_page import panel_page, write_panel
from tocsin.analysis._results import plain
from tocsin.analysis._select import Points, Selection, event_points
from tocsin.analysis._series import Counted, panel_of, series_of
from tocsin.analysis._statement import Statement, read_statement
from tocsin.analysis._trends import Change, ChangePoint, Interval, Season, Series, Trend, compared, trend
from tocsin.analysis._trends_page import trends_page
from tocsin.analysis._undercount import Undercount, UndercountEstimate, undercount
from tocsin.analysis._undercount_page import undercount_page

__all__ = [
    "Cell",
    "Change",
    "ChangePoint",
    "Chart",
    "Checked",
    "Clustering",
    "Colours",
    "Counted",
    "Coverage",
    "Diffusion",
    "EventTable",
    "Exposure",
    "HotSpots",
    "Interval",
    "KnoxTable",
    "LatentClass",
    "Lists",
    "LogLinear",
    "LogLinearModel",
    "Overlaps",
    "Page",
    "PageTable",
    "PairOverlap",
    "Panel",
    "Period",
    "Points",
    "Reading",
    "Season",
    "Selection",
    "SelfExcitation",
    "Series",
    "SpaceTimeCluster",
    "SpaceTimeClusters",
    "Statement",
    "Trend",
    "Undercount",
    "UndercountEstimate",
    "chao_lower_bound",
    "check",
    "check_page",
    "clustering",
    "clustering_page",
    "compared",
    "count_overlaps",
    "diffusion",
    "draw",
    "drawing",
    "event_points",
    "event_table",
    "exposure",
    "exposure_page",
    "hot_spots",
    "incidents",
    "latent_class",
    "lists_of_sources",
    "log_linear",
    "named_sources",
    "near_repeat",
    "near_repeat_page",
    "page_style",
    "page_table",
    "panel",
    "panel_of",
    "panel_page",
    "per_population",
    "pictured",
    "plain",
    "read_lists",
    "read_statement",
    "render_page",
    "self_excitation",
    "series_of",
    "snapshot_table",
    "space_time_clusters",
    "trend",
    "trends_page",
    "undercount",
    "undercount_page",
    "with_rates",
    "write_page",
    "write_panel",
]
