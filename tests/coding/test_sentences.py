"""Documents to sentences that know where they stand."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tocsin.coding._sentences import parse
from tocsin.records import PartKind

from .conftest import article, row


def test_sentences_keep_their_offsets_and_parts() -> None:
    document = article(
        ("heading", "North Kivu"),
        "Rebels came at dawn. They killed two men.",
        ("item", "Beni. A bomb went off."),
        title="Two men killed",
    )
    (parsed,) = parse([document])
    assert [(s.part.kind, s.text) for s in parsed.sentences] == [
        ("title", "Two men killed"),
        ("heading", "North Kivu"),
        ("paragraph", "Rebels came at dawn."),
        ("paragraph", "They killed two men."),
        ("item", "Beni."),
        ("item", "A bomb went off."),
    ]
    assert all(document.text[s.start : s.end] == s.text for s in parsed.sentences)
    around = [[document.text[a:b] for a, b in s.context] for s in parsed.sentences]
    assert around == [
        [],
        ["North Kivu"],
        ["North Kivu"],
        ["North Kivu"],
        ["Beni", "North Kivu"],
        ["Beni", "North Kivu"],
    ]


def test_a_rank_ends_no_sentence() -> None:
    (parsed,) = parse([article("The attack was led by Lt. Col. Amadou near the river. Nobody was hurt.")])
    assert len(parsed.sentences) == 2


def test_a_dateline_is_no_part_of_a_sentence() -> None:
    (parsed,) = parse(
        [article("BAMAKO, Mali, May 2 (Agency) - Two men were shot.", "GAO (Agency) - Three men were shot.")]
    )
    assert parsed.dateline is not None
    assert (parsed.dateline.place, parsed.dateline.agency) == ("BAMAKO, Mali", "Agency")
    assert parsed.document.text[parsed.dateline.start :].startswith("BAMAKO, Mali")
    assert parsed.sentences[0].text == "Two men were shot."


def test_cells_are_parsed_only_where_they_tell_something() -> None:
    document = row({"date": "11/03/2024", "what": "Rebels came at dawn. They killed two men."})
    (bare,) = parse([document])
    assert bare.sentences == []
    (told,) = parse([document], {document.id: (document.parts[1],)})
    assert [s.text for s in told.sentences] == ["Rebels came at dawn.", "They killed two men."]
    assert told.sentences[0].start == document.text.index("Rebels")


def test_documents_stay_apart_and_in_order() -> None:
    texts = ["Rebels came.", "", "They left. It rained.", "Nobody was hurt."]
    parsed = list(parse([article(t) for t in texts]))
    assert [" ".join(s.text for s in p.sentences) for p in parsed] == texts


def test_a_text_beyond_the_parsers_limit_is_read_in_pieces() -> None:
    document = article("Gunmen killed a trader in Gao. " * 700)
    (parsed,) = parse([document])
    assert all(document.text[s.start : s.end] == s.text for s in parsed.sentences)
    assert parsed.sentences[-1].end > 21_000


PIECES = st.sampled_from(
    ["Rebels came. ", "Lt. ", "GAO, Mali (Agency) - ", "Beni: ", "“No,” he said. ", "\u200f", "\u00a0", "…", "\n"]
)
BLOCKS = st.lists(PIECES | st.text(max_size=10), max_size=5).map("".join)
KINDS: st.SearchStrategy[PartKind] = st.sampled_from(["paragraph", "item", "heading"])


@settings(derandomize=True, deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(blocks=st.lists(st.tuples(KINDS, BLOCKS), max_size=3), title=BLOCKS)
def test_every_sentence_is_a_stretch_of_its_part(blocks: list[tuple[PartKind, str]], title: str) -> None:
    document = article(*blocks, title=title)
    (parsed,) = parse([document])
    at = 0
    for sentence in parsed.sentences:
        assert document.text[sentence.start : sentence.end] == sentence.text
        assert sentence.text.strip() == sentence.text != ""
        assert sentence.part.start <= sentence.start < sentence.end <= sentence.part.end
        assert sentence.start >= at
        at = sentence.end
