"""Names of private persons are masked wherever they stand; places, bodies, actors and office-holders are not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.release.invented import FewPlaces

from tocsin.codebook import Codebook
from tocsin.release import _names
from tocsin.release._names import Known, NameFinder, SeenNames, given_name, word_key

# Invented, from many regions; most of their words are in no list of ours.
NAMES = [
    "Wissal Barghouth",
    "Ngabo Twahirwa",
    "Kwabena Boateng",
    "Saw Eh Doh",
    "Tashi Dorje",
    "Nurlan Abdykadyrov",
    "Ani Petrosyan",
    "Yevdokia Shulga",
    "Cabdullahi Faarax",
    "Lul Gatkuoth",
    "Olivier Bisimwa",
    "Domingos Chitsonzo",
    "Wilmar Chocue",
    "Marlén Pechené",
    "Hadja Kante",
    "Mossa Ag Attaher",
    "Terhemen Iorfa",
    "Naimatullah Marri",
    "Somchit Vongsa",
    "Mark Hill",
]
SENTENCES = [
    "A farmer, {}, was killed by gunmen in Raqqa on Friday.",
    "Gunmen killed {} near Kirkuk, residents said.",
    '"They came at night," {} said.',
    "{}, 34, lost his leg in the blast.",
    "Soldiers took {} and two others from the market in Aleppo.",
    "Told by: {} | Killed 3",
    "Gunmen Abduct Trader {} Near Kirkuk",
]


@pytest.fixture(scope="module")
def finder(codebook: Codebook) -> NameFinder:
    return NameFinder(codebook, FewPlaces())


def masked(finder: NameFinder, text: str, known: Known = Known()) -> str:  # noqa: B008
    for finding in reversed(finder.find(text, known)[0]):
        text = f"{text[: finding.start]}[{finding.kind}]{text[finding.end :]}"
    return text


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("name", NAMES)
def test_no_part_of_a_name_is_left(finder: NameFinder, name: str, sentence: str) -> None:
    left = masked(finder, sentence.format(name))
    assert not [part for part in name.split() if len(part) > 2 and part in left]


@pytest.mark.parametrize(
    "text",
    [
        "Gunmen attacked a patrol of the Syrian Democratic Forces near Hajin on Tuesday.",
        "The Syrian Observatory for Human Rights said Islamic State fighters had left Raqqa.",
        "Brig. Gen. Yahya Nuri, spokesman for the Iraqi army, spoke in Kirkuk.",
        "Oleh Babenko, the governor of the region, denied it. President Nuri said so too.",
        "Residents of the village of Tal Wardan fled; Tal Wardan was shelled in March.",
        "More than 200 people marched. When police came, they left for Aleppo.",
        "KIRKUK, Iraq - An army patrol was hit by a Katyusha rocket during Ramadan.",
        "Gunmen Kill Three Farmers Near Kirkuk",
    ],
)
def test_what_is_nobodys_name_stays(finder: NameFinder, text: str) -> None:
    assert masked(finder, text) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("khaled al-mansour was taken from his home.", "[name] was taken from his home."),
        ("KHALED MANSOUR WAS KILLED.", "[name] WAS KILLED."),
        ("قتل أحمد الخالد من بلدة الشعفة", "قتل [name] من بلدة الشعفة"),
        ("The man, محمد العلي, was seen in دير الزور.", "The man, [name], was seen in دير الزور."),
        ("Khaled\u200b al-Man\u00adsour died.", "[name] died."),
        ("They met Qasim Nadr. Nadr wept.", "They met [name]. [name] wept."),
    ],
)
def test_every_way_to_write_a_name(finder: NameFinder, text: str, left: str) -> None:
    assert masked(finder, text) == left


def test_places_go_too_where_they_would_endanger(finder: NameFinder) -> None:
    known = Known(coarse=True, areas=frozenset({word_key("Syria")}))
    left = masked(finder, "Police arrested three men in Hajin, Syria, and in the village of Tal Wardan.", known)
    assert left == "Police arrested three men in [place], Syria, and in the village of [place]."


def test_spellings_of_one_name_are_one() -> None:
    assert all(map(given_name, ["Mohammed", "Muhamed", "Zubayda", "Zoubeida", "Yusuf", "Youssef", "محمد", "Олена"]))
    assert not any(map(given_name, ["Village", "Market", "Patrol", "قرية"]))


def test_what_was_seen_is_not_looked_at_again(codebook: Codebook, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Two men met in Hajin. Wallow Hunter, a trader, left early; Hunter was not seen again."
    first = SeenNames()
    finder = NameFinder(codebook, FewPlaces(), first)
    finder.look_ahead([text])
    expected = finder.find(text, Known())
    assert expected == NameFinder(codebook, FewPlaces()).find(text, Known())
    kept = first.packed()
    assert b"Hunter" not in kept

    def unasked(texts: Sequence[str]) -> list[tuple[tuple[int, int], ...]]:
        assert not texts
        return []

    monkeypatch.setattr(_names, "people", unasked)
    again = NameFinder(codebook, FewPlaces(), SeenNames(kept))
    again.look_ahead([text])
    assert again.find(text, Known()) == expected


@pytest.mark.parametrize("kept", [b"", b"nonsense", b"\x92\xa1x\x80"])
def test_what_another_model_saw_counts_as_nothing(kept: bytes) -> None:
    assert "any text" not in SeenNames(kept)
    assert SeenNames(SeenNames(kept).packed()).packed() == SeenNames().packed()


def test_what_nobody_asked_for_is_not_kept() -> None:
    seen = SeenNames()
    seen["one"] = ((0, 3),)
    seen["two"] = ()
    assert seen["two"] == ()
    kept = SeenNames(seen.packed())
    assert ("one" in kept, "two" in kept) == (False, True)


ROW = "1204 | Violence against civilians | Government of Syria | State forces | Civilians | 2024-03-01 | day | {} | yes"


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_the_notes_of_a_row_of_a_dataset_is_masked_as_anywhere(
    finder: NameFinder, sentence: str, name: str
) -> None:
    text = ROW.format(sentence.format(name))
    findings, _ = finder.find(text, Known(), row=True)
    at = text.index(name)
    covered = {i for f in findings for i in range(f.start, f.end)}
    assert all(i in covered for i in range(at, at + len(name)) if text[i].isalpha())


def test_rows_that_were_looked_at_ahead_are_told_as_those_that_were_not(codebook: Codebook) -> None:
    rows = [ROW.format(sentence.format(name)) for sentence in SENTENCES for name in NAMES]
    ahead = NameFinder(codebook, FewPlaces())
    ahead.look_ahead(rows, rows=True)
    alone = NameFinder(codebook, FewPlaces())
    for text in rows:
        assert ahead.find(text, Known(), row=True) == alone.find(text, Known(), row=True)


def test_where_names_are_seen_in_a_row_is_told_by_its_offsets(codebook: Codebook) -> None:
    finder = NameFinder(codebook, FewPlaces())
    text = ROW.format("Told by John Smith | Told by Mary Jones")
    seen = finder._people_in_rows([text])[0]
    assert {text[start:end] for start, end in seen} >= {"John Smith", "Mary Jones"}
