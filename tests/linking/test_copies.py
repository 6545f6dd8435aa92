"""Copies: found where words are repeated, not where only the incident is the same."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.linking import _copies, find_copies, lineages
from tocsin.records import Copy, Document

from .making import DAY, document

STORY = """\
Two mortar rounds landed beside the grain silo at the edge of the town shortly before the morning market opened,
the town's clinic said. A guard who had been asleep in his cabin was killed and three farmers who were unloading
sacks were hurt, one of them badly. The silo's owner told a reporter that nobody had been stationed near it
since the harvest. The district council asked both sides to keep away from stores of food and seed, and closed
the road to the mill until the fields around it had been searched. Nobody has said that they fired the rounds.
Last spring the same silo was hit twice within a week, and bread was short in the district for a month."""

RETOLD = """\
A watchman died and three people who worked on nearby farms were injured on Tuesday when shells struck a store
of wheat outside the town, according to medical staff. Officials in the district appealed to the warring parties
to spare granaries. It was not clear who was behind the fire. The building, whose owner denies that fighters
ever used it, was damaged on two occasions last year, after which flour ran out and families queued for hours at
the few open bakeries. Searches for unexploded shells went on until the evening, and lorries were told to take
another way to the mill."""


def edited(text: str, *swaps: tuple[str, str]) -> str:
    for before, after in swaps:
        assert before in text
        text = text.replace(before, after)
    return text


def test_a_re_edited_and_cut_copy_is_found_with_what_it_changed() -> None:
    cut = edited(STORY, ("Nobody has said", "No party has said")).split("Last spring")[0].replace("guard", "militant")
    found = find_copies([document("d-b", cut, DAY + timedelta(1)), document("d-a", STORY)])
    assert [(c.document_id, c.origin_id) for c in found] == [("d-b", "d-a")]
    assert ("guard", "militant") in found[0].changed
    assert 0.6 < found[0].similarity < 1


def test_the_same_incident_in_other_words_is_no_copy() -> None:
    assert find_copies([document("d-a", STORY), document("d-b", RETOLD)]) == ()


def test_a_quotation_is_no_copy() -> None:
    quoting = f"{RETOLD} {STORY[:200]}"
    assert find_copies([document("d-a", STORY), document("d-b", quoting)]) == ()


def test_a_digest_of_two_stories_joins_neither_to_the_other() -> None:
    digest = f"Here is the week. {STORY} {RETOLD}"
    found = find_copies([document("d-a", STORY), document("d-b", RETOLD), document("d-c", digest, DAY - timedelta(1))])
    assert len({lineages(["d-a", "d-b"], found)[d] for d in ("d-a", "d-b")} & {"d-a", "d-b"}) in (0, 2)
    assert not {("d-a", "d-b"), ("d-b", "d-a")} & {(c.document_id, c.origin_id) for c in found}


def test_a_form_filled_in_anew_is_no_copy() -> None:
    form = (
        "Daily bulletin of {day} March. In {a} district {n} shells fell and {m} houses burned. In {b} district {k} "
        "people were taken to the clinic at {c}. Patrols found {j} mines on the road from {a} to {b} and {i} on "
        "that to {c}. Schools in {c} opened for {h} hours and those in {b} for {g}. The number to call is on "
        "the council's board."
    )
    one = form.format(day=3, a="Qabasin", b="Bzaa", c="Arima", n=4, m=2, k=7, j=5, i=1, h=3, g=2)
    two = form.format(day=4, a="Marea", b="Tell Rifaat", c="Ahras", n=9, m=1, k=3, j=2, i=6, h=4, g=5)
    assert find_copies([document("d-a", one), document("d-b", two, DAY + timedelta(1))]) == ()


@pytest.mark.parametrize(
    ("one", "two", "copy"),
    [
        (
            "Gunfire heard near the bridge at Tadef, two wounded",
            "Gunfire heard near the bridge at Tadef, two wounded",
            True,
        ),
        (
            "7 | 12/03/2024 | Tadef | shelling | 2 | 0 | clinic",
            "8 | 13/03/2024 | Tadef | shelling | 2 | 0 | clinic",
            False,
        ),
        ("12/03/2024 | Tadef | shelling | 2 dead | clinic", "12/03/2024 | Bzaa | shelling | 2 dead | clinic", False),
        ("عاجل مقتل شخصين قرب الجسر في تادف", "عاجل مقتل ثلاثة قرب الجسر في تادف", False),
    ],
)
def test_short_texts_are_copies_only_where_every_fact_is_the_same(one: str, two: str, copy: bool) -> None:
    assert bool(find_copies([document("d-a", one), document("d-b", two)])) is copy


def test_a_short_text_that_recurs_later_is_news() -> None:
    line = "Shelling reported on the northern edge of the town again"
    later = DAY + timedelta(30)
    assert find_copies([document("d-a", line), document("d-b", line, later)]) == ()
    assert len(find_copies([document("d-a", line), document("d-b", line, DAY + timedelta(1))])) == 1


def test_the_origin_is_the_earliest_then_the_credited_then_the_longest() -> None:
    longer = f"{STORY} More soon."
    assert find_copies([document("d-b", STORY), document("d-a", STORY, DAY + timedelta(1))])[0].origin_id == "d-b"
    assert find_copies([document("d-a", STORY), document("d-b", longer)])[0].origin_id == "d-b"
    credited = [document("d-a", longer, source="Mirror", origin="Wire"), document("d-b", STORY, source="Wire")]
    assert find_copies(credited)[0].origin_id == "d-b"
    assert find_copies([document("d-a", STORY, None), document("d-b", STORY)])[0].origin_id == "d-b"


@settings(max_examples=20, deadline=None)
@given(st.randoms(use_true_random=False))
def test_order_and_reading_once_change_nothing(shuffler: random.Random) -> None:
    documents = [
        document("d-a", STORY),
        document("d-b", edited(STORY, ("guard", "watchman")), DAY + timedelta(1)),
        document("d-c", STORY.split("Last spring")[0], DAY + timedelta(1)),
        document("d-d", RETOLD),
        document("d-e", edited(RETOLD, ("watchman", "guard")), None),
    ]
    expected = find_copies(documents)
    shuffler.shuffle(documents)
    assert find_copies(documents) == expected
    assert find_copies(iter(documents)) == expected
    assert {c.document_id for c in expected} == {"d-b", "d-c", "d-e"}


def test_origins_are_never_copies_themselves() -> None:
    words = STORY.split()
    documents = []
    for generation in range(8):
        words = [w if n % 40 != generation else f"x{generation}" for n, w in enumerate(words)]
        documents.append(document(f"d-{generation}", " ".join(words), date(2024, 1, 1 + generation)))
    found = find_copies(documents)
    assert len(found) == 7
    assert not {c.origin_id for c in found} & {c.document_id for c in found}


def test_lineages_follow_chains_and_end() -> None:
    chain = [Copy("d-b", "d-a", 1.0), Copy("d-c", "d-b", 1.0)]
    assert lineages(["d-a", "d-b", "d-c", "d-d"], chain) == {"d-a": "d-a", "d-b": "d-a", "d-c": "d-a", "d-d": "d-d"}
    assert set(lineages(["d-a", "d-b"], [Copy("d-a", "d-b", 1.0), Copy("d-b", "d-a", 1.0)])) == {"d-a", "d-b"}


def test_empty_and_tiny_texts_are_left_alone() -> None:
    assert find_copies([]) == ()
    assert (
        find_copies(
            [document("d-a", ""), document("d-b", ""), document("d-c", "More soon"), document("d-d", "More soon")]
        )
        == ()
    )


def bulletins(count: int, chance: random.Random) -> list[Document]:
    """A form filled in day after day, and here and there a copy of one, re-edited."""
    towns = [f"{a}{b}" for a in ("Kar", "Bel", "Tos", "Mir", "Zun") for b in ("ada", "imo", "esh", "oru")]
    made = []
    for number in range(count):
        here, there = chance.sample(towns, 2)
        figures = [str(chance.randint(1, 99)) for _ in range(5)]
        text = (
            f"Daily bulletin for {here}. On this day {figures[0]} shells fell on {here} and {figures[1]} on {there}. "
            f"The hospital of {here} took in {figures[2]} people. The road from {here} to {there} was closed for "
            f"{figures[3]} hours and {figures[4]} families left. The office in {there} is open to all who need help "
            "with water, bread or a roof, and thanks all who gave."
        )
        made.append(document(f"d-{number:04}", text, DAY + timedelta(number % 20)))
        if number % 25 == 0:
            again = edited(text, ("thanks all who gave", "is grateful to everybody who gave"))
            made.append(document(f"d-{number:04}-again", again, DAY + timedelta(number % 20 + 1)))
    return made


@pytest.mark.parametrize("seed", range(3))
def test_what_is_found_in_a_crowd_is_what_comparing_all_finds(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    crowd = bulletins(300, random.Random(seed))
    found = find_copies(crowd)
    assert {c.document_id for c in found} >= {f"d-{n:04}-again" for n in range(0, 300, 25)}
    for bound in ("CROWDED", "MEASURED", "ALIGNED"):
        monkeypatch.setattr(_copies, bound, 10_000)
    assert find_copies(crowd) == found


def test_a_crowd_is_not_compared_with_itself_in_all_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    crowd = bulletins(400, random.Random(4))
    aligned = 0
    align = _copies._similarity

    def counted(*texts: object) -> float:
        nonlocal aligned
        aligned += 1
        return align(*texts)  # type: ignore[arg-type]

    monkeypatch.setattr(_copies, "_similarity", counted)
    monkeypatch.setattr(_copies, "CROWDED", 32)
    found = find_copies(crowd)
    assert {c.document_id for c in found} >= {f"d-{n:04}-again" for n in range(0, 400, 25)}
    assert aligned <= _copies.ALIGNED * len(crowd)
