"""What may be fetched: the flags, else the environment, else ``[net]`` in ``tocsin.toml``, else nothing."""

from __future__ import annotations

import difflib
import os
import sys
import tomllib
from collections.abc import Mapping, Sequence
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tocsin.errors import UsageError

if TYPE_CHECKING:
    from tocsin.pipeline import Network, StandardInput

__all__ = ["network", "standard_input"]

FILE = "tocsin.toml"
TABLE = "net"
_KNOWN = ("allow", "delay", "fetch", "limit", "proxy", "size", "timeout", "user_agent")
_YES, _NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off", "")


def network(home: Path, fetch: bool | None, pages: int | None) -> Network:
    """What may be fetched.

    Parameters
    ----------
    home : Path
        The workspace, whose ``tocsin.toml`` may say it.
    fetch, pages
        From the flags ``--fetch`` and ``--fetch-limit`` or, failing that, the environment; None where neither says.

    Raises
    ------
    UsageError
        If a setting cannot be read; the message names where it stands.
    """
    from tocsin.net import Policy
    from tocsin.pipeline import Network

    settings = _Settings(home / FILE)
    base = Policy()
    return Network(
        Policy(
            allowed=settings.flag("fetch", False) if fetch is None else fetch,
            pages=int(settings.number("limit", base.pages)) if pages is None else pages,
            timeout=settings.number("timeout", base.timeout, above=0),
            most_bytes=int(settings.number("size", base.most_bytes / 1e6, above=0) * 1e6),
            delay=settings.number("delay", base.delay),
            user_agent=settings.words("user_agent"),
            allow=tuple(map(settings.network, settings.list("allow"))),
            proxy=settings.words("proxy"),
        )
    )


def standard_input(paths: Sequence[str], form: str) -> StandardInput | None:
    """Standard input where it is asked for, None elsewhere.

    Raises
    ------
    UsageError
        If a form is given and no standard input.
    """
    if "-" not in paths:
        if form:
            raise UsageError("--stdin-form says what standard input holds; add - to read it")
        return None
    from tocsin.pipeline import StandardInput

    if sys.stdin.isatty():
        sys.stderr.write("Reading a report from the keyboard; end it with Ctrl-D on a line of its own.\n")
    return StandardInput(sys.stdin.buffer, form)


class _Settings:
    """``[net]`` of a file, and what the environment says instead, as ``TOCSIN_FETCH_…``."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._table = _table(file)

    def _found(self, key: str) -> tuple[Any, str]:
        """The setting as written, None where it is nowhere, and where it stands."""
        variable = "TOCSIN_FETCH" if key == "fetch" else f"TOCSIN_FETCH_{key.upper()}"
        if variable in os.environ:
            return os.environ[variable], variable
        return self._table.get(key), f"{self._file}: {TABLE}.{key}"

    def flag(self, key: str, default: bool) -> bool:
        value, where = self._found(key)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        if str(value).strip().lower() not in (*_YES, *_NO):
            raise UsageError(f"{where}: {value!r} is neither true nor false")
        return str(value).strip().lower() in _YES

    def number(self, key: str, default: float, *, above: float | None = None) -> float:
        value, where = self._found(key)
        try:
            number = default if value is None else float(value)
        except (TypeError, ValueError):
            raise UsageError(f"{where}: {value!r} is no number") from None
        if not 0 <= number < 1e9 or (above is not None and number <= above):
            raise UsageError(f"{where}: {value!r} is too small or too large")
        return number

    def words(self, key: str) -> str:
        value, where = self._found(key)
        if value is not None and not (isinstance(value, str) and value.isprintable()):
            raise UsageError(f"{where}: {value!r} must be one line of text")
        return value or ""

    def list(self, key: str) -> list[str]:
        value, where = self._found(key)
        if isinstance(value, str):
            return [each.strip() for each in value.split(",") if each.strip()]
        if value is not None and not (isinstance(value, list) and all(isinstance(v, str) for v in value)):
            raise UsageError(f'{where}: must be a list of networks, such as ["10.1.0.0/16"]')
        return value or []

    def network(self, written: str) -> Any:
        try:
            return ip_network(written)
        except ValueError as error:
            where = self._found("allow")[1]
            raise UsageError(f"{where}: {error}; write a network as 10.1.0.0/16") from None


def _table(file: Path) -> Mapping[str, Any]:
    if not file.is_file():
        return {}
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8")).get(TABLE, {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise UsageError(f"{file}: {error}; correct it by hand") from error
    if not isinstance(table, dict):
        raise UsageError(f"{file}: {TABLE} must be a table, [{TABLE}]")
    for key in table:
        if key not in _KNOWN:
            close = difflib.get_close_matches(key, _KNOWN, 1)
            hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(_KNOWN)}"
            raise UsageError(f"{file}: [{TABLE}] has no setting {key!r}; {hint}")
    return table
