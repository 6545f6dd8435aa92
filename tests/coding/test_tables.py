"""Rows of a table: cells are evidence."""

from __future__ import annotations

from datetime import date

import pytest

from tocsin.records import Claim, Document

from .conftest import Reader, row, shown

MARKET = {
    "date": "11/03/2024", "place": "Gao", "who": "gunmen", "what": "Armed men attacked traders at the market",
    "killed": "4", "hurt": "?", "src": "teacher",
}  # fmt: skip


def quoted(document: Document, claim: Claim, field: str) -> list[str]:
    """The words that a field rests on."""
    evidence = claim.evidence_for(field)
    return [] if evidence is None else [document.quote(s) for s in evidence.spans]


def test_a_row_is_a_claim_and_its_cells_are_the_evidence(reader: Reader) -> None:
    document = row(MARKET)
    (claim,) = reader.claims(document)
    assert (claim.code, claim.when.start, claim.where[0].name) == ("attack", date(2024, 3, 11), "Gao")
    assert claim.counts.deaths is not None
    assert (claim.counts.deaths.low, claim.counts.deaths.best, claim.counts.deaths.high) == (4, 4, 4)
    assert (claim.speaker.name, claim.speaker.kind) == ("teacher", "witness")
    fields = {"when": "11/03/2024", "where": "Gao", "actor1": "gunmen", "deaths": "4", "speaker": "teacher"}
    assert {field: quoted(document, claim, field) for field in fields} == {f: [words] for f, words in fields.items()}


@pytest.mark.parametrize("cell", ["?", "", "-", "n/a", "unknown", "not known"])
def test_a_question_mark_is_unknown(reader: Reader, cell: str) -> None:
    what = "A market was attacked"
    (claim,) = reader.claims(
        row(MARKET | {"date": cell, "killed": cell, "hurt": cell, "who": cell, "src": cell, "what": what})
    )
    assert (claim.counts.deaths, claim.counts.injured, claim.when.start, claim.side(1)) == (None, None, None, None)
    assert all(claim.evidence_for(f) is None for f in ("deaths", "injured", "when", "actor1"))


def test_nobody_did_it_in_a_row_that_does_not_say_who(reader: Reader) -> None:
    (claim,) = reader.claims(row(MARKET | {"who": "?"}))
    assert (claim.side(1), claim.attribution) == (None, "none")
    assert claim.evidence_for("attribution") is None


@pytest.mark.parametrize("cell", ["0", "none", "no", "zero"])
def test_zero_is_zero(reader: Reader, cell: str) -> None:
    document = row(MARKET | {"killed": cell})
    (claim,) = reader.claims(document)
    deaths = claim.counts.deaths
    if cell == "none":  # "none" may say that nobody died or that nothing is known
        assert deaths is None or deaths.best == 0
        return
    assert deaths is not None
    assert (deaths.low, deaths.best, deaths.high) == (0, 0, 0)
    assert quoted(document, claim, "deaths") == [cell]


@pytest.mark.parametrize(
    ("column", "cell", "field", "expected"),
    [
        ("killed", "at least 3", "deaths", (3, 3, None)),
        ("dead", "12", "deaths", (12, 12, 12)),
        ("fatalities", "5-7", "deaths", (5, None, 7)),
        ("hurt", "9", "injured", (9, 9, 9)),
        ("Wounded", "several", "injured", (2, 3, None)),
        ("taken", "12", "abducted", (12, 12, 12)),
        ("abducted", "2", "abducted", (2, 2, 2)),
        ("displaced", "1,200", "displaced", (1200, 1200, 1200)),
    ],
)
def test_columns_of_figures(
    reader: Reader, column: str, cell: str, field: str, expected: tuple[int | None, ...]
) -> None:
    document = row(
        {"date": "11/03/2024", "place": "Gao", "what": "Armed men attacked traders at the market", column: cell}
    )
    (claim,) = reader.claims(document)
    count = getattr(claim.counts, field)
    assert count is not None, shown([claim])
    assert (count.low, count.best, count.high) == expected
    assert quoted(document, claim, field) == [cell]


def test_who_was_taken_by_the_police_was_detained(reader: Reader) -> None:
    (claim,) = reader.claims(
        row(
            {
                "date": "11/03/2024",
                "place": "Tunis",
                "who": "police",
                "what": "Police arrested activists in their homes",
                "taken": "6",
            }
        )
    )
    assert claim.code == "arrests"
    assert claim.counts.abducted is None
    assert claim.counts.detained is not None
    assert claim.counts.detained.best == 6


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("05/04/2023", date(2023, 4, 5)),
        ("13/03/2024", date(2024, 3, 13)),
        ("2024-03-05", date(2024, 3, 5)),
        ("5 March 2024", date(2024, 3, 5)),
    ],
)
def test_day_before_month(reader: Reader, cell: str, day: date) -> None:
    document = row(MARKET | {"date": cell})
    (claim,) = reader.claims(document)
    assert claim.when.start == day
    assert quoted(document, claim, "when") == [cell]


