"""The last gate looks at every word of a public event, and repeats none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest
from tests.release.invented import CIVILIANS, HAJIN, REBELS, FewPlaces, by_id, claim, document, event

from tocsin.codebook import Codebook
from tocsin.pipeline._exporting import passed
from tocsin.records import PublicEvent
from tocsin.release import ReleaseError, gate_event, publish

HOSTILE = "+963 944 123 456"
IDS = {"id", "claim_ids", "disputed_by", "event_id_cnty", "incident_ids", "part_of"}
# What these may hold is a handful of words that the type names.
LISTED = {"modality", "status", "attribution", "actor1_kind", "actor2_kind", "speaker_kind"}


@pytest.fixture(scope="module")
def clean(codebook: Codebook) -> PublicEvent:
    source = document("Attack near Hajin\n\nA shepherd was killed in Hajin on Tuesday, residents said.")
    made = claim(
        source, "was killed", {"where": "Hajin", "actor2": "A shepherd"}, where=(HAJIN,),
        participants=(REBELS, CIVILIANS),
    )  # fmt: skip
    (public,) = publish(
        [event(made)], by_id([made]), by_id([source]), {}, codebook, FewPlaces(), timestamp=1_740_000_000
    )
    assert public.rows
    assert public.claims[0].quotes
    return public


def with_each_text(record: Any, hostile: str) -> Iterator[tuple[str, Any]]:
    """`record` as often as there are texts in it, one of them made hostile each time."""
    for field in fields(record):
        value = getattr(record, field.name)
        if field.name in IDS | LISTED:
            continue
        if isinstance(value, str):
            yield field.name, replace(record, **{field.name: f"{value} {hostile}".strip()})
        elif isinstance(value, tuple):
            for n, part in enumerate(value):
                if is_dataclass(part):
                    for name, worse in with_each_text(part, hostile):
                        yield (
                            f"{field.name}.{name}",
                            replace(record, **{field.name: (*value[:n], worse, *value[n + 1 :])}),
                        )
            if not value or isinstance(value[0], str):
                yield field.name, replace(record, **{field.name: (*value, hostile)})
        elif is_dataclass(value):
            for name, worse in with_each_text(value, hostile):
                yield f"{field.name}.{name}", replace(record, **{field.name: worse})


def test_a_clean_event_passes(clean: PublicEvent) -> None:
    gate_event(clean)
    assert passed([clean]) == ([clean], ())


@pytest.mark.parametrize("hostile", [HOSTILE, "someone@orchard.example", "35.123456, 40.654321", "@night_heron"])
def test_no_field_lets_a_secret_pass(clean: PublicEvent, hostile: str) -> None:
    worse = dict(with_each_text(clean, hostile))
    assert {"notes", "location", "claims.passage", "claims.quotes.words", "rows.notes", "rows.source"} <= set(worse)
    for name, one in worse.items():
        with pytest.raises(ReleaseError) as caught:
            gate_event(one)
        assert name in str(caught.value)
        assert clean.id in str(caught.value)
        assert hostile not in str(caught.value)


def test_a_point_finer_than_a_settlement_does_not_pass(clean: PublicEvent) -> None:
    assert clean.latitude is not None
    for one in (
        replace(clean, latitude=34.68957),
        replace(clean, rows=(replace(clean.rows[0], longitude=40.8309),)),
    ):
        with pytest.raises(ReleaseError, match="coordinates"):
            gate_event(one)


def test_what_is_held_back_is_named_by_its_id_and_the_rest_passes(clean: PublicEvent) -> None:
    hostile = replace(clean, id="e-worse", notes=f"call {HOSTILE}")
    public, problems = passed([clean, hostile])
    assert public == [clean]
    assert [(p.item, HOSTILE in str(p), "phone" in p.reason) for p in problems] == [("e-worse", False, True)]


@pytest.mark.parametrize("code", ["", "ML05", "NG088001", "PH175300000", "SY-DY", "UA1402"])
def test_codes_of_divisions_are_no_persons_numbers(clean: PublicEvent, code: str) -> None:
    gate_event(replace(clean, admin1_pcode=code, admin2_pcode=code))


@pytest.mark.parametrize("code", ["Khaled", "0944 555 017", "SY01234567890123456", "sy09", "SY", "35.123456"])
def test_what_is_no_code_of_a_division_does_not_pass_as_one(clean: PublicEvent, code: str) -> None:
    for name in ("admin1_pcode", "admin2_pcode"):
        with pytest.raises(ReleaseError, match=name):
            gate_event(replace(clean, **{name: code}))
