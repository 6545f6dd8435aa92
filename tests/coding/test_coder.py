"""What holds of every coding, whatever the text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tocsin.codebook import Codebook
from tocsin.coding import DefaultCoder, default_coder
from tocsin.records import Claim, Coding, Document, Span, from_json, text_hash, to_json

from .conftest import PUBLISHED, Reader, article, row, shown

COUNTS = ("deaths", "injured", "detained", "abducted", "displaced")
OPENINGS = (
    "Gunmen killed four traders",
    "At least three soldiers were killed and nine others wounded in an ambush",
    "A roadside bomb went off",
    "The army said it had shelled rebels",
    "Residents denied that the militia had abducted two women",
    "Teachers plan to march",
    "Islamic State claimed responsibility for a blast",
    "Suspected militants may have killed a shepherd",
    "Police arrested 34 protesters",
    "The rebels threatened to attack the airport",
    "Militants regularly kidnap villagers",
    "No group claimed the attack",
    "Marta Kolo, a nurse, was shot dead by gunmen",
    "A Turkish drone struck a car, killing two",
    "The toll rose to eight, a doctor said",
    "The army retook the village",
    "It was not the first time",
    "Nobody was hurt",
    "She sells fish",
)
PLACES = (
    "in Gao",
    "near Kirkuk",
    "20 km east of Taiz",
    "in the village of Tessit, in Gao region of Mali",
    "",
    "on the road to Beni",
)
TIMES = (
    "on Monday",
    "overnight",
    "last month",
    "on 9 March 2024",
    "two days earlier",
    "in February",
    "",
    "between 4 and 6 March",
)
SAYERS = (
    ", the mayor said",
    ", according to two residents",
    ", an officer in Bamako told reporters on Tuesday",
    "",
    " (army says 9 killed)",
)
NOISE = st.text(st.characters(exclude_categories=["Cs"]), max_size=25)
SENTENCES = st.tuples(*map(st.sampled_from, (OPENINGS, PLACES, TIMES, SAYERS))).map(
    lambda t: f"{t[0]} {t[1]} {t[2]}".rstrip() + f"{t[3]}."
)
BLOCKS = st.lists(
    st.one_of(SENTENCES, SENTENCES, NOISE, st.tuples(NOISE, SENTENCES, NOISE).map("".join)), min_size=1, max_size=3
).map(" ".join)
KINDS = st.sampled_from(["paragraph", "paragraph", "item", "heading"])
CELLS = {
    "date": (*TIMES, "09/03/2024", "?"),
    "place": ("Gao", "?", "near Kirkuk"),
    "who": ("gunmen", "army", "?"),
    "killed": ("4", "?", "0", "at least 3"),
    "taken": ("2", "", "?"),
}


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """An article, or a row of a table, of invented sentences and noise."""
    published = draw(st.sampled_from([PUBLISHED, PUBLISHED, None]))
    if draw(st.integers(0, 5)) == 0:
        cells = {name: draw(st.sampled_from(values)) for name, values in CELLS.items()}
        return row(cells | {"what": draw(BLOCKS)}, published=published)
    blocks = draw(st.lists(st.tuples(KINDS, BLOCKS), min_size=1, max_size=3))
    return article(*blocks, title=draw(st.one_of(st.just(""), SENTENCES, NOISE)), published=published)


quick = settings(
    derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def filled(claim: Claim) -> set[str]:
    """The fields of a claim that need evidence."""
    sides = {f"actor{n}" for n in (1, 2) if claim.side(n) is not None}
    counts = {name for name in COUNTS if getattr(claim.counts, name) is not None}
    rest = {
        "type": claim.code is not None,
        "when": claim.when.start is not None,
        "where": bool(claim.where),
        "weapon": bool(claim.weapon),
        "modality": claim.modality != "asserted",
        "attribution": claim.attribution != "none",
        "speaker": bool(claim.speaker.name),
    }
    return sides | counts | {name for name, known in rest.items() if known}


def sound(document: Document, span: Span) -> bool:
    """Whether a span quotes something of this text."""
    inside = span.text_hash == document.text_hash and 0 <= span.start < span.end <= len(document.text)
    return inside and bool(document.quote(span).strip())


def check_spans(document: Document, claim: Claim) -> None:
    """Every span cites this text and quotes some of it."""
    assert sound(document, claim.trigger)
    for evidence in claim.evidence:
        assert evidence.spans or evidence.basis.startswith("inferred"), evidence
        assert all(sound(document, span) for span in evidence.spans), evidence


def check_fields(claim: Claim) -> None:
    """Every filled field has evidence, once; an empty one has none."""
    fields = [e.field for e in claim.evidence]
    assert len(fields) == len(set(fields)), fields
    assert filled(claim) <= set(fields), (filled(claim) - set(fields), shown([claim]))
    empty = {"actor1", "actor2", "where", "weapon", "attribution", *COUNTS} - filled(claim)
    assert not empty & set(fields), (empty & set(fields), shown([claim]))
    assert 0.0 <= claim.score <= 1.0


def check_counts(claim: Claim) -> None:
    """A count states a bound, and its bounds are in order."""
    for count in (getattr(claim.counts, name) for name in COUNTS):
        if count is not None:
            stated = [n for n in (count.low, count.best, count.high) if n is not None]
            assert stated, count
            assert [0, *stated] == sorted([0, *stated]), count


@settings(quick, max_examples=45)
@given(document=documents())
def test_claims_rest_on_the_text(coder: DefaultCoder, document: Document) -> None:
    assert document.text_hash == text_hash(document.text)
    (coding,) = coder.code([document])
    assert from_json(to_json(coding), Coding) == coding
    assert len({c.id for c in coding.claims}) == len(coding.claims)
    for claim in coding.claims:
        assert (claim.document_id, claim.text_hash, claim.coder) == (document.id, document.text_hash, coder.version)
        check_spans(document, claim)
        check_fields(claim)
        check_counts(claim)


@settings(quick, max_examples=6)
@given(batch=st.lists(documents(), min_size=2, max_size=3, unique_by=lambda d: d.id), data=st.data())
def test_a_document_is_coded_the_same_in_any_company(
    coder: DefaultCoder, batch: list[Document], data: st.DataObject
) -> None:
    alone = {d.id: next(coder.code([d])) for d in batch}
    shuffled = data.draw(st.permutations(batch))
    assert list(coder.code(iter(shuffled))) == [alone[d.id] for d in shuffled]


RELATIVE_TIMES = st.sampled_from([t for t in TIMES if "2024" not in t])


@settings(quick, max_examples=12)
@given(openings=st.lists(st.tuples(st.sampled_from(OPENINGS), RELATIVE_TIMES), min_size=1, max_size=3))
def test_an_undated_document_gets_no_date_from_relative_words(
    coder: DefaultCoder, openings: list[tuple[str, str]]
) -> None:
    document = article(*(f"{opening} in Gao {time}." for opening, time in openings), published=None)
    (coding,) = coder.code([document])
    assert any("undated" in note for note in coding.notes)
    for claim in coding.claims:
        assert (claim.when.start, claim.when.end, claim.when.precision) == (None, None, "unknown"), shown([claim])


def test_an_undated_document_keeps_the_dates_it_states(reader: Reader) -> None:
    claim = reader.one("Gunmen killed three traders in Gao on 11 March 2024.", published=None)
    assert claim.when.start == date(2024, 3, 11)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ar", "قتل مسلحون أربعة تجار في غاو يوم الاثنين."),
        ("fr", "Des hommes armés ont tué quatre commerçants à Gao lundi."),
        ("uk", "Унаслідок обстрілу загинули троє людей."),
    ],
)
def test_a_language_that_cannot_be_coded_is_kept_and_said(coder: DefaultCoder, language: str, text: str) -> None:
    (coding,) = coder.code([article(text, language=language)])
    assert coding.claims == ()
    assert any(language in note.split() or f"{language}:" in note for note in coding.notes)


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\u200f", "…"])
def test_a_text_without_words_has_no_claims(coder: DefaultCoder, text: str) -> None:
    (coding,) = coder.code([article(text)])
    assert coding.claims == ()


def test_a_text_without_parts_is_one_paragraph(coder: DefaultCoder) -> None:
    whole = article("Gunmen killed four traders in Gao on Monday.")
    bare = Document(
        whole.id, whole.form, whole.text, whole.text_hash, whole.source, published=whole.published, language="en"
    )
    assert next(coder.code([bare])).claims == next(coder.code([whole])).claims


@pytest.mark.parametrize(
    ("text", "code", "toll"),
    [
        ("Gunmen killed four traders in Gao on Monday, the police said.", "attack", ("deaths", 4)),
        ("A roadside bomb killed two soldiers near Kirkuk on Monday.", "remote_explosive_landmine_ied", ("deaths", 2)),
        (
            "Shelling wounded at least nine women in Taiz on Monday.",
            "shelling_artillery_missile_attack",
            ("injured", 9),
        ),
        ("Militants kidnapped seven students in Kaduna on Monday.", "abduction_forced_disappearance", ("abducted", 7)),
        ("Police arrested 34 protesters in Tunis on Monday.", "arrests", ("detained", 34)),
        ("Rebels ambushed a convoy near Bunia on Monday, killing twelve soldiers.", "armed_clash", ("deaths", 12)),
    ],
)
@pytest.mark.parametrize("case", [str, str.lower, str.upper], ids=["as written", "lower", "upper"])
def test_type_and_toll_survive_careless_letters(
    reader: Reader,
    text: str,
    code: str,
    toll: tuple[str, int],
    case: Callable[[str], str],
) -> None:
    claim = reader.one(case(text))
    count = getattr(claim.counts, toll[0])
    assert count is not None, shown([claim])
    assert (claim.code, count.best) == (code, toll[1])


def test_a_coder_needs_a_gazetteer(codebook: Codebook) -> None:
    with pytest.raises(TypeError, match="gazetteer"):
        default_coder(codebook)


def test_the_key_of_a_coding_names_the_coder(coder: DefaultCoder) -> None:
    (coding,) = coder.code([article("Gunmen killed four traders in Gao on Monday.")])
    assert coding.key == coder.version
