"""Texts to the places they name, with nothing else read: a geoparser of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from tocsin import export
from tocsin.codebook import Codebook
from tocsin.coding import LANGUAGES, DefaultCoder, Located
from tocsin.errors import InputError, UsageError
from tocsin.interfaces import Gazetteer
from tocsin.pipeline._account import Problem
from tocsin.records import Document, NamedPlace, Part, PlacedText, Toponym, content_id, text_hash
from tocsin.sources import find, read_input
from tocsin.sources._languages import language_of

__all__ = ["Geoparser"]

# Documents read together: the parser gains nothing from more, and memory stays flat.
_BATCH = 32
# Characters. What is longer, and names no place, is no list of names either.
_SHORT = 80
_PIECE = re.compile(r"[^\s,;،؛](?:[^\n,;،؛]*[^\s,;،؛])?")
_BLOCK = re.compile(r"\S.*?(?=\s*\n\s*\n|\s*\Z)", re.DOTALL)


class Geoparser:
    """Finds the places that texts name.

    Parameters
    ----------
    codebook : Codebook
        Its actors keep "Moscow says" and "the Islamic State in West Africa" from being places.
    gazetteer : Gazetteer
        Finds places by name.
    """

    def __init__(self, codebook: Codebook, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._coder = DefaultCoder(codebook, gazetteer)

    def text(self, text: str, name: str = "") -> PlacedText:
        """The places that `text` names, with offsets in it as it was given.

        Raises
        ------
        UsageError
            If there is nothing in it.
        """
        whole = text.encode("utf-8", "replace").decode("utf-8")  # half a letter of another encoding is none
        if not whole.strip():
            raise UsageError("there is no text to look for places in; give words in quotation marks, a file, or -")
        document = Document(
            id=content_id("d", whole),
            form="text",
            text=whole,
            text_hash=text_hash(whole),
            language=language_of(whole, "en"),
            parts=tuple(Part("paragraph", m.start(), m.end()) for m in _BLOCK.finditer(whole)),
        )
        return self._list_read(next(self._placed([(name, "", document)])))

    def _list_read(self, placed: PlacedText) -> PlacedText:
        """`placed` with the names of a text that is no sentence but a name, or one to a line, in any script."""
        lines = placed.text.splitlines(keepends=True)
        if placed.places or any(len(line.strip()) > _SHORT for line in lines):
            return placed
        places: list[NamedPlace] = []
        at = 0
        for line in lines:
            places += [replace(n, start=n.start + at, end=n.end + at) for n in self._bare_names(line)]
            at += len(line)
        return replace(placed, places=tuple(places), notes=()) if places else placed

    def _bare_names(self, text: str) -> tuple[NamedPlace, ...]:
        """The places in a text that is no sentence but a name, or "Village, District, Country", in any script."""
        pieces = list(_PIECE.finditer(text))
        toponyms = [
            Toponym(piece[0], *piece.span(), within=tuple(around[0] for around in pieces[number + 1 :]))
            for number, piece in enumerate(pieces)
        ]
        known = [toponym for toponym in toponyms if self._gazetteer.knows(toponym.text)]
        return tuple(_named(map(Located, known, self._gazetteer.resolve(known))))

    def files(self, paths: Sequence[Path]) -> Iterator[PlacedText | Problem]:
        """The places that each document in files and folders names, and a problem for each that cannot be read."""
        documents = self._documents(paths)
        while batch := list(islice(documents, _BATCH)):
            yield from (one for one in batch if isinstance(one, Problem))
            yield from self._placed([one for one in batch if not isinstance(one, Problem)])

    def write(self, texts: Sequence[PlacedText], geojson: Path | None = None, html: Path | None = None) -> None:
        """Write the places as GeoJSON, and texts and map as one page. Both hold what was read: only the owner may look.

        Raises
        ------
        UsageError
            If a file cannot be written.
        """
        path = geojson or html
        try:
            if geojson is not None:
                path = geojson
                export.write_places_geojson(texts, geojson)
            if html is not None:
                path = html
                export.write_places_page(texts, self._outline(texts), html)
        except OSError as error:
            raise UsageError(f"{path}: cannot be written ({error.strerror})") from error

    def _documents(self, paths: Sequence[Path]) -> Iterator[tuple[str, str, Document] | Problem]:
        for found in find(paths):
            if isinstance(found, InputError):
                yield Problem.of(found)
                continue
            for received in read_input(found):
                if isinstance(received, InputError):
                    yield Problem.of(received)
                else:
                    yield received.name, received.item.item, received.item.document

    def _placed(self, batch: Sequence[tuple[str, str, Document]]) -> Iterator[PlacedText]:
        located = self._coder.locate(document for *_, document in batch)
        for (name, item, document), places in zip(batch, located, strict=True):
            placed = PlacedText(
                name=name,
                text=document.text,
                places=tuple(_named(places)),
                item=item,
                title=document.title,
                language=document.language,
                notes=_notes(document),
            )
            yield placed if document.language in LANGUAGES else self._list_read(placed)

    def _outline(self, texts: Sequence[PlacedText]) -> Mapping[str, Any]:
        # A gazetteer need not have boundaries: then the map shows points on plain ground.
        outline = getattr(self._gazetteer, "outline", None)
        box = export.places_box(texts)
        return {"type": "FeatureCollection", "features": []} if outline is None or box is None else dict(outline(box))


def _named(located: Iterable[Located]) -> Iterator[NamedPlace]:
    for one in located:
        yield NamedPlace(one.toponym.start, one.toponym.end, one.place, one.toponym.relation, one.toponym.literal)


def _notes(document: Document) -> tuple[str, ...]:
    if document.language not in LANGUAGES:
        return (f"language {document.language}: places are read in English texts only so far",)
    return ()
