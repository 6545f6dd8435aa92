"""What may be fetched, said by flags, environment and settings, through the commands."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest

from serving import Site, serving
from tocsin.cli import main
from tocsin.store import Workspace

PAGE = """<html><head><title>Idlib</title></head><body><article><p>Shelling killed three people in the city of Idlib on
6 March 2019, medics and residents said. The shells fell on a market in the morning.</p></article></body></html>"""


@pytest.fixture(autouse=True)
def quiet_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TOCSIN_DATABASE_URL", "TOCSIN_OUT", "TOCSIN_WORKSPACE", "TOCSIN_PUBLISHED", "TOCSIN_FETCH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


@pytest.fixture
def home(tmp_path: Path, new_workspace: Path) -> Path:
    copytree(new_workspace, tmp_path / "out" / "workspace")
    return tmp_path / "out" / "workspace"


def settings(home: Path, text: str) -> list[str]:
    (home / "tocsin.toml").write_text(f"[net]\n{text}\n", encoding="utf-8")
    return ["--workspace", str(home)]


HERE = 'allow = ["127.0.0.0/8"]\ndelay = 0'


def test_nothing_is_fetched_unless_somebody_says_so(
    site: Site, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url, target = site.put("/a", PAGE), settings(home, HERE)
    for command in (["add", url], ["add", url, "--preview"], ["add", url, "--no-fetch"], ["run", url]):
        assert main([*command, *target]) == 2
        assert "nothing is fetched from the network unless you say so" in " ".join(capsys.readouterr().err.split())
    assert not site.all_requests
    monkeypatch.setenv("TOCSIN_FETCH", "1")
    assert main(["add", url, *target, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["new"] == 1
    assert main(["add", url, *target, "--no-fetch"]) == 2, "the flag goes before the environment"
    monkeypatch.setenv("TOCSIN_FETCH", "perhaps")
    assert main(["add", url, *target]) == 2
    assert "TOCSIN_FETCH: 'perhaps' is neither true nor false" in capsys.readouterr().err


def test_fetched_by_the_flag_and_signed_by_the_settings(
    site: Site, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = site.put("/a", PAGE)
    target = settings(home, f'{HERE}\nuser_agent = "Our desk/1.0 (desk@example.org)"')
    assert main(["add", url, "--fetch", *target, "--quiet"]) == 0
    assert site.requests[0].headers["User-Agent"] == "Our desk/1.0 (desk@example.org)"
    assert main(["add", url, "--fetch", *target, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["read_before"] == 1


def test_a_private_network_is_refused_unless_it_is_allowed(
    site: Site, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url, target = site.put("/a", PAGE), settings(home, "fetch = true")
    assert main(["add", url, *target]) == 3
    assert "not on the public internet" in " ".join(capsys.readouterr().err.split())
    assert not site.all_requests


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("fetch = 3", "net.fetch"),
        ("timeout = 0", "net.timeout: 0 is too small"),
        ('size = "much"', "net.size: 'much' is no number"),
        ('allow = ["10.0.0.1/8"]', "net.allow"),
        ("user_agnet = 1", "did you mean user_agent?"),
    ],
)
def test_settings_that_cannot_be_read(home: Path, capsys: pytest.CaptureFixture[str], text: str, says: str) -> None:
    assert main(["add", "https://news.example/a", *settings(home, text)]) == 2
    assert says in " ".join(capsys.readouterr().err.split())


def test_a_page_that_is_too_long(site: Site, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = site.put("/a", "x" * 60_000)
    assert main(["add", url, "--fetch", *settings(home, f"{HERE}\nsize = 0.05")]) == 3
    assert "is longer than" in " ".join(capsys.readouterr().err.split())


def test_a_look_at_a_page_and_at_standard_input_keeps_nothing(
    site: Site, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url, target = site.put("/a", PAGE), settings(home, HERE)
    assert main(["add", url, "--fetch", "--preview", *target]) == 0
    assert "read as a web page" in capsys.readouterr().out
    table = io.TextIOWrapper(io.BytesIO(b"date,place,note\n2019-03-06,Idlib,Shelling killed three\n"))
    monkeypatch.setattr(sys, "stdin", table)
    assert main(["add", "-", "--stdin-form", "csv", "--preview", "--json", *target]) == 0
    (found,) = json.loads(capsys.readouterr().out)["inputs"]
    assert (found["name"], found["reader"], found["items"]) == ("-", "Csv", 1)
    with Workspace.open(home) as kept:
        assert kept.count_documents() == 0
    assert main(["add", "--stdin-form", "csv", url, "--preview", *target]) == 2
