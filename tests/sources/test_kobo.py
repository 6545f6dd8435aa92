"""Answers to survey forms, with and without the form."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tocsin.interfaces import ColumnMap, Item
from tocsin.records import Document
from tocsin.sources import Received, find, read
from tocsin.sources.kobo import KoboSource

TOLD = "Two men were shot at the well by unknown gunmen who came on motorcycles"
SURVEY: list[list[Any]] = [
    ["type", "name", "label::Arabic (ar)", "label::English (en)"],
    ["start", "start"],
    ["end", "end"],
    ["deviceid", "deviceid"],
    ["username", "username"],
    ["text", "enum", "اسم الباحث", "Name of the enumerator"],
    ["text", "callback", "رقم الهاتف", "Phone number of the informant"],
    ["begin_group", "inc", "الحادث", "Incident"],
    ["date", "when", "تاريخ الحادث", "Date of incident"],
    ["select_one places", "where", "القرية", "In which village did it happen?"],
    ["geopoint", "point", "", "Where exactly?"],
    ["select_multiple arms", "arms", "السلاح", "Weapons used"],
    ["integer", "dead", "عدد القتلى", "How many people were killed?"],
    ["text", "story", "ماذا حدث", "What happened?"],
    ["calculate", "score", "", "Score"],
    ["note", "thanks", "", "Thank you"],
    ["end_group"],
]
CHOICES: list[list[Any]] = [
    ["list_name", "name", "label::Arabic (ar)", "label::English (en)"],
    ["places", "v1", "الجسر", "Old Bridge"],
    ["places", 2, "المطحنة", "Mill"],
    ["arms", "gun", "بندقية", "Small arms"],
    ["arms", "ied", "عبوة", "Roadside bomb"],
]
ANSWERS = {
    "start": "2021-05-04T08:00:00.000+03:00",
    "end": "2021-05-04T08:20:00.000+03:00",
    "deviceid": "ee.example:d3v1c3",
    "username": "amina_e",
    "enum": "Amina Example",
    "callback": "+000 555 0101",
    "inc/when": "2021-05-03",
    "inc/where": "v1",
    "inc/point": "12.5 14.25 0 4.5",
    "inc/arms": "gun ied",
    "inc/arms/gun": "1",
    "inc/arms/ied": "1",
    "inc/dead": "2",
    "inc/story": TOLD,
    "inc/score": "7",
    "meta/instanceID": "uuid:11-22",
    "_id": "901",
    "_uuid": "11-22",
    "_submission_time": "2021-05-05T09:00:00",
    "_submitted_by": "amina_e",
    "_index": "1",
}
LEAKS = ("Amina", "amina", "555", "d3v1c3", "901", "11-22", "2021-05-05")


def book(**sheets: list[list[Any]]) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


FORM = book(survey=SURVEY, choices=CHOICES, settings=[["form_title"], ["Incidents"]])


def table(*rows: dict[str, str], delimiter: str = ";") -> bytes:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode()


def given(tmp_path: Path, **files: bytes) -> tuple[list[Received], list[str]]:
    folder = tmp_path / "in"
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / name.replace("_dot_", ".")).write_bytes(data)
    found = list(read([folder]))
    return [f for f in found if isinstance(f, Received)], [str(f) for f in found if not isinstance(f, Received)]


def cells(document: Document) -> dict[str, str]:
    return {p.name: document.text[p.start : p.end] for p in document.parts}


EXPECTED = {
    "date of incident": "2021-05-03",
    "location": "Old Bridge",
    "latitude": "12.5",
    "longitude": "14.25",
    "Weapons used": "Small arms, Roadside bomb",
    "killed": "2",
    "what happened": TOLD,
}


def test_answers_are_shown_by_the_labels_of_their_form(tmp_path: Path) -> None:
    (found,), errors = given(tmp_path, answers_dot_csv=table(ANSWERS), form_dot_xlsx=FORM)
    assert errors == []
    document = found.item.document
    assert cells(document) == EXPECTED
    assert found.item.item == "11-22"
    assert document.sensitivity == "restricted"
    assert document.published is not None
    assert document.published.start == date(2021, 5, 4)
    assert not any(leak in document.text for leak in LEAKS)


def labelled() -> dict[str, str]:
    """The same answers as an export with labels gives them, in the language that was chosen."""
    labels = {row[1]: row[2] or row[3] for row in SURVEY[1:] if len(row) > 3}
    choices = {str(row[1]): row[2] for row in CHOICES[1:]}
    renamed: dict[str, str] = {}
    for key, value in ANSWERS.items():
        group, _, name = key.rpartition("/")
        if key.count("/") == 2:
            renamed[f"الحادث/السلاح/{choices[name]}"] = value
        elif name in labels:
            renamed["/".join(filter(None, [labels["inc"] if group else "", labels[name]]))] = (
                " ".join(choices[c] for c in value.split()) if name in ("where", "arms") else value
            )
        else:
            renamed[key] = value
    return renamed


def test_exports_of_every_kind_are_the_same_documents(tmp_path: Path) -> None:
    bare = {k.rpartition("/")[2] if k.count("/") < 2 and not k.startswith("meta") else k: v for k, v in ANSWERS.items()}
    nested = {"count": 1, "results": [{k: v for k, v in ANSWERS.items() if k.count("/") < 2}]}
    documents, errors = given(
        tmp_path,
        a_dot_csv=table(ANSWERS),
        b_dot_csv=table(bare, delimiter=","),
        c_dot_csv=b"\xef\xbb\xbf" + table(labelled()),
        d_dot_json=json.dumps(nested).encode(),
        e_dot_json=json.dumps(nested["results"], ensure_ascii=False).encode(),
        form_dot_xlsx=FORM,
    )
    assert errors == []
    assert len(documents) == 5
    assert {d.item.document.id for d in documents} == {documents[0].item.document.id}
    assert [cells(d.item.document) for d in documents] == [EXPECTED] * 5


def test_without_the_form_nobody_is_named_either(tmp_path: Path) -> None:
    (found,), errors = given(tmp_path, answers_dot_csv=table(ANSWERS | {"enumerator_name": "Amina Example"}))
    assert errors == []
    without = {k: v for k, v in ANSWERS.items() if k not in ("enum", "callback", "inc/score")}
    (plain,), _ = given(tmp_path, answers_dot_csv=table(without))
    document = plain.item.document
    assert "latitude" in cells(document)
    assert cells(document)["story"] == TOLD
    assert "gun ied" in document.text
    assert "arms/gun" not in cells(document)
    assert not any(leak in document.text for leak in LEAKS)
    assert "enumerator_name" not in cells(found.item.document)


def test_a_form_that_changed_is_a_reason_to_read_again(tmp_path: Path) -> None:
    given(tmp_path, answers_dot_csv=table(ANSWERS))
    (alone,) = find([tmp_path / "in"])
    given(tmp_path, form_dot_xlsx=FORM)
    beside, _ = find([tmp_path / "in"])
    assert not isinstance(alone, Exception)
    assert not isinstance(beside, Exception)
    assert alone.original == beside.original
    assert (alone.beside == "", beside.beside == "") == (True, False)


def test_in_an_archive_the_form_is_found_too(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("may/answers.csv", table(ANSWERS))
        archive.writestr("may/form.xlsx", FORM)
        archive.writestr("note.txt", f"A note\n\n{TOLD}.\n")
    documents, errors = given(tmp_path, a_dot_zip=buffer.getvalue())
    assert errors == []
    assert [d.name for d in documents] == ["in/a.zip/may/answers.csv", "in/a.zip/note.txt"]
    assert cells(documents[0].item.document) == EXPECTED


def test_repeated_groups_are_joined_to_their_submission(tmp_path: Path) -> None:
    main = {"SubmissionDate": "2021-05-05", "inc-story": TOLD, "meta-instanceID": "uuid:11", "KEY": "uuid:11"}
    hurt = [
        {"age": "30", "injury": "leg", "PARENT_KEY": "uuid:11", "KEY": "uuid:11/hurt[1]"},
        {"age": "40", "injury": "arm", "PARENT_KEY": "uuid:11", "KEY": "uuid:11/hurt[2]"},
        {"age": "50", "injury": "eye", "PARENT_KEY": "uuid:12", "KEY": "uuid:12/hurt[1]"},
    ]
    (found,), errors = given(tmp_path, inc_dot_csv=table(main, delimiter=","), **{"inc-hurt_dot_csv": table(*hurt)})
    assert errors == []
    assert found.item.document.text == f"{TOLD} | age: 30, injury: leg | age: 40, injury: arm"
    answers = {
        "_uuid": "11",
        "_submission_time": "2021-05-05",
        "story": TOLD,
        "hurt": [{"hurt/age": 30}, {"hurt/age": 40}],
    }
    (tmp_path / "other").mkdir()
    (found,), errors = given(tmp_path / "other", answers_dot_json=json.dumps([answers]).encode())
    assert errors == []
    assert found.item.document.text == f"{TOLD} | age: 30 | age: 40"


def test_answers_in_a_spreadsheet_are_read_so_too(tmp_path: Path) -> None:
    main = [list(ANSWERS), list(ANSWERS.values())]
    hurt = [["age", "_index", "_parent_index", "_submission__uuid"], [30, 1, 1, "11-22"], [40, 2, 1, "11-22"]]
    data = book(Incidents=main, hurt=hurt)
    (found,), errors = given(tmp_path, answers_dot_xlsx=data, form_dot_xlsx=FORM)
    assert errors == []
    assert cells(found.item.document) | EXPECTED == cells(found.item.document)
    assert found.item.document.text.endswith(" | age: 30 | age: 40")
    assert not any(leak in found.item.document.text for leak in LEAKS)


def test_what_a_person_says_of_a_column_counts(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_bytes(table(ANSWERS))
    mapping = ColumnMap((("deaths", "inc/dead"), ("date", "_submission_time")))
    (found,) = KoboSource().read_mapped(path, "answers.csv", mapping)
    assert isinstance(found, Item)
    assert cells(found.document)["deaths"] == "2"
    assert found.document.published is not None
    assert found.document.published.start == date(2021, 5, 5)


def test_unknown_codes_are_kept_as_written(tmp_path: Path) -> None:
    row = ANSWERS | {"inc/where": "v9", "inc/arms": "gun axe", "inc/point": "somewhere"}
    (found,), errors = given(tmp_path, answers_dot_csv=table(row), form_dot_xlsx=FORM)
    assert errors == []
    read_cells = cells(found.item.document)
    assert (read_cells["location"], read_cells["Weapons used"]) == ("v9", "Small arms, axe")
    assert "latitude" not in read_cells


def test_names_given_twice_lose_nothing(tmp_path: Path) -> None:
    data = f"_uuid,_submission_time,story,story\n1,2021-05-05,{TOLD},And a lorry burned\n1,2021-05-05,Another,one\n"
    (found,), errors = given(tmp_path, answers_dot_csv=data.encode())
    assert found.item.document.text == f"{TOLD} | And a lorry burned"
    assert "line 3 has the id of an earlier one" in errors[0]


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        (book(choices=CHOICES, settings=[["form_title"]]), "without its sheet 'survey'"),
        (book(survey=[["kind", "called"], ["text", "a"]], choices=CHOICES), "no columns 'type' and 'name'"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "protected by a password"),
        (b"", "is empty"),
        (FORM[:-300], "is no spreadsheet"),
    ],
)
def test_a_form_that_cannot_be_read_costs_no_answers(tmp_path: Path, form: bytes, reason: str) -> None:
    (found,), errors = given(tmp_path, answers_dot_csv=table(ANSWERS), form_dot_xlsx=form)
    assert TOLD in found.item.document.text
    (error,) = errors
    assert error.startswith("in/form.xlsx: ")
    assert reason in error


def test_a_form_without_choices_is_one(tmp_path: Path) -> None:
    (found,), errors = given(tmp_path, answers_dot_csv=table(ANSWERS), form_dot_xlsx=book(survey=SURVEY))
    assert errors == []
    assert cells(found.item.document)["location"] == "v1"


def test_other_tables_and_spreadsheets_are_read_as_before(tmp_path: Path) -> None:
    log = [["date", "notes"], ["2021-05-03", TOLD]]
    documents, errors = given(
        tmp_path,
        log_dot_csv=f"uuid,date,notes\n1,2021-05-03,{TOLD}\n".encode(),
        survey_dot_xlsx=book(survey=log),
        rows_dot_json=json.dumps([{"uuid": "1", "date": "2021-05-03", "notes": TOLD}]).encode(),
    )
    assert errors == []
    assert [d.item.document.form for d in documents] == ["table row", "json object", "table row"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"_uuid,_submission_time\n1,2021-05-05\n", "only what the server adds"),
        (b"_uuid,_submission_time,story\n", "no rows below its header"),
        (f"_uuid,_submission_time,story\n1,2021-05-05,{TOLD},more\n".encode(), "line 2: 4 cells under 3 columns"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, data: bytes, reason: str) -> None:
    documents, (error,) = given(tmp_path, answers_dot_csv=data)
    assert documents == []
    assert reason in error
