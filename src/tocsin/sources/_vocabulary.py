"""The words by which sources are read, from ``vocabulary.toml``."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

__all__ = ["VOCABULARY", "any_of"]

VOCABULARY: dict[str, Any] = tomllib.loads(files("tocsin.sources").joinpath("vocabulary.toml").read_text("utf-8"))
"""Tables and lists as in the file, which says what each is for."""


def any_of(patterns: list[str]) -> str:
    """Return one regular expression for any of `patterns`; a space in them stands for any white space."""
    return "(?:" + "|".join(p.replace(" ", r"\s+") for p in patterns) + ")"
