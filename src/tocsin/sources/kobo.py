"""Answers to survey forms, as Kobo, ODK and their kin export them: one document a submission.

With the form (XLSForm) in the same folder or archive, questions and choices are shown by their labels, in English
where it has them. Who asked, on which phone, and who may be called back is left out, with or without the form.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from tocsin.errors import InputError, InvalidRow, UnreadableInput
from tocsin.interfaces import ColumnMap, Item
from tocsin.records import Language
from tocsin.sources._cleaning import collapse
from tocsin.sources._composing import Credits, compose_row
from tocsin.sources._dates import parse_day, published_on
from tocsin.sources._decoding import SAMPLE, decode, open_lines, repaired
from tocsin.sources._json import events, objects_at, open_json
from tocsin.sources._languages import language_of
from tocsin.sources._mapping import ABOUT
from tocsin.sources._packages import check_office
from tocsin.sources._rows import key_of
from tocsin.sources._vocabulary import VOCABULARY
from tocsin.sources._xlsform import Form, Question, is_form, private, read_form, shown
from tocsin.sources.sheets import _check_extent, _sheets

__all__ = ["KoboSource"]

_REPORTED = frozenset(VOCABULARY["columns"]["reported"])
_IDS = ("meta/rootuuid", "_uuid", "meta/instanceid", "meta-instanceid", "instanceid", "key", "__id")
"""Columns that name a submission; the first keeps its name when answers are corrected."""
_SERVERS = frozenset(
    {
        "_submission_time",
        "submissiondate",
        "_id",
        "_index",
        "_xform_id_string",
        "formhub/uuid",
        "__version__",
        "_status",
    }
)
_DAYS = ("today", "end", "start", "_submission_time", "submissiondate", "__system/submissiondate")
"""Columns that date a report, the day it was written before the day it arrived."""
_PARENTS = ("parent_key", "_submission__uuid", "__submissions-id")
_HEAD = 1 << 16
_BOOK_HEAD = 1 << 19
"""Bytes of a spreadsheet's strings that are looked at; its header is among the first."""
_MOST_FORMS = 20
"""Spreadsheets of a folder that are looked at."""
_MOST_REPEATS = 500_000
"""Entries of repeated groups held; a million-row export of them takes more memory than a laptop has to spare."""
_POINT = re.compile(r"(-?\d{1,2}(?:\.\d+)?)[ ,]+(-?\d{1,3}(?:\.\d+)?)(?:[ ,]+-?\d+(?:\.\d+)?){0,2}")
_OF_POINT = re.compile(r"(?P<point>.*?)[-_:/.](?P<axis>latitude|longitude|altitude|accuracy|precision)", re.I)


class KoboSource:
    """Reads exports of answers (CSV, JSON, XLSX); the item is the submission's id. Forms themselves hold no reports."""

    suffixes = (".csv", ".json", ".xlsx")

    def claims(self, path: Path) -> bool:
        """Whether the file is an export of answers, a part of one, or a form."""
        if path.suffix.lower() == ".xlsx":
            return is_form(path) or _claims_book(path)
        if path.suffix.lower() == ".json":
            return _claims_json(path)
        header = _header(path)
        if _is_repeat(header):
            return any(_is_answers(_header(p)) for p in _tables(path))
        return _is_answers(header)

    def beside(self, path: Path) -> list[Path]:
        """The form and the tables of repeated groups that lie beside an export."""
        if not self.claims(path) or (path.suffix.lower() == ".xlsx" and is_form(path)):
            return []
        tables = _tables(path) if path.suffix.lower() == ".csv" else []
        return [*_forms(path), *(p for p in tables if _is_repeat(_header(p)))]

    def read(self, path: Path, name: str) -> Iterator[Item | InputError]:
        """Yield a document for each submission, and an error for each that could not be read."""
        yield from self.read_mapped(path, name, ColumnMap())

    def read_mapped(self, path: Path, name: str, mapping: ColumnMap) -> Iterator[Item | InputError]:
        """Yield the same where a person said what some of the columns hold."""
        try:
            if path.suffix.lower() == ".xlsx" and _claims_book(path):
                yield from _read_book(path, name, mapping)
            elif path.suffix.lower() == ".xlsx":
                read_form(path, name)
            elif path.suffix.lower() == ".json":
                yield from _read_json(path, name, mapping)
            elif not _is_repeat(_header(path)):
                yield from _read_csv(path, name, mapping)
        except UnreadableInput as error:
            yield error
        except (OSError, UnicodeError) as error:
            yield UnreadableInput(name, f"cannot be read to its end ({error}); check the file")


