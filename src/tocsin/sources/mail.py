"""E-mails and mailboxes: one document a message.

Mails are restricted, and their writers are not named: a mailing list or an organisation that the message
names is its source, a person never. What a reply quotes of earlier messages is left out. Attached reports are
read as the members of an archive are, and are as restricted as the mail they came in.
"""

from __future__ import annotations

import email
import mailbox
import re
from collections.abc import Iterator
from dataclasses import replace
from email import policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from tocsin.errors import InputError, InvalidRow, UnreadableInput
from tocsin.interfaces import Item
from tocsin.sources._articles import unwrapped
from tocsin.sources._cleaning import clean, collapse
from tocsin.sources._composing import Block, Credits, compose
from tocsin.sources._credits import read_credits
from tocsin.sources._dates import published_on
from tocsin.sources._decoding import decode, read_bytes
from tocsin.sources._languages import language_of
from tocsin.sources._messages import LONGEST_MESSAGE, TOO_LONG, message_blocks
from tocsin.sources._packages import DEEPEST, Budget
from tocsin.sources._unpacking import read_member
from tocsin.sources._walking import Member, is_read
from tocsin.sources.html import read_fragment

__all__ = ["EmlSource", "MboxSource"]

_WORDLESS = frozenset(
    {
        "application/ms-tnef",
        "application/pgp-keys",
        "application/pgp-signature",
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "message/delivery-status",
        "text/calendar",
        "text/directory",
        "text/rfc822-headers",
        "text/vcard",
        "text/x-vcard",
    }
)
"""What mail programs attach by themselves."""
_MEDIA = {
    "message/rfc822": "eml",
    "application/pdf": "pdf",
    "text/html": "html",
    "text/plain": "txt",
    "text/csv": "csv",
    "application/zip": "zip",
    "application/x-zip-compressed": "zip",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}
"""Endings of attachments whose names have none."""
_LONGEST_BODY = {"plain": LONGEST_MESSAGE, "html": 10 * LONGEST_MESSAGE}
"""Characters; of markup a tenth and less is words."""
_REPLY = re.compile(r"^(?:(?:re|fwd?|aw|wg|tr|rv|sv|رد)\s*:\s*)+", re.I)
_WROTE = re.compile(r"(?:on|le|el|am|في)\b.{5,150}(?:wrote|a écrit|escribió|schrieb|كتب)\s*:", re.I)
_ORIGINAL = re.compile(
    r"-{2,}\s*(?:original message|message d'origine|mensaje original|ursprüngliche nachricht)\s*-{2,}", re.I
)


class EmlSource:
    """Reads a mail saved as a file; the item is its message id."""

    suffixes = (".eml",)

    def read(self, path: Path, name: str) -> Iterator[Item | InputError]:
        """Yield the documents of the mail at `path` and of what is attached to it, or why there is none."""
        yield from self.read_within(path, name, Budget())

    def read_within(self, path: Path, name: str, budget: Budget) -> Iterator[Item | InputError]:
        """Yield the same of a mail that came in another file."""
        try:
            data = read_bytes(path, name)
        except UnreadableInput as error:
            yield error
            return
        yield from _read(data, name, "", budget)


class MboxSource:
    """Reads a mailbox, message by message; the item is the message's id, else its number."""

    suffixes = (".mbox", ".mbx")

    def read(self, path: Path, name: str) -> Iterator[Item | InputError]:
        """Yield the documents of the mailbox at `path`, and an error for each message that could not be read."""
        yield from self.read_within(path, name, Budget())

    def read_within(self, path: Path, name: str, budget: Budget) -> Iterator[Item | InputError]:
        """Yield the same of a mailbox that came in another file."""
        try:
            with path.open("rb") as file:
                head = file.read(5)
            if not head:
                raise UnreadableInput(name, "is empty; leave it out or replace it")
            if head != b"From ":
                raise UnreadableInput(name, "is no mailbox; each message of one begins with a line 'From '")
            box = mailbox.mbox(path, factory=None, create=False)
            try:
                for number, key in enumerate(box.keys(), start=1):
                    yield from _read(box.get_bytes(key), name, str(number), budget)
            finally:
                box.close()
        except UnreadableInput as error:
            yield error
        except OSError as error:
            yield UnreadableInput(name, f"cannot be opened ({error.strerror or error}); check that it can be read")


def _read(data: bytes, name: str, number: str, budget: Budget) -> Iterator[Item | InputError]:
    try:
        message = email.message_from_bytes(data, policy=policy.default)
        native = _header(message, "Message-ID").strip("<> ")
        item = native or number
        if not message.keys():
            raise ValueError("it has no header lines")
        credits = _credits(message)
        body, blocks = _body(message, credits)
        attached = _attached(message)
    except Exception as error:  # The parser of the standard library raises whatever a broken header leads it to.
        reason = f"is no mail that can be read ({type(error).__name__}: {' '.join(str(error).split())[:80]})"
        yield UnreadableInput(name, f"{reason}; save it again as .eml", item=number)
        return
    size = sum(len(b.text) for b in blocks)
    if size > LONGEST_MESSAGE:
        yield InvalidRow(name, TOO_LONG, item=item)
        return
    if not blocks and not attached:
        yield InvalidRow(name, "holds no words of its own; it was left out", item=item)
    elif blocks:
        read_credits(credits, [b.text for b in blocks])
        credits.language = language_of(" ".join([credits.title, *(b.text for b in blocks)]))
        raw = "\n".join([_header(message, "Subject"), _header(message, "Date"), body])
        yield Item(compose("mail", raw, credits, blocks, native_id=native, sensitivity="restricted"), item)
    # In a mailbox many messages have an attachment of the same name.
    yield from _attachments(attached, f"{name}/{item}" if number else name, name, item, budget)


