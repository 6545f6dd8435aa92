"""WhatsApp's text export of a chat: one document a message. Streams.

The names in it are those of private persons: a sender is read over, and is neither author nor source.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from io import TextIOBase
from itertools import islice
from pathlib import Path

from tocsin.errors import InputError, InvalidRow, UnreadableInput
from tocsin.interfaces import Item
from tocsin.sources._cleaning import clean
from tocsin.sources._composing import Credits, compose
from tocsin.sources._dates import DayOrder, day_order, parse_day, published_on
from tocsin.sources._decoding import bounded_lines, open_lines, repaired
from tocsin.sources._following import bytes_behind, followed
from tocsin.sources._languages import language_of
from tocsin.sources._messages import LONGEST_MESSAGE, TOO_LONG, message_blocks
from tocsin.sources._vocabulary import VOCABULARY, any_of

__all__ = ["WhatsAppSource"]

_LONGEST_LINE = LONGEST_MESSAGE + 200
"""Characters: a message that is too long, with its stamp and sender."""
_LOOKED_AT = 50
"""Lines; an export begins with a notice or two of the service, then people write."""
_DAY = r"(?P<day>\d{1,4}[./-]\d{1,2}[./-]\d{1,4})"
_TIME = r"(?P<time>\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\s?[ap]\.?\s?m\.?|\s?[صم])?)"
_STAMP = re.compile(
    rf"(?:\[{_DAY.replace('day', 'day2')},?\s+{_TIME.replace('time', 'time2')}\]\s*|{_DAY},?\s+{_TIME}\s+[-–]\s+)",
    re.I,
)
_SENT = re.compile(r"(?P<sender>[^:\n]{1,80}):\s(?P<text>.*)|(?P<empty>[^:\n]{1,80}):$", re.S)
# Digits of Arabic and Persian exports.
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹،", "01234567890123456789,")
_WORDLESS = re.compile(any_of(VOCABULARY["chats"]["wordless"]), re.I)
_EDITED = re.compile(rf"\s*<{any_of(VOCABULARY['chats']['edited'])}>\s*$", re.I)


class WhatsAppSource:
    """Reads an exported chat; the item is the message's number, counted from 1 over all that was sent."""

    suffixes = (".txt",)

    def claims(self, path: Path) -> bool:
        """Whether the file begins with a time stamp as WhatsApp writes it, and somebody's message follows."""
        try:
            with open_lines(path, path.name) as file:
                lines = [_stamped(line) for line in islice(_lines(file), _LOOKED_AT) if line.strip()]
        except (UnreadableInput, UnicodeError):
            return False
        return bool(lines) and lines[0] is not None and any(s is not None and _SENT.match(s[2]) for s in lines)

    def read(self, path: Path, name: str) -> Iterator[Item | InputError]:
        """Yield a document for each message with words."""
        nothing = True
        try:
            with open_lines(path, name) as file:
                order = day_order([s[0] for line in _lines(file) if (s := _stamped(line))])
            with open_lines(path, name) as file:
                follow = followed(path)
                for number, (day, moment, text) in enumerate(_messages(_lines(file)), start=1):
                    follow.reach(bytes_behind(file))
                    if follow.passes(str(number)):
                        nothing = False
                        continue
                    for found in _read(day, moment, text, order, name, str(number)):
                        nothing = False
                        yield found
        except UnreadableInput as error:
            yield error
        except (OSError, UnicodeError) as error:
            yield UnreadableInput(name, f"cannot be read to its end ({error}); check the file")
        else:
            if nothing:
                yield UnreadableInput(name, "holds no message with words; check that it is an export of a chat")


def _lines(file: TextIOBase) -> Iterator[str]:
    for line in bounded_lines(file, _LONGEST_LINE):
        yield repaired(line).rstrip("\r\n")


def _stamped(line: str) -> tuple[str, str, str] | None:
    """Return (day, time, what follows) of a line that begins a message, None for any other."""
    # Exports put marks of direction and odd spaces around stamps; a long line is cut, its stamp stands first.
    head = clean(line[:80]).text.lstrip().translate(_DIGITS)
    match = _STAMP.match(head)
    if match is None:
        return None
    rest = clean(line).text.lstrip()[match.end() :]
    return match["day"] or match["day2"], match["time"] or match["time2"], rest


def _messages(lines: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Yield (day, time, text) of what people sent; notices of the service have no sender and are passed over."""
    current: tuple[str, str, list[str]] | None = None
    for line in lines:
        stamped = _stamped(line)
        if stamped is None:
            if current is not None and sum(map(len, current[2])) <= LONGEST_MESSAGE:
                current[2].append(line)
            continue
        if current is not None:
            yield current[0], current[1], "\n".join(current[2])
        sent = _SENT.fullmatch(stamped[2])
        current = (stamped[0], stamped[1], [sent["text"] or ""]) if sent is not None else None
    if current is not None:
        yield current[0], current[1], "\n".join(current[2])


def _read(day: str, moment: str, text: str, order: DayOrder, name: str, item: str) -> Iterator[Item | InputError]:
    if len(text) > LONGEST_MESSAGE:
        yield InvalidRow(name, TOO_LONG, item=item)
        return
    words = _EDITED.sub("", clean(text).text)
    blocks = [b for b in message_blocks(words) if not _WORDLESS.fullmatch(b.text)]
    if not blocks:
        return
    credits = Credits(language=language_of("\n".join(b.text for b in blocks)))
    found = parse_day(day, order)
    if found is not None:
        credits.published = published_on(found, "stated")
    raw = json.dumps([found.isoformat() if found else day, moment, text], ensure_ascii=False)
    yield Item(compose("whatsapp message", raw, credits, blocks, sensitivity="restricted"), item)
    if found is None:
        reason = f"its date {day!r} is no day, or it cannot be told whether day or month stands first"
        yield InvalidRow(name, f"{reason}; the message was read as undated", item=item)
