"""Channel exports of Telegram Desktop."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from tocsin.errors import InputError
from tocsin.interfaces import Item
from tocsin.sources import Received, read
from tocsin.sources.telegram import TelegramSource


def message(number: int, text: Any, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "type": "message",
        "date": "2021-05-03T23:30:00",
        "date_unixtime": "1620073800",
        "from": "Valley Desk",
        "text": text,
        **more,
    }


def export(tmp_path: Path, *messages: dict[str, Any], kind: str = "public_channel") -> Path:
    path = tmp_path / "result.json"
    chat = {"name": "Valley Desk", "type": kind, "id": 77, "messages": list(messages)}
    path.write_text(json.dumps(chat, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def items(path: Path) -> list[Item]:
    found = list(TelegramSource().read(path, "result.json"))
    assert all(isinstance(f, Item) for f in found), found
    return [f for f in found if isinstance(f, Item)]


def errors(path: Path) -> list[str]:
    return [str(f) for f in TelegramSource().read(path, "result.json") if isinstance(f, InputError)]


def test_a_message_is_a_document(tmp_path: Path) -> None:
    service = {"id": 1, "type": "service", "date": "2021-05-01T00:00:00", "action": "create_channel", "text": ""}
    picture = message(2, "", photo="photos/1.jpg")
    text = ["Shots in ", {"type": "bold", "text": "Old Bridge"}, " at noon.\n\n- one dead\n- two hurt"]
    (item,) = items(export(tmp_path, service, picture, message(3, text)))
    document = item.document
    assert item.item == "3"
    assert document.text == "Shots in Old Bridge at noon.\n\none dead\ntwo hurt"
    assert [p.kind for p in document.parts] == ["paragraph", "item", "item"]
    assert (document.source, document.title, document.author) == ("Valley Desk", "", "")
    assert document.sensitivity == "restricted"
    assert document.published is not None
    assert document.published.start == date(2021, 5, 3)


def test_replies_edits_and_forwards_are_told(tmp_path: Path) -> None:
    more = {
        "reply_to_message_id": 3,
        "edited": "2021-05-04T08:00:00",
        "edited_unixtime": "1620104400",
        "forwarded_from": "Hill Radio",
    }
    (item,) = items(export(tmp_path, message(4, "The bridge is open again.", **more)))
    assert item.document.text == "The bridge is open again.\n\nReply to message 3 | Edited 2021-05-04"
    assert item.document.origin == "Hill Radio"


def test_persons_are_not_named(tmp_path: Path) -> None:
    said = message(5, "Shots at the well.", forwarded_from="Ana Example", forwarded_from_id="user9")
    said["from"] = "Ben Example"
    (item,) = items(export(tmp_path, said, kind="private_supergroup"))
    assert "Example" not in repr(item)
    (item,) = items(export(tmp_path, said, kind="personal_chat"))
    assert item.document.source == ""


def test_an_export_made_elsewhere_and_later_gives_the_same_documents(tmp_path: Path) -> None:
    (one,) = items(export(tmp_path, message(6, "Shots at the mill.")))
    again = message(6, "Shots at the mill.", date="2021-05-04T02:30:00", reactions=[{"emoji": "x", "count": 3}])
    two, _ = items(export(tmp_path, again, message(7, "Quiet since noon.")))
    assert one.document.id == two.document.id
    (edited,) = items(export(tmp_path, message(6, "Shots at the new mill.", edited_unixtime="1620080000")))
    assert edited.document.id != one.document.id


def test_an_account_with_several_chats(tmp_path: Path) -> None:
    chats = [
        {"name": f"Desk {n}", "type": "public_channel", "id": n, "messages": [message(1, "Quiet in the valley.")]}
        for n in (1, 2)
    ]
    path = tmp_path / "result.json"
    path.write_text(json.dumps({"about": "what", "chats": {"about": "x", "list": chats}}), encoding="utf-8")
    assert TelegramSource().claims(path)
    assert [(i.item, i.document.source) for i in items(path)] == [("1/1", "Desk 1"), ("2/1", "Desk 2")]


def test_the_ending_is_shared_and_the_content_decides(tmp_path: Path) -> None:
    path = export(tmp_path, message(3, "Shots in the old town."))
    (found,) = read([path])
    assert isinstance(found, Received)
    assert found.item.document.form == "telegram message"


def test_a_torn_export_gives_what_is_whole(tmp_path: Path) -> None:
    path = export(tmp_path, message(3, "Shots in the old town."), message(4, "Quiet since."))
    path.write_bytes(path.read_bytes()[:-150])
    found = list(TelegramSource().read(path, "result.json"))
    assert isinstance(found[0], Item)
    assert "no whole JSON" in str(found[-1])


def test_bad_exports_are_said(tmp_path: Path) -> None:
    assert "no message with words" in errors(export(tmp_path))[0]
    assert "#9: its date" in errors(export(tmp_path, message(9, "Shots.", date="soon", date_unixtime="")))[0]
    assert "1,000,000 characters" in errors(export(tmp_path, message(9, "Shots. " * 200_000)))[0]
    path = tmp_path / "noise.json"
    for data in (b"", b"\xff\xfe\x00noise", b'{"messages": [{"text": "\xff"}]}', b"[" * 100_000, b"{}"):
        path.write_bytes(data)
        assert len(errors(path)) == 1
        assert not TelegramSource().claims(path)
