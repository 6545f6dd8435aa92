"""Which documents repeat each other, word for word or re-edited.

What tells the same story in another form, or another language, is found beside that; see `_retellings`.

Candidates come from MinHash signatures of word shingles, banded so that only texts that share a band are ever
compared; the likest candidates are then checked by aligning the words. Two reports of one incident in different words
share no long runs of words, so they are not copies.
"""

from __future__ import annotations

import sys
import zlib
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TypeVar

import numpy as np
from datasketch import MinHash
from rapidfuzz.distance import LCSseq, Levenshtein, Opcode
from rapidfuzz.process import cdist

from tocsin.linking._changes import WORD, differing, fold_words
from tocsin.linking._retellings import Retelling, Teller, find_retellings, teller, told_together
from tocsin.records import DATASET_FORMS, Copy, Document, text_hash

__all__ = ["find_copies", "lineages"]

SHINGLE = 3
"""Words in a shingle: an edit of one word spoils three of them, while unrelated news still shares almost none."""

BANDS, BAND_ROWS = 42, 3
"""With 42 bands of 3, texts with a Jaccard similarity of .3 become candidates in 68 % of cases, .4 in 94 %, .5 in
99.6 %; unrelated news (about .01) in 4 of 100,000."""

LEAD_WORDS = 60
"""Copies are cut from the end, so the opening has a signature of its own; 60 words are its first two paragraphs."""

SHORT_WORDS = 40
"""A table's row or a message is too short for runs of words to prove anything; see `_short_copy`."""

FEWEST_WORDS = 6
"""Shorter texts ("Update", "To be continued") repeat by chance."""

MOST_WORDS = 10_000
"""Two texts of ten thousand words take 12 MB to align. What comes after does not change the verdict."""

LONGEST_RUN_BY_CHANCE = 3
"""Matched words count only in runs of this many or more: "said on Tuesday that" occurs in any two reports."""

SHORTER_COVERED, LONGER_COVERED = 0.6, 0.52
"""Shares of both texts that matching runs must cover. Above a half of the longer one, a digest of two articles is a
copy of neither; quotations alone stay far below."""

EXCERPT_COVERED, EXCERPT_SHARE = 0.8, 0.15
"""A cut-down version lies almost wholly in the earlier text and is at least this share of it."""

SWAPS_PER_WORD, FEWEST_SWAPS = 1 / 15, 3
"""Forms filled in anew (daily bulletins) swap figures and names all over an unchanged frame, one in four or five words
of it; an updated or re-worded story swaps one in twenty or fewer."""

SHORT_SIMILARITY = 0.85
SHORT_DAYS = 7
"""A short text that recurs later than a week ("Shelling in the north kills two") speaks of something else."""

DRIFTED = 0.85
"""A copy less similar to its origin than this is itself compared with later texts: copies are made of copies."""

MOST_CHANGES, MOST_CHANGED_WORDS = 20, 12

CROWDED = 256
"""Texts that may share a band before the rest are no longer entered under it. Thousands of bulletins share the bands of
their form, which say nothing; what is a text's own stands in its other bands, by which its copies still find it."""

MEASURED, ALIGNED = 256, 16
"""Candidates whose words in common are counted, by the likeness of signatures; and those of them aligned, most words in
common first. Counting takes a microsecond, aligning a hundred. Among 2,000 shuffles of the same ten sentences
every copy was found so; in news there are seldom more than a dozen candidates, and all of them are aligned."""

_AT_HAND = 512
"""Texts kept as words while later ones are aligned with them."""

_PERMUTATIONS = MinHash(num_perm=BANDS * BAND_ROWS, seed=1, scheme="affine32").permutations

_Told = TypeVar("_Told", "_Card", Teller)

_Words = tuple[list[str], list[str]]
"""A text's words as written, and folded."""


@dataclass(frozen=True, slots=True, eq=False)
class _Card:
    """What is kept of a document while the others are read."""

    id: str
    source: str
    origin: str
    published: date | None
    words: int
    sameness: str
    whole: np.ndarray
    lead: np.ndarray


