"""Plain texts: wires, copies of web pages, notes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tocsin.errors import InputError, InvalidRow, UnreadableInput
from tocsin.interfaces import Item
from tocsin.records import Document, content_id
from tocsin.sources.text import TextSource

WIRE = """\
Mortar fire hits bus station in Taiz
Published: 2021-06-04
URL: https://news.example/2021/06/04/taiz

TAIZ, Yemen, June 4 (Northern Wire) - Two mortar rounds struck a bus station in the east of the city on Friday, \
wounding nine travellers, a nurse at the hospital said.

The rounds came from the hills held by the other side, according to the police.
"""
BODY = (
    "Armed men stopped a lorry on the road between the two towns late on Sunday and took its driver away, said the "
    "owner of the lorry, who had followed it in his car.",
    "The police said that they knew of the case and that they were looking for the lorry, which had carried flour.",
)


def read(tmp_path: Path, text: str | bytes, name: str = "a.txt") -> tuple[Document, list[InputError]]:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    found = list(TextSource().read(path, name))
    documents = [f.document for f in found if isinstance(f, Item)]
    assert len(documents) == 1
    return documents[0], [f for f in found if isinstance(f, InputError)]


def refused(tmp_path: Path, data: bytes) -> InputError:
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    (found,) = TextSource().read(path, "in/a.txt")
    assert isinstance(found, InputError)
    return found


def test_a_wire(tmp_path: Path) -> None:
    document, errors = read(tmp_path, WIRE)
    assert errors == []
    assert document.title == "Mortar fire hits bus station in Taiz"
    assert document.published is not None
    assert (document.published.start, document.published.anchor) == (date(2021, 6, 4), "stated")
    assert document.source == "Northern Wire"
    assert document.url == "https://news.example/2021/06/04/taiz"
    assert document.language == "en"
    assert document.sensitivity == "open"
    assert document.text.startswith("Mortar fire hits bus station in Taiz\n\nTAIZ, Yemen, June 4 (Northern Wire) - Two")
    assert "Published" not in document.text
    assert [p.kind for p in document.parts] == ["title", "paragraph", "paragraph"]
    assert document.id == content_id("d", WIRE, "")


def test_the_id_does_not_depend_on_line_ends_or_the_byte_order_mark(tmp_path: Path) -> None:
    plain, _ = read(tmp_path, WIRE)
    other, _ = read(tmp_path, b"\xef\xbb\xbf" + WIRE.replace("\n", "\r\n").encode())
    assert plain == other


def test_a_copy_of_a_web_page(tmp_path: Path) -> None:
    page = f"""\
Skip to content

Loading...

Daily Courier Facebook

Lorry driver taken on the road to the north

Lorry driver taken on the road to the north
schedule3 years ago folder_openLocal News
shareShare this

By Ana Example, The Morning Ledger

{BODY[0]}

Advertisement

{BODY[1]}

