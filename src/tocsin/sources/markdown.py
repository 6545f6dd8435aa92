"""Markdown, with front matter or without."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tocsin.errors import InputError, UnreadableInput
from tocsin.interfaces import Item
from tocsin.records import PartKind
from tocsin.sources._cleaning import clean
from tocsin.sources._composing import Block, Credits, compose
from tocsin.sources._credits import apply_header, header, read_credits
from tocsin.sources._decoding import decode, read_bytes

__all__ = ["MarkdownSource"]

_FENCED = re.compile(r"\A\s*(?P<fence>---|\+\+\+)[ \t]*\n(?P<matter>.*?)\n(?:(?P=fence)|\.\.\.)[ \t]*(?:\n|\Z)", re.S)
_LINE = re.compile(r"(?P<key>[\w -]+?)\s*:\s*(?P<value>.*)")
# Front matter spells these otherwise than header lines do.
_KEYS = {
    "published_at": "published",
    "pubdate": "published",
    "publish_date": "published",
    "site": "source",
    "permalink": "url",
}
_UNDERSTOOD = ("published", "url", "source", "author", "title", "origin")


class MarkdownSource:
    """Reads a Markdown file as one document; the marks go, the words stay."""

    suffixes = (".md", ".markdown")

    def read(self, path: Path, name: str) -> Iterator[Item | InputError]:
        """Yield the document of the file at `path`, or why there is none."""
        try:
            raw = decode(read_bytes(path, name), name)
        except UnreadableInput as error:
            yield error
            return
        text = clean(raw).text
        credits = Credits()
        errors: list[InputError] = []
        if match := _FENCED.match(text):
            pairs = _toml(match["matter"]) if match["fence"] == "+++" else _pairs(match["matter"])
            errors += _take(credits, pairs, name)
            text = text[match.end() :]
        blocks = _without_title(credits, _blocks(text))
        blocks, unread = _without_headers(credits, blocks, name)
        read_credits(credits, [b.text for b in blocks])
        document = compose("markdown", raw, credits, [Block(b.kind, " ".join(b.text.split())) for b in blocks])
        if not document.text:
            yield UnreadableInput(name, "holds no words; leave it out or replace it")
            return
        yield Item(document)
        yield from errors
        yield from unread


def _pairs(matter: str) -> list[tuple[str, str]]:
    """The ``key: value`` lines of front matter; of nested values and lists only what stands on one line."""
    pairs: list[tuple[str, str]] = []
    for line in matter.split("\n"):
        if line[:1].isspace() and pairs and not pairs[-1][1] and (entry := re.fullmatch(r"\s+-\s+(.+)", line)):
            pairs[-1] = (pairs[-1][0], _unquoted(entry[1]))
        elif match := _LINE.fullmatch(line):
            pairs.append((match["key"], _unquoted(match["value"])))
        elif pairs and not pairs[-1][1] and (entry := re.fullmatch(r"-\s+(.+)", line)):
            pairs[-1] = (pairs[-1][0], _unquoted(entry[1]))
    return pairs


def _unquoted(value: str) -> str:
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    value = re.sub(r"\s+#.*$", "", value)
    if value.startswith("[") and value.endswith("]"):
        return ", ".join(v.strip(" \"'") for v in value[1:-1].split(","))
    return "" if value in ("|", ">", "|-", ">-", "null", "~") else value


def _toml(matter: str) -> list[tuple[str, str]]:
    try:
        found: dict[str, Any] = tomllib.loads(matter)
    except tomllib.TOMLDecodeError:
        return []
    return [(k, str(v)) for k, v in found.items() if not isinstance(v, (dict, list))]


def _take(credits: Credits, pairs: list[tuple[str, str]], name: str) -> list[InputError]:
    errors: list[InputError] = []
    for key, value in pairs:
        label = _KEYS.get(key.casefold(), key).replace("_", " ")
        found = header(f"{label}: {value}")
        if found is not None and found[0] in _UNDERSTOOD:
            error = apply_header(credits, found[0], key, value, name)
            if error is not None:
                errors.append(error)
    return errors


def _without_title(credits: Credits, blocks: list[Block]) -> list[Block]:
    """Take the title from the first heading, which then is not in the text twice."""
    first = next((at for at, b in enumerate(blocks) if b.kind == "heading"), None)
    if first is None or first > 1:
        return blocks
    if not credits.title:
        credits.title = " ".join(blocks[first].text.split())
    if " ".join(blocks[first].text.split()).casefold() == credits.title.casefold():
        return blocks[:first] + blocks[first + 1 :]
    return blocks


def _without_headers(credits: Credits, blocks: list[Block], name: str) -> tuple[list[Block], list[InputError]]:
    """Take ``Published: …`` lines under the title, as in a plain text."""
    errors: list[InputError] = []
    if not blocks or blocks[0].kind != "paragraph":
        return blocks, errors
    lines = blocks[0].text.split("\n")
    found = [header(line) for line in lines]
    if not all(found):
        return blocks, errors
    taken = [apply_header(credits, *each, name) for each in found if each is not None]
    return blocks[1:], [error for error in taken if error is not None]


def _blocks(text: str) -> list[Block]:
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    blocks: list[Block] = []
    open_items = 0
    heading = False
    row: list[str] | None = None
    for token in tokens:
        if token.type == "list_item_open":
            open_items += 1
        elif token.type == "list_item_close":
            open_items -= 1
        elif token.type in ("heading_open", "heading_close"):
            heading = token.type == "heading_open"
        elif token.type == "tr_open":
            row = []
        elif token.type == "tr_close" and row is not None:
            blocks.append(Block("item", " | ".join(row)))
            row = None
        elif token.type in ("inline", "code_block", "fence"):
            words = _words(token)
            if row is not None:
                row.append(" ".join(words.split()))
            elif words.strip():
                kind: PartKind = "heading" if heading else "item" if open_items else "paragraph"
                blocks.append(Block(kind, words.strip()))
    return blocks


def _words(token: Token) -> str:
    if token.children is None:
        return token.content
    words: list[str] = []
    for child in token.children:
        if child.type in ("text", "code_inline", "text_special"):
            words.append(child.content)
        elif "break" in child.type or child.content.casefold().startswith("<br"):
            words.append("\n")
    return re.sub(r"\[\^[\w-]+\]:?", "", "".join(words))
