"""The package that docs/plugins.md shows: it installs, its own tests pass, and the command line uses it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "plugins.md"
FILE = re.compile(r"^```(?:python|toml)\n# (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The package as `pip install` leaves it: modules, and a dist-info that names its entry points."""
    top = tmp_path / "valley"
    files = dict(FILE.findall(PAGE.read_text(encoding="utf-8")))
    assert sorted(files) == ["pyproject.toml", "tests/test_valley.py", "valley/boards.py", "valley/lists.py"]
    for name, text in files.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(text, encoding="utf-8")
    project = tomllib.loads(files["pyproject.toml"])["project"]
    info = top / f"{project['name']}-{project['version']}.dist-info"
    info.mkdir()
    metadata = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (info / "METADATA").write_text(metadata, encoding="utf-8")
    groups = [
        "\n".join([f"[{group}]", *(f"{name} = {value}" for name, value in entries.items()), ""])
        for group, entries in project["entry-points"].items()
    ]
    (info / "entry_points.txt").write_text("\n".join(groups), encoding="utf-8")
    return top


def run(package: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TOCSIN_") or k == "TOCSIN_CACHE"}
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=package.parent,
        env=environment | {"PYTHONPATH": str(package), "NO_COLOR": "1", "COLUMNS": "100"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_the_example_s_own_tests_pass(package: Path) -> None:
    done = run(package, "pytest", "-q", "-p", "no:cacheprovider", str(package / "tests"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout


def test_the_command_line_reads_the_form_and_writes_it(package: Path) -> None:
    board = package.parent / "may.board"
    board.write_text(
        "2021-05-03 @ Kandahar: Two men were shot dead by unknown gunmen at the well.\nnothing to report\n",
        encoding="utf-8",
    )
    done = run(package, "tocsin", "add", "may.board", "--workspace", "kept")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "may.board#2: is no report; write it as DAY @ PLACE: WORDS" in done.stdout + done.stderr
    board.write_text(board.read_text(encoding="utf-8").partition("\n")[0], encoding="utf-8")
    done = run(package, "tocsin", "run", "may.board", "--out", "out", "--workspace", "kept")
    assert done.returncode == 0, done.stdout + done.stderr
    done = run(package, "tocsin", "export", "--out", "out", "--workspace", "kept", "--form", "list")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2021-05-03  Kandahār: " in (package.parent / "out" / "events.txt").read_text(encoding="utf-8")