def _attached(message: EmailMessage) -> dict[str, EmailMessage]:
    """What is attached to a message, each under a name of its own that leads nowhere."""
    found: dict[str, EmailMessage] = {}
    for number, part in enumerate(message.iter_attachments(), start=1):
        media = part.get_content_type()
        if media in _WORDLESS or part.get_content_maintype() in ("image", "audio", "video"):
            continue
        written = collapse(part.get_filename() or "")
        stem, dot, suffix = re.sub(r"[/\\\x00-\x1f]", "_", written).rpartition(".")
        if not dot or not is_read(f"a.{suffix}"):
            suffix = _MEDIA.get(media, suffix if dot else "")
        label = f"{(stem or f'attachment {number}')[-80:]}.{suffix}".rstrip(".")
        while label in found:
            label = f"{stem} ({number}).{suffix}".rstrip(".")
            number += 1
        found[label] = part
    return found


def _attachments(
    attached: dict[str, EmailMessage], within: str, name: str, item: str, budget: Budget
) -> Iterator[Item | InputError]:
    """Yield what is in the attachments whose form is read, and a note that names the others."""
    others: list[str] = []
    for label, part in attached.items():
        if not is_read(label) or budget.depth >= DEEPEST or budget.members <= 0:
            others.append(label)
            continue
        budget.members -= 1
        for found in read_member(_content_of(part), f"{within}/{label}", budget):
            if isinstance(found, Member):
                yield replace(found, document=replace(found.document, sensitivity="restricted"))
            else:
                yield found
    if others:
        reason = f"attachments were not read ({', '.join(others)[:200]}); save and add those that are reports"
        yield InvalidRow(name, reason, item=item)


def _content_of(part: EmailMessage) -> Iterator[bytes]:
    """The bytes of an attachment.

    Raises
    ------
    ValueError
        If they cannot be told.
    """
    if part.get_content_type() == "message/rfc822":
        inner: Any = part.get_payload()
        if not isinstance(inner, list) or not inner:
            raise ValueError("it holds no message")
        try:
            yield inner[0].as_bytes()
        except (LookupError, UnicodeError) as error:
            raise ValueError(f"its message is damaged: {error}") from error
        return
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        raise ValueError("it has no content")
    yield content


def _header(message: EmailMessage, field: str) -> str:
    try:
        return collapse(str(message.get(field, "")))
    except Exception:  # Headers that break the rules break the parser in many ways; they tell nothing then.
        return ""


def _credits(message: EmailMessage) -> Credits:
    listed = re.sub(r"<.*", "", _header(message, "List-Id")).strip(' "')
    credits = Credits(title=_REPLY.sub("", _header(message, "Subject")))
    credits.source = listed or _header(message, "Organization")
    try:
        sent = parsedate_to_datetime(_header(message, "Date"))
    except (ValueError, TypeError, IndexError, OverflowError):
        return credits
    credits.published = published_on(sent.date(), "stated")
    return credits


def _body(message: EmailMessage, credits: Credits) -> tuple[str, list[Block]]:
    """Return the body as it was received, and its blocks."""
    for kind in ("plain", "html"):
        part: Any = message.get_body(preferencelist=(kind,))
        if part is None:
            continue
        words = _content(part)
        if len(words) > _LONGEST_BODY[kind]:
            return words, [Block("paragraph", words)]  # not looked into: whoever sees its length leaves it out
        if kind == "html":
            blocks = read_fragment(re.sub(r"(?is)<blockquote.*?</blockquote>", "", words), credits)
        else:
            blocks = [b for line in unwrapped(_own(words)) for b in message_blocks(line)]
        if blocks:
            return words, blocks
    return "", []


def _content(part: Any) -> str:
    try:
        return str(part.get_content())
    except (LookupError, ValueError):  # an encoding that nobody knows
        payload = part.get_payload(decode=True)
        return decode(payload, "") if isinstance(payload, bytes) and payload else ""


def _own(words: str) -> str:
    """The writer's own words: no quoted lines, no signature, no earlier message below."""
    kept: list[str] = []
    for line in clean(words).text.split("\n"):
        bare = line.strip()
        if line.rstrip() == "--" or line == "-- " or _ORIGINAL.fullmatch(bare):
            break
        if not (bare.startswith(">") or _WROTE.fullmatch(bare)):
            kept.append(line)
    return "\n".join(kept)
