"""The measure of roles reads both forms of gold, and measures right."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def roles(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "bench"))
    return importlib.import_module("roles")


TESTS = """<Validation><!-- no record: <Sentence id="X"><Text>No.</Text></Sentence> -->
<Sentences>
<Sentence date="19950101" id="A-1" sentence="true">
<EventCoding sourcecode="VELMIL" targetcode="DRO" eventcode="190"></EventCoding>
<Text>
Soldiers from Velmark attacked
Drosk on Monday.
</Text></Sentence>
<Sentence date="19950101" id="A-2"><EventCoding sourcecode="PER" targetcode="---" eventcode="190"></EventCoding>
<Text>Peru attacked Chile.</Text></Sentence>
<Sentence date="19950101" id="A-3"><EventCoding noevents="True"></EventCoding><Text>Rain fell.</Text></Sentence>
</Sentences></Validation>"""
RECORDS = [
    {
        "id": "R-1",
        "event": "ASSAULT",
        "source": [{"actorText": "Peruvian police", "code": "PER", "sector": "COP"}],
        "target": [{"actorText": "Chilean", "code": "CHL", "sector": "CVL"}],
        "text": "Peruvian police beat Chilean miners on Monday.",
    },
    {
        "id": "R-2",
        "event": "AID",
        "source": [{"actorText": "Bolivia", "code": "BOL"}],
        "target": "",
        "text": "Peru sent maize to Chile.",
    },
]


def test_both_corpora_are_measured(roles: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tests.xml").write_text(TESTS, encoding="utf-8")
    (tmp_path / "records.txt").write_text(json.dumps(RECORDS), encoding="utf-8")
    out = tmp_path / "out.jsonl"
    roles.main(["--gold", str(tmp_path / "tests.xml"), str(tmp_path / "records.txt"), "--predictions", str(out)])
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    # Right are; A-2 has no target in the gold; A-3 has no labels, and R-2 is no act of conflict.
    assert figures["records"] == 3
    assert (figures["source"], figures["target"], figures["both"]) == (100.0, 66.67, 66.67)
    assert (figures["both_petrarch"], figures["both_plover"], figures["both_all"]) == (50.0, 100.0, 50.0)
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [line["id"] for line in lines] == ["A-1", "A-2", "A-3", "R-1", "R-2"]
    assert lines[0] == {
        "id": "A-1",
        "source": "Soldiers from Velmark",
        "target": "Drosk",
        "source_code": "VELMIL",
        "target_code": "DRO",
    }
    assert lines[3]["source_code"] == "PERCOP"


def test_files_without_labels_give_predictions_alone(
    roles: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bare = [{"id": r["id"], "text": r["text"]} for r in RECORDS]
    (tmp_path / "records.txt").write_text(json.dumps(bare), encoding="utf-8")
    roles.main(["--gold", str(tmp_path / "records.txt"), "--predictions", str(tmp_path / "out.jsonl")])
    assert capsys.readouterr().out == ""
    assert len((tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()) == 2


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Hamas", "militant group Hamas", True),
        ("the Chadian army", "Chadian army officers", True),
        ("Chadian army", "Nigerien army units", False),
        ("", "", False),
    ],
)
def test_same_words(roles: Any, one: str, other: str, same: bool) -> None:
    assert roles.same_words(one, other) is same