def find_copies(documents: Iterable[Document]) -> tuple[Copy, ...]:
    """Return every document that repeats another, with the one it repeats and what it changed.

    The origin of a story is its earliest text, then the one that others credit, then the longest. The outcome
    does not depend on the order of `documents`.

    Parameters
    ----------
    documents : iterable of Document
        Read twice where it can be iterated twice; then only signatures (about 1 kB a document) and of candidates
        the compressed text and four bytes a word are held. An iterator is read once and its texts are held compressed.

    Returns
    -------
    tuple of Copy
        In the order of `document_id`, one a document. What repeats a text repeats no copy of it; an origin may itself
        be a translation, or stand at one address with another: :func:`lineages` leads to where the story began.
    """
    texts: dict[str, bytes] = {}
    once = iter(documents) is documents
    cards: dict[str, _Card] = {}
    tellers: dict[str, Teller] = {}
    for document in documents:
        if document.id in tellers:
            continue
        tellers[document.id] = teller(document)
        if card := _card(document):
            cards[document.id] = card
        if once:
            texts[document.id] = _pack(document.text)
    wanted = _candidates(cards.values())
    if not once:
        needed = {*wanted, *told_together(tellers.values())}
        texts = {document.id: _pack(document.text) for document in documents if document.id in needed}
    copies = _assign([cards[i] for i in wanted], texts)
    retellings = find_retellings(list(tellers.values()), lambda i: _unpack(texts[i]))
    return _joined(copies, retellings, [t.id for t in _ranked(tellers.values())])


def _joined(copies: Sequence[Copy], retellings: Iterable[Retelling], ranked: Iterable[str]) -> tuple[Copy, ...]:
    """`copies`, and of every two stories that a retelling shows to be one the worse origin as a copy of the better."""
    rank = {document_id: at for at, document_id in enumerate(ranked)}
    root = lineages(rank, copies)
    members: dict[str, set[str]] = defaultdict(set)
    for document_id, origin_id in root.items():
        members[origin_id].add(document_id)
    found = list(copies)
    for retelling in sorted(retellings, key=lambda r: (-r.likeness, r.one, r.other)):
        one, other = sorted((retelling.one, retelling.other), key=lambda i: rank[root[i]])
        better, worse = root[one], root[other]
        if better == worse:
            continue
        found.append(Copy(worse, one, retelling.likeness, kind=retelling.kind))
        for document_id in members[worse]:
            root[document_id] = better
        members[better] |= members.pop(worse)
    return tuple(sorted(found, key=lambda c: c.document_id))


def lineages(document_ids: Iterable[str], copies: Iterable[Copy]) -> dict[str, str]:
    """Return for each document the id of the one its story began with: its own where it repeats nothing."""
    origin = {copy.document_id: copy.origin_id for copy in copies}
    found = {}
    for document_id in document_ids:
        root, seen = document_id, {document_id}
        while root in origin and origin[root] not in seen:
            root = origin[root]
            seen.add(root)
        found[document_id] = root
    return found


def _card(document: Document) -> _Card | None:
    if document.form in DATASET_FORMS:  # rows of one dataset are much alike, and none is a copy of another
        return None
    words = fold_words(_words(document.text[: MOST_WORDS * 20]))
    if len(words) < FEWEST_WORDS:
        return None
    hashes = np.fromiter((zlib.crc32(w.encode()) for w in words), dtype=np.uint64, count=len(words))
    return _Card(
        id=document.id,
        source=document.source.casefold().strip(),
        origin=document.origin.casefold().strip(),
        published=document.published.start if document.published else None,
        words=len(words),
        sameness=text_hash(" ".join(words)),
        whole=_signature(hashes),
        lead=_signature(hashes[:LEAD_WORDS]),
    )


