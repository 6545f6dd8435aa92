"""Private persons' names.

Deny by default: a capitalised word that is no ordinary word, no known place, actor, body or outlet is taken for a name,
and so is a word in a script without capitals that no list knows. Over-masking costs a reader a word; under-masking may
cost somebody their safety.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from importlib.resources import files
from typing import Protocol

import msgspec

from tocsin.codebook import Codebook
from tocsin.coding import is_word, little_words
from tocsin.records import text_hash
from tocsin.release._english import Spans, model_version, people
from tocsin.release._patterns import Finding, Folded, joined
from tocsin.release._vocabulary import vocabulary

__all__ = ["Known", "NameFinder", "PlaceNames", "SeenNames", "given_name", "has_given_name", "word_key"]


class PlaceNames(Protocol):
    """What release asks of a gazetteer; every :class:`tocsin.interfaces.Gazetteer` has it."""

    def knows(self, name: str) -> bool:
        """Whether any place has this name."""


@dataclass(frozen=True, slots=True)
class Known:
    """What else is known of a text: names that are none of persons, and names that are.

    `places` and `outlets` are kept; `persons` are masked wherever they stand. With `coarse`, no place is kept
    but those in `areas`. Without `offices`, holders of public offices are masked too.
    """

    places: frozenset[str] = frozenset()
    outlets: frozenset[str] = frozenset()
    persons: frozenset[str] = frozenset()
    coarse: bool = False
    areas: frozenset[str] = frozenset()
    offices: bool = True


@lru_cache(maxsize=65536)
def word_key(word: str) -> str:
    """`word` without case, accents, apostrophes and an Arabic article.

    Examples
    --------
    >>> word_key("Al-Ḥusayn's")
    'husayn'
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))
    plain = re.sub(r"['’`ʼʻʿʾ‘]s$|['’`ʼʻʿʾ‘]", "", plain)
    return _ARTICLE.sub("", plain)


_ARTICLE = re.compile(r"^(?:al|el|ul|ad|ar|as|ash|at|az|an|ez|es|er)[- ](?=\w{2})")


@cache
def _given() -> frozenset[str]:
    data = tomllib.loads(files("tocsin.release").joinpath("given_names.toml").read_text("utf-8"))
    return frozenset(word_key(name) for key, names in data.items() if "kunya" not in key for name in names.split())


@cache
def _kunya() -> frozenset[str]:
    data = tomllib.loads(files("tocsin.release").joinpath("given_names.toml").read_text("utf-8"))
    return frozenset(word_key(name) for key, names in data.items() if "kunya" in key for name in names.split())


_SOUNDS = (
    (re.compile(r"ai|ay|ei|ey|ee|ie|y|e"), "i"),
    (re.compile(r"ou|oo|aw|au|ow|w|o"), "u"),
    (re.compile(r"aa"), "a"),
    (re.compile(r"ck|q|c(?!h)"), "k"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"z"), "s"),
    (re.compile(r"(.)\1+"), r"\1"),
    (re.compile(r"(?<=.)h?$"), ""),
)


@lru_cache(maxsize=65536)
def _sound(key: str) -> str:
    """One spelling for the many in which a name of another script is written: Zubayda, Zubaida, Zoubeida."""
    for pattern, instead in _SOUNDS:
        key = pattern.sub(instead, key)
    return key


@cache
def _given_sounds() -> frozenset[str]:
    return frozenset(_sound(name) for name in _given() if name.isascii() and len(name) > 4)


def given_name(word: str) -> bool:
    """Whether `word`, or a part of it between hyphens, is a common given name in any script."""
    key = word_key(word)
    if len(key) > 4 and _sound(key) in _given_sounds() and not is_word(key):
        return True
    # Arabic joins "and" and the article to the next word.
    return key in _given() or any(part in _given() for part in key.split("-")) or key.removeprefix("و") in _given()


def has_given_name(text: str) -> bool:
    """Whether a word of `text` is a common given name."""
    return any(given_name(match[0]) for match in _WORD.finditer(Folded.of(text).text))


