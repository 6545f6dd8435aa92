from __future__ import annotations

import pytest

from tocsin.places import SqliteGazetteer, open_gazetteer


@pytest.fixture(scope="session")
def gazetteer() -> SqliteGazetteer:
    return open_gazetteer()
