"""Telegram Desktop's JSON export of a channel, a group or a whole account: one document a message. Streams.

Who wrote in a group is nobody's business but the group's: members' names are not read. The channel is the
source; channel exports are restricted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tocsin.errors import InputError, InvalidRow, UnreadableInput
from tocsin.interfaces import Item
from tocsin.records import Document
from tocsin.sources._cleaning import collapse
from tocsin.sources._composing import Block, Credits, compose
from tocsin.sources._dates import parse_day, published_on
from tocsin.sources._following import followed
from tocsin.sources._json import Event, events, objects_at, open_json
from tocsin.sources._languages import language_of
from tocsin.sources._messages import LONGEST_MESSAGE, TOO_LONG, message_blocks

__all__ = ["TelegramSource"]

_HEAD = 1 << 14
"""Bytes looked at: an export names its chat and begins its messages within a few hundred."""
_MOST_LINKS = 5
"""A message that links more is a list of links."""
_PERSONS = ("personal_chat", "bot_chat", "saved_messages", "private_chat")


@dataclass(slots=True)
class _Chat:
    """The chat that messages stand in, and how their items are named: by the chat too where there are several."""

    name: str = ""
    kind: str = ""
    identity: str = ""
    several: bool = False


class TelegramSource:
    """Reads ``result.json``; the item is the message's id. Service messages and wordless ones are passed over."""

    suffixes = (".json",)

    def claims(self, path: Path) -> bool:
        """Whether the file begins like an export of Telegram Desktop."""
        with path.open("rb") as file:
            head = file.read(_HEAD).removeprefix(b"\xef\xbb\xbf").lstrip()
        chat = (
            b'"messages"' in head and b'"type"' in head and (b'"date_unixtime"' in head or b'"text_entities"' in head)
        )
        return head.startswith(b"{") and (chat or (b'"chats"' in head and b'"about"' in head))

    def read(self, path: Path, name: str) -> Iterator[Item | InputError]:
        """Yield a document for each message with words, in the order of the export."""
        nothing = True
        try:
            with open_json(path, name) as file:
                follow = followed(path)
                for chat, message in _messages(events(file, name)):
                    follow.reach(file.tell())
                    if follow.passes(_item(message, chat)):
                        nothing = False
                        continue
                    for found in _read(message, chat, name):
                        nothing = False
                        yield found
        except UnreadableInput as error:
            yield error
        except OSError as error:
            yield UnreadableInput(name, f"cannot be opened ({error.strerror or error}); check that it can be read")
        else:
            if nothing:
                yield UnreadableInput(name, "holds no message with words; check that it is a Telegram Desktop export")


def _messages(found: Iterator[Event]) -> Iterator[tuple[_Chat, dict[str, Any]]]:
    """Yield (chat, message) of an export of one chat or of many, holding one message at a time."""
    chat = _Chat()
    for prefix, event, value in objects_at(found, ("messages.item", "chats.list.item.messages.item")):
        field = prefix.removeprefix("chats.list.item.")
        if event == "object":
            yield chat, value
        elif event == "start_map" and prefix == "chats.list.item":
            chat = _Chat(several=True)
        elif event in ("string", "number", "null"):
            if field == "name":
                chat.name = collapse(str(value or ""))
            elif field == "type":
                chat.kind = str(value)
            elif field == "id":
                chat.identity = str(value)


def _item(message: dict[str, Any], chat: _Chat) -> str:
    number = str(message.get("id", ""))
    return f"{chat.identity}/{number}" if chat.several else number


def _read(message: dict[str, Any], chat: _Chat, name: str) -> Iterator[Item | InputError]:
    if message.get("type", "message") != "message":
        return
    text = _words(message.get("text")) or _words(message.get("text_entities"))
    number, item = str(message.get("id", "")), _item(message, chat)
    if len(text) > LONGEST_MESSAGE:
        yield InvalidRow(name, TOO_LONG, item=item)
        return
    blocks = message_blocks(text)
    if not blocks:
        return
    document = _document(message, chat, text, blocks, number)
    yield Item(document, item)
    if document.published is None:
        yield InvalidRow(name, "its date is missing or no day; the message was read as undated", item=item)


def _document(message: dict[str, Any], chat: _Chat, text: str, blocks: list[Block], number: str) -> Document:
    credits = Credits(source="" if chat.kind in _PERSONS else chat.name, origin=_origin(message))
    day = parse_day(str(message.get("date", ""))) or parse_day(str(message.get("date_unixtime", "")))
    if day is not None:
        credits.published = published_on(day, "stated")
    credits.language = language_of("\n".join(b.text for b in blocks))
    # Views and reactions differ from export to export, and so do local times; none of them makes another document.
    told = [text, str(message.get("date_unixtime") or message.get("date", "")), _moment(message, "edited")]
    return compose(
        "telegram message",
        json.dumps(told, ensure_ascii=False),
        credits,
        [*blocks, *_remarks(message)],
        native_id=f"{chat.identity}/{number}",
        sensitivity="restricted",
    )


def _words(text: Any) -> str:
    """The text of a message: a string, or a list of strings and of objects with a text."""
    if isinstance(text, str):
        return text
    if isinstance(text, dict):
        return _words(text.get("text"))
    if isinstance(text, list):
        return "".join(_words(piece) for piece in text if isinstance(piece, (str, dict)))
    return ""


def _origin(message: dict[str, Any]) -> str:
    """The channel that a message was forwarded from; a person's name is left out."""
    origin = message.get("forwarded_from")
    if not isinstance(origin, str) or str(message.get("forwarded_from_id", "")).startswith("user"):
        return ""
    return collapse(origin)


def _remarks(message: dict[str, Any]) -> list[Block]:
    """What the export tells of a message besides its words, in a last line."""
    remarks = []
    if reply := message.get("reply_to_message_id"):
        remarks.append(f"Reply to message {reply}")
    if edited := parse_day(str(message.get("edited", ""))):
        remarks.append(f"Edited {edited.isoformat()}")
    remarks += [f"Links {address}" for address in _hidden_links(message)]
    return [Block("heading", " | ".join(remarks))] if remarks else []


def _hidden_links(message: dict[str, Any]) -> list[str]:
    """Addresses behind words of the message: what it links tells whose story it repeats."""
    pieces = message.get("text_entities") or message.get("text")
    found = [p.get("href") for p in pieces if isinstance(p, dict)] if isinstance(pieces, list) else []
    return list(dict.fromkeys(f for f in found if isinstance(f, str) and re.match(r"https?://\S+$", f)))[:_MOST_LINKS]


def _moment(message: dict[str, Any], field: str) -> str:
    """A time as seconds where the export gives them, since its local times depend on who exported."""
    seconds = str(message.get(f"{field}_unixtime", ""))
    if seconds.isdecimal():
        return datetime.fromtimestamp(min(int(seconds), 1 << 35), tz=UTC).isoformat()
    return str(message.get(field, ""))