def _signature(words: np.ndarray) -> np.ndarray:
    """MinHash of the shingles of `words` (hashes), shape (BANDS * BAND_ROWS,)."""
    size = min(SHINGLE, len(words))
    shingles = np.zeros(len(words) - size + 1, dtype=np.uint64)
    for offset in range(size):
        shingles = shingles * np.uint64(1_000_003) + words[offset : offset + len(shingles)]
    shingles = (shingles ^ (shingles >> np.uint64(29))) & np.uint64(0xFFFFFFFF)
    # The shingles are hashed already; datasketch only needs them as they are.
    sketch = MinHash(num_perm=BANDS * BAND_ROWS, seed=1, hashfunc=int, scheme="affine32", permutations=_PERMUTATIONS)
    sketch.update_batch(np.unique(shingles).tolist())
    return np.asarray(sketch.hashvalues)


def _letter(word: str) -> str:
    # Two words with one letter only make texts seem to have more in common than they do.
    return chr(1 + zlib.crc32(word.encode("utf-8", "surrogatepass")) % sys.maxunicode)


def _bands(signatures: np.ndarray) -> np.ndarray:
    """Each band's rows as one number, shape (..., BANDS): a collision only costs a comparison."""
    rows = signatures.astype(np.uint64).reshape(*signatures.shape[:-1], BANDS, BAND_ROWS)
    keys: np.ndarray = (rows * np.array([1, 1_000_003, 998_244_353], dtype=np.uint64)).sum(axis=-1)
    return keys


def _candidates(cards: Iterable[_Card]) -> list[str]:
    """Ids of the documents that share a band with another; best origin first."""
    ranked = _ranked(cards)
    if not ranked:
        return []
    shares = np.zeros(len(ranked), dtype=bool)
    for signatures in ([card.whole for card in ranked], [card.lead for card in ranked]):
        keys = _bands(np.stack(signatures))
        for band in range(BANDS):
            order = np.argsort(keys[:, band], kind="stable")
            column = keys[order, band]
            twice = column[1:] == column[:-1]
            shares[order[1:][twice]] = True
            shares[order[:-1][twice]] = True
    return [card.id for card, shared in zip(ranked, shares, strict=True) if shared]


class _Index:
    """Texts by the bands of their signatures, entered best origin first; a band holds no more than `CROWDED`."""

    def __init__(self, size: int) -> None:
        self._bands: dict[tuple[int, int], list[int]] = defaultdict(list)
        self._signatures = np.zeros((size, BANDS * BAND_ROWS), dtype=np.uint64)

    def enter(self, number: int, signature: np.ndarray) -> None:
        self._signatures[number] = signature
        for key in enumerate(_bands(signature).tolist()):
            band = self._bands[key]
            if len(band) < CROWDED:
                band.append(number)

    def near(self, signature: np.ndarray) -> set[int]:
        """The texts that share a band with `signature`, no more than `MEASURED`; of equals, those entered first."""
        near: set[int] = set()
        for key in enumerate(_bands(signature).tolist()):
            near.update(self._bands.get(key, ()))
        if len(near) <= MEASURED:
            return near
        numbers = np.array(sorted(near), dtype=np.int64)
        alike = (self._signatures[numbers] == signature.astype(np.uint64)).sum(axis=1)
        return set(map(int, numbers[np.argsort(-alike, kind="stable")[:MEASURED]]))


class _Texts:
    """Texts as words, unpacked when asked for."""

    def __init__(self, packed: Mapping[str, bytes]) -> None:
        self._packed = packed
        self._letters: dict[str, str] = {}
        self._at_hand: OrderedDict[str, _Words] = OrderedDict()

    def words(self, document_id: str) -> _Words:
        """The words as written, and folded."""
        found = self._at_hand.get(document_id)
        if found is None:
            words = _words(_unpack(self._packed[document_id]))
            found = self._at_hand[document_id] = (words, fold_words(words))
            if len(self._at_hand) > _AT_HAND:
                self._at_hand.popitem(last=False)
        else:
            self._at_hand.move_to_end(document_id)
        return found

    def letters(self, document_id: str) -> str:
        """The folded words, a letter each, so that what two texts share is counted as fast as letters are."""
        found = self._letters.get(document_id)
        if found is None:
            found = self._letters[document_id] = "".join(map(_letter, self.words(document_id)[1]))
        return found


