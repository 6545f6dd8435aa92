"""Anything people send becomes documents: files, tables, and folders of them."""

from tocsin.sources._cleaning import Cleaned, clean
from tocsin.sources._walking import Input, Received, find, read, read_input

__all__ = ["Cleaned", "Input", "Received", "clean", "find", "read", "read_input"]
