"""Time expressions as TIMEX3 has them, and the tense that decides which day is meant."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.coding import find_times
from tocsin.coding._event_dates import filed_on, tense_at
from tocsin.coding._sentences import parse
from tocsin.coding._timex import Period, Tense, length_value
from tocsin.records import Document, Part, When, text_hash

from .conftest import PUBLISHED, Reader

BENCH = Path(__file__).parents[2] / "bench" / "timex.py"


def values(text: str, tense: Tense = "past") -> list[tuple[str, str, str]]:
    """(words, type, value) of each expression of a text published on Wednesday, 13 March 2024."""
    return [
        (text[x.start : x.end], x.type, x.value) for t in find_times(text, PUBLISHED, tense=tense) for x in t.timexes
    ]


@pytest.mark.parametrize(
    ("text", "words", "kind", "value"),
    [
        ("The bridge fell on 4 March 2023.", "4 March 2023", "DATE", "2023-03-04"),
        ("The bridge fell on Tuesday.", "Tuesday", "DATE", "2024-03-12"),
        ("The bridge fell on Tuesday morning.", "Tuesday morning", "TIME", "2024-03-12TMO"),
        ("The bridge fell in the morning of 4 March.", "the morning of 4 March", "TIME", "2024-03-04TMO"),
        ("The bridge fell last night.", "last night", "TIME", "2024-03-12TNI"),
        ("The bridge fell last week.", "last week", "DATE", "2024-W10"),
        ("The bridge fell at the weekend.", "the weekend", "DATE", "2024-W10-WE"),
        ("The bridge fell in the first week of March.", "the first week of March", "DATE", "2024-W10"),
        ("The bridge fell in early February.", "early February", "DATE", "2024-02"),
        ("The bridge fell at the end of last month.", "the end of last month", "DATE", "2024-02"),
        ("The bridge fell in September.", "September", "DATE", "2023-09"),
        ("The bridge fell last summer.", "last summer", "DATE", "2023-SU"),
        ("The bridge fell in the autumn of 2021.", "the autumn of 2021", "DATE", "2021-FA"),
        ("Sales fell in the third quarter of 2022.", "the third quarter of 2022", "DATE", "2022-Q3"),
        ("Sales fell in the fourth quarter.", "the fourth quarter", "DATE", "2023-Q4"),
        ("Sales fell in Q2.", "Q2", "DATE", "2023-Q2"),
        ("Sales fell in the first half of 2022.", "the first half of 2022", "DATE", "2022-H1"),
        ("Sales fell in fiscal 2022.", "fiscal 2022", "DATE", "FY2022"),
        ("The bridge fell in late 2022.", "late 2022", "DATE", "2022"),
        ("The bridge fell a month ago.", "a month ago", "DATE", "2024-02"),
        ("The bridge fell in the 1990s.", "the 1990s", "DATE", "199"),
        ("The bridge fell in the late nineties.", "the late nineties", "DATE", "199"),
        ("The bridge stood in the 19th century.", "the 19th century", "DATE", "18"),
        ("It is the worst flood since '88.", "'88", "DATE", "1988"),
        ("The 1991 agreement failed.", "1991", "DATE", "1991"),
        ("It was told at the Lakeside Forum 2019.", "2019", "DATE", "2019"),
        ("The bridge stood for three years.", "three years", "DURATION", "P3Y"),
        ("The bridge shook for half an hour.", "half an hour", "DURATION", "PT30M"),
        ("The works lasted two and a half years.", "two and a half years", "DURATION", "P2.5Y"),
        ("The works are six straight weeks late.", "six straight weeks", "DURATION", "P6W"),
        ("It ended a 12-hour battle.", "12-hour", "DURATION", "PT12H"),
        ("It was quiet in recent months.", "recent months", "DURATION", "PXM"),
        ("It was quiet over the past decade.", "the past decade", "DURATION", "P10Y"),
        ("It ended years-long talks.", "years-long", "DURATION", "PXY"),
        ("They meet every day.", "every day", "SET", "P1D"),
        ("They meet every two weeks.", "every two weeks", "SET", "P2W"),
        ("They meet on Mondays.", "Mondays", "SET", "XXXX-WXX-1"),
        ("They held their annual meeting.", "annual", "SET", "P1Y"),
        ("They sell 300 a year.", "a year", "SET", "P1Y"),
        ("The bridge is now open.", "now", "DATE", "PRESENT_REF"),
        ("The bridge was recently opened.", "recently", "DATE", "PAST_REF"),
        ("The bridge may open in the near future.", "the near future", "DATE", "FUTURE_REF"),
        ("The lamp fell at 16:15 GMT.", "16:15 GMT", "TIME", "2024-03-13T16:15Z"),
        ("The lamp fell at 4:15 p.m. (GMT +2).", "4:15 p.m. (GMT +2)", "TIME", "2024-03-13T14:15Z"),
        ("The lamp fell at 0630 GMT.", "0630 GMT", "TIME", "2024-03-13T06:30Z"),
        ("The lamp fell at noon.", "noon", "TIME", "2024-03-13T12:00"),
        ("The lamp fell at dawn.", "dawn", "TIME", "2024-03-13TMO"),
        ("It rained for the third consecutive day.", "the third consecutive day", "DATE", "2024-03-13"),
    ],
)
def test_words_type_and_value(text: str, words: str, kind: str, value: str) -> None:
    assert values(text) == [(words, kind, value)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It fell between April and June.", ["2023-04", "2023-06"]),
        ("It fell from 2014 to 2016.", ["2014", "2016"]),
        ("It fell between 4 and 6 March.", ["2024-03-04", "2024-03-06"]),
        ("It lasted between 60 and 90 days.", ["P60D", "P90D"]),
        ("On Monday at 10 p.m. the bridge fell.", ["2024-03-11", "2024-03-11T22:00"]),
        ("At 10 p.m., March 4, the bridge fell.", ["2024-03-04T22:00", "2024-03-04"]),
        ("It fell on Monday and was shut the next day.", ["2024-03-11", "2024-03-12"]),
        ("Sales rose in February from the same month a year earlier.", ["2024-02", "2023-02"]),
        ("It lost more in 2019 than in the previous year.", ["2019", "2018"]),
    ],
)
def test_expressions_lean_on_those_before_them(text: str, expected: list[str]) -> None:
    assert [value for *_, value in values(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "May Haddad met April Jones and June Osman.",
        "THEY MAY MARCH ON THE CAPITAL.",
        "A second bomb went off after the first of two.",
        "He reads 24 Heures, the Sunday Times and the Daily Nation.",
        "A T-72, an S-300 and a 122 mm rocket were hit.",
        "The 12-year-old boy and a man aged 40 years died.",
        "They took 2000 rifles and freed 1950 men on Route 2014.",
        "Resolution 2401 was read in Room 2012.",
        "The spring ran dry after the fall of the town.",
        "The 23 March Movement and the 7th Brigade fought.",
        "Bloody Sunday is a song.",
        "Version 3.11 costs $2010 and 10.10.10.10 is an address.",
        "The minutes of the meeting were read.",
        "The now-defunct party lost.",
    ],
)
def test_names_numbers_and_verbs_are_no_times(text: str) -> None:
    assert values(text) == []


@pytest.mark.parametrize("change", [str.lower, str.upper])
@pytest.mark.parametrize(
    "text", ["on Tuesday, 12 March 2024", "in October", "last week", "at 10 p.m. on Monday", "in May", "in the 1990s"]
)
def test_letters_may_be_of_either_case(text: str, change: type[str]) -> None:
    assert [v for *_, v in values(change(text))] == [v for *_, v in values(text)]  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("Teachers marched on Friday.", [date(2024, 3, 8)]),
        ("Teachers will march on Friday.", [date(2024, 3, 15)]),
        ("The vote is due on Friday.", [date(2024, 3, 15)]),
        ("The vote was scheduled for Friday.", [date(2024, 3, 15)]),
        ("The union called for a march on Friday.", [date(2024, 3, 15)]),
        ("The army agreed on Monday to leave by Friday.", [date(2024, 3, 11), date(2024, 3, 15)]),
        ("The army said on Monday it would leave on Friday.", [date(2024, 3, 11), date(2024, 3, 15)]),
        ("The rebels, who came on Monday, will leave on Friday.", [date(2024, 3, 11), date(2024, 3, 15)]),
        ("The lorry was set alight on Monday.", [date(2024, 3, 11)]),
        ("The work should be completed in October.", [date(2024, 10, 1)]),
        ("The work was completed in October.", [date(2023, 10, 1)]),
    ],
)
def test_the_tense_of_each_clause_decides_which_day_is_meant(text: str, starts: list[date]) -> None:
    document = Document("d", "text", text, text_hash(text), language="en", parts=(Part("paragraph", 0, len(text)),))
    (parsed,) = parse([document])
    (sentence,) = parsed.sentences
    found = find_times(sentence.span.text, PUBLISHED, tense=tense_at(sentence.span))
    assert [t.when.start for t in found] == starts


UNITS = st.sampled_from(["day", "week", "weekend", "month", "quarter", "season", "half", "year", "decade"])
DAYS = st.dates(date(1900, 1, 1), date(2090, 12, 31))


@settings(derandomize=True, deadline=None, max_examples=200)
@given(unit=UNITS, day=DAYS, steps=st.integers(-30, 30))
def test_periods_follow_each_other_without_gaps(unit: str, day: date, steps: int) -> None:
    period = Period.of(unit, day)  # type: ignore[arg-type]
    assert period.first <= period.last
    if unit != "weekend":
        assert period.first <= day <= period.last
        assert Period.of(unit, period.last + timedelta(days=1)) == period.shifted(1)  # type: ignore[arg-type]
    assert period.shifted(steps).shifted(-steps) == period
    assert Period.of(unit, period.first).value == period.value  # type: ignore[arg-type]


@settings(derandomize=True, deadline=None, max_examples=150)
@given(
    text=st.lists(
        st.one_of(
            st.sampled_from(["on Monday", "12 March", "3 years", "ago", "the", "last", "quarter", "2009", "the 1990s"]),
            st.text(max_size=8),
        ),
        max_size=8,
    ).map(" ".join),
    anchor=st.none() | DAYS,
)  # fmt: skip
def test_values_are_timex3s(text: str, anchor: date | None) -> None:
    for time in find_times(text, anchor):
        at = time.start
        for timex in time.timexes:
            assert at <= timex.start < timex.end <= time.end
            at = timex.end
            assert re.fullmatch(r"[\dXPTFYWMQHSDEAOUNIPRLC_:.Z+-]+|(?:PAST|PRESENT|FUTURE)_REF", timex.value)


def test_lengths_of_time() -> None:
    assert [length_value(n, u) for n, u in ((2, "week"), (None, "hour"), (0.5, "hour"), (1, "decade"))] == [
        "P2W", "PTXH", "PT30M", "P10Y",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("dateline", "published", "day"),
    [
        ("March 9", date(2024, 3, 11), date(2024, 3, 9)),
        ("9 March", date(2024, 3, 11), date(2024, 3, 9)),
        ("March 9", date(2024, 6, 11), date(2024, 6, 11)),
        ("March 12", date(2024, 3, 11), date(2024, 3, 11)),
        ("", date(2024, 3, 11), date(2024, 3, 11)),
        ("March 9, 2024", None, date(2024, 3, 9)),
        ("March 9", None, None),
    ],
)
def test_a_dateline_says_when_a_report_was_filed(dateline: str, published: date | None, day: date | None) -> None:
    assert filed_on(dateline, published) == day


@pytest.mark.parametrize(
    ("text", "when"),
    [
        # What a report published on Wednesday, 13 March 2024 dates its news to.
        ("KABUL, March 9 (Agency) - A bomb killed five people in Kabul on Friday.", "2024-03-08 2024-03-08 day"),
        ("Shelling killed three people in Taiz overnight from Monday to Tuesday.", "2024-03-11 2024-03-12 day"),
        ("Shelling killed three civilians in Taiz in the past 24 hours.", "2024-03-12 2024-03-13 day"),
        ("Over the past month, soldiers killed six protesters in Kidal.", "2024-02-12 2024-03-13 month"),
        ("From Saturday to Monday, clashes in Bunia killed nine people.", "2024-03-09 2024-03-11 week"),
        ("In the week of 4 March, shelling killed nine people in Taiz.", "2024-03-04 2024-03-10 week"),
        ("Gunmen killed four traders in Gao late last month.", "2024-02-21 2024-02-29 week"),
        ("Gunmen killed four traders in Gao on the 12th.", "2024-03-12 2024-03-12 day"),
        ("Gunmen killed four traders in Gao on 11 March last year.", "2023-03-11 2023-03-11 day"),
        ("Gunmen killed four worshippers in Jos on Christmas Day.", "2023-12-25 2023-12-25 day"),
        ("At around 10 a.m., gunmen killed four traders in Gao.", "None None unknown"),
        ("Gunmen killed four traders in Gao several months ago.", "None None unknown"),
        ("Three people were killed in Gao on Monday in the deadliest attack since 2019.", "2024-03-11 2024-03-11 day"),
        ("Police on Tuesday named the two men killed in a shooting in Nairobi on Sunday.", "2024-03-10 2024-03-10 day"),
        ("Two people wounded in a bombing in Quetta on Friday died on Monday.", "2024-03-08 2024-03-08 day"),
        ("Rebels attacked Bunia on Sunday, a day after a truce began, killing two.", "2024-03-10 2024-03-10 day"),
        ("The union called for a protest in Tunis on Friday.", "2024-03-15 2024-03-15 day"),
        ("By a statement issued on Wednesday, rebels killed six men in Bunia on Monday.", "2024-03-11 2024-03-11 day"),
        ("Five people died in Kabul on Tuesday when a mine of the 1980s exploded.", "2024-03-12 2024-03-12 day"),
        ("[11.03.2024] A drone strike killed two people in Taiz.", "2024-03-11 2024-03-11 day"),
        ("Two people were killed in Tuesday night's air strike on Taiz.", "2024-03-12 2024-03-12 day"),
        ("Militants attacked Damboa overnight into Wednesday, killing six.", "2024-03-12 2024-03-13 day"),
        ("Gunmen killed four traders in Gao on the weekend of 2-3 March.", "2024-03-02 2024-03-03 week"),
        ("Unions have called a protest in Nairobi for 31 March.", "2024-03-31 2024-03-31 day"),
    ],
)  # fmt: skip
def test_the_day_of_an_event(reader: Reader, text: str, when: str) -> None:
    found = reader.one(text).when
    assert f"{found.start} {found.end} {found.precision}" == when


def test_the_next_day_is_that_after_the_last_event(reader: Reader) -> None:
    claims = reader.read(
        "Gunmen killed four traders in Gao on Monday.",
        "On the following day, soldiers shot dead two protesters in Kidal.",
    )
    assert [c.when.start for c in claims] == [date(2024, 3, 11), date(2024, 3, 12)]


def test_an_anniversary_is_no_event(reader: Reader) -> None:
    assert not reader.read("Families gathered in Gao on Monday on the first anniversary of the bombing that killed 30.")


def test_a_report_of_no_day_dates_only_what_names_its_year(reader: Reader) -> None:
    claims = reader.read("Gunmen killed four traders in Gao on Monday.", published=None)
    assert [c.when for c in claims] == [When(anchor="undated document")]


def test_the_measure_writes_the_tokens_it_read(tmp_path: Path) -> None:
    """The bench runs on tokens without labels, and finds what it is given as gold."""
    tokens = [
        '*!-DCTVALUE="2024-03-13"-!*',
        "",
        "Gunmen",
        "came",
        "on",
        "Tuesday",
        "evening",
        ".",
        "",
        "It",
        "was",
        "quiet",
        ".",
    ]
    bare, out = tmp_path / "bare.tsv", tmp_path / "out.tsv"
    bare.write_text("".join(f"{t}\n" for t in tokens), "utf-8")
    command = [sys.executable, str(BENCH), "--gold", str(bare), "--predictions", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == '{"predicted": 1}'
    with out.open(encoding="utf-8") as file:
        rows = list(csv.reader(file, delimiter="\t"))
    assert [r[0] if r else "" for r in rows] == tokens
    assert [r[1:] for r in rows if r and r[1] != "O"] == [["B-TIME", "2024-03-12TEV"], ["I-TIME", "2024-03-12TEV"]]
    again = subprocess.run([*command[:3], str(out)], capture_output=True, text=True, check=True)
    assert '"value_f1": 100.0' in again.stdout
