"""One story in another form: a feed's entry and its page, a message and the article it links, a translation.

None of these share long runs of words, so what tells them is an address, or names and figures that are the same across
languages and scripts. Two outlets that report one incident share names and figures too and are two sources: a
translation is looked for only among texts of one outlet, or of one that credits the other.
"""

from __future__ import annotations

import re
from calendar import day_name, month_name
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from itertools import chain, combinations
from urllib.parse import parse_qsl, urlencode, urlsplit

from anyascii import anyascii
from num2words import num2words

from tocsin.records import CopyKind, Document

__all__ = ["Retelling", "Teller", "find_retellings", "teller", "told_together"]

_DAYS_APART = 2
"""Days. A channel's twin follows within minutes, an agency's translation overnight."""

_SHORT = 60
"""Words. In a message one name and the figures are all there is; a longer text must share more."""

_NAMES_SHARED = 0.4
_FIGURES_SHARED = 0.5
_SHARED_BY_LINK = 0.6
"""Share of a message's names and figures that the page it links must hold: else it only points to further reading."""

_LENGTHS = 2.5
"""Ratio. Arabic writes articles and pronouns into its words and has about seven for ten English ones."""

_MOST_LINKED = 200
"""Words. What links and is longer is an article with sources, not a message that announces one."""

