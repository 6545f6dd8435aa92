"""Columns that a person mapped, down the road: read anew, revised, and evidence of claims; and looked at before."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tocsin import pipeline
from tocsin.cli import main
from tocsin.coding import cells_by_field
from tocsin.pipeline import ColumnMaps, Preview, map_from
from tocsin.records import Document
from tocsin.sources import TARGETS

LOG = """made;on_day;spot;story_of_it;dead_n;killed
03/14/2024;03/04/2024;Tabqa;Gunmen opened fire on a checkpoint near the river;3;no
03/15/2024;03/05/2024;Raqqa;A roadside bomb hit a patrol on the bridge;1;yes
03/16/2024;03/06/2024;حلب;قصف مدفعي على السوق القديم أدى إلى سقوط ضحايا;4;no
"""
WORDS = "killed=dead_n,event_date=on_day,place=spot"


@pytest.fixture(autouse=True)
def quiet_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TOCSIN_DATABASE_URL", "TOCSIN_OUT", "TOCSIN_WORKSPACE", "TOCSIN_PUBLISHED", "TOCSIN_CODEBOOK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "log.csv"
    path.parent.mkdir()
    path.write_text(LOG, encoding="utf-8")
    return path


def maps(words: str) -> ColumnMaps:
    return ColumnMaps(map_from([words], "--map"))


def names(document: Document) -> list[str]:
    return [p.name for p in document.parts]


def test_another_map_reads_the_file_anew_and_revises_its_documents(tmp_path: Path, log: Path) -> None:
    with pipeline.open_workspace(tmp_path / "w") as kept:
        first = pipeline.add(kept, [log])
        assert (first.new, first.revised) == (3, 0)
        plain = {d.id: names(d) for d in kept.documents()}
        mapped = pipeline.add(kept, [log], maps=maps(WORDS))
        assert (mapped.new, mapped.revised) == (0, 3)
        assert {d.id for d in kept.documents()} == plain.keys()
        assert all("event_date (month first)" in names(d) for d in kept.documents())
        again = pipeline.add(kept, [log], maps=maps(WORDS))
        assert (again.read_before, again.received) == (1, 0)
        back = pipeline.add(kept, [log])
        assert back.revised == 3
        assert {d.id: names(d) for d in kept.documents()} == plain
        assert pipeline.add(kept, [log]).read_before == 1


def test_a_map_goes_back_also_where_something_is_wrong_with_the_file(tmp_path: Path, log: Path) -> None:
    log.write_text(LOG + "a;b;c;d;e;f;g;h\n", encoding="utf-8")
    with pipeline.open_workspace(tmp_path / "w") as kept:
        pipeline.add(kept, [log])
        plain = {d.id: names(d) for d in kept.documents()}
        assert pipeline.add(kept, [log], maps=maps(WORDS)).revised == 3
        assert pipeline.add(kept, [log], maps=maps(WORDS)).revised == 0
        assert pipeline.add(kept, [log]).revised == 3
        assert {d.id: names(d) for d in kept.documents()} == plain
        assert pipeline.add(kept, [log]).revised == 0


def test_mapped_cells_are_the_evidence_of_claims(tmp_path: Path, log: Path) -> None:
    assert main(["run", str(log), "--out", str(tmp_path / "out"), "--map", WORDS, "--quiet"]) == 0
    found = {}
    with pipeline.open_workspace(tmp_path / "out" / "workspace") as kept:
        texts = {d.id: d.text for d in kept.documents()}
        for claim in kept.claims():
            spans = {e.field: e.spans[0] for e in claim.evidence if e.spans}
            quote = {f: texts[claim.document_id][s.start : s.end] for f, s in spans.items()}
            deaths = claim.counts.deaths
            found[quote["when"]] = (str(claim.when.start), quote["where"], deaths and deaths.best, quote["deaths"])
    assert found == {
        "03/04/2024": ("2024-03-04", "Tabqa", 3, "3"),
        "03/05/2024": ("2024-03-05", "Raqqa", 1, "1"),
    }


def test_every_target_of_an_event_is_known_to_the_coder(log: Path) -> None:
    told = ("event_date", "place", "admin1", "admin2", "country", "actor1", "actor2", "killed", "injured", "abducted")
    for target in (*told, "displaced", "type", "informant"):
        assert target in TARGETS
        (looked,) = pipeline.preview([log], maps=maps(f"{target}=spot,text=story_of_it"))
        assert isinstance(looked, Preview)
        assert next(c for c in looked.parts[0].columns if c.name == "spot").evidence, target


def test_a_column_named_on_purpose_goes_first() -> None:
    from tocsin.records import Part, text_hash

    text = "1 | 2"
    parts = (Part("cell", 0, 1, "deaths"), Part("cell", 4, 5, "killed"))
    document = Document("d-1", "table row", text, text_hash(text), parts=parts)
    assert cells_by_field(document)["deaths"] == parts[1]


def test_the_settings_file_maps_by_pattern_and_the_flag_goes_first(
    tmp_path: Path, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "w"
    home.mkdir()
    (home / "tocsin.toml").write_text(
        '[[map]]\nmatch = "*.json"\ntext = "x"\n[[map]]\nmatch = "in/*.csv"\nkilled = "dead_n"\nplace = "spot"\n',
        encoding="utf-8",
    )
    assert main(["add", str(log.parent), "-w", str(home), "--map", "place=made", "--preview", "--json"]) == 0
    (looked,) = json.loads(capsys.readouterr().out)["inputs"]
    held = {c["name"]: c["holds"] for c in looked["parts"][0]["columns"] if c["how"] == "mapped"}
    assert held == {"made": "place", "dead_n": "killed"}
    assert main(["add", str(log.parent), "-w", str(home)]) == 0


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ('[map]\ntxet = "body"\n', "[map]: nothing is called 'txet'; did you mean text?"),
        ("[[map]]\ntext = 3\n", "[[map]] number 1: text must be the name of a column"),
        ('map = "text"\n', "[map] must be a table"),
    ],
)
def test_what_is_wrong_in_the_settings_file_is_said(
    tmp_path: Path, log: Path, table: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "tocsin.toml").write_text(table, encoding="utf-8")
    assert main(["add", str(log), "-w", str(tmp_path / "w"), "--preview"]) == 2
    assert reason in " ".join(capsys.readouterr().err.split())


def test_a_preview_fits_the_screen_and_keeps_nothing(
    tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (log.parent / "note.txt").write_text("Title: A note\n\nShelling hit the market of the town on Monday.\n", "utf-8")
    (log.parent / "bad.csv").write_text("a,b\n1,2\n", "utf-8")
    assert main(["add", "in", "--preview", "--map", "killed=dead_n"]) == 1
    shown = capsys.readouterr().out
    assert all(len(line) <= 80 for line in shown.splitlines())
    flat = " ".join(shown.split())
    for words in (
        "semicolon between cells",
        "killed, evidence",
        "(mapped)",
        "\u206803/16/2024",
        "in/note.txt",
        "A note",
        "problem",
    ):
        assert words in flat, words
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in"]


def test_a_preview_reads_no_more_than_it_must(log: Path) -> None:
    log.write_text(LOG.splitlines()[0] + "\n" + (LOG.splitlines()[1] + "\n") * 5000, encoding="utf-8")
    (looked,) = pipeline.preview([log])
    assert isinstance(looked, Preview)
    assert (looked.items, looked.more, len(looked.documents)) == (200, True, 3)
