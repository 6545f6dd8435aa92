"""Lines on pages to the paragraphs their writer meant: columns, headings, list items, running heads and feet."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from tocsin.records import PartKind
from tocsin.sources._composing import Block

__all__ = ["Line", "Page", "blocks_of"]

_MARGIN = 0.12
"""Share of a page's height at top and bottom where running heads and feet are looked for."""
_BULLET = re.compile(r"[•●▪◦‣■□➢*–-]\s+(?=\S)")
_NUMBERED = re.compile(r"\(?\d{1,2}[.)]\s+(?=[^\W\d_])")
_PAGE_NUMBER = re.compile(
    r"(?:page|p\.|seite|página|صفحة)?\s*[-–—|]?\s*\d{1,4}\s*[-–—|]?(?:\s*(?:/|of|de|sur|von|من)\s*\d{1,4})?",
    re.I,
)
_SENTENCE_END = (".", "!", "?", ":", "”", '"', "؟", "۔", "।", "。")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of one column: its words, its box in points from the page's lower left, its letters' size and weight."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    size: float
    bold: bool


@dataclass(frozen=True, slots=True)
class Page:
    """The lines of a page in any order, and its height in points."""

    lines: tuple[Line, ...]
    height: float


def blocks_of(pages: Sequence[Page]) -> list[Block]:
    """Return headings, paragraphs and list items in reading order, paragraphs joined over columns and pages."""
    running = _running(pages)
    ordered = [[line for line in _in_order(page.lines) if not _is_running(line, page, running)] for page in pages]
    lines = [line for page in ordered for line in page]
    if not lines:
        return []
    usual = _usual_size(lines)
    spacing = _spacing(ordered)
    words = Counter(re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", " ".join(line.text for line in lines).casefold()))
    groups: list[list[Line]] = []
    for line in lines:
        if groups and _continues(groups[-1], line, usual, spacing):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [_block(group, usual, words) for group in groups]


# Running heads and feet -----------------------------------------------------------------------------------


def _running(pages: Sequence[Page]) -> frozenset[str]:
    """What stands in the margin of at least half of the pages, but for its numbers."""
    seen = Counter(key for page in pages for key in {_key(line) for line in page.lines if _in_margin(line, page)})
    return frozenset(key for key, times in seen.items() if times >= 2 and times * 2 >= len(pages))


def _is_running(line: Line, page: Page, running: frozenset[str]) -> bool:
    return _in_margin(line, page) and (_key(line) in running or bool(_PAGE_NUMBER.fullmatch(line.text)))


def _in_margin(line: Line, page: Page) -> bool:
    return line.bottom > page.height * (1 - _MARGIN) or line.top < page.height * _MARGIN


def _key(line: Line) -> str:
    return re.sub(r"\d+", "0", line.text).casefold()


# Columns ----------------------------------------------------------------------------------------------------


def _in_order(lines: Sequence[Line]) -> list[Line]:
    """Reading order: bands of full width from the top, in each the columns in the direction of the script."""
    rest = sorted(lines, key=lambda li: (-li.top, li.left))
    gutter = _gutter(rest)
    if gutter is None:
        return rest
    ordered: list[Line] = []
    band: list[Line] = []
    for line in [*rest, None]:
        if line is None or line.left < gutter < line.right:
            left = [li for li in band if li.right <= gutter]
            right = [li for li in band if li.left >= gutter]
            first, second = (right, left) if _right_to_left(band) else (left, right)
            ordered += _in_order(first) + _in_order(second)
            band = []
            if line is not None:
                ordered.append(line)
        else:
            band.append(line)
    return ordered


def _gutter(lines: Sequence[Line]) -> float | None:
    """Where a column ends: an upright line that few lines cross and that has neighbours at the same height."""
    if len(lines) < 4:
        return None
    best: tuple[int, float] | None = None
    width = max(li.right for li in lines) - min(li.left for li in lines)
    for at in sorted({round(li.left, 1) for li in lines}):
        x = at - 1.0
        left = [li for li in lines if li.right <= x]
        right = [li for li in lines if li.left >= x]
        crossing = len(lines) - len(left) - len(right)
        if min(len(left), len(right)) < 2 or crossing * 2 > len(lines):
            continue
        # Narrow cells beside each other are a table's row, to be read across.
        if min(_width(left), _width(right)) < width * 0.15:
            continue
        beside = sum(any(r.bottom < li.top and li.bottom < r.top for r in right) for li in left)
        if beside * 2 >= min(len(left), len(right)) and (best is None or beside - crossing > best[0]):
            best = (beside - crossing, x)
    return best[1] if best else None


def _width(lines: Sequence[Line]) -> float:
    return median(li.right - li.left for li in lines)


def _right_to_left(lines: Sequence[Line]) -> bool:
    letters = [c for li in lines for c in li.text if c.isalpha()]
    return sum("\u0590" <= c <= "\u08ff" for c in letters) * 2 > len(letters)


# Paragraphs -------------------------------------------------------------------------------------------------


def _usual_size(lines: Sequence[Line]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size, 1)] += len(line.text)
    return sizes.most_common(1)[0][0]