_LINK = re.compile(r"https?://[^\s<>\"'()\[\]{}|؛،]+", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_FIGURE = re.compile(r"\d+")
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|igshid|mc_[ce]id|ref|ref_src|source|amp|cmpid|ncid|share", re.IGNORECASE)
_CALENDAR = frozenset(day.casefold() for names in (day_name, month_name) for day in names if day)

# Sounds that languages write in several ways, each as one letter.
_DIGRAPHS = (("sh", "S"), ("ch", "S"), ("kh", "x"), ("gh", "g"), ("th", "t"), ("dh", "d"), ("zh", "z"), ("ph", "f"))
_SOUNDS = str.maketrans({"q": "k", "c": "k", "x": "h", "j": "g", "p": "b", "v": "b", "f": "b"})


@dataclass(frozen=True, slots=True)
class Teller:
    """What is kept of a document to find in what other forms its story is told."""

    id: str
    source: str
    origin: str
    language: str
    published: date | None
    words: int
    address: str
    links: tuple[str, ...]
    row: bool


@dataclass(frozen=True, slots=True)
class Retelling:
    """Two documents that tell one story; `likeness` is the share of what could be compared that is the same."""

    one: str
    other: str
    kind: CopyKind
    likeness: float


@dataclass(frozen=True, slots=True)
class _Facts:
    names: frozenset[str]
    all_words: frozenset[str]
    figures: frozenset[int]


def teller(document: Document) -> Teller:
    """What is kept of `document` while others are read."""
    text = document.text
    return Teller(
        id=document.id,
        source=document.source.casefold().strip(),
        origin=document.origin.casefold().strip(),
        language=document.language,
        published=document.published.start if document.published else None,
        words=len(_WORD.findall(text[: _MOST_LINKED * 20])),
        address=_address(document.url),
        links=tuple(dict.fromkeys(filter(None, map(_address, _LINK.findall(text))))) if "://" in text else (),
        row=any(part.kind == "cell" for part in document.parts[:1]),
    )


def told_together(tellers: Iterable[Teller]) -> set[str]:
    """Ids of the documents whose texts :func:`find_retellings` will ask for."""
    tellers = [t for t in tellers if not t.row]
    linked = ((message.id, article.id) for message, article in _linked(tellers))
    pairs = ((one.id, other.id) for one, other in _strangers(tellers))
    return {document_id for pair in chain(linked, pairs) for document_id in pair}


def find_retellings(tellers: Sequence[Teller], text_of: Callable[[str], str]) -> tuple[Retelling, ...]:
    """Return the pairs of documents that tell one story in another form, whatever the order of `tellers`.

    Parameters
    ----------
    tellers : sequence of Teller
    text_of : callable
        Gives a document's text by its id. Asked only for documents that an address or an outlet brings together.
    """
    tellers = sorted((t for t in tellers if not t.row), key=lambda t: t.id)
    facts = _FactsOf({t.id: t for t in tellers}, text_of)
    found = [*_by_address(tellers), *_by_link(tellers, facts), *_translations(tellers, facts)]
    return tuple(sorted(found, key=lambda r: (r.one, r.other, r.kind)))


def _address(url: str) -> str:
    """An address without what differs between two links to one page; empty for a site's front page."""
    try:
        parts = urlsplit(url.strip().rstrip(".,;:!?…"))
        host = (parts.hostname or "").removeprefix("www.").removeprefix("m.").removeprefix("amp.")
    except ValueError:
        return ""
    asked = sorted((k, v) for k, v in parse_qsl(parts.query) if not _TRACKING.fullmatch(k))
    path = re.sub(r"(?:/amp|/index\.\w{3,5})?/*$", "", parts.path)
    if parts.scheme.lower() not in ("http", "https") or not host or not (path or asked):
        return ""
    return f"{host}{path}{'?' + urlencode(asked) if asked else ''}"


def _by_address(tellers: Iterable[Teller]) -> Iterator[Retelling]:
    """Everything that was published at one address."""
    at: dict[str, list[Teller]] = defaultdict(list)
    for one in tellers:
        if one.address:
            at[one.address].append(one)
    for group in at.values():
        longest = max(group, key=lambda t: (t.words, t.id))
        yield from (Retelling(longest.id, t.id, "address", 1.0) for t in group if t is not longest)


def _by_link(tellers: Sequence[Teller], facts: _FactsOf) -> Iterator[Retelling]:
    """Messages that link one article and say no more than it does."""
    for message, article in _linked(tellers):
        likeness = facts.covered(message.id, article.id)
        if likeness >= _SHARED_BY_LINK:
            yield Retelling(article.id, message.id, "link", likeness)


def _linked(tellers: Sequence[Teller]) -> Iterator[tuple[Teller, Teller]]:
    """Each message that links just one article, with it."""
    at = {t.address: t for t in sorted(tellers, key=lambda t: (t.words, t.id)) if t.address}
    for message in tellers:
        linked = {at[link].id: at[link] for link in message.links if link in at and at[link].id != message.id}
        if len(linked) == 1 and message.words <= _MOST_LINKED:
            yield message, next(iter(linked.values()))


def _translations(tellers: Iterable[Teller], facts: _FactsOf) -> Iterator[Retelling]:
    """Each text with its twin in another language: of all that may be one, each is the other's likest."""
    likest: dict[str, dict[str, tuple[float, str]]] = defaultdict(dict)
    pairs: dict[tuple[str, str], float] = {}
    for one, other in _strangers(tellers):
        likeness = facts.likeness(one, other)
        if likeness:
            pairs[one.id, other.id] = likeness
            for mine, theirs in ((one, other), (other, one)):
                best = likest[mine.id].get(theirs.language, (0.0, ""))
                likest[mine.id][theirs.language] = max(best, (likeness, theirs.id))
    languages = {t.id: t.language for t in tellers}
    for (one_id, other_id), likeness in pairs.items():
        mutual = likest[one_id][languages[other_id]][1] == other_id and likest[other_id][languages[one_id]][1] == one_id
        if mutual:
            yield Retelling(one_id, other_id, "translation", likeness)


def _strangers(tellers: Iterable[Teller]) -> Iterator[tuple[Teller, Teller]]:
    """Pairs in two languages, of one outlet and of days near each other."""
    by_day: dict[tuple[str, date], list[Teller]] = defaultdict(list)
    for one in tellers:
        if one.published is not None and one.language != "und":
            for outlet in {one.source, one.origin} - {""}:
                by_day[outlet, one.published].append(one)
    outlets: dict[str, list[date]] = defaultdict(list)
    for outlet, day in by_day:
        outlets[outlet].append(day)
    met: set[tuple[str, str]] = set()
    for outlet, days in outlets.items():
        days.sort()
        for at, day in enumerate(days):
            near = [d for d in days[at + 1 : at + 1 + _DAYS_APART] if (d - day).days <= _DAYS_APART]
            here = by_day[outlet, day]
            pairs = [*combinations(here, 2), *((a, b) for d in near for a in here for b in by_day[outlet, d])]
            for a, b in pairs:
                one, other = sorted((a, b), key=lambda t: t.id)
                if one.language != other.language and _near_in_length(one, other) and (one.id, other.id) not in met:
                    met.add((one.id, other.id))
                    yield one, other


def _near_in_length(one: Teller, other: Teller) -> bool:
    shorter, longer = sorted((one.words, other.words))
    return shorter > 0 and longer <= _LENGTHS * shorter


class _FactsOf:
    """Names and figures of documents, read when asked for."""

    def __init__(self, tellers: Mapping[str, Teller], text_of: Callable[[str], str]) -> None:
        self._tellers, self._text_of = tellers, text_of
        self._read: dict[str, _Facts] = {}

    def __getitem__(self, document_id: str) -> _Facts:
        if document_id not in self._read:
            self._read[document_id] = _facts(self._text_of(document_id), self._tellers[document_id].language)
        return self._read[document_id]

    def covered(self, part_id: str, whole_id: str) -> float:
        """Share of the names and figures of one text that another holds; 0 where it has fewer than two."""
        part, whole = self[part_id], self[whole_id]
        if len(part.names) + len(part.figures) < 2:
            return 0.0
        held = len(part.names & whole.all_words) + len(part.figures & whole.figures)
        return held / (len(part.names) + len(part.figures))

    def likeness(self, one: Teller, other: Teller) -> float:
        """How much of what two texts in two languages name and count is the same; 0 where it does not suffice."""
        mine, theirs = self[one.id], self[other.id]
        # A script without capitals shows no names: there, all words of it may be one.
        told, heard = (mine, theirs) if mine.names or not theirs.names else (theirs, mine)
        same = told.names & heard.all_words
        figures = mine.figures | theirs.figures
        counted = len(mine.figures & theirs.figures) / len(figures) if figures else 0.0
        named = len(same) / len(told.names) if told.names else 0.0
        if figures and counted < _FIGURES_SHARED:
            return 0.0
        if max(one.words, other.words) > _SHORT:
            enough = len(same) >= 3 and named >= _NAMES_SHARED
        else:
            # Two letters, as of Zor or Raqqa, are shared by chance; figures beside them are not.
            telling = any(len(name) >= 3 for name in same) or len(same) >= 2
            enough = (telling and named >= _NAMES_SHARED) or (bool(same) and bool(figures))
        return round((named + counted) / 2 if figures else named, 3) if enough else 0.0


def _facts(text: str, language: str) -> _Facts:
    text = _LINK.sub(" ", text)
    numbers = _numbers(language)
    figures = {int(f) for f in _FIGURE.findall(text) if len(f) < 10}
    names: set[str] = set()
    all_words: set[str] = set()
    opening = True
    at = 0
    for match in _WORD.finditer(text):
        word = match.group()
        opening = opening or any(mark in text[at : match.start()] for mark in ".!?\n:؟")
        at = match.end()
        number = numbers.get(_stem(word.casefold()))
        sound = _sound(word)
        if number is not None:
            figures.add(number)
        elif len(sound) >= 2:
            all_words.add(sound)
            acronym = word.isupper() and len(word) > 1
            if word[0].isupper() and not opening and not acronym and word.casefold() not in _CALENDAR:
                names.add(sound)
        opening = False
    return _Facts(frozenset(names), frozenset(all_words), frozenset(figures - {0, 1}))


@lru_cache(maxsize=65_536)
def _sound(word: str) -> str:
    """The consonants of a word, the same however it is spelled and in whichever script: Shiheil, الشحيل → ``Shl``."""
    plain = re.sub("[ةه]$", "", word.removeprefix("ال")) if not word.isascii() else word
    latin = re.sub(r"[^a-z]", "", anyascii(plain).lower())
    latin = re.sub(r"(?<=[ae])h$", "", latin)
    for letters, sound in _DIGRAPHS:
        latin = latin.replace(letters, sound)
    return re.sub(r"(.)\1+", r"\1", re.sub(r"[aeiouyw]", "", latin.translate(_SOUNDS)))


def _stem(word: str) -> str:
    """An Arabic number in the form that does not depend on what is counted."""
    return word.removesuffix("ة").replace("أ", "ا")


@cache
def _numbers(language: str) -> dict[str, int]:
    """Number words of a language, but for one, which is an article in many; empty where they are not known."""
    found: dict[str, int] = {}
    for number in (*range(2, 21), 30, 40, 50, 60, 70, 80, 90, 100):
        try:
            word = num2words(number, lang=language)
        except (NotImplementedError, OverflowError, IndexError, KeyError, TypeError):
            return found
        if isinstance(word, str) and " " not in word and "-" not in word:
            found[_stem(word.casefold())] = number
    return found
