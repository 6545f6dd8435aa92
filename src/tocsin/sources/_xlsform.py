"""XLSForms: the questions of a survey form, what their codes stand for, and which answers are nobody's business."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from tocsin.errors import UnreadableInput
from tocsin.sources._cleaning import collapse
from tocsin.sources._packages import check_office
from tocsin.sources._rows import key_of
from tocsin.sources._vocabulary import VOCABULARY, any_of
from tocsin.sources.sheets import _check_extent

__all__ = ["Form", "Question", "is_form", "private", "read_form", "shown"]

_FORMS: dict[str, Any] = VOCABULARY["forms"]
_PERSONS = re.compile(any_of(_FORMS["persons"]), re.I)
_SYSTEM = frozenset(_FORMS["system"])
_STANDARD: dict[str, re.Pattern[str]] = {
    name: re.compile(any_of(patterns), re.I) for name, patterns in _FORMS["columns"].items()
}
_MOST_BYTES = 10_000_000
"""A form with a choice list of every village of a country is 2 MB."""
_ANSWERED = frozenset({"text", "integer", "decimal", "range", "date", "time", "datetime", "geopoint", "rank"})
"""Types of questions whose answers are read, besides the two kinds of choices."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a form.

    `kind` is its type without the list; `codes` and `said` tell the label of a choice by its code and by its label in
    any language.
    """

    name: str
    kind: str
    label: str
    labels: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    codes: dict[str, str] = field(default_factory=dict, hash=False, compare=False)
    said: dict[str, str] = field(default_factory=dict, hash=False, compare=False)

    @property
    def kept(self) -> bool:
        """Whether its answers may stand in a text: no metadata, and nobody who asked or could be called."""
        answered = self.kind in _ANSWERED or self.kind.startswith("select_")
        return answered and not any(private(words) for words in (self.name, self.label, *self.labels))

    def choice(self, written: str) -> str:
        """The label of a choice given as its code, or as its label in some language; else as it was written."""
        return self.codes.get(written) or self.said.get(written.casefold()) or written


@dataclass(frozen=True, slots=True)
class Form:
    """The questions of a form by every name that an export may give them."""

    by_name: dict[str, Question]

    def question(self, column: str) -> Question | None:
        """The question that a column of an export holds the answers to, with or without the groups it stands in."""
        return self.exactly(column) or self.by_name.get(_path(column).rpartition("/")[2])

    def exactly(self, column: str) -> Question | None:
        """The question of exactly that name, path or label."""
        return self.by_name.get(_path(column))


def _path(column: str) -> str:
    return collapse(column).casefold()


def private(words: str) -> bool:
    """Whether a column tells who asked, who answered or how to reach them, or is the form server's own."""
    key = key_of(words)
    return key in _SYSTEM or _PERSONS.fullmatch(key) is not None


def shown(*names: str) -> str:
    """The name of a column under which its evidence is looked for; `names` in order of trust."""
    for words in names:
        found: str | None = next(
            (column for column, pattern in _STANDARD.items() if pattern.fullmatch(key_of(words))), None
        )
        if found is not None:
            return found
    return names[0].rstrip(" :?؟*.")


def _sheet_names(path: Path) -> set[str]:
    with zipfile.ZipFile(path) as package:
        told = package.getinfo("xl/workbook.xml")
        if told.file_size > _MOST_BYTES:
            return set()
        names = re.findall(r'<(?:\w+:)?sheet\b[^<>]*?\bname="([^"]*)"', package.read(told).decode("utf-8", "replace"))
    return {name.strip().casefold() for name in names}


def is_form(path: Path) -> bool:
    """Whether a spreadsheet is a form rather than a table: by the names of its sheets."""
    if not 0 < path.stat().st_size <= _MOST_BYTES:
        return False
    names = _sheet_names(path)
    return (
        ("survey" in names and len(names & {"choices", "settings"}) > 0)
        or {"choices", "settings"} <= names
        or ("survey" in names and _is_survey(path))
    )


def _is_survey(path: Path) -> bool:
    try:
        return bool(read_form(path, path.name).by_name)
    except UnreadableInput:
        return False


def read_form(path: Path, name: str) -> Form:
    """Return the form that the file at `path` holds.

    Raises
    ------
    UnreadableInput
        If it is damaged, protected, or has no questions.
    """
    stat = path.stat()
    return _read(path, name, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=8)
