"""Anything people send becomes documents: files, tables, and folders of them."""

from tocsin.sources._cleaning import Cleaned, clean
from tocsin.sources._following import Following, following
from tocsin.sources._mapping import TARGETS, ColumnMaps, map_from
from tocsin.sources._walking import Input, Received, find, map_key, outlines, read, read_input, source_for, takes_map

__all__ = [
    "TARGETS",
    "Cleaned",
    "ColumnMaps",
    "Following",
    "Input",
    "Received",
    "clean",
    "find",
    "following",
    "map_from",
    "map_key",
    "outlines",
    "read",
    "read_input",
    "source_for",
    "takes_map",
]
