"""Anything people send becomes documents: files, tables, and folders of them."""

from tocsin.sources._cleaning import Cleaned, clean
from tocsin.sources._following import Following, following
from tocsin.sources._walking import Input, Received, find, read, read_input

__all__ = ["Cleaned", "Following", "Input", "Received", "clean", "find", "following", "read", "read_input"]
