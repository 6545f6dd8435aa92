"""What holds for every source."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tocsin.sources
from tocsin.errors import InputError
from tocsin.interfaces import Item, Source, load_plugins
from tocsin.records import text_hash
from tocsin.sources._cleaning import clean

SOURCES: list[Source] = [kind() for kind in load_plugins("tocsin.sources").values()]
SCRAPS = st.sampled_from(
    [
        "Title of it",
        "Published: 2020-05-04",
        "Published: never",
        "By Ana Example, The Post",
        "A lorry burned at night on the road between the two towns, the police said.",
        "KABUL (Reuters) - Shots were heard.",
        "Comments",
        "shareShare this",
        "- one",
        "# head",
        "---",
        "<p>words</p>",
        "<article>",
        "</div>",
        '{"text": "shots"}',
        "a,b,c",
        '"',
        "\u00ad",
        "ﬁ",
        "",
    ]
)
TEXTS = st.lists(SCRAPS | st.text(max_size=40), max_size=12).map("\n".join)


def test_the_public_names_are_sorted_and_there() -> None:
    names = tocsin.sources.__all__
    assert names == sorted(names, key=lambda name: (not name.isupper(), name))  # constants first, as the linter has it
    assert all(hasattr(tocsin.sources, name) for name in names)


@pytest.mark.parametrize("source", SOURCES, ids=lambda s: type(s).__name__)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=TEXTS)
def test_every_document_is_sound(source: Source, text: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{source.suffixes[0]}"
    path.write_bytes(text.encode("utf-8", "replace"))
    found = list(source.read(path, "a"))
    assert found
    assert _same(found, list(source.read(path, "a")))
    for each in found:
        if not isinstance(each, Item):
            assert isinstance(each, InputError)
            continue
        document = each.document
        assert document.text.strip(" |")
        assert document.text_hash == text_hash(document.text)
        assert clean(document.text).text == document.text
        done = 0
        for part in document.parts:
            assert done <= part.start < part.end <= len(document.text)
            assert document.text[part.start : part.end].strip()
            done = part.end
        if document.parts and document.parts[0].kind == "title":
            assert document.text.startswith(document.title)


def _same(one: list[Item | InputError], two: list[Item | InputError]) -> bool:
    return [str(x) for x in one] == [str(x) for x in two]


@pytest.mark.parametrize("source", SOURCES, ids=lambda s: type(s).__name__)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.binary(max_size=300))
def test_no_bytes_make_a_source_raise(source: Source, data: bytes, tmp_path: Path) -> None:
    path = tmp_path / f"a{source.suffixes[0]}"
    path.write_bytes(data)
    assert all(isinstance(f, (Item, InputError)) for f in source.read(path, "a"))