# What is an export --------------------------------------------------------------------------------------


def _header(path: Path) -> list[str]:
    """The names of the columns of a CSV file, empty where it is none that can be read."""
    try:
        with path.open("rb") as file:
            text = decode(file.read(_HEAD), path.name)
    except (OSError, UnreadableInput):
        return []
    lines = io.StringIO(text.removeprefix("\ufeff"), newline="")
    try:
        return [c.strip() for c in next(csv.reader(lines, delimiter=_delimiter(text)), [])]
    except csv.Error:
        return []


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)


def _is_answers(header: Sequence[str]) -> bool:
    keys = {c.casefold() for c in header}
    return bool(keys & set(_IDS)) and bool(keys & _SERVERS) and not _is_repeat(header)


def _is_repeat(header: Sequence[str]) -> bool:
    return bool({c.casefold() for c in header} & set(_PARENTS))


def _claims_json(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(_HEAD).removeprefix(b"\xef\xbb\xbf").lstrip()
    named = re.search(rb'"(?:_uuid|meta/instanceID|__id)"\s*:', head)
    served = re.search(rb'"(?:_submission_time|_xform_id_string|formhub/uuid|submissionDate)"\s*:', head)
    listed = head.startswith(b"[") or (head.startswith(b"{") and re.search(rb'"(?:results|value)"\s*:\s*\[', head))
    return bool(named and served and listed)


def _claims_book(path: Path) -> bool:
    """Whether a spreadsheet begins with the columns of answers."""
    try:
        with zipfile.ZipFile(path) as package:
            for member in {"xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"} & set(package.namelist()):
                with package.open(member) as file:
                    head = file.read(_BOOK_HEAD)
                if b">_uuid<" in head and b">_submission_time<" in head:
                    return True
                if b">instanceID<" in head and b">SubmissionDate<" in head:
                    return True
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError):
        pass
    return False


def _tables(path: Path) -> list[Path]:
    return [p for p in sorted(path.parent.glob("*.csv")) if p != path and p.is_file() and not p.is_symlink()]


def _forms(path: Path) -> list[Path]:
    found = [p for p in sorted(path.parent.glob("*.xlsx")) if p.is_file() and not p.is_symlink()]
    forms: list[Path] = []
    for each in found[:_MOST_FORMS]:
        try:
            if is_form(each):
                forms.append(each)
        except Exception:  # What is wrong with a spreadsheet is said where it is read itself.
            continue
    return forms


def _form_for(path: Path, columns: Sequence[str]) -> Form:
    """The form beside an export that knows the most of its columns; an empty one where none knows two."""
    best, most = Form({}), 1
    for each in _forms(path):
        try:
            form = read_form(each, each.name)
        except UnreadableInput:  # said where the form itself is read
            continue
        known = sum(form.question(c) is not None for c in columns)
        if known > most:
            best, most = form, known
    return best


def _mapped(form: Form, mapping: ColumnMap) -> Form:
    """`form` with the columns of which a person said what they hold."""
    said: dict[str, Question] = {}
    for target, column in mapping.fields:
        name = ABOUT.get(target, target)
        question = form.question(column) or Question(column, "text", column)
        kind = question.kind if question.kept else "text"
        said[collapse(column).casefold()] = replace(question, name=name, kind=kind, label=name, labels=())
    return Form(form.by_name | said)


# What its columns are -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Column:
    """What becomes of a column: shown under a name, the axis of a point, or a choice of several."""

    name: str
    question: Question | None = None
    axis: str = ""


def _columns(header: Sequence[str], form: Form) -> list[_Column | None]:
    """What each column is, None for those that are left out. A name is given once."""
    present = {c.casefold() for c in header}
    present |= {question.name.casefold() for c in header if (question := form.exactly(c)) is not None}
    taken: set[str] = set()
    columns: list[_Column | None] = []
    for written in header:
        column = _column(written, present, form)
        if column is not None:
            if column.name in taken:
                label = column.question.label if column.question else written
                column = _Column(label, column.question, column.axis)
            taken.add(column.name)
        columns.append(column)
    return columns


