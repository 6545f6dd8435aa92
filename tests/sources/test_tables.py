"""CSV and JSON Lines."""

from __future__ import annotations

import json
import tracemalloc
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import InputError, InvalidRow, UnreadableInput
from tocsin.interfaces import Item
from tocsin.records import Document
from tocsin.sources._cleaning import collapse
from tocsin.sources.tables import CsvSource, JsonLinesSource

LOG = """\
id;reported;event date;place;killed;notes;source
K-1;2020-05-04;03/05/2020;Ford;2;Two men shot at a "ford" by a patrol;teacher
K-2;2020-05-06;?;Mill;;"Lorry burned; driver fled on foot";
"""


def csv_of(tmp_path: Path, text: str | bytes) -> list[Item | InputError]:
    path = tmp_path / "log.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return list(CsvSource().read(path, "in/log.csv"))


def jsonl_of(tmp_path: Path, *lines: object) -> list[Item | InputError]:
    path = tmp_path / "a.jsonl"
    path.write_text(
        "\n".join(x if isinstance(x, str) else json.dumps(x, ensure_ascii=False) for x in lines), encoding="utf-8"
    )
    return list(JsonLinesSource().read(path, "in/a.jsonl"))


def documents(found: list[Item | InputError]) -> list[Document]:
    return [f.document for f in found if isinstance(f, Item)]


def errors(found: list[Item | InputError]) -> list[InputError]:
    return [f for f in found if isinstance(f, InputError)]


def day(document: Document) -> date | None:
    return document.published.start if document.published else None


def test_a_log(tmp_path: Path) -> None:
    found = csv_of(tmp_path, "\ufeff" + LOG)
    first, second = documents(found)
    assert [f.item for f in found if isinstance(f, Item)] == ["1", "2"]
    assert first.text == 'K-1 | 2020-05-04 | 03/05/2020 | Ford | 2 | Two men shot at a "ford" by a patrol | teacher'
    assert second.text == "K-2 | 2020-05-06 | ? | Mill |  | Lorry burned; driver fled on foot | "
    assert [(p.name, second.text[p.start : p.end]) for p in second.parts][-1] == (
        "notes",
        "Lorry burned; driver fled on foot",
    )
    assert (day(first), day(second)) == (date(2020, 5, 4), date(2020, 5, 6))
    assert {d.sensitivity for d in (first, second)} == {"restricted"}
    assert {d.source for d in (first, second)} == {""}
    assert {d.language for d in (first, second)} == {"en"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_and_encodings(tmp_path: Path, delimiter: str, encoding: str) -> None:
    rows = [
        ["date", "village", "what happened"],
        ["03/05/2020", "Gué", "Deux blessés à la sortie du marché, très tard"],
        ["13/05/2020", "Moulin", "Un camion a brûlé près de la rivière"],
    ]
    text = "\r\n".join(delimiter.join(f'"{c}"' if delimiter in c else c for c in row) for row in rows)
    (first, second) = documents(csv_of(tmp_path, text.encode(encoding)))
    assert first.text == "03/05/2020 | Gué | Deux blessés à la sortie du marché, très tard"
    assert second.parts[1].name == "village"
    assert (first.published, first.language) == (None, "fr")


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (["03/04/2020", "25/04/2020"], date(2020, 4, 3)),
        (["03/04/2020", "04/25/2020"], date(2020, 3, 4)),
        (["03/04/2020"], date(2020, 4, 3)),
    ],
)
def test_day_and_month_are_told_from_the_whole_column(tmp_path: Path, days: list[str], expected: date) -> None:
    rows = "\n".join(f"{d},A lorry burned at the mill" for d in days)
    assert day(documents(csv_of(tmp_path, f"date_reported,notes\n{rows}\n"))[0]) == expected


def test_an_event_date_is_not_the_day_of_publication(tmp_path: Path) -> None:
    (document,) = documents(csv_of(tmp_path, "date,notes\n2020-05-04,A lorry burned at the mill\n"))
    assert document.published is None


def test_rows_that_cannot_be_read_are_named_and_the_others_kept(tmp_path: Path) -> None:
    found = csv_of(
        tmp_path,
        (
            "reported,notes\n2020-05-04,One lorry burned\n2020-02-31,Two lorries burned\n"
            "2020-05-05,a,b\n,Three lorries burned\n"
        ),
    )
    assert [d.text for d in documents(found)] == [
        "2020-05-04 | One lorry burned",
        "2020-02-31 | Two lorries burned",
        " | Three lorries burned",
    ]
    assert [(type(e), e.item) for e in errors(found)] == [(InvalidRow, "2"), (InvalidRow, "3")]
    assert "'reported' says '2020-02-31'" in str(errors(found)[0])
    assert "in/log.csv#3: line 4: 3 cells under 2 columns" in str(errors(found)[1])


def test_a_missing_quote_costs_no_more_than_its_cell(tmp_path: Path) -> None:
    rows = "".join(f"2020-05-04,Lorry number {n} burned at the mill\n" for n in range(8000))
    found = csv_of(tmp_path, f'reported,notes\n2020-05-04,"One lorry burned\n{rows}')
    assert "closing quote" in str(errors(found)[0])
    assert len(documents(found)) > 3000


def test_titles_above_the_header_and_hxl_tags_below_it(tmp_path: Path) -> None:
    text = (
        "Log of the valley;;\n;;\nreported;place;notes\n#date+reported;#loc;#description\n"
        "2020-05-04;Ford;A lorry burned at night\n"
    )
    found = csv_of(tmp_path, text)
    assert [d.text for d in documents(found)] == ["2020-05-04 | Ford | A lorry burned at night"]
    assert [f.item for f in found if isinstance(f, Item)] == ["1"]


