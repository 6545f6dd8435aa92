"""Alerts: when rules fire, from what was before; what came after they fired; and the feed."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.forecast.invented import history, war_and_peace

from tocsin.analysis import render_page
from tocsin.errors import UsageError
from tocsin.forecast import Dataset, Rule, add_months, alerts_page, atom_feed, find_alerts, read_rules, write_atom
from tocsin.forecast._alerts import rule_fired, rule_limits

OUTBREAK = Rule("outbreak", "threshold", at_least=25, after_quiet=3, then=25)
TRIPLED = Rule("tripled", "change", times=3, at_least=10, then=25)
SURPRISE = Rule("surprise", "surprise", at_least=5, then=25)
ATOM = "{http://www.w3.org/2005/Atom}"


def fired(values: object, rule: Rule) -> list[int]:
    past = history(values)
    return np.flatnonzero(rule_fired(past, rule, rule_limits(past, rule))[:, 0]).tolist()


def test_a_threshold_fires_after_quiet() -> None:
    months = [0.0] * 14 + [30, 30, 0, 0, 40, 0, 0, 0, 25, 24]
    assert fired(months, OUTBREAK) == [14, 22]
    assert fired(months, Rule("any", "threshold", at_least=25)) == [14, 15, 18, 22]


def test_a_change_fires_against_the_mean_of_the_months_before() -> None:
    assert fired([4.0] * 14 + [12, 11, 40], TRIPLED) == [14, 16]
    assert fired([0.0] * 14 + [9, 10], TRIPLED) == [15]


def test_a_surprise_fires_beyond_what_was_expected_the_month_before() -> None:
    assert fired([20.0] * 24 + [200.0], SURPRISE) == [24]
    assert fired([20.0] * 25, SURPRISE) == []
    found = find_alerts(history([20.0] * 24 + [200.0]), [SURPRISE])
    assert "recency, from 2017-12, expected at most" in found.alerts[0].why
    assert 20 < found.alerts[0].limit < 200


@settings(max_examples=15, deadline=None)
@given(at=st.integers(12, 22), later=st.integers(0, 10_000), rule=st.sampled_from([OUTBREAK, TRIPLED, SURPRISE]))
def test_what_comes_later_makes_no_rule_fire(at: int, later: int, rule: Rule) -> None:
    values = war_and_peace(24, 4)
    changed = values.copy()
    changed[at + 1 :] = later
    one, other = (rule_fired(past, rule, rule_limits(past, rule)) for past in (history(values), history(changed)))
    assert (one[: at + 1] == other[: at + 1]).all()


def test_hits_false_alarms_and_misses_are_all_there_is() -> None:
    months = [0.0] * 14 + [30, 0, 0, 0, 0, 0, 30, 10, 10, 10, 0, 0, 0, 0, 26, 0]
    record = find_alerts(history(months), [OUTBREAK]).records[0]
    # It fired in the 15th and 21st month, and in the 29th, after which three months are not known.
    assert (record.fired, record.hits, record.false_alarms) == (2, 1, 1)
    assert record.unit_months == len(months) - 12 - 3
    came = [sum(months[at + 1 : at + 4]) >= 25 for at in range(12, len(months) - 3)]
    assert record.base_rate == pytest.approx(np.mean(came))
    assert record.missed == sum(came) - 1


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 99))
def test_a_record_adds_up(seed: int) -> None:
    found = find_alerts(history(war_and_peace(40, 5, seed)), [OUTBREAK, TRIPLED], 3)
    for record in found.records:
        assert record.fired == record.hits + record.false_alarms
        assert record.hits + record.missed == round(record.base_rate * record.unit_months)
        assert record.hits_quiet <= min(record.hits, record.fired_quiet)
    assert all(alert.month in found.months for alert in found.alerts)


def test_months_that_are_not_covered_neither_fire_nor_count() -> None:
    values = np.full((30, 1), 40.0)
    whole = find_alerts(history(values), [Rule("any", "threshold", at_least=25, then=25)]).records[0]
    values[20:22] = np.nan
    part = find_alerts(history(values), [Rule("any", "threshold", at_least=25, then=25)]).records[0]
    assert part.unit_months < whole.unit_months
    assert part.hits == part.fired == part.unit_months


def test_a_year_before_the_month_is_needed() -> None:
    with pytest.raises(UsageError, match=r"has 12 months .* needs 13"):
        find_alerts(history(np.zeros(12)), [OUTBREAK])
    record = find_alerts(history(np.zeros(14)), [OUTBREAK], 12).records[0]
    assert record.fired == record.unit_months == 0


def test_the_feed_is_atom_and_an_alert_keeps_its_id(tmp_path: Path) -> None:
    values = war_and_peace(40, 6)
    values[30:, 1] = 300
    values[33, 4] = 5000
    past = history(values, ("Ménaka & \x01Gao", "<b>", "c", "d", "e", "f"))
    now = find_alerts(past, read_rules(), 12)
    before = find_alerts(past.until(add_months(past.origin, -3)), read_rules(), 12)
    feeds = [ElementTree.fromstring(atom_feed(found, "/home/me/ged.csv")) for found in (now, before)]
    for feed, found in zip(feeds, (now, before), strict=True):
        assert [child.tag.removeprefix(ATOM) for child in feed][:4] == ["id", "title", "updated", "author"]
        entries = feed.findall(f"{ATOM}entry")
        assert len(entries) == len(found.alerts) > 0
        ids = [entry.findtext(f"{ATOM}id") for entry in entries]
        assert len(set(ids)) == len(ids)
        for entry in entries:
            assert all(entry.findtext(f"{ATOM}{name}") for name in ("id", "title", "updated", "content"))
    ids, earlier = (
        {e.findtext(f"{ATOM}title"): e.findtext(f"{ATOM}id") for e in f.iter(f"{ATOM}entry")} for f in feeds
    )
    shared = ids.keys() & earlier.keys()
    assert shared
    assert all(ids[title] == earlier[title] for title in shared)
    assert feeds[0].findtext(f"{ATOM}id") == feeds[1].findtext(f"{ATOM}id")
    write_atom(now, "/home/me/ged.csv", tmp_path / "alerts.xml")
    written = (tmp_path / "alerts.xml").read_text("utf-8")
    assert written == atom_feed(now, "/home/me/ged.csv")
    assert "/home/me" not in written


def test_the_page_says_what_fired_and_what_rules_were_worth() -> None:
    values = war_and_peace(40, 6)
    values[39, 2] = 900
    past = history(values)
    page = alerts_page(find_alerts(past, read_rules()), Dataset(past, "invented.csv"))
    assert any("u2: surprise. 900 deaths" in sentence for sentence in page.answer)
    assert "What the rules were worth before" in render_page(page)
    calm = history(np.zeros((40, 2)))
    page = alerts_page(find_alerts(calm, read_rules()), Dataset(calm, "calm.csv"))
    assert "no all-clear" in page.answer[0]
    assert not page.charts
