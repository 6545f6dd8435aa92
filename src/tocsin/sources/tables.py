"""Tables, one report a row: CSV of any delimiter, and JSON Lines. Both stream.

Their sources are restricted: such tables are logs, forms and exports more often than published media. A
column called ``source`` names who told the row's writer, not an outlet, so it stays a cell.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

from tocsin.errors import InputError, InvalidRow, UnreadableInput
from tocsin.interfaces import Column, ColumnMap, Item, Outline
from tocsin.records import Language
from tocsin.sources._decoding import open_lines, repaired
from tocsin.sources._following import Following, bytes_behind, followed
from tocsin.sources._mapping import Mapped
from tocsin.sources._objects import check_fields, outline_objects, read_object
from tocsin.sources._rows import outline_rows, read_rows

__all__ = ["CsvSource", "JsonLinesSource", "delimiter_of"]

_LONGEST_LINE = 4_000_000
"""Characters; a JSON line beyond this is a file that was not written line by line."""


class CsvSource:
    """Reads a table with a header row: ``,``, ``;``, tab or ``|`` between cells, in any encoding known here."""

    suffixes = (".csv", ".tsv", ".tab", ".psv")

    def read(self, path: Path, name: str) -> Iterator[Item | InputError]:
        """Yield a document for each row, its number counted from 1 below the header."""
        yield from self.read_mapped(path, name, ColumnMap())

    def read_mapped(self, path: Path, name: str, mapping: ColumnMap) -> Iterator[Item | InputError]:
        """Yield the same, with columns as a person said."""
        try:
            with open_lines(path, name, mapping.encoding) as file:
                follow = followed(path)
                rows = _followed(_rows(file, mapping.delimiter or _delimiter(file)), file, follow)
                yield from read_rows(rows, name, "", mapping, follow.passes)
        except UnreadableInput as error:
            yield error
        except (OSError, UnicodeError) as error:
            yield UnreadableInput(name, f"cannot be read to its end ({error}); check the file")

    def outlines(self, path: Path, name: str, mapping: ColumnMap) -> Iterator[Outline]:
        """Yield how the table is laid out."""
        with open_lines(path, name, mapping.encoding) as file:
            delimiter = mapping.delimiter or _delimiter(file)
            columns = outline_rows(_rows(file, delimiter), name, mapping)
            yield Outline("", file.encoding, delimiter, columns)


class JsonLinesSource:
    """Reads one JSON object a line. An object with a body is an article; any other is a row of cells."""

    suffixes = (".jsonl", ".ndjson")

    def read(self, path: Path, name: str) -> Iterator[Item | InputError]:
        """Yield a document for each line that holds an object, its number counted from 1."""
        yield from self.read_mapped(path, name, ColumnMap())

    def read_mapped(self, path: Path, name: str, mapping: ColumnMap) -> Iterator[Item | InputError]:
        """Yield the same, with fields as a person said."""
        try:
            if mapping.fields:
                check_fields(list(self._sample(path, name, mapping)), Mapped.of(mapping), name)
            with open_lines(path, name, mapping.encoding) as file:
                yield from _read_objects(file, name, mapping, followed(path))
        except UnreadableInput as error:
            yield error
        except (OSError, UnicodeError) as error:
            yield UnreadableInput(name, f"cannot be read to its end ({error}); check the file")

    def outlines(self, path: Path, name: str, mapping: ColumnMap) -> Iterator[Outline]:
        """Yield which fields its first objects have, and what they are taken for."""
        sample = list(self._sample(path, name, mapping))
        fields: tuple[Column, ...] = outline_objects(sample, mapping)
        with open_lines(path, name, mapping.encoding) as file:
            yield Outline("", file.encoding, "", fields)

    def _sample(self, path: Path, name: str, mapping: ColumnMap) -> Iterator[dict[str, Any]]:
        with open_lines(path, name, mapping.encoding) as file:
            for line in islice((each for each in _lines(file) if each.strip()), _SAMPLE_OBJECTS):
                with suppress(ValueError, RecursionError):
                    found = json.loads(repaired(line)) if len(line) <= _LONGEST_LINE else None
                    if isinstance(found, dict):
                        yield found


_SAMPLE_OBJECTS = 200
"""Objects looked at to tell whether a mapped field is there."""


def _rows(file: io.TextIOWrapper, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    return _numbered(csv.reader(file, delimiter=delimiter, skipinitialspace=delimiter != "\t"))


def _followed(
    rows: Iterator[tuple[int, list[str] | str]], file: io.TextIOWrapper, follow: Following
) -> Iterator[tuple[int, list[str] | str]]:
    for row in rows:
        follow.reach(bytes_behind(file))
        yield row


def _numbered(reader: Any) -> Iterator[tuple[int, list[str] | str]]:
    """Yield (line, row), and (line, what is wrong) where the row cannot be parsed."""
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            reason = (
                "a cell longer than 131,072 characters, probably for want of a closing quote"
                if "limit" in str(error)
                else str(error)
            )
            yield reader.line_num, reason
        else:
            yield reader.line_num, row


def _delimiter(file: io.TextIOWrapper) -> str:
    sample = file.read(1 << 16)
    file.seek(0)
    return delimiter_of(sample)


def delimiter_of(sample: str) -> str:
    """The delimiter that cuts the first rows of a table into the most columns of the same number."""
    if "\n" in sample and len(sample) >= 1 << 16:
        sample = sample[: sample.rindex("\n")]
    return max(",;\t|", key=lambda d: _evenness(sample, d))


def _evenness(sample: str, delimiter: str) -> tuple[float, int]:
    try:
        widths = [len(row) for row in islice(csv.reader(io.StringIO(sample), delimiter=delimiter), 50) if row]
    except csv.Error:
        return 0.0, 0
    if not widths:
        return 0.0, 0
    width, rows = Counter(widths).most_common(1)[0]
    return (rows / len(widths) if width > 1 else 0.0), width


def _read_objects(
    file: io.TextIOWrapper, name: str, mapping: ColumnMap, follow: Following
) -> Iterator[Item | InputError]:
    number = 0
    usual: Language = "und"
    for line_number, line in enumerate(_lines(file), start=1):
        if not line.strip():
            continue
        number += 1
        item = str(number)
        follow.reach(bytes_behind(file))
        # The language of the first object is what short ones after it are taken to be in.
        if follow.passes(item) and usual != "und":
            continue
        try:
            if len(line) > _LONGEST_LINE:
                raise ValueError(f"longer than {_LONGEST_LINE:,} characters; write one object a line")
            found = json.loads(repaired(line))
        except (ValueError, RecursionError) as error:
            yield InvalidRow(name, f"line {line_number}: not JSON ({error}); the line was left out", item=item)
            continue
        if not isinstance(found, dict):
            yield InvalidRow(
                name,
                f"line {line_number}: holds {type(found).__name__}, not an object with fields; left out",
                item=item,
            )
            continue
        raw = repaired(line).strip()
        for read in read_object(found, raw, name, item, usual, "json line", mapping):
            if isinstance(read, Item) and usual == "und":
                usual = read.document.language
            yield read


def _lines(file: Iterable[str]) -> Iterator[str]:
    """The lines of a file, one that is endless cut short, so that memory stays bounded."""
    if not isinstance(file, io.TextIOWrapper):
        yield from file
        return
    while line := file.readline(_LONGEST_LINE + 1):
        yield line
        while len(line) > _LONGEST_LINE and not line.endswith("\n"):
            line = file.readline(_LONGEST_LINE + 1)