def _column(written: str, present: set[str], form: Form) -> _Column | None:
    last = written.rpartition("/")[2].strip()
    before = written.rpartition("/")[0]
    of = form.question(before) if before else None
    several = of is not None and of.kind == "select_multiple"
    question = form.exactly(written) or (None if several else form.question(written))
    if question is not None:
        return _Column(shown(question.label, question.name, *question.labels), question) if question.kept else None
    if _is_system(written):
        return None
    if match := _OF_POINT.fullmatch(written):
        # "point_latitude" repeats what "point" says; alone it is all there is.
        point, axis = form.question(match["point"].lstrip("_")), match["axis"].lower()
        whole = match["point"].lstrip("_").casefold() in {p.rpartition("/")[2] for p in present} | present
        if whole or axis not in ("latitude", "longitude") or (point is not None and not point.kept):
            return None
        return _Column(axis, None, axis)
    if of is not None and several:
        # A column for each choice, often beside the one with all of them.
        there = before.casefold() in present or of.name.casefold() in present
        return None if there or not of.kept else _Column(shown(of.label, of.name), of, f"choice {last}")
    if before.casefold() in present:
        return None
    if private(last) or (of is not None and not of.kept):
        return None
    hyphened = re.split(r"-", last)[-1]
    return None if private(hyphened) else _Column(shown(last))


def _is_system(written: str) -> bool:
    return bool(re.match(r"_|meta[/-]|.*/_|formhub/|set-of-", written, re.I)) or key_of(written) in _SYSTEM


_SYSTEM = frozenset(VOCABULARY["forms"]["system"])


@dataclass(slots=True)
class _Row:
    """The cells of a submission as they are gathered."""

    cells: list[tuple[str, str]] = field(default_factory=list)

    def add(self, column: _Column, written: str) -> None:
        written = collapse(written)
        if not written:
            return
        question = column.question
        if column.axis.startswith("choice "):
            if written.casefold() in ("1", "1.0", "true", "yes") and question is not None:
                self._join(column.name, question.choice(column.axis.removeprefix("choice ")))
        elif point := _point(written, question):
            self.cells += [("latitude", point[0]), ("longitude", point[1])]
        elif question is not None and question.kind in ("select_multiple", "rank"):
            self.cells.append((column.name, ", ".join(_chosen(written, question))))
        elif question is not None and question.codes:
            self.cells.append((column.name, question.choice(written)))
        else:
            self.cells.append((column.name, written))

    def _join(self, name: str, label: str) -> None:
        if self.cells and self.cells[-1][0] == name:
            self.cells[-1] = (name, f"{self.cells[-1][1]}, {label}")
        else:
            self.cells.append((name, label))


def _point(written: str, question: Question | None) -> tuple[str, str] | None:
    """Latitude and longitude, where a cell holds a point: "lat lon altitude accuracy"."""
    match = _POINT.fullmatch(written)
    if match is None or (question is not None and question.kind != "geopoint") or written.count(".") < 2:
        return None
    if abs(float(match[1])) > 90 or abs(float(match[2])) > 180:
        return None
    return match[1], match[2]


def _chosen(written: str, question: Question) -> list[str]:
    """The labels of the choices of a question that may have several; codes stand side by side, labels too."""
    whole = question.choice(written)
    if whole != written or not question.codes:
        return [whole]
    codes = written.split()
    if any(code in question.codes for code in codes):
        return [question.choice(code) for code in codes]
    pieces = [p for p in re.split(r"\s*[,;]\s*", written) if p]
    if all(p.casefold() in question.said for p in pieces):
        return [question.choice(p) for p in pieces]
    # Labels in a row, with nothing but blanks between them: the longest that fits is taken each time.
    left, labels = written, list[str]()
    for _ in range(len(codes)):
        fits = [said for said in question.said if left.casefold().startswith(said)]
        if not fits:
            break
        said = max(fits, key=len)
        labels.append(question.said[said])
        left = left[len(said) :].strip()
    return [written] if left else labels