def test_a_table_without_header(tmp_path: Path) -> None:
    found = documents(
        csv_of(
            tmp_path,
            (
                "2020-05-04,Ford,A lorry burned at night on the road\n2020-05-05,Mill,Shots were "
                "heard near the mill at dawn\n"
            ),
        )
    )
    assert len(found) == 2
    assert found[0].parts[0].name == "column 1"


def test_a_table_without_text_names_its_columns(tmp_path: Path) -> None:
    (error,) = csv_of(tmp_path, "year,country,deaths\n2020,A,5\n2021,B,6\n")
    assert isinstance(error, UnreadableInput)
    assert "year, country, deaths" in str(error)


def test_ids_depend_on_content_and_not_on_the_file(tmp_path: Path) -> None:
    first = documents(csv_of(tmp_path, LOG))
    again = documents(csv_of(tmp_path, LOG.replace("\n", "\r\n") + "K-3;2020-05-07;?;Ford;;A lorry burned at night;\n"))
    assert [d.id for d in again[:2]] == [d.id for d in first]
    twice = documents(csv_of(tmp_path, "place,notes\nFord,A lorry burned at night\nFord,A lorry burned at night\n"))
    assert twice[0].id == twice[1].id


CELL = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=30)


@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=4))
def test_a_cell_is_what_its_part_cites(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]) -> None:
    import csv

    path = tmp_path_factory.mktemp("t") / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(["place", "notes"])
        writer.writerow(["Ford", "A lorry burned at night on the road to the mill"])
        writer.writerows(rows)
    found = list(CsvSource().read(path, "a.csv"))
    for each in found[1:]:
        if isinstance(each, Item):
            document = each.document
            cells = [collapse(c) for c in rows[int(each.item) - 2]]
            assert document.text == " | ".join(cells)
            assert [document.text[p.start : p.end] for p in document.parts] == [c for c in cells if c]


def test_a_long_table_is_read_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"

    def peak(rows: int) -> int:
        with path.open("w", encoding="utf-8") as file:
            file.write("place,notes\n")
            file.writelines(f"{'the mill ' * 40},Lorry number {n} burned at night\n" for n in range(rows))
        tracemalloc.start()
        assert sum(1 for _ in CsvSource().read(path, "log.csv")) == rows
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(300)  # loads the language identifier
    assert peak(2400) < 1.2 * peak(800)  # both longer than what is looked at beforehand


def test_articles_a_line(tmp_path: Path) -> None:
    body = "A lorry burned at night.\n\nNobody was hurt, the police said."
    found = jsonl_of(
        tmp_path,
        {
            "id": 7,
            "title": "Lorry burned",
            "date": "2020-05-04",
            "text": body,
            "url": "https://v.example/7",
            "source": "Desk",
        },
    )
    (document,) = documents(found)
    assert document.text == f"Lorry burned\n\n{body}"
    assert (document.title, day(document), document.url) == ("Lorry burned", date(2020, 5, 4), "https://v.example/7")
    assert document.source == "Desk"
    assert document.sensitivity == "restricted"
    assert [f.item for f in found if isinstance(f, Item)] == ["1"]


def test_a_message_without_anything_else(tmp_path: Path) -> None:
    found = documents(jsonl_of(tmp_path, {"message": "Shots near the mill.", "source": "teacher"}))
    assert found[0].text == "Shots near the mill."
    assert found[0].source == ""


def test_rows_of_fields_a_line(tmp_path: Path) -> None:
    (document,) = documents(
        jsonl_of(tmp_path, {"place": "Ford", "killed": 2, "text": "Two men shot at night", "armed": True, "who": None})
    )
    assert document.text == "Ford | 2 | Two men shot at night | yes | "
    assert [p.name for p in document.parts] == ["place", "killed", "text", "armed"]


def test_broken_lines_are_named_and_the_others_kept(tmp_path: Path) -> None:
    found = jsonl_of(
        tmp_path,
        {"text": "Shots near the mill."},
        "{broken",
        "[1]",
        {},
        "",
        {"text": "More shots.", "published": "2020-02-31"},
    )
    assert [d.text for d in documents(found)] == ["Shots near the mill.", "More shots."]
    assert [e.item for e in errors(found)] == ["2", "3", "4", "5"]
    assert "line 2: not JSON" in str(errors(found)[0])
    assert "published" in str(errors(found)[3])


@pytest.mark.parametrize(
    "data", [b"", b"\xef\xbb\xbf", b"place,notes\n", b"place,notes\n,\n", b"\x00\x01\x02\x03" * 100]
)
def test_what_is_no_table_is_refused(tmp_path: Path, data: bytes) -> None:
    (error,) = csv_of(tmp_path, data)
    assert isinstance(error, UnreadableInput)


@pytest.mark.parametrize(
    ("cell", "named"),
    [("31/02/2023", True), ("2023-02-31", True), ("28/02/2023", False), ("early May", False), ("?", False)],
)
def test_an_event_on_a_day_that_does_not_exist_is_named_and_kept(tmp_path: Path, cell: str, named: bool) -> None:
    found = csv_of(tmp_path, f"date,place,what happened\n{cell},Tayana,A mine went off under a lorry of traders.\n")
    assert len(documents(found)) == 1
    assert ["column 'date' says" in str(error) for error in errors(found)] == [True] * named
