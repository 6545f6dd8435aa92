"""The state is a function of the log: replay, order, superseding."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from linking.making import CODEBOOK, DAY, claim, document, exactly, judged, on, town
from tocsin.linking import assign_ids, current_judgements, link, load_weights, merge
from tocsin.records import Claim, Event, Judgement, Verdict

CLAIMS = [
    claim("d-1", 0, deaths=3),
    claim("d-2", 0, deaths=4),
    claim("d-3", 0, when=on(DAY + timedelta(days=1))),
    claim("d-4", 0, where=(town("Manbij", 36.53, 37.95),), deaths=exactly(9)),
]
DOCUMENTS = {f"d-{n}": document(f"d-{n}") for n in range(1, 5)}
IDS = [c.id for c in CLAIMS]

WHOLE = st.builds(
    lambda verdict, subject, minute: judged(verdict, subject, minute=minute),
    st.sampled_from(["accept", "reject", "unsure"]),
    st.sampled_from(IDS),
    st.integers(0, 3),
)
PAIRS = st.builds(
    lambda verdict, subjects, minute: judged(verdict, *subjects, minute=minute),
    st.sampled_from(["same", "not_same", "part_of", "unsure"]),
    st.lists(st.sampled_from(IDS), min_size=2, max_size=2, unique=True),
    st.integers(0, 3),
)


def _field(verdict: Verdict, subject: str, minute: int, field: str, value: str) -> Judgement:
    made = judged(verdict, subject, minute=minute, field=field, value=value if verdict == "correct" else "")
    return Judgement(
        f"{made.id}-{field}-{value}", made.subjects, verdict, made.reviewer, made.made_at, field, made.value
    )


FIELDS = st.one_of(
    st.builds(
        _field,
        st.sampled_from(["correct", "reject", "accept", "unsure"]),
        st.sampled_from(IDS),
        st.integers(0, 3),
        st.just("deaths"),
        st.sampled_from(["1", "2-5"]),
    ),
    st.builds(
        _field,
        st.sampled_from(["correct", "unsure"]),
        st.sampled_from(IDS),
        st.integers(0, 3),
        st.just("when"),
        st.sampled_from(["2024-03-12", "2024-03"]),
    ),
)
LOGS = st.lists(st.one_of(WHOLE, PAIRS, FIELDS), max_size=12, unique_by=lambda j: j.id)


def state(log: Sequence[Judgement], claims: Sequence[Claim] = CLAIMS) -> list[Event]:
    """The events that the log makes of the claims."""
    partition = link(claims, DOCUMENTS, (), log, load_weights(), CODEBOOK)
    clusters = assign_ids(partition, {}).clusters
    known = {c.id: c for c in claims}
    return [merge(e, [known[i] for i in ids], DOCUMENTS, {}, log, CODEBOOK) for e, ids in clusters.items()]


@given(LOGS, st.randoms())
def test_the_order_of_adding_does_not_matter(log: list[Judgement], random: object) -> None:
    shuffled = list(log)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert state(shuffled) == state(log)


@given(LOGS)
def test_replay_gives_the_same_state(log: list[Judgement]) -> None:
    assert state([*log, *log]) == state(log)


@given(LOGS)
def test_what_was_superseded_has_no_effect(log: list[Judgement]) -> None:
    assert state(current_judgements(log)) == state(log)


@given(LOGS, st.sampled_from(IDS))
def test_the_latest_word_takes_everything_back(log: list[Judgement], subject: str) -> None:
    whole = [j for j in log if j.subjects == (subject,) and not j.field]
    others = [j for j in log if j not in whole]
    assert state([*log, judged("unsure", subject, minute=9)]) == state(others)