def _ranked(cards: Iterable[_Told]) -> list[_Told]:
    """Best origin first: earliest, then credited by others, then crediting nobody, then longest, then by id."""
    cards = list(cards)
    credited = {card.origin for card in cards if card.origin}

    def rank(card: _Told) -> tuple[date, int, int, str]:
        if not card.origin or card.origin == card.source:
            credit = 0 if card.source in credited else 1
        else:
            credit = 2
        return (card.published or date.max, credit, -card.words, card.id)

    return sorted(cards, key=rank)


def _assign(ranked: Sequence[_Card], texts: Mapping[str, bytes]) -> tuple[Copy, ...]:
    """Give each document, best origin first, the origin it repeats.

    Only origins and copies that drifted far from theirs are indexed, and each text is aligned with the few likest of
    them, so that a story told a thousand times, or a form filled in a thousand times, costs some thousand comparisons
    and not a million.
    """
    whole, lead = _Index(len(ranked)), _Index(len(ranked))
    words = _Texts(texts)
    origin_of: dict[str, str] = {}
    same: dict[str, _Card] = {}
    copies = []
    for number, card in enumerate(ranked):
        found = None
        first = same.setdefault(card.sameness, card)
        # Word for word: nothing to align. Short ones still have to be of the same days.
        if first is not card and (_near_in_time(card, first) or card.words >= SHORT_WORDS):
            found = (origin_of.get(first.id, first.id), 1.0)
        if found is None:
            near = [ranked[n] for n in sorted(whole.near(card.whole) | lead.near(card.lead))]
            found = _repeated(card, near, origin_of, words)
        if found is not None:
            origin_of[card.id] = found[0]
            changed = _changed(words.words(found[0]), words.words(card.id))
            copies.append(Copy(card.id, found[0], round(found[1], 3), changed))
        if found is None or found[1] < DRIFTED:
            whole.enter(number, card.whole)
            lead.enter(number, card.lead)
    return tuple(sorted(copies, key=lambda c: c.document_id))


def _repeated(
    card: _Card, near: Sequence[_Card], origin_of: Mapping[str, str], texts: _Texts
) -> tuple[str, float] | None:
    """The origin that `card` repeats and how much of it, None where it repeats none of those `near` it."""
    best: tuple[str, float] | None = None
    for most, other in _most_in_common(card, near, texts):
        if best is not None and most <= best[1]:
            break
        similarity = _similarity(texts.words(other.id), texts.words(card.id))
        if similarity and (best is None or similarity > best[1]):
            best = (origin_of.get(other.id, other.id), similarity)
    return best


def _most_in_common(card: _Card, near: Sequence[_Card], texts: _Texts) -> list[tuple[float, _Card]]:
    """Those `near` that `card` may repeat, with the similarity that aligning them cannot exceed; highest first."""
    near = [o for o in near if min(card.words, o.words) >= SHORT_WORDS or _near_in_time(card, o)]
    if not near:
        return []
    mine, others = texts.letters(card.id), [texts.letters(o.id) for o in near]
    common = cdist([mine], others, scorer=LCSseq.similarity)[0].tolist()
    likely = []
    for other, letters, shared in zip(near, others, common, strict=True):
        shorter = min(len(mine), len(letters))
        most = 2 * shared / (len(mine) + len(letters))
        if most >= SHORT_SIMILARITY if shorter < SHORT_WORDS else shared >= SHORTER_COVERED * shorter:
            likely.append((most, other))
    return sorted(likely, key=lambda found: -found[0])[:ALIGNED]


def _near_in_time(one: _Card, other: _Card) -> bool:
    if one.published is None or other.published is None:
        return one.published == other.published
    return abs((one.published - other.published).days) <= SHORT_DAYS


