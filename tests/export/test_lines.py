from __future__ import annotations

import json
import stat
from dataclasses import replace
from pathlib import Path

from tocsin.export import ClaimLine, write_claims_jsonl, write_events_jsonl, write_internal_events_jsonl
from tocsin.records import Event, PublicEvent, from_json

from .invented import invented_events
from .test_tables import made_claim


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split("\n")[:-1]


def test_public_events_survive_the_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    events = invented_events()
    assert write_events_jsonl(iter(events), path) == len(events)
    assert [from_json(line, PublicEvent) for line in lines(path)] == events


def test_a_broken_letter_costs_one_letter(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    first, second, *_ = invented_events()
    write_events_jsonl([replace(first, notes="half \ud800 letter\u2028line"), second], path)
    read = [from_json(line, PublicEvent) for line in lines(path)]
    assert read == [replace(first, notes="half ? letter\u2028line"), second]


def test_claims_carry_their_words(tmp_path: Path) -> None:
    path = tmp_path / "internal" / "claims.jsonl"
    context = made_claim()
    assert write_claims_jsonl([context], path) == 1
    [line] = lines(path)
    read = from_json(line, ClaimLine)
    assert read.claim == context.claim
    assert read.quotes == {"deaths": "at least 4 villagers", "location": "Deir Nasim"}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_internal_events_survive_the_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "internal" / "events.jsonl"
    event = Event("e-1", ("c-1",), "attack", "asserted")
    write_internal_events_jsonl([event], path)
    assert [from_json(line, Event) for line in lines(path)] == [event]
    assert json.loads(lines(path)[0])["counts"]["deaths"] is None