def test_the_row_overrules_its_narrative(reader: Reader) -> None:
    (claim,) = reader.claims(
        row(MARKET | {"what": "Armed men attacked the market on Sunday and killed nine people", "killed": "11"})
    )
    assert claim.counts.deaths is not None
    assert (claim.counts.deaths.best, claim.when.start) == (11, date(2024, 3, 11))


def test_somebody_elses_figure_in_brackets_is_a_claim_of_its_own(reader: Reader) -> None:
    claims = reader.claims(row(MARKET | {"what": "Armed men attacked traders at the market (army says 9 killed)"}))
    assert [c.counts.deaths and c.counts.deaths.best for c in claims] == [4, 9], shown(claims)
    assert claims[1].speaker.name == "army"
    assert (claims[0].where, claims[0].when) == (claims[1].where, claims[1].when)


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"what": "shelling of the market", "who": "army"}, "shelling_artillery_missile_attack"),
        ({"what": "rebels took twelve villagers away by boat"}, "abduction_forced_disappearance"),
        ({"what": "teachers march for wages, peaceful"}, "peaceful_protest"),
        ({"notes": "ieds found and defused by sappers"}, "disrupted_weapons_use"),
        ({"description": "rebels took people away from the village"}, "abduction_forced_disappearance"),
    ],
)
def test_the_type_of_a_terse_row(reader: Reader, cells: dict[str, str], code: str) -> None:
    claims = reader.claims(row({"date": "11/03/2024", "place": "Gao", **cells}))
    assert [c.code for c in claims] == [code], shown(claims)


def test_the_province_of_a_row_lies_around_its_village(reader: Reader) -> None:
    (claim,) = reader.claims(
        row({"date": "11/03/2024", "village": "Beni", "province": "North Kivu", "what": "Rebels killed six villagers"})
    )
    assert (claim.where[0].name, claim.where[0].country) == ("Beni", "COD")


def test_a_row_of_figures_alone_is_no_claim(reader: Reader) -> None:
    assert reader.claims(row({"date": "11/03/2024", "price": "200", "rain": "4 mm"})) == ()


CODED = {
    "event_date": "2023-02-01", "time_precision": "1", "event_type": "Battles", "sub_event_type": "Armed clash",
    "actor1": "Al Shabaab", "location": "Gao", "admin1": "Gao", "country": "Mali", "latitude": "16.272",
    "longitude": "-0.045", "geo_precision": "1", "notes": "Mortar fire was heard at the market.", "fatalities": "2",
}  # fmt: skip


def test_the_type_that_a_row_names_is_its_type(reader: Reader) -> None:
    document = row(CODED)
    (claim,) = reader.claims(document)
    assert claim.code == "armed_clash"
    assert quoted(document, claim, "type") == ["Armed clash"]


def test_a_coded_row_without_a_telling_narrative_is_a_claim_all_the_same(reader: Reader) -> None:
    document = row(CODED | {"notes": "As reported by the usual contact, details below."})
    (claim,) = reader.claims(document)
    assert (claim.code, claim.when.start, claim.where[0].name) == ("armed_clash", date(2023, 2, 1), "Gao")
    assert claim.counts.deaths is not None
    assert claim.counts.deaths.best == 2
    assert reader.claims(document) == (claim,)


@pytest.mark.parametrize(
    ("precision", "end", "named"),
    [("1", date(2023, 2, 1), "day"), ("2", date(2023, 2, 7), "week"), ("3", date(2023, 2, 28), "month")],
)
def test_a_row_says_how_precise_its_day_is(reader: Reader, precision: str, end: date, named: str) -> None:
    (claim,) = reader.claims(row(CODED | {"time_precision": precision}))
    assert (claim.when.start, claim.when.end, claim.when.precision) == (date(2023, 2, 1), end, named)


def test_a_row_with_a_point_is_placed_there(reader: Reader) -> None:
    (claim,) = reader.claims(row(CODED | {"latitude": "16.31", "longitude": "-0.02", "geo_precision": "2"}))
    (place,) = claim.where
    assert (place.latitude, place.longitude, place.precision, place.name) == (16.31, -0.02, "near", "Gao")


@pytest.mark.parametrize("point", [("0", "0"), ("", "?"), ("95", "3"), ("north", "west")])
def test_what_is_no_point_leaves_the_place_as_found(reader: Reader, point: tuple[str, str]) -> None:
    (found,) = reader.claims(row(CODED | {"latitude": "", "longitude": ""}))
    (claim,) = reader.claims(row(CODED | {"latitude": point[0], "longitude": point[1]}))
    assert claim.where == found.where


def test_a_namesake_far_from_the_rows_point_is_let_go(reader: Reader) -> None:
    (claim,) = reader.claims(row(CODED | {"latitude": "14.45", "longitude": "-4.2", "admin1": "Mopti"}))
    (place,) = claim.where
    assert (place.latitude, place.longitude, place.admin1, place.gazetteer_id) == (14.45, -4.2, "Mopti", "")
