"""What leaves: built from an allow-list, and no planted secret is ever in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.release.invented import (
    CIVILIANS,
    DAY,
    DEATHS,
    HAJIN,
    REBELS,
    FewPlaces,
    by_id,
    claim,
    document,
    event,
)

from tocsin.codebook import Codebook
from tocsin.export import table_rows
from tocsin.records import (
    Actor,
    Claim,
    Count,
    Counts,
    Document,
    Event,
    MergedField,
    Participant,
    Place,
    PublicEvent,
    Speaker,
    When,
    to_json,
)
from tocsin.release import Policy, gate, gate_event, publish

NAMES = [
    "Khaled al-Mansour",
    "Zubayda Qassem",
    "Fatoumata Diallo",
    "Oleksandr Kovalenko",
    "Juan Restrepo",
    "Gul Agha",
    "Kyaw Lwin Htun",
    "خالد المنصور",
    "زينب الحسن",
    "Олена Петренко",
]
SHAPES = [
    "+963 944 555 017",
    "0944-555-018",
    "٠٩٤٤٥٥٥٠١٩",
    "@secret_reporter",
    "t.me/secretgroup77",
    "35.331245, 40.140021",
    "37SDV1234567890",
    "reporter@example.org",
    "KBX 123A",
    "/home/reporter/secret/notes.txt",
]
DEFAULT = Policy()
SECRETS = [*NAMES, *SHAPES]


def tokens(secret: str) -> list[str]:
    """What must be nowhere: the whole, and of a name each part that names a person."""
    if secret in NAMES:
        return [secret, *(p for p in secret.replace("-", " ").split() if len(p) > 2)]
    return [secret]


def released(
    codebook: Codebook, events: list[Event], claims: list[Claim], documents: list[Document], policy: Policy = DEFAULT
) -> list[PublicEvent]:
    return list(
        publish(
            events, by_id(claims), by_id(documents), {}, codebook, FewPlaces(), timestamp=1_740_000_000, policy=policy
        )
    )


def everything(events: list[PublicEvent]) -> str:
    return "\n".join(map(to_json, [*events, *table_rows(events)]))


def planted(secret: str, sensitivity: str, code: str = "attack") -> tuple[Event, Claim, Document]:
    """An event with the secret in every field that holds free text."""
    text = (
        f"Attack near Hajin, contact {secret}\n\nA man named {secret} was killed in Hajin on Tuesday, residents said. "
        f"{secret} told a reporter that gunmen fired at villagers. Two villagers died. Call {secret}."
    )
    source = document(
        text,
        sensitivity=sensitivity,
        title=f"Attack, by {secret}",
        author=secret,
        url=f"https://example.org/2025/attack?by={secret.replace(' ', '+')}"
        if secret in SHAPES
        else "https://example.org/a",
    )
    place = Place(secret, secret, 34.123456, 40.654321, "exact", secret, "SYR", "Syria", "Dayr Az Zawr", secret)
    made = claim(
        source,
        "was killed",
        {"actor2": f"A man named {secret}", "where": "Hajin", "deaths": "Two villagers", "speaker": secret},
        code=code,
        where=(HAJIN, place),
        participants=(REBELS, CIVILIANS, Participant("associated", Actor(secret, None, secret, None), 2)),
        counts=Counts(deaths=Count(2, 2, 2, f"two, said {secret}", f"told by {secret}")),
        weapon=f"rifle of {secret}",
        speaker=Speaker(secret, "witness"),
    )
    merged = event(
        made,
        participants=(REBELS, Participant("target", Actor(secret, None, secret, "Civilians"), 2)),
        where=(place,),
        fields=(
            MergedField("actor2", (made.id,), f"because {secret}"),
            MergedField(f"x {secret}", (made.id,), "all agree"),
        ),
    )
    return merged, made, source


@pytest.mark.parametrize("sensitivity", ["open", "restricted"])
@pytest.mark.parametrize("secret", SECRETS)
def test_canaries(codebook: Codebook, secret: str, sensitivity: str) -> None:
    incident, made, source = planted(secret, sensitivity)
    left = everything(released(codebook, [incident], [made], [source]))
    assert not [t for t in tokens(secret) if t in left]
    for digits in ("34.123456", "40.654321", "34.1235", "40.6543"):
        assert digits not in left


@pytest.mark.parametrize("sensitivity", ["open", "restricted"])
def test_canaries_all_at_once(codebook: Codebook, sensitivity: str) -> None:
    made = [planted(secret, sensitivity, "arrests") for secret in SECRETS]
    public = released(codebook, [m[0] for m in made], [m[1] for m in made], [m[2] for m in made])
    left = everything(public)
    assert not [t for secret in SECRETS for t in tokens(secret) if t in left]
    for one in public:
        for quote in (q.words for c in one.claims for q in c.quotes):
            gate(quote)


@settings(max_examples=40, deadline=None)
@given(
    before=st.text(max_size=120),
    after=st.text(max_size=120),
    secret=st.sampled_from(SECRETS),
    sensitivity=st.sampled_from(["open", "restricted"]),
)
def test_any_text_is_published_and_no_secret_survives(
    codebook: Codebook, before: str, after: str, secret: str, sensitivity: str
) -> None:
    told = f" resident {secret}, " if secret in NAMES else f" {secret} "
    text = f"{before}\n\nGunmen killed{told}\n\n{after}"
    source = document(text, sensitivity=sensitivity)
    made = claim(source, "Gunmen killed", {"actor2": told.strip()} if told.strip() else {})
    left = everything(released(codebook, [event(made)], [made], [source]))
    assert secret not in left


def test_restricted_documents_are_local_sources_and_never_quoted(codebook: Codebook) -> None:
    source = document(
        "Gunmen killed two villagers in Hajin.", sensitivity="restricted", source="Hajin watch group", title="Log"
    )
    made = claim(
        source,
        "killed",
        {"deaths": "two villagers"},
        participants=(REBELS, CIVILIANS),
        counts=DEATHS,
        speaker=Speaker("the baker's cousin", "witness"),
    )
    (public,) = released(codebook, [event(made)], [made], [source])
    (shown,) = public.claims
    assert (shown.source, shown.url, shown.passage, shown.quotes) == ("local source", "", "", ())
    assert shown.speaker == "a resident"
    assert public.rows[0].source == "local source"
    assert "source" in public.masked
    assert "watch" not in everything([public])
    assert "baker" not in everything([public])


def test_open_documents_are_quoted_with_names_masked(codebook: Codebook) -> None:
    text = (
        "On Tuesday gunmen shot dead Khaled al-Mansour, 34, and another villager in Hajin, the Syrian Observatory for "
        "Human Rights said. President Ahmed al-Sharaa condemned it."
    )
    source = document(text, url="https://wire.example.org/news/1#top")
    made = claim(
        source,
        "shot dead",
        {"where": "Hajin", "actor1": "gunmen", "actor2": "Khaled al-Mansour, 34"},
        participants=(REBELS, CIVILIANS),
        counts=DEATHS,
        speaker=Speaker("the Syrian Observatory for Human Rights", "monitor"),
    )
    (public,) = released(codebook, [event(made)], [made], [source])
    (shown,) = public.claims
    assert shown.passage.startswith("On Tuesday gunmen shot dead [name], 34, and another villager in Hajin")
    assert shown.url == "https://wire.example.org/news/1"
    assert shown.speaker == "Syrian Observatory for Human Rights"
    assert all(quote.words in shown.passage for quote in shown.quotes)
    assert {q.field for q in shown.quotes} == {"code", "where", "actor1", "actor2"}
    assert "name" in public.masked
    assert public.location == "Hajin"
    assert public.rows[0].notes == public.notes


def test_who_holds_an_office_stays_and_others_do_not(codebook: Codebook) -> None:
    text = (
        "Gunmen attacked Hajin, said Brig. Gen. Nabil Haddad, spokesman for the army. Governor Samer Qasim visited. "
        "A neighbour, Samir Qabbani, wept."
    )
    source = document(text)
    made = claim(source, "attacked", speaker=Speaker("Brig. Gen. Nabil Haddad, spokesman for the army", "security"))
    (public,) = released(codebook, [event(made)], [made], [source])
    (shown,) = public.claims
    assert "Brig. Gen. Nabil Haddad" in shown.passage
    assert "Haddad" not in shown.speaker
    assert "spokesman for the army" in shown.speaker
    whole = everything([public])
    assert "Qabbani" not in whole


def test_an_allegation_of_informing_is_not_quoted(codebook: Codebook) -> None:
    source = document("Gunmen shot a shopkeeper in Hajin, accusing him of being an informant for the army.")
    made = claim(source, "shot", {"where": "Hajin"})
    (public,) = released(codebook, [event(made)], [made], [source])
    assert (public.claims[0].passage, public.claims[0].quotes) == ("", ())
    assert "allegation" in public.masked


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("arrests", "Police arrested three men in Hajin."),
        ("sexual_violence", "Two women were raped in Hajin."),
        ("attack", "Gunmen attacked an ambulance in Hajin and killed two aid workers."),
        ("air_drone_strike", "Warplanes struck a hospital in Hajin."),
        ("air_drone_strike", "Drones struck a depot in Hajin and hit a hospital nearby, a network of doctors said."),
    ],
)
def test_what_endangers_people_is_placed_no_finer_than_a_division(codebook: Codebook, code: str, words: str) -> None:
    source = document(words)
    made = claim(source, words.split()[1], {"where": "Hajin"}, code=code, participants=(REBELS, CIVILIANS))
    (public,) = released(codebook, [event(made)], [made], [source])
    assert "Hajin" not in everything([public])
    assert (public.location, public.latitude, public.longitude, public.geo_precision) == ("Dayr Az Zawr", 35.0, 40.3, 3)
    (row,) = public.rows
    assert (row.location, row.geo_precision) == ("Dayr Az Zawr", 3)
    assert "place" in public.masked


@pytest.mark.parametrize(
    "told",
    [
        "the wounded were taken to the general hospital, medics said",
        "four people died, aid workers said",
        "a hospital source said",
    ],
)
def test_where_the_wounded_were_taken_does_not_make_an_incident_medical(codebook: Codebook, told: str) -> None:
    source = document(f"Shelling hit Hajin; {told}.")
    made = claim(source, "Shelling", code="shelling_artillery_missile_attack")
    (public,) = released(codebook, [event(made)], [made], [source])
    assert public.location == "Hajin"


def test_points_are_no_finer_than_a_settlement(codebook: Codebook) -> None:
    exact = replace(HAJIN, precision="exact")
    unlisted = replace(HAJIN, name="Tal Wardan", label="Tal Wardan", gazetteer="", gazetteer_id="")
    source = document("Gunmen attacked Hajin, and a patrol in Tal Wardan.")
    made = claim(source, "attacked", where=(HAJIN,))
    for place, point, precision, label in [
        (HAJIN, (34.69, 40.831), 1, "Hajin"),
        (exact, (34.69, 40.83), 2, "Hajin"),
        (unlisted, (34.69, 40.83), 2, "Tal Wardan"),
    ]:
        (public,) = released(codebook, [event(made, where=(place,))], [made], [source])
        assert (public.latitude, public.longitude) == point
        assert (public.geo_precision, public.location) == (precision, label)


def test_a_place_named_like_a_person_is_shown_by_its_area(codebook: Codebook) -> None:
    place = replace(HAJIN, name="Abu Khaled's farm", label="Abu Khaled's farm", gazetteer="", gazetteer_id="")
    source = document("Gunmen attacked the farm.")
    made = claim(source, "attacked", where=(place,))
    (public,) = released(codebook, [event(made)], [made], [source])
    assert public.location == "Dayr Az Zawr"
    assert "Khaled" not in everything([public])


def test_an_event_without_a_row_says_why_and_what_it_is(codebook: Codebook) -> None:
    source = document("The army denied that it had shelled Hajin.")
    made = claim(source, "shelled", code="shelling_artillery_missile_attack", modality="denied")
    (public,) = released(codebook, [event(made)], [made], [source])
    assert public.rows == ()
    assert public.not_exported == "denied_only"
    assert public.notes.startswith("Shelling")
    assert "denied" in public.notes


def test_incidents_that_share_a_row_show_the_same_row_once(codebook: Codebook) -> None:
    sources = [document(f"Report {n}: gunmen attacked Hajin.") for n in ("one", "two")]
    made = [claim(s, "attacked", participants=(REBELS, CIVILIANS), counts=DEATHS) for s in sources]
    public = released(codebook, [event(c) for c in made], made, sources)
    (row,) = table_rows(public)
    assert row.fatalities == 4
    assert all(p.rows == (row,) for p in public)


def test_rows_come_by_day_and_id(codebook: Codebook) -> None:
    source = document("Gunmen attacked Hajin, then shelled it, then burned it.")
    days = [date(2025, 3, 9), date(2025, 3, 1), date(2025, 3, 5)]
    made = [
        claim(source, word, when=When(day, day, "day"), participants=(REBELS, CIVILIANS))
        for word, day in zip(("attacked", "shelled", "burned"), days, strict=True)
    ]
    rows = table_rows(released(codebook, [event(c) for c in made], made, [source]))
    assert [r.event_date for r in rows] == ["2025-03-01", "2025-03-05", "2025-03-09"]


def test_a_missing_document_is_treated_as_restricted(codebook: Codebook) -> None:
    source = document("Gunmen attacked Hajin.")
    made = claim(source, "attacked", when=DAY)
    (public,) = released(codebook, [event(made)], [made], [])
    assert public.claims[0].source == "local source"


def test_a_policy_can_only_hold_back_more() -> None:
    with pytest.raises(ValueError, match="passage_limit"):
        Policy(passage_limit=5000)


def test_quoting_nothing(codebook: Codebook) -> None:
    source = document("Gunmen attacked Hajin.")
    made = claim(source, "attacked")
    (public,) = released(codebook, [event(made)], [made], [source], Policy(passage_limit=0))
    assert public.claims[0].passage == ""


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://wire.example.org/a?id=3", "https://wire.example.org/a?id=3"),
        ("https://user:secret@wire.example.org/a", "https://wire.example.org/a"),
        ("https://t.me/someone/3", ""),
        ("file:///home/reporter/a.html", ""),
        ("https://wire.example.org/a?mail=x@example.org", "https://wire.example.org/a"),
        ("http://localhost/a", ""),
        ("not an address", ""),
    ],
)
def test_addresses(codebook: Codebook, url: str, shown: str) -> None:
    source = document("Gunmen attacked Hajin.", url=url)
    made = claim(source, "attacked")
    (public,) = released(codebook, [event(made)], [made], [source])
    assert public.claims[0].url == shown


CODED = replace(HAJIN, pcodes=("SY09", "SY0902", "C6211"), gazetteer_id="C6211")


@pytest.mark.parametrize(
    ("place", "codes"),
    [
        (CODED, ("SY09", "SY0902")),
        # The village's own code came from another list than its id.
        (replace(CODED, gazetteer_id="170654"), ("SY09", "SY0902")),
        (replace(CODED, admin2="", pcodes=("SY09", "C6211")), ("SY09", "")),
        (replace(CODED, admin3="Hajin", pcodes=("SY09", "SY0902", "SY090201", "C6211")), ("SY09", "SY0902")),
        (replace(CODED, precision="admin2", label="Abu Kamal", pcodes=("SY09", "SY0902")), ("SY09", "SY0902")),
        (replace(CODED, precision="admin1", label="Dayr Az Zawr", admin2="", pcodes=("SY09",)), ("SY09", "")),
        # Which division these belong to cannot be told.
        (replace(CODED, pcodes=("C6211",)), ("", "")),
        (replace(CODED, pcodes=("SY0902",)), ("", "")),
        (replace(CODED, precision="country", label="Syria"), ("", "")),
        (replace(CODED, pcodes=("+963 944 123 456", "SY0902", "C6211")), ("", "")),
        (HAJIN, ("", "")),
    ],
)
def test_codes_of_divisions_that_are_still_named(codebook: Codebook, place: Place, codes: tuple[str, str]) -> None:
    source = document("Gunmen attacked Hajin.")
    made = claim(source, "attacked", where=(place,))
    (public,) = released(codebook, [event(made)], [made], [source])
    assert (public.admin1_pcode, public.admin2_pcode) == codes
    assert public.place_precision == place.precision
    gate_event(public)


def test_the_code_of_a_village_does_not_outlive_its_name(codebook: Codebook) -> None:
    source = document("Soldiers arrested two men in Hajin.")
    made = claim(source, "arrested", code="arrests", where=(CODED,))
    (public,) = released(codebook, [event(made)], [made], [source])
    assert "C6211" not in everything([public])
    assert (public.place_precision, public.admin1_pcode) == ("admin1", "SY09")
    assert public.admin2_pcode == ("SY0902" if public.admin2 else "")


def test_of_a_place_shown_by_its_country_no_code_is_left(codebook: Codebook) -> None:
    place = replace(CODED, name="Abu Khaled's farm", label="Abu Khaled's farm", admin1="", admin2="", gazetteer_id="")
    source = document("Gunmen attacked the farm.")
    made = claim(source, "attacked", where=(place,))
    (public,) = released(codebook, [event(made)], [made], [source])
    assert (public.place_precision, public.admin1_pcode, public.admin2_pcode) == ("country", "", "")
