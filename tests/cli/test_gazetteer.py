"""A gazetteer of one's own, added, found, used and removed from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tocsin.cli._app import app
from tocsin.places import open_gazetteer
from tocsin.places._index import index_path

VILLAGES = "name,lat,lon,country,admin1\nTall al-Qandil,35.201,40.437,SYR,Deir ez-Zor\nNowhere,0,0,SYR,Deir ez-Zor\n"


@pytest.fixture
def villages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    open_gazetteer()  # builds the bundled index once; a cache of its own only points at it
    index = index_path().resolve()
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / index.name).symlink_to(index)
    monkeypatch.setenv("TOCSIN_CACHE", str(cache))
    file = tmp_path / "villages.csv"
    file.write_text(VILLAGES, "utf-8")
    return file


def test_villages_are_added_listed_and_removed_and_a_bad_row_is_named(villages: Path) -> None:
    runner = CliRunner()
    added = runner.invoke(app, ["gazetteer", "add", str(villages), "--name", "mine", "--json"])
    assert added.exit_code == 1, added.output
    answer = json.loads(added.stdout)
    assert answer["gazetteer"]["settlements"] == 1
    assert any("villages.csv#3" in problem for problem in answer["problems"])
    listed = json.loads(runner.invoke(app, ["gazetteer", "list", "--json"]).stdout)
    assert [one["name"] for one in listed] == ["mine"]
    assert runner.invoke(app, ["gazetteer", "remove", "mine"]).exit_code == 0
    assert json.loads(runner.invoke(app, ["gazetteer", "list", "--json"]).stdout) == []


def test_a_file_that_is_no_gazetteer_is_an_error(villages: Path) -> None:
    villages.write_text("a,b\n1,2\n", "utf-8")
    refused = CliRunner().invoke(app, ["gazetteer", "add", str(villages)])
    assert refused.exit_code == 3
    assert "villages.csv" in refused.output
