"""Pages and charts: everything shown, nothing fetched, nothing run, private where they must be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.analysis import Colours, Page, draw, drawing, page_table, render_page, write_page


def _page(words: str = "Attacks in <Hajin> & هجين", internal: bool = False) -> Page:
    with drawing() as figure:
        axes = figure.subplots()
        axes.plot([1, 2, 3], [2, 5, 3], color=Colours.ONE)
        axes.set_title("هجين", color=Colours.MARK)
        chart = draw(figure, "Attacks rise and fall.")
    table = page_table("Months", ("month", "attacks", "rate"), [("2019-01", 1200, 0.12345), ("2019-02", None, None)])
    computed = (("estimand", "attacks a month"), ("data", "my.csv"))
    return Page(
        words, ("They rose.",), (chart,), ("Few sources.",), (table,), computed, "tocsin trend my.csv", internal
    )


def test_a_page_says_all_and_needs_nothing() -> None:
    text = render_page(_page())
    for shown in ("They rose.", "Few sources.", "1,200", "0.123", "attacks a month", "tocsin trend my.csv", "هجين"):
        assert shown in text
    assert "Attacks in &lt;Hajin&gt; &amp; هجين" in text
    assert not re.search(r"<script|<link[^>]+href=\"(?!data:)|src=|url\((?!#)|@import", text)
    assert "INTERNAL" not in text
    assert "INTERNAL" in render_page(_page(internal=True))


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=60))
def test_no_words_become_markup(words: str) -> None:
    page = Page(words, (words,), (), (words,), (page_table(words, (words,), [(words,)]),), ((words, words),), words)
    assert render_page(page).count("<h1") == 1
    assert render_page(page).count("<td") + render_page(page).count('scope="row"') == 1


def test_a_chart_follows_the_page_and_is_the_same_each_time() -> None:
    first, second = (_page().charts[0].svg for _ in range(2))
    assert first == second
    assert "var(--one)" in first
    assert "var(--mark)" in first
    assert "#0101" not in first
    assert "<style" not in first
    assert "<text" in first


def test_who_may_read_a_page(tmp_path: Path) -> None:
    write_page(_page(), tmp_path / "new" / "open.html")
    write_page(_page(internal=True), tmp_path / "internal.html")
    assert (tmp_path / "internal.html").stat().st_mode & 0o077 == 0
    assert (tmp_path / "new" / "open.html").read_text("utf-8").startswith("<!doctype html>")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1234.5, "1,234"), (0.012345, "0.0123"), (True, "yes"), (None, ""), (float("nan"), ""), (7, "7")],
)
def test_how_values_are_shown(value: object, shown: str) -> None:
    assert page_table("", ("a",), [(value,)]).rows == ((shown,),)