# Submissions ---------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Export:
    """What is known of an export besides its rows."""

    name: str
    form: Form
    repeats: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    usual: Language = "und"
    words: bool = False

    def submission(
        self, row: _Row, facts: dict[str, str], number: int, line: str, reported: str = ""
    ) -> Iterator[Item | InputError]:
        """Yield the document of a submission; `facts` are its cells by the names of their columns."""
        native = next((v for key in _IDS if (v := facts.get(key, "").strip())), "").removeprefix("uuid:")
        item = native or str(number)
        for repeat, words in self.repeats.get(native, ()) if native else ():
            row.cells.append((repeat, words))
        if not any(cell for _, cell in row.cells):
            return
        if native in self.seen:
            yield InvalidRow(self.name, f"{line} has the id of an earlier one and was left out; export anew", item=item)
            return
        if native:
            self.seen.add(native)
        longest = max((cell for _, cell in row.cells), key=len)
        credits = Credits(language=language_of(longest, self.usual))
        if self.usual == "und":
            self.usual = credits.language
        if day := _day(facts, reported):
            credits.published = published_on(*day)
        # Corrected and exported again, or with its form at hand, a submission stays the same document.
        raw = "submission" if native else json.dumps(row.cells, ensure_ascii=False)
        yield Item(compose_row("form answers", raw, credits, row.cells, native_id=native), item)


def _day(facts: dict[str, str], reported: str) -> tuple[date, str] | None:
    if reported and (day := parse_day(reported)):
        return day, "stated"
    days = [day for key in _DAYS if (day := parse_day(facts.get(key, "")))]
    # A phone whose clock is ahead dates a report later than it arrived.
    return (min(days[0], days[-1]), "metadata") if days else None


def _numbered(reader: Any) -> Iterator[tuple[int, list[str] | str]]:
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield reader.line_num, str(error)
        else:
            yield reader.line_num, row


def _read_csv(path: Path, name: str, mapping: ColumnMap) -> Iterator[Item | InputError]:
    with open_lines(path, name) as file:
        delimiter = _delimiter(file.read(SAMPLE))
        file.seek(0)
        rows = _numbered(csv.reader(file, delimiter=delimiter))
        _, header = next(rows, (0, ""))
        export = _export(path, name, header, mapping)
        export.repeats = _repeats(_beside(path), export.form, path.stem)
        yield from _read_table(rows, header, export)


def _read_book(path: Path, name: str, mapping: ColumnMap) -> Iterator[Item | InputError]:
    """The answers of a spreadsheet: a sheet of submissions, and one for each repeated group."""
    check_office(path, name, "spreadsheet (.xlsx)")
    _check_extent(path, name)
    sheets = [(title, list(rows)) for title, rows in _sheets(path, name)]
    answers = [rows for _, rows in sheets if _is_answers([*rows[0][1]])]
    if not answers:
        raise UnreadableInput(name, "holds no submissions; export the answers again")
    for rows in answers:
        header = rows[0][1]
        export = _export(path, name, header, mapping)
        entries = [(title, table) for title, table in sheets if _is_repeat([*table[0][1]])]
        export.repeats = _repeats(iter(entries), export.form, "")
        yield from _read_table(iter(rows[1:]), header, export)


def _export(path: Path, name: str, header: list[str] | str, mapping: ColumnMap) -> _Export:
    if isinstance(header, str):
        raise UnreadableInput(name, "holds no table; export the answers again")
    return _Export(name, _mapped(_form_for(path, header), mapping))


def _read_table(
    rows: Iterator[tuple[int, list[str] | str]], named: list[str] | str, export: _Export
) -> Iterator[Item | InputError]:
    name = export.name
    header = [collapse(repaired(c)) for c in named]
    columns = _columns(header, export.form)
    if not any(columns):
        raise UnreadableInput(name, "holds no answers, only what the server adds; export it with its questions")
    number = 0
    for line, row in rows:
        if not row:
            continue
        number += 1
        if isinstance(row, str) or len(row) > len(header):
            reason = row if isinstance(row, str) else f"{len(row)} cells under {len(header)} columns"
            yield InvalidRow(name, f"line {line}: {reason}; the row was left out", item=str(number))
            continue
        yield from _csv_row(row, header, columns, export, number, line)
    if not number:
        raise UnreadableInput(name, "has no rows below its header; leave it out or fill it in")


def _csv_row(
    row: list[str], header: list[str], columns: list[_Column | None], export: _Export, number: int, line: int
) -> Iterator[Item | InputError]:
    cells = [repaired(c) for c in row]
    facts: dict[str, str] = {}
    gathered = _Row()
    reported = ""
    for written, column, cell in zip(header, columns, cells, strict=False):
        facts.setdefault(written.casefold(), cell)
        if column is not None:
            gathered.add(column, cell)
            reported = reported or (cell if key_of(column.name) in _REPORTED else "")
    yield from export.submission(gathered, facts, number, f"line {line}", reported)