_WORD = re.compile(r"[^\W\d_]+(?:[-'`ʼʻʿʾ‘][^\W\d_]+)*")
_GAP = re.compile(r"[ \t]+\n?[ \t]*|\n[ \t]*|[ \t]?[-'][ \t]?")
_GAP_AFTER_DOT = re.compile(r"\.[ \t]*")
_SENTENCE_START = re.compile(r"(?:^|[.!?:;|•*\n\"“”«»(\[]|--)[\s\"“”'«(\[-]*$")
# Characters around a name in which its cues stand.
_BEFORE, _AFTER = 90, 60
# Texts whose actors are kept at hand.
_AT_HAND = 64
# Between the cells of a row of a dataset.
_CELLS = " | "
# Cells kept at hand: some 10 MB.
_MOST_CELLS = 65_536
HEADLINE = 4
"""Capitalised words in a row from which on they may be a headline rather than a name."""


@dataclass(slots=True)
class _Token:
    start: int
    end: int
    text: str
    key: str = field(init=False)

    def __post_init__(self) -> None:
        self.key = word_key(self.text)

    @property
    def capital(self) -> bool:
        parts = self.text.split("-")
        return self.text[0].isupper() or (
            parts[0] in _lists()["particles"] and len(parts) > 1 and parts[1][:1].isupper()
        )

    @property
    def uncased(self) -> bool:
        return not self.text[0].isupper() and not self.text[0].islower()


@cache
def _cues() -> dict[str, re.Pattern[str]]:
    words = vocabulary()

    def before(patterns: Iterable[str]) -> re.Pattern[str]:
        return re.compile(rf"(?:^|[^\w])(?:{'|'.join(patterns)})[\s\"“'(:]*$", re.IGNORECASE)

    def after(patterns: Iterable[str]) -> re.Pattern[str]:
        return re.compile(rf"[\"”')]*\s?(?:{'|'.join(patterns)})", re.IGNORECASE)

    between = "|".join(map(re.escape, words["offices"]["between"].split()))
    offices = "|".join(words["offices"]["after"])
    return {
        "office before": before(words["offices"]["before"]),
        "office after": re.compile(rf",\s(?:(?:{between})\s|[A-Z][\w'’-]*\s){{0,6}}?(?i:{offices})\b"),
        "person before": before(words["persons"]["before"]),
        "person after": after(words["persons"]["after"]),
        "place before": before([rf"{p}(?: the)?" for p in words["places"]["before"]]),
        "place after": after(words["places"]["after"]),
        "known place before": before([rf"{p}(?: the)?" for p in words["places"]["before_known"]]),
        "known place after": after(words["places"]["after"]),
    }


@cache
def _lists() -> dict[str, frozenset[str]]:
    words = vocabulary()
    lists = {name: frozenset(entries.split()) for name, entries in words["lists"].items()}
    return lists | {
        "little": little_words(),
        "bodies": frozenset(words["places"]["bodies"].split()),
        "known": frozenset(word_key(w) for w in words["known"]["words"].split()) | lists["times"] | lists["directions"],
        "cues": frozenset(word_key(w) for w in words["arabic"]["cues"].split()),
        "stops": frozenset(word_key(w) for w in words["arabic"]["stops"].split()),
    }


class SeenNames:
    """Where the language model saw persons' names in whole documents: offsets by the hash of a text, and no words.

    Looking is most of the work of a release and always ends the same, so it may be kept from one to the next.

    Parameters
    ----------
    kept : bytes
        What :meth:`packed` gave before. Anything else, or of another model, counts as nothing.
    """

    def __init__(self, kept: bytes = b"") -> None:
        self._spans: dict[str, Spans] = {}
        self._asked: set[str] = set()
        try:
            made_by, spans = msgspec.msgpack.decode(kept, type=tuple[str, dict[str, Spans]])
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return
        if made_by == model_version():
            self._spans = spans

    def __contains__(self, text: str) -> bool:
        return text_hash(text) in self._spans

    def __getitem__(self, text: str) -> Spans:
        key = text_hash(text)
        self._asked.add(key)
        return self._spans[key]

    def __setitem__(self, text: str, spans: Spans) -> None:
        self._spans[text_hash(text)] = spans

    def packed(self) -> bytes:
        """All that was asked for, to be kept; what nobody asked for is of documents that are no more."""
        return msgspec.msgpack.encode((model_version(), {key: self._spans[key] for key in sorted(self._asked)}))


