"""Files and folders."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tocsin.errors import InputError
from tocsin.sources import Input, Received, find, read, read_input

NOTE = "Lorry burned\n\nA lorry burned at night on the road between the two towns, the police said on Monday.\n"


def folder(tmp_path: Path) -> Path:
    top = tmp_path / "in"
    (top / "b" / "empty").mkdir(parents=True)
    for name in ("c.txt", "b/a.txt", "b.txt", ".hidden.txt", "b/.git"):
        (top / name).write_text(NOTE, encoding="utf-8")
    return top


def names(found: list[Received | InputError]) -> list[str]:
    return [f.name if isinstance(f, Received) else f"!{f.path}" for f in found]


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    top = folder(tmp_path)
    assert names(list(read([top]))) == ["in/b.txt", "in/b/a.txt", "in/c.txt"]
    assert names(list(read([top / "c.txt", top / "b"]))) == ["c.txt", "b/a.txt"]


def test_what_was_received_is_named_by_its_hash(tmp_path: Path) -> None:
    top = folder(tmp_path)
    (received,) = read([top / "c.txt"])
    assert isinstance(received, Received)
    assert received.path == top / "c.txt"
    assert received.original == hashlib.sha256((top / "c.txt").read_bytes()).hexdigest()


def test_inputs_can_be_chosen_before_they_are_read(tmp_path: Path) -> None:
    inputs = [i for i in find([folder(tmp_path)]) if isinstance(i, Input)]
    assert [i.name for i in inputs] == ["in/b.txt", "in/b/a.txt", "in/c.txt"]
    assert names(list(read_input(inputs[1]))) == ["in/b/a.txt"]


def test_other_forms_and_missing_paths_are_said(tmp_path: Path) -> None:
    top = folder(tmp_path)
    (top / "photo.jpg").write_bytes(b"x")
    found = list(read([top, tmp_path / "nowhere", top / "photo.jpg"]))
    assert names(found)[3:] == ["!in/photo.jpg", f"!{tmp_path / 'nowhere'}", "!photo.jpg"]
    assert ".csv" in str(found[3])
    assert "does not exist" in str(found[4])


def test_links_out_of_the_folder_are_refused(tmp_path: Path) -> None:
    top = folder(tmp_path)
    (tmp_path / "secret.txt").write_text(NOTE, encoding="utf-8")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "x.txt").write_text(NOTE, encoding="utf-8")
    (top / "d.txt").symlink_to(tmp_path / "secret.txt")
    (top / "e.txt").symlink_to(top / "c.txt")
    (top / "f").symlink_to(tmp_path / "elsewhere")
    (top / "g").symlink_to(top / "b")
    (top / "h.txt").symlink_to(tmp_path / "gone.txt")
    found = list(read([top]))
    assert names(found)[2:] == ["in/c.txt", "!in/d.txt", "in/e.txt", "!in/f", "!in/h.txt"]


def test_a_broken_file_does_not_end_the_batch(tmp_path: Path) -> None:
    top = folder(tmp_path)
    (top / "b.txt").write_bytes(bytes(range(256)) * 10)
    assert names(list(read([top]))) == ["!in/b.txt", "in/b/a.txt", "in/c.txt"]