def _beside(path: Path) -> Iterator[tuple[str, Iterable[tuple[int, list[str] | str]]]]:
    """The tables of repeated groups beside an export, each with its title."""
    for table in _tables(path):
        if not _is_repeat(_header(table)):
            continue
        try:
            with open_lines(table, table.name) as file:
                delimiter = _delimiter(file.read(SAMPLE))
                file.seek(0)
                yield table.stem, _numbered(csv.reader(file, delimiter=delimiter))
        except (OSError, UnicodeError, UnreadableInput):
            continue


def _repeats(
    tables: Iterator[tuple[str, Iterable[tuple[int, list[str] | str]]]], form: Form, export: str
) -> dict[str, list[tuple[str, str]]]:
    """What stands in tables of repeated groups, by submission: a cell for each entry."""
    found: dict[str, list[tuple[str, str]]] = {}
    held = 0
    for title, rows in tables:
        numbered = iter(rows)
        _, named = next(numbered, (0, ""))
        header = [collapse(repaired(c)) for c in named]
        columns = _columns(header, form)
        parent = next((at for at, column in enumerate(header) if column.casefold() in _PARENTS), None)
        group = form.question(_group(title, export))
        for _, row in numbered:
            if parent is None or isinstance(row, str) or len(row) <= parent:
                continue
            held += 1
            if held > _MOST_REPEATS:
                return found
            gathered = _Row()
            for column, cell in zip(columns, row, strict=False):
                if column is not None:
                    gathered.add(column, repaired(cell))
            owner = row[parent].removeprefix("uuid:").partition("/")[0]
            if words := _entry(gathered):
                label = group.label if group is not None else _group(title, export)
                found.setdefault(owner, []).append((label, words))
    return found


def _group(title: str, export: str) -> str:
    return title.removeprefix(export).strip("-_ ") or "entry"


def _entry(row: _Row) -> str:
    return ", ".join(f"{column}: {cell}" for column, cell in row.cells)


def _read_json(path: Path, name: str, mapping: ColumnMap) -> Iterator[Item | InputError]:
    export: _Export | None = None
    number = 0
    with open_json(path, name) as file:
        for _, event, value in objects_at(events(file, name), ("item", "results.item", "value.item")):
            if event != "object":
                continue
            number += 1
            flat = _flat(value)
            if export is None:
                export = _Export(name, _mapped(_form_for(path, list(flat)), mapping))
            yield from _json_object(flat, export, number)
    if not number:
        raise UnreadableInput(name, "holds no submissions; export the answers again")


def _json_object(flat: dict[str, Any], export: _Export, number: int) -> Iterator[Item | InputError]:
    facts = {key.casefold(): str(value) for key, value in flat.items() if not isinstance(value, list)}
    gathered = _Row()
    reported = ""
    for column, (key, value) in zip(_columns(list(flat), export.form), flat.items(), strict=True):
        if isinstance(value, list) and any(isinstance(v, dict) for v in value):
            if not _is_system(key):
                _add_repeat(gathered, key, value, export.form)
        elif column is not None:
            cell = _written(value)
            gathered.add(column, cell)
            reported = reported or (cell if key_of(column.name) in _REPORTED else "")
    yield from export.submission(gathered, facts, number, f"submission {number}", reported)


def _add_repeat(gathered: _Row, key: str, entries: list[Any], form: Form) -> None:
    group = form.question(key)
    label = group.label if group is not None else key.rpartition("/")[2]
    for entry in entries:
        if not isinstance(entry, dict):
            continue
        flat = _flat(entry)
        row = _Row()
        for column, (name, value) in zip(_columns(list(flat), form), flat.items(), strict=True):
            if isinstance(value, list) and any(isinstance(v, dict) for v in value):
                _add_repeat(row, name, value, form)
            elif column is not None:
                row.add(column, _written(value))
        if words := _entry(row):
            gathered.cells.append((label, words))


def _flat(found: dict[str, Any], before: str = "") -> dict[str, Any]:
    """The answers with the groups they stand in as a path; a point of GeoJSON as forms write it."""
    flat: dict[str, Any] = {}
    for key, value in found.items():
        path = f"{before}{key}"
        if isinstance(value, dict):
            place = value.get("coordinates")
            if value.get("type") == "Point" and isinstance(place, list) and len(place) > 1:
                flat[path] = f"{place[1]} {place[0]}"
            else:
                flat |= _flat(value, f"{path}/")
        else:
            flat[path] = value
    return flat


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_written, value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
