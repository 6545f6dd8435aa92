"""What a reader sees, from what was received: a text cleaned of invisible and look-alike characters.

Spans cite the cleaned text. :class:`Cleaned` leads from any stretch of it back to the characters it was
made from, so that evidence can be shown in the original too.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from confusable_homoglyphs import confusables

__all__ = ["Cleaned", "clean", "collapse"]


@dataclass(frozen=True, slots=True)
class _Layer:
    """The edits one pass made: parallel offsets of each replaced stretch, before and after it."""

    before: tuple[tuple[int, int], ...]
    after: tuple[tuple[int, int], ...]

    def origin(self, index: int) -> tuple[int, int]:
        """The stretch before the pass that the character at `index` after it was made from."""
        at = bisect_right(self.after, (index, _PAST)) - 1
        if at < 0:
            return index, index + 1
        start, end = self.after[at]
        if start <= index < end:
            return self.before[at]
        shifted = index - end + self.before[at][1]
        return shifted, shifted + 1


_PAST = 1 << 62


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A cleaned text and the way back to the raw one.

    Attributes
    ----------
    text : str
        What the user sees and what spans cite.
    """

    text: str
    _layers: tuple[_Layer, ...] = ()

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the stretch of the raw text that ``text[start:end]`` was made from.

        Raises
        ------
        ValueError
            If the span is empty or outside the text.

        Examples
        --------
        >>> clean("a\\u00adb c").raw_span(1, 2)
        (2, 3)
        """
        if not 0 <= start < end <= len(self.text):
            raise ValueError(f"span {start}:{end} is outside a text of {len(self.text)} characters")
        for layer in reversed(self._layers):
            start, end = layer.origin(start)[0], layer.origin(end - 1)[1]
        return start, end


def clean(raw: str) -> Cleaned:
    """Return `raw` as a reader sees it.

    Line ends become ``\\n``; soft hyphens (also the ``¬`` that some exports leave for them), zero-width and
    bidirectional marks and control characters go; odd spaces become a space; ligatures, presentation forms
    and mathematical letters become plain letters; the result is in NFC. A letter of another script that
    looks like a Latin one becomes it, but only in a word that mixes scripts: a Cyrillic word stays Cyrillic.

    Examples
    --------
    >>> clean("se\\u200bcu\\u00adrity\\r\\n\\ufb01ve").text
    'security\\nfive'
    """
    layers: list[_Layer] = []
    text = raw
    for step in (_plain_characters, _without_soft_hyphens, _composed):
        text, layer = step(text)
        if layer is not None:
            layers.append(layer)
    return Cleaned(_one_script_a_word(text), tuple(layers))


def collapse(text: str) -> str:
    """Return `text` cleaned, on one line, with single spaces."""
    return " ".join(clean(text).text.split())


def _edited(text: str, edits: Iterator[tuple[int, int, str]]) -> tuple[str, _Layer | None]:
    pieces: list[str] = []
    before: list[tuple[int, int]] = []
    after: list[tuple[int, int]] = []
    done = written = 0
    for start, end, new in edits:
        pieces.append(text[done:start])
        written += start - done
        pieces.append(new)
        before.append((start, end))
        after.append((written, written + len(new)))
        written += len(new)
        done = end
    if not before:
        return text, None
    pieces.append(text[done:])
    return "".join(pieces), _Layer(tuple(before), tuple(after))


def _substituted(
    pattern: re.Pattern[str], new: Callable[[re.Match[str]], str], text: str
) -> Iterator[tuple[int, int, str]]:
    for match in pattern.finditer(text):
        replacement = new(match)
        if replacement != match.group():
            yield match.start(), match.end(), replacement


# The joiners U+200C and U+200D are spelling in Persian, Urdu, Hindi … and noise between other letters.
_JOINED = "\u0600-\u06ff\u0750-\u077f\u0900-\u0dff\u1000-\u109f"
_ODD = re.compile(
    "(?P<line>\r\n?|[\x0b\x0c\x85\u2028\u2029])"
    f"|(?P<joiner>(?<=[{_JOINED}])[\u200c\u200d](?=[{_JOINED}]))"
    "|(?P<nothing>[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\ufe00-\ufe0f])"
    "|(?P<space>[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000])"
    "|(?P<form>[\ufb00-\ufb06\ufb13-\ufb17\ufb1d-\ufbc1\ufbd3-\ufd3d\ufd50-\ufdf9\ufe70-\ufefc"
    "\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\U0001d400-\U0001d7ff])"
)


def _plain(match: re.Match[str]) -> str:
    kind = match.lastgroup
    if kind == "line":
        return "\n"
    if kind == "space":
        return " "
    if kind == "form":
        # Presentation forms of Arabic vowel marks decompose to a space and the mark.
        return unicodedata.normalize("NFKC", match.group()).strip()
    return match.group() if kind == "joiner" else ""


def _plain_characters(text: str) -> tuple[str, _Layer | None]:
    if text.isascii() and text.isprintable():
        return text, None
    return _edited(text, _substituted(_ODD, _plain, text))


# A soft hyphen at a line's end also hides the line end; the ¬ is what is left of one in text exports.
_LETTER = r"[^\W\d_]"
_SOFT = re.compile(f"[\u00ad¬]+[ \t]*\n[ \t]*(?={_LETTER})|\u00ad+|¬+(?={_LETTER})|(?<={_LETTER})¬+")


def _without_soft_hyphens(text: str) -> tuple[str, _Layer | None]:
    if "\u00ad" not in text and "¬" not in text:
        return text, None
    return _edited(text, _substituted(_SOFT, lambda _: "", text))


def _composed(text: str) -> tuple[str, _Layer | None]:
    if unicodedata.is_normalized("NFC", text):
        return text, None
    return _edited(text, _compositions(text))


def _compositions(text: str) -> Iterator[tuple[int, int, str]]:
    for chunk in re.finditer(r"[\x00-\x7f]?[^\x00-\x7f]+", text):
        if unicodedata.is_normalized("NFC", chunk.group()):
            continue
        start = chunk.start()
        for end in range(chunk.start() + 1, chunk.end() + 1):
            if end < chunk.end() and _joins(text[end]):
                continue
            cluster = text[start:end]
            composed = unicodedata.normalize("NFC", cluster)
            if composed != cluster:
                yield start, end, composed
            start = end


def _joins(character: str) -> bool:
    """Whether NFC may join the character to the one before it: marks, and the later letters of a Hangul syllable."""
    return (
        unicodedata.combining(character) != 0
        or unicodedata.category(character).startswith("M")
        or "\u1160" <= character <= "\u11ff"
    )


_FOREIGN = re.compile("[\u0370-\u03ff\u0400-\u052f\u0531-\u0587\u13a0-\u13f5\u1c80-\u1c88\ua640-\ua69f]")
_WORD = re.compile(r"\w+")


def _one_script_a_word(text: str) -> str:
    """Replace look-alikes in words that mix scripts, one letter by one, so that no offset moves."""
    if not _FOREIGN.search(text):
        return text
    return _WORD.sub(lambda match: _unmixed(match.group()), text)


def _unmixed(word: str) -> str:
    if word.isascii() or not _FOREIGN.search(word):
        return word
    foreign = [c for c in word if _FOREIGN.match(c)]
    latin = [c for c in word if c.isalpha() and not _FOREIGN.match(c)]
    if not latin or not all(ord(c) < 0x250 for c in latin):
        return word
    if all(_latin_twin(c) for c in foreign):
        return "".join(_latin_twin(c) or c for c in word)
    # The other way round: a Cyrillic word in which somebody typed a Latin "a".
    if len(foreign) > len(latin) and all("CYRILLIC" in unicodedata.name(c, "") for c in foreign):
        twins = [_CYRILLIC_TWINS.get(c) for c in latin]
        if all(twins):
            return "".join(_CYRILLIC_TWINS.get(c, c) for c in word)
    return word


_CYRILLIC_TWINS = dict(zip("ABCEHKMOPTXaceopxyi", "АВСЕНКМОРТХасеорхуі", strict=True))


# The table of confusables gives these an l or a small capital; scraped copies use them for these letters.
_TWINS = {"І": "I", "Ι": "I", "Ӏ": "I", "к": "k", "κ": "k"}


@lru_cache(maxsize=1024)
def _latin_twin(character: str) -> str | None:
    """The unaccented Latin letter that `character` looks like, of the same case; None where there is none."""
    if not _FOREIGN.match(character):
        return None
    if character in _TWINS:
        return _TWINS[character]
    found = confusables.is_confusable(character, greedy=True, preferred_aliases=[])
    twins = [h["c"] for entry in found or [] for h in entry["homoglyphs"]]
    same = [c for c in twins if len(c) == 1 and c.isascii() and c.isalpha() and c.isupper() == character.isupper()]
    return min(same) if same else None
