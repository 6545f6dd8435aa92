"""The measures measure right, and the gate shuts."""

from __future__ import annotations

import csv
import importlib
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("TOCSIN_BENCH_DATA") or ROOT.parent / "shared" / "data")


@pytest.fixture
def claims(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "bench"))
    return importlib.import_module("claims")


@pytest.fixture
def integrate(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "bench"))
    return importlib.import_module("integrate")


@pytest.fixture
def jitter(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "bench"))
    return importlib.import_module("jitter")


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "bench"))
    return importlib.import_module("check_floors")


GOLD: dict[str, Any] = {
    "report": "one.txt",
    "claim_no": 1,
    "incident_id": "I1",
    "event_type": "Battles",
    "sub_event_type": "Armed clash",
    "modality": "asserted",
    "speaker": "the army",
    "actor1": "unidentified gunmen",
    "actor2": "Syrian Democratic Forces",
    "deaths": {"low": 2, "best": 3, "high": None},
    "injured": None,
    "location_name": "Hajin",
    "lat": 34.69,
    "lon": 40.83,
    "geo_precision": 1,
    "date_start": "2024-03-05",
    "date_end": "2024-03-05",
}
CODED = {
    "document": "in/one.txt",
    "item": "",
    "claim_id": "c-1",
    "event_id": "e-1",
    "event_type": "Battles",
    "sub_event_type": "Armed clash",
    "modality": "asserted",
    "speaker": "Army",
    "actor1": "",
    "actor2": "SDF",
    "deaths_low": "2",
    "deaths_best": "3",
    "injured": "",
    "location_name": "Hajin",
    "latitude": "34.7",
    "longitude": "40.8",
    "date_start": "2024-03-05",
    "date_end": "2024-03-05",
}


def test_a_right_claim_is_right_in_every_field(claims: Any) -> None:
    figures = claims.score({"one.txt": [GOLD]}, [CODED])
    shares = {name: value for name, value in figures.items() if name.endswith(("_f1", "_acc", "_p", "_r", "_b3"))}
    assert set(shares.values()) == {1.0}
    assert figures["false_event_rate"] == 0.0


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("type", {"sub_event_type": "Government regains territory"}),
        ("modality", {"modality": "denied"}),
        ("speaker", {"speaker": "a shopkeeper"}),
        ("actor1", {"actor1": "Islamic State"}),
        ("actor2", {"actor2": ""}),
        ("deaths", {"deaths_best": "4"}),
        ("deaths", {"deaths_best": "", "deaths_low": ""}),
        ("injured", {"injured": "0"}),
        ("date", {"date_start": "2024-03-04"}),
        ("date", {"date_start": ""}),
        ("place", {"latitude": "36.0"}),
        ("place", {"latitude": "", "longitude": ""}),
    ],
)
def test_a_wrong_field_costs_that_field_alone(claims: Any, field: str, change: dict[str, str]) -> None:
    figures = claims.score({"one.txt": [GOLD]}, [CODED | change])
    wrong = [name.removesuffix("_acc") for name, value in figures.items() if name.endswith("_acc") and value < 1]
    assert wrong == [field]


@pytest.mark.parametrize(
    "change",
    [
        {"event_type": "Riots"},
        {"latitude": "", "date_start": "", "deaths_best": "9", "actor1": "police", "actor2": "students"},
    ],
)
def test_another_event_is_not_found(claims: Any, change: dict[str, str]) -> None:
    figures = claims.score({"one.txt": [GOLD]}, [CODED | change])
    assert figures["found"] == 0
    assert figures["false_event_rate"] == 1.0


def test_background_dated_as_news_is_a_false_event(claims: Any) -> None:
    gold = {"one.txt": [GOLD | {"background": True}]}
    assert claims.score(gold, [CODED])["false_event_rate"] == 0.0
    assert claims.score(gold, [CODED | {"date_start": "2024-03-20"}])["false_event_rate"] == 1.0


def test_claims_of_unknown_documents_are_false(claims: Any) -> None:
    figures = claims.score({"one.txt": [GOLD]}, [CODED, CODED | {"document": "in/other.txt"}])
    assert (figures["unknown_documents"], figures["detect_p"], figures["false_event_rate"]) == (1, 0.5, 0.5)


def test_an_incident_cut_in_two_lowers_b_cubed(claims: Any) -> None:
    # One incident of two claims, told apart: precision 1, recall 1/2.
    assert claims.b_cubed([("a", "I"), ("b", "I")]) == pytest.approx(2 / 3)
    assert claims.b_cubed([("a", "I"), ("a", "I")]) == 1.0


