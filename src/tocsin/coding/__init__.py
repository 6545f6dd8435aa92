"""Document → claims. Pure: the same document always gives the same claims, whatever else is coded beside it.

The road of a document: ``_sentences`` (parse), ``_segments`` (stretches that tell one thing), ``_mentions`` (what
each says of an event, by ``_statements``, ``_roles``, ``_tolls``, ``_event_dates`` and ``_type_choice``),
``_incidents`` (which mentions are about one event), ``_claims`` (what each speaker says of it). The words that
the rules look for are in ``words/*.toml``.
"""

from __future__ import annotations

from tocsin.coding._coder import LANGUAGES, DefaultCoder, default_coder
from tocsin.coding._counts import number
from tocsin.coding._dataset_rows import code_row
from tocsin.coding._dates import TimeExpression, find_times, parse_cell_date
from tocsin.coding._dyads import Dyad, Party, read_dyads
from tocsin.coding._encoder import encode
from tocsin.coding._event_links import EventPlace, place_of_event
from tocsin.coding._event_places import Located
from tocsin.coding._labels import LabelTeller, label_vectors, teach_labels
from tocsin.coding._sentences import parse_words
from tocsin.coding._tables import cells_by_field
from tocsin.coding._teaching import Likeness, Neighbour, Told, nearest_examples, tell_held_out
from tocsin.coding._templates import Filler, Template, templates
from tocsin.coding._type_teller import TypeTeller
from tocsin.coding._words import is_word, little_words

__all__ = [
    "LANGUAGES",
    "DefaultCoder",
    "Dyad",
    "EventPlace",
    "Filler",
    "LabelTeller",
    "Likeness",
    "Located",
    "Neighbour",
    "Party",
    "Template",
    "TimeExpression",
    "Told",
    "TypeTeller",
    "cells_by_field",
    "code_row",
    "default_coder",
    "encode",
    "find_times",
    "is_word",
    "label_vectors",
    "little_words",
    "nearest_examples",
    "number",
    "parse_cell_date",
    "parse_words",
    "place_of_event",
    "read_dyads",
    "teach_labels",
    "tell_held_out",
    "templates",
]
