"""``tocsin forget``, end to end: of a report that is forgotten nothing is left, and nothing else is lost."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree

import pyarrow.parquet
import pytest

from tocsin import pipeline
from tocsin.cli import main
from tocsin.store import Workspace

# In no other report; a name in no list, a name in another script, a place in no gazetteer, and what they said.
WORDS = (
    "Qamarzad",
    "زمردخان",
    "Zhurbanovka",
    "turquoise wheelbarrow",
    "Lanternmaker",
    "lanternmaker",
    "00471-KZV",
)
GONE = """\
The Lanternmaker of Ariha speaks
By Qamarzad Lanternmaker
Published: 2021-05-11

Government artillery shelled the market of Ariha in Syria on Monday, killing four civilians and wounding twenty-one,
Qamarzad, a lanternmaker, said. His brother زمردخان
pushed the wounded away in a turquoise wheelbarrow, plate 00471-KZV.

Gunmen kidnapped two teachers in Zhurbanovka near Daraa on Sunday, Qamarzad said.
"""
TOLD_BY_ANOTHER = """\
Shelling of a market
Published: 2021-05-11
Source: Orchard Wire

Government artillery shelled the market of Ariha in Syria on Monday, killing four civilians.
"""
OTHER = """\
Clash near Mopti
Published: 2021-05-14
Source: Orchard Wire

Rebels attacked an army post near Mopti on Thursday and killed three soldiers.
"""
REASON = "source-at-risk"


@dataclass(frozen=True)
class Kept:
    """A workspace made of three reports, and what was written from it."""

    reports: Path
    out: Path

    @property
    def workspace(self) -> Path:
        return self.out / "workspace"


@pytest.fixture(autouse=True)
def quiet_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TOCSIN_DATABASE_URL", "TOCSIN_OUT", "TOCSIN_WORKSPACE", "TOCSIN_PUBLISHED", "TOCSIN_CODEBOOK"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("forgetting")
    reports = folder / "in"
    reports.mkdir()
    for name, text in (("lanternmaker.txt", GONE), ("wire.txt", TOLD_BY_ANOTHER), ("clash.txt", OTHER)):
        (reports / name).write_text(text, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("TOCSIN_DATABASE_URL", raising=False)
        assert main(["run", str(reports), "--out", str(folder / "out"), "--quiet"]) == 0
        with pipeline.open_workspace(folder / "out" / "workspace") as workspace:
            workspace.snapshot(datetime.now(UTC))
    return folder


@pytest.fixture
def kept(done: Path, tmp_path: Path) -> Kept:
    copytree(done, tmp_path / "all")
    return Kept(tmp_path / "all" / "in", tmp_path / "all" / "out")


def everything(folder: Path) -> Iterator[tuple[str, str]]:
    """Every file under `folder`, its name and its bytes as text, also those that are packed."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        raw = path.read_bytes()
        yield path.relative_to(folder).as_posix(), f"{path.name}\n{raw.decode('utf-8', 'replace')}{unpacked(raw)}"
        if path.suffix == ".parquet":
            yield path.name, json.dumps(pyarrow.parquet.read_table(path).to_pylist(), default=str, ensure_ascii=False)


