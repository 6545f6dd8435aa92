"""The report in its three forms: everything said, nothing fetched or run, private where it must be."""

from __future__ import annotations

import io
import re
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from pdfminer.high_level import extract_text

from tocsin.errors import UsageError
from tocsin.report import Ground, Group, Report, Section, compose, render_html, write
from tocsin.report._docx import write_docx
from tocsin.report._facts import Aside
from tocsin.report._sentences import catalogue, told

from .invented import ARABIC, facts, made

SAID = ("10 events", "Idlib, Syria", "Army of the River", "Civil Defence", "the army", "[e-3001]", "4–9 deaths")


@pytest.fixture(scope="module")
def report() -> Report:
    return made()


def test_it_says_what_changed_with_its_uncertainty(report: Report) -> None:
    short = " ".join(report.short.says)
    assert "10 events recorded from 1 March 2024 to 31 March 2024, with 30 deaths (28–33)" in short
    assert "In the month before there were 2" in short
    assert re.search(r"More than the mean .*: 5\.1 times as many \(95 % interval [\d.]+ to [\d.]+\)", short)
    assert "Of 1 event the sources disagree" in short
    assert [section.heading for section in report.sections] == [
        "What changed", "Where", "Who", "Notable events", "How sure this is", "What is disputed",
    ]  # fmt: skip


def test_each_notable_event_is_one_sentence_with_its_id(report: Report) -> None:
    lines = [line for section in report.sections for group in section.groups for line in group.lines]
    assert lines
    assert all(re.search(r"\[e-\d+\]$", line) for line in lines)
    [strike] = [line for line in report.sections[3].groups[0].lines if "e-3001" in line]
    assert strike.startswith("20 March 2024, \u2068" + ARABIC)
    assert "4–9 deaths; 2 independent sources" in strike


def test_who_disputes_what_is_told(report: Report) -> None:
    [row] = report.sections[5].tables[0].rows
    assert row[3] == "deaths"
    assert row[4] == "9: Civil Defence; 4: the army"


def test_what_is_not_told_is_said_to_be(report: Report) -> None:
    caveats = " ".join(report.caveats.lines)
    assert "The data hold nothing after 21 March 2024: the last 10 days" in caveats
    assert "For 1 event no deaths are stated" in caveats
    assert "The data begin on 5 March 2023: 1 of the twelve" in caveats
    silent = next(e for e in facts().events if e.id == "e-3002")
    assert "deaths not stated" in told(silent, {}, catalogue())
    assert "sources not told" in told(silent, {silent.id: Aside()}, catalogue())


def test_early_warning_is_told_where_rules_were_tried(report: Report) -> None:
    assert "Early warning" not in render_html(report)
    quiet = compose(facts(), Ground(data="30 reports", warnings=()))
    assert quiet.sections[-1].heading == "Early warning"
    assert "That is no all-clear" in quiet.sections[-1].says[0]
    fired = compose(facts(), Ground(data="30 reports", warnings=("SYR: outbreak. 30 deaths.",)))
    assert fired.sections[-1].says[0] == "SYR: outbreak. 30 deaths."


def test_an_empty_period_is_said_to_be_empty() -> None:
    empty = made(events=[])
    assert empty.short.says[0] == "No event was recorded in the period."
    assert "No event was recorded" in render_html(empty)


def test_the_page_says_all_and_needs_nothing(report: Report) -> None:
    text = render_html(report)
    for words in (*SAID, ARABIC, "Before you use this"):
        assert words in text
    assert text.count("<svg") == 2
    assert not re.search(r"<script|<link[^>]+href=\"(?!data:)|src=|url\((?!#)|@import", text)
    assert "INTERNAL" not in text
    assert render_html(report) == text


@settings(max_examples=30)
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=60))
def test_no_words_become_markup(words: str) -> None:
    report = Report(
        title=words,
        period=words,
        short=Section(words, (words,)),
        sections=(Section(words, (words,), groups=(Group(words, (words,)),)),),
        caveats=Group(words, (words,)),
        computed=((words, words),),
        computed_heading=words,
        again=words,
        footer=words,
        query=words,
    )
    text = render_html(report)
    assert text.count("<h1") == 1
    assert text.count("<li>") == 2


def test_word_opens_it_with_headings_tables_and_pictures(report: Report, tmp_path: Path) -> None:
    write(report, tmp_path / "report.docx")
    document = Document(str(tmp_path / "report.docx"))
    headings = [p.text for p in document.paragraphs if p.style is not None and p.style.name.startswith("Heading 1")]
    assert headings[:2] == ["In short", "What changed"]
    assert len(document.inline_shapes) == 2
    assert all(shape._inline.docPr.get("descr") for shape in document.inline_shapes)
    everything = [p.text for p in document.paragraphs]
    everything += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    for words in (*SAID, ARABIC):
        assert any(words in text for text in everything), words
    assert not any("\u2068" in text for text in everything)


def test_words_from_right_to_left_are_marked_so_in_word(tmp_path: Path) -> None:
    report = replace(made(events=[]), title=f"{ARABIC} 12", period=f"in \u2068{ARABIC}\u2069, Syria")
    write_docx(report, tmp_path / "report.docx")
    document = Document(str(tmp_path / "report.docx"))
    period = next(p for p in document.paragraphs if ARABIC in p.text and "Syria" in p.text)
    marked = {run.text: bool(run._r.xpath("./w:rPr/w:rtl")) for run in period.runs}
    assert marked == {"in ": False, ARABIC: True, ", Syria": False}
    assert not period._p.xpath("./w:pPr/w:bidi")
    title = next(p for p in document.paragraphs if p.text == f"{ARABIC} 12")
    assert title._p.xpath("./w:pPr/w:bidi")


def test_a_pdf_has_text_that_can_be_read_out(report: Report, tmp_path: Path) -> None:
    pytest.importorskip("fpdf")
    path = tmp_path / "report.pdf"
    write(report, path)
    text = extract_text(io.BytesIO(path.read_bytes()))
    assert "What changed" in text
    assert "Army of the River" in " ".join(text.split())
    assert "Before you use this" in text
    # In the order that it is drawn in, or that it is read in: but all its letters.
    letters = set(ARABIC.replace(" ", ""))
    assert letters <= set(text)
    again = tmp_path / "again.pdf"
    write(report, again)
    assert again.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("form", ["html", "docx", "pdf"])
def test_an_internal_one_says_so_on_every_page_and_is_its_owners(form: str, tmp_path: Path) -> None:
    path = tmp_path / "internal" / f"report.{form}"
    write(made(internal=True), path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    if form == "html":
        assert "INTERNAL: do not forward" in path.read_text("utf-8")
    elif form == "docx":
        header = Document(str(path)).sections[0].header
        assert header.paragraphs[0].text == "INTERNAL: do not forward"
    else:
        pages = extract_text(io.BytesIO(path.read_bytes())).split("\f")[:-1]
        assert len(pages) > 1
        assert all("INTERNAL: do not forward" in page for page in pages)


def test_another_form_is_refused(report: Report, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.html, \.docx or \.pdf"):
        write(report, tmp_path / "report.odt")
    assert not list(tmp_path.iterdir())
