"""A forecast as a page."""

from __future__ import annotations

import numpy as np
from tests.forecast.invented import history, war_and_peace

from tocsin.analysis import render_page
from tocsin.forecast import Dataset, Recency, evaluate, forecast, forecast_page, largest

EVALUATED = ("How it would have done", "Mean CRPS by year", "Mean CRPS by months ahead", "Where it failed worst")


def test_the_page_shows_fans_a_map_and_how_it_did_before() -> None:
    past = history(war_and_peace())
    points = {unit: (10.0 + n, 20.0 + n) for n, unit in enumerate(past.units)}
    made, found = forecast(past, Recency(), 6), evaluate(past, Recency(), 6)
    page = forecast_page(made, Dataset(past, "invented.csv", points=points), found)
    assert len(page.charts) == 3
    assert found is not None
    titles = [table.title for table in page.tables]
    assert titles == [*largest(made), "All units", *EVALUATED]
    shown = render_page(page)
    assert "conflictology" in shown
    assert shown.count("<svg") == 3


def test_what_was_not_evaluated_says_so_and_a_single_unit_has_no_map() -> None:
    past = history(war_and_peace(12, 1))
    page = forecast_page(forecast(past, Recency(), 3), Dataset(past, "short.csv"), None)
    assert len(page.charts) == 1
    assert any("Not evaluated: 12 months" in caveat for caveat in page.caveats)


def test_a_model_that_lost_says_so() -> None:
    values = np.zeros((40, 2))
    values[::7] = 50
    past = history(values)
    found = evaluate(past, Recency(), 3)
    page = forecast_page(forecast(past, Recency(), 3), Dataset(past, "rare.csv"), found)
    assert found is not None
    lost = found.scores.crps > found.conflictology.crps
    assert lost == any("worse than conflictology" in caveat for caveat in page.caveats)
    nothing = found.zero.crps < found.scores.crps
    assert nothing == any("Expecting nothing" in caveat for caveat in page.caveats)