class NameFinder:
    """Finds private persons' names in texts of one dataset."""

    def __init__(self, codebook: Codebook, gazetteer: PlaceNames | None, seen: SeenNames | None = None) -> None:
        self._actors = codebook.actors
        self._knows = lru_cache(maxsize=65536)(gazetteer.knows if gazetteer is not None else _knows_nothing)
        self._seen = SeenNames() if seen is None else seen
        self._label = lru_cache(maxsize=65536)(lambda text: people([text])[0])
        self._cells: dict[str, Spans] = {}
        # A text is read once for each way in which its incidents may be placed.
        self._allowed = lru_cache(maxsize=_AT_HAND)(self._scan)

    def look_ahead(self, texts: Iterable[str], *, rows: bool = False) -> None:
        """Have the language model look at texts that will be asked for, many at once; it changes no answer."""
        folded = dict.fromkeys(Folded.of(text).text for text in texts)
        new = [text for text in folded if text not in self._seen]
        for text, spans in zip(new, self._people_in_rows(new) if rows else people(new), strict=True):
            self._seen[text] = spans

    def _people_in_rows(self, rows: Sequence[str]) -> list[Spans]:
        """Names in each of `rows`, cell by cell.

        The model was taught on sentences: a row is none, but its notes are. Most other cells stand in thousands of
        rows, and those without a letter name nobody; so two thirds of the letters need not be looked at.
        """
        cells = dict.fromkeys(cell for row in rows for cell in row.split(_CELLS) if any(map(str.isalpha, cell)))
        new = [cell for cell in cells if cell not in self._cells]
        if len(self._cells) + len(new) > _MOST_CELLS:
            self._cells.clear()
            new = list(cells)
        self._cells.update(zip(new, people(new), strict=True))
        return [tuple(self._in_cells(row)) for row in rows]

    def _in_cells(self, row: str) -> Iterator[tuple[int, int]]:
        at = 0
        for cell in row.split(_CELLS):
            yield from ((at + start, at + end) for start, end in self._cells.get(cell, ()))
            at += len(cell) + len(_CELLS)

    def _people(self, text: str, row: bool) -> Spans:
        if text in self._seen:
            return self._seen[text]
        return self._people_in_rows([text])[0] if row else self._label(text)

    def find(self, text: str, known: Known, *, row: bool = False) -> tuple[tuple[Finding, ...], frozenset[str]]:
        """The names in `text`, and the words that they are made of (as :func:`word_key` writes them).

        `row` says that it is a row of a dataset, whose cells have ``" | "`` between them.
        """
        folded = Folded.of(text)
        seen, allowed = self._people(folded.text, row), self._allowed(folded.text)
        first = _Reading(folded.text, seen, known, allowed, self._knows)
        for _ in first.findings():
            pass
        # What was told once holds wherever the name stands: "Mr X … X's brother", "in X … X was shelled".
        places = {word for name in first.told_places for word in name.split()}
        persons = (first.persons - places) | known.persons
        again = _Reading(folded.text, seen, replace(known, persons=persons), allowed, self._knows)
        again.officials, again.told_places = first.officials, first.told_places
        found = [Finding(*folded.original(f.start, f.end), f.kind) for f in again.findings()]
        return joined(found), persons | again.persons

    def _scan(self, text: str) -> tuple[tuple[int, int], ...]:
        """Where `text` names listed actors and states."""
        matches = (*self._actors.scan(text), *self._actors.scan_states(text))
        return tuple(sorted((m.start, m.end) for m in matches))


