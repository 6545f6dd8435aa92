from __future__ import annotations

from pathlib import Path

import pytest

from tocsin.places import SqliteGazetteer, open_gazetteer
from tocsin.places._index import index_path


@pytest.fixture(scope="session")
def gazetteer(tmp_path_factory: pytest.TempPathFactory) -> SqliteGazetteer:
    """The bundled gazetteer, whatever else this machine's user has added."""
    open_gazetteer()
    with pytest.MonkeyPatch.context() as patch:
        _in_a_cache_of_its_own(tmp_path_factory.mktemp("cache"), patch)
        return open_gazetteer()


@pytest.fixture
def own_cache(tmp_path: Path, gazetteer: SqliteGazetteer, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache with the bundled index and nothing added."""
    path = tmp_path / "cache"
    path.mkdir()
    _in_a_cache_of_its_own(path, monkeypatch)
    return path


def _in_a_cache_of_its_own(path: Path, patch: pytest.MonkeyPatch) -> None:
    index = index_path().resolve()
    (path / index.name).symlink_to(index)
    patch.setenv("TOCSIN_CACHE", str(path))
