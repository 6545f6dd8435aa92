"""Markdown files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tocsin.errors import InputError
from tocsin.interfaces import Item
from tocsin.records import Document
from tocsin.sources.markdown import MarkdownSource


def read(tmp_path: Path, text: str) -> tuple[Document, list[InputError]]:
    path = tmp_path / "a.md"
    path.write_text(text, encoding="utf-8")
    found = list(MarkdownSource().read(path, "a.md"))
    (document,) = [f.document for f in found if isinstance(f, Item)]
    return document, [f for f in found if isinstance(f, InputError)]


def test_front_matter_and_marks(tmp_path: Path) -> None:
    document, errors = read(
        tmp_path,
        """---
title: "Note 7: the valley"
date: 2022-08-19
author:
  - Ana Example
source: Valley Desk
url: https://v.example/7
period: 12 to 18 August 2022
---

# Note 7: the valley

*Calm* week, with **one** [incident](https://v.example/8) at `bridge_two`.[^1]
It lasted an hour.

## North

- **Ford.** A lorry _burned_.
  No one was hurt.
- Shots were heard.

> "We saw nothing," a shepherd said.

| Place | Dead |
|-------|------|
| Ford  | 2    |

![a map](map.png)

***

[^1]: Told twice.
""",
    )
    assert errors == []
    assert (document.title, document.author, document.source) == ("Note 7: the valley", "Ana Example", "Valley Desk")
    assert document.published is not None
    assert document.published.start == date(2022, 8, 19)
    assert document.url == "https://v.example/7"
    assert document.text == (
        "Note 7: the valley\n\nCalm week, with one incident at bridge_two. It lasted an hour.\n\nNorth\n\n"
        'Ford. A lorry burned. No one was hurt.\nShots were heard.\n\n"We saw nothing," a shepherd said.\n\n'
        "Place | Dead\nFord | 2\n\nTold twice."
    )
    kinds = [p.kind for p in document.parts]
    assert kinds == ["title", "paragraph", "heading", "item", "item", "paragraph", "item", "item", "paragraph"]


def test_header_lines_without_front_matter(tmp_path: Path) -> None:
    document, _ = read(
        tmp_path,
        "# Bridge closed\n\nPublished: 2022-08-19\nSource: Valley Desk\n\nThe bridge was closed after shots.\n",
    )
    assert document.published is not None
    assert document.source == "Valley Desk"
    assert document.text == "Bridge closed\n\nThe bridge was closed after shots."


def test_toml_front_matter(tmp_path: Path) -> None:
    document, _ = read(
        tmp_path, '+++\ntitle = "Bridge closed"\ndate = 2022-08-19\n+++\n\nThe bridge was closed after shots.\n'
    )
    assert document.title == "Bridge closed"
    assert document.published is not None


def test_an_impossible_date_is_said(tmp_path: Path) -> None:
    document, errors = read(tmp_path, "---\ntitle: Bridge closed\ndate: 2022-13-40\n---\nThe bridge was closed.\n")
    assert document.published is None
    assert "date" in str(errors[0])