def _similarity(one: _Words, other: _Words) -> float:
    """How much of both texts (0 to 1) is the same; 0 where `other` is no copy of `one`."""
    (before, old), (after, new) = one, other
    codes = Levenshtein.opcodes(old, new)
    matched = sum(c.src_end - c.src_start for c in codes if c.tag == "equal")
    if min(len(old), len(new)) < SHORT_WORDS:
        return _short_similarity(before, after, matched)
    runs = sum(
        c.src_end - c.src_start for c in codes if c.tag == "equal" and c.src_end - c.src_start >= LONGEST_RUN_BY_CHANCE
    )
    shorter, longer = sorted((len(old), len(new)))
    whole = runs >= SHORTER_COVERED * shorter and runs >= LONGER_COVERED * longer
    excerpt = len(new) == shorter and runs >= max(EXCERPT_COVERED * shorter, EXCERPT_SHARE * longer)
    if not (whole or excerpt) or _is_form(before, after, codes, runs):
        return 0.0
    return 2 * matched / (len(old) + len(new))


def _short_similarity(before: Sequence[str], after: Sequence[str], matched: int) -> float:
    """A short text is a copy only where nothing that carries facts differs: no figure, no name."""
    similarity = 2 * matched / (len(before) + len(after))
    if similarity < SHORT_SIMILARITY or _facts(before) != _facts(after):
        return 0.0
    return similarity


def _facts(words: Sequence[str]) -> set[str]:
    """Words with figures or capitals, but for a capital that opens them; every word of a script without capitals."""
    facts = set(filter(None, map(_fact, words[1:])))
    if words and (first := _fact(words[0])) and (first == words[0] or any(c.isdigit() for c in first)):
        facts.add(first)
    return facts


@lru_cache(maxsize=65_536)
def _fact(word: str) -> str:
    """`word` as a fact, in small letters; empty where it carries none."""
    plain = word.lower()
    if plain == word.upper():
        return word
    return word.casefold() if plain != word or any(c.isdigit() for c in word) else ""


def _is_form(before: Sequence[str], after: Sequence[str], codes: Iterable[Opcode], matched: int) -> bool:
    """Whether the two fill in the same form: figures and names swapped one for one throughout.

    A name that is swapped the same way everywhere ("SDF" for "militia") is one choice of words, so it counts once;
    figures weigh double, since an outlet has its own names for things but not its own figures.
    """
    swaps = set()
    for c in codes:
        if c.tag == "replace":
            old, new = before[c.src_start : c.src_end], after[c.dest_start : c.dest_end]
            # All swaps that carry no fact count as one; measured so, they tell a re-worded story from a form.
            swaps.add((frozenset(filter(None, map(_fact, old))), frozenset(filter(None, map(_fact, new)))))
    weight = sum(1.0 if _figures(old) and _figures(new) else 0.5 for old, new in swaps)
    return weight >= FEWEST_SWAPS and weight > SWAPS_PER_WORD * matched


def _figures(words: Iterable[str]) -> bool:
    return any(c.isdigit() for word in words for c in word)


def _changed(one: _Words, other: _Words) -> tuple[tuple[str, str], ...]:
    """Wordings that differ, as (before, after); empty on one side where words were cut or added."""
    (old, folded), (new, folded_new) = one, other
    pairs = dict.fromkeys(
        (_excerpt(old[a0:a1]), _excerpt(new[b0:b1])) for a0, a1, b0, b1 in differing(folded, folded_new)
    )
    return tuple(pairs)[:MOST_CHANGES]


def _excerpt(words: Sequence[str]) -> str:
    shown = " ".join(words[:MOST_CHANGED_WORDS])
    return f"{shown} …" if len(words) > MOST_CHANGED_WORDS else shown


def _words(text: str) -> list[str]:
    return WORD.findall(text)[:MOST_WORDS]


def _pack(text: str) -> bytes:
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 1)


def _unpack(packed: bytes) -> str:
    return zlib.decompress(packed).decode("utf-8", "surrogatepass")