def test_a_report_is_known_by_its_file_and_item(claims: Any) -> None:
    reports = {"log.csv#3": [], "wire.txt": [], "sub/page.html": []}
    assert claims.report_of("in/log.csv", "3", reports) == "log.csv#3"
    assert claims.report_of("in/log.csv", "4", reports) is None
    assert claims.report_of("in/wire.txt", "", reports) == "wire.txt"
    assert claims.report_of("in\\sub\\page.html", "", reports) == "sub/page.html"


def test_reports_in_forms_that_nothing_reads_are_left_out(claims: Any) -> None:
    assert claims.split_readable(["b.txt", "a.csv#1", "c.nosuchform#2"]) == (["a.csv#1", "b.txt"], ["c.nosuchform#2"])


def test_a_folder_without_labels_gives_predictions_only(
    claims: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "one.txt").write_text(
        "Clash in Hajin\nPublished: 2024-03-06\n\nIslamic State and Syrian Democratic Forces fighters clashed "
        "in Hajin on Tuesday, leaving three fighters dead.\n",
        encoding="utf-8",
    )
    claims.main(["--gold", str(tmp_path), "--predictions", str(tmp_path / "out.csv")])
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert figures == {"predicted": len(rows), "not_coded": 0, "left_out": 0}
    assert {row["document"] for row in rows} == {"in/one.txt"}


@pytest.mark.bench_data
def test_places_are_added_for_one_run_only(claims: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "note.txt").write_text("Gunmen killed two herders in Qasbatu, Mali, on 4 March 2024.\n", "utf-8")
    villages = tmp_path / "villages.csv"
    villages.write_text("name,latitude,longitude,country\nQasbatu,14.25,-4.5,MLI\n", "utf-8")
    points = []
    for more in ([], ["--gazetteer", str(villages)], []):
        claims.main(["--reports", str(tmp_path / "in"), "--predictions", str(tmp_path / "out.csv"), *more])
        with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
            points.append([row["latitude"] for row in csv.DictReader(file)])
    assert points[1] == ["14.25"]
    assert points[0] == points[2] != points[1]


def test_the_scorer_agrees_with_the_one_it_is_measured_against(claims: Any, tmp_path: Path) -> None:
    """On the gold itself, spoilt in every way that a coder could spoil it."""
    scorer, folder = DATA.parent / "score" / "score_claims.py", DATA / "reports"
    if not scorer.is_file() or not folder.is_dir():
        pytest.skip("no measuring data; name its folder in TOCSIN_BENCH_DATA")
    table = tmp_path / "claims.csv"
    gold = claims.read_gold(folder)
    rows = list(_spoilt([claim for report in gold.values() for claim in report]))
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(CODED))
        writer.writeheader()
        writer.writerows(rows)
    done = subprocess.run([sys.executable, scorer, folder, table], capture_output=True, text=True, check=True)
    theirs = json.loads(done.stdout.splitlines()[-1])
    ours = claims.score(gold, rows)
    assert 0.3 < theirs["detect_f1"] < 0.95
    assert {name: ours.get(name) for name in theirs} == pytest.approx(theirs, abs=2e-4)


def _spoilt(gold: list[dict[str, Any]]) -> Any:
    for n, claim in enumerate(gold):
        file, _, item = claim["report"].partition("#")
        deaths = claim.get("deaths") or {}
        injured = claim.get("injured") or {}
        row = {
            "document": f"in/{file}" if n % 17 else "in/elsewhere.txt",
            "item": item,
            "claim_id": f"c-{n}",
            "event_id": (claim.get("incident_id") or "") if n % 5 else f"e-{n % 3}",
            "event_type": claim["event_type"] if n % 7 else "Riots",
            "sub_event_type": claim["sub_event_type"] if n % 6 else "Armed clash",
            "modality": {"generic": "aggregate"}.get(claim["modality"], claim["modality"]) if n % 8 else "asserted",
            "speaker": claim.get("speaker") if n % 4 else "somebody else",
            "actor1": claim.get("actor1") if n % 3 else "unknown gunmen",
            "actor2": claim.get("actor2") if n % 4 else "",
            "deaths_low": deaths.get("low"),
            "deaths_best": deaths.get("best") if n % 5 else "7",
            "injured": injured.get("low") if n % 6 else None,
            "location_name": claim.get("location_name"),
            "latitude": (claim["lat"] or 0) + n % 4 if claim.get("lat") is not None else None,
            "longitude": claim.get("lon"),
            "date_start": claim.get("date_start") if n % 5 else "",
            "date_end": claim.get("date_end") if n % 9 else "",
        }
        if n % 11:
            yield {name: "" if value is None else str(value) for name, value in row.items()}


MEASURE: dict[str, Any] = {
    "command": ["-c", 'print(\'{"gold": 80, "detect_f1": 0.8, "false_event_rate": 0.1}\')'],
    "corpus": ["gold.jsonl"],
    "corpus_sha256": "",
    "tolerance_claims": 2,
    "figures": {
        "detect_f1": {"at_least": 0.8, "of": "gold"},
        "false_event_rate": {"at_most": 0.1, "of": "gold"},
    },
}


