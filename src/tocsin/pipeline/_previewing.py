"""Inputs looked at before they are trusted: how each is laid out, what was taken for what. Stores nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Literal

from tocsin.coding import cells_by_field
from tocsin.errors import InputError
from tocsin.interfaces import Column, Outline
from tocsin.pipeline._account import Problem
from tocsin.pipeline._elsewhere import Elsewhere, Network, StandardInput, check_given, is_elsewhere
from tocsin.records import Document, Sensitivity, When
from tocsin.sources import ColumnMaps, Input, Received, find, outlines, read_input, source_for, takes_map

__all__ = ["Preview", "PreviewedColumn", "PreviewedDocument", "PreviewedPart", "preview"]

MOST_ITEMS = 200
"""Documents of an input that a preview reads: enough to meet what is odd in it, and there at once."""
_SHOWN = 3
_WORDS = 200
_MOST_PROBLEMS = 50


@dataclass(frozen=True, slots=True)
class PreviewedColumn:
    """A column or field.

    Attributes
    ----------
    name : str
        As it is called in the input; the path of a field.
    holds : str
        What it was taken for (``text``, ``date``, ``killed`` …), several joined by commas; empty for nothing.
    how : str
        ``mapped`` by a person, ``found`` by its name, or empty.
    evidence : str
        The field of a claim that its cells are evidence for, empty where it is only kept as text.
    example : str
        What stands in it where something does.
    """

    name: str
    holds: str = ""
    how: Literal["", "mapped", "found"] = ""
    evidence: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class PreviewedPart:
    """A table of an input: the only one, a sheet, or the list of objects at a path; ``name`` tells which."""

    name: str
    encoding: str
    delimiter: str
    columns: tuple[PreviewedColumn, ...]


@dataclass(frozen=True, slots=True)
class PreviewedDocument:
    """A document as it would be read, with its first words below the title; they end in ``…`` where more follow."""

    name: str
    item: str
    form: str
    title: str
    published: When | None
    source: str
    url: str
    language: str
    sensitivity: Sensitivity
    characters: int
    words: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be read from one input.

    Attributes
    ----------
    name : str
        The input's name.
    reader : str
        The source that reads it, without the word: ``Csv``, ``Telegram``.
    takes_map : bool
        Whether its columns can be mapped.
    parts : tuple of PreviewedPart
        Its tables; empty for other forms.
    documents : tuple of PreviewedDocument
        The first of them.
    items : int
        Documents read.
    more : bool
        Whether there are more than were read.
    undated : int
        Those of the read that tell no day of publication.
    languages : dict of str to int
        How many of the read are in which language.
    problems : tuple of Problem
        What could not be read.
    """

    name: str
    reader: str
    takes_map: bool
    parts: tuple[PreviewedPart, ...]
    documents: tuple[PreviewedDocument, ...]
    items: int
    more: bool
    undated: int
    languages: dict[str, int]
    problems: tuple[Problem, ...]


def preview(
    paths: Sequence[Path | str],
    *,
    maps: ColumnMaps | None = None,
    published: date | None = None,
    network: Network | None = None,
    stdin: StandardInput | None = None,
    most: int = MOST_ITEMS,
) -> Iterator[Preview | Problem]:
    """Yield what :func:`tocsin.pipeline.add` would make of each input, from its first `most` documents.

    A problem is what is no input at all. Of a feed, the pages that its entries link to are not fetched.
    """
    check_given(paths, network, stdin)
    local = [Path(given) for given in paths if not is_elsewhere(given)]
    with Elsewhere(None, paths, network, stdin) as elsewhere:
        for found in chain(find(local), elsewhere.inputs()):
            if isinstance(found, InputError):
                yield Problem.of(found)
            else:
                yield _look(found, maps or ColumnMaps(), published, most)


def _look(given: Input, maps: ColumnMaps, published: date | None, most: int) -> Preview:
    shown: list[PreviewedDocument] = []
    problems: list[Problem] = []
    languages: dict[str, int] = {}
    evidence: dict[str, str] = {}
    names: dict[str, str] = {}
    items = undated = 0
    more = False
    for received in read_input(given, maps):
        if isinstance(received, InputError):
            problems.append(Problem.of(received))
            if len(problems) >= _MOST_PROBLEMS:
                more = True
                break
            continue
        if items >= most:
            more = True
            break
        items += 1
        document = received.item.document
        if document.published is None and published is not None:
            document = replace(document, published=When(published, published, "day", anchor="given"))
        undated += document.published is None
        languages[document.language] = languages.get(document.language, 0) + 1
        cells = cells_by_field(document)
        evidence.update({part.name: field for field, part in cells.items()})
        names.update({p.name: document.text[p.start : p.end][:_WORDS] for p in document.parts if p.kind == "cell"})
        if len(shown) < _SHOWN:
            shown.append(_first_words(received, document))
    parts = tuple(_part(outline, evidence) for outline in outlines(given, maps))
    reader = _reader(given)
    return Preview(
        given.name,
        reader,
        takes_map(given),
        parts or _from_cells(names, evidence),
        tuple(shown),
        items,
        more,
        undated,
        dict(sorted(languages.items(), key=lambda n: (-n[1], n[0]))),
        tuple(problems),
    )


def _reader(given: Input) -> str:
    return type(source_for(given.path)).__name__.removesuffix("Source")


def _first_words(received: Received, document: Document) -> PreviewedDocument:
    head = next((p.end for p in document.parts if p.kind == "title"), 0)
    body = " ".join(document.text[head : head + 2 * _WORDS].split())
    cut = len(body) > _WORDS or len(document.text) > head + 2 * _WORDS
    return PreviewedDocument(
        received.name,
        received.item.item,
        document.form,
        document.title,
        document.published,
        document.source,
        document.url,
        document.language,
        document.sensitivity,
        len(document.text),
        f"{body[:_WORDS].rstrip()}…" if cut else body,
    )


def _part(outline: Outline, evidence: dict[str, str]) -> PreviewedPart:
    mapped = {what for c in outline.columns if c.how == "mapped" for what in c.holds.split(", ")}
    columns = tuple(
        PreviewedColumn(c.name, c.holds, c.how, _evidence(c, mapped, evidence), c.example) for c in outline.columns
    )
    return PreviewedPart(outline.part, outline.encoding, outline.delimiter, columns)


def _evidence(column: Column, mapped: set[str], evidence: dict[str, str]) -> str:
    """The field that a column's cells are evidence for: they go by its name, or by what a person said it holds."""
    path = column.name
    cells = column.holds.split(", ") if column.how == "mapped" else [path, path.replace(".", " "), path.split(".")[-1]]
    cells += [f"{cell} (month first)" for cell in cells]
    # A column of the same name as one that was mapped is not the one that is used.
    found = (evidence[c] for c in cells if c in evidence and (column.how == "mapped" or c not in mapped))
    return next(found, "")


def _from_cells(names: dict[str, str], evidence: dict[str, str]) -> tuple[PreviewedPart, ...]:
    """The columns of a source that tells no outline, by the cells of its documents."""
    if not names:
        return ()
    columns = tuple(PreviewedColumn(n, "", "", evidence.get(n, ""), example) for n, example in names.items())
    return (PreviewedPart("", "", "", columns),)
