"""Progress that nobody watches."""

from __future__ import annotations

from typing import Literal

__all__ = ["Silent"]


class Silent:
    """Shows nothing."""

    def start(self, what: str, total: int | None, unit: Literal["", "bytes"] = "") -> None:
        """A step begins."""

    def advance(self, steps: int = 1) -> None:
        """That much more is done."""

    def finish(self) -> None:
        """The step is over."""
