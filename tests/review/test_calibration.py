"""What scores were worth: outcomes, bins, intervals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linking.making import judged
from tocsin.records import Judgement, Verdict
from tocsin.review import calibrate
from tocsin.review._calibration import wilson
from tocsin.review._page import calibration_page


def shown(score: float | None, verdict: Verdict, *subjects: str, **more: Any) -> Judgement:
    return replace(judged(verdict, *subjects, **more), score_shown=score)


def test_right_is_same_or_accepted_and_the_latest_word_counts() -> None:
    log = [
        shown(0.4, "same", "c-1", "c-2"),
        shown(0.6, "part_of", "c-1", "c-3"),
        shown(0.9, "reject", "c-1"),
        shown(0.9, "accept", "c-1", minute=1),
        shown(0.5, "unsure", "c-2"),
        shown(None, "accept", "c-3"),
        shown(0.2, "correct", "c-4", field="where", value="Gao"),
    ]
    found = {one.of: (one.items, one.right) for one in calibrate(log)}
    assert found == {"pairs": (2, 1), "claims": (1, 1), "where": (1, 0)}
    assert [one.of for one in calibrate(log)][-1] == "where"


def test_bins_by_hand() -> None:
    log = [shown(s, v, f"c-{n}") for n, (s, v) in enumerate([(0.85, "accept"), (0.89, "reject"), (1.0, "accept")])]
    [found] = calibrate(log)
    assert [(b.start, b.items, b.share) for b in found.bins] == [(0.8, 2, 0.5), (0.9, 1, 1.0)]
    assert found.bins[0].mean_score == pytest.approx(0.87)
    assert found.brier == pytest.approx((0.15**2 + 0.89**2) / 3)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
def test_every_judgement_is_in_one_bin(words: list[tuple[float, bool]]) -> None:
    log = [shown(score, "accept" if right else "reject", f"c-{n}") for n, (score, right) in enumerate(words)]
    [found] = calibrate(log)
    assert sum(b.items for b in found.bins) == found.items == len(words)
    assert round(sum(b.share * b.items for b in found.bins)) == found.right == sum(right for _, right in words)
    for b in found.bins:
        assert b.start - 1e-9 <= b.mean_score <= b.end + 1e-9
        assert b.low <= b.share + 1e-9
        assert b.share <= b.high + 1e-9
    assert 0 <= found.brier <= 1


@given(st.integers(0, 200), st.integers(0, 200))
def test_wilson_is_that_of_statsmodels(right: int, more: int) -> None:
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    if right + more:
        wanted = proportion.proportion_confint(right, right + more, method="wilson")
        assert wilson(right, right + more) == pytest.approx(wanted, abs=1e-6)


def test_the_page_says_what_limits_it() -> None:
    pytest.importorskip("matplotlib")
    page = calibration_page(calibrate([shown(0.8, "accept", "c-1")]), "tocsin review calibration")
    assert page.answer[0].startswith("claims: 1 of 1 right (100%), mean score 0.80, Brier score 0.040 ")
    assert "scored 0.80, 100% of 1 right" in page.charts[0].says
    assert page.charts[0].svg.startswith("<svg")
    assert "chosen for being doubtful" in page.caveats[0]
