"""Reports to incident templates."""

from __future__ import annotations

from dataclasses import replace

from tocsin.coding import templates
from tocsin.coding._role_tagger import Tagged, Tagging
from tocsin.coding._templates import candidates, plain
from tocsin.records import Document, Part, text_hash

REPORT = (
    "Guerrillas of the Red Column dynamited the power station in Las Palmas last night. "
    "Two guards were wounded. The mayor, Julio Arce, was kidnapped by unidentified men an hour later."
)


def document(text: str) -> Document:
    return Document("d", "text", text, text_hash(text), parts=(Part("paragraph", 0, len(text)),) if text else ())


def test_two_kinds_of_incident_are_two_templates():
    found = {t.incident_type: t for t in templates(document(REPORT))}
    assert {"bombing", "kidnapping"} <= found.keys()
    assert all(t.accomplished for t in found.values())
    assert "power station" in [f.text for f in found["bombing"].fillers["Target"]]
    assert [f.text for f in found["kidnapping"].fillers["Victim"]] == ["Julio Arce"]


def test_every_filler_cites_its_words():
    whole = document(REPORT)
    for template in templates(whole):
        for fillers in template.fillers.values():
            assert fillers
            assert all(whole.quote(f.span) == f.text for f in fillers)


def test_nothing_is_found_where_nothing_happened():
    assert templates(document("")) == ()
    assert templates(document("The price of coffee fell again. Exporters met the minister of trade.")) == ()


def test_languages_that_are_not_read_give_nothing():
    assert templates(replace(document(REPORT), language="fr")) == ()


def test_a_very_long_report_is_read_in_seconds():
    found = templates(document((REPORT + " ") * 60))
    assert {t.incident_type for t in found} & {"bombing", "kidnapping"}


def test_the_same_report_gives_the_same_templates():
    assert templates(document(REPORT)) == templates(document(REPORT))


def test_mentions_of_one_entity_come_together():
    text = "The Red Column Front (RCF) struck. RCF men fled; the Front spoke. The army watched."
    spans = [("Red Column Front", 0.9), ("RCF", 0.5), ("Front spoke", 0.2), ("army", 0.8)]
    tagged = [Tagged("PerpOrg", text.index(w), text.index(w) + len(w), s, (0.5,) * 6) for w, s in spans[:2] + spans[3:]]
    found = candidates(text, Tagging((0.5,) * 6, tuple(tagged)))
    assert [c.names for c in found] == [{"red column front", "rcf"}, {"army"}]
    assert text[found[0].mentions[0].start :].startswith("Red Column Front")


def test_names_are_compared_without_articles_and_marks():
    assert plain('"The Santo Tome" farm,') == "santo tome farm"
