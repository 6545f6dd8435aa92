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