Related articles
Ten ways to cook rice
2 Comments
I was there and it was not at all like that, the lorry had no flour in it, believe me, I know that lorry.
"""
    document, _ = read(tmp_path, page)
    assert document.title == "Lorry driver taken on the road to the north"
    assert document.author == "Ana Example"
    assert document.origin == "The Morning Ledger"
    assert document.source == "Daily Courier"
    assert document.published is None
    byline = "By Ana Example, The Morning Ledger"
    assert document.text == "\n\n".join([document.title, byline, *BODY])


def test_wrapped_lines_are_joined(tmp_path: Path) -> None:
    text = (
        "Title of the note\n\nArmed men stopped a lorry on the road\nbetween the two "
        "towns late on Sunday\nand took its driver away, it is said.\n"
    )
    document, _ = read(tmp_path, text)
    assert document.text.endswith(
        "Armed men stopped a lorry on the road between the two towns late on Sunday and "
        "took its driver away, it is said."
    )


def test_lines_that_are_paragraphs_are_not_joined(tmp_path: Path) -> None:
    document, _ = read(tmp_path, f"Lorry driver taken\n{BODY[0]}\n{BODY[1]}\n")
    assert document.title == "Lorry driver taken"
    assert [p.kind for p in document.parts] == ["title", "paragraph", "paragraph"]


def test_a_note_without_a_title(tmp_path: Path) -> None:
    document, _ = read(tmp_path, BODY[0])
    assert document.title == ""
    assert document.text == BODY[0]
    document, _ = read(tmp_path, "Two killed in Gao.")
    assert document.text == "Two killed in Gao."


@pytest.mark.parametrize(
    ("opening", "source", "origin", "day"),
    [
        ("KHARTOUM (Reuters) - ", "Reuters", "", None),
        ("GOMA, DR Congo, 3 March 2022 (AFP) – ", "AFP", "", date(2022, 3, 3)),
        ("Nairobi, Kenya (AP) — ", "AP", "", None),
        ("BENI, 20 mars (Meridian) - ", "Meridian", "", None),
        ("BEIRUT — ", "", "", None),
        ("The minister said — ", "", "", None),
    ],
)
def test_datelines(tmp_path: Path, opening: str, source: str, origin: str, day: date | None) -> None:
    document, _ = read(tmp_path, f"Lorry driver taken\n\n{opening}{BODY[0]}\n")
    assert (document.source, document.origin) == (source, origin)
    assert (document.published.start if document.published else None) == day
    assert opening.strip() in document.text


def test_an_outlet_and_the_agency_it_took_the_text_from(tmp_path: Path) -> None:
    document, _ = read(tmp_path, f"Lorry driver taken\nSource: Valley Herald\n\nABUJA (Reuters) - {BODY[0]}\n")
    assert (document.source, document.origin) == ("Valley Herald", "Reuters")
    document, _ = read(
        tmp_path, f"Lorry driver taken\n\n{BODY[0]}\n\nOriginally published by The Lake Monitor on Monday.\n"
    )
    assert document.origin == "The Lake Monitor"
    document, _ = read(tmp_path, f"Lorry driver taken\n\n{BODY[0]}\n\nSource: AFP\n")
    assert document.origin == "AFP"


def test_header_lines_with_a_byline(tmp_path: Path) -> None:
    document, _ = read(tmp_path, f"Lorry driver taken\nBy: Ana Example\nDate: 5 May 2020\n\n{BODY[0]}\n")
    assert document.author == "Ana Example"
    assert document.published is not None
    assert document.text == f"Lorry driver taken\n\n{BODY[0]}"


def test_an_impossible_date_is_said_and_the_report_kept(tmp_path: Path) -> None:
    document, errors = read(tmp_path, f"Lorry driver taken\nPublished: 2020-02-31\n\n{BODY[0]}\n")
    assert document.published is None
    assert isinstance(errors[0], InvalidRow)
    assert "Published" in str(errors[0])
    assert "2020-02-31" in str(errors[0])


def test_colons_in_titles_are_no_headers(tmp_path: Path) -> None:
    document, _ = read(tmp_path, f"Mali : trois morts\n\n{BODY[0]}\n")
    assert document.title == "Mali : trois morts"


def test_lists_and_headings(tmp_path: Path) -> None:
    document, _ = read(
        tmp_path, f"Weekly note\n\n{BODY[0]}\n\nNorth\n\n- A bridge was blown up at night.\n- A lorry burned.\n"
    )
    assert [p.kind for p in document.parts] == ["title", "paragraph", "heading", "item", "item"]


def test_languages(tmp_path: Path) -> None:
    french = "Au moins trois soldats ont été tués dimanche dans une embuscade près de la frontière, a indiqué l’armée."
    arabic = "قتل ثلاثة جنود في هجوم على حاجز شمال المدينة، بحسب مسؤول محلي"
    assert read(tmp_path, french)[0].language == "fr"
    assert read(tmp_path, arabic)[0].language == "ar"
    assert read(tmp_path, "Ndjamena 3")[0].language == "und"


@pytest.mark.parametrize("data", [b"", b"  \n\t\n", bytes(range(256)) * 8, "\u200b\u200b".encode()])
def test_what_is_no_text_is_refused(tmp_path: Path, data: bytes) -> None:
    error = refused(tmp_path, data)
    assert isinstance(error, UnreadableInput)
    assert str(error).startswith("in/a.txt: ")


def test_a_dump_is_refused_with_its_size(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    (error,) = TextSource().read(path, "a.txt")
    assert "50 MB" in str(error)


def test_a_source_among_the_fields_of_a_form_is_no_outlet(tmp_path: Path) -> None:
    document, _ = read(tmp_path, f"Incident form\n\nPlace: Ford\nSource: a teacher\n\n{BODY[0]}\n")
    assert document.source == ""
    assert "Source: a teacher" in document.text


def test_a_mail(tmp_path: Path) -> None:
    mail = f"From: a@example.org\nSubject: Lorry driver taken\nDate: Tue, 5 Mar 2019 10:00:00 +0200\n\n{BODY[0]}\n"
    document, _ = read(tmp_path, mail)
    assert document.text == f"Lorry driver taken\n\n{BODY[0]}"
    assert document.published is not None