def unpacked(raw: bytes) -> str:
    """Whatever in `raw` was packed with zlib, whichever way it begins."""
    found = []
    for begins in (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda"):
        at = raw.find(begins)
        while at >= 0:
            with suppress(zlib.error):
                found.append(zlib.decompressobj().decompress(raw[at : at + 1_000_000], 1_000_000))
            at = raw.find(begins, at + 1)
    return b"\n".join(found).decode("utf-8", "replace")


def traces(folder: Path) -> set[tuple[str, str]]:
    """Which files under `folder` hold which of the words, however they are written."""
    escaped = {word: word.encode("unicode_escape").decode() for word in WORDS}
    return {
        (name, word)
        for name, content in everything(folder)
        for word in WORDS
        if word in content or escaped[word] in content
    }


def forget(kept: Kept, document: str = "in/lanternmaker.txt", *more: str) -> int:
    return main(["forget", document, "--yes", "--reason", REASON, "--out", str(kept.out), *more])


def events(out: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (out / "internal" / "events.jsonl").read_text("utf-8").splitlines()]


def test_before_it_is_everywhere(kept: Kept) -> None:
    before = traces(kept.out)
    assert {word for name, word in before if name.startswith("workspace/tocsin.db")} == set(WORDS)
    assert {word for name, word in before if name.startswith("workspace/originals/")} == set(WORDS)
    assert any("parquet" in name for name, _ in before)
    assert any(name.startswith("internal/") for name, _ in before)


def test_no_byte_of_the_workspace_holds_a_word_of_it(kept: Kept) -> None:
    with Workspace.open(kept.workspace) as workspace:
        (digest,) = (d.text_hash for d in workspace.documents() if "Lanternmaker" in d.title)
    assert [name for name, content in everything(kept.workspace) if digest in content]
    assert forget(kept) == 0
    assert traces(kept.workspace) == set()
    assert not [name for name, content in everything(kept.workspace) if digest in content]
    with pipeline.open_workspace(kept.workspace) as workspace:
        (tombstone,) = workspace.tombstones()
        assert tombstone.reason == REASON
        assert workspace.count_documents() == 2


def test_files_written_before_that_may_hold_it_are_named(kept: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    # A folder that was copied is another: its files are known once they are written from here.
    assert main(["export", "--out", str(kept.out)]) == 0
    capsys.readouterr()
    assert forget(kept, "in/lanternmaker.txt", "--json") == 0
    named = {Path(path) for path in json.loads(capsys.readouterr().out)["outputs"]}
    holding = {kept.out / name for name, _ in traces(kept.out) if not name.startswith("workspace/")}
    assert holding
    assert holding <= named
    assert all(path.exists() for path in named)


def test_what_was_destroyed_is_said_in_ids_and_paths(kept: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    assert forget(kept) == 0
    shown = "".join(capsys.readouterr())
    assert "may still hold it" in shown
    assert not [word for word in WORDS if word in shown]


def test_it_does_not_come_back(kept: Kept) -> None:
    assert forget(kept) == 0
    for _ in range(2):
        account = pipeline.run([kept.reports], kept.out)
        assert (account.read.new, account.coded.documents, account.exported.documents) == (0, 0, 2)
        assert traces(kept.out) == set()
    # Nor under another name, nor in another folder.
    (kept.reports / "again").mkdir()
    (kept.reports / "lanternmaker.txt").rename(kept.reports / "again" / "notes.txt")
    assert pipeline.run([kept.reports], kept.out).read.forgotten == 1
    assert traces(kept.workspace) == set()


def test_other_reports_and_their_events_stay_and_are_linked_anew(kept: Kept) -> None:
    before = {str(e["id"]): e for e in events(kept.out)}
    with Workspace.open(kept.workspace) as workspace:
        others = {d.id: d for d in workspace.documents() if "Lanternmaker" not in d.title}
        gone = next(d.id for d in workspace.documents() if d.id not in others)
        told = {c.id: c.document_id for c in workspace.claims()}
    assert forget(kept) == 0
    with Workspace.open(kept.workspace) as workspace:
        assert {d.id: d for d in workspace.documents()} == others
        assert {c.id for c in workspace.claims()} == {c for c, document in told.items() if document != gone}
    assert main(["link", "--out", str(kept.out)]) == 0
    assert main(["export", "--out", str(kept.out)]) == 0
    after = {str(e["id"]): e for e in events(kept.out)}
    alone = {i for i, e in before.items() if all(told[c] == gone for c in e["claim_ids"])}  # type: ignore[attr-defined]
    shared = {
        i
        for i, e in before.items()
        if i not in alone and any(told[c] == gone for c in e["claim_ids"])  # type: ignore[attr-defined]
    }
    assert alone
    assert shared
    assert set(after) == set(before) - alone
    for identity, event in after.items():
        if identity not in shared:
            assert event == before[identity]
    for identity in shared:
        assert '"best":21' in json.dumps(before[identity], separators=(",", ":"))
        assert after[identity]["documents"] == 1
        # What only the forgotten report said of it is gone with it.
        assert '"best":21' not in json.dumps(after[identity], separators=(",", ":"))


def test_files_written_anew_no_longer_hold_it(kept: Kept) -> None:
    assert forget(kept) == 0
    assert main(["link", "--out", str(kept.out)]) == 0
    assert main(["export", "--out", str(kept.out)]) == 0
    assert traces(kept.out) == set()