def _floors(folder: Path, **bounds: dict[str, Any]) -> list[str]:
    (folder / "data").mkdir()
    (folder / "data" / "gold.jsonl").write_text("{}\n")
    (folder / "floors.json").write_text(json.dumps({"claims": MEASURE | {"figures": MEASURE["figures"] | bounds}}))
    arguments = ["--data", str(folder / "data"), "--floors", str(folder / "floors.json")]
    return arguments


def _pin_corpus(gate: Any, folder: Path) -> None:
    floors = json.loads((folder / "floors.json").read_text())
    floors["claims"]["corpus_sha256"] = gate.corpus_hash(["gold.jsonl"], folder / "data")
    (folder / "floors.json").write_text(json.dumps(floors))


@pytest.mark.parametrize(
    ("bounds", "fell"),
    [
        ({}, None),
        ({"detect_f1": {"at_least": 0.824, "of": "gold"}}, None),
        ({"detect_f1": {"at_least": 0.826, "of": "gold"}}, "detect_f1"),
        ({"detect_f1": {"at_least": 0.801}}, "detect_f1"),
        ({"false_event_rate": {"at_most": 0.07, "of": "gold"}}, "false_event_rate"),
        ({"place_acc": {"at_least": 0.0}}, "place_acc"),
    ],
)
def test_the_gate_names_what_fell(
    gate: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], bounds: dict[str, Any], fell: str | None
) -> None:
    arguments = _floors(tmp_path, **bounds)
    _pin_corpus(gate, tmp_path)
    assert gate.main(arguments) == (1 if fell else 0)
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("BELOW THE FLOOR")]
    assert len(told) == (1 if fell else 0)
    assert all(f"claims: {fell} " in line for line in told)


def test_floors_of_another_corpus_do_not_hold(gate: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert gate.main(_floors(tmp_path)) == 1
    assert "corpus" in capsys.readouterr().out


def test_pinning_takes_what_is_measured_and_keeps_goals(gate: Any, tmp_path: Path) -> None:
    arguments = _floors(tmp_path, false_event_rate={"at_most": 0.2, "goal": True})
    assert gate.main([*arguments, "--pin"]) == 0
    figures = json.loads((tmp_path / "floors.json").read_text())["claims"]["figures"]
    assert figures == {"detect_f1": {"at_least": 0.8, "of": "gold"}, "false_event_rate": {"at_most": 0.2, "goal": True}}
    assert gate.main(arguments) == 0


def test_missing_data_is_said(gate: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert gate.main(["--data", str(tmp_path / "nowhere")]) == 2
    assert "NOT CHECKED" in capsys.readouterr().out


def test_the_floors_that_are_pinned_can_be_checked(gate: Any) -> None:
    floors = json.loads(gate.FLOORS.read_text(encoding="utf-8"))
    for measure in floors.values():
        assert (ROOT / measure["command"][0]).is_file()
        assert len(measure["corpus_sha256"]) == 64
        for bound in measure["figures"].values():
            assert len({"at_least", "at_most"} & bound.keys()) == 1
            assert "tolerance_claims" in measure or "of" not in bound


def test_memory_is_that_of_the_whole_process(tmp_path: Path) -> None:
    texts = tmp_path / "texts.jsonl"
    texts.write_text(json.dumps({"doctext": "Rebels attacked the village of Hajin, killing two farmers."}) + "\n")
    command = [
        sys.executable,
        str(ROOT / "bench" / "throughput.py"),
        "--gold",
        str(texts),
        "--peak",
        "--documents",
        "3",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert 50 < float(done.stdout) < 5000


@pytest.mark.parametrize("name", ["types.py", "claims.py"])
def test_a_measure_named_like_a_standard_module_is_in_nobodys_way(name: str) -> None:
    asked = [sys.executable, str(ROOT / "bench" / name), "--help"]
    assert "--gold" in subprocess.run(asked, capture_output=True, text=True, check=True).stdout


def test_types_of_notes_are_told_without_labels_and_measured_with_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "bench"))
    import sub_event_types

    notes = ["Residents marched to the town hall and went home.", "A mine went off under a herder's cart; he died."]
    bare, labelled, out = tmp_path / "bare.tsv", tmp_path / "labelled.tsv", tmp_path / "out.tsv"
    bare.write_text("".join(f"{n}\t{note}\n" for n, note in enumerate(notes)), "utf-8")
    labels = ["PEACE_PROTEST", "GRENADE"]
    lines = (f"{n}\t{note}\t{label}\n" for n, (note, label) in enumerate(zip(notes, labels, strict=True)))
    labelled.write_text("id\ttext\tlabel\n" + "".join(lines), "utf-8")
    for gold in (bare, labelled):
        monkeypatch.setattr(sys, "argv", ["types.py", "--gold", str(gold), "--predictions", str(out)])
        sub_event_types.main()
        assert out.read_text("utf-8") == "0\tPEACE_PROTEST\n1\tREM_EXPLOS\n"
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line) == {"notes": 2, "labels": 2, "accuracy": 0.5, "macro_f1": 0.5, "weighted_f1": 0.5}