def _knows_nothing(name: str) -> bool:
    return False


# A text is read twice, and again at once for another way in which its incidents may be placed. Few are kept: a document
# of a hundred thousand characters has three megabytes of tokens.
@lru_cache(maxsize=8)
def _tokens(text: str) -> tuple[_Token, ...]:
    return tuple(_Token(m.start(), m.end(), m[0]) for m in _WORD.finditer(text))


@lru_cache(maxsize=8)
def _script(text: str) -> tuple[bool, bool]:
    """Whether `text` is written in capitals, and whether it is Arabic."""
    letters = [c for c in text if c.isalpha()]
    capitals = sum(c.isupper() for c in text)
    arabic = sum("\u0600" <= c <= "\u06ff" for c in letters)
    return bool(letters) and capitals > 0.6 * len(letters), arabic > 0.5 * len(letters)


class _Reading:
    """One pass over one folded text."""

    def __init__(
        self,
        text: str,
        seen: Sequence[tuple[int, int]],
        known: Known,
        allowed: Sequence[tuple[int, int]],
        knows: Callable[[str], bool],
    ) -> None:
        self.text, self.seen, self.known, self.knows = text, seen, known, knows
        self.tokens = _tokens(text)
        self.allowed = self._allowed(allowed)
        self._inside = _marked(self.allowed, len(text))
        self._person = _marked(seen, len(text))
        self.persons: frozenset[str] = frozenset()
        self.officials: frozenset[str] = frozenset()
        self.told_places: frozenset[str] = frozenset()
        self.shouting, self.arabic = _script(text)

    def _allowed(self, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """Actors, but for single words that are also names: "Amal Haddad", "Rami Darwish"."""
        kept = []
        for start, end in spans:
            if " " not in self.text[start:end]:
                inside = any(a <= start and end <= b and (a, b) != (start, end) for a, b in self.seen)
                words = (self.text[:start].split(" ")[-2:-1] or [""])[0], self.text[start:end]
                after = re.match(r"\s([^\W\d_]+)", self.text[end : end + 40])
                follows = after is not None and not after[1].islower() and given_name(words[1])
                if inside or follows or (words[0][:1].isupper() and given_name(words[0])):
                    continue
            kept.append((start, end))
        return kept

    def findings(self) -> Iterator[Finding]:
        """Names in order of kind; they may overlap."""
        for chunk in self._chunks():
            for part in self._unheaded(chunk):
                yield from self._decide(part)
        yield from self._uncased()
        yield from self._lower()

    # Scripts with capitals

    def _chunks(self) -> Iterator[list[_Token]]:
        """Runs of capitalised words, with the small words inside names; none reaches into an actor's name."""
        chunk: list[_Token] = []
        pending: list[_Token] = []
        for token in self.tokens:
            gap = self._gap(([*chunk, *pending] or [token])[-1], token)
            free = not self._inside[token.start]
            if chunk and not (gap and free):
                yield chunk
                chunk, pending = [], []
            if not free:
                continue
            if token.capital and not (self.shouting and is_word(token.text) and not given_name(token.text)):
                chunk, pending = [*chunk, *pending, token], []
            elif token.text in _lists()["particles"]:
                if chunk:
                    pending.append(token)
                else:
                    pending = [token]
                    # "al Mansour" may open with its article; "de" and "la" alone open nothing.
                    pending = pending if token.text in _lists()["openers"] else []
                    chunk, pending = (pending, []) if pending else ([], [])
            else:
                if any(t.capital for t in chunk):
                    yield chunk
                chunk, pending = [], []
        if any(t.capital for t in chunk):
            yield chunk

    def _gap(self, one: _Token, other: _Token) -> bool:
        if one is other:
            return True
        between = self.text[one.end : other.start]
        if _GAP.fullmatch(between):
            return True
        short = len(one.text) == 1 or one.text.lower() in _lists()["abbreviated"]
        return short and _GAP_AFTER_DOT.fullmatch(between) is not None

    def _unheaded(self, chunk: list[_Token]) -> Iterator[list[_Token]]:
        """A run of capitals as it stands in a headline, cut at its ordinary words; any other run as it is.

        The word after a given name is a part of the name, whatever else it means.
        """
        ordinary = [self._plain(t) and not given_name(t.text) and t.key not in self.known.persons for t in chunk]
        if len(chunk) < HEADLINE or sum(ordinary) < len(chunk) / 2 or all(ordinary) or self._known_place(chunk):
            yield chunk
            return
        part: list[_Token] = []
        kept = _lists()["little"] | _lists()["titles"] | _lists()["times"]
        for at, (token, plain) in enumerate(zip(chunk, ordinary, strict=True)):
            lower = token.text.lower()
            follows = bool(part) and lower not in kept and (given_name(part[-1].text) or not self._known_place(part))
            # "Trader Saw Eh": before a word that nobody knows, an ordinary one may be a name as well.
            leads = at + 1 < len(chunk) and not ordinary[at + 1] and lower not in kept
            leads = leads and not given_name(chunk[at + 1].text) and not self._known_place(chunk[at + 1 :])
            if plain and not follows and not leads:
                if part:
                    yield part
                part = []
            else:
                part.append(token)
        if part:
            yield part

    def _decide(self, chunk: list[_Token]) -> Iterator[Finding]:
        if not any(t.capital for t in chunk):
            return
        if self._is_outlet(chunk):
            return
        if len(chunk) == 1 and self._opens(chunk[0]):
            return
        if self._known_place(chunk):
            yield from self._place_or_person(chunk)
            return
        body = self._body(chunk)
        if body is not None:
            chunk = chunk[body:]
            if self._cue("place", chunk) and not self._cue("person", chunk):
                self.told_places |= {self._name(chunk)}
            if self.known.coarse and chunk and not self._area(chunk):
                yield from self._mask(chunk, "place")
            return
        rest = self._trimmed(chunk)
        if not rest or self._is_outlet(rest):
            return
        if len(rest) < len(chunk) and self._known_place(rest):
            yield from self._place_or_person(rest)
            return
        yield from self._unknown(rest)

    def _unknown(self, chunk: list[_Token]) -> Iterator[Finding]:
        named = any(given_name(t.text) for t in chunk) or any(t.key in self.known.persons for t in chunk)
        seen = any(self._person[t.start] for t in chunk)
        plain = all(self._plain(t) for t in chunk)
        first = chunk[0]
        if plain and named and not seen and len(chunk) == 1 and self._starts(first) and is_word(first.text):
            # "Rose early, they marched": a name only where it is taken for one.
            named = first.key in self.known.persons
        if plain and not named and not seen:
            return
        if not named and len(chunk) == 1 and first.key in self.officials:
            return
        # "in X" says more than a guess at what sort of name X is.
        place = self._cue("place", chunk) or self._name(chunk) in self.told_places
        if not named and place and not self._cue("person", chunk):
            self.told_places |= {self._name(chunk)}
            if self.known.coarse and not self._area(chunk):
                yield from self._mask(chunk, "place")
            return
        if self._office(chunk):
            self.officials |= {t.key for t in chunk}
            return
        yield from self._mask(chunk, "name")

    def _place_or_person(self, chunk: list[_Token]) -> Iterator[Finding]:
        if self._area(chunk):
            return
        given = any(given_name(t.text) for t in chunk)
        told = all(t.key in self.known.persons for t in chunk)
        place = self._cue("place", chunk) or self._cue("known place", chunk)
        # A place in capitals opens a dispatch: "KIRKUK, Iraq - ".
        dateline = not self.shouting and all(t.text.isupper() for t in chunk) and len(chunk[0].text) > 2
        told_place = dateline or self._name(chunk) in self.known.places
        seen = any(self._person[t.start] for t in chunk) and not told_place
        person = seen or self._cue("person", chunk)
        if not given and not seen and all(map(self._plain, chunk)):
            person = False
        if (person and not (place and not given)) or ((given or told) and not place):
            if self._office(chunk):
                return
            yield from self._mask(chunk, "name")
        elif self.known.coarse:
            yield from self._mask(chunk, "place")

    def _mask(self, chunk: Sequence[_Token], kind: str) -> Iterator[Finding]:
        if kind == "name":
            self.persons |= {
                t.key
                for t in chunk
                if len(t.key) > 2 and t.text.lower() not in _lists()["particles"] | _lists()["little"]
            }
        yield Finding(chunk[0].start, chunk[-1].end, kind)

    def _area(self, chunk: list[_Token]) -> bool:
        return self._name(chunk) in self.known.areas

    def _is_outlet(self, chunk: list[_Token]) -> bool:
        return self._name(chunk) in self.known.outlets

    def _name(self, chunk: list[_Token]) -> str:
        return word_key(self.text[chunk[0].start : chunk[-1].end])

    def _known_place(self, chunk: list[_Token]) -> bool:
        name = self.text[chunk[0].start : chunk[-1].end]
        bare = re.sub(r"'s$", "", name)
        return word_key(bare) in self.known.places or self.knows(bare) or (bare.isupper() and self.knows(bare.title()))

    def _body(self, chunk: list[_Token]) -> int | None:
        """Where a body's name starts in `chunk`, None where it names none. A title before it is none of it."""
        bodies = _lists()["bodies"]
        last = chunk[-1].text.lower()
        following = self.text[chunk[-1].end : chunk[-1].end + 5].lower()
        if (
            last in bodies
            and len(chunk) > 1
            and not (self._person[chunk[0].start] and all(given_name(t.text) for t in chunk[:-1]))
        ):
            return 0
        if last in bodies and re.match(r"\s(?:of|for)\b", following):
            return 0
        before = self.text[max(0, chunk[0].start - 40) : chunk[0].start].lower()
        if re.search(r"\b(?:" + "|".join(bodies) + r") (?:of|for) (?:the )?$", before) and not any(
            given_name(t.text) for t in chunk
        ):
            return 0
        return None

    def _trimmed(self, chunk: list[_Token]) -> list[_Token]:
        """`chunk` without titles, days and ordinary words before a name, and days after it."""
        lists = _lists()
        end = len(chunk)
        titled = [n for n, t in enumerate(chunk) if t.text.lower() in lists["titles"] and not given_name(t.text)]
        start = titled[-1] + 1 if titled and all(map(self._plain, chunk[: titled[-1]])) else 0
        while start < end:
            token = chunk[start]
            lower = token.text.lower()
            listed = (
                lower in lists["titles"] or lower in lists["known"] or lower in lists["bodies"] or self._acronym(token)
            )
            named = given_name(token.text) or token.key in self.known.persons
            # "When Musa came"; but in "Saw Eh came" the first word may be a part of the name.
            alone = lower in lists["little"] or self._known_place(chunk[start + 1 :] or chunk)
            ordinary = self._starts(token) and is_word(lower) and not named
            ordinary = ordinary and (alone or all(map(self._plain, chunk[start + 1 : end])))
            if not (listed or ordinary or lower in ("the", "a", "an")):
                break
            start += 1
        while end > start and chunk[end - 1].text.lower() in _lists()["times"] | {"the"}:
            end -= 1
        return chunk[start:end]

    def _opens(self, token: _Token) -> bool:
        """Whether it is a word that has a capital only because it opens a sentence ("More than 200")."""
        return (
            self._starts(token)
            and is_word(token.text)
            and not given_name(token.text)
            and not self._person[token.start]
            and token.key not in self.known.persons
            and token.key not in self.known.places
        )

    def _plain(self, token: _Token) -> bool:
        lower = token.text.lower()
        return (
            token.key in _lists()["known"]
            or lower.removesuffix("'s") in _lists()["bodies"]
            or lower in _lists()["particles"]
            or self._acronym(token)
            or is_word(token.text)
        )

    def _acronym(self, token: _Token) -> bool:
        return not self.shouting and token.text.isupper() and 2 <= len(token.text) <= 6

    def _starts(self, token: _Token) -> bool:
        return _SENTENCE_START.search(self.text[max(0, token.start - 8) : token.start]) is not None or token.start == 0

    def _cue(self, what: str, chunk: list[_Token]) -> bool:
        before, after = self._around(chunk)
        cues = _cues()
        return bool(cues[f"{what} before"].search(before) or cues[f"{what} after"].match(after))

    def _office(self, chunk: list[_Token]) -> bool:
        if not self.known.offices:
            return False
        before, after = self._around(chunk)
        cues = _cues()
        return bool(cues["office before"].search(before) or cues["office after"].match(after))

    def _around(self, chunk: list[_Token]) -> tuple[str, str]:
        start, end = chunk[0].start, chunk[-1].end
        return self.text[max(0, start - _BEFORE) : start], self.text[end : end + _AFTER]

    # Scripts without capitals

    def _uncased(self) -> Iterator[Finding]:
        """In a text of another script every run of such words is masked that nobody knows; Arabic texts are read."""
        run: list[_Token] = []
        for token in self.tokens:
            joins = token.uncased and not self._inside[token.start]
            if run and not (joins and self.text[run[-1].end : token.start].strip(" \t-") == ""):
                yield from self._run(run)
                run = []
            if joins:
                run.append(token)
        yield from self._run(run)

    def _run(self, run: list[_Token]) -> Iterator[Finding]:
        if not run:
            return
        if self.arabic and "\u0600" <= run[0].text[0] <= "\u06ff":
            yield from self._arabic_names(run)
        elif not (self._known_place(run) and not any(given_name(t.text) for t in run)):
            yield from self._mask(run, "name")
        elif self.known.coarse and not self._area(run):
            yield from self._mask(run, "place")

    def _arabic_names(self, run: list[_Token]) -> Iterator[Finding]:
        lists = _lists()
        stops, at = lists["stops"], 0
        while at < len(run):
            cue = at > 0 and run[at - 1].key in lists["cues"]
            named = given_name(run[at].text) or run[at].key in self.known.persons
            if (cue or named) and run[at].key not in stops:
                end = at + 1
                # A name has seldom more than four parts, and ends before a preposition or a verb of speech.
                while end < len(run) and end < at + 4 and run[end].key not in stops:
                    end += 1
                yield from self._mask(run[at:end], "name")
                at = end
            else:
                if self.known.coarse and self.knows(run[at].text) and not self._area(run[at : at + 1]):
                    yield from self._mask(run[at : at + 1], "place")
                at += 1

    # Names in small letters

    def _lower(self) -> Iterator[Finding]:
        """Given names in small letters, with the words after them that are no words."""
        tokens, at = self.tokens, 0
        while at < len(tokens):
            token = tokens[at]
            end = at + 1
            if token.text.islower() and not self._inside[token.start] and self._small_name(at):
                while end < len(tokens) and end < at + 4 and self._continues(tokens[end - 1], tokens[end]):
                    end += 1
                yield from self._mask(tokens[at:end], "name")
            at = end

    def _small_name(self, at: int) -> bool:
        token = self.tokens[at]
        if is_word(token.text) or len(token.key) < 3:
            return False
        if token.key in self.known.persons:
            return True
        if not given_name(token.text):
            return token.text.startswith(("al-", "el-")) and not self.knows(token.text)
        following = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
        return len(token.key) > 4 or (following is not None and self._continues(token, following))

    def _continues(self, one: _Token, other: _Token) -> bool:
        if not self._gap(one, other) or self._inside[other.start]:
            return False
        return (
            given_name(other.text)
            or other.text.startswith(("al-", "el-"))
            or other.key in _kunya()
            or not is_word(other.text)
        )


def _marked(spans: Iterable[tuple[int, int]], length: int) -> bytearray:
    marked = bytearray(length + 1)
    for start, end in spans:
        marked[start:end] = b"\x01" * (end - start)
    return marked
