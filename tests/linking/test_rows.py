"""Rows: the counting rule, ACLED's labels, and a reason for every event that has none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.linking import merge, project
from tocsin.records import ActorKind, Claim, Document, EventRow, NotExported, Place, When

from .making import CIVILIANS, CODEBOOK, DAY, GUNMEN, RUSSIAN_ARMY, SYRIAN_ARMY, actor, claim, document, on, side, town

PROTESTERS = actor("students", None, "Protesters")
BZAA = town("Bzaa", 36.38, 37.60)
PROVINCE = town("Aleppo", 36.2, 37.16, precision="admin1")


def projected(
    *claims: Claim, documents: Sequence[Document] = ()
) -> tuple[tuple[EventRow, ...], tuple[NotExported, ...]]:
    """One event a claim."""
    known = {c.document_id: document(c.document_id, source=c.document_id) for c in claims} | {
        d.id: d for d in documents
    }
    events = [merge(f"e-{n}", [c], known, {}, [], CODEBOOK) for n, c in enumerate(claims)]
    return project(events, {c.id: c for c in claims}, known, {}, CODEBOOK, 1_710_000_000)


def row(**fields: Any) -> EventRow:
    rows, left_out = projected(claim(**fields))
    assert not left_out
    (found,) = rows
    return found


def test_a_row_has_what_the_table_asks_for() -> None:
    found = row(code="attack", who=(side(1, SYRIAN_ARMY), side(2, CIVILIANS)), deaths=3, weapon="rifles")
    assert found.event_id_cnty.startswith("TCS-SYR-")
    assert (found.event_date, found.year, found.time_precision) == ("2024-03-12", 2024, 1)
    assert (found.disorder_type, found.event_type) == ("Political violence", "Violence against civilians")
    assert found.sub_event_type == "Attack"
    assert found.actor1 == "Military Forces of Syria (2000-2024)"
    assert (found.actor2, found.assoc_actor_2) == ("Civilians (Syria)", "villagers (Syria)")
    assert (found.inter1, found.inter2, found.interaction) == ("State forces", "Civilians", "State forces-Civilians")
    assert found.civilian_targeting == "Civilian targeting"
    assert (found.iso, found.region, found.country, found.admin1) == ("760", "Middle East", "Syria", "Aleppo")
    assert (found.location, found.latitude, found.longitude, found.geo_precision) == ("Tadef", 36.35, 37.53, 1)
    assert (found.fatalities, found.timestamp, found.source, found.source_scale) == (3, 1_710_000_000, "d-1", "Other")
    assert "attacked Civilians (Syria) in Tadef" in found.notes
    assert found.incident_ids == ("e-0",)


@pytest.mark.parametrize(
    ("kind1", "kind2", "label"),
    [
        ("Rebel group", "State forces", "State forces-Rebel group"),
        ("Civilians", "External/Other forces", "External/Other forces-Civilians"),
        ("External/Other forces", "Protesters", "Protesters-External/Other forces"),
        ("Rioters", "Rioters", "Rioters-Rioters"),
        ("Protesters", None, "Protesters only"),
    ],
)
def test_interactions_are_labelled_in_the_tables_order(kind1: ActorKind, kind2: ActorKind | None, label: str) -> None:
    assert CODEBOOK.interaction(kind1, kind2) == label
    if kind2 is not None:
        assert CODEBOOK.interaction(kind2, kind1) == label


def test_actor1_is_never_empty() -> None:
    found = row(code="remote_explosive_landmine_ied", who=(side(2, SYRIAN_ARMY),))
    assert (found.actor1, found.inter1) == ("Unidentified Armed Group (Syria)", "Political militia")
    assert found.interaction == "State forces-Political militia"


def test_armies_abroad_are_external_forces() -> None:
    found = row(code="air_drone_strike", who=(side(1, RUSSIAN_ARMY), side(2, CIVILIANS)))
    assert (found.inter1, found.interaction) == ("External/Other forces", "External/Other forces-Civilians")
    assert found.civilian_targeting == "Civilian targeting"


@pytest.mark.parametrize(
    "who",
    [
        (side(1, SYRIAN_ARMY), side(2, PROTESTERS)),
        (side(1, PROTESTERS), side(2, SYRIAN_ARMY)),
        (side(1, SYRIAN_ARMY),),
        (side(1, SYRIAN_ARMY), side(2, CIVILIANS)),
    ],
)
def test_protesters_are_actor1_even_when_shot_at(who: tuple[Any, ...]) -> None:
    found = row(code="excessive_force_against_protesters", who=who)
    assert found.actor1 == "Protesters (Syria)"
    assert found.actor2.startswith("Military Forces of Syria")
    assert found.interaction == "State forces-Protesters"
    assert found.civilian_targeting == "Civilian targeting"
    assert found.tags == "crowd size=no report"


def test_a_protest_that_names_nobody_is_by_protesters_only() -> None:
    found = row(code="peaceful_protest", who=(side(1, actor("teachers", None, "Civilians")),))
    assert (found.actor1, found.assoc_actor_1) == ("Protesters (Syria)", "teachers (Syria)")
    assert found.interaction == "Protesters only"


def test_unknown_deaths_are_written_zero_and_said() -> None:
    assert row().fatalities == 0
    assert "Deaths not stated." in row().notes
    assert "No deaths reported." in row(deaths=0).notes


def test_notes_name_what_is_disputed() -> None:
    claims = [claim("d-1", deaths=1, says="a", speaker="witness"), claim("d-2", deaths=3, says="b", speaker="witness")]
    event = merge("e-1", claims, {}, {}, [], CODEBOOK)
    (found,), _ = project([event], {c.id: c for c in claims}, {}, {}, CODEBOOK, 0)
    assert "Deaths disputed: 1 to 3." in found.notes
    assert found.fatalities == 1


# Why not


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"when": When()}, "undated"),
        ({"when": on(date(2024, 1, 1), date(2024, 12, 31), "year")}, "coarse_date"),
        ({"where": ()}, "unplaced"),
        ({"where": (town("Syria", precision="country"),)}, "coarse_place"),
        ({"code": None}, "no_type"),
        ({"modality": "denied"}, "denied_only"),
        ({"modality": "possible"}, "possible_only"),
        ({"modality": "generic"}, "generic"),
        ({"modality": "aggregate"}, "aggregate"),
        ({"modality": "threatened"}, "threatened"),
        ({"modality": "planned"}, "planned"),
    ],
)
def test_what_is_no_row_has_a_reason_that_the_codebook_explains(fields: dict[str, Any], reason: str) -> None:
    rows, left_out = projected(claim(**fields))
    assert rows == ()
    assert left_out == (NotExported("e-0", reason),)
    assert reason in CODEBOOK.not_exported


def test_rejected_events_have_no_row() -> None:
    event = replace(merge("e-1", [claim()], {}, {}, [], CODEBOOK), status="rejected")
    assert project([event], {}, {}, {}, CODEBOOK, 0) == ((), (NotExported("e-1", "rejected"),))


def test_a_place_in_no_gazetteer_stands_at_its_province() -> None:
    lost = town("Umm Lost", None, None)
    rows, left_out = projected(claim("d-1", where=(lost,)), claim("d-2", where=(PROVINCE,)))
    assert not left_out
    found = next(r for r in rows if r.location == "Umm Lost")
    assert (found.latitude, found.geo_precision) == (36.2, 3)
    assert projected(claim("d-1", where=(lost,)))[1] == (NotExported("e-0", "coarse_place"),)


# Splitting and merging


def test_equal_rows_become_one_that_lists_both_incidents() -> None:
    rows, _ = projected(claim("d-1", deaths=2), claim("d-2", deaths=3), claim("d-3", where=(BZAA,)))
    assert len(rows) == 2
    both = next(r for r in rows if r.location == "Tadef")
    assert (both.incident_ids, both.fatalities, both.source) == (("e-0", "e-1"), 5, "d-1; d-2")


def test_areas_never_merge_rows() -> None:
    rows, _ = projected(claim("d-1", where=(PROVINCE,)), claim("d-2", where=(PROVINCE,)))
    assert len(rows) == 2
    assert len({r.event_id_cnty for r in rows}) == 2


def test_only_throughout_and_each_of_split() -> None:
    three_days = (DAY, DAY + timedelta(2))
    assert len(projected(claim(when=on(*three_days)))[0]) == 1
    rows, _ = projected(claim(when=on(*three_days, extent="throughout"), deaths=4))
    assert [(r.event_date, r.fatalities) for r in rows] == [("2024-03-12", 2), ("2024-03-13", 1), ("2024-03-14", 1)]
    one_of, _ = projected(claim(where=(town(), BZAA)))
    assert [r.geo_precision for r in one_of] == [2]
    each_of, _ = projected(claim(where=(town(), BZAA), where_extent="each of", deaths=3))
    assert sorted((r.location, r.fatalities) for r in each_of) in (
        [("Bzaa", 1), ("Tadef", 2)],
        [("Bzaa", 2), ("Tadef", 1)],
    )


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 3),
            st.integers(0, 5),
            st.sampled_from([(town(),), (BZAA,), (PROVINCE,), (town(), BZAA), ()]),
            st.one_of(st.none(), st.integers(0, 20)),
            st.sampled_from(["asserted", "denied", "generic"]),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_every_event_has_a_row_or_a_reason_and_no_death_is_lost(
    told: list[tuple[int, int, tuple[Place, ...], int | None, Any]],
) -> None:
    claims = [
        claim(
            f"d-{n}",
            when=on(DAY + timedelta(first), DAY + timedelta(first + length), extent="throughout"),
            where=where,
            where_extent="each of",
            deaths=toll,
            modality=modality,
            who=(side(1, GUNMEN), side(2, CIVILIANS)),
        )
        for n, (first, length, where, toll, modality) in enumerate(told)
    ]
    rows, left_out = projected(*claims)
    placed = {i for r in rows for i in r.incident_ids}
    assert placed | {n.event_id for n in left_out} == {f"e-{n}" for n in range(len(told))}
    assert not placed & {n.event_id for n in left_out}
    shown = sum(toll or 0 for n, (_, _, _, toll, _) in enumerate(told) if f"e-{n}" in placed)
    assert sum(r.fatalities for r in rows) == shown
    assert len({r.event_id_cnty for r in rows}) == len(rows)
    assert projected(*claims) == (rows, left_out)


# Sources


def test_sources_are_named_once_a_lineage_and_restricted_ones_never() -> None:
    claims = [claim("d-1"), claim("d-2"), claim("d-3")]
    documents = [
        document("d-1", source="Mirror", origin="Wire", url="https://mirror.sy/1"),
        document("d-2", source="Copyist", url="https://copyist.com/1"),
        document("d-3", source="Abu So-and-so's channel", sensitivity="restricted"),
    ]
    known = {d.id: d for d in documents}
    lineage = {"d-1": "d-1", "d-2": "d-1", "d-3": "d-3"}
    event = merge("e-1", claims, known, lineage, [], CODEBOOK)
    (found,), _ = project([event], {c.id: c for c in claims}, known, lineage, CODEBOOK, 0)
    assert found.source == "Local source; Wire"
    assert found.source_scale == "Local partner-National"
    assert "3 reports, 2 independent" in found.notes


def test_every_code_has_notes() -> None:
    for code in CODEBOOK.codes:
        for who in ((), (side(1, SYRIAN_ARMY),), (side(1, SYRIAN_ARMY), side(2, GUNMEN))):
            words = row(code=code, who=who).notes
            assert "{" not in words
            assert words.startswith("On 12 March 2024, ")
            assert "in Tadef (Aleppo, Syria)" in words
