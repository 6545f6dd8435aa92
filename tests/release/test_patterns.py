"""Secrets with a shape are found in every form that people write them in, and figures and days are none."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.release import ReleaseError, gate, scan_for_secrets
from tocsin.release._masking import MaskedText
from tocsin.release._patterns import find_patterns

PHONES = [
    "+963 944 123 456",
    "00963944123456",
    "0944-123-456",
    "(0944) 123456",
    "٠٩٤٤١٢٣٤٥٦",
    "۰۹۱۲ ۳۴۵ ۶۷۸۹",
    "+243 81 234 5678",
    "081.234.5678",
    "9647701234567",
    "+964\u200e770\u200e1234567",
    "０９４４１２３４５６",
    "+1 (202) 555-0143",
    "٠٩٤٤-١٢٣-٤٥٦",
]
HANDLES = [
    "@abu_secret1",
    "t.me/secret_channel",
    "https://t.me/secret",
    "WhatsApp: secret99",
    "Telegram @secret_x",
    "secretuser#1234",
    "facebook.com/secret.person",
    "instagram.com/secret",
    "x.com/secret/status/1",
    "تلغرام: @secret",
]
POINTS = [
    "35.3312, 40.1400",
    "35.331245 | 40.140021",
    "35°20'10\"N 40°08'24\"E",
    "37SDV1234567890",
    "37S 412345 3912345",
    "8G6R8MVX+2V",
    "35.33N 40.14E",
    "N35 20.166 E040 08.400",
    "٣٥٫٣٣١٢، ٤٠٫١٤",
    "lat 35.3312 lon 40.1400",
    "35.3312° N, 40.1400° E",
    "35.331245",
    "///filled.count.soap",
    "geo:35.3312,40.14",
]
OTHERS = [
    "someone@example.org",
    "someone (at) example (dot) org",
    "/home/reporter/notes/secret.txt",
    "C:\\Users\\Reporter\\secret.docx",
    "file:///home/reporter/secret",
    "~/notes/secret.txt",
    "plate KBX 123A",
    "licence plate 12-3456",
    "passport no. X1234567",
    "192.168.10.20",
    "\\\\server\\share\\secret",
    "https://example.org/people/secret",
    "ID card number 09120034567",
]
INNOCENT = [
    "12 people were killed on 3 May 2025.",
    "from 2014-2018, between 2019 and 2021 12 people",
    "On 2025-03-12 10:30 and 12/03/2025",
    "AK-47, F-16, T-72, M23, BM-21, S-300, RPG-7, Su-35, GBU-39 and M1A1",
    "1,200,000 displaced, 120000 in camps, 10.5 percent",
    "resolution 2254 (2015)",
    "3,000-4,000 people; 24/7; 9/11; and/or",
    "20 km north-east, 3.5 km",
    "the Telegram channel said",
    "at about 10:30, 20 to 30 gunmen in 4 vehicles",
    "the 2016/2017 season",
]


@pytest.mark.parametrize("secret", [*PHONES, *HANDLES, *POINTS, *OTHERS])
def test_found_whole_within_a_sentence(secret: str) -> None:
    text = f"Residents said: {secret} was passed on by a man."
    found = find_patterns(text)
    assert found, "nothing found"
    covered = {i for f in found for i in range(f.start, f.end)}
    start = text.index(secret)
    left = {i for i in range(start, start + len(secret)) if text[i].isdigit() or text[i] in "@/\\"} - covered
    assert not left, [text[i] for i in sorted(left)]


@pytest.mark.parametrize("text", INNOCENT)
def test_figures_days_and_weapons_are_no_secrets(text: str) -> None:
    assert scan_for_secrets(text) == ()


@pytest.mark.parametrize("secret", [*PHONES, *HANDLES, *POINTS])
def test_the_gate_stops_them_and_does_not_repeat_them(secret: str) -> None:
    with pytest.raises(ReleaseError) as caught:
        gate(f"a note {secret} here", "events.csv, row 3")
    assert "events.csv, row 3" in str(caught.value)
    assert secret not in str(caught.value)


@given(st.text(max_size=200))
def test_findings_are_in_order_and_apart_and_masking_leaves_nothing(text: str) -> None:
    found = find_patterns(text)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert all(0 <= f.start < f.end <= len(text) for f in found)
    masked, kinds = MaskedText(text, found).cut(0, len(text))
    assert kinds == {f.kind for f in found}
    assert scan_for_secrets(masked) == ()


@given(
    st.lists(st.sampled_from([*PHONES, *HANDLES, *POINTS]), min_size=1, max_size=4),
    st.sampled_from([" ", "\n", " and ", "; "]),
)
def test_nothing_is_left_after_masking(secrets: list[str], between: str) -> None:
    text = between.join(secrets)
    masked, _ = MaskedText(text, find_patterns(text)).cut(0, len(text))
    assert not any(c.isdigit() for c in masked)
    assert scan_for_secrets(masked) == ()


@given(
    st.sampled_from(PHONES),
    st.sampled_from(["", ",", ":", "|", "tel", "(", "ه", "\n", "=", ";"]),
    st.sampled_from(["", ",", "|", "x", ".", "ه"]),
)
def test_a_number_is_found_whatever_it_is_glued_to(phone: str, before: str, after: str) -> None:
    text = f"He said {before}{phone}{after} and left."
    masked, _ = MaskedText(text, find_patterns(text)).cut(0, len(text))
    assert not any(c.isdigit() for c in masked)