def _spacing(pages: Sequence[Sequence[Line]]) -> float:
    """The usual distance from one line's foot to the next one's, in points."""
    steps = [a.bottom - b.bottom for page in pages for a, b in pairwise(page)]
    near = [s for s in steps if 2 < s < 60]
    return Counter(round(s) for s in near).most_common(1)[0][0] if near else 14.0


def _is_heading(line: Line, usual: float) -> bool:
    larger = line.size > usual * 1.08
    return (larger or (line.bold and line.size >= usual * 0.95)) and len(line.text) < 200


def _continues(group: list[Line], line: Line, usual: float, spacing: float) -> bool:
    """Whether `line` goes on with what `group` holds."""
    last = group[-1]
    if _is_heading(line, usual) or _is_heading(last, usual):
        same = abs(line.size - last.size) < 0.3 and line.bold == last.bold
        return same and 0 < last.bottom - line.bottom <= line.size * 1.6 and not last.text.endswith((".", "!", "?"))
    if _BULLET.match(line.text) or _NUMBERED.match(line.text):
        return False
    step = last.bottom - line.bottom
    if abs(step) < 2:
        return True  # pieces of one line
    if step < 0 or step > 60:  # the next column or page: only an open sentence goes on there
        return not last.text.endswith(_SENTENCE_END) and (line.text[:1].islower() or last.text.endswith((",", "-")))
    if step > line.size * 1.8 and last.text.endswith(_SENTENCE_END):
        return False  # paragraphs of one line each look like wide spacing
    indented = line.left > last.left + 6 and len(group) > 1 and last.text.endswith(_SENTENCE_END)
    return step <= spacing * 1.35 + 0.5 and not indented


def _block(group: list[Line], usual: float, words: Counter[str]) -> Block:
    text = _joined(group, words)
    kind: PartKind = "paragraph"
    if match := _BULLET.match(text):
        return Block("item", text[match.end() :])
    if all(_is_heading(line, usual) for line in group) and len(text) < 250:
        kind = "heading"
    elif _NUMBERED.match(text):
        kind = "item"
    return Block(kind, text)


def _joined(group: list[Line], words: Counter[str]) -> str:
    """The lines as one. A hyphen at a line's end goes, unless the word is written with it elsewhere in the text."""
    text = ""
    for line in group:
        if (match := re.search(r"([^\W\d_]+)-$", text)) and line.text[:1].islower():
            end = re.match(r"[^\W\d_]+", line.text)
            head, tail = match[1].casefold(), end[0].casefold() if end else ""
            keep = words[f"{head}-{tail}"] > 0 and not words[head + tail]
            text = (text if keep else text[:-1]) + line.text
        else:
            text += (" " if text else "") + line.text
    return text
