"""The documentation runs, is current, and points at what exists."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")
# No line of the documentation is about a machine it was written on.
PRIVATE = re.compile(r"/(?:work|root|home|tmp)/|localhost:\d|registry\.|index-url", re.IGNORECASE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as after a clone, with the examples in it."""
    path = tmp_path_factory.mktemp("clone")
    shutil.copytree(ROOT / "examples", path / "examples")
    return path


def run(command: str, folder: Path) -> str:
    """What `command` prints in `folder`; fails where the command does."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TOCSIN_") or k == "TOCSIN_CACHE"}
    done = subprocess.run(
        ["bash", "-c", f"set -euo pipefail\n{command}"],
        cwd=folder,
        env=environment | {"PATH": path, "COLUMNS": "80", "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"$ {command}\n{done.stdout}"
    return done.stdout


def sessions(text: str) -> Iterator[tuple[str, list[str]]]:
    """Commands of a console block, each with the lines that it is shown to print."""
    command: list[str] = []
    shown: list[str] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            if command:
                yield "\n".join(command), shown
            command, shown = [line[2:]], []
        elif line.startswith("> "):
            command.append(line[2:])
        else:
            shown.append(line)
    if command:
        yield "\n".join(command), shown


def test_the_tutorial_runs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    names: dict[str, Any] = {}
    blocks = BLOCK.findall((ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8"))
    assert {kind for kind, _ in blocks} == {"console", "python"}
    for kind, text in blocks:
        if kind == "python":
            exec(compile(text, "docs/tutorial.md", "exec"), names)
            continue
        for command, shown in sessions(text):
            printed = run(command, folder)
            for line in shown:
                assert line in printed, f"$ {command}\n{printed}"


def test_the_readme_s_python_runs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    (code,) = (text for kind, text in BLOCK.findall((ROOT / "README.md").read_text("utf-8")) if kind == "python")
    assert len([line for line in code.splitlines() if line.strip()]) <= 10
    exec(compile(code, "README.md", "exec"), {})


def test_the_generated_pages_are_current(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    assert importlib.import_module("docs").main(["--check"]) == 0, capsys.readouterr().err


def test_every_command_and_code_is_on_its_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    pages = importlib.import_module("docs").pages()
    for command in ("run", "add", "code", "link", "export", "show", "explain", "forget", "codebook lint"):
        assert f"# tocsin {command}\n" in pages["cli.md"]
    assert pages["codebook.md"].count("\n### ") == 25


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere_and_nothing_private_is_told(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    broken = [link for link in LINK.findall(text) if not (page.parent / link).exists()]
    assert not broken
    assert not PRIVATE.search(text)


@pytest.mark.parametrize("decision", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda path: path.stem)
def test_decisions_are_short(decision: Path) -> None:
    lines = decision.read_text(encoding="utf-8").splitlines()
    assert re.fullmatch(r"\d{4}-[a-z0-9-]+", decision.stem)
    assert lines[0].startswith(f"# {decision.stem[:4]} ")
    assert len(lines) <= 20
