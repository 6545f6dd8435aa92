"""Zip files, honest and other."""

from __future__ import annotations

import io
import stat
import tempfile
import zipfile
from pathlib import Path

import pytest

from tocsin.errors import InputError
from tocsin.sources import Received, read
from tocsin.sources.archives import ZipSource

NOTE = "Lorry burned\n\nA lorry burned at night on the road between the two towns, the police said on Monday.\n"
TABLE = "date,notes\n2021-05-03,Two men were shot at the well by unknown gunmen\n2021-05-04,Quiet all day in the town\n"


def packed(*members: tuple[str | zipfile.ZipInfo, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def found_in(tmp_path: Path, data: bytes) -> list[str]:
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    return [f"{f.name}#{f.item.item}" if isinstance(f, Received) else f"!{f}" for f in read([path])]


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_members_are_read_as_in_a_folder(tmp_path: Path, own_temporary_folder: Path) -> None:
    inner = packed(("deep/c.txt", NOTE))
    data = packed(
        ("b/log.csv", TABLE),
        ("a.txt", NOTE),
        ("b/", ""),
        ("__MACOSX/._a.txt", "x"),
        (".git/x.txt", "x"),
        ("n.zip", inner),
    )
    assert found_in(tmp_path, data) == [
        "a.zip/a.txt#",
        "a.zip/b/log.csv#1",
        "a.zip/b/log.csv#2",
        "a.zip/n.zip/deep/c.txt#",
    ]
    assert list(own_temporary_folder.iterdir()) == []


def test_a_document_is_the_same_in_and_out_of_an_archive(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(NOTE, encoding="utf-8")
    (tmp_path / "a.zip").write_bytes(packed(("x/a.txt", NOTE)))
    one, two = read([tmp_path / "a.txt", tmp_path / "a.zip"])
    assert isinstance(one, Received)
    assert isinstance(two, Received)
    assert one.item.document == two.item.document
    assert two.path == tmp_path / "a.zip"


def test_bad_members_are_named_and_the_rest_is_read(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    data = packed(
        ("../out.txt", NOTE), ("/etc/out.txt", NOTE), ("b\\..\\..\\out.txt", NOTE), ("c.bin", b"x"), ("d.txt", b""),
        ("e.txt", NOTE), (link, "/etc/passwd"),
    )  # fmt: skip
    before = {p for p in tmp_path.parent.rglob("*") if p.is_file()}
    found = found_in(tmp_path, data)
    assert "a.zip/e.txt#" in found
    said = {f.split(": ")[0].removeprefix("!a.zip/"): f for f in found if f.startswith("!")}
    assert len(said) == 6
    assert sum("leads out of the archive" in f for f in said.values()) == 3
    assert "is a link" in said["link.txt"]
    assert "of a form that is not read" in said["c.bin"]
    assert "is empty" in said["d.txt"]
    assert {p for p in tmp_path.parent.rglob("*") if p.is_file()} - before == {tmp_path / "a.zip"}


def test_encrypted_members_are_said(tmp_path: Path) -> None:
    data = bytearray(packed(("a.txt", NOTE), ("b.txt", NOTE)))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    found = found_in(tmp_path, bytes(data))
    assert "a.zip/a.txt: is encrypted" in found[0]
    assert found[1] == "a.zip/b.txt#"


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    found = found_in(tmp_path, packed(("bomb.txt", b"0" * 20_000_000), ("c.txt", NOTE)))
    assert "a.zip/bomb.txt: would unpack to" in found[0]
    assert found[1] == "a.zip/c.txt#"


def test_a_header_that_lies_about_the_size_is_found_out(tmp_path: Path) -> None:
    data = packed(("liar.txt", b"0" * 20_000_000))
    lie = (1000).to_bytes(4, "little")
    data = data.replace((20_000_000).to_bytes(4, "little"), lie)
    (error,) = found_in(tmp_path, data)
    assert "cannot be unpacked" in error


def test_an_archive_that_holds_itself_ends(tmp_path: Path) -> None:
    data = packed(("a.txt", NOTE))
    for _ in range(10):
        data = packed(("again.zip", data), ("b.txt", NOTE))
    found = found_in(tmp_path, data)
    assert sum(f.endswith("b.txt#") for f in found) == 4
    assert any("more than 3 archives deep" in f for f in found)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04 noise", "no zip file, or a truncated one"),
        (packed(("a.txt", NOTE))[:-30], "no zip file, or a truncated one"),
        (packed(("b/", "")), "holds no files"),
    ],
)
def test_what_is_no_zip_is_said(tmp_path: Path, data: bytes, reason: str) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    (error,) = ZipSource().read(path, "a.zip")
    assert isinstance(error, InputError)
    assert reason in str(error)


def test_a_damaged_member_does_not_end_the_archive(tmp_path: Path) -> None:
    data = bytearray(packed(("a.txt", NOTE), ("b.txt", NOTE)))
    data[45] ^= 0xFF
    found = found_in(tmp_path, bytes(data))
    assert "a.zip/a.txt: cannot be unpacked" in found[0]
    assert found[1] == "a.zip/b.txt#"
