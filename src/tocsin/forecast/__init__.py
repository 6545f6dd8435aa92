"""Panels → forecasts as distributions, always scored out of time with what was known at their origin."""

from __future__ import annotations

from tocsin.forecast._alerts import Alert, Alerts, TrackRecord, find_alerts
from tocsin.forecast._alerts_page import alerts_page, atom_feed, write_atom
from tocsin.forecast._boosted import Boosted
from tocsin.forecast._croston import Croston
from tocsin.forecast._data import By, Dataset, dataset_of_events, dataset_of_history, holds_a_history
from tocsin.forecast._evaluate import MOST_ORIGINS, Evaluation, Miss, YearScore, evaluate, past_origins
from tocsin.forecast._forecast import Forecast, Row, forecast, write_forecast
from tocsin.forecast._history import (
    Floats,
    History,
    add_months,
    month_of,
    months_between,
    panel_history,
    read_history,
    views_month,
)
from tocsin.forecast._map import forecast_map, map_box
from tocsin.forecast._models import Conflictology, LastObservation, Model, NegativeBinomial, Recency
from tocsin.forecast._page import evaluation_tables, forecast_page, largest
from tocsin.forecast._registry import MODELS, SLOW, model_named
from tocsin.forecast._rules import Rule, read_rules
from tocsin.forecast._scores import Scores, crps, ignorance, interval_score, pit, score
from tocsin.forecast._stacked import Stacked, stacking_weights

__all__ = [
    "MODELS",
    "MOST_ORIGINS",
    "SLOW",
    "Alert",
    "Alerts",
    "Boosted",
    "By",
    "Conflictology",
    "Croston",
    "Dataset",
    "Evaluation",
    "Floats",
    "Forecast",
    "History",
    "LastObservation",
    "Miss",
    "Model",
    "NegativeBinomial",
    "Recency",
    "Row",
    "Rule",
    "Scores",
    "Stacked",
    "TrackRecord",
    "YearScore",
    "add_months",
    "alerts_page",
    "atom_feed",
    "crps",
    "dataset_of_events",
    "dataset_of_history",
    "evaluate",
    "evaluation_tables",
    "find_alerts",
    "forecast",
    "forecast_map",
    "forecast_page",
    "holds_a_history",
    "ignorance",
    "interval_score",
    "largest",
    "map_box",
    "model_named",
    "month_of",
    "months_between",
    "panel_history",
    "past_origins",
    "pit",
    "read_history",
    "read_rules",
    "score",
    "stacking_weights",
    "views_month",
    "write_atom",
    "write_forecast",
]
