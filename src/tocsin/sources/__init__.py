"""Anything people send becomes documents: files, tables, and folders of them."""

from tocsin.sources._cleaning import Cleaned, clean
from tocsin.sources._dataset_documents import dataset_documents
from tocsin.sources._datasets import dataset_cells, dataset_table, read_dataset
from tocsin.sources._fetching import feed_links, fetched_input
from tocsin.sources._following import Following, following
from tocsin.sources._mapping import TARGETS, ColumnMaps, map_from
from tocsin.sources._returned import returned_sheets
from tocsin.sources._spooling import STDIN, checked_form, spooled
from tocsin.sources._walking import Input, Received, find, map_key, outlines, read, read_input, source_for, takes_map

__all__ = [
    "STDIN",
    "TARGETS",
    "Cleaned",
    "ColumnMaps",
    "Following",
    "Input",
    "Received",
    "checked_form",
    "clean",
    "dataset_cells",
    "dataset_documents",
    "dataset_table",
    "feed_links",
    "fetched_input",
    "find",
    "following",
    "map_from",
    "map_key",
    "outlines",
    "read",
    "read_dataset",
    "read_input",
    "returned_sheets",
    "source_for",
    "spooled",
    "takes_map",
]
