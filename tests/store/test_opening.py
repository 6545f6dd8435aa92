"""Opening, locking, settings, the schema."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from tocsin.errors import UsageError, WorkspaceBusy, WorkspaceError
from tocsin.store import Output, Workspace, _database, _schema

from .material import document, moment

OPEN = Callable[[], Workspace]


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOCSIN_DATABASE_URL", raising=False)


def test_a_new_workspace_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "workspace"
    with Workspace.open(path) as workspace:
        workspace.add(document(1), name="a", at=moment(0))
        modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in path.iterdir()}
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert {name for name in modes if not name.startswith("tocsin.db-")} == {
        "tocsin.toml",
        "tocsin.db",
        "tocsin.lock",
        "originals",
        "snapshots",
        "releases",
    }
    assert all(mode & 0o077 == 0 for mode in modes.values()), modes


def test_a_missing_workspace_is_not_made_by_a_reader(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="no workspace here"):
        Workspace.open(tmp_path / "none", create=False)
    assert not (tmp_path / "none").exists()


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(WorkspaceError, match=r"holds other things \(thesis.txt\)"):
        Workspace.open(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]
    with pytest.raises(WorkspaceError, match="is a file"):
        Workspace.open(tmp_path / "thesis.txt")


def test_a_half_made_workspace_is_made_whole(tmp_path: Path) -> None:
    (tmp_path / "w" / "originals").mkdir(parents=True)
    (tmp_path / "w" / ".writing-x").touch()
    Workspace.open(tmp_path / "w").close()
    Workspace.open(tmp_path / "w", create=False).close()


def test_one_writes_and_others_read(open_workspace: OPEN) -> None:
    with open_workspace() as writer, open_workspace() as reader:
        writer.add(document(1), name="a", at=moment(0))
        assert reader.count_documents() == 1
        with pytest.raises(WorkspaceBusy, match="another process is writing"):
            reader.lock(wait=0.1)
        writer.close()
        reader.add(document(2), name="a", at=moment(1))
        assert reader.count_documents() == 2


def test_a_closed_workspace_says_so(open_workspace: OPEN) -> None:
    workspace = open_workspace()
    workspace.close()
    with pytest.raises(WorkspaceError, match="closed"):
        workspace.count_documents()
    with pytest.raises(WorkspaceError, match="closed"):
        workspace.add(document(1), name="a", at=moment(0))


def test_a_schema_of_a_newer_version_is_not_touched(open_workspace: OPEN) -> None:
    with open_workspace() as workspace, workspace._database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(WorkspaceError, match=r"schema is 9999.*newer"):
        open_workspace()


def test_the_migrations_lead_to_the_tables_the_code_uses(workspace: Workspace) -> None:
    scripts = ScriptDirectory(str(Path(_database.__file__).parent / "migrations"))
    assert scripts.get_current_head() == _database.HEAD
    assert [s.revision for s in scripts.walk_revisions()][::-1] == list(_database.KNOWN)
    with workspace._database.read() as connection, warnings.catch_warnings():
        # Indexes with a condition cannot be compared on SQLite, which is all that it warns about.
        warnings.simplefilter("ignore", sa.exc.SAWarning)
        assert compare_metadata(MigrationContext.configure(connection), _schema.metadata) == []


def test_the_file_is_set_to_lose_nothing_and_leave_nothing(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "w") as workspace, workspace._database.read() as connection:
        found = {p: connection.exec_driver_sql(f"PRAGMA {p}").scalar() for p in ("journal_mode", "secure_delete")}
        assert found == {"journal_mode": "wal", "secure_delete": 1}
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_the_flag_goes_before_the_environment_and_that_before_the_file(
    postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "w"
    with Workspace.open(path, url=postgresql_url) as workspace:
        workspace.add(document(1), name="a", at=moment(0))
    assert not (path / "tocsin.db").exists()
    with pytest.raises(WorkspaceError, match="set TOCSIN_DATABASE_URL"):
        Workspace.open(path)
    monkeypatch.setenv("TOCSIN_DATABASE_URL", postgresql_url.replace("postgresql+psycopg:", "postgresql:"))
    with Workspace.open(path) as workspace:
        assert workspace.count_documents() == 1
    with pytest.raises(UsageError, match="mysql"):
        Workspace.open(path, url="mysql://host/name")
    monkeypatch.delenv("TOCSIN_DATABASE_URL")
    (path / "tocsin.toml").write_text(f'[store]\nurl = "{postgresql_url}"\n')
    with Workspace.open(path) as workspace:
        assert workspace.count_documents() == 1
        assert workspace.settings["store"]["url"] == postgresql_url


def test_an_address_does_not_hide_the_records_that_are_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Workspace.open(tmp_path / "w").close()
    monkeypatch.setenv("TOCSIN_DATABASE_URL", "postgresql://host/name")
    with pytest.raises(WorkspaceError, match=r"in its tocsin\.db"):
        Workspace.open(tmp_path / "w")


@pytest.mark.postgresql
def test_a_server_that_does_not_answer_is_named_without_its_password(postgresql_url: str, tmp_path: Path) -> None:
    url = sa.make_url(postgresql_url).set(password="hush-hush", database="no_such_database")
    with pytest.raises(WorkspaceError, match="no_such_database") as raised:
        Workspace.open(tmp_path / "w", url=url.render_as_string(hide_password=False))
    assert "hush-hush" not in str(raised.value)


@pytest.mark.parametrize("content", ["[store", "store = 3", "\udcff"])
def test_settings_that_cannot_be_read_name_the_file(tmp_path: Path, content: str) -> None:
    path = tmp_path / "w"
    Workspace.open(path).close()
    (path / "tocsin.toml").write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(UsageError, match=r"tocsin\.toml"):
        Workspace.open(path)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "w"
    Workspace.open(path).close()
    (path / "tocsin.db").write_bytes(b"not a database" * 100)
    with pytest.raises(WorkspaceError, match=r"tocsin\.db"):
        Workspace.open(path)


def test_moments_come_back_in_utc(workspace: Workspace) -> None:
    at = datetime(2024, 5, 1, 3, 4, 5, 678901, tzinfo=timezone(timedelta(hours=3)))
    workspace.record_output(workspace.path.parent / "out", at)
    assert workspace.outputs() == (Output(workspace.path.parent / "out", at.astimezone(UTC)),)
    assert workspace.outputs()[0].written_at.tzinfo == UTC


def test_runs_say_what_was_interrupted(open_workspace: OPEN) -> None:
    with open_workspace() as workspace:
        done = workspace.end_run(workspace.begin_run("add", moment(0)), moment(1))
        left = workspace.mark_run(workspace.begin_run("code", moment(2), "0"), "200")
    with open_workspace() as workspace:
        assert workspace.runs() == (done, left)
        assert [run.marker for run in workspace.runs("code") if run.ended_at is None] == ["200"]


def test_two_processes_may_make_it_at_once(tmp_path: Path) -> None:
    script = f"from tocsin.store import Workspace; Workspace.open({str(tmp_path / 'w')!r}).close()"
    both = [subprocess.Popen([sys.executable, "-W", "error", "-c", script]) for _ in range(2)]
    assert [process.wait(20) for process in both] == [0, 0]
    with sqlite3.connect(tmp_path / "w" / "tocsin.db") as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(_database.HEAD,)]
    connection.close()