def _read(path: Path, name: str, _changed: int, size: int) -> Form:
    if size > _MOST_BYTES:
        raise UnreadableInput(name, f"is larger than the {_MOST_BYTES // 1_000_000} MB that a form may have")
    check_office(path, name, "spreadsheet (.xlsx)")
    _check_extent(path, name)
    try:
        book = CalamineWorkbook.from_path(str(path))
        sheets = {title.strip().casefold(): book.get_sheet_by_name(title).to_python() for title in book.sheet_names}
    except BaseException as error:
        # The library's panics are no Exception; Ctrl-C and the like are not for us.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise UnreadableInput(name, f"is a damaged form ({type(error).__name__}); open it and save it anew") from error
    if "survey" not in sheets:
        raise UnreadableInput(
            name, "is a form without its sheet 'survey'; answers were read without it. Export it anew"
        )
    survey = _table(sheets["survey"])
    if not survey or not {"type", "name"} <= survey[0].keys():
        raise UnreadableInput(name, "is a form whose sheet 'survey' has no columns 'type' and 'name'; export it anew")
    return _form(survey, _choices(_table(sheets.get("choices", []))))


def _table(rows: Sequence[Sequence[Any]]) -> list[dict[str, str]]:
    """Rows by column; of columns with one name the first counts."""
    filled = [[_cell(c) for c in row] for row in rows if any(_cell(c) for c in row)]
    if not filled:
        return []
    header = [re.sub(r"\s*::?\s*", "::", c.casefold()) for c in filled[0]]
    return [dict(reversed([*zip(header, row, strict=False)])) for row in filled[1:]]


def _cell(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return collapse(str(value))


def _labels(row: dict[str, str]) -> tuple[str, ...]:
    """The labels of a row in every language, the English one first."""
    found = [(column, words) for column, words in row.items() if words and re.match(r"label(?:::|$)", column)]
    found.reverse()
    found.sort(key=lambda f: not re.search(r"::.*\benglish\b|\(en\)|::en$", f[0]))
    plain = (re.sub(r"<[^<>]{1,200}>|\*\*|__|\$\{[^{}]*\}|^#+\s", " ", words) for _, words in found)
    return tuple(words for p in plain if (words := collapse(p)))


def _choices(rows: list[dict[str, str]]) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    lists: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for row in rows:
        named, code = row.get("list_name") or row.get("list name", ""), row.get("name") or row.get("value", "")
        if named and code:
            lists.setdefault(named, []).append((code, _labels(row)))
    return lists


def _form(survey: list[dict[str, str]], lists: dict[str, list[tuple[str, tuple[str, ...]]]]) -> Form:
    by_name: dict[str, Question] = {}
    within: list[tuple[str, str]] = []
    for row in survey:
        words = row.get("type", "").casefold().replace("select one ", "select_one ").split()
        kind = "select_multiple" if words[:2] == ["select", "multiple"] else (words[0] if words else "")
        boundary = re.fullmatch(r"(begin|end)[ _](group|repeat)", " ".join(words[:2]) if len(words) > 1 else kind)
        name, labels = row.get("name", ""), _labels(row)
        if boundary and boundary[1] == "end":
            within[-1:] = []
            continue
        if boundary:
            within.append((name, labels[0] if labels else name))
            kind = boundary[2]
        if not name or not kind:
            continue
        original = row.get("type", "").split()
        choices = lists.get(original[-1] if len(original) > 1 and original[-1] != "or_other" else "", [])
        if original[-1:] == ["or_other"]:
            choices = lists.get(original[-2] if len(original) > 2 else "", [])
        question = Question(
            name,
            kind,
            labels[0] if labels else name,
            labels,
            tuple(n for n, _ in within),
            {code: said[0] if said else code for code, said in choices},
            {label.casefold(): said[0] for _, said in choices for label in said},
        )
        prefixes = ["/".join(parts) for parts in zip(*within, strict=True)] if within else []
        paths = [name, *(f"{p}/{n}" for p, n in zip(prefixes, (name, question.label), strict=False))]
        paths += [
            "-".join([*(n for n, _ in within), name]),
            *labels,
            *(f"{p}/{label}" for p in prefixes[1:] for label in labels),
        ]
        for path in paths:
            by_name.setdefault(_path(path), question)
    return Form(by_name)
