"""Fixtures that more than one room's tests use."""

from __future__ import annotations

import os
import shutil
import signal
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings

from tocsin.store import Workspace

# A busy machine is no fault in the code: time is measured in bench/, and no test depends on it.
settings.register_profile("tocsin", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tocsin")

# A shell that runs the tests in the background has them ignore Ctrl-C, and what they start inherits that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

POSTGRESQL = "TOCSIN_TEST_POSTGRESQL"
STRICT = "TOCSIN_TEST_STRICT"


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    """The address of an empty schema on the server that TOCSIN_TEST_POSTGRESQL names; `.ci/postgresql` starts one."""
    server = os.environ.get(POSTGRESQL)
    if not server:
        reason = f"no PostgreSQL server to test on: set {POSTGRESQL}, or run under `.ci/postgresql run`"
        if os.environ.get(STRICT) == "1":
            pytest.fail(f"{reason} ({STRICT}=1 lets nothing be skipped)")
        pytest.skip(reason)
    url = sa.make_url(server).set(drivername="postgresql+psycopg")
    schema = f"test_{uuid.uuid4().hex}"
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE SCHEMA {schema}"))
    yield url.update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(sa.text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


@pytest.fixture(scope="session")
def new_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that nothing was added to; copying it is quicker than making one for every test."""
    path = tmp_path_factory.mktemp("new") / "workspace"
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("TOCSIN_DATABASE_URL", raising=False)
        Workspace.open(path).close()
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def open_workspace(
    request: pytest.FixtureRequest, tmp_path: Path, new_workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], Workspace]:
    """Opens the same workspace each time it is called; once for each database."""
    monkeypatch.delenv("TOCSIN_DATABASE_URL", raising=False)
    url = None
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_url")
    else:
        shutil.copytree(new_workspace, tmp_path / "workspace")
    return lambda: Workspace.open(tmp_path / "workspace", url=url)


@pytest.fixture
def workspace(open_workspace: Callable[[], Workspace]) -> Iterator[Workspace]:
    """An empty workspace, on each database."""
    with open_workspace() as workspace:
        yield workspace
