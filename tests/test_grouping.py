"""Headlines and mentions of events to groups, with the real places, actors, parser and encoders, on invented texts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest

from tocsin.codebook import load_codebook
from tocsin.pipeline.headlines import FEATURES, Headline, HeadlineReader, Read, candidates, group_read, table
from tocsin.pipeline.mentions import FEATURES as MENTION_FEATURES
from tocsin.pipeline.mentions import Mention, group_mentions, read_mentions
from tocsin.pipeline.mentions import candidates as mention_candidates
from tocsin.pipeline.mentions import table as mention_table
from tocsin.places import open_gazetteer

DAY = date(2024, 3, 12)
HEADLINES = [
    Headline("Car bomb kills 14 at market in Afrin", "Ledger", DAY),
    Headline("Death toll of car bomb at Afrin market rises to 17", "Observer", date(2024, 3, 13)),
    Headline("Shelling wounds four in Ariha", "Ledger", DAY),
    Headline("Troops shell Ariha, four people wounded", "Observer", DAY),
    Headline("Council debates price of bread", "Ledger", date(2024, 5, 1)),
    Headline("March 12th 2024: market bombing, Afrin", "Archive", date(2024, 4, 20)),
]
# How telling a word is, other headlines tell: months of them, about other things.
OTHERS = [
    Headline(f"{what} {where}, {number} {whom} {verb}", "Ledger", date(2023, 1 + n % 12, 1 + n % 28))
    for n, (what, where, number, whom, verb) in enumerate(
        zip(
            ["Clashes near", "Raid in", "Strike on", "Fire at", "Mine on road to", "Dispute in"] * 40,
            ["Idlib", "Hama", "Homs", "Raqqa", "Daraa", "Palmyra", "Aleppo"] * 35,
            range(3, 243),
            ["fighters", "people", "civilians", "soldiers", "workers"] * 48,
            ["killed", "wounded", "missing"] * 80,
            strict=False,
        )
    )
]
SENTENCES = [
    ("d-1", 0, "A gunman shot two guards at the bank in Harbourton on Friday .", "shot"),
    ("d-1", 1, "The shooting at the bank in Harbourton began at noon .", "shooting"),
    ("d-2", 0, "Two bank guards were shot in Harbourton by a gunman .", "shot"),
    ("d-3", 0, "The minister resigned after the vote on pensions .", "resigned"),
    ("d-4", 0, "Her resignation follows the minister 's lost vote on pensions .", "resignation"),
]


@pytest.fixture(scope="module")
def read() -> list[Read]:
    return HeadlineReader(load_codebook(), open_gazetteer()).read(HEADLINES)


def mentions() -> list[Mention]:
    found = []
    for document, sentence, text, word in SENTENCES:
        words = tuple(text.split())
        found.append(Mention(document, sentence, words, words.index(word), words.index(word) + 1))
    return found


def test_headlines_are_read_with_the_day_they_speak_of(read: Sequence[Read]) -> None:
    assert [one.day for one in read] == [DAY.toordinal() + n for n in (0, 1, 0, 0, 50, 0)]
    assert "afrin" in read[0].names
    assert read[0].figures == {14}


def test_pairs_of_headlines_are_near_in_time_and_have_something_in_common(read: Sequence[Read]) -> None:
    pairs = candidates(read)
    assert pairs.tolist() == sorted(map(list, {tuple(sorted(p)) for p in pairs.tolist()}))
    assert [0, 1] in pairs.tolist()
    assert all(4 not in pair for pair in pairs.tolist())
    features = table(read, pairs)
    assert features.shape == (len(pairs), len(FEATURES))
    assert np.isfinite(features).all()
    at = pairs.tolist().index([0, 1])
    assert features[at, FEATURES.index("days")] == 1
    assert features[at, FEATURES.index("figure_rise")] == 3


def test_headlines_of_one_event_are_grouped_and_others_are_not(read: Sequence[Read]) -> None:
    found = group_read([*read, *HeadlineReader(load_codebook(), open_gazetteer()).read(OTHERS)])
    assert found[0] == found[1]
    assert found[0] != found[2]
    assert found[4] == 4
    assert group_read([]) == []
    assert group_read(read[:1]) == [0]


def test_mentions_of_one_event_are_grouped_across_documents() -> None:
    found = group_mentions(mentions())
    assert found[0] == found[2]
    assert found[0] != found[3]
    assert group_mentions(mentions()[:1]) == [0]


def test_pairs_of_mentions_have_every_feature() -> None:
    read, topics = read_mentions(mentions())
    assert read[0].lemma == read[2].lemma == "shoot"
    assert topics.shape == (4, 4)
    assert np.allclose(np.diag(topics), 1)
    pairs = mention_candidates(read, topics)
    features = mention_table(read, topics, pairs)
    assert features.shape == (len(pairs), len(MENTION_FEATURES))
    assert np.isfinite(features).all()
