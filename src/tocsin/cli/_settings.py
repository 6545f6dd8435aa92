"""Where a setting comes from: the flag, else the environment, else ``tocsin.toml`` of the workspace, else a default."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tocsin.errors import UsageError

if TYPE_CHECKING:
    from tocsin.sources import ColumnMaps

__all__ = ["DEFAULT_OUT", "Settings", "day", "settle"]

DEFAULT_OUT = Path("tocsin-out")
FILE = "tocsin.toml"
TABLE = "run"
MAP = "map"
_KNOWN = ("codebook", "published")


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one command, from wherever they came."""

    out: Path
    workspace: Path
    published: date | None = None
    codebook: Path | None = None
    maps: ColumnMaps | None = None


def settle(
    out: Path | None,
    workspace: Path | None,
    published: str | None = None,
    codebook: Path | None = None,
    columns: Sequence[str] | None = None,
) -> Settings:
    """Settle what flags and environment left open.

    Parameters
    ----------
    out, workspace, published, codebook, columns
        From the flag or, failing that, the environment; None where neither says.

    Raises
    ------
    UsageError
        If a setting cannot be read; the message names the flag or the file and key.
    """
    folder = out or DEFAULT_OUT
    home = workspace or folder / "workspace"
    written = _written(home / FILE)
    given = None if published is None else day(published, "--published")
    if given is None and "published" in written:
        given = day(str(written["published"]), f"{home / FILE}: {TABLE}.published")
    if codebook is None and "codebook" in written:
        # As seen from the file that names it.
        codebook = home / str(written["codebook"])
    return Settings(folder, home, given, codebook, _maps(columns or (), home / FILE))


def _maps(columns: Sequence[str], file: Path) -> ColumnMaps | None:
    """What columns hold: by the flag, then by the tables ``[map]`` or ``[[map]]`` of the file."""
    found = _read(file).get(MAP, [])
    if not columns and not found:
        return None
    from tocsin.sources import ColumnMaps, map_from

    given = map_from(columns, "--map")
    by_pattern = []
    for at, table in enumerate(found if isinstance(found, list) else [found], start=1):
        where = f"{file}: [[{MAP}]] number {at}" if isinstance(found, list) else f"{file}: [{MAP}]"
        if not isinstance(table, dict) or not isinstance(table.get("match", ""), str):
            raise UsageError(f'{where} must be a table such as: match = "logs/*.csv", text = "body"')
        by_pattern.append((table.get("match", ""), map_from({k: v for k, v in table.items() if k != "match"}, where)))
    return ColumnMaps(given, tuple(by_pattern))


def day(words: str, where: str) -> date:
    """The day that `words` name, as in 2019-03-06.

    Raises
    ------
    UsageError
        If they name none; the message begins with `where`.
    """
    try:
        return date.fromisoformat(words.strip())
    except ValueError:
        raise UsageError(f"{where}: {words!r} is not a day; write it as 2019-03-06") from None


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise UsageError(f"{path}: {error}; correct it by hand") from error


def _written(path: Path) -> dict[str, Any]:
    table = _read(path).get(TABLE, {})
    if not isinstance(table, dict):
        raise UsageError(f"{path}: {TABLE} must be a table, [{TABLE}]")
    for key in table:
        if key not in _KNOWN:
            close = difflib.get_close_matches(key, _KNOWN, 1)
            hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(_KNOWN)}"
            raise UsageError(f"{path}: [{TABLE}] has no setting {key!r}; {hint}")
    return table