@pytest.fixture
def spellings(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT))
    return importlib.import_module("bench.spellings")


def test_names_are_written_otherwise_in_every_way_and_in_the_same_ways_again(spellings: Any) -> None:
    names = ["Kafr Shaykh al-Qadim", "Upper Dahabieh", "Deir Sa'adun", "Nédjoubou", "قرية العين الحمراء",
             "تل أبو ضهور", "منشأة رؤوف"]  # fmt: skip
    once, again = ([spellings.perturbed(n, random.Random(i)) for i in range(150) for n in names] for _ in range(2))
    assert once == again
    assert {kind for _, kind in once if kind} == set(spellings.KINDS)
    assert all(written != names[n % len(names)] for n, (written, kind) in enumerate(once) if kind)


def test_an_invented_dump_is_one_that_can_be_added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tocsin.places._entries import Entry
    from tocsin.places._files import read_entries

    monkeypatch.syspath_prepend(str(ROOT))
    path = tmp_path / "dump.txt"
    path.write_text("".join(importlib.import_module("bench.gazetteer").dump(500, 3)), "utf-8")
    entries = list(read_entries(path))
    assert 150 < len(entries) < 300
    assert all(isinstance(entry, Entry) for entry in entries)


def test_rows_put_together_are_scored_by_pairs(integrate: Any) -> None:
    gold = {"a:1": 1, "b:1": 1, "c:1": 1, "a:2": 2, "b:2": 3}
    assert integrate.pairwise_f1(gold, {item: str(event) for item, event in gold.items()}) == 1.0
    # One of three pairs found, and one that is none.
    assert integrate.pairwise_f1(gold, {"a:1": "x", "b:1": "x", "c:1": "y", "a:2": "z", "b:2": "z"}) == 0.4


def test_integration_is_measured_and_every_row_is_in_the_predictions(
    integrate: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header = "id,date,latitude,longitude,kind\n"
    (tmp_path / "a.csv").write_text(header + "1,2024-01-01,1.0,1.0,van\n2,2024-02-01,1.0,1.0,van\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text(header + "7,2024-01-02,1.0,1.0,lorry\n", encoding="utf-8")
    (tmp_path / "kind.csv").write_text("data.source,base.categories,x\na,van,car\nb,lorry,car\n", encoding="utf-8")
    (tmp_path / "gold.json").write_text('{"a:1": 1, "a:2": 2, "b:7": 1}', encoding="utf-8")
    datasets = [str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]
    more = ["--taxonomies", str(tmp_path / "kind.csv"), "--gold", str(tmp_path / "gold.json")]
    integrate.main([*datasets, "--km", "1", "--days", "1", *more, "--predictions", str(tmp_path / "out.json")])
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (figures["input"], figures["unique"], figures["matches"], figures["duplicates"]) == (3, 2, 1, 1)
    assert figures["overlaps"] == {"1": 1, "1+2": 1}
    assert figures["pairwise_f1"] == 1.0
    events = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert events["a:1"] == events["b:7"] != events["a:2"]


def test_pairs_found_are_scored_and_written_with_ids_as_they_stand(
    jitter: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header = "id,date_start,latitude,longitude,side_a,side_b,best\n"
    days = [f"2024-{month:02}-{day:02}" for month in range(1, 11) for day in (1, 15)]
    rows = [f"{n}.0,{day},1.0,1.0,A,B,{n}\n" for n, day in enumerate(days)]
    (tmp_path / "a.csv").write_text(header + "".join(rows), encoding="utf-8")
    (tmp_path / "b.csv").write_text(header + "".join(f"b{row}" for row in rows), encoding="utf-8")
    pairs = "".join(f"{n}.0,b{n}.0\n" for n in range(len(rows)))
    (tmp_path / "gold.csv").write_text(f"a,b\n{pairs}", encoding="utf-8")
    out = tmp_path / "out.csv"
    given = ["--first", str(tmp_path / "a.csv"), "--second", str(tmp_path / "b.csv"), "--predictions", str(out)]
    jitter.main([*given, "--gold", str(tmp_path / "gold.csv")])
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (figures["p"], figures["r"], figures["f1"]) == (1.0, 1.0, 1.0)
    assert sorted(out.read_text("utf-8").split()) == sorted(f"a,b\n{pairs}".split())
    assert jitter.score({("a", "b")}, {("a", "b"), ("c", "d")}) == (1.0, 0.5, 0.6667)
