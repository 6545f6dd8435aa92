"""Panels → forecasts as distributions, always scored out of time with what was known at their origin."""

from __future__ import annotations

from tocsin.forecast._history import (
    History,
    add_months,
    month_of,
    months_between,
    panel_history,
    read_history,
    views_month,
)
from tocsin.forecast._models import MODELS, Conflictology, LastObservation, Model, NegativeBinomial, Recency
from tocsin.forecast._scores import Scores, crps, ignorance, interval_score, pit, score

__all__ = [
    "MODELS",
    "Conflictology",
    "History",
    "LastObservation",
    "Model",
    "NegativeBinomial",
    "Recency",
    "Scores",
    "add_months",
    "crps",
    "ignorance",
    "interval_score",
    "month_of",
    "months_between",
    "panel_history",
    "pit",
    "read_history",
    "score",
    "views_month",
]
