"""Plain text: a title line, header lines such as ``Published:`` and ``URL:``, then paragraphs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tocsin.errors import InputError, UnreadableInput
from tocsin.interfaces import Item
from tocsin.sources._articles import read_article
from tocsin.sources._cleaning import clean
from tocsin.sources._composing import compose
from tocsin.sources._decoding import decode, read_bytes

__all__ = ["TextSource"]


class TextSource:
    """Reads a plain text as one document; what a web page leaves around a copied article is left out."""

    suffixes = (".txt", ".text")

    def read(self, path: Path, name: str) -> Iterator[Item | InputError]:
        """Yield the document of the file at `path`, or why there is none."""
        try:
            raw = decode(read_bytes(path, name), name)
        except UnreadableInput as error:
            yield error
            return
        article = read_article(clean(raw).text, name)
        document = compose("text", raw, article.credits, article.blocks)
        if not document.text:
            yield UnreadableInput(name, "holds no words; leave it out or replace it")
            return
        yield Item(document)
        yield from article.errors
