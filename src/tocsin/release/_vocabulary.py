"""The words of ``words.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["vocabulary"]


@cache
def vocabulary() -> dict[str, Any]:
    """The words by which people are told from places and bodies, by what they are for."""
    return tomllib.loads(files("tocsin.release").joinpath("words.toml").read_text("utf-8"))
