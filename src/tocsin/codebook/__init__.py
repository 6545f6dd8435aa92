"""The codebook: what is coded, by which rules, and the actor list. The codes themselves are data, in ``codebooks/``."""

from __future__ import annotations

from tocsin.codebook._actors import ActorEntry, ActorList, ActorMatch, State, load_actors
from tocsin.codebook._codes import Code, Codebook, EventType, NearMiss, PrecedenceRule, TollPolicy, TollRule, VagueCount
from tocsin.codebook._lint import Finding, lint
from tocsin.codebook._load import load_codebook

__all__ = [
    "ActorEntry",
    "ActorList",
    "ActorMatch",
    "Code",
    "Codebook",
    "EventType",
    "Finding",
    "NearMiss",
    "PrecedenceRule",
    "State",
    "TollPolicy",
    "TollRule",
    "VagueCount",
    "lint",
    "load_actors",
    "load_codebook",
]
