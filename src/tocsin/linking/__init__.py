"""Copies of a text found, claims about one incident put together, events merged, and rows projected."""

from __future__ import annotations

from tocsin.linking._changes import Change, changes
from tocsin.linking._cluster import Partition, current_judgements, link
from tocsin.linking._compare import Link, Reason
from tocsin.linking._copies import find_copies, lineages
from tocsin.linking._corrections import COUNTS, corrected
from tocsin.linking._fitting import Fit, fit_weights
from tocsin.linking._ids import Assignment, assign_ids
from tocsin.linking._merge import merge
from tocsin.linking._pairs import PairModel, Rarity, groups, load_pair_model, next_best
from tocsin.linking._profile import fold
from tocsin.linking._releases import ChangeKind, Release, RowChange, YearChange, apply_release, compare_releases
from tocsin.linking._relink import Linkage, relink
from tocsin.linking._rows import project
from tocsin.linking._weights import LinkWeights, load_weights, weights_toml

__all__ = [
    "COUNTS",
    "Assignment",
    "Change",
    "ChangeKind",
    "Fit",
    "Link",
    "LinkWeights",
    "Linkage",
    "PairModel",
    "Partition",
    "Rarity",
    "Reason",
    "Release",
    "RowChange",
    "YearChange",
    "apply_release",
    "assign_ids",
    "changes",
    "compare_releases",
    "corrected",
    "current_judgements",
    "find_copies",
    "fit_weights",
    "fold",
    "groups",
    "lineages",
    "link",
    "load_pair_model",
    "load_weights",
    "merge",
    "next_best",
    "project",
    "relink",
    "weights_toml",
]
