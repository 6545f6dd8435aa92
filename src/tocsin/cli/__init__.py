"""The command line: reads arguments, shows progress, prints. Nothing else prints."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that `arguments` (or the command line) names, and return its exit code.

    0 done, 1 some inputs left out, 2 wrong usage or settings, 3 nothing usable, 130 interrupted.
    """
    try:
        from tocsin.cli._app import app

        app(args=None if arguments is None else list(arguments), prog_name="tocsin")
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except KeyboardInterrupt:
        return 130
    return 0
