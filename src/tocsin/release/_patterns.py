"""Secrets that have a shape: telephone numbers, addresses, handles, points, plates, paths."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

__all__ = ["Finding", "Folded", "find_patterns", "joined"]


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something in ``text[start:end]`` that must not leave, and what kind of thing it is."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as it reads: digits of any script as 0-9, full-width letters as letters, invisible marks gone.

    ``at[i]`` is where the i-th folded character stands in the original; ``at[len(text)]`` is the original's length.
    """

    text: str
    at: tuple[int, ...] | range

    @classmethod
    def of(cls, text: str) -> Folded:
        """Fold `text`."""
        if text.isascii():
            return cls(text, range(len(text) + 1))
        out: list[str] = []
        at: list[int] = []
        for position, character in enumerate(text):
            for folded in _fold(character):
                out.append(folded)
                at.append(position)
        at.append(len(text))
        return cls("".join(out), tuple(at))

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Where ``self.text[start:end]`` stands in the original."""
        return self.at[start], self.at[end - 1] + 1 if end > start else self.at[start]


_DASHES = dict.fromkeys("‐‑‒–—−﹣－", "-")
_MARKS = {"٫": ".", "،": ",", "٬": ",", "′": "'", "’": "'", "″": '"', "”": '"', "＠": "@", "º": "°", "˚": "°"}


def _fold(character: str) -> str:
    if character.isascii():
        return character
    if character in _DASHES:
        return _DASHES[character]
    if character in _MARKS:
        return _MARKS[character]
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.digit(character))
    # Marks that are not seen could cut a number in two; vowel signs and the tatweel do the same to a name.
    if category in ("Cf", "Mn") or character == "\u0640":
        return ""
    if category == "Zs":
        return " "
    normal = unicodedata.normalize("NFKC", character)
    return normal if len(normal) == 1 else character


def _shapes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    data = tomllib.loads(files("tocsin.release").joinpath("patterns.toml").read_text("utf-8"))
    return tuple(
        (entry["kind"], re.compile(entry["pattern"], flags))
        for name, flags in (("any_case", re.IGNORECASE), ("exact_case", re.NOFLAG))
        for entry in data[name]
    )


_SHAPES = _shapes()
_MORE = re.compile(r"(?:[ ,;/|]{1,3}[-+]?\d{1,3}[.,]\d+ ?°?)+")
_NUMBER = re.compile(r"(?<!\d)(?<!\d[.,])(?:\+|\(\+?)?\d(?:[ \t.()/\\-]{0,3}\d){5,}(?!\d)")
_ABROAD = re.compile(r"(?<!\d)(?:\+|00)\d[\d ().-]{5,}\d")
# "resolution 2254 (2015)", "between 2019 and 2021 12 people": a year with a small figure beside it.
_YEAR = re.compile(r"\(?(?:\d{1,4} ?\(?)?(?:19|20)\d\d\)?(?: \(?\d{1,4})?")
_DAY = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d[-/. ](?:0?[1-9]|1[0-2])[-/. ][0-3]?\d|[0-3]?\d[-/. ][0-3]?\d[-/. ](?:19|20)\d\d"
    r"|(?:19|20)\d\d ?[-/] ?(?:19|20)\d\d|^(?:19|20)\d{6}$)(?!\d)(?:[ T]+\d{1,2}(?:[:.]\d{2}){1,2}(?!\d))?"
)


# Labels and passages recur in thousands of events, whole documents do not; characters.
_RECURRING = 400


def find_patterns(text: str) -> tuple[Finding, ...]:
    """Every secret with a shape in `text`, in order, none overlapping.

    Examples
    --------
    >>> text = "call ٠٩٤٤ ١٢٣ ٤٥٦ or write to @some_one"
    >>> [(text[f.start : f.end], f.kind) for f in find_patterns(text)]
    [('٠٩٤٤ ١٢٣ ٤٥٦', 'phone'), ('@some_one', 'handle')]
    """
    return _find_again(text) if len(text) <= _RECURRING else _find(text)


def _find(text: str) -> tuple[Finding, ...]:
    folded = Folded.of(text)
    found = (Finding(*folded.original(start, end), kind) for start, end, kind in _raw(folded.text))
    return joined(found)


_find_again = lru_cache(maxsize=8192)(_find)


def _raw(text: str) -> Iterator[tuple[int, int, str]]:
    for kind, pattern in _SHAPES:
        for match in pattern.finditer(text):
            if match.end() > match.start():
                # Points come in rows; half of one beside another is still a point.
                more = _MORE.match(text, match.end()) if kind == "coordinates" else None
                yield match.start(), more.end() if more else match.end(), kind
    for match in _ABROAD.finditer(text):
        yield match.start(), match.end(), "phone"
    for match in _NUMBER.finditer(text):
        if _is_phone(match[0]):
            yield match.start(), match.end(), "phone"


def _is_phone(number: str) -> bool:
    """Whether digits that stand together are a telephone (or other personal) number rather than a day or a figure."""
    if _YEAR.fullmatch(number):
        return False
    rest = _DAY.sub(" ", number)
    digits = sum(c.isdigit() for c in rest)
    if digits >= 7:
        return True
    # Six digits in groups, or with a leading zero, are local numbers; bare ones are figures such as 120000.
    return digits == 6 and (not rest.strip().isdigit() or rest.strip().startswith("0"))


def joined(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """`findings` in order, those that overlap made into one; it keeps the kind of the longest."""
    out: list[Finding] = []
    longest = 0
    for finding in sorted(findings, key=lambda f: (f.start, -f.end, f.kind)):
        if out and finding.start < out[-1].end:
            length = finding.end - finding.start
            kind = finding.kind if length > longest else out[-1].kind
            longest = max(longest, length)
            out[-1] = Finding(out[-1].start, max(out[-1].end, finding.end), kind)
        else:
            out.append(finding)
            longest = finding.end - finding.start
    return tuple(out)
