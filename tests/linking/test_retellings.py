"""One story in another form: pages and feeds, links, translations."""

from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.linking import find_copies, lineages
from tocsin.linking._retellings import _address, _sound
from tocsin.records import Document, Part, When, content_id, text_hash

MONDAY = date(2023, 5, 8)


def report(
    text: str,
    *,
    language: str = "en",
    source: str = "River Watch",
    url: str = "",
    day: date | None = MONDAY,
    **more: str,
) -> Document:
    return Document(
        id=content_id("d", text, source),
        form="message",
        text=text,
        text_hash=text_hash(text),
        language=language,
        source=source,
        url=url,
        published=When(day, day, "day") if day else None,
        origin=more.get("origin", ""),
    )


ENGLISH = report("Four soldiers were wounded in Tadmur when a mine went off beside the Palmyra road.")
ARABIC = report("إصابة أربعة جنود في تدمر بانفجار لغم على طريق تدمر.", language="ar")
FRENCH = report("Quatre soldats blessés à Tadmur par une mine près de la route de Palmyra.", language="fr")
OTHER = report("Shops stayed closed in Homs after the funeral of two shopkeepers.")
PAGE = report(
    "Mine wounds four near Tadmur\n\nFour soldiers were wounded near Tadmur on Monday when a mine went off, the "
    "governor said. It is the third such blast this month on the road to Palmyra.",
    source="The Homs Courier",
    url="https://www.homs-courier.example/2023/mine-tadmur/",
)


def found(*documents: Document) -> dict[str, tuple[str, str]]:
    return {c.document_id: (c.origin_id, c.kind) for c in find_copies(documents)}


def test_a_message_and_its_translation_are_one_story() -> None:
    copies = found(ENGLISH, ARABIC, OTHER)
    assert {frozenset((k, v[0])) for k, v in copies.items()} == {frozenset((ENGLISH.id, ARABIC.id))}
    assert {kind for _, kind in copies.values()} == {"translation"}


def test_three_languages_make_one_lineage() -> None:
    documents = (ENGLISH, ARABIC, FRENCH, OTHER)
    told = lineages([d.id for d in documents], find_copies(documents))
    assert len(set(told.values())) == 2
    assert told[ENGLISH.id] == told[ARABIC.id] == told[FRENCH.id]


@pytest.mark.parametrize(
    "other",
    [
        report(ARABIC.text, language="ar", source="Another Channel"),
        report(ARABIC.text, language="ar", day=date(2023, 5, 18)),
        report("إصابة ستة جنود في تدمر بانفجار لغم على طريق تدمر.", language="ar"),
        report("إصابة أربعة جنود في إدلب بانفجار لغم.", language="ar"),
        report(ARABIC.text, language="ar", day=None),
    ],
    ids=["another outlet", "ten days later", "another figure", "another place", "no date"],
)
def test_what_only_resembles_a_translation_is_a_source_of_its_own(other: Document) -> None:
    assert not found(ENGLISH, other)


def test_a_translation_that_credits_its_outlet_is_found_across_outlets() -> None:
    translated = report(ARABIC.text, language="ar", source="Another Channel", origin="River Watch")
    assert found(ENGLISH, translated)


def test_each_message_has_the_twin_that_is_likest() -> None:
    second = report("Two soldiers were wounded in Tadmur by gunfire near the silos.")
    second_arabic = report("إصابة جنديين اثنين في تدمر بإطلاق نار قرب الصوامع.", language="ar")
    copies = found(ENGLISH, ARABIC, second, second_arabic)
    assert {frozenset((k, v[0])) for k, v in copies.items()} >= {frozenset((ENGLISH.id, ARABIC.id))}
    assert frozenset((ENGLISH.id, second_arabic.id)) not in {frozenset((k, v[0])) for k, v in copies.items()}


def test_a_feed_entry_and_its_page_are_one_story_whatever_the_link_looks_like() -> None:
    entry = report(
        "A blast on the desert road.",
        source="Courier feed",
        url="http://homs-courier.example/2023/mine-tadmur?utm_source=rss#top",
    )
    assert found(PAGE, entry, OTHER) == {entry.id: (PAGE.id, "address")}


def test_a_message_that_links_an_article_and_says_no_more_is_a_copy_of_it() -> None:
    message = report(f"Four soldiers wounded near Tadmur, the road to Palmyra is closed: {PAGE.url}", source="Chat")
    assert found(PAGE, message) == {message.id: (PAGE.id, "link")}


def test_a_message_with_news_of_its_own_that_links_an_article_is_a_source_of_its_own() -> None:
    message = report(f"Nine people abducted in Sukhnah by men in Toyota trucks. Earlier: {PAGE.url}", source="Chat")
    assert not found(PAGE, message)


def test_rows_that_cite_one_article_are_not_copies_of_each_other() -> None:
    rows = []
    for words in ("Shelling of Taftanaz | 3", "Arrests in Binnish | 12"):
        row = report(words, url=PAGE.url)
        rows.append(
            Document(
                row.id,
                "table row",
                words,
                row.text_hash,
                url=PAGE.url,
                published=row.published,
                parts=(Part("cell", 0, 5, "what"),),
            )
        )
    assert not found(*rows)


def test_an_entry_of_a_copied_story_joins_its_lineage() -> None:
    wire = report(PAGE.text.replace("the governor said", "an officer said"), source="Wire", day=date(2023, 5, 7))
    entry = report("A blast on the desert road.", source="Courier feed", url=PAGE.url)
    documents = (PAGE, wire, entry)
    told = lineages([d.id for d in documents], find_copies(documents))
    assert set(told.values()) == {wire.id}


@given(st.permutations([ENGLISH, ARABIC, FRENCH, OTHER, PAGE]))
def test_order_does_not_matter(documents: list[Document]) -> None:
    assert find_copies(documents) == find_copies(sorted(documents, key=lambda d: d.id))
    assert find_copies(iter(documents)) == find_copies(documents)


@pytest.mark.parametrize(
    ("latin", "arabic"),
    [("Shiheil", "الشحيل"), ("Busayrah", "البصيرة"), ("Namliyeh", "النملية"), ("Tadmur", "تدمر"), ("Raqqa", "الرقة")],
)
def test_names_sound_the_same_in_both_scripts(latin: str, arabic: str) -> None:
    assert _sound(latin) == _sound(arabic)


@given(st.text())
def test_addresses_of_anything_are_read_or_empty(text: str) -> None:
    address = _address(text)
    assert not address or _address(f"https://{address}") == address


def test_front_pages_are_no_address() -> None:
    assert not _address("https://www.homs-courier.example/")
    assert not _address("mailto:desk@example.org")


def test_a_busy_channel_is_compared_day_by_day() -> None:
    rng = random.Random(3)
    names = ["Hajin", "Abu Kamal", "Mayadin", "Thiban", "Gharanij", "Tayana", "Jarthi", "Darnaj"]
    documents = [
        report(f"Shelling near {rng.choice(names)} wounds {n} people", day=date(2023, 5, 1 + n % 20))
        for n in range(2, 300)
    ]
    copies = find_copies(documents)
    assert not [c for c in copies if c.kind == "translation"]
