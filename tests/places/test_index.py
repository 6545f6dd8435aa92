from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tocsin.errors import UsageError
from tocsin.places import open_gazetteer
from tocsin.places._index import cache_path


class Interrupting:
    """Stops the build in its first step."""

    def start(self, what: str, total: int | None) -> None:
        assert what
        assert total is not None
        assert total > 200_000
        raise KeyboardInterrupt

    def advance(self, steps: int = 1) -> None: ...

    def finish(self) -> None: ...


def test_a_build_that_is_stopped_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_CACHE", str(tmp_path / "cache"))
    with pytest.raises(KeyboardInterrupt):
        open_gazetteer(progress=Interrupting())
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_cache_that_is_no_directory_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a directory", encoding="utf-8")
    monkeypatch.setenv("TOCSIN_CACHE", str(blocked))
    with pytest.raises(UsageError, match="TOCSIN_CACHE"):
        open_gazetteer()


def test_where_the_cache_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOCSIN_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_path() == tmp_path / "tocsin"
    monkeypatch.setenv("TOCSIN_CACHE", str(tmp_path / "own"))
    assert cache_path() == tmp_path / "own"


def test_the_index_is_the_users_own(gazetteer: object) -> None:
    assert gazetteer is not None
    newest = max(cache_path().glob("gazetteer-*.sqlite"), key=os.path.getmtime)
    assert stat.S_IMODE(newest.stat().st_mode) == 0o600
